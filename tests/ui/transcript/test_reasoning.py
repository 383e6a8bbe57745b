"""What a model reasoned: one line with its time, opened by click, key and screen reader, and copied by itself."""

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from chatdesk.core.messages import Message, PartKind, ReplyStatus, reply_parts
from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.reasoning_block import ReasoningLine
from chatdesk.ui.transcript.refresher import DOTS_MS
from chatdesk.ui.transcript.style import dark_style
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import Clock
from tests.ui.transcript.looking import button_point, clipboard, kinds, shown_text
from tests.ui.transcript.messages import FIGURES, reply, streaming, user

REASONING = PartKind.REASONING


def reasoned(text: str = "Four.", reasoning: str = "Two and **two**.", seconds: float = 12.4) -> Message:
    figures = replace(FIGURES, reasoning_tokens=40, reasoning_seconds=seconds)
    return replace(reply("r", text), parts=reply_parts(reasoning, text), figures=figures)


def line(view: TranscriptView, index: int = 0) -> str:
    """What the folding line of a message says; empty when there is none."""
    return next((box.words for box in view.column.item(index).boxes if isinstance(box, ReasoningLine)), "")


def test_it_is_folded_to_a_line_that_says_how_long_it_took(view: TranscriptView) -> None:
    view.set_messages([reasoned()], {})
    assert line(view) == "Reasoned for 12 s"
    assert shown_text(view, 0) == "Four."
    view.set_messages([reasoned(seconds=125)], {})
    assert line(view) == "Reasoned for 2 min 5 s"
    view.set_messages([reasoned(seconds=0)], {})
    assert line(view) == "Reasoning"
    view.set_messages([reply("r", "Four.")], {})
    assert line(view) == ""


def test_a_click_opens_it_and_another_closes_it(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reasoned()], {})
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=button_point(view, 0, ButtonKind.SHOW_REASONING))
    assert shown_text(view, 0) == "Two and two.\nFour."
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=button_point(view, 0, ButtonKind.HIDE_REASONING))
    assert shown_text(view, 0) == "Four."


def test_space_opens_and_closes_it(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "2 + 2?"), reasoned()], {})
    view.show_message("r")
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert shown_text(view, 1) == "Two and two.\nFour."
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert shown_text(view, 1) == "Four."


def test_copy_takes_the_reply_and_the_reasoning_has_a_verb_of_its_own(view: TranscriptView) -> None:
    view.set_messages([user("u", "2 + 2?"), reasoned()], {})
    verbs = {verb.name: verb for verb in view.verbs.of(1)}
    verbs["copy"].run()
    assert clipboard() == "Four."
    verbs["copy_reasoning"].run()
    assert clipboard() == "Two and **two**."
    assert "copy_reasoning" not in {verb.name for verb in view.verbs.of(0)}


def test_a_screen_reader_hears_the_time_and_what_is_open(view: TranscriptView) -> None:
    view.set_messages([reasoned()], {})
    child = QAccessible.queryAccessibleInterface(view).child(0)
    assert child.text(QAccessible.Text.Name) == "SmolLM2: Reasoned for 12 s\nFour."
    actions = child.actionInterface()
    assert actions.localizedActionName("fold") == "Show reasoning"
    actions.doAction("fold")
    assert child.text(QAccessible.Text.Name) == "SmolLM2: Reasoned for 12 s\nTwo and two.\nFour."
    assert actions.localizedActionName("fold") == "Hide reasoning"


