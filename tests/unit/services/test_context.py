import threading
from collections.abc import Callable, Iterator, Sequence

from chatdesk.core.context_map import BlockKind, ContextUse, OverflowPolicy
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import (
    ContextMeasured,
    ConversationChanged,
    MessageAdded,
    MessageChanged,
    NoticeRaised,
    ReplyFinished,
    ReplyStarted,
    SendFailed,
)
from chatdesk.core.messages import Message
from chatdesk.core.settings import Settings
from chatdesk.engine.base import PromptProgress, ShouldStop
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.worker import Priority
from tests.support.desk import Desk
from tests.support.talking import ask, engine_busy, load, wait_until


def measured(desk: Desk, is_it: Callable[[ContextUse], bool]) -> ContextUse:
    """The first measurement that is as claimed."""
    return desk.log.wait_for(ContextMeasured, lambda event: is_it(event.use)).use


def draft_of(context: ContextUse) -> int:
    """How many tokens the draft is, without the two that go around it."""
    return sum(block.tokens - 2 for block in context.blocks if block.kind is BlockKind.DRAFT)


def said_of(context: ContextUse) -> list[str | None]:
    return [block.message_id for block in context.blocks if block.kind in (BlockKind.MESSAGE, BlockKind.PINNED)]


def talk(desk: Desk, turns: int) -> list[Message]:
    """A conversation of so many turns, each of 104 tokens with a scripted reply of 50."""
    conversation_id = None
    for turn in range(turns):
        conversation_id = ask(desk, f"{turn} ".ljust(50, "m"), conversation_id).message.conversation_id
    assert conversation_id is not None
    return list(desk.store.active_path(conversation_id))


def ids(messages: Sequence[Message]) -> list[str]:
    return [message.id for message in messages]


# --- measuring ---


def test_after_each_reply_the_context_is_measured(desk: Desk) -> None:
    load(desk, ScriptedEngine(["r" * 50]))
    path = talk(desk, 2)
    context = measured(desk, lambda context: len(said_of(context)) == 4)
    assert said_of(context) == ids(path)
    assert context.conversation_id == path[0].conversation_id
    assert all(block.is_cached for block in context.blocks)


def test_many_measurements_at_once_are_one_of_the_last(desk: Desk) -> None:
    load(desk, ScriptedEngine(["x"]))
    with engine_busy(desk):
        for length in range(1, 21):
            desk.chat.measure(None, "d" * length)
    measured(desk, lambda context: draft_of(context) == 20)
    assert len(desk.log.of(ContextMeasured)) == 1


def test_what_is_being_written_in_one_chat_is_not_counted_in_another(desk: Desk) -> None:
    load(desk, ScriptedEngine(["x"]))
    path = talk(desk, 1)
    with engine_busy(desk):
        desk.chat.measure(path[0].conversation_id, "draft")
        desk.chat.measure(None, "another")
    mine = measured(desk, lambda context: draft_of(context) == len("draft"))
    other = measured(desk, lambda context: draft_of(context) == len("another"))
    assert (mine.conversation_id, other.conversation_id) == (path[0].conversation_id, None)


def test_a_draft_is_counted_until_it_is_sent(desk: Desk) -> None:
    load(desk, ScriptedEngine(["x"]))
    path = talk(desk, 1)
    conversation_id = path[0].conversation_id
    desk.chat.measure(conversation_id, "draft")
    desk.chat.set_policy(conversation_id, OverflowPolicy.STOP_AND_ASK)
    asking = measured(desk, lambda context: context.policy is OverflowPolicy.STOP_AND_ASK)
    assert draft_of(asking) == len("draft")
    ask(desk, "draft", conversation_id)
    assert draft_of(measured(desk, lambda context: len(said_of(context)) == 4)) == 0


def test_without_a_model_nothing_is_measured(desk: Desk) -> None:
    desk.chat.measure(None, "draft")
    later = threading.Event()
    desk.inference.run("later", lambda _engine: later.set(), Priority.SPARE)
    assert later.wait(10)
    assert desk.log.of(ContextMeasured) == []


