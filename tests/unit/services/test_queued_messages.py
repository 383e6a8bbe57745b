"""Messages that wait for the reply before them: acceptance 32."""

from dataclasses import replace

import pytest

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import (
    ConversationsDeleted,
    MessageAdded,
    QueueChanged,
    ReplyFinished,
    ReplyStarted,
    SendFailed,
)
from chatdesk.core.messages import Role
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from tests.support.desk import Desk, model

ENDLESS = "word " * 10_000


@pytest.fixture
def writing(desk: Desk) -> str:
    """A conversation whose reply is being written and ends when it is stopped, or at its limit."""
    load(desk, [ENDLESS])
    desk.chat.send(None, "Begin")
    return desk.log.wait_for(ReplyStarted).message.conversation_id


def load(desk: Desk, replies: list[str]) -> None:
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=100_000, seed=1))
    desk.garage.engines["/models/A.gguf"] = ScriptedEngine(replies, n_ctx=400_000, seconds_per_chunk=0.01)
    desk.inference.load(model("A"), LoadOptions())


def said(desk: Desk, conversation_id: str) -> list[str]:
    return [message.text for message in desk.store.active_path(conversation_id) if message.role is Role.USER]


def waiting(desk: Desk, conversation_id: str, count: int) -> list[str]:
    """The texts that wait, once there are so many of them."""
    event = desk.log.wait_for(QueueChanged, lambda event: len(event.waiting) == count)
    ids = [unsent.id for unsent in event.waiting]
    assert event.conversation_id == conversation_id
    return ids


def settle(desk: Desk) -> None:
    """Wait until the store's thread has done what was asked of it."""
    nobody = f"nobody {len(desk.log.events)}"
    desk.queue.list(nobody)
    desk.log.wait_for(QueueChanged, lambda event: event.conversation_id == nobody)


def test_when_a_reply_ends_well_the_next_message_is_sent_and_then_the_next(desk: Desk) -> None:
    load(desk, ["One."])
    desk.chat.send(None, "first")
    conversation_id = desk.log.wait_for(MessageAdded).message.conversation_id
    for text in ("second", "third"):
        desk.queue.add(conversation_id, text)
    desk.log.wait_for(ReplyFinished, lambda event: len(said(desk, conversation_id)) == 3)
    assert said(desk, conversation_id) == ["first", "second", "third"]
    desk.log.wait_for(QueueChanged, lambda event: event.waiting == () and len(said(desk, conversation_id)) == 3)
    assert desk.unsent.waiting(conversation_id) == ()


def test_after_a_reply_that_was_stopped_nothing_is_sent_by_itself(desk: Desk, writing: str) -> None:
    desk.queue.add(writing, "next")
    [unsent_id] = waiting(desk, writing, 1)
    desk.chat.stop(writing)
    desk.log.wait_for(ReplyFinished)
    settle(desk)
    assert said(desk, writing) == ["Begin"]
    assert [unsent.text for unsent in desk.unsent.waiting(writing)] == ["next"]
    desk.queue.send(unsent_id)
    desk.log.wait_for(MessageAdded, lambda event: event.message.text == "next")
    assert desk.unsent.waiting(writing) == ()


def test_after_a_reply_that_failed_nothing_is_sent_by_itself(desk: Desk) -> None:
    desk.chat.send(None, "without a model")
    conversation_id = desk.log.wait_for(ReplyFinished).message.conversation_id
    desk.queue.add(conversation_id, "next")
    settle(desk)
    assert said(desk, conversation_id) == ["without a model"]
    assert len(desk.unsent.waiting(conversation_id)) == 1


def test_a_message_that_comes_just_after_the_end_is_sent_at_once(desk: Desk) -> None:
    load(desk, ["One."])
    desk.chat.send(None, "first")
    conversation_id = desk.log.wait_for(ReplyFinished).message.conversation_id
    desk.queue.add(conversation_id, "second")
    desk.log.wait_for(MessageAdded, lambda event: event.message.text == "second")


def test_messages_are_changed_moved_and_removed_while_they_wait(desk: Desk, writing: str) -> None:
    for text in ("a", "b", "c"):
        desk.queue.add(writing, text)
    first, second, third = waiting(desk, writing, 3)
    desk.queue.move(third, -1)
    desk.queue.move(first, 5)
    desk.queue.change(second, "  B  ")
    settle(desk)
    assert [unsent.text for unsent in desk.unsent.waiting(writing)] == ["c", "B", "a"]
    desk.queue.remove(third)
    desk.queue.change(first, "   ")
    settle(desk)
    assert [unsent.text for unsent in desk.unsent.waiting(writing)] == ["B"]


def test_what_is_being_changed_is_not_sent_before_that_is_over(desk: Desk) -> None:
    load(desk, ["One."])
    conversation_id = desk.store.create_conversation("held").id
    desk.queue.add(conversation_id, "half")
    [unsent_id] = waiting(desk, conversation_id, 1)
    desk.queue.hold(unsent_id)
    desk.chat.send(conversation_id, "first")
    desk.log.wait_for(ReplyFinished)
    settle(desk)
    assert said(desk, conversation_id) == ["first"]
    desk.queue.change(unsent_id, "whole")
    desk.log.wait_for(MessageAdded, lambda event: event.message.text == "whole")


def test_a_queue_is_not_sent_at_the_next_start_but_goes_on_after_a_reply_that_ends_well(desk: Desk) -> None:
    conversation_id = desk.store.create_conversation("yesterday").id
    desk.unsent.enqueue(conversation_id, "from yesterday")
    load(desk, ["One."])
    desk.history.open(conversation_id)
    desk.queue.list(conversation_id)
    settle(desk)
    assert said(desk, conversation_id) == []
    desk.chat.send(conversation_id, "today")
    desk.log.wait_for(MessageAdded, lambda event: event.message.text == "from yesterday")


def test_asking_first_is_for_messages_that_wait_too(desk: Desk) -> None:
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=100, seed=1))
    desk.garage.engines["/models/A.gguf"] = ScriptedEngine(["It is two hours on foot."], n_ctx=800)
    desk.inference.load(model("A"), LoadOptions())
    conversation_id = desk.store.create_conversation("asks").id
    desk.store.set_policy(conversation_id, OverflowPolicy.STOP_AND_ASK)
    for number in range(4):
        desk.chat.send(conversation_id, "How far is it? " * 8)
        desk.log.wait_for(ReplyFinished, lambda _event, count=number: len(desk.log.of(ReplyFinished)) > count)  # type: ignore[misc]  # mypy cannot type a lambda's defaults
    desk.queue.add(conversation_id, "and how far is it back again?" * 12)
    failed = desk.log.wait_for(SendFailed)
    assert failed.error.code is ErrorCode.CONTEXT_WOULD_OVERFLOW
    assert failed.unsent_id is not None
    assert len(desk.unsent.waiting(conversation_id)) == 1
    desk.queue.send(failed.unsent_id, allows_leaving_out=True)
    desk.log.wait_for(MessageAdded, lambda event: event.unsent_id == failed.unsent_id)


def test_a_deleted_conversation_sends_nothing(desk: Desk, writing: str) -> None:
    desk.queue.add(writing, "next")
    waiting(desk, writing, 1)
    desk.history.delete(writing)
    desk.log.wait_for(ConversationsDeleted)
    desk.log.wait_for(ReplyFinished)
    settle(desk)
    assert desk.log.of(SendFailed) == []
    desk.store.restore(writing)
    assert [unsent.text for unsent in desk.unsent.waiting(writing)] == ["next"]
