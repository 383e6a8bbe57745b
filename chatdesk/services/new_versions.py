"""Look for a new version of ChatDesk, when a person wants to know. Owns a thread, for the answer may take a while."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import NewVersionsFailed, NewVersionsRead, Post
from chatdesk.core.releases import newer_releases
from chatdesk.services.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatdesk.core.releases import Release, Version


class NewVersionService:
    """All methods return at once. Nothing is asked before `look`, nothing is remembered."""

    def __init__(self, version: Version, read_releases: Callable[[], Sequence[Release]], post: Post) -> None:
        """`version` is this one; `read_releases` may raise `UserFacingError`."""
        self._version = version
        self._read_releases = read_releases
        self._post = post
        self._worker = Worker("new versions", post)
        self._looking = threading.Lock()  # held while a look waits or runs

    def look(self) -> None:
        """Announce `NewVersionsRead` or `NewVersionsFailed`, once for all that want to know it by then."""
        if self._looking.acquire(blocking=False):
            self._worker.submit("look", self._look)

    def close(self, timeout_seconds: float) -> bool:
        """End the thread; no answer is worth waiting for."""
        return self._worker.close(timeout_seconds)

    def _look(self) -> None:
        # What was found is announced when it can be looked for again: who hears it may want to.
        self._post(self._found())

    def _found(self) -> NewVersionsRead | NewVersionsFailed:
        try:
            return NewVersionsRead(newer_releases(self._read_releases(), self._version))
        except UserFacingError as error:
            return NewVersionsFailed(error.detail)
        finally:
            self._looking.release()