def test_measuring_gives_way_to_what_is_more_urgent_and_is_done_after_it(desk: Desk) -> None:
    happened: list[str] = []

    class Interrupted(ScriptedEngine):
        def count_tokens(self, text: str) -> int:
            if text == "draft" and "urgent" not in happened:
                desk.inference.run("urgent", lambda _engine: happened.append("urgent"))
            happened.append("count")
            return super().count_tokens(text)

    load(desk, Interrupted(["x"]))
    desk.chat.measure(None, "draft")
    measured(desk, lambda context: draft_of(context) == len("draft"))
    assert "urgent" in happened
    assert len(desk.log.of(ContextMeasured)) == 1


# --- reading ahead ---


def test_what_was_read_ahead_is_measured_and_cached(desk: Desk) -> None:
    engine = ScriptedEngine(["r" * 50])
    load(desk, engine)
    path = talk(desk, 2)
    engine.forget(None)
    desk.chat.prepare(path[0].conversation_id)
    assert wait_until(lambda: engine.prepared == [path[0].conversation_id])
    count = len(desk.log.of(ContextMeasured))
    desk.chat.measure(path[0].conversation_id)
    assert wait_until(lambda: len(desk.log.of(ContextMeasured)) > count)
    context = desk.log.of(ContextMeasured)[-1].use
    assert said_of(context) == ids(path)
    assert all(block.is_cached for block in context.blocks)


def test_reading_ahead_goes_on_after_something_more_urgent(desk: Desk) -> None:
    happened: list[str] = []

    class Interrupted(ScriptedEngine):
        def prepare(self, prompt: Sequence[int], should_stop: ShouldStop, owner: str = "") -> Iterator[PromptProgress]:
            for progress in super().prepare(prompt, should_stop, owner):
                if not happened:
                    happened.append("begun")
                    desk.inference.run("urgent", lambda _engine: happened.append("urgent"))
                yield progress
            happened.append("over")

    engine = Interrupted(["r" * 50], n_batch=16)
    load(desk, engine)
    path = talk(desk, 2)
    engine.forget(None)
    desk.chat.prepare(path[0].conversation_id)
    assert wait_until(lambda: happened == ["begun", "over", "urgent", "over"])
    assert wait_until(lambda: said_of(desk.log.of(ContextMeasured)[-1].use) == ids(path))


# --- pins and policies ---


def test_a_pinned_message_is_announced_measured_and_stays_in_the_prompt(desk: Desk) -> None:
    engine = ScriptedEngine(["r" * 50], n_ctx=600)
    load(desk, engine)
    path = talk(desk, 2)
    desk.chat.pin(path[0].id, True)
    changed = desk.log.wait_for(MessageChanged).message
    assert changed.is_pinned
    assert desk.store.message(path[0].id) == changed
    kinds = [BlockKind.SYSTEM, BlockKind.PINNED, *[BlockKind.MESSAGE] * 3]
    measured(desk, lambda context: [block.kind for block in context.blocks] == kinds)
    for turn in range(8):
        ask(desk, f"later {turn} ".ljust(50, "m"), path[0].conversation_id)
    assert engine.prompts[-1][0].text.startswith(path[0].text)
    desk.chat.pin(path[0].id, False)
    desk.log.wait_for(MessageChanged, lambda event: not event.message.is_pinned)
    ask(desk, "and now?", path[0].conversation_id)
    assert not engine.prompts[-1][0].text.startswith(path[0].text)


def test_a_reply_that_is_being_written_is_not_pinned(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 1000], seconds_per_chunk=0.01))
    desk.chat.send(None, "Hi")
    reply = desk.log.wait_for(ReplyStarted).message
    desk.chat.pin(reply.id, True)
    desk.chat.stop(reply.conversation_id)
    assert not desk.log.wait_for(ReplyFinished).message.is_pinned
    assert desk.log.of(MessageChanged) == []


