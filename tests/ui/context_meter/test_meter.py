from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatdesk.core.context_map import BlockKind, ContextBlock, OverflowPolicy
from chatdesk.core.conversations import Conversation
from chatdesk.core.summaries import Summary
from chatdesk.ui import theme
from chatdesk.ui.composer import Composer
from chatdesk.ui.context_meter.bar import ContextBar
from chatdesk.ui.context_meter.entry_list import EntryList
from chatdesk.ui.context_meter.map_popup import MapPopup
from chatdesk.ui.context_meter.meter import PAUSE_MS, ContextMeter
from chatdesk.ui.context_meter.policy_choice import PolicyChoice
from chatdesk.ui.context_meter.summary_dialog import SummaryDialog
from chatdesk.ui.transcript.style import light_style
from chatdesk.ui.transcript.view import TranscriptView
from tests.support.clipping import clipped
from tests.ui.context_meter.measurements import LARGE, SMALL, SYSTEM, ScriptedChat, draft, message, use
from tests.ui.transcript.messages import talk

# The platform without a screen has no window manager to raise a popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

W = TypeVar("W", bound=QWidget)
CONVERSATION = Conversation("c", "Title", 0.0, 0.0)
SUMMARY = Summary("s", "c", ("u0", "r0"), "They greeted each other.", 0.0, "Large")


@dataclass
class Desk:
    """A composer and a transcript, with the meter between them."""

    chat: ScriptedChat
    composer: Composer
    transcript: TranscriptView
    meter: ContextMeter
    window: QWidget
    qtbot: QtBot

    def button(self) -> QToolButton:
        return self._find(QToolButton, "context_meter")

    def line(self) -> str:
        label = self._find(QLabel, "outlook_words")
        return label.text() if label.isVisible() else ""

    def popup(self) -> MapPopup:
        return self._find(MapPopup, "context_map")

    def entry_list(self) -> EntryList:
        return self._find(EntryList, "context_entries")

    def radio(self, policy: OverflowPolicy) -> QRadioButton:
        return self._find(QRadioButton, f"policy_{policy}")

    def write(self, text: str) -> None:
        edit = self._find(QPlainTextEdit, "composer")
        self.qtbot.keyClicks(edit, text)

    def open_map(self) -> None:
        self.qtbot.mouseClick(self.button(), Qt.MouseButton.LeftButton)
        self.qtbot.waitUntil(self.popup().isVisible)

    def _find(self, kind: type[W], name: str) -> W:
        found = self.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    QLocale.setDefault(QLocale(QLocale.Language.English))
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    transcript, composer, chat = TranscriptView(light_style(), str), Composer(), ScriptedChat()
    column.addWidget(transcript, 1)
    column.addWidget(composer)
    meter = ContextMeter(chat, composer, transcript)
    meter.set_colors(theme.LIGHT)
    window.resize(800, 600)
    with qtbot.waitExposed(window):
        window.show()
    meter.set_model(SMALL)
    transcript.set_messages(talk(6), {})
    meter.show_conversation(CONVERSATION)
    chat.take()
    yield Desk(chat, composer, transcript, meter, window, qtbot)
    if (popup := window.findChild(MapPopup)) is not None:
        popup.hide()


# --- the meter ---


def test_the_meter_shows_used_and_total_and_says_what_is_kept_free(desk: Desk) -> None:
    assert not desk.button().isVisible()
    desk.meter.take(use(SYSTEM, message("u0", 1200)))
    assert desk.button().isVisible()
    assert desk.button().text() == "1,240 / 2,048"
    assert desk.button().accessibleName() == "Context: 1,240 of 2,048 tokens"
    assert "512 kept free for the reply" in desk.button().toolTip()


def test_the_meter_asks_for_attention_when_less_is_left_than_the_reserve(desk: Desk) -> None:
    desk.meter.take(use(message("u0", 1536)))
    assert not desk.button().property("caution")
    calm = desk.button().grab().toImage()
    desk.meter.take(use(message("u0", 1537)))
    assert desk.button().property("caution")
    assert desk.button().grab().toImage() != calm


