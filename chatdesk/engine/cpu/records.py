"""What is known of the variants on this machine, what follows from it, and the file that keeps it.

Everything but the file is pure. What is known holds for one version of llama.cpp and for one processor, which the
scores stand for: with another of either it is found out anew.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from chatdesk.durable import replace_when_let_go

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from chatdesk.engine.cpu.variants import Variant

# Each variant is timed in so many rounds, for other programs may be busy during one.
ROUNDS = 2
# Another variant is used only when its worst time is at most this share of the chosen one's best: less may be chance.
CLEARLY_FASTER = 0.9
# What no trial takes, so that a file or an answer that says otherwise is not believed.
MOST_SECONDS = 600.0
MOST_BYTES = 1 << 16
_PAIR = 2

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Failure(StrEnum):
    """Why a variant is not used. It is not tried again."""

    CRASHED = "crashed"
    WRONG = "wrong"  # it is sure of other tokens than the plainest
    SLOW = "slow"  # no answer in time


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a variant took to read the trial's prompt, and to write its tokens one by one."""

    reading_seconds: float
    writing_seconds: float

    @property
    def seconds(self) -> float:
        """Both together: the trial reads and writes as much as weighs rightly, see `trial_child`."""
        return self.reading_seconds + self.writing_seconds


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of the variants that this processor can run; all by name."""

    version: str
    scores: Mapping[str, int]  # the best first
    chosen: str | None = None
    failures: Mapping[str, Failure] = field(default_factory=dict)
    timings: Mapping[str, Sequence[Timing]] = field(default_factory=dict)

    def failing(self, name: str, failure: Failure) -> Record:
        """The record with a failure more."""
        return replace(self, failures={**self.failures, name: failure})

    def timed(self, name: str, timing: Timing) -> Record:
        """The record with a timing more."""
        return replace(self, timings={**self.timings, name: (*self.timings.get(name, ()), timing)})

    @property
    def next_to_time(self) -> str | None:
        """The variant to time next, round by round; None when all are."""
        waiting = [name for name in self._sound if len(self.timings.get(name, ())) < ROUNDS]
        return min(waiting, key=lambda name: len(self.timings.get(name, ())), default=None)

    @property
    def seconds(self) -> dict[str, float]:
        """The best time of each variant that was timed, the fastest first."""
        best = {name: min(t.seconds for t in self.timings[name]) for name in self._sound if self.timings.get(name)}
        return dict(sorted(best.items(), key=lambda item: item[1]))

    @property
    def fastest(self) -> str | None:
        """The variant to use by what was timed: the chosen one, unless another is clearly faster."""
        seconds = self.seconds
        if not seconds or self.chosen not in seconds:
            return next(iter(seconds), self.chosen)
        worst = {name: max(timing.seconds for timing in self.timings[name]) for name in seconds}
        first = min(worst, key=lambda name: worst[name])
        return first if worst[first] <= CLEARLY_FASTER * seconds[self.chosen] else self.chosen

    @property
    def _sound(self) -> list[str]:
        return [name for name in self.scores if name not in self.failures]


class RecordFile:
    """Keeps a record in `path`. What cannot be read or written is found out again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, version: str, possible: Sequence[Variant]) -> Record:
        """What is known of the `possible` variants in this `version` of llama.cpp."""
        fresh = Record(version, {variant.name: variant.score for variant in possible})
        try:
            with self._path.open("rb") as file:
                untrusted = json.loads(file.read(MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return fresh
        return _read(untrusted, fresh)

    def save(self, record: Record) -> None:
        """Put `record` in the place of what was known."""
        timings = {
            name: [[timing.reading_seconds, timing.writing_seconds] for timing in each]
            for name, each in record.timings.items()
        }
        known = {
            "version": record.version,
            "scores": dict(record.scores),
            "variant": record.chosen,
            "failures": dict(record.failures),
            "timings": timings,
        }
        unfinished = self._path.with_suffix(f".{os.getpid()}.tmp")  # `doctor` may run beside the window
        try:
            try:
                unfinished.write_text(json.dumps(known), encoding="utf-8")
                replace_when_let_go(unfinished, self._path)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:
            _log.info("what is known of llama.cpp's variants is not remembered: %s", error)


def timing_from(untrusted_reading: object, untrusted_writing: object) -> Timing | None:
    """What a trial measured, if it can be true."""
    reading, writing = _seconds(untrusted_reading), _seconds(untrusted_writing)
    return Timing(reading, writing) if reading is not None and writing is not None else None


def _seconds(untrusted: object) -> float | None:
    if not isinstance(untrusted, int | float) or isinstance(untrusted, bool):
        return None
    return float(untrusted) if 0 < untrusted <= MOST_SECONDS else None  # which is no NaN either


def _read(untrusted: object, fresh: Record) -> Record:
    """What `untrusted` says, where it is of the same version and scores as `fresh`; of each part what makes sense."""
    if not isinstance(untrusted, dict):
        return fresh
    if untrusted.get("version") != fresh.version or untrusted.get("scores") != fresh.scores:
        return fresh
    chosen = next((name for name in fresh.scores if name == untrusted.get("variant")), None)
    failures = _of_variants(untrusted.get("failures"), fresh, _failure)
    timings = _of_variants(untrusted.get("timings"), fresh, _timings)
    return replace(fresh, chosen=chosen, failures=failures, timings=timings)


def _of_variants(untrusted: object, fresh: Record, read: Callable[[object], T | None]) -> dict[str, T]:
    if not isinstance(untrusted, dict):
        return {}
    found = {name: read(untrusted.get(name)) for name in fresh.scores}
    return {name: value for name, value in found.items() if value is not None}


def _failure(untrusted: object) -> Failure | None:
    return next((failure for failure in Failure if failure == untrusted), None)


def _timings(untrusted: object) -> tuple[Timing, ...] | None:
    if not isinstance(untrusted, list):
        return None
    found = [timing_from(*pair) for pair in untrusted[:ROUNDS] if isinstance(pair, list) and len(pair) == _PAIR]
    return tuple(timing for timing in found if timing is not None)
