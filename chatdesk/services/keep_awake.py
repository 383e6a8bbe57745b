"""The computer does not fall asleep by itself while something is downloaded or a reply is written.

The screen may go dark, and who closes the lid or chooses Sleep still gets it. A system without a means for this is
left alone: the log says so, and nothing else.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from chatdesk.core.events import DownloadChanged, Event, ReplyFinished, ReplyStarted, SettingsChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

# A lost connection often comes back, and a computer that had fallen asleep meanwhile would not notice. But one without
# a network is not kept awake all night.
PATIENCE_SECONDS = 600.0


@contextmanager
def sleep_prevented() -> Iterator[None]:
    """Ask the system not to fall asleep; whatever it answers, go on."""
    from wakepy import keep  # late: most starts never need it

    with keep.running(on_fail=lambda _result: log.info("this system cannot be kept awake")):
        yield


class KeepAwake:
    """Listens to what is announced, and keeps the computer awake while there is a reason to.

    What keeps it awake is entered and left on a thread of its own: some systems tie it to the thread, and some take
    seconds to answer. As that thread is a daemon, so are those that it starts.
    """

    def __init__(
        self,
        is_wanted: Callable[[], bool],
        sleep_prevented: Callable[[], AbstractContextManager[object]] = sleep_prevented,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`is_wanted` is the setting, asked whenever something changes."""
        self._is_wanted = is_wanted
        self._sleep_prevented = sleep_prevented
        self._clock = clock
        self._changed = threading.Condition()
        self._reasons: dict[str, float] = {}  # ids of downloads and replies -> until when each counts
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="awake", daemon=True)
        self._thread.start()

    def on_event(self, event: Event) -> None:
        """Take note of what a service announced. May be called from any thread, and returns at once."""
        with self._changed:
            before = dict(self._reasons)
            match event:
                case DownloadChanged(download) if not download.state.is_active:
                    self._reasons.pop(download.id, None)
                case DownloadChanged(download) if download.error is None:
                    self._reasons[download.id] = math.inf
                case DownloadChanged(download):
                    until = self._clock() + PATIENCE_SECONDS
                    self._reasons[download.id] = min(self._reasons.get(download.id, math.inf), until)
                case ReplyStarted(message):
                    self._reasons[message.id] = math.inf
                case ReplyFinished(message):
                    self._reasons.pop(message.id, None)
            if self._reasons != before or isinstance(event, SettingsChanged):
                self._changed.notify_all()

    def close(self, timeout_seconds: float) -> bool:
        """Let the computer sleep and end the thread. Returns whether it ended in time. May be called twice."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    # --- on the thread "awake" from here on ---

    def _run(self) -> None:
        while self._wait_until(is_needed=True):
            try:
                with self._sleep_prevented():
                    self._wait_until(is_needed=False)
            except Exception:
                log.info("keeping this computer awake failed", exc_info=True)
                self._wait_until(is_needed=False)

    def _wait_until(self, *, is_needed: bool) -> bool:
        """Wait for the moment when the computer has to be kept awake, or no longer. False: it is closed."""
        with self._changed:
            while not self._is_closed and self._is_needed() is not is_needed:
                patience = max(self._reasons.values(), default=math.inf) - self._clock()
                self._changed.wait(patience if math.isfinite(patience) and not is_needed else None)
            return not self._is_closed

    def _is_needed(self) -> bool:
        now = self._clock()
        return any(until > now for until in self._reasons.values()) and self._is_wanted()
