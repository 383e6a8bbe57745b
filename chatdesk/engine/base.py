"""What an engine promises, and the values it speaks in. No llama.cpp here: services and tests import this."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.fit import CacheType
from chatdesk.core.messages import PartKind

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from chatdesk.core.batches import BatchRun
    from chatdesk.core.context import PromptMessage
    from chatdesk.core.messages import FinishReason
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.core.sampling import SamplingParams


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a model is loaded; names as llama.cpp spells them. None: chosen for this model and machine.

    `cache_type` is that of keys and values in the KV cache. `chat_template` takes the place of the file's own.
    """

    n_ctx: int | None = None
    n_threads: int | None = None
    n_gpu_layers: int = -1
    n_batch: int = 512
    n_ubatch: int = 512
    cache_type: CacheType = CacheType.F16
    flash_attention: bool | None = None
    chat_template: str | None = None


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """`processed` of `total` prompt tokens are in the KV cache; `cached` of them were there before."""

    processed: int
    total: int
    cached: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the reply, or of what the model reasons first; `kind` is `TEXT` or `REASONING`.

    A chunk may hold text of several tokens, or a token that completes no character yet. Text without tokens came from
    within a token that an earlier chunk holds.
    """

    text: str
    token_ids: tuple[int, ...]
    kind: PartKind = PartKind.TEXT


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thing an engine says of a reply."""

    reason: FinishReason
    seed: int
    batches: tuple[BatchRun, ...] = ()  # those that the prompt was processed in; none when that was stopped


ShouldStop = Callable[[], bool]
OnLoadProgress = Callable[[float], bool]  # fraction 0…1 -> whether to go on


def never() -> bool:
    """Nothing is asked for."""
    return False


class Engine(Protocol):
    """One loaded model file. Not thread-safe: one thread owns it. Usable again after a stop or a failed reply."""

    @property
    def info(self) -> ModelInfo:
        """What was loaded."""

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` is, tokenized as plain text."""

    def prompt_tokens(self, messages: Sequence[PromptMessage], *, reasoning: bool | None = None) -> list[int]:
        """The exact prompt for a reply to `messages` (a system message may come first), as token ids.

        When the last of them is open the prompt ends within it: where the reply that it begins would have come to if
        it is given as tokens, and where the template ends its text otherwise.

        Text in `messages` never becomes a control token. `reasoning` tells a model whose reasoning can be switched
        whether to reason; None: as it does by itself.
        """

    def cached_tokens(self, prompt: Sequence[int]) -> int:
        """How many tokens of `prompt` were processed before and need not be again. Cheap, and changes nothing."""

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
        """Process `prompt`, then write the reply: progress, chunks, and exactly one `Finished` at the end.

        `continues`: the prompt ends within the reply, perhaps within a character of it, and what is written goes on
        there.

        What was processed before is not processed again; `owner` names the conversation that it is kept for, and
        nothing is kept for an empty one.

        The texts of all chunks of kind `TEXT`, joined, are the reply, which `max_tokens` bounds; those of kind
        `REASONING` are what the model reasons, which `reasoning_budget` bounds: then the reply begins, and also once
        `hurries`, asked between tokens, says yes.
        `should_stop` is asked between tokens, during prompt processing between batches and inside llama.cpp, and while
        what was processed before is read from disk; after it says yes the reply ends as `STOPPED`.

        Raises:
            UserFacingError: `PROMPT_TOO_LONG` when the prompt leaves no room for a token of reply,
                `GENERATION_FAILED` when llama.cpp reports an error. The engine stays usable.
        """

    def replay(
        self,
        prompt: Sequence[int],
        batches: Sequence[BatchRun],
        sampling: SamplingParams,
        should_stop: ShouldStop,
        *,
        continues: bool = False,
    ) -> Iterator[PromptProgress | Chunk | Finished]:
        """Write a reply again: as `generate` does, with the whole prompt processed anew in exactly these batches.

        They hold as many tokens as `prompt`. Afterwards, also when the iterator is closed early, what was processed
        before is there as it was.

        Raises:
            UserFacingError: as in `generate`, and `REPLAY_OTHER_SETTINGS` for a batch that is larger than this
                engine takes.
        """

    def aside(self) -> AbstractContextManager[None]:
        """For side work, such as a title: what is processed within leaves no trace.

        It may begin with what is processed already, and is given to `generate` without an owner.
        """

    def text_of(self, tokens: Sequence[int]) -> str:
        """What `tokens` say as a reply."""

    def prepare(self, prompt: Sequence[int], should_stop: ShouldStop, owner: str = "") -> Iterator[PromptProgress]:
        """Process the beginning of a prompt that is expected, so that only the rest is left when it comes.

        Raises:
            UserFacingError: `GENERATION_FAILED`; the engine stays usable.
        """

    def snapshot(self, should_stop: ShouldStop = never) -> Callable[[], object] | None:
        """Copy what is processed; the result writes the copy to disk, on any thread.

        None: there is nothing new to write, or `should_stop` said that something more urgent waits.
        """

    def stash(self) -> None:
        """Keep what is processed in memory, for an engine that loads the same model later."""

    def forget(self, owner: str | None) -> None:
        """Drop from memory what was processed for one conversation; None: for all."""

    def close(self) -> None:
        """Give the model's memory back to the system. May be called twice."""


class MakeEngine(Protocol):
    """Loads a model: `LlamaEngine.load`, or a scripted engine in tests."""

    def __call__(self, model: ModelFile, options: LoadOptions, on_progress: OnLoadProgress) -> Engine:
        """Load `model`.

        Raises:
            UserFacingError: any of the `MODEL_…` codes, or `LOAD_CANCELLED` after `on_progress` said no.
        """