def test_a_policy_is_announced_and_measured_and_decides_what_is_sent(desk: Desk) -> None:
    engine = ScriptedEngine(["r" * 50], n_ctx=600)
    load(desk, engine)
    path = talk(desk, 2)
    desk.chat.set_policy(path[0].conversation_id, OverflowPolicy.KEEP_FIRST_AND_LAST)
    desk.log.wait_for(
        ConversationChanged, lambda event: event.conversation.overflow_policy is OverflowPolicy.KEEP_FIRST_AND_LAST
    )
    measured(desk, lambda context: context.policy is OverflowPolicy.KEEP_FIRST_AND_LAST)
    for turn in range(8):
        ask(desk, f"later {turn} ".ljust(50, "m"), path[0].conversation_id)
    assert [message.text for message in engine.prompts[-1][:2]] == [path[0].text, path[1].text]
    assert len(engine.prompts[-1]) < 8


# --- asking before anything is left out ---


def asking(desk: Desk) -> list[Message]:
    """A conversation that asks before anything is left out, with no room for another exchange."""
    load(desk, ScriptedEngine(["r" * 50], n_ctx=2000))
    path = talk(desk, 14)
    desk.chat.set_policy(path[0].conversation_id, OverflowPolicy.STOP_AND_ASK)
    return path


def test_a_message_for_which_something_would_be_left_out_is_not_sent_unasked(desk: Desk) -> None:
    path = asking(desk)
    desk.chat.send(path[0].conversation_id, "m" * 50)
    failed = desk.log.wait_for(SendFailed)
    assert failed.error.code is ErrorCode.CONTEXT_WOULD_OVERFLOW
    assert failed.error.params["count"] > 0
    assert (failed.conversation_id, failed.text) == (path[0].conversation_id, "m" * 50)
    assert ids(desk.store.active_path(path[0].conversation_id)) == ids(path)


def test_what_was_allowed_to_be_left_out_is_not_asked_about_again(desk: Desk) -> None:
    path = asking(desk)
    conversation_id = path[0].conversation_id
    for text in ("m" * 50, "short"):
        ask(desk, text, conversation_id, allows_leaving_out=True)
    notice = desk.log.of(NoticeRaised)[-1]
    assert notice.error.code is ErrorCode.MESSAGES_LEFT_OUT
    ask(desk, "short", conversation_id)
    assert desk.log.of(SendFailed) == []
    desk.chat.send(conversation_id, "m" * 900)
    assert desk.log.wait_for(SendFailed).error.params["count"] > notice.error.params["count"]


def test_a_message_that_fits_is_sent_without_asking(desk: Desk) -> None:
    load(desk, ScriptedEngine(["fine"], n_ctx=700))
    path = talk(desk, 1)
    desk.chat.set_policy(path[0].conversation_id, OverflowPolicy.STOP_AND_ASK)
    assert ask(desk, "more", path[0].conversation_id).message.text == "fine"


def test_where_there_is_no_model_there_is_nothing_to_ask(desk: Desk) -> None:
    first = ask(desk, "Hi").message
    desk.chat.set_policy(first.conversation_id, OverflowPolicy.STOP_AND_ASK)
    second = ask(desk, "Hi again", first.conversation_id).message
    assert second.error is not None
    assert second.error.code is ErrorCode.NO_MODEL
    assert len(desk.log.of(MessageAdded)) == 4


def test_a_system_prompt_counts_like_everything_else(desk: Desk) -> None:
    load(desk, ScriptedEngine(["x"]))
    desk.chat.measure(None, "draft")
    before = measured(desk, lambda context: draft_of(context) == 5)
    desk.settings = Settings(system_prompt="Be brief.")
    desk.chat.measure(None, "drafts")
    after = measured(desk, lambda context: draft_of(context) == 6)
    assert after.used_tokens == before.used_tokens + len("Be brief.") + 2 + 1
