"""What is being written stays with its conversation."""

from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.support.desk import Desk
from tests.support.window import Person


def open_chat(person: Person, conversation_id: str) -> None:
    person.window._open(conversation_id)
    person.wait(lambda: person.window.conversation_id == conversation_id)


def test_each_conversation_has_its_draft_and_a_new_chat_too(person: Person, desk: Desk) -> None:
    person.ask("First")
    first = person.window.conversation_id
    assert first is not None
    person.write("to the first")
    person.window.new_chat()
    assert person.composed() == ""
    person.write("to a new one")
    open_chat(person, first)
    assert person.composed() == "to the first"
    person.window.new_chat()
    assert person.composed() == "to a new one"


def test_a_draft_survives_a_window_that_just_vanishes(person: Person, desk: Desk, qtbot: QtBot) -> None:
    person.write("half a thou")
    qtbot.waitUntil(lambda: desk.unsent.draft(None).text == "half a thou", timeout=1000)
    person.open_window()
    assert person.composed() == "half a thou"


def test_writing_without_a_pause_is_saved_all_the_same(person: Person, desk: Desk, qtbot: QtBot) -> None:
    edit = person.find(QPlainTextEdit, "composer")

    def is_saved_while_typing() -> bool:
        edit.insertPlainText("x")
        return desk.unsent.draft(None).text != ""

    qtbot.waitUntil(is_saved_while_typing, timeout=1000)


def test_what_is_sent_is_no_draft_any_more(person: Person, desk: Desk) -> None:
    person.ask("Hello")
    conversation_id = person.window.conversation_id
    person.window.close()
    person.open_window()
    assert person.composed() == ""
    assert desk.drafts.draft(conversation_id).text == ""


def test_a_message_that_was_refused_stays_in_the_box_and_on_disk(person: Person, desk: Desk) -> None:
    person.ask("First")
    first = person.window.conversation_id
    assert first is not None
    desk.store.delete(first)
    person.write("please")
    person.press_enter()
    person.wait(person.notices)
    assert person.composed() == "please"
    assert desk.unsent.draft(first).text == "please"


def test_a_message_that_is_saved_after_one_went_elsewhere_does_not_empty_the_box_there(
    person: Person, desk: Desk
) -> None:
    person.ask("First")
    first = person.window.conversation_id
    assert first is not None
    person.window.new_chat()
    person.write("a draft for later")
    open_chat(person, first)
    person.write("Second")
    person.press_enter()
    person.window.new_chat()
    person.wait(lambda: len(desk.store.messages(first)) == 4 and not person.window._sending.is_under_way)
    assert person.composed() == "a draft for later"
    assert desk.drafts.draft(first).text == ""


def test_undo_does_not_bring_back_another_conversations_text(person: Person) -> None:
    person.write("to a new one")
    person.ask("First")
    person.write("to the first")
    person.window.new_chat()
    person.find(QPlainTextEdit, "composer").undo()
    assert person.composed() == ""
