"""What a reply was made from, to the last detail, and what came of making it again.

`ReplyOrigin` travels with each message; a `ReplyRecipe` is larger, and read only when somebody asks for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chatdesk.core.batches import token_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.core.batches import BatchRun
    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.messages import ReplyOrigin
    from chatdesk.core.model_info import ModelInfo

MOST_WORD_CHARS = 40
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class ReplyRecipe:
    """What must be the same for a reply to come out the same, besides what its origin tells.

    `prompt` was processed in `batches`, some of them by earlier replies; `reply` is what was written then, and
    nothing that was given. `file_hash`, `template_hash` and `build` are those of `ModelInfo`.
    """

    prompt: tuple[int, ...]
    batches: tuple[BatchRun, ...]
    reply: tuple[int, ...]
    file_hash: str
    template_hash: str
    build: str
    cache_type: str
    has_flash_attention: bool

    @property
    def is_whole(self) -> bool:
        """Whether it can be followed: a known file, a prompt, all of it in batches, and something that was written."""
        return bool(self.file_hash and self.prompt and self.reply) and token_count(self.batches) == len(self.prompt)


def recipe_for(
    info: ModelInfo, prompt: Sequence[int], batches: Sequence[BatchRun], reply: Sequence[int]
) -> ReplyRecipe:
    """What a model that is loaded made `reply` from."""
    return ReplyRecipe(
        tuple(prompt),
        tuple(batches),
        tuple(reply),
        info.file_hash,
        info.template_hash,
        info.build,
        info.cache_type.value,
        info.has_flash_attention,
    )


class ReplayVerdict(StrEnum):
    """What came of a replay. `STOPPED`: by a person; `GIVEN_UP`: the engine was wanted for something else."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    STOPPED = "stopped"
    GIVEN_UP = "given_up"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay first says something else: at which token, from 1, and the two words there.

    An empty word: the reply ends there.
    """

    token: int
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True)
class ChangedOption:
    """Something that may change a reply and is not as it was. Named as llama.cpp spells it."""

    name: str
    recorded: str
    now: str


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What came of a replay: `compared` tokens were the same; `obstacle` says why there was none."""

    verdict: ReplayVerdict
    compared: int = 0
    difference: Difference | None = None
    changed: tuple[ChangedOption, ...] = ()
    obstacle: ErrorDetail | None = None


def changed_options(origin: ReplyOrigin, recipe: ReplyRecipe, info: ModelInfo) -> tuple[ChangedOption, ...]:
    """What is not as it was when the reply was written, although the model is: a reason for another reply."""

    def options() -> Iterator[tuple[str, object, object]]:
        for name in ("n_ctx", "n_batch", "n_ubatch", "n_threads", "n_gpu_layers"):
            yield name, getattr(origin, name), getattr(info, name)
        yield "cache_type", recipe.cache_type, info.cache_type.value
        yield "flash_attention", recipe.has_flash_attention, info.has_flash_attention
        yield "llama.cpp", recipe.build, info.build

    return tuple(
        ChangedOption(name, str(recorded), str(now))
        for name, recorded, now in options()
        if recorded is not None and recorded != now
    )


def same_beginning(one: str, other: str) -> int:
    """How many characters two texts share from their beginning."""
    pairs = zip(one, other, strict=False)
    return next((place for place, pair in enumerate(pairs) if pair[0] != pair[1]), min(len(one), len(other)))


def word_at(text: str, place: int) -> str:
    """The word of `text` in which `place` lies, or the next one; empty where the text ends there.

    Where a script has no spaces, a few characters around the place.
    """
    if place >= len(text):
        return ""
    start = place
    if not text[place].isspace():
        while start > max(place - MOST_WORD_CHARS // 2, 0) and not text[start - 1].isspace():
            start -= 1
    found = _WORD.search(text, start)
    return found[0][:MOST_WORD_CHARS] if found is not None else ""
