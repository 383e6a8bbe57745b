"""Starting, and opening a long conversation: its end is shown first, and what is written goes to it."""

import gc

from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.events import ConversationEndRead, ConversationOpened
from chatdesk.services.history import END_MESSAGES
from chatdesk.store.whole_conversations import WholeConversationStore
from tests.support.desk import Desk
from tests.support.window import Person
from tests.ui.transcript.looking import screen_y
from tests.unit.services.test_opening import long_conversation


def test_garbage_is_collected_again_once_the_window_is_there(app: WindowedApp, qtbot: QtBot) -> None:
    gc.disable()
    try:
        app.start()
        qtbot.waitUntil(gc.isenabled)
    finally:
        gc.enable()


def test_the_end_is_shown_first_and_stays_where_it_is(person: Person, desk: Desk) -> None:
    WholeConversationStore(desk.database).add(long_conversation(END_MESSAGES + 100))
    person.ask("Something else")
    person.window.reopen("c")
    end = desk.log.wait_for(ConversationEndRead)
    opened = desk.log.wait_for(ConversationOpened, lambda event: event.conversation.id == "c")
    person.window.on_event(end)
    view = person.transcript()
    assert person.window.conversation_id == "c"
    assert len(view.column.messages) == END_MESSAGES
    bar = view.verticalScrollBar()
    picture = view.viewport().grab().toImage()
    assert bar.value() == bar.maximum()
    person.window.on_event(opened)
    assert len(view.column.messages) == END_MESSAGES + 100
    assert bar.value() == bar.maximum()
    assert view.viewport().grab().toImage() == picture


def test_who_scrolls_up_before_all_of_it_is_there_stays_at_that_place(person: Person, desk: Desk) -> None:
    WholeConversationStore(desk.database).add(long_conversation(END_MESSAGES + 100))
    person.window.reopen("c")
    end = desk.log.wait_for(ConversationEndRead)
    opened = desk.log.wait_for(ConversationOpened, lambda event: event.conversation.id == "c")
    person.window.on_event(end)
    view = person.transcript()
    view.show_message("m120")
    assert view.focused is not None
    before = screen_y(view, view.focused)
    person.window.on_event(opened)
    assert view.column.messages[view.focused].id == "m120"
    assert screen_y(view, view.focused) == before


def test_a_chat_that_was_asked_for_is_shown_also_when_the_one_before_is_shown_anew_meanwhile(
    person: Person, desk: Desk
) -> None:
    person.ask("First")
    first = person.window.conversation_id
    person.window.new_chat()
    person.ask("Second")
    second = person.window.conversation_id
    assert first is not None
    assert second is not None
    desk.history.open(second)
    again = desk.log.wait_for(ConversationOpened, lambda event: event.conversation.id == second)
    person.window._open(first)
    opened = desk.log.wait_for(ConversationOpened, lambda event: event.conversation.id == first)
    person.window.on_event(again)
    person.window.on_event(opened)
    assert person.window.conversation_id == first


def test_an_end_that_nobody_waits_for_changes_nothing(person: Person, desk: Desk) -> None:
    WholeConversationStore(desk.database).add(long_conversation(END_MESSAGES + 100))
    person.window.reopen("c")
    end = desk.log.wait_for(ConversationEndRead)
    person.window.new_chat()
    person.window.on_event(end)
    assert person.window.conversation_id is None
    assert person.transcript().column.messages == []


def test_an_app_that_is_closed_can_be_closed_again(app: WindowedApp) -> None:
    assert [app.close(), app.close()] == [True, True]
