"""Would another setting than the default pay? Each is measured beside the default.

Threads, batch sizes, flash attention, and how the file is read.

Every figure is a speed ÷ that with the app's own defaults, taken in pairs on the raw loop; what stays under its bar is
not worth a change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama import load_llama
from chatdesk.engine.llama_runtime import llama_cpp
from tests.benchmarks.figures import Bar, Figure, figure, interleaved, spread
from tests.benchmarks.raw import RawLoop
from tests.benchmarks.starter import ALL_CORES, LONG_STORY, OPTIONS, STEADY, starter_model, user

PAIRS, QUICK_PAIRS = 7, 2
WORTHWHILE = Bar(1.05)
# The speed of reading does not depend on what is read.
PROMPT = [1000 + place for place in range(1024)]
SHORT_PROMPT = PROMPT[:64]
LONG_PROMPT = PROMPT * 3
QUESTION_TOKENS = 16
WRITING = replace(STEADY, max_tokens=96)

Speed = Callable[[RawLoop], float]  # tokens per second

BATCHES = ((128, 128), (256, 256), (1024, 512), (1024, 1024), (2048, 512))
# What the app chooses between is whether the file is read or mapped; for the starter model it reads.
USUAL_LOAD_MODE = llama_cpp.LLAMA_LOAD_MODE_NONE
LOAD_MODES = {
    "mapped": llama_cpp.LLAMA_LOAD_MODE_MMAP,
    "read and locked": llama_cpp.LLAMA_LOAD_MODE_MLOCK,
    "mapped and locked": llama_cpp.LLAMA_LOAD_MODE_MMAP_MLOCK,
}


def measure(*, is_quick: bool) -> list[Figure]:
    pairs = QUICK_PAIRS if is_quick else PAIRS
    writing = _writing()
    usual = _loop(OPTIONS)
    try:
        return [
            *_threads(usual, pairs, writing),
            *_batches(usual, pairs),
            *_flash_attention(usual, pairs, writing),
            *_load_modes(usual, pairs, writing),
        ]
    finally:
        usual.close()


def _loop(options: LoadOptions, load_mode: int = USUAL_LOAD_MODE) -> RawLoop:
    return RawLoop(starter_model(), options, load_mode)


def _reading(loop: RawLoop) -> float:
    return loop.process(PROMPT)


def _writing() -> Speed:
    """Measures the speed of a reply that does not end by itself."""
    engine = load_llama(starter_model(), OPTIONS, lambda _fraction: True)
    prompt = engine.prompt_tokens(user(LONG_STORY))
    engine.close()

    def speed(loop: RawLoop) -> float:
        tokens_per_second, tokens = loop.write(prompt, WRITING)
        assert len(tokens) == WRITING.max_tokens, f"the reply ended after {len(tokens)} tokens"
        return tokens_per_second

    return speed


def _threads(usual: RawLoop, pairs: int, writing: Speed) -> Iterator[Figure]:
    for n_threads in sorted({1, max(ALL_CORES // 2, 1), ALL_CORES + 1, 2 * ALL_CORES} - {ALL_CORES}):
        other = _loop(replace(OPTIONS, n_threads=n_threads))
        what = f"n_threads {n_threads} on {ALL_CORES} cores"
        yield _faster(f"{what}, reading", usual, other, pairs, _reading)
        yield _faster(f"{what}, writing", usual, other, pairs, writing)
        other.close()


def _batches(usual: RawLoop, pairs: int) -> Iterator[Figure]:
    for n_batch, n_ubatch in BATCHES:
        other = _loop(replace(OPTIONS, n_batch=n_batch, n_ubatch=n_ubatch))
        yield _faster(f"n_batch {n_batch}, n_ubatch {n_ubatch}, reading", usual, other, pairs, _reading)
        other.close()


def _flash_attention(usual: RawLoop, pairs: int, writing: Speed) -> Iterator[Figure]:
    """On a processor it pays in large batches, and costs where few tokens follow many."""
    other = _loop(replace(OPTIONS, flash_attention=False))
    what = "no flash attention"
    yield _faster(f"{what}, reading", usual, other, pairs, _reading)
    yield _faster(f"{what}, writing", usual, other, pairs, writing)
    for loop in (usual, other):
        loop.process(LONG_PROMPT)
    yield _faster(f"{what}, a token behind {len(LONG_PROMPT):,}", usual, other, pairs, _added(1))
    yield _faster(f"{what}, a question behind {len(LONG_PROMPT):,}", usual, other, pairs, _added(QUESTION_TOKENS))
    other.close()


def _added(count: int) -> Speed:
    """Measures the speed of adding so many tokens, in one batch, behind a long prompt that is there."""
    return lambda loop: count / loop.add(PROMPT[:count], len(LONG_PROMPT))


def _load_modes(usual: RawLoop, pairs: int, writing: Speed) -> Iterator[Figure]:
    for what, load_mode in LOAD_MODES.items():
        other = _loop(OPTIONS, load_mode)
        yield _faster(f"{what}, writing", usual, other, pairs, writing)
        other.close()
        loads = interleaved(pairs, lambda mode=load_mode: 1 / _load(mode), lambda: 1 / _load(USUAL_LOAD_MODE))  # type: ignore[misc]  # mypy cannot type a lambda's defaults
        yield _figure(f"{what}, loads per second", loads, "loads/s")


def _load(load_mode: int) -> float:
    """Seconds to load the model and have it compute once."""
    started = time.perf_counter()
    loop = _loop(OPTIONS, load_mode)
    loop.process(SHORT_PROMPT)
    seconds = time.perf_counter() - started
    loop.close()
    return seconds


def _faster(what: str, usual: RawLoop, other: RawLoop, pairs: int, speed: Speed) -> Figure:
    speed(other)  # both have touched all of the model before it counts
    speed(usual)
    return _figure(what, interleaved(pairs, lambda: speed(other), lambda: speed(usual)), "tokens/s")


def _figure(what: str, measured: list[tuple[float, float]], unit: str) -> Figure:
    return figure(
        what,
        f"{what}: speed ÷ default",
        WORTHWHILE,
        [other / usual for other, usual in measured],
        notes=(f"default {spread([usual for _, usual in measured], unit)}",),
    )
