"""What a conversation costs as it grows: the first token of turn 10, and replies that are processed again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from chatdesk.core.events import ReplyDelta, ReplyFinished
from chatdesk.core.sampling import SamplingParams
from tests.benchmarks.figures import PAIRS, QUICK_PAIRS, Bar, Figure, figure, spread
from tests.benchmarks.headless import Headless, headless, on_engine
from tests.benchmarks.raw import RawLoop
from tests.benchmarks.starter import OPTIONS, long_text, starter_model

TURNS = 10
MESSAGE_WORDS = 20
SHORT_REPLY_TOKENS = 24
REPLIES = 50
QUICK_REPLIES = 10
SAMPLED_REPLY_TOKENS = 48
RAW_PAIRS = 3


def measure(*, is_quick: bool) -> list[Figure]:
    with headless(SamplingParams()) as app:
        return [
            _first_token(app, QUICK_PAIRS if is_quick else PAIRS),
            _processed_again(app, QUICK_REPLIES if is_quick else REPLIES),
        ]


def _first_token(app: Headless, pairs: int) -> Figure:
    """From Send to the first text, in the first and the tenth turn of the same conversation.

    The first turn is one of a model that was just loaded: nothing of its prompt is in the cache. For comparison, also
    the first turn of another conversation, where what the chat template begins with is there already.
    """
    app.sample_with(SamplingParams(temperature=0, max_tokens=SHORT_REPLY_TOKENS))
    app.exchange(None, long_text(MESSAGE_WORDS, 1))
    conversations: list[list[_Turn]] = []
    others: list[_Turn] = []
    for pair in range(pairs):
        on_engine(app.core.inference, lambda engine: engine.forget(None))()
        conversation = [_timed_turn(app, None, long_text(MESSAGE_WORDS, pair * TURNS))]
        for turn in range(1, TURNS):
            text = long_text(MESSAGE_WORDS, pair * TURNS + turn)
            conversation.append(_timed_turn(app, conversation[0].conversation_id, text))
        conversations.append(conversation)
        others.append(_timed_turn(app, None, long_text(MESSAGE_WORDS, -1 - pair)))
    firsts = [conversation[0] for conversation in conversations]
    lasts = [conversation[-1] for conversation in conversations]
    raw_ratio = on_engine(app.core.inference, lambda _engine: _raw_ratio(firsts[-1], lasts[-1]))()
    other_ratio = spread([last.seconds / other.seconds for other, last in zip(others, lasts, strict=True)], "", 2)
    return figure(
        "first token of turn 10 ÷ turn 1",
        f"time to first token of turn {TURNS} ÷ turn 1, new messages of {MESSAGE_WORDS} words each",
        Bar(1.3),
        [last.seconds / first.seconds for first, last in zip(firsts, lasts, strict=True)],
        notes=(
            f"turn 1 {_words(firsts)}",
            f"turn {TURNS} {_words(lasts)}",
            f"the last turn's tokens in the raw loop, behind as many as in turn {TURNS} ÷ in turn 1: {raw_ratio}",
            f"turn 1 of another conversation {_words(others)}; turn {TURNS} ÷ that: {other_ratio}",
        ),
    )


def _words(turns: Sequence[_Turn]) -> str:
    milliseconds = spread([turn.seconds * 1000 for turn in turns], "ms", 0)
    return f"({turns[-1].new_tokens} tokens behind {turns[-1].cached_tokens}) {milliseconds}"


@dataclass(frozen=True)
class _Turn:
    conversation_id: str
    seconds: float  # from Send to the first text
    new_tokens: int
    cached_tokens: int


def _timed_turn(app: Headless, conversation_id: str | None, text: str) -> _Turn:
    sent_at = time.perf_counter()
    app.core.chat.send(conversation_id, text)
    _, at = app.announced.until(ReplyDelta)
    reply = app.announced.until(ReplyFinished)[0].message
    figures = reply.figures
    new_tokens = figures.prompt_tokens - figures.cached_tokens
    return _Turn(reply.conversation_id, at - sent_at, new_tokens, figures.cached_tokens)


def _raw_ratio(first: _Turn, last: _Turn) -> str:
    """What the longer context costs llama.cpp itself: attention to all that went before."""
    raw = RawLoop(starter_model(), OPTIONS)
    tokens = list(range(1000, 1000 + last.cached_tokens))
    new = tokens[: last.new_tokens]
    ratios = []
    for _ in range(RAW_PAIRS):
        raw.process(tokens)
        late = raw.add(new, last.cached_tokens)
        ratios.append(late / raw.add(new, first.cached_tokens))
    raw.close()
    return spread(ratios, "", 2)


def _processed_again(app: Headless, replies: int) -> Figure:
    """Tokens of a first prompt and its reply that the second turn found missing in the cache."""
    again = []
    for seed in range(replies):
        app.sample_with(SamplingParams(temperature=1, seed=seed, max_tokens=SAMPLED_REPLY_TOKENS))
        conversation_id, reply = app.new_conversation(f"Tell me something about {long_text(6, seed)}")
        app.sample_with(SamplingParams(temperature=1, seed=seed, max_tokens=1))
        second = app.exchange(conversation_id, "Go on.").figures
        known = reply.figures.prompt_tokens + reply.figures.reply_tokens
        again.append(known - second.cached_tokens)
    return figure(
        "tokens of earlier replies processed again",
        f"tokens of the first turn processed again in turn 2, over {replies} replies sampled at temperature 1",
        Bar(0, unit=" tokens"),
        again,
        counted="sum",
        samples_are="replies",
    )
