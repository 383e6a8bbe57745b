"""Opening a conversation: the end of a long one is there at once."""

from dataclasses import replace

import pytest

from chatdesk.core.conversations import Conversation
from chatdesk.core.events import (
    ConversationEndRead,
    ConversationOpened,
    ConversationsDeleted,
    ConversationsListed,
    JobCrashed,
)
from chatdesk.core.exchange import WholeConversation
from chatdesk.core.messages import Message, ReplyStatus
from chatdesk.services.history import END_MESSAGES
from chatdesk.store.whole_conversations import WholeConversationStore
from tests.support.desk import Desk
from tests.ui.transcript.messages import reply, user


def long_conversation(count: int) -> WholeConversation:
    messages: list[Message] = []
    for number in range(count):
        message = reply(f"m{number}", "Yes.") if number % 2 else user(f"m{number}", "Is it?")
        messages.append(replace(message, parent_id=messages[-1].id if messages else None))
    conversation = Conversation("c", "Long", 1.0, 1.0, active_leaf_id=messages[-1].id)
    return WholeConversation(conversation, tuple(messages))


def test_the_end_of_a_long_conversation_is_announced_before_all_of_it(desk: Desk) -> None:
    whole = long_conversation(END_MESSAGES + 10)
    WholeConversationStore(desk.database).add(whole)
    desk.history.open("c")
    opened = desk.log.wait_for(ConversationOpened)
    (end,) = desk.log.of(ConversationEndRead)
    assert end.end == opened.path[-END_MESSAGES:]
    assert len(opened.path) == END_MESSAGES + 10
    assert desk.log.events.index(end) < desk.log.events.index(opened)


def test_a_short_conversation_is_announced_once(desk: Desk) -> None:
    WholeConversationStore(desk.database).add(long_conversation(END_MESSAGES - 2))
    desk.history.open("c")
    desk.log.wait_for(ConversationOpened)
    assert desk.log.of(ConversationEndRead) == []


def test_an_end_that_is_being_written_waits_for_its_words(desk: Desk) -> None:
    whole = long_conversation(END_MESSAGES + 10)
    WholeConversationStore(desk.database).add(whole)
    desk.store.save_reply(replace(whole.messages[-1], status=ReplyStatus.STREAMING, finish_reason=None))
    desk.history.open("c")
    desk.log.wait_for(ConversationOpened)
    assert desk.log.of(ConversationEndRead) == []


@pytest.mark.parametrize("was_deleted", [True, False])
def test_a_conversation_that_is_gone_is_not_opened(desk: Desk, was_deleted: bool) -> None:
    if was_deleted:
        WholeConversationStore(desk.database).add(long_conversation(2))
        desk.history.delete("c")
        desk.log.wait_for(ConversationsDeleted)
    desk.history.open("c")
    desk.history.list()
    desk.log.wait_for(ConversationsListed)
    assert not [event for event in desk.log.events if isinstance(event, ConversationOpened | JobCrashed)]
