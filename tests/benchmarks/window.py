"""The real window over the real services, on a data folder of its own, for benchmarks that look at both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from chatdesk.app import WindowedApp, make_application
from chatdesk.core.events import (
    Event,
    JobCrashed,
    ModelFailed,
    ModelReady,
    NoticeRaised,
    ReplyDelta,
    ReplyFinished,
    SendFailed,
)
from chatdesk.core.sampling import SamplingParams
from chatdesk.ui.transcript.view import TranscriptView
from tests.benchmarks.headless import PATIENCE_SECONDS, data_folder, settings_of

BEAT_SECONDS = 0.01


@contextmanager
def shown_window(sampling: SamplingParams) -> Iterator[WindowedApp]:
    """ChatDesk as it starts, until its model is ready."""
    make_application()
    with data_folder(settings_of(sampling)) as paths:
        app = WindowedApp(paths)
        app.start()
        try:
            run_until(app, lambda event: isinstance(event, ModelReady))
            yield app
        finally:
            assert app.close(), "closing took too long"
            app.window.close()


def run_until(app: WindowedApp, is_it: Callable[[Event], bool], begin: Callable[[], object] | None = None) -> Event:
    """Let Qt run until the window has drawn an event of this kind; `begin` is called once it runs.

    Trouble that the app announces ends the benchmark.
    """
    loop = QEventLoop()
    found: list[Event] = []
    problems: list[str] = []

    def on_event(event: Event) -> None:
        match event:
            case JobCrashed(_, traceback):
                problems.append(traceback)
            case ModelFailed(error=error) | SendFailed(error=error) | NoticeRaised(error=error):
                problems.append(error.english)
        if is_it(event):
            found.append(event)
        if found or problems:
            loop.quit()

    app.bridge.received.connect(on_event)
    QTimer.singleShot(int(PATIENCE_SECONDS * 1000), loop, loop.quit)
    if begin is not None:
        QTimer.singleShot(0, loop, begin)
    loop.exec()
    app.bridge.received.disconnect(on_event)
    if problems or not found:
        raise RuntimeError(*problems or ("what was waited for did not come",))
    return found[0]


def run_for(seconds: float) -> None:
    """Let Qt run."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


class Heartbeat(QObject):
    """Posted to the GUI thread every 10 ms by another thread; what is measured is how late it arrives.

    `after_due` counts, in milliseconds, from when the beat was due, so it also holds what kept the posting thread from
    running: a window that keeps the interpreter's lock blocks both. `after_post` counts from the moment of posting.
    """

    _beaten = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self.after_post: list[float] = []
        self.after_due: list[float] = []
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat")
        self._beaten.connect(self._on_beat)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_ending.set()
        self._thread.join()
        QApplication.processEvents()

    def _beat(self) -> None:
        due = time.perf_counter()
        while not self._is_ending.is_set():
            due += BEAT_SECONDS
            time.sleep(max(due - time.perf_counter(), 0))
            self._beaten.emit(due, time.perf_counter())

    @Slot(float, float)
    def _on_beat(self, due: float, posted: float) -> None:
        now = time.perf_counter()
        self.after_post.append((now - posted) * 1000)
        self.after_due.append((now - due) * 1000)


class DrawingLag(QObject):
    """How long text is on its way: from leaving the engine to the end of the turn of the event loop that painted it.

    `left_engine` is called with each delta as it is posted, on whatever thread that is.
    """

    def __init__(self, app: WindowedApp) -> None:
        super().__init__()
        self.lags: list[float] = []  # milliseconds, one per delta
        self._waiting: list[tuple[float, str, int]] = []
        self._received: dict[str, int] = {}  # by reply: characters that the transcript was given
        self._synced: dict[str, int] = {}  # by reply: characters that the transcript shows at its next painting
        view = app.window.findChild(TranscriptView, "transcript")
        assert view is not None
        self._viewport = view.viewport()
        self._bridge = app.bridge
        self._bridge.received.connect(self._on_event)
        # The transcript gathers text and takes it into its picture by this timer; this slot runs after its own.
        self._timer = view.refresher._text_timer
        self._timer.timeout.connect(self._on_synced)
        self._viewport.installEventFilter(self)

    def left_engine(self, delta: ReplyDelta) -> None:
        self._waiting.append((time.perf_counter(), delta.message_id, delta.offset + len(delta.text)))

    def close(self) -> None:
        self._viewport.removeEventFilter(self)
        self._timer.timeout.disconnect(self._on_synced)
        self._bridge.received.disconnect(self._on_event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self._waiting:
            drawn = dict(self._synced)
            QTimer.singleShot(0, self, lambda: self._painted(drawn))
        return False

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        match event:
            case ReplyDelta(message_id, offset, text):
                self._received[message_id] = offset + len(text)
            case ReplyFinished(message):  # taken into the picture at once
                self._received[message.id] = len(message.text)
                self._on_synced()

    @Slot()
    def _on_synced(self) -> None:
        self._synced = dict(self._received)

    def _painted(self, drawn: dict[str, int]) -> None:
        now = time.perf_counter()
        while self._waiting and self._waiting[0][2] <= drawn.get(self._waiting[0][1], -1):
            self.lags.append((now - self._waiting.pop(0)[0]) * 1000)