def test_while_the_model_is_busy_elsewhere_the_meter_says_that_nothing_is_counted_yet(desk: Desk) -> None:
    desk.meter.show_conversation(replace(CONVERSATION, id="other"))
    assert not desk.button().isVisible()  # usually it is counted at once
    desk.qtbot.waitUntil(desk.button().isVisible)
    assert desk.button().text() == "Not counted yet"
    assert "as soon as the model is free" in desk.button().toolTip()
    assert not desk.button().isEnabled()
    desk.meter.take(use(SYSTEM, message("u0", 1200), conversation_id="other"))
    assert desk.button().text() == "1,240 / 2,048"
    assert desk.button().isEnabled()
    desk.meter.set_model(None)
    assert not desk.button().isVisible()


def test_that_nothing_is_counted_yet_stays_until_it_is(desk: Desk) -> None:
    desk.write("a draft")
    desk.meter.show_conversation(replace(CONVERSATION, id="other"))
    desk.qtbot.waitUntil(desk.button().isVisible)
    desk.meter.note_written(16)
    desk.meter.update_conversation(replace(CONVERSATION, id="other", title="Renamed"))
    desk.composer.set_text("")
    assert desk.button().isVisible()
    assert desk.button().text() == "Not counted yet"
    desk.meter.show_conversation(CONVERSATION)
    assert not desk.button().isVisible()


def test_what_cannot_be_opened_yet_is_told_when_its_key_is_pressed(desk: Desk) -> None:
    desk.meter.show_conversation(replace(CONVERSATION, id="other"))
    with desk.qtbot.waitSignal(desk.meter.told) as told:
        desk.meter.open_map()
    assert told.args == ["The context is counted as soon as the model is free."]
    desk.meter.take(use(SYSTEM, conversation_id="other"))
    with desk.qtbot.assertNotEmitted(desk.meter.told):
        desk.open_map()


def test_what_is_measured_of_another_conversation_is_not_shown(desk: Desk) -> None:
    desk.meter.take(use(message("u0", 100), conversation_id="other"))
    assert not desk.button().isVisible()


def test_without_a_model_there_is_no_meter_and_nothing_is_measured(desk: Desk) -> None:
    desk.meter.take(use(message("u0", 100)))
    desk.meter.set_model(None)
    assert not desk.button().isVisible()
    desk.meter.show_conversation(None)
    assert desk.chat.take() == []


def test_a_conversation_that_is_shown_and_a_model_that_is_ready_are_measured_at_once(desk: Desk) -> None:
    desk.meter.set_model(LARGE)
    desk.meter.show_conversation(None)
    desk.meter.show_conversation(CONVERSATION)
    desk.meter.show_conversation(CONVERSATION)
    assert desk.chat.take() == [("measure", "c", None), ("measure", None, None), ("measure", "c", None)]


# --- the draft ---


def test_a_draft_is_measured_once_when_its_writer_pauses(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.write("Where are we?")
    assert desk.chat.take() == []
    desk.qtbot.waitUntil(lambda: bool(desk.chat.asked), timeout=PAUSE_MS * 8)
    assert desk.chat.take() == [("measure", "c", "Where are we?")]


def test_before_sending_it_says_what_would_be_left_out_and_takes_it_back(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, *(message(f"u{n}", 100) for n in range(4))))
    desk.write("A long text")
    desk.meter.take(use(SYSTEM, message("u2", 100), draft(1300), left_out=("u0", "u1")))
    assert desk.line() == "Sending this leaves out the first 2 messages."
    assert desk.button().property("caution")
    assert desk.transcript.column.divider is None
    desk.composer.clear()
    assert desk.line() == ""
    assert desk.button().text() == "440 / 2,048"
    assert not desk.button().property("caution")


def test_a_draft_that_is_sent_moves_the_divider_at_once(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, message("u0", 100)))
    desk.write("A long text")
    desk.meter.take(use(SYSTEM, draft(1300), left_out=("u0", "r0")))
    desk.meter.note_sent()
    desk.composer.clear()
    assert desk.transcript.column.divider is not None
    assert desk.transcript.column.divider.below == 1
    assert desk.button().text() == "1,340 / 2,048"
    assert desk.line() == ""


