import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QProcess
from PySide6.QtGui import QImage, QPainter, QPainterPath
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript import maths
from chatdesk.ui.transcript.boxes import Look
from chatdesk.ui.transcript.content import Content
from chatdesk.ui.transcript.highlighting import LexerLibrary
from chatdesk.ui.transcript.maths import Drawing, MathsLibrary, NoMaths, Shape
from chatdesk.ui.transcript.maths_box import MathsBox
from chatdesk.ui.transcript.style import light_style
from chatdesk.ui.transcript.text_box import TextBox
from chatdesk.ui.transcript.typesetter import typeset, typesetter_command
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import words_of
from tests.ui.transcript.messages import reply, user

SLOW = "import sys,time; print('ready', flush=True); [time.sleep(60) for _ in sys.stdin]"
DYING = "import sys; print('ready', flush=True); sys.stdin.readline(); sys.exit(1)"


def _bar(width: float, ascent: float, descent: float) -> Drawing:
    path = QPainterPath()
    path.addRect(0, -ascent, width, ascent + descent)
    return Drawing(width, ascent, descent, (Shape(path, None),))


class ScriptedMaths:
    """Knows what it is told, as soon as it is told."""

    def __init__(self) -> None:
        self.known: dict[str, Drawing | None] = {}
        self.asked: list[tuple[str, bool]] = []

    def drawing(self, latex: str, *, is_display: bool) -> Drawing | None:
        self.asked.append((latex, is_display))
        return self.known.get(latex)

    def is_settled(self, latex: str, *, is_display: bool) -> bool:
        return latex in self.known


@pytest.fixture
def library(qapp: object) -> Iterator[MathsLibrary]:
    made = MathsLibrary(typesetter_command())
    yield made
    made.close()


def settled(qtbot: QtBot, library: MathsLibrary, latex: str) -> Drawing | None:
    library.drawing(latex, is_display=True)
    qtbot.waitUntil(lambda: library.is_settled(latex, is_display=True), timeout=30_000)
    return library.drawing(latex, is_display=True)


def boxes(text: str, known: maths.Maths) -> Content:
    content = Content(light_style(), LexerLibrary(), known)
    content.append(text)
    content.finish()
    content.update()
    return content


# Said by the libraries themselves when they are imported; the app imports them in a process of their own.
THEIR_WARNING = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")


@THEIR_WARNING
@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\int_0^\infty e^{-x^2}\,\mathrm{d}x \le \sum_{i=1}^n \binom{n}{i}",
        r"\underbrace{a+b}_{n} + \cancel{x} + \boxed{42} + \color{red}{y}",
        r"\text{速度} = v",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}^{-1} \begin{bmatrix} x \\ y \end{bmatrix}_1",
    ],
)
def test_latex_becomes_shapes(latex: str) -> None:
    made = typeset(latex, is_display=True)
    assert made is not None
    assert made["shapes"]
    assert min(made["box"][2:]) > 0


@THEIR_WARNING
@pytest.mark.parametrize("latex", [r"\frac{", r"\unknown{x}", "a & b", r"\begin{matrix}"])
def test_broken_latex_becomes_nothing(latex: str) -> None:
    assert typeset(latex, is_display=True) is None


def test_a_child_typesets_and_a_broken_formula_ends_nothing(qtbot: QtBot, library: MathsLibrary) -> None:
    fraction = settled(qtbot, library, r"\frac{1}{2}")
    assert fraction is not None
    assert fraction.ascent > 0.5
    assert fraction.descent > 0.2
    assert settled(qtbot, library, r"\frac{") is None
    assert settled(qtbot, library, "x") is not None


def test_a_drawing_has_the_colour_of_the_text_and_its_own_where_it_says_so(qtbot: QtBot, library: MathsLibrary) -> None:
    drawing = settled(qtbot, library, r"a \color{red}{b}")
    assert drawing is not None
    assert [shape.color.name() if shape.color else None for shape in drawing.shapes] == [None, "#ff0000"]
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill("white")
    with QPainter(image) as painter:
        drawing.paint(painter, QPointF(0, 30), 30, light_style().accent)
    colors = {image.pixelColor(x, y).name() for x in range(60) for y in range(40)}
    assert {light_style().accent.name(), "#ff0000"} <= colors


def test_a_formula_that_takes_too_long_is_given_up_and_the_next_one_tried(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maths, "FORMULA_MS", 50)
    library = MathsLibrary([sys.executable, "-c", SLOW])
    try:
        assert settled(qtbot, library, "x") is None
        assert settled(qtbot, library, "y") is None
    finally:
        library.close()


def test_nobody_waits_for_the_end_of_a_child_that_was_given_up(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maths, "FORMULA_MS", 50)
    library = MathsLibrary([sys.executable, "-c", SLOW])
    running: list[int] = []

    def look() -> None:
        children = library.findChildren(QProcess)
        running.append(sum(child.state() is QProcess.ProcessState.Running for child in children))

    library.typeset.connect(look)
    try:
        assert settled(qtbot, library, "x") is None
        qtbot.waitUntil(lambda: not library.findChildren(QProcess))
    finally:
        library.close()
    assert running == [1]


