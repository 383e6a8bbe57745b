"""How long the GUI thread is kept from its work while a 2,000-line reply streams and llama.cpp uses every core.

The reply's text is a given one, with everything in it that a transcript draws in its own way; the starter model would
need minutes for it and would not write tables. On the engine thread the real engine writes real tokens at its full
speed, and each of them brings `PIECES_PER_TOKEN` pieces of the given text, so text comes several times as fast as
the model writes. What a real reply does besides, saving itself twice a second, is done as well.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QMainWindow

from chatdesk.app import WindowedApp
from chatdesk.core.events import ConversationOpened, ReplyDelta, ReplyFinished, ReplyStarted
from chatdesk.core.messages import FinishReason, ReplyOrigin, ReplyStatus, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Engine
from chatdesk.services.replies import CHECKPOINT_SECONDS
from chatdesk.store.conversations import ConversationStore
from tests.benchmarks.figures import Bar, Figure, figure, percentile
from tests.benchmarks.scripts import mixed_reply
from tests.benchmarks.starter import LONG_STORY, STEADY, user
from tests.benchmarks.window import DrawingLag, Heartbeat, run_for, run_until, shown_window

LINES = 2000
QUICK_LINES = 500
PIECES_PER_TOKEN = 4
EMPTY_SECONDS = 6.0  # before and again afterwards
QUICK_EMPTY_SECONDS = 3.0
_PIECE = re.compile(r"\s*\S{1,8}|\s+")


def measure(*, is_quick: bool) -> list[Figure]:
    lines = QUICK_LINES if is_quick else LINES
    empty_seconds = QUICK_EMPTY_SECONDS if is_quick else EMPTY_SECONDS
    with shown_window(SamplingParams()) as app:
        before = _empty_window(app, empty_seconds)
        reply = _StreamedReply(app, mixed_reply(lines))
        lag = DrawingLag(app)
        reply.on_delta = lag.left_engine
        started = time.perf_counter()
        with Heartbeat() as beats:
            run_until(app, lambda event: isinstance(event, ReplyFinished), reply.begin)
        seconds = time.perf_counter() - started
        run_for(0.5)
        lag.close()
        assert len(lag.lags) == reply.deltas, f"{len(lag.lags)} of {reply.deltas} pieces of text were drawn"
        after = _empty_window(app, empty_seconds)
    empty, empty_posted = _tail(before.after_due + after.after_due), _tail(before.after_post + after.after_post)
    pace = f"{reply.tokens / seconds:.0f} tokens and {reply.deltas / seconds:.0f} pieces of text per second"
    notes = (
        f"in an empty window with llama.cpp as busy: {empty}",
        f"without what kept the posting thread waiting: {_tail(beats.after_post)}; in an empty window: {empty_posted}",
        f"{pace}, painted {_tail(lag.lags)} after they left the engine thread",
    )
    return [
        figure(
            f"GUI block, {counted}",
            f"lateness of a heartbeat every 10 ms while {lines:,} lines stream: {counted}",
            Bar(bar, unit=" ms"),
            beats.after_due,
            counted=counted,
            samples_are="beats",
            notes=notes if counted == "max" else (),
        )
        for counted, bar in (("max", 50), ("99th percentile", 16))
    ]


def _tail(milliseconds: Sequence[float]) -> str:
    return f"99 % within {percentile(milliseconds, 99):.1f} ms, max {max(milliseconds):.1f} ms"


def _empty_window(app: WindowedApp, seconds: float) -> Heartbeat:
    """The heartbeat in a window with nothing in it, while the engine writes as before and nobody draws it."""
    app.window.hide()
    window = QMainWindow()
    window.resize(app.window.size())
    window.show()
    is_over = threading.Event()

    def write(engine: Engine | None) -> None:
        for _ in itertools.takewhile(lambda _token: not is_over.is_set(), _tokens(engine)):
            pass

    app.core.inference.run("busy", write)
    run_for(0.5)
    with Heartbeat() as beats:
        run_for(seconds)
    is_over.set()
    window.close()
    app.window.show()
    run_for(0.5)
    return beats


def _tokens(engine: Engine | None) -> Iterator[tuple[int, ...]]:
    """Tokens without end, at full speed: one short reply after the other, so that the context stays short."""
    assert engine is not None
    prompt = engine.prompt_tokens(user(LONG_STORY))
    while True:
        for item in engine.generate(prompt, STEADY, lambda: False):
            if isinstance(item, Chunk) and item.token_ids:
                yield item.token_ids


class _StreamedReply:
    """Plays a given reply on the engine thread, as `ChatService` announces and saves one."""

    def __init__(self, app: WindowedApp, text: str) -> None:
        self.on_delta: Callable[[ReplyDelta], None] = lambda _delta: None
        self.tokens = 0
        self.deltas = 0
        self._app = app
        self._text = text
        self._store = ConversationStore(app.core.database)
        origin = ReplyOrigin("the starter model", "", SamplingParams(), "")
        conversation, _, reply = self._store.add_exchange(None, LONG_STORY, origin)
        self._reply = replace(reply, status=ReplyStatus.STREAMING)
        self._store.save_reply(self._reply)

        # The window shows it as it does a conversation that is opened while a reply is written.
        run_until(
            app,
            lambda event: isinstance(event, ConversationOpened),
            lambda: app.window.reopen(conversation.id),
        )

    def begin(self) -> None:
        self._app.core.inference.run("stream", self._write)

    def _write(self, engine: Engine | None) -> None:
        post, reply = self._app.bridge.post, self._reply
        post(ReplyStarted(reply))
        pieces = iter(_PIECE.findall(self._text))
        offset = 0
        token_ids: list[int] = []
        saved_at = time.monotonic()
        for tokens in _tokens(engine):
            batch = list(itertools.islice(pieces, PIECES_PER_TOKEN))
            if not batch:
                break
            token_ids += tokens
            for piece in batch:
                delta = ReplyDelta(reply.id, offset, piece, tokens)
                self.on_delta(delta)
                post(delta)
                offset += len(piece)
            self.tokens += 1
            self.deltas += len(batch)
            if time.monotonic() - saved_at >= CHECKPOINT_SECONDS:
                self._store.checkpoint(reply.id, text_parts(self._text[:offset]), token_ids)
                saved_at = time.monotonic()
        finished = replace(
            reply, parts=text_parts(self._text), status=ReplyStatus.COMPLETE, finish_reason=FinishReason.END_OF_TURN
        )
        self._store.save_reply(finished)
        post(ReplyFinished(finished))
