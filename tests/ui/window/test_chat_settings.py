"""Settings of the chat that is shown, for how replies are written in it."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QWidget

from chatdesk.core.events import ConversationChanged, ConversationEndRead
from chatdesk.core.overrides import checked_overrides
from chatdesk.ui.chat_settings import ChatOverridesDialog
from chatdesk.ui.setting_fields import NumberField
from chatdesk.ui.sidebar import Sidebar
from tests.support.desk import Desk
from tests.support.window import Person
from tests.ui.widgets.finding import find


def action(person: Person) -> QAction:
    found = person.window.findChild(QAction, "chat_settings_action")
    assert found is not None
    return found


def opened(person: Person) -> ChatOverridesDialog:
    action(person).trigger()
    return next(dialog for dialog in person.window.findChildren(ChatOverridesDialog) if dialog.isVisible())


def save(dialog: ChatOverridesDialog, person: Person, desk: Desk, overrides: dict[str, object]) -> None:
    find(dialog, QPushButton, "save_overrides_button").click()
    desk.log.wait_for(ConversationChanged, lambda event: event.conversation.overrides == overrides)
    person.wait(lambda: True)  # it reaches the window


def test_a_chat_gets_settings_of_its_own_and_gives_them_back(person: Person, desk: Desk) -> None:
    person.ask("How far is the hut?")
    dialog = opened(person)
    find(dialog, QCheckBox, "reasoning_budget_follows").click()
    find(dialog, NumberField, "reasoning_budget_override").setValue(300)
    save(dialog, person, desk, {"reasoning_budget": 300})
    dialog = opened(person)
    assert find(dialog, NumberField, "reasoning_budget_override").setting() == 300
    find(dialog, QPushButton, "reset_overrides_button").click()
    save(dialog, person, desk, {})


def test_a_setting_that_is_not_touched_stays_as_exact_as_it_was(person: Person, desk: Desk) -> None:
    person.ask("How far is the hut?")
    assert person.window.conversation_id is not None
    desk.chat.set_overrides(person.window.conversation_id, {"min_p": 0.025, "top_p": 0.9})
    desk.log.wait_for(ConversationChanged, lambda event: event.conversation.overrides is not None)
    person.wait(lambda: True)  # it reaches the window
    dialog = opened(person)
    assert [find(dialog, NumberField, f"{name}_override").text() for name in ("min_p", "top_p")] == ["0.025", "0.90"]
    find(dialog, QCheckBox, "seed_follows").click()
    save(dialog, person, desk, {"min_p": 0.025, "top_p": 0.9, "seed": 1})


def test_its_settings_are_heeded_from_the_next_reply_on(person: Person, desk: Desk) -> None:
    person.ask("How far is the hut?")
    dialog = opened(person)
    find(dialog, QCheckBox, "max_tokens_follows").click()
    find(dialog, NumberField, "max_tokens_override").setValue(9)
    save(dialog, person, desk, {"max_tokens": 9})
    person.ask("And back?")
    origins = [message.origin for message in person.transcript().column.messages if message.origin is not None]
    assert [origin.sampling.max_tokens for origin in origins] == [100, 9]


def test_what_counts_otherwise_is_shown(person: Person, desk: Desk) -> None:
    desk.settings = replace(desk.settings, sampling=replace(desk.settings.sampling, temperature=0.25))
    person.ask("How far is the hut?")
    dialog = opened(person)
    field = find(dialog, NumberField, "temperature_override")
    assert (field.setting(), field.isEnabled()) == (0.25, False)


def test_every_setting_that_is_shown_is_one_that_a_chat_can_have(person: Person) -> None:
    person.ask("How far is the hut?")
    fields = [field for field in opened(person).findChildren(QWidget) if field.objectName().endswith("_override")]
    own_settings = {field.objectName().removesuffix("_override"): field.setting() for field in fields}  # type: ignore[attr-defined]  # all have it
    assert checked_overrides(own_settings) == own_settings
    assert "reasoning_budget" in own_settings


def test_where_no_chat_is_begun_there_is_nothing_to_set(person: Person) -> None:
    assert not action(person).isEnabled()
    person.ask("How far is the hut?")
    assert action(person).isEnabled()
    person.window.new_chat()
    assert not action(person).isEnabled()


@pytest.mark.parametrize("title", ["And back?", "Who are you?"])
def test_they_are_those_of_the_chat_whose_end_is_shown_while_the_rest_is_read(person: Person, title: str) -> None:
    for text in ("Who are you?", "And back?"):
        person.window.new_chat()
        person.ask(text)
    chats = {chat.title: chat for chat in person.find(Sidebar, "sidebar").conversations.all()}
    person.window._open(chats[title].id)
    person.window.on_event(ConversationEndRead(chats[title], ()))
    assert find(opened(person), QLabel, "dialog_title").text() == title
