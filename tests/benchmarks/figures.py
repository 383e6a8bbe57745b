"""What a benchmark finds: a figure with its bar, and how far single measurements lay apart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PAIRS = 7  # the least number of interleaved pairs whose median counts
QUICK_PAIRS = 3


@dataclass(frozen=True)
class Bar:
    """What a figure must reach."""

    value: float
    is_least: bool = False
    unit: str = ""

    def is_met(self, value: float) -> bool:
        return value >= self.value if self.is_least else value <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {self.value:g}{self.unit}"


@dataclass(frozen=True)
class Figure:
    """One line of the report. `value` is what the bar is held against; the rest says how it came about."""

    name: str
    what: str
    bar: Bar
    value: float
    counted: str  # "median", "max", "99th percentile" or "sum" of the samples
    count: int
    samples_are: str  # "pairs", "runs", "beats"…
    low: float
    quartiles: tuple[float, float, float]
    high: float
    notes: tuple[str, ...] = ()

    @property
    def is_met(self) -> bool:
        return self.bar.is_met(self.value)


def figure(
    name: str,
    what: str,
    bar: Bar,
    samples: Sequence[float],
    *,
    counted: str = "median",
    samples_are: str = "pairs",
    notes: Sequence[str] = (),
) -> Figure:
    """A figure from its samples; `counted` says what of them the bar is held against."""
    match counted:
        case "median":
            value = statistics.median(samples)
        case "max":
            value = max(samples)
        case "sum":
            value = sum(samples)
        case _:
            assert counted == "99th percentile", counted
            value = percentile(samples, 99)
    quartiles = percentile(samples, 25), percentile(samples, 50), percentile(samples, 75)
    return Figure(
        name,
        what,
        bar,
        float(value),
        counted,
        len(samples),
        samples_are,
        float(min(samples)),
        quartiles,
        float(max(samples)),
        tuple(notes),
    )


def percentile(samples: Sequence[float], percent: int) -> float:
    """The smallest sample that `percent` of them do not exceed."""
    ordered = sorted(samples)
    return float(ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)])


def interleaved(pairs: int, ours: Callable[[], float], theirs: Callable[[], float]) -> list[tuple[float, float]]:
    """Measure both `pairs` times, close together and in turning order, so that a slow minute hits both alike."""
    measured = []
    for number in range(pairs):
        if number % 2:
            second = theirs()
            measured.append((ours(), second))
        else:
            measured.append((ours(), theirs()))
    return measured


def spread(values: Sequence[float], unit: str, digits: int = 1) -> str:
    """`median (min–max)` for a note."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f}) {unit}".rstrip()
