from collections.abc import Callable, Iterator, Sequence

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.context_map import ContextUse, OverflowPolicy
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import (
    ContextMeasured,
    ConversationOpened,
    JobCrashed,
    NoticeRaised,
    ReplyFinished,
    SummaryChanged,
)
from chatdesk.core.messages import Message, clean_text
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.summaries import Summary, summary_request
from chatdesk.engine.base import Chunk, Finished, PromptProgress, ShouldStop, never
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.worker import Priority
from chatdesk.store.summaries import SummaryStore
from tests.support.desk import Desk
from tests.support.talking import ask, load, rest, wait_until

N_CTX = 2400  # of which a prompt may be 1,800
TURN_CHARS = 60  # a message, and a reply to it
GIST = "They counted turns."


def is_request(messages: Sequence[PromptMessage]) -> bool:
    return messages[-1].text.endswith(summary_request(N_CTX))


class Summariser(ScriptedEngine):
    """Replies with 60 characters, and with `summary` when it is asked for one."""

    def __init__(self, summary: str | UserFacingError | Callable[[int], str] = GIST) -> None:
        def reply(messages: Sequence[PromptMessage]) -> str | UserFacingError:
            if not is_request(messages):
                return "r" * TURN_CHARS
            return summary(len(self.requests)) if callable(summary) else summary

        super().__init__(reply, n_ctx=N_CTX)

    @property
    def requests(self) -> list[tuple[PromptMessage, ...]]:
        return [messages for messages in self.prompts if is_request(messages)]

    def request_owners(self) -> set[str]:
        return {owner for owner, messages in zip(self.owners, self.prompts, strict=True) if is_request(messages)}


def begun(desk: Desk) -> str:
    """A conversation that is summarised when it is time for that."""
    first = ask(desk, "0 ".ljust(TURN_CHARS, "m")).message
    desk.chat.set_policy(first.conversation_id, OverflowPolicy.SUMMARISE)
    desk.chat.prepare(first.conversation_id)
    return first.conversation_id


def go_on(desk: Desk, conversation_id: str, first: int, last: int) -> tuple[Message, ...]:
    for turn in range(first, last + 1):
        ask(desk, f"{turn} ".ljust(TURN_CHARS, "m"), conversation_id)
        rest(desk)
    return desk.store.active_path(conversation_id)


def summarised(desk: Desk) -> Summary:
    summary = desk.log.wait_for(SummaryChanged).summary
    assert summary is not None
    return summary


def measured_last(desk: Desk) -> ContextUse:
    return desk.log.of(ContextMeasured)[-1].use


# --- in time ---


def test_before_a_conversation_outgrows_the_context_the_model_summarises_its_beginning(desk: Desk) -> None:
    engine = Summariser()
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 9)
    assert engine.requests == [], "at 69 percent it is too early"
    path = go_on(desk, conversation_id, 10, 10)
    summary = summarised(desk)
    assert (summary.text, summary.conversation_id, summary.model_name) == (GIST, conversation_id, "Scripted")
    assert summary.covers == tuple(message.id for message in path[: len(summary.covers)])
    assert 2 <= len(path) - len(summary.covers) <= 10
    assert desk.log.of(NoticeRaised) == [], "nothing was ever left out"


def test_what_is_announced_is_saved_and_then_measured(desk: Desk) -> None:
    load(desk, Summariser())
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 10)
    changed = desk.log.wait_for(SummaryChanged)
    assert SummaryStore(desk.database).shown(conversation_id) == changed.summary
    assert changed.summary is not None
    later = desk.log.events[desk.log.events.index(changed) :]
    use = next(event.use for event in later if isinstance(event, ContextMeasured))
    assert use.summarised == changed.summary.covers
    assert use.left_out == ()


def test_the_next_prompt_has_the_summary_in_place_of_what_it_covers(desk: Desk) -> None:
    engine = Summariser()
    load(desk, engine)
    conversation_id = begun(desk)
    path = go_on(desk, conversation_id, 1, 10)
    covered = len(summarised(desk).covers)
    ask(desk, "next", conversation_id)
    sent = engine.prompts[-1]
    assert sent[0].text == f"Summary of the earlier conversation: {GIST}\n\n{path[covered].text}"
    assert len(sent) == len(path) - covered + 1


def test_an_opened_conversation_tells_its_summary(desk: Desk) -> None:
    load(desk, Summariser())
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 10)
    desk.history.open(conversation_id)
    assert desk.log.wait_for(ConversationOpened).summary == summarised(desk)


