"""Writing a reply again: on real models, from whatever was in the cache, and without a trace."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.batches import BatchRun, token_count
from chatdesk.core.context import PromptMessage
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import FinishReason, Role
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Engine, Finished, LoadOptions, PromptProgress
from chatdesk.engine.llama import load_llama
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.engine.snapshot_files import SnapshotFiles
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from tests.support.tiny_architectures import ARCHITECTURES, Generated
from tests.support.tiny_gguf import TinyModel

LIVELY = SamplingParams(temperature=1.2, top_k=0, top_p=1, min_p=0, repeat_penalty=1, seed=7, max_tokens=24)
OPTIONS = LoadOptions(n_ctx=2048, n_batch=128, n_ubatch=128)


class Reply:
    """Everything that was said of one reply."""

    def __init__(self, said: list[PromptProgress | Chunk | Finished]) -> None:
        self.token_ids = tuple(token for item in said if isinstance(item, Chunk) for token in item.token_ids)
        self.text = "".join(item.text for item in said if isinstance(item, Chunk))
        self.cached = next(item.cached for item in said if isinstance(item, PromptProgress))
        (self.end,) = (item for item in said if isinstance(item, Finished))


def never() -> bool:
    return False


def ask(engine: Engine, prompt: list[int], sampling: SamplingParams = LIVELY, owner: str = "a") -> Reply:
    return Reply(list(engine.generate(prompt, sampling, never, owner)))


def replay(engine: Engine, prompt: list[int], recorded: Reply, sampling: SamplingParams = LIVELY) -> Reply:
    return Reply(list(engine.replay(prompt, recorded.end.batches, sampling, never)))


def user(text: str) -> PromptMessage:
    return PromptMessage(Role.USER, text)


def said(reply: Reply) -> PromptMessage:
    return PromptMessage(Role.ASSISTANT, "", reply.token_ids)


LONG = user("Tell me a story about a ship. " + "The ship is important. " * 50)


@pytest.fixture(params=["scripted", "tiny", pytest.param("starter", marks=pytest.mark.starter)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    made: Engine
    if request.param == "scripted":
        made = ScriptedEngine(["One two three, vier fünf 六. " * 400], n_ctx=4096, n_batch=128)
    elif request.param == "tiny":
        script = ("▁One", "▁two", "▁three,", "▁vier", "▁f", "ün".encode(), "f", "▁", "六".encode(), ".")
        circle = TinyModel(script=script, ends=False).write(tmp_path / "circle.gguf")
        made = load_llama(circle, OPTIONS, lambda _: True)
    else:
        made = load_llama(request.getfixturevalue("starter_model"), OPTIONS, lambda _: True)
    yield made
    made.close()


@pytest.fixture
def starter(starter_model: ModelFile, tmp_path: Path) -> Iterator[Engine]:
    made = load_llama(starter_model, OPTIONS, lambda _: True, shelf(tmp_path))
    yield made
    made.close()


def shelf(folder: Path) -> SnapshotShelf:
    return SnapshotShelf("key", MemorySnapshots(lambda: 1 << 32), SnapshotFiles(folder, "key", lambda: 1 << 32))


def test_a_reply_tells_the_batches_of_its_prompt(engine: Engine) -> None:
    prompt = engine.prompt_tokens([LONG])
    batches = ask(engine, prompt).end.batches
    assert token_count(batches) == len(prompt)
    assert {run.size for run in batches[:-1]} == {128}


def test_a_replay_says_the_same(engine: Engine) -> None:
    prompt = engine.prompt_tokens([LONG])
    first = ask(engine, prompt)
    again = replay(engine, prompt, first)
    assert (again.token_ids, again.text) == (first.token_ids, first.text)
    assert again.end == first.end


def test_after_a_replay_the_conversation_goes_on_as_if_nothing_had_been(engine: Engine) -> None:
    first = ask(engine, engine.prompt_tokens([LONG]))
    next_prompt = engine.prompt_tokens([LONG, said(first), user("And then?")])
    known = engine.cached_tokens(next_prompt)
    replay(engine, engine.prompt_tokens([LONG]), first)
    assert engine.cached_tokens(next_prompt) == known > len(engine.prompt_tokens([LONG]))
    assert ask(engine, next_prompt).cached == known


def test_a_replay_that_is_left_early_leaves_no_trace_either(engine: Engine) -> None:
    prompt = engine.prompt_tokens([LONG])
    first = ask(engine, prompt)
    known = engine.cached_tokens(prompt)
    left = engine.replay(prompt, first.end.batches, LIVELY, never)
    next(iter(left))
    left.close()  # type: ignore[attr-defined]  # it is a generator
    assert engine.cached_tokens(prompt) == known


def test_a_replay_can_be_stopped_while_it_reads_and_while_it_writes(engine: Engine) -> None:
    prompt = engine.prompt_tokens([LONG])
    first = ask(engine, prompt)
    at_once = Reply(list(engine.replay(prompt, first.end.batches, LIVELY, lambda: True)))
    assert (at_once.token_ids, at_once.end.reason, at_once.end.batches) == ((), FinishReason.STOPPED, ())
    chunks: list[Chunk] = []
    later: list[PromptProgress | Chunk | Finished] = []

    def has_said_enough() -> bool:
        return len(chunks) >= 3

    for item in engine.replay(prompt, first.end.batches, LIVELY, has_said_enough):
        later.append(item)
        if isinstance(item, Chunk):
            chunks.append(item)
    assert Reply(later).end.reason is FinishReason.STOPPED
    assert 0 < len(Reply(later).token_ids) < len(first.token_ids)


def test_side_work_behind_a_conversation_processes_only_what_it_adds_and_leaves_no_trace(engine: Engine) -> None:
    messages = [LONG]
    messages.append(said(ask(engine, engine.prompt_tokens(messages))))
    next_prompt = engine.prompt_tokens([*messages, user("And then?")])
    known = engine.cached_tokens(next_prompt)
    with engine.aside():
        title = ask(engine, engine.prompt_tokens([*messages, user("Give this a title.")]), owner="")
    assert title.cached >= len(engine.prompt_tokens([LONG]))
    assert engine.cached_tokens(next_prompt) == known
    assert ask(engine, next_prompt).cached == known


def test_side_work_on_something_else_leaves_no_trace_either(engine: Engine) -> None:
    first = ask(engine, engine.prompt_tokens([LONG]))
    next_prompt = engine.prompt_tokens([LONG, said(first), user("And then?")])
    known = engine.cached_tokens(next_prompt)
    with engine.aside():
        ask(engine, engine.prompt_tokens([user("Something else.")]), owner="")
    assert ask(engine, next_prompt).cached == known


def test_the_tokens_of_a_reply_are_its_text(engine: Engine) -> None:
    reply = ask(engine, engine.prompt_tokens([LONG]))
    assert engine.text_of(reply.token_ids) == reply.text


def test_a_batch_that_is_too_large_is_refused_in_words(tiny_model: ModelFile) -> None:
    engine = load_llama(tiny_model, OPTIONS, lambda _: True)
    prompt = engine.prompt_tokens([LONG])[:200]
    with pytest.raises(UserFacingError) as caught:
        list(engine.replay(prompt, [BatchRun(200, 200)], LIVELY, never))
    assert caught.value.code is ErrorCode.REPLAY_OTHER_SETTINGS
    engine.close()


# --- exactly the same, whatever the prompt was made of ---


@pytest.mark.starter
def test_a_reply_behind_many_turns_comes_out_the_same(starter: Engine) -> None:
    messages = [LONG]
    for turn in range(4):
        reply = ask(starter, starter.prompt_tokens(messages), replace(LIVELY, seed=turn))
        messages += [said(reply), user(f"What happened in chapter {turn}?")]
    prompt = starter.prompt_tokens(messages)
    last = ask(starter, prompt)
    assert last.cached > 0
    assert BatchRun(1, 1, 24) in last.end.batches
    for _ in range(2):
        assert replay(starter, prompt, last).token_ids == last.token_ids


@pytest.mark.starter
def test_a_reply_behind_tokens_of_a_batch_that_was_taken_back_comes_out_the_same(starter: Engine) -> None:
    ask(starter, starter.prompt_tokens([LONG]))
    # Edited: the beginning of the last batch stays in the cache, and its end does not.
    prompt = starter.prompt_tokens([user(LONG.text[:900] + " But this ship is made of glass, and it sings.")])
    edited = ask(starter, prompt)
    assert any(run.kept < run.size for run in edited.end.batches)
    assert replay(starter, prompt, edited).token_ids == edited.token_ids


@pytest.mark.starter
def test_a_reply_behind_a_restored_snapshot_comes_out_the_same(
    starter: Engine, starter_model: ModelFile, tmp_path: Path
) -> None:
    first = ask(starter, starter.prompt_tokens([LONG]))
    write = starter.snapshot()
    assert write is not None
    assert write()
    second = load_llama(starter_model, OPTIONS, lambda _: True, shelf(tmp_path))
    prompt = second.prompt_tokens([LONG, said(first), user("And then?")])
    restored = ask(second, prompt)
    assert restored.cached > len(starter.prompt_tokens([LONG]))
    assert replay(second, prompt, restored).token_ids == restored.token_ids
    second.close()


@pytest.mark.starter
def test_side_work_changes_neither_the_next_reply_nor_what_is_written_to_disk(
    starter: Engine, starter_model: ModelFile
) -> None:
    def next_reply(engine: Engine, *, has_side_work: bool) -> Reply:
        engine.forget(None)
        first = ask(engine, engine.prompt_tokens([LONG]))
        if has_side_work:
            with engine.aside():
                ask(engine, engine.prompt_tokens([LONG, said(first), user("Give this a title.")]), owner="")
        return ask(engine, engine.prompt_tokens([LONG, said(first), user("And then?")]))

    plain, after = (next_reply(starter, has_side_work=it_has) for it_has in (False, True))
    assert (after.token_ids, after.cached, after.end) == (plain.token_ids, plain.cached, plain.end)
    assert starter.snapshot() is not None, "it still has its owner"


@pytest.mark.parametrize("make", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_every_architecture_writes_the_same_again_and_lets_side_work_pass(
    make: Callable[[], Generated], tmp_path: Path
) -> None:
    """Also those that cannot go back: a hybrid model reads anew what was changed, and is copied for side work."""
    model = replace(make(), is_random=True).write(tmp_path / "random.gguf")
    engine = load_llama(model, LoadOptions(n_ctx=1024, n_batch=64, n_ubatch=64), lambda _: True)
    prompt = [3 + place % 200 for place in range(150)]
    first = ask(engine, prompt)
    longer = [*prompt, *first.token_ids, 7, 8, 9]
    second = ask(engine, longer)
    changed = [*prompt, *first.token_ids, 8, 9, 10, 11]
    third = ask(engine, changed)
    for tokens, reply in ((prompt, first), (longer, second), (changed, third)):
        assert replay(engine, tokens, reply).token_ids == reply.token_ids
    following = [*changed, *third.token_ids, 5]
    known = engine.cached_tokens(following)
    with engine.aside():
        ask(engine, [*changed, *third.token_ids, 6, 6, 6], owner="")
    assert ask(engine, following).cached == known > len(changed)
    engine.close()
