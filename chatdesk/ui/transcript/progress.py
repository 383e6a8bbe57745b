"""How long prompt processing will still take. No Qt here."""

from __future__ import annotations

# Before this many seconds have passed, the speed is a guess that would jump about.
SECONDS_TO_TRUST = 1.0


class ProgressClock:
    """Watches one prompt being processed. Times are seconds on a monotonic clock."""

    def __init__(self, cached: int) -> None:
        """`cached` tokens need no processing."""
        self._cached = cached
        self._first: tuple[float, int] | None = None

    def seconds_left(self, now: float, processed: int, total: int) -> float | None:
        """The time that `total - processed` tokens will take at the speed so far; None while that is not known.

        Tokens that were there before the first call count for nothing: they were not processed.
        """
        if self._first is None:
            self._first = (now, max(processed, self._cached))
        seconds = now - self._first[0]
        done = processed - self._first[1]
        if seconds < SECONDS_TO_TRUST or done <= 0:
            return None
        return (total - processed) * seconds / done
