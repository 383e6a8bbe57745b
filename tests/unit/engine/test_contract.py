"""What every engine promises, asked of each: the scripted one, llama.cpp on a tiny file and on the starter model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import FinishReason, Role
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Engine, Finished, LoadOptions, PromptProgress
from chatdesk.engine.llama import load_llama
from chatdesk.engine.scripted import ScriptedEngine
from tests.support.tiny_gguf import TinyModel

STOP_SECONDS = 0.3
# On a machine that does other things as well, a stop takes as long as the system lets it wait.
PATIENCE_SECONDS = 3.0
N_CTX = 1024
GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_tokens=24)


@dataclass
class Reply:
    """Everything an engine said."""

    progress: list[PromptProgress]
    chunks: list[Chunk]
    finished: list[Finished]

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)

    @property
    def token_ids(self) -> tuple[int, ...]:
        return tuple(token for chunk in self.chunks for token in chunk.token_ids)

    @property
    def reason(self) -> FinishReason:
        return self.finished[-1].reason


def never() -> bool:
    return False


def ask(engine: Engine, prompt: list[int], sampling: SamplingParams = GREEDY) -> Reply:
    said = list(engine.generate(prompt, sampling, never))
    return Reply(
        [item for item in said if isinstance(item, PromptProgress)],
        [item for item in said if isinstance(item, Chunk)],
        [item for item in said if isinstance(item, Finished)],
    )


def user(text: str) -> PromptMessage:
    return PromptMessage(Role.USER, text)


@pytest.fixture(params=["scripted", "tiny", pytest.param("starter", marks=pytest.mark.starter)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine with a short context whose replies are long enough to be stopped."""
    options = LoadOptions(n_ctx=N_CTX, n_batch=128, n_ubatch=128)
    made: Engine
    if request.param == "scripted":
        made = ScriptedEngine(["One two three, vier fünf 六. " * 400], n_ctx=N_CTX, n_batch=128)
    elif request.param == "tiny":
        script = ("▁One", "▁two", "▁three,", "▁vier", "▁f", "ün".encode(), "f", "▁", "六".encode(), ".")
        circle = TinyModel(script=script, ends=False).write(tmp_path / "circle.gguf")
        made = load_llama(circle, options, lambda _: True)
    else:
        made = load_llama(request.getfixturevalue("starter_model"), options, lambda _: True)
    yield made
    made.close()


def test_progress_comes_first_and_ends_with_the_whole_prompt(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("word " * 60)])
    progress = ask(engine, prompt).progress
    assert progress[0] == PromptProgress(0, len(prompt), 0)
    assert progress[-1] == PromptProgress(len(prompt), len(prompt), 0)
    assert [step.processed for step in progress] == sorted({step.processed for step in progress})


def test_there_is_exactly_one_finished_and_it_is_last(engine: Engine) -> None:
    said = list(engine.generate(engine.prompt_tokens([user("Hello")]), GREEDY, never))
    assert [index for index, item in enumerate(said) if isinstance(item, Finished)] == [len(said) - 1]


def test_max_tokens_bounds_the_reply(engine: Engine) -> None:
    reply = ask(engine, engine.prompt_tokens([user("Count to a hundred.")]), replace(GREEDY, max_tokens=5))
    assert reply.reason is FinishReason.MAX_TOKENS
    assert len(reply.token_ids) == 5


def test_a_reply_ends_when_the_context_is_full(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("")])
    prompt += engine.prompt_tokens([user("again and ")])[1:] * 100
    prompt = prompt[: engine.info.n_ctx - 4]
    reply = ask(engine, prompt, SamplingParams(temperature=5, min_p=0, top_k=0, top_p=1, seed=3))
    if reply.reason is not FinishReason.END_OF_TURN:  # a model at random may stop by itself
        assert reply.reason is FinishReason.CONTEXT_FULL
        assert len(prompt) + len(reply.token_ids) in (engine.info.n_ctx, engine.info.n_ctx + 1)


@pytest.mark.parametrize("excess", [0, 1, 5000])
def test_a_prompt_that_leaves_no_room_is_refused_with_its_length(engine: Engine, excess: int) -> None:
    prompt = [engine.prompt_tokens([user("x")])[-1]] * (engine.info.n_ctx + excess)
    with pytest.raises(UserFacingError) as caught:
        ask(engine, prompt)
    assert caught.value.code is ErrorCode.PROMPT_TOO_LONG
    assert caught.value.detail.params == {"tokens": engine.info.n_ctx + excess, "n_ctx": engine.info.n_ctx}
    assert ask(engine, engine.prompt_tokens([user("Hello")])).text, "usable afterwards"


