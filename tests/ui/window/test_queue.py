"""The next messages, written while a reply is: acceptance 32, by the keyboard."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import SendFailed
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from tests.support.desk import Desk, model
from tests.support.window import Person


@pytest.fixture
def writing(person: Person, desk: Desk) -> Iterator[Person]:
    """A window in which a reply is being written that ends only when it is stopped."""
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=100_000, seed=1))
    desk.garage.engines["/models/Long.gguf"] = ScriptedEngine(["word " * 10_000], n_ctx=400_000, seconds_per_chunk=0.02)
    desk.inference.load(model("Long"), LoadOptions())
    person.write("Begin")
    person.press_enter()
    person.wait(person.find(QToolButton, "stop_button").isVisible)
    yield person
    desk.chat.stop_all()


def rows(person: Person) -> list[QWidget]:
    found = [row for row in person.window.findChildren(QWidget, "queue_row") if not row.isHidden()]
    return sorted(found, key=lambda row: row.y())


def texts(person: Person) -> list[str]:
    return [row.accessibleName().removeprefix("Waits: ") for row in rows(person)]


def button(row: QWidget, name: str) -> QToolButton:
    found = row.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def queue(person: Person, *messages: str) -> None:
    for text in messages:
        before = len(rows(person))
        person.write(text)
        person.press_enter()
        person.wait(lambda count=before: len(rows(person)) == count + 1 and person.composed() == "")  # type: ignore[misc]  # mypy cannot type a lambda's defaults


def test_enter_puts_the_message_above_the_box_and_empties_it(writing: Person, desk: Desk) -> None:
    assert not writing.find(QToolButton, "queue_button").isVisible()
    writing.write("next")
    assert writing.find(QToolButton, "queue_button").isVisible()
    assert writing.find(QToolButton, "stop_button").isVisible()
    queue(writing, "next", "and then")
    assert texts(writing) == ["next", "and then"]


def test_a_message_that_waits_is_changed_in_its_place(writing: Person, desk: Desk, qtbot: QtBot) -> None:
    queue(writing, "one", "too", "three")
    row = rows(writing)[1]
    button(row, "queue_change").click()
    edit = row.findChild(QPlainTextEdit, "queue_edit")
    assert isinstance(edit, QPlainTextEdit)
    assert edit.toPlainText() == "too"
    edit.selectAll()
    qtbot.keyClicks(edit, "two")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    writing.wait(lambda: texts(writing) == ["one", "two", "three"])
    button(rows(writing)[0], "queue_change").click()
    first = rows(writing)[0].findChild(QPlainTextEdit, "queue_edit")
    assert isinstance(first, QPlainTextEdit)
    qtbot.keyClicks(first, "!!")
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert first.isHidden()
    assert texts(writing) == ["one", "two", "three"]


def test_messages_are_moved_and_removed(writing: Person) -> None:
    queue(writing, "one", "two", "three")
    button(rows(writing)[2], "queue_up").click()
    writing.wait(lambda: texts(writing) == ["one", "three", "two"])
    button(rows(writing)[0], "queue_remove").click()
    writing.wait(lambda: texts(writing) == ["three", "two"])
    assert not button(rows(writing)[0], "queue_up").isEnabled()
    assert not button(rows(writing)[1], "queue_down").isEnabled()


def test_after_stop_they_wait_until_one_is_sent(writing: Person, desk: Desk) -> None:
    queue(writing, "next")
    assert not button(rows(writing)[0], "queue_send").isVisible()
    writing.find(QToolButton, "stop_button").click()
    writing.wait(lambda: writing.find(QToolButton, "send_button").isVisible())
    assert texts(writing) == ["next"]
    button(rows(writing)[0], "queue_send").click()
    writing.wait(lambda: rows(writing) == [])
    assert [message.text for message in writing.transcript().column.messages if not message.is_reply] == [
        "Begin",
        "next",
    ]


def test_a_restart_keeps_them_and_sends_none(writing: Person, desk: Desk) -> None:
    queue(writing, "next")
    conversation_id = writing.window.conversation_id
    assert conversation_id is not None
    desk.chat.stop_all()
    writing.wait(lambda: writing.find(QToolButton, "send_button").isVisible())
    writing.window.close()
    writing.open_window()
    writing.window.reopen(conversation_id)
    writing.wait(lambda: texts(writing) == ["next"])
    assert len(writing.transcript().column.messages) == 2


def test_a_message_sent_by_itself_leaves_what_is_being_written_alone(person: Person, desk: Desk) -> None:
    person.ask("First")
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    # Behind what the end of the first reply set off: that would send it.
    desk.worker.submit("enqueue", lambda: desk.unsent.enqueue(conversation_id, "waited"))
    person.window.new_chat()
    person.write("something else")
    desk.chat.send(conversation_id, "again")
    person.wait(lambda: len(desk.store.active_path(conversation_id)) == 6)
    assert person.composed() == "something else"


def test_other_chats_show_their_own(writing: Person) -> None:
    queue(writing, "next")
    writing.window.new_chat()
    assert rows(writing) == []


def test_every_button_of_a_row_says_what_it_is_for(writing: Person) -> None:
    queue(writing, "next")
    for found in rows(writing)[0].findChildren(QToolButton):
        assert found.accessibleName().endswith(": next")
        assert found.toolTip()


def test_a_message_that_waits_and_is_refused_unlocks_nothing_that_is_being_queued(writing: Person, desk: Desk) -> None:
    conversation_id = writing.window.conversation_id
    assert conversation_id is not None
    writing.write("next")
    writing.press_enter()
    detail = ErrorDetail(ErrorCode.CONTEXT_WOULD_OVERFLOW, {"count": 2})
    writing.window.on_event(SendFailed(conversation_id, "another", detail, "the id of one that waits"))
    writing.wait(lambda: texts(writing) == ["next"])
    assert writing.composed() == ""
