from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.pointer import word_at
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.looking import button_point, clipboard, text_point
from tests.ui.transcript.messages import reply, talk, user

LEFT = Qt.MouseButton.LeftButton
CODE = "Look:\n\n```python\nx = 1\n\ny = 2\n```\n"


def drag(view: TranscriptView, qtbot: QtBot, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(view.viewport(), LEFT, pos=start)
    view.pointer.move(end, LEFT)
    qtbot.mouseRelease(view.viewport(), LEFT, pos=end)


def press_copy(view: TranscriptView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


def test_a_message_is_copied_as_it_was_written(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), reply("r", "some **bold** text")], {})
    qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, ButtonKind.COPY_MESSAGE))
    assert clipboard() == "some **bold** text"


def test_code_is_copied_without_its_fence(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), reply("r", CODE)], {})
    qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, ButtonKind.COPY_CODE))
    assert clipboard() == "x = 1\n\ny = 2"


def test_regenerate_and_versions_are_asked_for(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi")], {"r": (2, 3)})
    with qtbot.waitSignal(view.regenerate_requested) as regenerate:
        qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, ButtonKind.REGENERATE))
    assert regenerate.args == ["r"]
    for kind, step in ((ButtonKind.PREVIOUS_VERSION, -1), (ButtonKind.NEXT_VERSION, 1)):
        with qtbot.waitSignal(view.version_requested) as version:
            qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, kind))
        assert version.args == ["r", step]


def test_there_is_nothing_beyond_the_last_version(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi")], {"r": (3, 3)})
    with qtbot.assertNotEmitted(view.version_requested, wait=50):
        qtbot.mouseClick(view.viewport(), LEFT, pos=button_point(view, 1, ButtonKind.NEXT_VERSION))


def test_a_link_is_opened_by_a_click_and_shows_where_it_leads_before(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reply("r", "see [this page](https://example.org/x) now")], {})
    point = text_point(view, 0, "page")
    view.pointer.move(point, Qt.MouseButton.NoButton)
    label = view.findChild(QLabel, "link_label")
    assert isinstance(label, QLabel)
    assert label.isVisible()
    assert label.text() == "https://example.org/x"
    assert view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    assert view.pointer.tooltip_at(point) == "https://example.org/x"
    with qtbot.waitSignal(view.link_activated) as activated:
        qtbot.mouseClick(view.viewport(), LEFT, pos=point)
    assert activated.args == ["https://example.org/x"]
    view.pointer.leave()
    assert not label.isVisible()


def test_dragging_over_a_link_selects_and_opens_nothing(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reply("r", "see [this page](https://example.org/x) now")], {})
    start, end = text_point(view, 0, "page"), text_point(view, 0, "page", at_end=True)
    with qtbot.assertNotEmitted(view.link_activated, wait=50):
        drag(view, qtbot, start, end)
    press_copy(view, qtbot)
    assert clipboard() == "page"


def test_a_selection_reaches_across_messages_and_copies_what_is_read(view: TranscriptView, qtbot: QtBot) -> None:
    text = "A **bold** start\n\n- one\n- two\n\n" + CODE + "\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    view.set_messages([user("u", "my question"), reply("r", text)], {})
    drag(view, qtbot, text_point(view, 0, "question"), text_point(view, 1, "a\tb", at_end=False))
    press_copy(view, qtbot)
    assert clipboard() == "question\n\nA bold start\n\none\ntwo\n\nLook:\n\nx = 1\n\ny = 2"
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press_copy(view, qtbot)
    assert clipboard().startswith("my question\n\nA bold start")
    assert clipboard().endswith("a\tb\n1\t2")


def test_dragging_backwards_selects_the_same(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "one two three")], {})
    drag(view, qtbot, text_point(view, 0, "two", at_end=True), text_point(view, 0, "two"))
    press_copy(view, qtbot)
    assert clipboard() == "two"


