"""What is remembered of model files: which are used where they lie, what their headers say, how their loads went.

A record speaks of one file as it was: with another size or time of change at the same path, only what a person chose
stays, which is that it is listed, its name, its settings and whether it is a favourite.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chatdesk.core.installed_models import HeaderFacts, ModelDetails
from chatdesk.core.model_files import ModelFile, ModelOrigin

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping

    from chatdesk.store.database import Database

# What a header is kept as. A version of ChatDesk that reads more of it counts this up, and reads each once more.
HEADER_FORMAT = 1
LOADS_THAT_COUNT = 10


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What is known of one file. `header` None: not read yet. `settings` are the model's own, sparse, by name.

    `measured_bytes` is the memory that the last load took, `predicted_bytes` what had been predicted for it.
    """

    header: HeaderFacts | None = None
    last_used_at: float | None = None
    is_favourite: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    predicted_bytes: int | None = None
    measured_bytes: int | None = None


class ModelRecordStore:
    """Reads and writes the records. May be used from any thread; every write has committed when it returns."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, *models: ModelFile) -> None:
        """List files from now on where they lie, with where they came from."""
        with self._database.write() as connection:
            for model in models:
                _describe(connection, model)
                connection.execute(
                    """
                    UPDATE model_record SET added_at = coalesce(added_at, :now), shown_name = :shown_name,
                        repo_id = :repo_id, revision = :revision, sha256 = :sha256
                    WHERE path = :path
                    """,
                    {
                        "path": model.path,
                        "now": self._clock(),
                        "shown_name": model.shown_name,
                        "repo_id": model.repo_id,
                        "revision": model.revision,
                        "sha256": model.sha256,
                    },
                )

    def remove_from_list(self, path: str) -> None:
        """List the file at `path` no more; what is known of it stays."""
        with self._database.write() as connection:
            connection.execute("UPDATE model_record SET added_at = NULL WHERE path = ?", (path,))

    def forget(self, path: str) -> None:
        """Keep nothing of the file at `path`."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM model_record WHERE path = ?", (path,))

    def added(self) -> tuple[ModelFile, ...]:
        """The files that were added, as they were then, in the order of adding; whether or not they still exist."""
        with self._database.read() as connection:
            rows = connection.execute(
                """
                SELECT path, size_bytes, modified_at, repo_id, revision, sha256, shown_name
                FROM model_record WHERE added_at IS NOT NULL ORDER BY added_at, path
                """
            )
            return tuple(
                ModelFile(path, size_bytes, modified_at, ModelOrigin.ADDED, *provenance)
                for path, size_bytes, modified_at, *provenance in rows
            )

    def record(self, model: ModelFile) -> ModelRecord:
        """What is known of one file."""
        rows = self._rows("WHERE path = ?", model.path)
        return next((_record(row, model) for row in rows), ModelRecord())

    def records(self, models: Iterable[ModelFile]) -> dict[str, ModelRecord]:
        """What is known of each of `models`, by path."""
        rows = {row[0]: row for row in self._rows("")}
        return {
            model.path: _record(rows[model.path], model) if model.path in rows else ModelRecord() for model in models
        }

    def set_header(self, model: ModelFile, header: HeaderFacts) -> None:
        """Remember what this very file's header says."""
        self._set(model, "header = :header", header=json.dumps({"format": HEADER_FORMAT, **asdict(header)}))

    def set_favourite(self, model: ModelFile, *, is_favourite: bool) -> None:
        """Remember that a person marked the model, or that the mark is gone."""
        self._set(model, "is_favourite = :is_favourite", is_favourite=int(is_favourite))

    def set_settings(self, model: ModelFile, settings: Mapping[str, Any]) -> None:
        """Replace the model's own settings."""
        self._set(model, "settings = :settings", settings=json.dumps(settings, ensure_ascii=False))

    def set_loaded(self, model: ModelFile, predicted_bytes: int | None, measured_bytes: int | None) -> None:
        """Remember a load: when, the memory that was predicted for it, and what it took. None: not known."""
        self._set(
            model,
            "last_used_at = :now, predicted_memory_bytes = :predicted, measured_memory_bytes = :measured",
            now=self._clock(),
            predicted=predicted_bytes,
            measured=measured_bytes,
        )

    def memory_ratios(self) -> tuple[float, ...]:
        """Measured ÷ predicted memory of the last loads of different models, the latest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                """
                SELECT 1.0 * measured_memory_bytes / predicted_memory_bytes FROM model_record
                WHERE measured_memory_bytes > 0 AND predicted_memory_bytes > 0
                ORDER BY last_used_at DESC LIMIT ?
                """,
                (LOADS_THAT_COUNT,),
            )
            return tuple(ratio for (ratio,) in rows)

    def is_probed(self, model: ModelFile, build: str) -> bool:
        """Whether this very file was tried by this build of llama.cpp, which survived."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT probed_build FROM model_record WHERE path = ? AND size_bytes = ? AND modified_at = ?",
                (model.path, model.size_bytes, model.modified_at),
            ).fetchone()
        return row is not None and bool(row[0] == build)

    def set_probed(self, model: ModelFile, build: str) -> None:
        """Remember that this build of llama.cpp survives this file."""
        self._set(model, "probed_build = :build", build=build)

    def _rows(self, where: str, *parameters: str) -> list[tuple[Any, ...]]:
        with self._database.read() as connection:
            return connection.execute(
                "SELECT path, size_bytes, modified_at, header, last_used_at, is_favourite, settings,"  # noqa: S608 - `where` is a constant
                " predicted_memory_bytes, measured_memory_bytes FROM model_record "
                f"{where}",
                parameters,
            ).fetchall()

    def _set(self, model: ModelFile, assignments: str, **values: str | float | None) -> None:
        with self._database.write() as connection:
            _describe(connection, model)
            connection.execute(
                f"UPDATE model_record SET {assignments} WHERE path = :path",  # noqa: S608 - one of the constants above
                {"path": model.path, **values},
            )


