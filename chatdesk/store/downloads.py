"""The download queue in the database, and where each installed file came from.

How far a download is, its files tell; the rows keep what a restart could not find out from them. Every method that
writes has committed when it returns.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import kept_error
from chatdesk.core.hub_models import RemoteFile, RemoteModel

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from chatdesk.store.database import Database


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the file at `path` came from: a file of a repo at a commit. `sha256` is what was verified."""

    path: str
    repo_id: str
    revision: str
    filename: str
    size_bytes: int
    sha256: str | None


class DownloadStore:
    """Reads and writes downloads that are not over. May be used from any thread."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, download: Download) -> None:
        """Keep a new download."""
        model = download.model
        with self._database.write() as connection:
            connection.execute(
                """
                INSERT INTO download (id, repo_id, revision, files, state, position, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                (
                    download.id,
                    model.repo_id,
                    model.revision,
                    json.dumps([asdict(file) for file in model.files], ensure_ascii=False),
                    download.state,
                    download.position,
                    self._clock(),
                ),
            )

    def save(self, download: Download) -> None:
        """Keep its state, and the error of one that failed: what else stands in the way may be gone by the restart."""
        error = download.error if download.state is DownloadState.FAILED else None
        with self._database.write() as connection:
            connection.execute(
                "UPDATE download SET state = ?, error_code = ?, error_params = ? WHERE id = ?",
                (
                    download.state,
                    error.code if error is not None else None,
                    json.dumps(dict(error.params), ensure_ascii=False) if error is not None else None,
                    download.id,
                ),
            )

    def save_positions(self, downloads: Iterable[Download]) -> None:
        """Keep the places of all of these, or of none."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE download SET position = ? WHERE id = ?", [(each.position, each.id) for each in downloads]
            )

    def all(self) -> tuple[Download, ...]:
        """Every download that is kept, in the order of the queue; what they have on disk is not looked at."""
        with self._database.read() as connection:
            rows = connection.execute(
                """
                SELECT id, repo_id, revision, files, state, position, error_code, error_params
                FROM download ORDER BY position, id
                """
            )
            return tuple(_download(*row) for row in rows)

    def set_targets(self, download_id: str, paths: Sequence[str]) -> None:
        """Keep where each file goes in the library. From now on a restart finds those that have gone already."""
        with self._database.write() as connection:
            connection.execute("UPDATE download SET targets = ? WHERE id = ?", (json.dumps(paths), download_id))

    def targets(self, download_id: str) -> tuple[str, ...]:
        """Where each file goes or has gone, in the order of the model's files; empty while that is not decided."""
        with self._database.read() as connection:
            (targets,) = connection.execute("SELECT targets FROM download WHERE id = ?", (download_id,)).fetchone()
        return tuple(json.loads(targets)) if targets is not None else ()

    def remove(self, download_id: str) -> None:
        """Forget a download."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM download WHERE id = ?", (download_id,))

    def finish(self, download_id: str, installed: Iterable[Provenance]) -> None:
        """Forget a download and keep where its files came from, in one step."""
        with self._database.write() as connection:
            connection.executemany(
                """
                INSERT OR REPLACE INTO installed_from
                    (path, repo_id, revision, filename, size_bytes, sha256, installed_at)
                VALUES (:path, :repo_id, :revision, :filename, :size_bytes, :sha256, :now)
                """,
                [{**asdict(each), "now": self._clock()} for each in installed],
            )
            connection.execute("DELETE FROM download WHERE id = ?", (download_id,))


class ProvenanceStore:
    """Tells where installed files came from. May be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def provenance(self, path: str) -> Provenance | None:
        """Where the file at `path`, a shard of its own, came from; None: it was not downloaded by ChatDesk."""
        return next(iter(self._select("WHERE path = ?", path)), None)

    def all(self) -> dict[str, Provenance]:
        """Where every installed file came from, by path; whether or not it is still there."""
        return {each.path: each for each in self._select("")}

    def of_file(self, repo_id: str, filename: str, sha256: str) -> tuple[Provenance, ...]:
        """Where a file of a repo, with this very content, was put; whether or not it is still there."""
        return self._select("WHERE repo_id = ? AND filename = ? AND sha256 = ?", repo_id, filename, sha256)

    def forget(self, paths: Iterable[str]) -> None:
        """Keep nothing of files that were removed."""
        with self._database.write() as connection:
            connection.executemany("DELETE FROM installed_from WHERE path = ?", [(path,) for path in paths])

    def _select(self, where: str, *parameters: str) -> tuple[Provenance, ...]:
        with self._database.read() as connection:
            rows: sqlite3.Cursor = connection.execute(
                "SELECT path, repo_id, revision, filename, size_bytes, sha256 FROM installed_from "  # noqa: S608 - `where` is a constant
                f"{where} ORDER BY path",
                parameters,
            )
            return tuple(Provenance(*row) for row in rows)


def _download(
    download_id: str,
    repo_id: str,
    revision: str,
    files: str,
    state: str,
    position: int,
    error_code: str | None,
    error_params: str | None,
) -> Download:
    remote: list[dict[str, Any]] = json.loads(files)
    model = RemoteModel(repo_id, revision, tuple(RemoteFile(**file) for file in remote))
    error = kept_error(error_code, json.loads(error_params or "{}")) if error_code is not None else None
    return Download(download_id, model, DownloadState(state), position, error=error)
