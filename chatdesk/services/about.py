"""What the app tells of itself, on a thread of its own: folders may be large, and llama.cpp may be loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.events import AboutRead, DiagnosticsWritten, Post
from chatdesk.services.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chatdesk.core.about import Licence, Place


class AboutService:
    """All methods return at once."""

    def __init__(
        self,
        measure: Callable[[], Mapping[Place, int]],
        read_licences: Callable[[], Sequence[Licence]],
        write_diagnostics: Callable[[], str],
        post: Post,
    ) -> None:
        """`measure` tells in bytes how much lies in each place."""
        self._measure = measure
        self._read_licences = read_licences
        self._write_diagnostics = write_diagnostics
        self._post = post
        self._worker = Worker("about", post)

    def read(self) -> None:
        """Announce `AboutRead`."""
        self._worker.submit("read", lambda: self._post(AboutRead(self._measure(), tuple(self._read_licences()))))

    def write_diagnostics(self) -> None:
        """Announce `DiagnosticsWritten`."""
        self._worker.submit("diagnostics", lambda: self._post(DiagnosticsWritten(self._write_diagnostics())))

    def close(self, timeout_seconds: float) -> bool:
        """End the thread; nothing of this is worth waiting for."""
        return self._worker.close(timeout_seconds)
