"""The window over the real services, with an engine that counts bytes: what is sent, what is not, and what is asked."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QToolButton

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.events import ContextMeasured, ConversationOpened, SummaryChanged
from chatdesk.core.summaries import Summary
from chatdesk.ui.context_meter.summary_dialog import SummaryDialog
from tests.support.desk import Desk
from tests.support.window import N_CTX, Person

QUESTION = "How far is it from here to the next hut, and is there anything to eat on the way? "
LONG = QUESTION * 6


def test_a_conversation_that_outgrows_the_context_shows_where_what_is_sent_begins(person: Person) -> None:
    meter = person.find(QToolButton, "context_meter")
    assert meter.text().endswith(f"/ {N_CTX}")
    before = meter.text()
    for _ in range(3):
        person.ask(QUESTION)
    person.wait(lambda: meter.text() != before)
    assert person.divider() == ""
    for _ in range(4):
        person.ask(QUESTION)
    person.wait(person.divider)
    assert person.divider().endswith("earlier messages are no longer sent")


def test_before_sending_it_is_said_what_would_be_left_out_and_pinned_messages_are_not(
    person: Person, desk: Desk
) -> None:
    person.ask("I eat no nuts.")
    for _ in range(3):
        person.ask(QUESTION)
    first = person.transcript().column.messages[0]
    person.transcript().pin_requested.emit(first.id, True)
    person.wait(lambda: person.transcript().column.messages[0].is_pinned)
    person.write(LONG)
    person.wait(person.line)
    assert person.line().startswith("Sending this leaves out ")
    assert person.divider() == ""
    person.press_enter()
    person.wait(person.divider)
    assert person.line() == ""
    assert first.id not in person.last_use().use.left_out


def test_stop_and_ask_keeps_the_text_until_it_is_told_to_send(person: Person, desk: Desk) -> None:
    for _ in range(3):
        person.ask(QUESTION)
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    desk.chat.set_policy(conversation_id, OverflowPolicy.STOP_AND_ASK)
    for _ in range(2):
        person.write(LONG)
        person.press_enter()
        person.wait(lambda: person.notices() and person.find(QToolButton, "send_button").isEnabled())
    assert len(person.notices()) == 1
    assert "earlier messages are kept from the model" in person.notices()[0]
    assert person.composed() == LONG
    assert len(person.transcript().column.messages) == 6
    button = person.window.findChild(QPushButton, "notice_action")
    assert isinstance(button, QPushButton)
    assert button.text() == "Send anyway"
    button.click()
    person.wait(lambda: len(person.transcript().column.messages) == 8)
    assert person.composed() == ""
    assert not any("kept from the model" in notice for notice in person.notices())
    person.wait(person.divider)


def test_a_question_about_a_message_goes_away_when_another_was_sent(person: Person, desk: Desk) -> None:
    for _ in range(3):
        person.ask(QUESTION)
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    desk.chat.set_policy(conversation_id, OverflowPolicy.STOP_AND_ASK)
    person.write(LONG)
    person.press_enter()
    person.wait(person.notices)
    person.ask("Thanks.")
    assert person.notices() == []


def test_a_summary_is_shown_from_the_divider_also_when_the_conversation_is_opened_again(
    person: Person, desk: Desk
) -> None:
    for _ in range(2):
        person.ask(QUESTION)
    covered = tuple(message.id for message in person.transcript().column.messages[:2])
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    summary = Summary("s", conversation_id, covered, "They spoke of huts.", 0.0, "Scripted")
    measured = replace(person.last_use().use, summarised=covered)
    path = tuple(person.transcript().column.messages)
    opened = ConversationOpened(desk.store.conversation(conversation_id), path, {}, summary)
    for event in (SummaryChanged(conversation_id, summary), opened):
        person.window.on_event(event)
        person.window.on_event(ContextMeasured(measured))
        assert person.divider() == "2 earlier messages summarised"
        person.transcript().summary_requested.emit()
        dialog = person.find(SummaryDialog, "summary_dialog")
        assert person.find(QPlainTextEdit, "summary_edit").toPlainText() == "They spoke of huts."
        dialog.close()
        QCoreApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
        person.window.on_event(SummaryChanged(conversation_id, None))
