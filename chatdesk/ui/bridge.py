"""The only place where threads meet Qt.

`post` may be called from any thread. Events wait in a deque; one queued wake-up is under way at most, and the GUI
thread drains all that waits. A slow GUI gets fewer, larger batches: back-pressure without a timer.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from chatdesk.core.events import Event


class EventBridge(QObject):
    """Carries events to the GUI thread, in order."""

    received = Signal(object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events: deque[Event] = deque()
        self._lock = threading.Lock()
        self._is_wake_up_pending = False
        self._is_closed = False
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def post(self, event: Event) -> None:
        """Hand over an event; after `close` it is dropped."""
        with self._lock:
            if self._is_closed:
                return
            self._events.append(event)
            if self._is_wake_up_pending:
                return
            self._is_wake_up_pending = True
            # Under the lock, so that no emission can begin after `close` has returned.
            self._woken.emit()

    def close(self) -> None:
        """Drop what waits and take nothing more: the receivers are going away."""
        with self._lock:
            self._is_closed = True
            self._events.clear()

    @Slot()
    def _drain(self) -> None:
        with self._lock:
            self._is_wake_up_pending = False
            waiting = list(self._events)
            self._events.clear()
        for event in waiting:
            self.received.emit(event)
