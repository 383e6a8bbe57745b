"""Has llama.cpp's variants for processors timed, once, when the app has long had nothing to do.

Whatever is announced, by any service, is something to do: the timing ends at once, and is begun again after the next
quiet minute. It runs on the engine's thread, so that no reply is computed beside it and each can end it.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from chatdesk.services.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.events import Event
    from chatdesk.engine.base import Engine, ShouldStop
    from chatdesk.services.inference import InferenceService

QUIET_SECONDS = 60.0
# How often it is asked, while variants are timed, whether the machine still has power to spare.
POWER_SECONDS = 3.0
JOIN_SECONDS = 0.5


class VariantTimingService:
    """Waits for a quiet time. Methods may be called from any thread, and return at once."""

    def __init__(
        self,
        inference: InferenceService,
        time_variants: Callable[[ShouldStop], bool],
        may_work_idle: Callable[[], bool],
        quiet_seconds: float = QUIET_SECONDS,
        power_seconds: float = POWER_SECONDS,
    ) -> None:
        """`time_variants` returns whether nothing is left to do, and ends when it is told to stop."""
        self._inference = inference
        self._time_variants = time_variants
        self._may_work_idle = may_work_idle
        self._quiet_seconds = quiet_seconds
        self._power_seconds = power_seconds
        self._last_event = time.monotonic()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_closed = False

    def start(self) -> None:
        """Begin to wait."""
        self._wait(self._quiet_seconds)

    def on_event(self, _event: Event) -> None:
        """Take note that something happened."""
        self._last_event = time.monotonic()

    def close(self) -> None:
        """Wait no longer. What is being timed ends with the engine's thread."""
        with self._lock:
            self._is_closed = True
            timer = self._timer
        if timer is not None:
            timer.cancel()
            timer.join(JOIN_SECONDS)  # which at most asks for the battery

    def _wait(self, seconds: float) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._timer = threading.Timer(seconds, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _missing_seconds(self) -> float:
        """How long it has to stay quiet yet."""
        return self._last_event + self._quiet_seconds - time.monotonic()

    # --- on a timer's thread ---

    def _look(self) -> None:
        if (missing := self._missing_seconds()) > 0:
            self._wait(missing)
        elif self._may_work_idle():
            self._inference.run("time variants", self._time, Priority.SPARE)
        else:
            self._wait(self._quiet_seconds)

    # --- on the engine's thread ---

    def _time(self, engine: Engine | None) -> None:
        began = self._last_event
        may_work, asked_at = True, time.monotonic()

        def has_power() -> bool:
            nonlocal may_work, asked_at
            if time.monotonic() - asked_at >= self._power_seconds:
                may_work, asked_at = self._may_work_idle(), time.monotonic()
            return may_work

        def should_stop() -> bool:
            return self._last_event != began or self._inference.is_wanted(Priority.SPARE) or not has_power()

        # Without a model nobody chats yet, and llama.cpp may not be there. What came while this waited is no quiet.
        if engine is None or self._missing_seconds() > 0 or not self._time_variants(should_stop):
            self._wait(self._quiet_seconds)
