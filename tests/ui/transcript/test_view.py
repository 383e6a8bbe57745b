from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.messages import FinishReason, ReplyStatus
from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.code_box import CodeBox
from chatdesk.ui.transcript.message_boxes import FooterBox, HeaderBox
from chatdesk.ui.transcript.selection import END, START
from chatdesk.ui.transcript.style import dark_style
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import Clock
from tests.ui.transcript.looking import button_point, kinds, screen_y, shown_text
from tests.ui.transcript.messages import reply, streaming, talk, user


def is_at_end(view: TranscriptView) -> bool:
    bar = view.verticalScrollBar()
    return bar.value() == bar.maximum()


def jump_button(view: TranscriptView) -> QToolButton:
    button = view.findChild(QToolButton, "jump_to_end_button")
    assert isinstance(button, QToolButton)
    return button


def footer_words(view: TranscriptView, index: int) -> str:
    box = view.column.item(index).boxes[-1]
    assert isinstance(box, FooterBox)
    return box.words


# --- opening and scrolling ---


def test_ten_thousand_messages_open_at_the_end_with_only_the_last_ones_laid_out(view: TranscriptView) -> None:
    view.set_messages(talk(5_000), {})
    assert is_at_end(view)
    assert view.verticalScrollBar().maximum() > 100_000
    assert sum(view.column.known_item(index) is not None for index in range(10_000)) < 40


def test_another_conversation_opens_at_its_end_and_the_same_one_stays_where_it_was(view: TranscriptView) -> None:
    messages = talk(50)
    view.set_messages(messages, {})
    view.verticalScrollBar().setValue(500)
    before = view.pointer.place_at(QPoint(300, 100))
    view.set_messages([*messages, user("new", "one more")], {})
    assert view.pointer.place_at(QPoint(300, 100)) == before
    view.set_messages([user("x", "hello\n" * 30, "other"), reply("y", "word " * 2_000)], {})
    assert is_at_end(view)


def test_what_the_reader_looks_at_stays_put_while_heights_above_turn_out_different(view: TranscriptView) -> None:
    view.set_messages(talk(300), {})
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    for _ in range(60):
        index = view.column.at(bar.value() + 300)
        before = screen_y(view, index)
        bar.setValue(bar.value() - 37)
        assert screen_y(view, index) == before + 37


def test_a_resize_keeps_the_message_at_the_top_in_place(view: TranscriptView) -> None:
    view.set_messages(talk(100), {})
    view.verticalScrollBar().setValue(4_000)
    index = view.column.at(view.verticalScrollBar().value())
    view.resize(500, 600)
    assert view.column.at(view.verticalScrollBar().value()) == index
    view.scroll_to_end()
    view.resize(700, 500)
    assert is_at_end(view)


@pytest.mark.parametrize("width", [320, 500, 1600])
def test_messages_fit_every_width(make_view: Callable[[int, int], TranscriptView], width: int) -> None:
    view = make_view(width, 600)
    view.set_messages([user("u", "x" * 400), reply("r", "| a | b |\n|---|---|\n| " + "long " * 50 + "| y |")], {})
    assert view.column.width <= min(width, 760)
    assert not view.horizontalScrollBar().isVisible()
    assert not view.grab().isNull()


@pytest.mark.parametrize("count", [1, 100])
def test_the_column_stands_in_the_middle_with_a_scroll_bar_and_without(
    make_view: Callable[[int, int], TranscriptView], qtbot: QtBot, count: int
) -> None:
    view = make_view(900, 600)
    view.set_messages(talk(count), {})
    qtbot.waitUntil(lambda: view.verticalScrollBar().isVisible() is (count > 1))
    assert abs(2 * view.column_left + view.column.width - view.width()) <= 1


def test_the_keyboard_scrolls(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(100), {})
    bar = view.verticalScrollBar()
    end = bar.value()
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert 0 < end - bar.value() < 60
    before = bar.value()
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert before - bar.value() > 400
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert bar.value() == 0
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert is_at_end(view)


# --- streaming ---


def test_text_that_streams_in_is_shown_soon_and_followed(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), streaming("r")], {})
    text = ""
    for number in range(60):
        piece = f"line {number}\n\n"
        assert view.append_text("r", len(text), piece)
        text += piece
    qtbot.waitUntil(lambda: "line 59" in shown_text(view, 1), timeout=2_000)
    assert is_at_end(view)
    assert not jump_button(view).isVisible()


def test_replayed_text_is_ignored_and_missing_text_is_told(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), streaming("r")], {})
    assert view.append_text("r", 0, "Hello wor")
    assert view.append_text("r", 0, "Hello")
    assert view.append_text("r", 6, "world")
    assert view.column.text_of(1) == "Hello world"
    assert not view.append_text("r", 50, "far ahead")
    assert not view.append_text("unknown", 0, "x")
    assert view.column.text_of(1) == "Hello world"


