"""Tokens per second of the engine, writing and reading, against the raw loop."""

from __future__ import annotations

import time
from collections.abc import Sequence

from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, PromptProgress
from chatdesk.engine.llama import LlamaEngine, load_llama
from tests.benchmarks.figures import PAIRS, QUICK_PAIRS, Bar, Figure, figure, interleaved, spread
from tests.benchmarks.raw import RawLoop
from tests.benchmarks.starter import LONG_STORY, OPTIONS, REPLY_TOKENS, SAMPLED, STEADY, long_text, starter_model, user

PROMPT_TOKENS = 1500
BAR = Bar(0.97, is_least=True)


def measure(*, is_quick: bool) -> list[Figure]:
    pairs = QUICK_PAIRS if is_quick else PAIRS
    model = starter_model()
    engine = load_llama(model, OPTIONS, lambda _fraction: True)
    raw = RawLoop(model, OPTIONS)
    try:
        return [_writing(engine, raw, pairs), _reading(engine, raw, pairs)]
    finally:
        raw.close()
        engine.close()


def _writing(engine: LlamaEngine, raw: RawLoop, pairs: int) -> Figure:
    prompt = engine.prompt_tokens(user(LONG_STORY))
    sampling = STEADY
    _write(engine, prompt, sampling)  # both have touched all of the model before it counts
    raw.write(prompt, sampling)
    measured = interleaved(pairs, lambda: _write(engine, prompt, sampling), lambda: _raw_write(raw, prompt, sampling))
    return figure(
        "engine tokens/s ÷ raw",
        f"engine tokens per second ÷ raw loop, {REPLY_TOKENS} tokens",
        BAR,
        [ours / theirs for ours, theirs in measured],
        notes=(
            f"engine {spread([ours for ours, _ in measured], 'tokens/s')}",
            f"raw {spread([theirs for _, theirs in measured], 'tokens/s')}",
        ),
    )


def _write(engine: LlamaEngine, prompt: Sequence[int], sampling: SamplingParams) -> float:
    """Tokens per second after the first, as a consumer of the engine sees them."""
    times = [
        time.perf_counter()
        for item in engine.generate(prompt, sampling, lambda: False)
        if isinstance(item, Chunk) and item.token_ids
    ]
    assert len(times) == sampling.max_tokens, f"the reply ended after {len(times)} tokens"
    return (len(times) - 1) / (times[-1] - times[0])


def _raw_write(raw: RawLoop, prompt: Sequence[int], sampling: SamplingParams) -> float:
    speed, tokens = raw.write(prompt, sampling)
    assert len(tokens) == sampling.max_tokens, f"the raw loop ended after {len(tokens)} tokens"
    return speed


def _reading(engine: LlamaEngine, raw: RawLoop, pairs: int) -> Figure:
    text = engine.prompt_tokens(user(long_text(PROMPT_TOKENS)))[1:PROMPT_TOKENS]
    first_tokens = iter(range(1000, 1000 + pairs))

    def process() -> float:
        tokens = [next(first_tokens), *text]  # begins as no prompt before did, so that nothing is found in the cache
        started = time.perf_counter()
        reading = engine.generate(tokens, SAMPLED, lambda: False)
        for item in reading:
            assert isinstance(item, PromptProgress)
            assert item.cached == 0, f"{item.cached} tokens were in the cache"
            if item.processed == item.total:
                break
        seconds = time.perf_counter() - started
        reading.close()  # type: ignore[attr-defined]  # an iterator in the contract, a generator in fact
        return len(tokens) / seconds

    measured = interleaved(pairs, process, lambda: raw.process([1000, *text]))
    return figure(
        "prompt tokens/s ÷ raw",
        f"prompt tokens per second ÷ raw loop, {PROMPT_TOKENS:,} tokens",
        BAR,
        [ours / theirs for ours, theirs in measured],
        notes=(
            f"engine {spread([ours for ours, _ in measured], 'tokens/s')}",
            f"raw {spread([theirs for _, theirs in measured], 'tokens/s')}",
        ),
    )