def test_a_child_that_dies_takes_one_formula_with_it(qtbot: QtBot) -> None:
    library = MathsLibrary([sys.executable, "-c", DYING])
    try:
        assert settled(qtbot, library, "x") is None
        assert settled(qtbot, library, "y") is None
    finally:
        library.close()


def test_without_a_child_latex_stays(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    library = MathsLibrary(["/no/such/program"])
    assert settled(qtbot, library, "x") is None
    assert settled(qtbot, library, "y") is None
    assert "formulas are shown as LaTeX" in caplog.text
    caplog.clear()


def test_formulas_take_their_place_in_the_text_as_they_come(qapp: object) -> None:
    known = ScriptedMaths()
    (box,) = boxes("one $a$ two $b$ three", known).boxes
    assert isinstance(box, TextBox)

    def drawn() -> list[tuple[int, int]]:
        box.lay_out(600)
        assert box.flow is not None
        return [(inset.start, inset.end) for inset in box.flow.insets]

    assert drawn() == []
    even, flow = box.height, box.flow
    assert known.asked == [("a", False), ("b", False)]
    assert drawn() == []
    assert box.flow is flow
    known.known["b"] = _bar(4, 3, 2)
    assert drawn() == [(12, 15)]
    assert box.height > 3 * even - 20
    known.known["a"] = None
    assert drawn() == [(12, 15)]
    assert box.text == "one $a$ two $b$ three"


def test_a_formula_is_selected_as_a_whole(qapp: object) -> None:
    known = ScriptedMaths()
    known.known = {"a+b": _bar(4, 0.7, 0.2)}
    (box,) = boxes("x $a+b$ y", known).boxes
    box.lay_out(600)
    offsets = {box.offset_at(QPoint(x, 10)) for x in range(200)}
    assert offsets == {0, 1, 2, 7, 8, 9}


def test_a_formula_whose_latex_is_looked_for_is_marked_as_a_whole(qapp: object) -> None:
    known = ScriptedMaths()
    known.known["x = y"] = Drawing(4, 1, 0.5, ())
    [box] = boxes("$$x = y$$", known).boxes
    assert isinstance(box, MathsBox)
    box.lay_out(600)

    def pixels(*marks: tuple[int, int, bool]) -> int:
        image = QImage(600, box.height, QImage.Format.Format_RGB32)
        image.fill(box.style.background)
        with QPainter(image) as painter:
            box.paint(Look(painter, box.style, image.rect(), marks=marks), QPoint(0, 0))
        color = box.style.mark.rgb()
        return sum(image.pixel(x, y) == color for x in range(600) for y in range(box.height))

    assert pixels() == 0
    assert pixels((0, 1, False)) > pixels((0, 1, True)) > 0


def test_a_wide_formula_is_made_to_fit(qapp: object) -> None:
    known = ScriptedMaths()
    known.known = {"a": _bar(100, 1, 0)}
    content = boxes("x $a$\n\n$$a$$", known)
    for box in content.boxes:
        box.lay_out(300)
    text, formula = content.boxes
    assert isinstance(text, TextBox)
    assert text.flow is not None
    assert text.flow.insets[0].width <= 300
    assert isinstance(formula, MathsBox)
    assert formula.height < light_style().text_px


def test_a_table_cell_holds_formulas(qapp: object) -> None:
    known = ScriptedMaths()
    (table,) = boxes("| a |\n|---|\n| $x$ |\n", known).boxes
    table.lay_out(400)
    before = table.height
    known.known["x"] = _bar(3, 4, 1)
    table.lay_out(400)
    assert table.height > before + light_style().text_px


def test_a_broken_formula_shows_its_latex_and_both_are_copied_as_written(qapp: object) -> None:
    known = ScriptedMaths()
    known.known = {r"\frac{": None, "x": _bar(1, 1, 0)}
    content = boxes("$$\n\\frac{\n$$\n\n\\[ x \\]", known)
    broken, formula = content.boxes
    for box in content.boxes:
        box.lay_out(400)
    assert isinstance(broken, MathsBox)
    assert broken.flow is not None
    assert broken.flow.text == broken.text == "$$\n\\frac{\n$$"
    assert formula.text == r"\[ x \]"
    assert (formula.offset_at(QPoint(0, 5)), formula.offset_at(QPoint(399, 5))) == (0, len(formula.text))


def test_without_maths_latex_is_shown(qapp: object) -> None:
    (box,) = boxes("a $x$", NoMaths()).boxes
    box.lay_out(400)
    assert isinstance(box, TextBox)
    assert box.flow is not None
    assert box.flow.text == "a $x$"
    assert not box.flow.insets


def test_formulas_are_drawn_in_the_view_when_they_come(qtbot: QtBot, library: MathsLibrary) -> None:
    view = TranscriptView(light_style(), words_of, maths=library)
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.set_messages([user("u", "?"), reply("r", "So $x^2$:\n\n$$\\frac{1}{2}$$\n")], {})
    item = view.column.item(1)

    def is_drawn() -> bool:
        text, formula = item.boxes[1], item.boxes[2]
        assert isinstance(text, TextBox)
        return bool(text.flow and text.flow.insets) and isinstance(formula, MathsBox) and formula.flow is None

    qtbot.waitUntil(is_drawn, timeout=30_000)
    view.pointer.select_all()
    assert "So $x^2$:\n\n$$\\frac{1}{2}$$" in view.pointer.selected_text()
