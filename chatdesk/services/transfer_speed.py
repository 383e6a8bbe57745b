"""How fast bytes arrive, told often enough to be followed and not more often."""

from __future__ import annotations

from collections import deque

TELL_SECONDS = 0.2
WINDOW_SECONDS = 5.0
LEAST_SECONDS = 1.0  # of watching, before a speed is more than a guess


class SpeedMeter:
    """Watches a number of bytes grow. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()  # (when, bytes), the oldest first

    def see(self, now: float, done_bytes: int) -> bool:
        """Take note of a number of bytes. Returns whether it is time to tell of it."""
        if self._seen and done_bytes < self._seen[-1][1]:
            self._seen.clear()  # it was begun anew
        if self._seen and now - self._seen[-1][0] < TELL_SECONDS:
            return False
        self._seen.append((now, done_bytes))
        # The newest of those that are older than the window stays, as the speed's other end.
        while len(self._seen) > 1 and now - self._seen[1][0] >= WINDOW_SECONDS:
            self._seen.popleft()
        return True

    def forget(self) -> None:
        """Begin anew, after a time in which nothing could arrive."""
        self._seen.clear()

    @property
    def bytes_per_second(self) -> float | None:
        """The mean of the last seconds; None until enough was seen."""
        if not self._seen:
            return None
        (since, before), (now, done_bytes) = self._seen[0], self._seen[-1]
        return (done_bytes - before) / (now - since) if now - since >= LEAST_SECONDS else None
