"""In which batches tokens were processed: a part of what a reply was made from.

llama.cpp's rounding depends on how many tokens are processed at once, so that the same prompt in other batches can end
in another reply. What is recorded of a batch is its size and how much of it is still there: the rest was taken back,
when a message was edited or a reply written anew, but had been added up along with what stayed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class BatchRun:
    """`times` batches in a row, each of `size` tokens of which the first `kept` are still there."""

    size: int
    kept: int
    times: int = 1

    @property
    def tokens(self) -> int:
        """How many tokens of it are there."""
        return self.kept * self.times


def add_batch(runs: list[BatchRun], size: int) -> None:
    """Note that `size` more tokens were processed at once."""
    if runs and (runs[-1].size, runs[-1].kept) == (size, size):
        runs[-1] = replace(runs[-1], times=runs[-1].times + 1)
    else:
        runs.append(BatchRun(size, size))


def first_tokens(runs: Iterable[BatchRun], count: int) -> list[BatchRun]:
    """The batches that hold the first `count` tokens, when what follows them is taken back."""
    kept: list[BatchRun] = []
    for run in runs:
        if count <= 0:
            break
        whole, rest = divmod(min(count, run.tokens), run.kept)
        if whole:
            kept.append(replace(run, times=whole))
        if rest:
            kept.append(BatchRun(run.size, rest))
        count -= run.tokens
    return kept


def token_count(runs: Iterable[BatchRun]) -> int:
    """How many tokens the batches hold."""
    return sum(run.tokens for run in runs)


def runs_from(untrusted: object) -> tuple[BatchRun, ...]:
    """Batches as they were written: see `as_numbers`.

    Raises:
        ValueError: they cannot have been.
    """
    runs = []
    for numbers in untrusted if isinstance(untrusted, list) else [untrusted]:
        match numbers:
            case [int(size), int(kept), int(times)] if 1 <= kept <= size and times >= 1:
                runs.append(BatchRun(size, kept, times))
            case _:
                raise ValueError("these are no batches")
    return tuple(runs)


def as_numbers(runs: Sequence[BatchRun]) -> list[list[int]]:
    """Batches as plain numbers, to be written."""
    return [[run.size, run.kept, run.times] for run in runs]
