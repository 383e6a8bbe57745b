from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import ReplayFinished, ReplayProgressed, ReplyExplained, ReplyStarted
from chatdesk.core.messages import Message, ReplyStatus
from chatdesk.core.replays import ChangedOption, Difference, ReplayResult, ReplayVerdict
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.replays import ReplayService
from tests.support.desk import Desk, model
from tests.support.talking import ask, engine_busy, load, wait_until


class Files:
    """What lies at the path of each model."""

    def __init__(self) -> None:
        self.hashes: dict[str, str] = {}

    def __call__(self, path: str) -> str | None:
        return self.hashes.get(path)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def replays(desk: Desk, files: Files) -> ReplayService:
    return ReplayService(desk.store, desk.worker, desk.inference, files, desk.log.post)


def outcome(desk: Desk, replays: ReplayService, message: Message) -> ReplayResult:
    replays.replay(message.id)
    return desk.log.wait_for(ReplayFinished, lambda event: event.message_id == message.id).result


def changing(*replies: str) -> Callable[[Sequence[PromptMessage]], str]:
    """Says another thing each time it is asked, and the last for ever."""
    left = list(replies)
    return lambda _messages: left.pop(0) if len(left) > 1 else left[0]


def test_a_reply_that_comes_out_the_same_is_identical(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(["One two three."]))
    reply = ask(desk, "Hi").message
    assert outcome(desk, replays, reply) == ReplayResult(ReplayVerdict.IDENTICAL, len("One two three."))
    progress = [(event.done, event.total) for event in desk.log.of(ReplayProgressed)]
    assert progress[0][0] == 0
    assert progress[-1][0] == progress[-1][1]


def test_it_is_made_from_the_same_prompt_in_the_same_batches(desk: Desk, replays: ReplayService) -> None:
    engine = ScriptedEngine(["One."])
    load(desk, engine)
    first = ask(desk, "Hi").message
    second = ask(desk, "And?", first.conversation_id).message
    prompt = tuple(engine.prompt_tokens(engine.prompts[-1]))
    outcome(desk, replays, second)
    ((replayed, batches),) = engine.replayed
    assert replayed == prompt
    assert [run.size for run in batches] != [len(prompt)], "the first reply had been written byte by byte"


@pytest.mark.parametrize(
    ("recorded", "replayed", "difference"),
    [
        ("The cat sat.", "The dog sat.", Difference(5, "cat", "dog")),
        ("The cat.", "The cat. And more of it.", Difference(9, "", "And")),
        ("The cat sat on it.", "The cat", Difference(8, "sat", "")),
    ],
)
def test_a_difference_is_named_by_its_token_and_the_words(
    desk: Desk, replays: ReplayService, recorded: str, replayed: str, difference: Difference
) -> None:
    load(desk, ScriptedEngine(changing(recorded, replayed)))
    result = outcome(desk, replays, ask(desk, "Hi").message)
    assert (result.verdict, result.difference) == (ReplayVerdict.DIFFERENT, difference)
    assert result.compared == difference.token - 1


def test_a_replay_does_not_go_on_behind_a_difference(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(changing("The cat sat.", "The dog " + "and so on " * 500), seconds_per_chunk=0.001))
    assert outcome(desk, replays, ask(desk, "Hi").message).verdict is ReplayVerdict.DIFFERENT
    assert len(desk.log.of(ReplayProgressed)) < 20


def test_a_reply_that_was_stopped_is_made_again_to_where_it_was_stopped(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(["word " * 200], seconds_per_chunk=0.005))
    desk.chat.send(None, "Hi")
    started = desk.log.wait_for(ReplyStarted).message
    assert wait_until(lambda: bool(desk.store.message(started.id).text))
    desk.chat.stop(started.conversation_id)
    assert wait_until(lambda: desk.store.message(started.id).status is ReplyStatus.STOPPED)
    stopped = desk.store.message(started.id)
    assert outcome(desk, replays, stopped) == ReplayResult(ReplayVerdict.IDENTICAL, len(stopped.text))


def test_nothing_of_a_replay_is_kept(desk: Desk, replays: ReplayService) -> None:
    engine = ScriptedEngine(changing("One two three.", "Other words."))
    load(desk, engine)
    reply = ask(desk, "Hi").message
    before = desk.store.messages(reply.conversation_id), desk.store.recipe(reply.id)
    known = engine.cached_tokens(engine.prompt_tokens(engine.prompts[0]))
    outcome(desk, replays, reply)
    assert (desk.store.messages(reply.conversation_id), desk.store.recipe(reply.id)) == before
    assert engine.cached_tokens(engine.prompt_tokens(engine.prompts[0])) == known
    assert engine.owners[-1] == ""


# --- stopping ---