def test_while_it_is_written_the_line_counts_the_seconds(view: TranscriptView, clock: Clock, qtbot: QtBot) -> None:
    view.set_messages([streaming("r")], {})
    assert view.append_text("r", 0, "Two and", REASONING)
    qtbot.waitUntil(lambda: line(view) == "Reasoning… 0 s")
    clock.now += 12.3
    qtbot.waitUntil(lambda: line(view) == "Reasoning… 12 s", timeout=20 * DOTS_MS)
    assert view.append_text("r", 7, " two.", REASONING)
    clock.now += 2
    assert view.append_text("r", 0, "Four.")
    qtbot.waitUntil(lambda: shown_text(view, 0) == "Four.")
    assert line(view) == "Reasoned for 14 s"
    assert ButtonKind.COPY_MESSAGE in kinds(view, 0)
    view.finish(reasoned(text="Four.", reasoning="Two and two.", seconds=15.1))
    assert line(view) == "Reasoned for 15 s"
    assert shown_text(view, 0) == "Four."


def test_the_reply_can_be_had_at_once_while_the_model_reasons(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([streaming("r")], {})
    assert "answer_now" not in {verb.name for verb in view.verbs.of(0)}
    view.append_text("r", 0, "Two and", REASONING)
    qtbot.waitUntil(lambda: ButtonKind.ANSWER_NOW in kinds(view, 0))
    with qtbot.waitSignal(view.answer_now_requested) as asked:
        point = button_point(view, 0, ButtonKind.ANSWER_NOW)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert asked.args == ["r"]
    assert "answer_now" in QAccessible.queryAccessibleInterface(view).child(0).actionInterface().actionNames()
    view.append_text("r", 0, "Four.")
    qtbot.waitUntil(lambda: ButtonKind.ANSWER_NOW not in kinds(view, 0))


def test_what_streams_into_the_open_reasoning_is_drawn_as_after_reload(view: TranscriptView, qtbot: QtBot) -> None:
    reasoning = "First a [link][1].\n\n```python\nx = 1\n```\n\n- one\n- two\n\n[1]: https://a.b\n"
    view.set_messages([streaming("r")], {})
    view.append_text("r", 0, reasoning[:1], REASONING)
    view.unfold(0, is_unfolded=True)
    for start in range(1, len(reasoning), 7):
        assert view.append_text("r", start, reasoning[start : start + 7], REASONING)
        view.refresher.refresh()
    view.append_text("r", 0, "Done.")
    final = reasoned(text="Done.", reasoning=reasoning)
    view.finish(final)
    drawn = shown_text(view, 0)
    view.set_messages([], {})
    view.set_messages([final], {})
    view.unfold(0, is_unfolded=True)
    assert drawn == shown_text(view, 0)
    assert "x = 1" in drawn
    assert drawn.endswith("Done.")


def test_it_catches_up_and_stays_open_through_other_looks(view: TranscriptView, clock: Clock) -> None:
    so_far = replace(
        streaming("r"),
        parts=reply_parts("Two and", ""),
        figures=replace(streaming("r").figures, reasoning_seconds=30.0),
    )
    view.set_messages([so_far], {})
    assert not view.append_text("r", 50, "far ahead", REASONING)
    assert view.append_text("r", 0, "Two and tw", REASONING)
    view.unfold(0, is_unfolded=True)
    clock.now += 5
    view.column.item(0).tick(clock.now)
    view.set_style(dark_style(20))
    assert shown_text(view, 0) == "Two and tw"
    clock.now += 5
    view.column.item(0).tick(clock.now)
    assert line(view) == "Reasoning… 40 s"


def test_reasoning_that_was_cut_off_is_shown(view: TranscriptView) -> None:
    message = replace(reply("r", "", ReplyStatus.INTERRUPTED), parts=reply_parts("Two and", ""))
    view.set_messages([message], {})
    assert line(view) == "Reasoning"
    view.unfold(0, is_unfolded=True)
    assert shown_text(view, 0) == "Two and"
    assert ButtonKind.COPY_MESSAGE not in kinds(view, 0)


def test_the_pointer_finds_the_line_only_where_its_words_are(view: TranscriptView) -> None:
    view.set_messages([reasoned()], {})
    point = button_point(view, 0, ButtonKind.SHOW_REASONING)
    assert view.pointer.hit_at(point).button is not None
    assert view.pointer.hit_at(point + QPoint(500, 0)).button is None