def test_an_empty_prompt_gets_a_reply(engine: Engine) -> None:
    assert ask(engine, []).finished


def test_the_next_turn_processes_only_what_is_new(engine: Engine) -> None:
    messages = [user("Tell me something.")]
    first = engine.prompt_tokens(messages)
    sampling = SamplingParams(temperature=1, seed=11, max_tokens=40)
    reply = ask(engine, first, sampling)
    messages += [PromptMessage(Role.ASSISTANT, reply.text, reply.token_ids), user("And then?")]
    second = engine.prompt_tokens(messages)
    assert second[: len(first) + len(reply.token_ids)] == [*first, *reply.token_ids]
    assert ask(engine, second).progress[0].cached == len(first) + len(reply.token_ids)


def test_the_same_prompt_again_processes_its_last_token_only(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("Hello")])
    ask(engine, prompt)
    assert ask(engine, prompt).progress[0].cached == len(prompt) - 1


def test_what_is_cached_is_told_without_changing_it(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("Hello, " + "how are you? " * 20)])
    assert engine.cached_tokens(prompt) == 0
    ask(engine, prompt)
    longer = engine.prompt_tokens([user("Hello, " + "how are you? " * 40)])
    expected = engine.cached_tokens(longer)
    assert engine.cached_tokens([]) == 0
    assert engine.cached_tokens(prompt) == len(prompt) - 1
    assert 0 < ask(engine, longer).progress[0].cached == expected


def test_another_beginning_is_processed_anew_from_where_it_differs(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("The same words, then different ones: " + "left " * 20)])
    other = engine.prompt_tokens([user("The same words, then different ones: " + "right " * 20)])
    common = next(index for index, (one, two) in enumerate(zip(prompt, other, strict=False)) if one != two)
    ask(engine, prompt)
    assert ask(engine, other).progress[0].cached == common


def test_the_same_seed_gives_the_same_reply_and_is_told(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("Say something new.")])
    ask(engine, prompt)  # both replies below start from the same cached prefix
    sampling = SamplingParams(temperature=1.5, seed=1234, max_tokens=30)
    first, second = ask(engine, prompt, sampling), ask(engine, prompt, sampling)
    assert first.token_ids == second.token_ids
    assert first.text == second.text
    assert first.finished[0].seed == second.finished[0].seed == 1234


def test_without_a_seed_one_is_drawn_that_gives_the_same_reply_again(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("Say something new.")])
    ask(engine, prompt)
    sampling = SamplingParams(temperature=1.5, max_tokens=30)
    first = ask(engine, prompt, sampling)
    second = ask(engine, prompt, replace(sampling, seed=first.finished[0].seed))
    assert second.token_ids == first.token_ids


@dataclass
class Stop:
    """A stop that is asked for by another thread as soon as something was said."""

    when: Callable[[object], bool]
    asked: threading.Event
    at: float = 0.0

    def see(self, item: object) -> None:
        if not self.asked.is_set() and self.when(item):
            self.at = time.monotonic()
            self.asked.set()


def stopped(engine: Engine, prompt: list[int], when: Callable[[object], bool]) -> tuple[list[object], float]:
    """What an engine said when stopped as soon as `when` was true, and how long the stop took."""
    stop = Stop(when, threading.Event())
    said: list[object] = []
    for item in engine.generate(prompt, replace(GREEDY, max_tokens=900), stop.asked.is_set):
        said.append(item)
        stop.see(item)
    return said, time.monotonic() - stop.at


def test_a_stop_during_generation_keeps_what_was_written(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("Write a long story.")])
    said, seconds = stopped(engine, prompt, lambda item: isinstance(item, Chunk))
    assert isinstance(said[-1], Finished)
    assert said[-1].reason is FinishReason.STOPPED
    assert "".join(item.text for item in said if isinstance(item, Chunk))
    assert seconds < PATIENCE_SECONDS
    assert ask(engine, engine.prompt_tokens([user("Hello")])).text, "usable afterwards"


def test_a_stop_during_prompt_processing_says_nothing(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("word " * 150)])
    said, seconds = stopped(engine, prompt, lambda item: isinstance(item, PromptProgress))
    assert [type(item) for item in said] == [PromptProgress, Finished]
    assert seconds < PATIENCE_SECONDS
    again = ask(engine, prompt)
    assert again.progress[-1].processed == len(prompt), "usable afterwards"
    assert again.finished


