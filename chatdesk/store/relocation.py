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
from chatdesk.durable import make_durable, replace_when_let_go
from chatdesk.store.disk import disk_problems_named, replace_file
from chatdesk.store.paths import LOCATION_FILE, Paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from chatdesk.store.database import Database

_log = logging.getLogger(__name__)

_MOVING, _LEAVING = "moving", "leaving"
_MODELS = "models"
# What of the data folder is ours to move: on some systems settings, caches and logs lie in it too.
_DATA = ("chatdesk.db", "chatdesk.db-*", "chatdesk.db.*", "state.json", "state.json.*", "snapshots", _MODELS)
_BESIDE_DATABASE = "chatdesk.db-"
_CHUNK_BYTES = 2**20
_PART = ".moving"
_SPARE_BYTES = 100 * 2**20


class Place(StrEnum):
    """A folder that can be moved."""

    DATA = "data"
    MODELS = "models"


class _Step(NamedTuple):
    """One file on its way. A link `leads_to` the same as before, or to where that is going to be."""

    source: Path
    target: Path
    size_bytes: int
    leads_to: Path | None


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
        return bool(self._wished())

    def wish(self, place: Place, target: Path, paths: Paths) -> None:
        """Have a folder moved at the next start.

        Raises:
            UserFacingError: it cannot be moved there; nothing was changed.
        """
        source = _source(place, paths)
        old, new = source.resolve(), target.resolve()
        if new.is_relative_to(old) or old.is_relative_to(new):
            raise UserFacingError(ErrorCode.FOLDER_NESTED, path=str(target))
        wished = self._wished() | {place: target}
        if len({each.resolve() for each in wished.values()}) < len(wished):
            raise UserFacingError(ErrorCode.FOLDER_NOT_EMPTY, path=str(target))
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
        self._write({**self._read(), _MOVING: {place.value: str(target) for place, target in wished.items()}})

    def carry_out(self, paths: Paths, on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> None:
        """Put each folder into its new place. `on_progress` is told the share of it that is there.

        Raises:
            UserFacingError, StoppedError: it is where it was, and what is wished still is forgotten.
        """
        for place, target in self._wished().items():
            source = _source(place, paths)
            try:
                with disk_problems_named(target):
                    for stale in target.glob(f"{_BESIDE_DATABASE}*"):  # of a start that was cut off
                        stale.unlink()
                    left = tuple(_texts(self._read().get(_LEAVING)))
                    steps = [step for step in _steps(place, source, target) if not _is_below(step.source, left)]
                    _put_all(steps, on_progress, should_stop)
                    for folder in {target, *(parent for step in steps for parent in _folders(step, target))}:
                        make_durable(folder)
            except (UserFacingError, StoppedError):
                self._give_up(place, source, target)
                raise
            known = self._read()
            moving = {name: path for name, path in _texts(known.pop(_MOVING)).items() if name != place.value}
            if moving:
                known[_MOVING] = moving
            leaving = {**_texts(known.get(_LEAVING)), str(source): str(target)}
            self._write({**known, place.value: str(target), _LEAVING: leaving})

    def finish(self, database: Database) -> tuple[tuple[str, str], ...]:
        """Bring what the database says of files up to date, and remove what is in its new place now.

        What cannot be removed stays for the next start.

        Returns:
            The old and the new folder of the models of each move that was finished.
        """
        known = self._read()
        moves: list[tuple[str, str]] = []
        leaving: dict[str, str] = {}
        for source, target in _texts(known.get(_LEAVING)).items():
            place = Place.DATA if known.get(Place.DATA.value) == target else Place.MODELS
            models = Path(source), Path(target)
            if place is Place.DATA:  # of which files that are not ours stay, models among them
                models = models[0] / _MODELS, models[1] / _MODELS
            moves.append((str(models[0]), str(models[1])))
            _rename_paths(database, *moves[-1])
            try:
                for step in list(_steps(place, Path(source), Path(target))):
                    _remove_moved(step)
                _remove_empty(Path(source))
            except OSError as error:
                _log.warning("old files stay in %s: %s", source, error)
                leaving[source] = target
        if moves:
            known.pop(_LEAVING)
            self._write({**known, _LEAVING: leaving} if leaving else known)
        return tuple(moves)

    def _give_up(self, place: Place, source: Path, target: Path) -> None:
        """Leave the folder where it is. What was put into the new place goes, and nothing that others put there."""
        self._write({name: value for name, value in self._read().items() if name != _MOVING})
        try:
            for step in _steps(place, source, target):
                step.target.unlink(missing_ok=True)
                _part_of(step).unlink(missing_ok=True)
            _remove_empty(target)
        except OSError as error:
            _log.warning("copies stay in %s: %s", target, error)

    def _wished(self) -> dict[Place, Path]:
        """The models first: they do not go along with the data then."""
        wished = _texts(self._read().get(_MOVING))
        order = (Place.MODELS, Place.DATA)
        return {place: Path(wished[place.value]) for place in order if place.value in wished}

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
                    leads_to = _leads_to(file, source, target) if file.is_symlink() else None
                    yield _Step(file, target / file.relative_to(source), file.lstat().st_size, leads_to)


def _is_below(path: Path, folders: Iterable[str]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _leads_to(link: Path, source: Path, target: Path) -> Path:
    root, destination = source.resolve(), Path(os.path.normpath(link.parent.resolve() / link.readlink()))
    return target / destination.relative_to(root) if destination.is_relative_to(root) else destination


def _folders(step: _Step, target: Path) -> Iterator[Path]:
    """The folders in `target` that lead to the new place of a file."""
    return (folder for folder in step.target.parents if folder.is_relative_to(target))


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
    if step.leads_to is not None:
        step.target.symlink_to(step.leads_to, target_is_directory=step.source.is_dir())
        yield step.size_bytes
        return
    try:
        os.link(step.source, step.target)
    except OSError:  # another disk, or one that knows no second names
        yield from _copy(step)
    else:
        yield step.size_bytes


def _copy(step: _Step) -> Iterator[int]:
    part = _part_of(step)
    written = hashlib.sha256()
    with step.source.open("rb") as source, part.open("wb") as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)
            written.update(chunk)
            yield len(chunk)
        target.flush()
        os.fsync(target.fileno())
    known = step.source.stat()
    os.utime(part, ns=(known.st_atime_ns, known.st_mtime_ns))  # what is known of a model is known by its time of change
    read = hashlib.sha256()
    with part.open("rb") as copied:
        while chunk := copied.read(_CHUNK_BYTES):
            read.update(chunk)
            yield 0
    if read.digest() != written.digest():
        raise UserFacingError(ErrorCode.DISK_ERROR, reason=f"{step.target} differs from {step.source}")
    replace_when_let_go(part, step.target)


def _part_of(step: _Step) -> Path:
    return step.target.with_name(step.target.name + _PART)


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
    """Let what is known of models, downloads and who wrote a reply follow the files."""
    with database.write() as connection:
        for table in ("model_record", "installed_from"):
            paths = [path for (path,) in connection.execute(f"SELECT path FROM {table}")]  # noqa: S608 - as above
            connection.executemany(
                f"UPDATE OR REPLACE {table} SET path = ? WHERE path = ?",  # noqa: S608 - as above
                [(new, path) for path in paths if (new := moved_path(path, source, target)) != path],
            )
        connection.executemany(
            "UPDATE reply SET model_path = ? WHERE model_path = ?",
            [
                (new, path)
                for (path,) in connection.execute("SELECT DISTINCT model_path FROM reply").fetchall()
                if (new := moved_path(path, source, target)) != path
            ],
        )
        rows = connection.execute("SELECT id, targets FROM download WHERE targets IS NOT NULL").fetchall()
        connection.executemany(
            "UPDATE download SET targets = ? WHERE id = ?",
            [
                (json.dumps([moved_path(path, source, target) for path in json.loads(targets)]), download_id)
                for download_id, targets in rows
            ],
        )