def test_a_replay_can_be_stopped(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(["word " * 300], seconds_per_chunk=0.002))
    reply = ask(desk, "Hi").message
    replays.replay(reply.id)
    desk.log.wait_for(ReplayProgressed, lambda event: event.done > event.total // 2)
    replays.stop()
    result = desk.log.wait_for(ReplayFinished).result
    assert result.verdict is ReplayVerdict.STOPPED
    assert result.compared < len(reply.text)


def test_a_replay_that_waits_can_be_stopped(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(["One."]))
    reply = ask(desk, "Hi").message
    with engine_busy(desk):
        replays.replay(reply.id)
        replays.stop()
    assert desk.log.wait_for(ReplayFinished).result.verdict is ReplayVerdict.STOPPED


def test_a_replay_gives_way_to_a_message(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(["word " * 300], seconds_per_chunk=0.002))
    reply = ask(desk, "Hi").message
    replays.replay(reply.id)
    desk.log.wait_for(ReplayProgressed, lambda event: event.done > event.total // 2)
    desk.chat.send(reply.conversation_id, "Go on")
    assert desk.log.wait_for(ReplayFinished).result.verdict is ReplayVerdict.GIVEN_UP


def test_another_replay_takes_the_place_of_the_one_under_way(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(changing("word " * 300, "One.", "word " * 300, "One."), seconds_per_chunk=0.002))
    long, short = ask(desk, "Hi").message, ask(desk, "And?").message
    replays.replay(long.id)
    desk.log.wait_for(ReplayProgressed, lambda event: event.message_id == long.id and event.done > 100)
    assert outcome(desk, replays, short).verdict is ReplayVerdict.IDENTICAL
    first = next(event for event in desk.log.of(ReplayFinished) if event.message_id == long.id)
    assert first.result.verdict is ReplayVerdict.STOPPED


# --- why not ---


def test_without_a_record_there_is_no_replay(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine([UserFacingError(ErrorCode.GENERATION_FAILED, reason="x")]))
    result = outcome(desk, replays, ask(desk, "Hi").message)
    assert result.verdict is ReplayVerdict.IMPOSSIBLE
    assert result.obstacle is not None
    assert result.obstacle.code is ErrorCode.REPLAY_NO_RECORD


@pytest.mark.parametrize(
    ("there", "code"),
    [
        (None, ErrorCode.REPLAY_MODEL_GONE),
        ("another", ErrorCode.REPLAY_OTHER_FILE),
        ("scripted-A", ErrorCode.REPLAY_NOT_LOADED),
    ],
)
def test_another_model_does_not_replay_and_it_is_said_why(
    desk: Desk, replays: ReplayService, files: Files, there: str | None, code: ErrorCode
) -> None:
    load(desk, ScriptedEngine(["One."], name="A"))
    reply = ask(desk, "Hi").message
    load(desk, ScriptedEngine(["One."], name="B"))
    if there is not None:
        files.hashes[model("A").path] = there
    result = outcome(desk, replays, reply)
    assert result.verdict is ReplayVerdict.IMPOSSIBLE
    assert result.obstacle is not None
    assert (result.obstacle.code, result.obstacle.params) == (code, {"model": "A"})


def test_the_same_file_under_another_name_replays(desk: Desk, replays: ReplayService) -> None:
    load(desk, ScriptedEngine(["One."], name="A"))
    reply = ask(desk, "Hi").message
    renamed = ScriptedEngine(["One."], name="B")
    renamed.info = replace(renamed.info, file_hash="scripted-A")
    load(desk, renamed)
    assert outcome(desk, replays, reply).verdict is ReplayVerdict.IDENTICAL


def test_what_is_set_otherwise_is_told_beside_the_verdict(desk: Desk, replays: ReplayService) -> None:
    engine = ScriptedEngine(["One."])
    load(desk, engine)
    reply = ask(desk, "Hi").message
    engine.info = replace(engine.info, n_threads=7, has_flash_attention=False)
    result = outcome(desk, replays, reply)
    assert result.verdict is ReplayVerdict.IDENTICAL
    assert result.changed == (
        ChangedOption("n_threads", "1", "7"),
        ChangedOption("flash_attention", "True", "False"),
    )


def test_a_bug_in_a_replay_is_announced_as_its_end(desk: Desk, replays: ReplayService) -> None:
    replays.replay("no such message")
    result = desk.log.wait_for(ReplayFinished).result
    assert result.obstacle is not None
    assert result.obstacle.code is ErrorCode.INTERNAL


# --- what a reply was made from ---


def test_what_a_reply_was_made_from_is_told(desk: Desk, replays: ReplayService) -> None:
    engine = ScriptedEngine(["One."])
    load(desk, engine)
    reply = ask(desk, "Hi").message
    replays.explain(reply.id)
    told = desk.log.wait_for(ReplyExplained)
    assert told.message == reply
    assert told.recipe is not None
    assert told.recipe.prompt == tuple(engine.prompt_tokens(engine.prompts[0]))
    assert told.recipe.reply == tuple(b"One.")
    assert told.recipe.file_hash == "scripted-Scripted"