def test_nothing_is_kept_of_the_request_and_the_conversation_is_read_again(desk: Desk) -> None:
    engine = Summariser()
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 10)
    summarised(desk)
    rest(desk)
    assert engine.request_owners() == {""}
    assert all(block.is_cached for block in measured_last(desk).blocks)
    assert "" not in engine.saved


def test_an_earlier_summary_is_taken_into_the_next(desk: Desk) -> None:
    engine = Summariser(lambda count: f"{GIST} Part {count}.")
    load(desk, engine)
    conversation_id = begun(desk)
    path = go_on(desk, conversation_id, 1, 22)
    first, *_, last = (event.summary for event in desk.log.of(SummaryChanged))
    assert first is not None
    assert last is not None
    assert len(last.covers) > len(first.covers)
    assert engine.requests[1][0].text.startswith(f"Summary of the earlier conversation: {GIST} Part 1.\n\n")
    assert last.covers == tuple(message.id for message in path[: len(last.covers)])
    assert desk.log.of(NoticeRaised) == []


def test_a_long_conversation_that_is_to_be_summarised_from_now_on_is_read_in_parts(desk: Desk) -> None:
    engine = Summariser()
    load(desk, engine)
    first = ask(desk, "0 ".ljust(TURN_CHARS, "m")).message
    go_on(desk, first.conversation_id, 1, 30)
    desk.chat.set_policy(first.conversation_id, OverflowPolicy.SUMMARISE)
    assert wait_until(lambda: len(desk.log.of(SummaryChanged)) >= 2)
    rest(desk)
    assert measured_last(desk).left_out == ()
    assert all(len(engine.prompt_tokens(request)) < N_CTX for request in engine.requests)


# --- and not otherwise ---


@pytest.mark.parametrize("policy", [None, *(set(OverflowPolicy) - {OverflowPolicy.SUMMARISE})])
def test_under_another_policy_nothing_is_summarised(desk: Desk, policy: OverflowPolicy | None) -> None:
    engine = Summariser()
    load(desk, engine)
    conversation_id = begun(desk)
    desk.chat.set_policy(conversation_id, policy)
    go_on(desk, conversation_id, 1, 12)
    assert engine.requests == []


def test_on_battery_nothing_is_summarised(desk: Desk) -> None:
    desk.has_power_to_spare = False
    engine = Summariser()
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 12)
    assert engine.requests == []
    desk.has_power_to_spare = True
    go_on(desk, conversation_id, 13, 13)
    assert summarised(desk).text == GIST


@pytest.mark.parametrize(
    "untrusted",
    ["", " \n\x00 ", "<think>What did they say?</think>", "<think>what", "on and on " * 500],
    ids=["empty", "blank", "only reasoning", "unfinished reasoning", "endless"],
)
def test_what_is_no_summary_is_thrown_away_and_not_asked_for_again_at_once(desk: Desk, untrusted: str) -> None:
    engine = Summariser(untrusted)
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 12)
    assert len(engine.requests) == 1
    assert desk.log.of(SummaryChanged) == []
    assert all(block.is_cached for block in measured_last(desk).blocks), "the conversation was read again"
    go_on(desk, conversation_id, 13, 16)
    assert len(engine.requests) == 2
    notice = desk.log.wait_for(NoticeRaised)
    assert notice.error.code is ErrorCode.MESSAGES_LEFT_OUT, "what takes the summary's place is told"


def test_a_summary_longer_than_what_it_covers_is_thrown_away(desk: Desk) -> None:
    engine = Summariser("w" * 550)
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 3)
    for _ in range(2):  # they stay as they were said, whatever they take
        ask(desk, "m" * 600, conversation_id)
    rest(desk)
    assert len(engine.requests) == 1
    assert desk.log.of(SummaryChanged) == []


def test_an_engine_that_fails_at_it_is_no_reason_for_a_notice(desk: Desk) -> None:
    engine = Summariser(UserFacingError(ErrorCode.GENERATION_FAILED, reason="x"))
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 11)
    assert len(engine.requests) == 1
    assert desk.log.of(NoticeRaised) == []
    assert desk.log.of(JobCrashed) == []


def test_reasoning_and_control_characters_are_no_part_of_a_summary(desk: Desk) -> None:
    load(desk, Summariser(f"<think>They counted, I think.</think>\n\n{GIST}\x1b[31m\r\n"))
    go_on(desk, begun(desk), 1, 10)
    assert summarised(desk).text == clean_text(f"{GIST}[31m")


# --- given up at once ---


