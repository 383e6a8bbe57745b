from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import (
    ConversationChanged,
    ConversationCreated,
    Event,
    JobCrashed,
    NoticeRaised,
    ReplyFinished,
)
from chatdesk.core.titles import TITLE_REQUEST
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.titles import TitleService
from chatdesk.services.worker import Priority
from tests.support.desk import Desk
from tests.support.talking import ask, engine_busy, load, rest, wait_until

TITLE = "A walk to the hut"


class Titler(ScriptedEngine):
    """Replies with a sentence, and with `title` when it is asked for one."""

    def __init__(self, title: str | UserFacingError | Callable[[], str] = TITLE, seconds_per_chunk: float = 0) -> None:
        def reply(messages: Sequence[PromptMessage]) -> str | UserFacingError:
            if not is_request(messages):
                return "It is two hours on foot."
            return title() if callable(title) else title

        super().__init__(reply, n_ctx=2400, seconds_per_chunk=seconds_per_chunk)

    @property
    def requests(self) -> int:
        return sum(map(is_request, self.prompts))


def is_request(messages: Sequence[PromptMessage]) -> bool:
    return bool(messages) and messages[-1].text.endswith(TITLE_REQUEST)


class Titled:
    """A desk with titles; what is announced reaches them as it does in the app."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.has_power = True
        titles = TitleService(
            desk.store, desk.inference, desk.context, lambda: desk.settings, lambda: self.has_power, desk.log.post
        )
        desk.log.listeners.append(titles.on_event)
        desk.log.listeners.append(self._show)
        desk.settings = replace(desk.settings, writes_titles=True)

    def _show(self, event: Event) -> None:
        """As the window shows what was begun in it."""
        if isinstance(event, ConversationCreated):
            self.desk.chat.prepare(event.conversation.id)

    def ask(self, text: str, conversation_id: str | None = None) -> str:
        """Have a message answered and wait until the engine rests; returns the conversation."""
        message = ask(self.desk, text, conversation_id).message
        rest(self.desk)
        return message.conversation_id

    def title(self, conversation_id: str) -> str:
        return self.desk.store.conversation(conversation_id).title


@pytest.fixture
def titled(desk: Desk) -> Iterator[Titled]:
    yield Titled(desk)
    assert desk.log.of(JobCrashed) == []


def test_the_first_message_is_the_title_until_the_model_writes_a_better_one(titled: Titled) -> None:
    load(titled.desk, Titler())
    conversation_id = titled.ask("How far is the hut, and where do I begin?")
    assert titled.title(conversation_id) == TITLE
    announced = [event.conversation.title for event in titled.desk.log.of(ConversationChanged)]
    assert announced[-1] == TITLE


def test_it_is_written_once(titled: Titled) -> None:
    engine = Titler()
    load(titled.desk, engine)
    conversation_id = titled.ask("How far is the hut?")
    titled.ask("And back?", conversation_id)
    assert engine.requests == 1


def test_a_persons_title_stays(titled: Titled) -> None:
    engine = Titler()
    load(titled.desk, engine)
    with engine_busy(titled.desk):
        titled.desk.chat.send(None, "How far is the hut?")
        assert wait_until(lambda: bool(titled.desk.store.conversations()))
        conversation_id = titled.desk.store.conversations()[0].id
        titled.desk.store.rename(conversation_id, "My hut")
    titled.desk.log.wait_for(ReplyFinished)
    rest(titled.desk)
    assert (titled.title(conversation_id), engine.requests) == ("My hut", 0)


def test_a_title_that_a_person_gives_while_the_model_writes_one_stays(titled: Titled) -> None:
    def title() -> str:
        titled.desk.store.rename(titled.desk.store.conversations()[0].id, "My hut")
        return TITLE

    engine = Titler(title)
    load(titled.desk, engine)
    conversation_id = titled.ask("How far is the hut?")
    assert (titled.title(conversation_id), engine.requests) == ("My hut", 1)


@pytest.mark.parametrize(
    "written", ["", "***", "much too " * 20, UserFacingError(ErrorCode.GENERATION_FAILED, reason="x")]
)
def test_what_is_no_title_changes_nothing_and_is_not_asked_for_again(
    titled: Titled, written: str | UserFacingError
) -> None:
    engine = Titler(written)
    load(titled.desk, engine)
    conversation_id = titled.ask("How far is the hut?")
    titled.ask("And back?", conversation_id)
    assert (titled.title(conversation_id), engine.requests) == ("How far is the hut?", 1)
    assert titled.desk.log.of(NoticeRaised) == [], "nobody waited for it"


def test_the_cache_of_the_conversation_is_as_it_was_and_the_next_message_processes_only_itself(titled: Titled) -> None:
    engine = Titler()
    load(titled.desk, engine)
    reply = ask(titled.desk, "How far is the hut?").message
    rest(titled.desk)
    assert engine.requests == 1
    length = reply.figures.prompt_tokens + reply.figures.reply_tokens
    second = ask(titled.desk, "And back?", reply.conversation_id).message
    assert second.figures.cached_tokens >= length
    # The scripted engine writes two tokens around a message, and one before a reply; some of it was read ahead.
    assert second.figures.prompt_tokens - length == len("And back?") + 4
    assert "" not in engine.saved


def test_something_more_urgent_ends_it_at_once_and_it_is_begun_again(titled: Titled) -> None:
    engine = Titler(" ".join(["word"] * 6), seconds_per_chunk=0.05)
    load(titled.desk, engine)
    conversation_id = ask(titled.desk, "How far is the hut?").message.conversation_id
    assert wait_until(lambda: engine.requests == 1)
    begun = []
    titled.desk.inference.run("urgent", lambda _engine: begun.append(titled.title(conversation_id)))
    assert wait_until(lambda: bool(begun))
    assert begun == ["How far is the hut?"], "it did not wait for the title"
    assert wait_until(lambda: titled.title(conversation_id).startswith("word"))
    assert engine.requests == 2


def test_it_comes_after_everything_else_that_waits(titled: Titled) -> None:
    engine = Titler()
    load(titled.desk, engine)
    order: list[int] = []
    with engine_busy(titled.desk):
        titled.desk.chat.send(None, "How far is the hut?")
        titled.desk.inference.run("idle", lambda _engine: order.append(engine.requests), Priority.IDLE)
    titled.desk.log.wait_for(ReplyFinished)
    rest(titled.desk)
    assert order == [0]
    assert engine.requests == 1


@pytest.mark.parametrize(
    "keep_from",
    [
        lambda titled: setattr(titled, "has_power", False),
        lambda titled: setattr(titled.desk, "settings", replace(titled.desk.settings, writes_titles=False)),
        lambda titled: setattr(titled.desk, "settings", replace(titled.desk.settings, writes_titles=None)),
    ],
    ids=["on battery", "switched off", "a small model"],
)
def test_no_title_is_asked_for(titled: Titled, keep_from: Callable[[Titled], None]) -> None:
    engine = Titler()
    load(titled.desk, engine)
    keep_from(titled)
    titled.ask("How far is the hut?")
    assert engine.requests == 0


def test_a_large_model_writes_titles_unasked(titled: Titled) -> None:
    engine = Titler()
    engine.info = replace(engine.info, n_params=7 * 10**9)
    load(titled.desk, engine)
    titled.desk.settings = replace(titled.desk.settings, writes_titles=None)
    assert titled.title(titled.ask("How far is the hut?")) == TITLE


def test_a_conversation_that_is_long_already_keeps_its_title(titled: Titled) -> None:
    engine = Titler()
    load(titled.desk, engine)
    titled.desk.settings = replace(titled.desk.settings, writes_titles=False)
    conversation_id = titled.ask("How far is the hut?")
    for turn in range(3):
        titled.ask(f"And {turn}?", conversation_id)
    titled.desk.settings = replace(titled.desk.settings, writes_titles=True)
    titled.ask("And now?", conversation_id)
    assert engine.requests == 0


def test_a_conversation_that_is_not_shown_gets_no_title(titled: Titled) -> None:
    engine = Titler()
    load(titled.desk, engine)
    with engine_busy(titled.desk):
        titled.desk.chat.send(None, "How far is the hut?")
        assert wait_until(lambda: bool(titled.desk.store.conversations()))
        titled.desk.chat.prepare(None)
    titled.desk.log.wait_for(ReplyFinished)
    rest(titled.desk)
    assert engine.requests == 0


def test_a_reply_that_failed_gives_no_title(titled: Titled) -> None:
    engine = ScriptedEngine([UserFacingError(ErrorCode.GENERATION_FAILED, reason="x")])
    load(titled.desk, engine)
    titled.ask("How far is the hut?")
    assert len(engine.prompts) == 1
