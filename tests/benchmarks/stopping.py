"""From Stop to an engine that takes the next job."""

from __future__ import annotations

import random
import time

from chatdesk.core.events import ConversationCreated, PromptProcessed, ReplyDelta, ReplyFinished
from chatdesk.core.messages import ReplyStatus
from chatdesk.core.sampling import SamplingParams
from tests.benchmarks.figures import PAIRS, QUICK_PAIRS, Bar, Figure, figure, spread
from tests.benchmarks.headless import Headless, headless, on_engine
from tests.benchmarks.starter import LONG_STORY, long_text

PROMPT_TOKENS = 3500
BAR = Bar(300, unit=" ms")
# Stop comes at a random moment within this time of the first sign of work: anywhere within a batch or a token.
LATEST_STOP_SECONDS = 1.5


def measure(*, is_quick: bool) -> list[Figure]:
    runs = QUICK_PAIRS if is_quick else PAIRS + 3
    moments = random.Random(1)
    reading, writing = [], []
    with headless(SamplingParams(seed=1)) as app:
        words = _words_of_prompt(app)
        for run in range(runs):
            reading.append(_stop_reading(app, f"Run {run}. {words}", moments.uniform(0, LATEST_STOP_SECONDS)))
            writing.append(_stop_writing(app, moments.uniform(0, LATEST_STOP_SECONDS)))
    return [
        figure(
            f"Stop to idle, {what}",
            f"Stop to idle, {when}",
            BAR,
            milliseconds,
            counted="max",
            samples_are="runs",
            notes=(f"median {spread(milliseconds, 'ms', 0)}",),
        )
        for what, when, milliseconds in (
            ("reading", f"during prompt processing of {PROMPT_TOKENS:,} tokens", reading),
            ("writing", "during generation", writing),
        )
    ]


def _words_of_prompt(app: Headless) -> str:
    """Text of `PROMPT_TOKENS` tokens."""
    words = long_text(PROMPT_TOKENS).split()
    tokens = on_engine(app.core.inference, lambda engine: engine.count_tokens(" ".join(words)))()
    return " ".join(words[: len(words) * PROMPT_TOKENS // tokens + 20])


def _stop_reading(app: Headless, text: str, after_seconds: float) -> float:
    app.core.chat.send(None, text)
    created, _ = app.announced.until(ConversationCreated)
    begun, _ = app.announced.until(PromptProcessed)
    assert begun.total - begun.cached >= PROMPT_TOKENS, f"only {begun.total - begun.cached} tokens to process"
    return _stop(app, created.conversation.id, after_seconds)


def _stop_writing(app: Headless, after_seconds: float) -> float:
    app.core.chat.send(None, LONG_STORY)
    created, _ = app.announced.until(ConversationCreated)
    app.announced.until(ReplyDelta)
    return _stop(app, created.conversation.id, after_seconds)


def _stop(app: Headless, conversation_id: str, after_seconds: float) -> float:
    """Stop the reply that is under way a while from now; the milliseconds until the engine is at the next job."""
    time.sleep(after_seconds)
    stopped_at = time.perf_counter()
    app.core.chat.stop(conversation_id)
    idle_at = on_engine(app.core.inference, lambda _engine: time.perf_counter())
    finished, finished_at = app.announced.until(ReplyFinished)
    assert finished.message.status is ReplyStatus.STOPPED, f"the reply ended as {finished.message.status}"
    return (max(finished_at, idle_at()) - stopped_at) * 1000
