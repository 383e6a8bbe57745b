"""Reasoning with a true model: found from its file, switched, bounded, and out of the way in the next turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.messages import FinishReason, PartKind, Role
from chatdesk.core.reasoning import ReasoningKind
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Finished, LoadOptions, ShouldStop, never
from chatdesk.engine.llama import LlamaEngine, load_llama
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf, common_prefix
from tests.support.tiny_architectures import ARCHITECTURES
from tests.support.tiny_gguf import CONTROL, TEMPLATE, TinyModel

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_tokens=50)
HISTORY = TEMPLATE.replace("{{ message.content }}", "{{ message.content.split('</think>')[-1] }}")
OPENS = HISTORY + "<think>"
SWITCHES = (
    HISTORY + "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% else %}<think>{% endif %}"
)
SCRIPT = ("<think>", "▁Two", "▁and", "▁two", "▁make", "</think>", "\n\n", "Four", "▁of", "▁course.")
TOKENS = TinyModel(script=SCRIPT, user_defined=("<think>", "</think>"))
Load = Callable[[TinyModel], LlamaEngine]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    loaded: list[LlamaEngine] = []

    def make(model: TinyModel, n_ctx: int = 512) -> LlamaEngine:
        file = model.write(tmp_path / f"{len(loaded)}.gguf")
        loaded.append(load_llama(file, LoadOptions(n_ctx=n_ctx), lambda _: True))
        return loaded[-1]

    yield make
    for engine in loaded:
        engine.close()


def user(text: str) -> PromptMessage:
    return PromptMessage(Role.USER, text)


class Reply:
    """What an engine wrote for a prompt."""

    def __init__(
        self, engine: LlamaEngine, prompt: list[int], sampling: SamplingParams = GREEDY, hurries: ShouldStop = never
    ) -> None:
        items = list(engine.generate(prompt, sampling, never, "c", hurries=hurries))
        self.chunks = [item for item in items if isinstance(item, Chunk)]
        last = items[-1]
        assert isinstance(last, Finished)
        self.reason = last.reason

    @property
    def parts(self) -> tuple[str, str]:
        return tuple("".join(chunk.text for chunk in self.chunks if chunk.kind is kind) for kind in KINDS)  # type: ignore[return-value]  # there are two kinds

    @property
    def token_ids(self) -> tuple[int, ...]:
        return tuple(token for chunk in self.chunks for token in chunk.token_ids)


KINDS = (PartKind.REASONING, PartKind.TEXT)
BOTH = ("Two and two make", "Four of course.")


def test_a_prompt_that_ends_inside_reasoning_is_answered_with_the_rest_of_it(load: Load) -> None:
    engine = load(replace(TOKENS, chat_template=OPENS))
    assert engine.info.reasoning is ReasoningKind.ALWAYS
    assert Reply(engine, engine.prompt_tokens([user("Hi")])).parts == BOTH


def test_reasoning_is_switched_by_the_template(load: Load) -> None:
    engine = load(replace(TOKENS, chat_template=SWITCHES))
    assert engine.info.reasoning is ReasoningKind.ON_BY_DEFAULT
    for reasoning, parts in ((None, BOTH), (True, BOTH), (False, ("", BOTH[1]))):
        assert Reply(engine, engine.prompt_tokens([user("Hi")], reasoning=reasoning)).parts == parts


@pytest.mark.parametrize("kind", ["control", "user_defined"])
def test_the_markers_tokens_may_be_of_either_kind(load: Load, kind: str) -> None:
    markers = ("<think>", "</think>")
    special = {"control": (*CONTROL, *markers)} if kind == "control" else {"user_defined": markers}
    engine = load(TinyModel(script=SCRIPT, chat_template=TEMPLATE, **special))
    assert engine.info.reasoning is ReasoningKind.NONE, "its template says nothing of it"
    assert Reply(engine, engine.prompt_tokens([user("Hi")])).parts == BOTH


def test_markers_may_be_spelled_with_ordinary_tokens(load: Load) -> None:
    script = ("▁<th", "ink>", "Two", "▁and", "▁two", "</", "think>Fo", "ur.")
    engine = load(TinyModel(script=script, chat_template=HISTORY))
    assert engine.info.reasoning is ReasoningKind.ALWAYS
    reply = Reply(engine, engine.prompt_tokens([user("Hi")]))
    assert reply.parts == ("Two and two", "Four.")
    assert reply.token_ids == tuple(TinyModel(script=script).script_tokens)


def test_after_its_tokens_the_model_is_brought_to_its_reply(load: Load) -> None:
    engine = load(replace(TOKENS, chat_template=OPENS))
    prompt = engine.prompt_tokens([user("Hi")])
    reply = Reply(engine, prompt, replace(GREEDY, reasoning_budget=2))
    assert reply.parts == ("Two and", "Four of course.")
    assert reply.reason is FinishReason.END_OF_TURN
    assert TOKENS.token("</think>") in reply.token_ids
    assert engine.cached_tokens([*prompt, *reply.token_ids, 5]) == len(prompt) + len(reply.token_ids)
    assert Reply(engine, prompt, replace(GREEDY, reasoning_budget=0)).parts == ("", "Four of course.")


def test_the_reply_can_be_had_at_once(load: Load) -> None:
    engine = load(replace(TOKENS, chat_template=OPENS))
    hurried = Reply(engine, engine.prompt_tokens([user("Hi")]), hurries=lambda: True)
    assert hurried.parts == ("", "Four of course.")


def test_a_reply_is_bounded_without_its_reasoning(load: Load) -> None:
    engine = load(replace(TOKENS, chat_template=OPENS))
    reply = Reply(engine, engine.prompt_tokens([user("Hi")]), replace(GREEDY, max_tokens=1))
    assert reply.parts == ("Two and two make", "Four")
    assert reply.reason is FinishReason.MAX_TOKENS


def test_reasoning_without_end_leaves_the_reply_its_room(load: Load) -> None:
    circle = replace(TOKENS, script=("<think>", "▁round", "▁and"), ends=False, chat_template=OPENS)
    engine = load(circle)
    prompt = engine.prompt_tokens([user("Hi")])
    reply = Reply(engine, prompt, replace(GREEDY, max_tokens=40))
    reasoned = sum(len(chunk.token_ids) for chunk in reply.chunks if chunk.kind is PartKind.REASONING)
    assert reply.reason is FinishReason.MAX_TOKENS
    assert reasoned > 100
    assert len(prompt) + len(reply.token_ids) <= engine.info.n_ctx


def test_the_next_turn_has_the_reply_without_its_reasoning(load: Load) -> None:
    engine = load(replace(TOKENS, chat_template=OPENS))
    first = [user("Hi")]
    prompt = engine.prompt_tokens(first)
    reply = Reply(engine, prompt)
    said = [item for item in reply.chunks if item.kind is PartKind.TEXT]
    ids = tuple(token for chunk in said for token in chunk.token_ids)
    assert ids == tuple(TOKENS.token(text) for text in ("Four", "▁of", "▁course."))
    second = engine.prompt_tokens([*first, PromptMessage(Role.ASSISTANT, reply.parts[1], ids), user("And then?")])
    opening = TOKENS.token("<think>")
    assert second.count(opening) == 1, "only the one that begins the next reasoning"
    assert second[: len(prompt) - 1] == prompt[:-1]
    assert second[len(prompt) - 1 :][: len(ids)] == list(ids)
    assert engine.cached_tokens(second) == len(prompt) - 1
    assert Reply(engine, second).parts == BOTH


def test_a_reply_that_goes_on_is_beyond_its_reasoning(load: Load) -> None:
    engine = load(replace(TOKENS, chat_template=OPENS))
    messages = [user("Hi")]
    prompt = engine.prompt_tokens(messages)
    cut = Reply(engine, prompt, replace(GREEDY, max_tokens=1))
    opened = PromptMessage(Role.ASSISTANT, cut.parts[1], cut.token_ids, is_open=True)
    again = engine.prompt_tokens([*messages, opened])
    assert again == [*prompt, *cut.token_ids]
    chunks = [item for item in engine.generate(again, GREEDY, lambda: False, continues=True) if isinstance(item, Chunk)]
    assert "".join(chunk.text for chunk in chunks) == " of course."
    assert {chunk.kind for chunk in chunks} == {PartKind.TEXT}


@pytest.mark.parametrize("architecture", ["sliding", "hybrid", "convolutional"])
def test_the_next_turn_processes_only_what_is_new_on_every_architecture(tmp_path: Path, architecture: str) -> None:
    file = replace(ARCHITECTURES[architecture](), is_random=True).write(tmp_path / "model.gguf")

    def loaded() -> LlamaEngine:
        options = LoadOptions(n_ctx=2048, chat_template=OPENS)
        return load_llama(file, options, lambda _: True, SnapshotShelf("key", MemorySnapshots(lambda: 1 << 30)))

    first = [user("Tell me a story about a ship. " + "The ship is important. " * 20)]
    engine = loaded()
    prompt = engine.prompt_tokens(first)
    Reply(engine, prompt, replace(GREEDY, max_tokens=8, reasoning_budget=20))
    second = engine.prompt_tokens([*first, PromptMessage(Role.ASSISTANT, "Once upon a time."), user("And then?")])
    shared = common_prefix(tuple(prompt), tuple(second))
    assert engine.cached_tokens(second) == shared > 64
    again = Reply(engine, second, replace(GREEDY, max_tokens=8, reasoning_budget=20))
    engine.close()
    fresh = loaded()
    assert again.token_ids == Reply(fresh, second, replace(GREEDY, max_tokens=8, reasoning_budget=20)).token_ids
    fresh.close()
