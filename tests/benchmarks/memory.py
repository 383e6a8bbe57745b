"""Resident memory that Unload gives back, against what the load took."""

from __future__ import annotations

from chatdesk.core.events import ModelReady, ModelUnloaded
from chatdesk.core.sampling import SamplingParams
from chatdesk.machine import resident_bytes
from tests.benchmarks.figures import PAIRS, QUICK_PAIRS, Bar, Figure, figure, spread
from tests.benchmarks.headless import Headless, headless
from tests.benchmarks.starter import LONG_STORY, long_text, starter_model

PROMPT_WORDS = 100
MEGABYTE = 10**6


def measure(*, is_quick: bool) -> list[Figure]:
    """The first load is left out: it also brings in what the process keeps, such as llama.cpp itself."""
    with headless(SamplingParams(seed=1, max_tokens=16)) as app:
        _use(app, 0)
        _unload(app)
        loads = [_load_and_unload(app, number) for number in range(1, 1 + (QUICK_PAIRS if is_quick else PAIRS))]
    return [
        figure(
            "memory given back ÷ taken",
            "memory given back on unload ÷ memory that load and use took, from the second load on",
            Bar(0.95, is_least=True),
            [given_back / taken for taken, given_back in loads],
            samples_are="loads",
            notes=(
                f"taken {spread([taken / MEGABYTE for taken, _ in loads], 'MB', 0)}",
                f"given back {spread([given_back / MEGABYTE for _, given_back in loads], 'MB', 0)}",
            ),
        )
    ]


def _load_and_unload(app: Headless, number: int) -> tuple[int, int]:
    """Bytes taken by load and use, and given back. What was only loaded is not all in memory yet."""
    before = resident_bytes()
    app.core.loading.use(starter_model())
    app.announced.until(ModelReady)
    _use(app, number)
    loaded = resident_bytes()
    _unload(app)
    return loaded - before, loaded - resident_bytes()


def _use(app: Headless, number: int) -> None:
    app.exchange(None, f"{long_text(PROMPT_WORDS, number)} {LONG_STORY}")


def _unload(app: Headless) -> None:
    app.core.inference.unload()
    app.announced.until(ModelUnloaded)
