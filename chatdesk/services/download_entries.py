"""The downloads that are not over, each with its files and its thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatdesk.core.download_queue import in_order, is_same_content

if TYPE_CHECKING:
    from chatdesk.core.downloads import Download
    from chatdesk.core.hub_models import RemoteModel
    from chatdesk.models.installing import UnfinishedFiles
    from chatdesk.services.download_run import DownloadRun

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Entry:
    """A download with what belongs to it. `run` is its thread, also one that was stopped and is not gone yet.

    One that `is_held` was left by an earlier run of the app, and nobody has asked for it yet.
    """

    download: Download
    files: UnfinishedFiles
    run: DownloadRun | None = None
    is_held: bool = False

    def count_bytes(self) -> None:
        """Look at the disk: how much has arrived?"""
        try:
            self.download = replace(self.download, done_bytes=self.files.done_bytes())
        except OSError as problem:
            log.warning("the files of download %s cannot be looked at: %s", self.download.id, problem)


class DownloadEntries:
    """Entries by id. One that was cancelled stays until its files are gone, but no longer stands in the queue."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Take a new one in."""
        self._entries[entry.download.id] = entry

    def drop(self, entry: Entry) -> None:
        """Forget one that is over."""
        del self._entries[entry.download.id]

    def get(self, download_id: str) -> Entry | None:
        """The entry of a download, if it is not over and forgotten."""
        return self._entries.get(download_id)

    def all(self) -> tuple[Entry, ...]:
        """Every entry, in no order."""
        return tuple(self._entries.values())

    def queue(self) -> tuple[Entry, ...]:
        """Those that are not over, the first first."""
        standing = in_order(entry.download for entry in self.all() if not entry.download.state.is_over)
        return tuple(self._entries[download.id] for download in standing)

    def of_content(self, model: RemoteModel) -> Entry | None:
        """The one in the queue that fetches the very same files."""
        return next((entry for entry in self.queue() if is_same_content(entry.download.model, model)), None)

    def last_position(self) -> int:
        """The place of the last, 0 when there is none."""
        return max((entry.download.position for entry in self.all()), default=0)