def test_a_measurement_of_a_draft_that_is_gone_is_not_shown(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.meter.take(use(SYSTEM, draft(1300), left_out=("u0",)))
    assert desk.line() == ""
    assert desk.button().text() == "40 / 2,048"


def test_after_a_reply_the_divider_is_measured_without_the_draft_that_was_begun_meanwhile(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.write("Hi")
    desk.qtbot.waitUntil(lambda: bool(desk.chat.asked), timeout=PAUSE_MS * 8)
    desk.meter.note_changed()  # the reply is finished, and what was asked is answered after that
    desk.chat.take()
    desk.meter.take(use(SYSTEM, draft(9), left_out=("u0", "r0", "u1", "r1")))
    assert desk.chat.take() == [("measure", "c", None)]
    desk.meter.take(use(SYSTEM, left_out=("u0", "r0")))
    assert desk.transcript.column.divider is not None
    assert desk.transcript.column.divider.below == 1
    assert desk.line() == "Sending this leaves out 2 earlier messages."
    desk.qtbot.waitUntil(lambda: bool(desk.chat.asked), timeout=PAUSE_MS * 8)
    assert desk.chat.take() == [("measure", "c", "Hi")]
    desk.meter.take(use(SYSTEM, draft(9), left_out=("u0", "r0")))
    assert desk.line() == ""
    assert desk.chat.take() == []


def test_a_draft_of_which_nothing_can_be_measured_is_not_asked_for_for_ever(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.write("Hi")
    desk.qtbot.waitUntil(lambda: bool(desk.chat.asked), timeout=PAUSE_MS * 8)
    desk.meter.take(use(SYSTEM))
    assert not any(timer.isActive() for timer in desk.meter.findChildren(QTimer))


def test_a_draft_that_is_deleted_is_forgotten_by_whoever_measures(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.write("Hi")
    desk.meter.take(use(SYSTEM, draft(9)))
    desk.composer.clear()
    assert desk.chat.take() == [("measure", "c", None)]


def test_a_draft_that_is_kept_while_another_chat_is_opened_is_measured_there(desk: Desk) -> None:
    desk.write("Hi")
    desk.meter.show_conversation(Conversation("d", "Other", 0.0, 0.0))
    desk.chat.take()
    desk.meter.take(use(SYSTEM, conversation_id="d"))
    desk.qtbot.waitUntil(lambda: bool(desk.chat.asked), timeout=PAUSE_MS * 8)
    assert desk.chat.take() == [("measure", "d", "Hi")]


def test_the_first_message_of_a_conversation_keeps_what_was_measured_of_it(desk: Desk) -> None:
    desk.meter.show_conversation(None)
    desk.write("Hi")
    desk.meter.take(use(SYSTEM, draft(9), conversation_id=None))
    desk.meter.begin(Conversation("new", "Hi", 0.0, 0.0))
    desk.meter.show_conversation(Conversation("new", "Hi", 0.0, 0.0))
    desk.meter.note_sent()
    desk.composer.clear()
    assert desk.button().text() == "49 / 2,048"


def test_the_line_leads_to_the_map(desk: Desk) -> None:
    desk.write("A long text")
    desk.meter.take(use(SYSTEM, draft(1300), left_out=("u0",)))
    details = desk.window.findChild(QPushButton, "outlook_details")
    assert isinstance(details, QPushButton)
    details.click()
    assert desk.popup().isVisible()


# --- the map ---


def test_the_map_opens_with_the_keyboard_in_its_list_and_escape_closes_it(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, message("u0", 100), message("r0", 300)))
    desk.button().setFocus()
    desk.qtbot.keyClick(desk.button(), Qt.Key.Key_Space)
    QCoreApplication.processEvents()
    shown = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert set(shown) == {desk.window, desk.popup()}
    assert desk.popup().focusWidget() is desk.entry_list()
    desk.qtbot.keyClick(desk.entry_list(), Qt.Key.Key_Escape)
    assert not desk.popup().isVisible()


def test_a_row_leads_to_its_message(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, *(message(block.id, 100) for block in talk(6))))
    desk.open_map()
    desk.entry_list().setCurrentIndex(desk.entry_list().model().index(2, 0))
    desk.qtbot.keyClick(desk.entry_list(), Qt.Key.Key_Return)
    assert not desk.popup().isVisible()
    assert desk.transcript.focused == 1
    assert desk.transcript.viewport().rect().contains(desk.transcript.message_rect(1).topLeft())
    desk.open_map()
    row = desk.entry_list().visualRect(desk.entry_list().model().index(1, 0))
    desk.qtbot.mouseClick(desk.entry_list().viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert desk.transcript.focused == 0


def test_a_piece_of_the_bar_leads_to_its_message(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, message("u0", 1000), left_out=("u5",)))
    desk.open_map()
    bar = desk.popup().findChild(ContextBar, "context_bar")
    assert isinstance(bar, ContextBar)
    desk.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() // 4, 5))
    assert desk.transcript.focused == 0


def test_the_map_is_read_in_words(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, message("u0", 100), message("r0", 300, is_cached=False)))
    desk.open_map()
    rows = QAccessible.queryAccessibleInterface(desk.entry_list())
    names = [rows.child(row).text(QAccessible.Text.Name) for row in range(rows.childCount())]
    assert "You: Question 0?, 100 tokens, read already" in names
    bar = desk.popup().findChild(ContextBar, "context_bar")
    assert isinstance(bar, ContextBar)
    assert bar.accessibleName() == (
        "System and template: 40, Messages, read already: 100, Messages, to be read: 300, "
        "Unused: 1,096, Free for the reply: 512"
    )
    for widget in desk.popup().findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.objectName().startswith("qt_"):
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface.text(QAccessible.Text.Name), widget


def test_an_open_map_follows_what_is_measured(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, message("u0", 100)))
    desk.open_map()
    desk.meter.take(use(SYSTEM, message("u0", 100), message("r0", 300)))
    assert desk.entry_list().model().rowCount() == 3
    assert desk.popup().isVisible()


