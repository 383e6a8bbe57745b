"""A download as a person follows it: what is fetched, how far it is, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.hub_models import RemoteModel


class DownloadState(StrEnum):
    """The states of a download; `queued → downloading ⇄ paused → verifying → probing → installed`, or it ends."""

    QUEUED = "queued"
    DOWNLOADING = "downloading"
    PAUSED = "paused"
    VERIFYING = "verifying"
    PROBING = "probing"
    INSTALLED = "installed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Whether something is being done for it now."""
        return self in (DownloadState.DOWNLOADING, DownloadState.VERIFYING, DownloadState.PROBING)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself or by resuming."""
        return self in (DownloadState.INSTALLED, DownloadState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Download:
    """One model on its way. `done_bytes` are on this disk; `bytes_per_second` is None while it is not known.

    `position` orders the queue, the smallest first. `error` is set when it failed, and while it waits to try again.
    """

    id: str
    model: RemoteModel
    state: DownloadState
    position: int
    done_bytes: int = 0
    bytes_per_second: float | None = None
    error: ErrorDetail | None = None

    @property
    def total_bytes(self) -> int:
        """The size of all its files."""
        return self.model.size_bytes

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at this speed, or None while that cannot be said."""
        if not self.bytes_per_second or self.state is not DownloadState.DOWNLOADING:
            return None
        return (self.total_bytes - self.done_bytes) / self.bytes_per_second
