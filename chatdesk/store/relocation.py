"""Moves the data folder or the model folder somewhere else, and is never without it on the way.

A wish is written down in `location.json` and done at the next start, before anything is opened:

1. Everything is put into the new place: as a second name of the same file where both lie on one disk, and otherwise as
   a copy that is compared with the original.
2. The new place is written down. That is the moment of the move: until then every start finds the old place whole, and
   from then on the new one.
3. What the database says of models is brought up to date, and the old files go, each only if it is in the new place.

A start that was cut off in any of these is followed by one that does the rest.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.store.disk import disk_problems_named, replace_file
from chatdesk.store.paths import LOCATION_FILE, Paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chatdesk.store.database import Database

_log = logging.getLogger(__name__)

_MOVING, _LEAVING = "moving", "leaving"
# What of the data folder is ours to move: on some systems settings, caches and logs lie in it too.
_DATA = ("chatdesk.db", "chatdesk.db-*", "chatdesk.db.*", "state.json", "state.json.*", "snapshots", "models")
_BESIDE_DATABASE = "chatdesk.db-"
_CHUNK_BYTES = 2**20
_PART = ".moving"
_SPARE_BYTES = 100 * 2**20


class Place(StrEnum):
    """A folder that can be moved."""

    DATA = "data"
    MODELS = "models"


class _Step(NamedTuple):
    """One file on its way."""

    source: Path
    target: Path
    size_bytes: int


class StoppedError(Exception):
    """A person wants the folder to stay."""


class Relocation:
    """Where one user's folders are to be. Used while nothing in them is open, but for `finish`."""

    def __init__(self, config: Path) -> None:
        """`config` is the folder of `location.json`."""
        self._file = config / LOCATION_FILE

    @property
    def is_wished(self) -> bool:
        """Whether a folder is to be moved before it is opened."""
        return bool(_texts(self._read().get(_MOVING)))

    def wish(self, place: Place, target: Path, paths: Paths) -> None:
        """Have a folder moved at the next start.

        Raises:
            UserFacingError: it cannot be moved there; nothing was changed.
        """
        source = _source(place, paths)
        if target == source or target.is_relative_to(source) or source.is_relative_to(target):
            raise UserFacingError(ErrorCode.FOLDER_NESTED, path=str(target))
        with disk_problems_named(target):
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(target.iterdir()):
                raise UserFacingError(ErrorCode.FOLDER_NOT_EMPTY, path=str(target))
            (target / _PART).touch()
            (target / _PART).unlink()
            needed = sum(step.size_bytes for step in _steps(place, source, target)) + _SPARE_BYTES
            free = shutil.disk_usage(target).free
            is_one_disk = target.stat().st_dev == source.stat().st_dev
        if free < needed and not is_one_disk:
            raise UserFacingError(ErrorCode.FOLDER_NO_SPACE, path=str(target), needed=needed, free=free)
        self._write({**self._read(), _MOVING: {place.value: str(target)}})

    def give_up(self) -> None:
        """Leave the folder where it is; what was put into the new place goes."""
        known = self._read()
        for target in _texts(known.get(_MOVING)).values():
            shutil.rmtree(target, ignore_errors=True)
        self._write({name: value for name, value in known.items() if name != _MOVING})

    def carry_out(self, paths: Paths, on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> None:
        """Put the folder into its new place. `on_progress` is told the share of it that is there.

        Raises:
            UserFacingError, StoppedError: it is where it was, and the wish is forgotten.
        """
        for name, path in _texts(self._read().get(_MOVING)).items():
            place, target = Place(name), Path(path)
            source = _source(place, paths)
            try:
                _put_all(list(_steps(place, source, target)), on_progress, should_stop)
            except (UserFacingError, StoppedError):
                self.give_up()
                raise
            known = {key: value for key, value in self._read().items() if key != _MOVING}
            leaving = {**_texts(known.get(_LEAVING)), str(source): str(target)}
            self._write({**known, place.value: str(target), _LEAVING: leaving})

    def finish(self, database: Database) -> tuple[tuple[str, str], ...]:
        """Bring what the database says of files up to date, and remove what is in its new place now.

        Returns:
            The old and the new folder of each move that was finished.
        """
        known = self._read()
        moves = tuple(_texts(known.get(_LEAVING)).items())
        for source, target in moves:
            _rename_paths(database, source, target)
            place = Place.DATA if known.get(Place.DATA.value) == target else Place.MODELS
            for step in list(_steps(place, Path(source), Path(target))):
                _remove_moved(step)
            _remove_empty(Path(source))
        if moves:
            self._write({name: value for name, value in known.items() if name != _LEAVING})
        return moves

    def _read(self) -> dict[str, object]:
        try:
            untrusted = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("%s cannot be read: %s", self._file, error)
            return {}
        return dict(untrusted) if isinstance(untrusted, dict) else {}

    def _write(self, known: Mapping[str, object]) -> None:
        with disk_problems_named(self._file.parent):
            self._file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._file, json.dumps(known, indent=2).encode())


