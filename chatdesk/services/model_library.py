"""Which model files can be chosen. Owns the thread that looks at folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.events import LibraryScanned, Post
from chatdesk.core.model_files import ModelFile, ModelOrigin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatdesk.models.library import ModelLibrary
    from chatdesk.services.worker import Worker
    from chatdesk.store.model_records import ModelRecordStore


class ModelLibraryService:
    """The user's verbs on model files. Methods may be called from any thread and return at once."""

    def __init__(self, library: ModelLibrary, records: ModelRecordStore, worker: Worker, post: Post) -> None:
        self._library = library
        self._records = records
        self._worker = worker
        self._post = post

    def scan(self, then: Callable[[Sequence[ModelFile]], None] | None = None) -> None:
        """Look again, announce `LibraryScanned`, and go on with `then` (on the library's thread)."""

        def scan() -> None:
            models = self._scan()
            if then is not None:
                then(models)

        self._worker.submit("scan", scan)

    def open(self, path: str, then: Callable[[ModelFile], None]) -> None:
        """Look at a file anywhere on this disk and go on with `then` (on the library's thread) if it could be one."""
        self._worker.submit("open", lambda: then(self._library.model_file(path, ModelOrigin.ADDED)))

    def _scan(self) -> tuple[ModelFile, ...]:
        models = self._library.scan(self._records.added_paths())
        self._post(LibraryScanned(models))
        return models
