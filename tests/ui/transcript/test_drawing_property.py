"""However a text is cut into pieces, it ends as the same picture as the whole: box by box, with places and sizes.

And whatever words are drawn, none is passed over when somebody looks for it.
"""

import random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QPainterPath

from chatdesk.core.finding import TextFinder
from chatdesk.ui.transcript.boxes import Box
from chatdesk.ui.transcript.code_box import CodeBox
from chatdesk.ui.transcript.content import Content
from chatdesk.ui.transcript.highlighting import LexerLibrary
from chatdesk.ui.transcript.maths import Drawing, Shape
from chatdesk.ui.transcript.style import light_style
from chatdesk.ui.transcript.text_box import TextBox

WIDTH = 500
PIECES = [
    *("word ", "**bold** ", "`code` ", "~~old~~ ", "中文。", "שלום ", "😀", "\n", "\n\n", "\n\n", "  ", "    "),
    *(
        "# ",
        "> ",
        "- ",
        "- [x] ",
        "1. ",
        "7) ",
        "* ",
        "---\n",
        "```py\n",
        "```\n",
        "x = 1\n",
        "<div>\n",
        "</div>\n",
    ),
    *("$x^2$ ", "$", "$5 ", "$$\n", "a\n- b\n", "\\[\n", "\\]\n", "\\(y\\) ", "\\begin{align}\n", "\\end{align}\n"),
    *(
        "[a]",
        "[text][a] ",
        "[a]: https://x.y\n",
        "[a]: /z 'open\n",
        "title'\n",
        "[^1]",
        "[^1]: note\n",
        "![i](p.png) ",
    ),
    *("| a | b |\n", "|---|--:|\n", "| [a] | $z$ |\n", "https://x.y ", "&amp;", "\\*", "\r\n"),
]


class QuickMaths:
    """Typesets everything at once, as bars as wide as their LaTeX is long."""

    def drawing(self, latex: str, *, is_display: bool) -> Drawing:
        path = QPainterPath()
        path.addRect(0, -1, len(latex), 1)
        return Drawing(float(len(latex)), 2.0 if is_display else 1.0, 0.5, (Shape(path, None),))

    def is_settled(self, latex: str, *, is_display: bool) -> bool:
        return True


def drawn(content: Content) -> list[tuple[object, ...]]:
    for box in content.boxes:
        box.lay_out(WIDTH)
    return [_picture(box) for box in content.boxes]


def _picture(box: Box) -> tuple[object, ...]:
    look: object = None
    if isinstance(box, TextBox):
        assert box.flow is not None
        look = (box.spans, box.segment, box.origin.toTuple(), [(i.start, i.end, i.width) for i in box.flow.insets])
    elif isinstance(box, CodeBox):
        look = (box.start, box.end, box.block.segment, box.is_first)
    return type(box), box.text, box.gap, box.height, box.separator, look


@given(seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_in_pieces_ends_as_the_same_picture_as_the_whole(qapp: object, seed: int) -> None:
    rng = random.Random(seed)
    # A few pieces again and again, so that what belongs together comes together.
    text = "".join(rng.choices([*rng.sample(PIECES, 6), "\n\n", "word "], k=rng.randint(1, 40)))
    style, library, maths = light_style(), LexerLibrary(), QuickMaths()
    whole, cut = Content(style, library, maths), Content(style, library, maths)
    whole.append(text)
    start, most, share = 0, rng.choice([1, 5, 30]), rng.choice([0.3, 1.0])
    while start < len(text):
        size = rng.randint(1, most)
        cut.append(text[start : start + size])
        start += size
        if rng.random() < share:
            cut.update()
            drawn(cut)
    for content in (whole, cut):
        content.finish()
        content.update()
    assert drawn(cut) == drawn(whole)


IN_WORDS = ["wo", "rd", "中", "é", "**", "*", "_", "`", "~~", "[", "](/x)", "](/x(y))", "[a]", "[^1]", "\\*", "&auml;"]


@example(pieces=["`", "`code` ", "word ", "`"])  # the letters of “word” stand right behind those of “code”
@example(pieces=["[^1]", "[", "&auml;", "![i](p.png) "])  # what is in both pairs of brackets is no label of a link
@given(pieces=st.lists(st.sampled_from([*PIECES, *IN_WORDS, *IN_WORDS]), max_size=14))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_word_that_is_drawn_is_passed_over(qapp: object, pieces: list[str]) -> None:
    text = "".join(pieces)
    content = Content(light_style(), LexerLibrary(), QuickMaths())
    content.append(text)
    content.finish()
    content.update()
    words = [word for box in content.boxes for word in box.text.split()]
    assert [word for word in words if not TextFinder(word).may_be_in(text)] == []