def _describe(connection: sqlite3.Connection, model: ModelFile) -> None:
    """Make sure that the record at `model.path` is about this very file."""
    connection.execute(
        """
        INSERT INTO model_record (path, size_bytes, modified_at) VALUES (:path, :size_bytes, :modified_at)
        ON CONFLICT (path) DO UPDATE SET size_bytes = :size_bytes, modified_at = :modified_at, last_used_at = NULL,
            probed_build = NULL, measured_memory_bytes = NULL, predicted_memory_bytes = NULL,
            header = NULL, revision = NULL, sha256 = NULL
        WHERE size_bytes != :size_bytes OR modified_at != :modified_at
        """,
        {"path": model.path, "size_bytes": model.size_bytes, "modified_at": model.modified_at},
    )


def _record(row: tuple[Any, ...], model: ModelFile) -> ModelRecord:
    _, size_bytes, modified_at, header, last_used_at, is_favourite, settings, predicted_bytes, measured_bytes = row
    chosen = ModelRecord(is_favourite=bool(is_favourite), settings=_object(settings))
    if (size_bytes, modified_at) != (model.size_bytes, model.modified_at):
        return chosen
    return replace(
        chosen,
        header=_header(header),
        last_used_at=last_used_at,
        predicted_bytes=predicted_bytes,
        measured_bytes=measured_bytes,
    )


def _header(text: str | None) -> HeaderFacts | None:
    """A header as it was kept, or None when there is none of this format: it is read again then."""
    kept = _object(text)
    if kept.pop("format", None) != HEADER_FORMAT:
        return None
    details = kept.pop("details")
    return HeaderFacts(details=ModelDetails(**details) if details is not None else None, **kept)


def _object(text: str | None) -> dict[str, Any]:
    found = json.loads(text) if text is not None else {}
    assert isinstance(found, dict)
    return found