def moved_path(path: str, source: str, target: str) -> str:
    """Where a file lies that lay at `path`, when `source` became `target`."""
    return str(Path(target) / Path(path).relative_to(source)) if Path(path).is_relative_to(source) else path


def _source(place: Place, paths: Paths) -> Path:
    return paths.data if place is Place.DATA else paths.models


def _texts(untrusted: object) -> dict[str, str]:
    known = untrusted if isinstance(untrusted, dict) else {}
    return {name: value for name, value in known.items() if isinstance(name, str) and isinstance(value, str)}


def _steps(place: Place, source: Path, target: Path) -> Iterator[_Step]:
    """The files to be moved. A link is not followed: what it leads to lies elsewhere and stays there."""
    patterns = _DATA if place is Place.DATA else ("*",)
    for pattern in patterns:
        for entry in sorted(source.glob(pattern)):
            for file in sorted(entry.rglob("*")) if entry.is_dir() and not entry.is_symlink() else [entry]:
                if file.is_symlink() or file.is_file():
                    yield _Step(file, target / file.relative_to(source), file.lstat().st_size)


def _put_all(steps: list[_Step], on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> None:
    total, done = max(sum(step.size_bytes for step in steps), 1), 0
    for step in steps:
        with disk_problems_named(step.target.parent):
            step.target.parent.mkdir(parents=True, exist_ok=True)
            for n_bytes in _put(step):
                done += n_bytes
                on_progress(min(done / total, 1.0))
                if should_stop():
                    raise StoppedError


def _put(step: _Step) -> Iterator[int]:
    """Put one file into its new place, and say how far that is."""
    step.target.unlink(missing_ok=True)  # of a start that was cut off
    if step.source.is_symlink():
        step.target.symlink_to(step.source.readlink())
        yield step.size_bytes
        return
    try:
        os.link(step.source, step.target)
    except OSError:  # another disk, or one that knows no second names
        yield from _copy(step)
    else:
        yield step.size_bytes


def _copy(step: _Step) -> Iterator[int]:
    part = step.target.with_name(step.target.name + _PART)
    written = hashlib.sha256()
    with step.source.open("rb") as source, part.open("wb") as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)
            written.update(chunk)
            yield len(chunk)
        target.flush()
        os.fsync(target.fileno())
    shutil.copystat(step.source, part)  # what is known of a model is known by its time of change
    read = hashlib.sha256()
    with part.open("rb") as copied:
        while chunk := copied.read(_CHUNK_BYTES):
            read.update(chunk)
            yield 0
    if read.digest() != written.digest():
        raise UserFacingError(ErrorCode.DISK_ERROR, reason=f"{step.target} differs from {step.source}")
    part.replace(step.target)


def _remove_moved(step: _Step) -> None:
    """Remove an old file whose place was taken; what SQLite keeps beside a database is a part of it by now."""
    if os.path.lexists(step.target) or step.source.name.startswith(_BESIDE_DATABASE):
        step.source.unlink(missing_ok=True)
    else:
        _log.warning("%s is not in its new place and stays", step.source)


def _remove_empty(folder: Path) -> None:
    """Remove folders in which nothing is left."""
    for inner in sorted((entry for entry in folder.rglob("*") if entry.is_dir()), reverse=True):
        if not any(inner.iterdir()):
            inner.rmdir()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _rename_paths(database: Database, source: str, target: str) -> None:
    """Let the records of models and downloads follow their files."""
    with database.write() as connection:
        for table in ("model_record", "installed_from"):
            paths = [path for (path,) in connection.execute(f"SELECT path FROM {table}")]  # noqa: S608 - as above
            connection.executemany(
                f"UPDATE OR REPLACE {table} SET path = ? WHERE path = ?",  # noqa: S608 - as above
                [(new, path) for path in paths if (new := moved_path(path, source, target)) != path],
            )
        rows = connection.execute("SELECT id, targets FROM download WHERE targets IS NOT NULL").fetchall()
        connection.executemany(
            "UPDATE download SET targets = ? WHERE id = ?",
            [
                (json.dumps([moved_path(path, source, target) for path in json.loads(targets)]), download_id)
                for download_id, targets in rows
            ],
        )
