"""What the disk and SQLite report, as something a person can read; files replaced whole and moved aside, never lost."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from chatdesk.core.disk_errors import disk_problem
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.durable import make_durable, replace_when_let_go

if TYPE_CHECKING:
    from collections.abc import Iterator

# SQLite's result codes, whole ones looked up before the primary one in their lowest byte: https://sqlite.org/rescode.html
_SQLITE_CODES = {
    sqlite3.SQLITE_FULL: ErrorCode.DISK_FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: ErrorCode.DISK_FULL,  # no room to grow the -shm file
    sqlite3.SQLITE_READONLY: ErrorCode.FOLDER_NOT_WRITABLE,
    sqlite3.SQLITE_READONLY_DBMOVED: ErrorCode.DISK_ERROR,
    sqlite3.SQLITE_CANTOPEN: ErrorCode.FOLDER_NOT_WRITABLE,
    sqlite3.SQLITE_PERM: ErrorCode.FOLDER_NOT_WRITABLE,
    sqlite3.SQLITE_IOERR: ErrorCode.DISK_ERROR,
    sqlite3.SQLITE_BUSY: ErrorCode.DATABASE_LOCKED,
    sqlite3.SQLITE_LOCKED: ErrorCode.DATABASE_LOCKED,
    sqlite3.SQLITE_CORRUPT: ErrorCode.DATABASE_BROKEN,
    sqlite3.SQLITE_NOTADB: ErrorCode.DATABASE_BROKEN,
}
_PRIMARY = 0xFF


@contextlib.contextmanager
def disk_problems_named(folder: Path) -> Iterator[None]:
    """Raise what the disk reports while writing in `folder` as `UserFacingError`."""
    try:
        yield
    except OSError as error:
        raise disk_problem(error, folder) from error


@contextlib.contextmanager
def sqlite_problems_named(path: Path) -> Iterator[None]:
    """Raise what is not our fault (full, locked, damaged, …) as `UserFacingError`; the rest are bugs and stay."""
    try:
        yield
    except sqlite3.Error as error:
        problem = _SQLITE_CODES.get(_code(error)) or _SQLITE_CODES.get(_code(error) & _PRIMARY)
        if problem is None:
            raise
        place = path.parent if problem is ErrorCode.FOLDER_NOT_WRITABLE else path
        raise UserFacingError(problem, path=str(place), reason=str(error)) from error


def is_unreadable(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is damaged or no database at all."""
    return _SQLITE_CODES.get(_code(error) & _PRIMARY) is ErrorCode.DATABASE_BROKEN


def _code(error: sqlite3.Error) -> int:
    # Errors of Python's own module, such as the use of a closed connection, carry no code.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)


def date_of(now: float) -> str:
    """The local date of a Unix time, as file names carry it: 2026-11-23."""
    return time.strftime("%Y-%m-%d", time.localtime(now))


def free_path(path: Path) -> Path:
    """`path`, or with `-2`, `-3`, … behind it the first one at which nothing lies."""
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


def move_aside(path: Path, now: float, companions: tuple[str, ...] = ()) -> Path:
    """Keep an unreadable file as `NAME.broken-DATE`, the files named `path` + a companion's ending along with it.

    Raises:
        UserFacingError: the file cannot be moved.
    """
    target = free_path(path.with_name(f"{path.name}.broken-{date_of(now)}"))
    with disk_problems_named(path.parent):
        for ending in (*companions, ""):  # the file itself last: until then everything is found again
            source = Path(f"{path}{ending}")
            if source.exists():
                replace_when_let_go(source, Path(f"{target}{ending}"))
    return target


def folder_bytes(folder: Path, without: Path | None = None) -> int:
    """How much all files in `folder` take, those in the folder `without` left out; 0 where there is no folder."""
    size = 0
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(here, name) != without]
        for name in names:
            with contextlib.suppress(OSError):  # it may go away while we look
                size += Path(here, name).stat().st_size
    return size


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` so that, whatever happens, `path` holds either all of the old or all of the new, durably.

    Raises:
        UserFacingError: the disk is full, failed, or may not be written; `path` is as it was.
    """
    with replacing(path) as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """The same for content that is written piece by piece: it is `path` when the block ends, and gone when it raises.

    Raises:
        UserFacingError: as `replace_file`.
    """
    new = path.with_name(f"{path.name}.new")
    with disk_problems_named(path.parent):
        try:
            with new.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            replace_when_let_go(new, path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        make_durable(path.parent)