@pytest.mark.parametrize("text", ["🙂🙂 two 🙂", "中文 two 字"])
def test_places_are_right_behind_characters_that_qt_counts_twice(view: TranscriptView, qtbot: QtBot, text: str) -> None:
    view.set_messages([user("u", text)], {})
    drag(view, qtbot, text_point(view, 0, "two"), text_point(view, 0, "two", at_end=True))
    press_copy(view, qtbot)
    assert clipboard() == "two"


def test_a_double_click_selects_a_word(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "one don't three")], {})
    qtbot.mouseDClick(view.viewport(), LEFT, pos=text_point(view, 0, "n't"))
    press_copy(view, qtbot)
    assert clipboard() == "don't"


def test_words_end_where_readers_think_they_end() -> None:
    assert word_at("a big-hearted dog", 5) == (2, 13)
    assert word_at("", 0) == (0, 0)
    start, end = word_at("你好，世界", 3)
    assert "世" in "你好，世界"[start:end]
    assert "，" not in "你好，世界"[start:end]
    assert word_at("naïve, don't", 8) == (7, 12)
    start, end = word_at("😀你好，世界", 4)
    assert "世" in "😀你好，世界"[start:end]
    assert "，" not in "😀你好，世界"[start:end]


def test_a_click_clears_the_selection(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "one two")], {})
    view.pointer.select_all()
    qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(30, 500))
    assert not view.pointer.has_selection()


def test_a_selection_of_everything_in_a_huge_conversation_is_copied_as_it_was_written(view: TranscriptView) -> None:
    messages = [*talk(1_500), reply("z", "**end**")]
    view.set_messages(messages, {})
    view.pointer.select_all()
    assert view.pointer.selected_text() == "\n\n".join(message.text for message in messages)


def test_the_wheel_scrolls_by_pixels_or_lines(view: TranscriptView) -> None:
    view.set_messages(talk(100), {})
    bar = view.verticalScrollBar()
    bar.setValue(1_000)

    def turn(pixels: int, angle: int) -> None:
        position = QPointF(100, 100)
        buttons, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(position, position, QPoint(0, pixels), QPoint(0, angle), buttons, keys, phase, False)
        QApplication.sendEvent(view.viewport(), event)

    at = bar.value()
    turn(-13, -15)
    assert bar.value() == at + 13
    for _ in range(8):
        turn(0, -15)
    assert bar.value() == at + 13 + 3 * view.column.frame.style.pitch


# The platform without a screen has no window manager to raise a tooltip.
@pytest.mark.qt_log_ignore("This plugin does not support")
def test_buttons_say_what_they_do(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi")], {})
    point = button_point(view, 1, ButtonKind.REGENERATE)
    assert view.pointer.tooltip_at(point) == "Regenerate"
    event = QHelpEvent(QEvent.Type.ToolTip, point, view.viewport().mapToGlobal(point))
    assert QApplication.sendEvent(view.viewport(), event)


def test_the_figures_of_a_reply_tell_what_it_takes_to_make_it_again(view: TranscriptView) -> None:
    made = reply("r", "hi")
    assert made.origin is not None
    view.set_messages([user("u", "go"), replace(made, origin=replace(made.origin, seed=42, n_ctx=8192))], {})
    rect = view.message_rect(1)
    tip = view.pointer.tooltip_at(QPoint(rect.left() + 5, rect.bottom() - 5))
    assert "temperature 0.7" in tip
    assert "seed 42" in tip
    assert tip.endswith("n_ctx 8192")
    assert view.pointer.tooltip_at(view.message_rect(0).center()) == ""


def test_quiet_buttons_show_under_the_pointer_and_under_the_last_reply(view: TranscriptView) -> None:
    view.set_messages(talk(2), {})
    view.verticalScrollBar().setValue(0)
    view.pointer.leave()
    assert [view.is_active(index) for index in range(4)] == [False, False, False, True]
    view.pointer.move(QPoint(450, view.message_rect(1).center().y()), Qt.MouseButton.NoButton)
    assert [view.is_active(index) for index in range(4)] == [False, True, False, True]