class Slow(Summariser):
    """Takes its time for a summary, and tells when it begins."""

    def __init__(self, desk: Desk, interrupt: Callable[[], None]) -> None:
        super().__init__()
        self._desk = desk
        self._interrupt = interrupt
        self.given_up = 0

    def generate(
        self,
        prompt: Sequence[int],
        sampling: SamplingParams,
        should_stop: ShouldStop,
        owner: str = "",
        *,
        continues: bool = False,
        hurries: ShouldStop = never,
    ) -> Iterator[PromptProgress | Chunk | Finished]:
        for produced in super().generate(prompt, sampling, should_stop, owner, continues=continues, hurries=hurries):
            if isinstance(produced, Chunk) and is_request(self.prompts[-1]) and not self.given_up:
                self._interrupt()
                wait_until(should_stop)
                self.given_up += 1
            yield produced


@pytest.mark.parametrize("priority", [Priority.NORMAL, Priority.GLANCE, Priority.IDLE])
def test_a_summary_is_given_up_for_anything_else_and_written_after_it(desk: Desk, priority: Priority) -> None:
    happened: list[str] = []

    def interrupt() -> None:
        desk.inference.run("urgent", lambda _engine: happened.append("urgent"), priority)

    engine = Slow(desk, interrupt)
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 10)
    assert summarised(desk).text == GIST
    assert (engine.given_up, len(engine.requests), happened) == (1, 2, ["urgent"])
    assert len(desk.log.of(SummaryChanged)) == 1


def test_a_message_does_not_wait_for_a_summary(desk: Desk) -> None:
    sent: list[str] = []

    def interrupt() -> None:
        desk.chat.send(conversation_id, "quick")
        sent.append("quick")

    engine = Slow(desk, interrupt)
    load(desk, engine)
    conversation_id = begun(desk)
    for turn in range(1, 11):
        ask(desk, f"{turn} ".ljust(TURN_CHARS, "m"), conversation_id)
    assert wait_until(lambda: len(desk.log.of(ReplyFinished)) == 12)
    summarised(desk)
    assert sent == ["quick"]
    texts = [message.text for message in desk.store.active_path(conversation_id)]
    assert texts[-2] == "quick"


# --- a person's to change ---


def test_an_edited_summary_is_what_the_model_reads(desk: Desk) -> None:
    engine = Summariser()
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 10)
    summarised(desk)
    desk.chat.edit_summary(conversation_id, " They counted to ten.\r\n")
    edited = desk.log.wait_for(SummaryChanged, lambda event: event.summary is not None and event.summary.text != GIST)
    assert edited.summary is not None
    assert edited.summary.text == "They counted to ten."
    ask(desk, "next", conversation_id)
    assert "They counted to ten." in engine.prompts[-1][0].text


@pytest.mark.parametrize("way", ["undo", "edited to nothing"])
def test_an_undone_summary_stands_for_nothing_until_the_messages_do_not_fit_any_more(desk: Desk, way: str) -> None:
    engine = Summariser()
    load(desk, engine)
    conversation_id = begun(desk)
    path = go_on(desk, conversation_id, 1, 10)
    summarised(desk)
    if way == "undo":
        desk.chat.undo_summary(conversation_id)
    else:
        desk.chat.edit_summary(conversation_id, " \n")
    desk.log.wait_for(SummaryChanged, lambda event: event.summary is None)
    go_on(desk, conversation_id, 11, 13)
    assert len(engine.requests) == 1
    assert engine.prompts[-1][0].text == path[0].text
    go_on(desk, conversation_id, 14, 16)
    assert len(engine.requests) == 2
    assert measured_last(desk).summarised


def test_without_a_summary_there_is_nothing_to_change(desk: Desk) -> None:
    load(desk, Summariser())
    conversation_id = begun(desk)
    desk.chat.undo_summary(conversation_id)
    desk.chat.edit_summary(conversation_id, "words")
    go_on(desk, conversation_id, 1, 1)
    assert desk.log.of(SummaryChanged) == []
    assert desk.log.of(JobCrashed) == []


def test_a_summary_of_what_was_changed_meanwhile_is_thrown_away(desk: Desk) -> None:
    def change_policy() -> None:
        desk.store.set_policy(conversation_id, OverflowPolicy.DROP_OLDEST)

    def summary(_count: int) -> str:
        change_policy()
        return GIST

    engine = Summariser(summary)
    load(desk, engine)
    conversation_id = begun(desk)
    go_on(desk, conversation_id, 1, 11)
    assert len(engine.requests) == 1
    assert desk.log.of(SummaryChanged) == []