def test_scrolling_up_while_a_reply_streams_is_left_alone(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([*talk(20), user("u", "go"), streaming("r")], {})
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() - 700)
    value = bar.value()
    assert jump_button(view).isVisible()
    assert jump_button(view).accessibleName() == "Jump to newest"
    view.append_text("r", 0, "word\n\n" * 200)
    qtbot.waitUntil(lambda: bar.maximum() > value + 3_000, timeout=2_000)
    assert bar.value() == value
    qtbot.mouseClick(jump_button(view), Qt.MouseButton.LeftButton)
    assert is_at_end(view)
    assert not jump_button(view).isVisible()


def test_one_s_own_message_brings_the_end_into_view_and_a_reply_does_not(view: TranscriptView) -> None:
    view.set_messages(talk(30), {})
    view.verticalScrollBar().setValue(100)
    view.add_message(reply("late", "answer"))
    assert view.verticalScrollBar().value() == 100
    view.add_message(user("mine", "hello"))
    assert is_at_end(view)


def test_a_stream_drawn_by_moving_pixels_looks_like_one_drawn_at_once(
    make_view: Callable[[int, int], TranscriptView], qtbot: QtBot
) -> None:
    text = (
        "Some **words** and\n\n- an item\n- `code`\n\n"
        "```python\nx = 1\ny = 2\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    ) * 4
    grown, whole = make_view(700, 400), make_view(700, 400)
    for view in (grown, whole):
        view.set_messages([user("u", "go"), streaming("r")], {})
        view.column.frame.library.lexer("python")
    qtbot.waitUntil(lambda: not grown.column.frame.library.is_loading and not whole.column.frame.library.is_loading)
    for start in range(0, len(text), 40):
        grown.append_text("r", start, text[start : start + 40])
        qtbot.waitUntil(lambda: not grown.refresher._dirty)
    final = reply("r", text)
    grown.finish(final)
    whole.finish(final)

    def pixels(view: TranscriptView) -> object:
        return view.screen().grabWindow(view.winId()).toImage()

    qtbot.waitUntil(lambda: pixels(grown) == pixels(whole), timeout=5_000)


def test_the_final_reply_replaces_what_streamed(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), streaming("r")], {})
    view.append_text("r", 0, "first draft")
    view.finish(reply("r", "the *final* text", ReplyStatus.STOPPED, FinishReason.STOPPED))
    assert shown_text(view, 1) == "the final text"
    assert footer_words(view, 1).endswith("stopped")
    view.append_text("r", 0, "too late, and longer than the final text")
    assert view.column.text_of(1) == "the *final* text"


def test_a_status_that_arrives_late_does_not_take_streamed_text_back(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), reply("r", "", ReplyStatus.WAITING)], {})
    view.append_text("r", 0, "Hello")
    view.update_message(streaming("r"))
    assert view.column.text_of(1) == "Hello"
    assert shown_text(view, 1) == "Hello"


def test_adding_a_known_message_updates_it(view: TranscriptView) -> None:
    view.set_messages([user("u", "go")], {})
    view.add_message(streaming("r"))
    view.add_message(reply("r", "done"))
    assert [message.text for message in view.column.messages] == ["go", "done"]


# --- what is said around a message ---


def test_a_waiting_reply_says_what_it_waits_for(view: TranscriptView, clock: Clock) -> None:
    view.set_messages([user("u", "go"), reply("r", "", ReplyStatus.WAITING)], {})
    assert view.column.status_of(1) == "Waiting…"
    view.set_status_text("r", "Loading model… 40 %")
    assert view.column.status_of(1) == "Loading model… 40 %"
    view.set_progress("r", 100, 8_100, 100)
    assert view.column.status_of(1) == "Reading 100 of 8100 tokens"
    clock.now += 4
    view.set_progress("r", 4_100, 8_100, 100)
    assert view.column.status_of(1) == "Reading 4100 of 8100 tokens, 4 s left"
    view.append_text("r", 0, "Hello")
    assert view.column.status_of(1) == ""


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (ReplyStatus.COMPLETE, FinishReason.END_OF_TURN, "done"),
        (ReplyStatus.COMPLETE, FinishReason.MAX_TOKENS, "reached max tokens"),
        (ReplyStatus.COMPLETE, FinishReason.CONTEXT_FULL, "context full"),
        (ReplyStatus.STOPPED, FinishReason.STOPPED, "stopped"),
        (ReplyStatus.FAILED, FinishReason.ERROR, "failed"),
        (ReplyStatus.INTERRUPTED, None, "interrupted"),
    ],
)
def test_figures_stand_under_a_reply_and_say_why_it_ended(
    view: TranscriptView, status: ReplyStatus, reason: FinishReason | None, words: str
) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi", status, reason)], {})
    assert footer_words(view, 1) == f"128 tokens · 41.3 tokens/s · first token after 0.4 s · {words}"


def test_a_failed_reply_says_why_and_keeps_what_was_written(view: TranscriptView) -> None:
    error = ErrorDetail(ErrorCode.GENERATION_FAILED, {"reason": "code 3"})
    view.set_messages([user("u", "go"), reply("r", "Half a", ReplyStatus.FAILED, FinishReason.ERROR, error)], {})
    assert shown_text(view, 1).splitlines()[0] == "Half a"
    assert "Sorry: llama.cpp could not go on (code 3)." in shown_text(view, 1)


