"""What the transcript costs the GUI thread, in its processor time, which other work on the machine does not change.

A frame is all that is done from one refresh of a reply that streams in to the next: taking text, parsing, laying out,
painting. The blocks that a person would notice are measured in `window_blocks`, with llama.cpp at work beside it.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psutil
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from chatdesk.app import WindowedApp
from chatdesk.core.conversations import Conversation
from chatdesk.core.events import ConversationOpened
from chatdesk.core.exchange import WholeConversation
from chatdesk.core.messages import Message
from chatdesk.core.sampling import SamplingParams
from chatdesk.store.whole_conversations import WholeConversationStore
from chatdesk.ui.transcript.maths import MathsLibrary
from chatdesk.ui.transcript.refresher import REFRESH_MS
from chatdesk.ui.transcript.style import light_style
from chatdesk.ui.transcript.typesetter import typesetter_command
from chatdesk.ui.transcript.view import TranscriptView
from tests.benchmarks.figures import Bar, Figure, figure
from tests.benchmarks.scripts import mixed_reply
from tests.benchmarks.window import run_for, run_until, shown_window
from tests.ui.transcript.messages import reply, streaming, user

LINES, QUICK_LINES = 2_000, 500
TOKENS_PER_SECOND = 200
FRAME_TOKENS = round(TOKENS_PER_SECOND * REFRESH_MS / 1_000)
EXCHANGES, QUICK_EXCHANGES = 5_000, 500
WARM_UP_SECONDS = 2.0
EARLY_LINE = 20
COMPARED_LINES = 60  # from the early line on, and before the end
PAGES = 400
BLANK_PX = 200  # more than this without a mark is no gap between paragraphs
_TOKEN = re.compile(r"\s*\S{1,5}|\s+")


def measure(*, is_quick: bool) -> list[Figure]:
    with shown_window(SamplingParams()) as app:
        streaming_figures = _streaming(QUICK_LINES if is_quick else LINES)
        return [*streaming_figures, *_opening(app, QUICK_EXCHANGES if is_quick else EXCHANGES)]


@contextmanager
def _view() -> Iterator[TranscriptView]:
    """A transcript that has drawn all it can once, so that nothing is imported any more."""
    maths = MathsLibrary(typesetter_command())
    view = TranscriptView(light_style(), str, maths=maths)
    view.resize(900, 900)
    view.show()
    view.warm_up()
    view.set_messages([user("u", "?"), reply("warm", mixed_reply(80))], {})
    run_for(WARM_UP_SECONDS)
    yield view
    maths.close()
    view.close()


def _streaming(lines: int) -> list[Figure]:
    # The same again and again, so that a token late in the reply is the like of an early one.
    text = mixed_reply(lines)
    tokens = _TOKEN.findall(text)
    with _view() as view:
        view.set_messages([user("u", "?"), streaming("r")], {})
        run_for(0.2)
        view.refresher._text_timer.blockSignals(True)
        frames: list[tuple[int, float]] = []  # the line it ends in, and milliseconds
        offset = 0
        for first in range(0, len(tokens), FRAME_TOKENS):
            began = time.thread_time()
            for token in tokens[first : first + FRAME_TOKENS]:
                view.append_text("r", offset, token)
                offset += len(token)
            view.refresher.refresh()
            QApplication.processEvents()
            frames.append((text.count("\n", 0, offset), (time.thread_time() - began) * 1_000))
    times = [milliseconds for _, milliseconds in frames]
    share = 100 * sum(times) / (len(times) * FRAME_TOKENS / TOKENS_PER_SECOND * 1_000)
    what = f"of the GUI thread, {lines:,} mixed lines at {TOKENS_PER_SECOND} tokens/s"
    early = [ms for line, ms in frames if EARLY_LINE <= line < EARLY_LINE + COMPARED_LINES]
    late = [ms for line, ms in frames if line >= lines - COMPARED_LINES]
    return [
        figure(
            f"frame, {counted}",
            f"processor time {what}: {counted}",
            Bar(bar, unit=" ms"),
            times,
            counted=counted,
            samples_are="frames",
        )
        for counted, bar in (("max", 50), ("99th percentile", 16))
    ] + [
        figure("GUI thread, share", f"share {what}", Bar(30, unit=" %"), [share]),
        figure(
            "late ÷ early token",
            f"cost of a token near line {lines:,} ÷ near line {EARLY_LINE}",
            Bar(1.5),
            [statistics.mean(late) / statistics.mean(early)],
        ),
    ]


def _opening(app: WindowedApp, exchanges: int) -> list[Figure]:
    conversation = _long_conversation(exchanges)
    WholeConversationStore(app.core.database).add(conversation)
    view = app.window.findChild(TranscriptView, "transcript")
    assert view is not None
    painted = _FirstPaint(view)
    run_for(WARM_UP_SECONDS)
    before = psutil.Process().memory_info().rss
    opened = run_until(
        app,
        lambda event: isinstance(event, ConversationOpened),
        lambda: painted.expect(lambda: app.window.reopen(conversation.conversation.id)),
    )
    assert isinstance(opened, ConversationOpened)
    run_for(1)
    assert len(view.column.messages) == 2 * exchanges, "not all messages are shown"
    blanks, steps = _scrolled_through(view)
    added = (psutil.Process().memory_info().rss - before) / 1_000_000
    what = f"{2 * exchanges:,} messages"
    return [
        figure("open", f"{what}: from a click to the first paint", Bar(200, unit=" ms"), painted.times, counted="max"),
        figure("memory added", f"{what}, opened and scrolled through: memory added", Bar(100, unit=" MB"), [added]),
        figure("blank frames", f"{what}, scrolled through in {PAGES} jumps: blank frames", Bar(0), [blanks]),
        figure("scrolling", f"{what}: processor time of a jump", Bar(50, unit=" ms"), steps, counted="max"),
    ]


def _long_conversation(exchanges: int) -> WholeConversation:
    messages: list[Message] = []
    for number in range(exchanges):
        for message in (user(f"u{number}", f"Question {number}?"), reply(f"r{number}", mixed_reply(30 + number % 7))):
            messages.append(replace(message, parent_id=messages[-1].id if messages else None))
    conversation = Conversation("c", "long", 0.0, 0.0, active_leaf_id=messages[-1].id)
    return WholeConversation(conversation, tuple(messages))


class _FirstPaint(QObject):
    """Takes the time from something being asked for to the first picture of other messages than before."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__()
        self.times: list[float] = []
        self._view = view
        self._began: float | None = None
        view.viewport().installEventFilter(self)

    def expect(self, ask: Callable[[], object]) -> None:
        self._began = time.perf_counter()
        ask()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self._began is not None and self._view.column.messages:
            QTimer.singleShot(0, self, self._painted)
        return False

    def _painted(self) -> None:
        if self._began is not None:
            self.times.append((time.perf_counter() - self._began) * 1_000)
            self._began = None


def _scrolled_through(view: TranscriptView) -> tuple[int, list[float]]:
    """How many pictures from top to bottom had nothing where text belongs; and the milliseconds of each jump."""
    bar, blanks, steps = view.verticalScrollBar(), 0, []
    for number in range(PAGES + 1):
        began = time.thread_time()
        bar.setValue(bar.maximum() * number // PAGES)
        QApplication.processEvents()
        steps.append((time.thread_time() - began) * 1_000)
        blanks += _has_gap(view)
    return blanks, steps


def _has_gap(view: TranscriptView) -> bool:
    """Whether there is a band without a mark in it that is higher than any room between messages."""
    image, gap = view.viewport().grab().toImage(), 0
    ground = view.column.frame.style.background.rgb()
    for y in range(0, image.height(), 4):
        is_blank = all(image.pixel(x, y) == ground for x in range(0, image.width(), 7))
        gap = gap + 4 if is_blank else 0
        if gap > BLANK_PX:
            return True
    return False
