"""What is remembered of model files: which were opened from elsewhere, which llama.cpp survived.

A record speaks of one file as it was: with another size or time of change at the same path, all but `added_at` is
forgotten.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from chatdesk.core.model_files import ModelFile
    from chatdesk.store.database import Database


class ModelRecordStore:
    """Reads and writes the records. May be used from any thread; every write has committed when it returns."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, model: ModelFile) -> None:
        """List a file from now on where it lies."""
        self._set(model, "added_at = coalesce(added_at, :value)", self._clock())

    def added_paths(self) -> tuple[str, ...]:
        """The files that were added, in the order of adding, whether or not they still exist."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT path FROM model_record WHERE added_at IS NOT NULL ORDER BY added_at, path"
            )
            return tuple(path for (path,) in rows)

    def is_probed(self, model: ModelFile, build: str) -> bool:
        """Whether this very file was tried by this build of llama.cpp, which survived."""
        return bool(self._get(model, "probed_build") == build)

    def set_probed(self, model: ModelFile, build: str) -> None:
        """Remember that this build of llama.cpp survives this file."""
        self._set(model, "probed_build = :value", build)

    def _get(self, model: ModelFile, column: str) -> Any:
        with self._database.read() as connection:
            row = connection.execute(
                f"SELECT {column} FROM model_record "  # noqa: S608 - one of the constants above
                "WHERE path = ? AND size_bytes = ? AND modified_at = ?",
                (model.path, model.size_bytes, model.modified_at),
            ).fetchone()
        return row[0] if row is not None else None

    def _set(self, model: ModelFile, assignment: str, value: str | float) -> None:
        with self._database.write() as connection:
            _describe(connection, model)
            connection.execute(
                f"UPDATE model_record SET {assignment} WHERE path = :path",  # noqa: S608 - one of the constants above
                {"path": model.path, "value": value},
            )


def _describe(connection: sqlite3.Connection, model: ModelFile) -> None:
    """Make sure that the record at `model.path` is about this very file."""
    connection.execute(
        """
        INSERT INTO model_record (path, size_bytes, modified_at) VALUES (:path, :size_bytes, :modified_at)
        ON CONFLICT (path) DO UPDATE SET size_bytes = :size_bytes, modified_at = :modified_at, last_used_at = NULL,
            probed_build = NULL, measured_memory_bytes = NULL, header = NULL
        WHERE size_bytes != :size_bytes OR modified_at != :modified_at
        """,
        {"path": model.path, "size_bytes": model.size_bytes, "modified_at": model.modified_at},
    )