def test_the_model_that_writes_is_named(view: TranscriptView) -> None:
    view.set_messages([reply("r", "hi")], {})
    header = view.column.item(0).boxes[0]
    assert isinstance(header, HeaderBox)
    assert header.name == "SmolLM2"


# --- the user's text ---


def test_the_user_s_text_stands_exactly_as_typed(view: TranscriptView) -> None:
    text = "**not bold** <b>x</b>\n# no heading\n  - no list\n\n`x`"
    view.set_messages([user("u", text)], {})
    assert shown_text(view, 0) == text


@pytest.mark.parametrize("text", ["line\n" * 200, "x" * 10_000, "word " * 200_000, "y" * 1_000_000])
def test_a_long_message_is_folded_until_asked_for(view: TranscriptView, qtbot: QtBot, text: str) -> None:
    text = text.strip()
    view.set_messages([user("u", text)], {})

    def shown() -> str:
        return view.column.item(0).selected_text(START, END)

    folded = shown()
    assert text.startswith(folded)
    assert len(folded) <= 4_000
    assert folded.count("\n") < 40
    view.scroll_to_end()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=button_point(view, 0, ButtonKind.SHOW_ALL))
    assert shown() == text
    laid_out = sum(box.laid_out_width is not None for box in view.column.item(0).boxes)
    assert laid_out <= 12
    view.scroll_to_end()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=button_point(view, 0, ButtonKind.SHOW_LESS))
    assert shown() == folded


@pytest.mark.parametrize(
    "text", ["a" + "\u0301" * 10_000, "\u202e" * 300 + "x", "🙂" * 500, "\ufffd\u2028\u0085", "  "]
)
def test_odd_text_can_be_shown_and_clicked(view: TranscriptView, qtbot: QtBot, text: str) -> None:
    view.set_messages([user("u", text), reply("r", text)], {})
    assert not view.grab().isNull()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(450, 40))
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


# --- looks ---


def test_other_looks_apply_at_once_and_keep_the_place_and_the_stream(view: TranscriptView) -> None:
    view.set_messages([*talk(30), user("u", "go"), streaming("r")], {})
    view.append_text("r", 0, "Hello")
    view.verticalScrollBar().setValue(900)
    index = view.column.at(1_000)
    view.set_style(dark_style(20))
    assert -200 < screen_y(view, index) < 300
    assert view.grab().toImage().pixelColor(3, 3) == dark_style().background
    view.append_text("r", 5, " there")
    assert view.column.text_of(61) == "Hello there"


def test_the_way_back_to_the_end_is_within_the_view_in_larger_letters(view: TranscriptView) -> None:
    view.set_messages(talk(30), {})
    view.verticalScrollBar().setValue(0)
    view.set_style(dark_style(40))
    button, stage = jump_button(view), view.viewport().geometry()
    assert button.isVisible()
    assert stage.contains(button.geometry())
    assert abs(button.geometry().center().x() - stage.center().x()) <= 1


def test_text_from_right_to_left_stands_on_the_right(view: TranscriptView) -> None:
    view.set_messages([reply("r", "مرحبا\n\nHello")], {})
    line = view.viewport().grab().toImage()
    first, second = screen_y(view, 0, 1), screen_y(view, 0, 2)

    def ink(top: int) -> list[int]:
        background = view.column.frame.style.background
        columns = range(view.column_left, view.column_left + view.column.width)
        return [x for x in columns if any(line.pixelColor(x, y) != background for y in range(top, top + 20))]

    assert min(ink(first)) > view.column_left + view.column.width // 2
    assert max(ink(second)) < view.column_left + view.column.width // 2


def test_buttons_depend_on_what_can_be_done(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi"), user("v", "on"), streaming("s")], {"r": (2, 3), "v": (1, 2)})
    versions = {ButtonKind.PREVIOUS_VERSION, ButtonKind.NEXT_VERSION}
    own = {ButtonKind.COPY_MESSAGE, ButtonKind.EDIT, ButtonKind.MORE}
    assert kinds(view, 0) == own
    assert kinds(view, 1) == {ButtonKind.COPY_MESSAGE, ButtonKind.REGENERATE, ButtonKind.MORE, *versions}
    assert kinds(view, 2) == own | versions
    assert kinds(view, 3) == set()


def test_after_warming_up_the_first_code_is_coloured_at_once(view: TranscriptView, qtbot: QtBot) -> None:
    view.warm_up()
    library = view.column.frame.library
    qtbot.waitUntil(lambda: library.is_settled("python"), timeout=20_000)
    view.set_messages([reply("r", "```python\nimport os\n```")], {})
    code = view.column.item(0).boxes[1]
    assert isinstance(code, CodeBox)
    assert code.highlighter is not None


def test_a_reply_at_the_end_is_not_read_while_nobody_looks_at_it(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(100), {})
    view.scroll_to_message(0)
    for index in range(0, 120, 2):  # far more than are kept
        view.scroll_to_message(index)
    view.scroll_to_message(0)
    assert view.column.known_item(199) is None
    view.set_style(view.column.frame.style)
    view.settle()
    assert view.column.known_item(199) is None
