"""Code in replies: saving it, and long lines whole or broken."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from pytestqt.qtbot import QtBot

from chatdesk.ui.code_saving import CodeSaving
from chatdesk.ui.notices import NoticeStrip
from chatdesk.ui.transcript.boxes import ButtonKind, FlowBox
from chatdesk.ui.transcript.code_box import CodeBox
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.looking import button_point
from tests.ui.transcript.messages import reply, user

LEFT = Qt.MouseButton.LeftButton
LONG = "x = 'word' " * 350


def code_box(view: TranscriptView) -> CodeBox:
    return next(box for box in view.column.item(1).boxes if isinstance(box, CodeBox))


def shown(view: TranscriptView, code: str, language: str = "python") -> CodeBox:
    view.set_messages([user("u", "?"), reply("r", f"Before.\n\n```{language}\n{code}\n```\n\nAfter.")], {})
    return code_box(view)


def wheel(view: TranscriptView, at: QPoint, x: int, y: int, modifiers: Qt.KeyboardModifier) -> QWheelEvent:
    place = QPointF(view.viewport().mapToGlobal(at))
    no_buttons, no_phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    return QWheelEvent(QPointF(at), place, QPoint(), QPoint(x, y), no_buttons, modifiers, no_phase, False)


def test_long_lines_are_broken_until_they_are_wanted_whole(qtbot: QtBot, view: TranscriptView) -> None:
    box = shown(view, LONG)
    broken = box.height
    before = view.column.height
    qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, ButtonKind.WRAP_CODE))
    assert box.height < broken / 10
    assert view.column.height < before - broken / 2
    assert box.block.overhang > 5_000
    qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, ButtonKind.WRAP_CODE))
    assert (box.height, box.block.overhang) == (broken, 0)


def test_whole_lines_are_moved_sideways_as_far_as_they_go(qtbot: QtBot, view: TranscriptView) -> None:
    box = shown(view, LONG)
    at = button_point(view, 1, ButtonKind.WRAP_CODE)
    view.wheelEvent(wheel(view, at, -120, 0, Qt.KeyboardModifier.NoModifier))
    assert box.block.moved == 0
    qtbot.mouseClick(view.viewport(), LEFT, pos=at)
    at = button_point(view, 1, ButtonKind.WRAP_CODE)
    first = view.pointer.place_at(at + QPoint(0, 30)).at[1]
    view.wheelEvent(wheel(view, at, -120, 0, Qt.KeyboardModifier.NoModifier))
    view.wheelEvent(wheel(view, at, 0, -120, Qt.KeyboardModifier.ShiftModifier))
    assert box.block.moved == 120
    assert view.pointer.place_at(at + QPoint(0, 30)).at[1] > first + 10
    assert box.block.move(10**7)
    assert box.block.moved == box.block.overhang
    assert not box.block.move(1)


def test_whole_lines_stay_whole_while_code_is_written(view: TranscriptView) -> None:
    box = shown(view, "short")
    box.block.set_wrapped(is_wrapped=False)
    box.block.extend(type(box.block.segment)(box.block.segment.kind, "short\n" + LONG, language="python"))
    assert not box.block.is_wrapped


@pytest.mark.parametrize(
    ("language", "name"), [("python", "code.py"), ("c++", "code.cpp"), ("", "code.txt"), ("nonsense", "code.txt")]
)
def test_code_is_saved_under_a_name_of_its_language(
    qtbot: QtBot, view: TranscriptView, language: str, name: str
) -> None:
    box = shown(view, "x", language)
    qtbot.waitUntil(lambda: box.block.library.is_settled(language))
    with qtbot.waitSignal(view.save_requested) as asked:
        qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, ButtonKind.SAVE_CODE))
    assert asked.args == ["x", name]


def test_the_keyboard_reaches_what_code_offers(view: TranscriptView) -> None:
    shown(view, LONG)
    names = [verb.name for verb in view.verbs.within(1)]
    assert names == ["copy_code", "save_code", "wrap_code"]
    assert view.verbs.run(1, "wrap_code")
    assert not code_box(view).block.is_wrapped


def test_code_is_written_as_a_file_or_a_notice_says_why_not(qtbot: QtBot, tmp_path: Path) -> None:
    notices = NoticeStrip()
    qtbot.addWidget(notices)
    saving = CodeSaving(notices, notices)
    saving.save("print('é')", str(tmp_path / "code.py"))
    assert (tmp_path / "code.py").read_bytes() == "print('é')\n".encode()
    assert notices.texts() == []
    saving.save("x", str(tmp_path / "nowhere" / "code.py"))
    assert "could not be saved" in notices.texts()[0]


def test_a_line_of_5_000_characters_is_broken_to_fit_and_whole(make_view: Callable[[int, int], TranscriptView]) -> None:
    view = make_view(900, 600)
    view.set_messages([user("u", "?"), reply("r", "word" * 1_250 + "\n\n```\n" + "y" * 5_000)], {})
    texts = []
    for box in view.column.item(1).boxes:
        box.lay_out(view.column.width)
        if isinstance(box, FlowBox):
            assert box.flow is not None
            assert box.flow.natural_width <= view.column.width
            texts.append(box.text)
    assert "".join(texts) == "word" * 1_250 + "y" * 5_000