def test_a_reply_after_a_stop_is_the_one_there_would_have_been(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("Count: one, two")])
    expected = ask(engine, prompt).token_ids
    ask(engine, engine.prompt_tokens([user("Something else entirely")]))
    stopped(engine, prompt, lambda item: isinstance(item, PromptProgress))
    assert ask(engine, prompt).token_ids == expected


@pytest.mark.parametrize("given", [1, 2, 3, 7, 12, 20])
def test_a_reply_that_goes_on_is_the_one_there_would_have_been(engine: Engine, given: int) -> None:
    prompt = engine.prompt_tokens([user("Count to a hundred.")])
    whole = ask(engine, prompt)
    begun = ask(engine, prompt, replace(GREEDY, max_tokens=given))
    # A character that was cut at the end is written whole when the reply goes on.
    text = begun.text.removesuffix("\ufffd")
    opened = PromptMessage(Role.ASSISTANT, text, begun.token_ids, is_open=True)
    again = engine.prompt_tokens([user("Count to a hundred."), opened])
    assert again == [*prompt, *begun.token_ids]
    rest = engine.generate(again, replace(GREEDY, max_tokens=24 - given), never, continues=True)
    said = list(rest)
    chunks = [item for item in said if isinstance(item, Chunk)]
    assert said[0] == PromptProgress(len(again) - 1, len(again), len(again) - 1)
    assert begun.token_ids + tuple(token for chunk in chunks for token in chunk.token_ids) == whole.token_ids
    assert text + "".join(chunk.text for chunk in chunks) == whole.text


def test_a_reply_that_is_left_in_the_middle_leaves_the_engine_usable(engine: Engine) -> None:
    prompt = engine.prompt_tokens([user("Hello")])
    said = engine.generate(prompt, GREEDY, never)
    next(item for item in said if isinstance(item, Chunk))
    said.close()  # type: ignore[attr-defined]  # both engines' iterators are generators
    assert ask(engine, prompt).progress[0].cached == len(prompt) - 1


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00" * 100, "\ud800\udfff\ud800", "e" + "\u0301" * 10_000, "\ufffe\ue010" + "1\ue011\ue012"],
    ids=["empty", "space", "nul", "surrogates", "combining", "private"],
)
def test_any_text_can_be_counted_and_put_into_a_prompt(engine: Engine, text: str) -> None:
    assert engine.count_tokens(text) >= 0
    assert engine.prompt_tokens([user(text)])


def test_a_megabyte_is_tokenized(engine: Engine) -> None:
    assert engine.count_tokens("many words, 很多字。 " * 45_000) > 100_000


def test_closing_twice_is_fine(engine: Engine) -> None:
    engine.close()
    engine.close()


@dataclass
class LateStop:
    """A stop that another thread asks for while the engine computes."""

    after_seconds: float
    asked: threading.Event
    at: float = 0.0

    def start(self) -> threading.Timer:
        timer = threading.Timer(self.after_seconds, self._ask)
        timer.start()
        return timer

    def _ask(self) -> None:
        self.at = time.monotonic()
        self.asked.set()


@pytest.mark.starter
def test_a_stop_reaches_into_a_batch_of_a_real_model(starter_model: ModelFile) -> None:
    engine = load_llama(starter_model, LoadOptions(n_ctx=4096, n_batch=2048, n_ubatch=2048), lambda _: True)
    prompt = engine.prompt_tokens([user("word " * 1500)])
    times = []
    for _ in range(3):
        stop = LateStop(0.3, threading.Event())
        timer = stop.start()
        said = list(engine.generate(prompt, GREEDY, stop.asked.is_set))
        times.append(time.monotonic() - stop.at)
        timer.join()
        assert [type(item) for item in said] == [PromptProgress, Finished], "stopped within the one batch"
    expected = ask(engine, engine.prompt_tokens([user("Hello")])).token_ids
    engine.close()
    fresh = load_llama(starter_model, LoadOptions(n_ctx=4096, n_batch=2048, n_ubatch=2048), lambda _: True)
    assert ask(fresh, fresh.prompt_tokens([user("Hello")])).token_ids == expected, "nothing stays behind"
    fresh.close()
    # The best of three: what is measured is the engine, not what else this machine does.
    assert min(times) < STOP_SECONDS