def test_another_conversation_closes_the_map(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.open_map()
    desk.meter.show_conversation(None)
    assert not desk.popup().isVisible()


def test_the_map_fits_the_screen(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, *(message(f"u{n}", 10) for n in range(100))))
    desk.window.move(5000, 5000)
    desk.open_map()
    assert desk.popup().screen().availableGeometry().contains(desk.popup().geometry())


# --- the policy ---


def checked(desk: Desk) -> OverflowPolicy:
    return next(policy for policy in OverflowPolicy if desk.radio(policy).isChecked())


@pytest.mark.parametrize("percent", [80, 100, 200])
def test_the_map_has_room_for_its_words_at_every_size_of_text(
    percent: int, desk: Desk, wear: Callable[[theme.Looks], None]
) -> None:
    wear(theme.Looks(text_percent=percent))
    desk.meter.take(use(SYSTEM, message("u0", 1200)))
    desk.open_map()
    desk.qtbot.waitUntil(lambda: clipped(desk.popup()) == [])


def test_the_policy_of_the_model_is_marked_and_in_force_until_another_is_chosen(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.open_map()
    assert checked(desk) is OverflowPolicy.DROP_OLDEST
    assert desk.radio(OverflowPolicy.DROP_OLDEST).text() == "Drop the oldest (default for this model)"
    desk.radio(OverflowPolicy.STOP_AND_ASK).click()
    assert desk.chat.take() == [("set_policy", "c", OverflowPolicy.STOP_AND_ASK)]
    desk.meter.update_conversation(Conversation("c", "Title", 0, 0, overflow_policy=OverflowPolicy.STOP_AND_ASK))
    assert checked(desk) is OverflowPolicy.STOP_AND_ASK
    desk.radio(OverflowPolicy.DROP_OLDEST).click()
    assert desk.chat.take() == [("set_policy", "c", None)]


def test_a_large_model_summarises_unless_told_otherwise(desk: Desk) -> None:
    desk.meter.set_model(LARGE)
    desk.meter.take(use(SYSTEM, policy=OverflowPolicy.SUMMARISE))
    desk.open_map()
    assert checked(desk) is OverflowPolicy.SUMMARISE


def test_showing_a_policy_chooses_nothing(desk: Desk, qtbot: QtBot) -> None:
    choice = PolicyChoice()
    qtbot.addWidget(choice)
    with qtbot.assertNotEmitted(choice.chosen, wait=20):
        for policy in OverflowPolicy:
            choice.show_policy(policy, OverflowPolicy.SUMMARISE, can_choose=True)


def test_the_keyboard_chooses_a_policy(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.open_map()
    desk.radio(OverflowPolicy.DROP_OLDEST).setFocus()
    desk.qtbot.keyClick(desk.radio(OverflowPolicy.DROP_OLDEST), Qt.Key.Key_Down)
    assert desk.chat.take() == [("set_policy", "c", OverflowPolicy.KEEP_FIRST_AND_LAST)]


def test_a_chat_that_is_not_begun_has_no_policy_to_choose(desk: Desk) -> None:
    desk.meter.show_conversation(None)
    desk.meter.take(use(SYSTEM, conversation_id=None))
    desk.open_map()
    assert not desk.radio(OverflowPolicy.STOP_AND_ASK).isEnabled()


def test_each_choice_is_described_to_a_screen_reader(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM))
    desk.open_map()
    radio = QAccessible.queryAccessibleInterface(desk.radio(OverflowPolicy.STOP_AND_ASK))
    assert radio.text(QAccessible.Text.Name) == "Stop and ask"
    assert radio.text(QAccessible.Text.Description) == "Nothing is left out before you have agreed to it."


# --- the summary and the divider ---


def dialog_of(desk: Desk) -> SummaryDialog:
    dialog = desk.window.findChild(SummaryDialog, "summary_dialog")
    assert isinstance(dialog, SummaryDialog)
    return dialog


def test_the_divider_follows_what_was_measured(desk: Desk) -> None:
    desk.meter.take(use(SYSTEM, left_out=("u0", "r0")))
    assert desk.transcript.column.divider is not None
    desk.meter.show_conversation(None)
    assert desk.transcript.column.divider is None


def test_a_summary_is_shown_changed_and_saved(desk: Desk) -> None:
    desk.meter.set_summary("c", SUMMARY)
    desk.transcript.summary_requested.emit()
    dialog = dialog_of(desk)
    edit = dialog.findChild(QPlainTextEdit, "summary_edit")
    save = dialog.findChild(QPushButton, "save_summary_button")
    assert isinstance(edit, QPlainTextEdit)
    assert isinstance(save, QPushButton)
    assert edit.toPlainText() == "They greeted each other."
    assert not save.isEnabled()
    edit.setPlainText("   ")
    assert not save.isEnabled()
    edit.setPlainText("They said hello.")
    save.click()
    assert desk.chat.take() == [("edit_summary", "c", "They said hello.")]


def test_a_summary_can_be_undone_and_one_that_is_gone_is_not_shown(desk: Desk) -> None:
    desk.meter.set_summary("c", SUMMARY)
    desk.transcript.summary_undo_requested.emit()
    assert desk.chat.take() == [("undo_summary", "c")]
    desk.meter.set_summary("c", None)
    desk.transcript.summary_requested.emit()
    assert desk.window.findChild(SummaryDialog) is None


def test_the_summary_of_another_conversation_changes_nothing(desk: Desk) -> None:
    desk.meter.set_summary("c", SUMMARY)
    desk.meter.set_summary("other", None)
    desk.transcript.summary_requested.emit()
    dialog_of(desk).close()


def test_the_row_of_the_summary_shows_it(desk: Desk) -> None:
    desk.meter.set_summary("c", SUMMARY)
    summary = ContextBlock(BlockKind.SUMMARY, None, None, 50)
    desk.meter.take(use(SYSTEM, summary, summarised=("u0", "r0"), policy=OverflowPolicy.SUMMARISE))
    desk.open_map()
    desk.entry_list().setCurrentIndex(desk.entry_list().model().index(1, 0))
    desk.qtbot.keyClick(desk.entry_list(), Qt.Key.Key_Return)
    dialog_of(desk).close()
