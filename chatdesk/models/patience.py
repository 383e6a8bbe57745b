"""How long trouble that may pass is borne: what to wait for before the next attempt, and when to give up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.errors import UserFacingError


@dataclass(frozen=True, slots=True)
class Patience:
    """The limits. A connection without a byte for `stall_seconds` counts as lost.

    `first_wait_seconds` doubles with each failure in a row, up to `longest_wait_seconds`. It ends after
    `total_wait_seconds` of waiting in a row, or after `most_refusals` answers in a row that were none.
    """

    stall_seconds: float = 30.0
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    total_wait_seconds: float = 1800.0
    most_refusals: int = 8


MOST_DOUBLINGS = 30  # beyond any wait, and within what a float holds


class BackOff:
    """Waits grow with each failure in a row. `jitter` gives numbers from 0 to 1, so that not all ask again at once."""

    def __init__(self, patience: Patience, jitter: Callable[[], float]) -> None:
        self._patience = patience
        self._jitter = jitter
        self.forget()

    def forget(self) -> None:
        """What failed before no longer counts."""
        self._failures = 0
        self._refusals = 0
        self._waited_seconds = 0.0

    def seconds_after(self, error: UserFacingError) -> float:
        """How long to wait before the next attempt.

        Raises:
            UserFacingError: `error`, which will not pass by waiting, or has lasted too long.
        """
        limits = self._patience
        match error.code:
            case ErrorCode.HUB_RATE_LIMITED:
                # A hub that asks for no pause at all is not asked again at once for ever.
                asked_for = float(error.detail.params["seconds"]) * (1 + self._jitter() / 10)
                seconds = max(asked_for, self._grown_seconds() / 2)
            case ErrorCode.HUB_UNREACHABLE | ErrorCode.HUB_ERROR:
                self._refusals += error.code is ErrorCode.HUB_ERROR
                seconds = self._grown_seconds() * (1 + self._jitter()) / 2
            case _:
                raise error
        self._failures += 1
        self._waited_seconds += seconds
        if self._waited_seconds > limits.total_wait_seconds or self._refusals > limits.most_refusals:
            raise error
        return seconds

    def _grown_seconds(self) -> float:
        """The longest wait after so many failures in a row."""
        limits = self._patience
        grown = limits.first_wait_seconds * 2.0 ** min(self._failures, MOST_DOUBLINGS)
        return min(grown, limits.longest_wait_seconds)
