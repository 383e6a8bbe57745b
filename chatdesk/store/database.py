"""The one database file: opened carefully, written through one connection, read through others.

Write-ahead logging lets the window read while a reply is being saved; `synchronous=FULL` makes what was committed
survive a power cut; `secure_delete` makes what was deleted unreadable.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatdesk.core.errors import ErrorCode, ErrorDetail, GoneError, UserFacingError
from chatdesk.core.search import search_text
from chatdesk.durable import replace_when_let_go
from chatdesk.store.disk import (
    date_of,
    disk_problems_named,
    free_path,
    is_unreadable,
    move_aside,
    sqlite_problems_named,
)
from chatdesk.store.migrations import MIGRATIONS, applied_migrations, apply_migrations, is_newer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chatdesk.store.migrations import Migration

BUSY_TIMEOUT_SECONDS = 5.0
KEPT_COPIES = 2


class InterruptedReply(NamedTuple):
    """A reply that was being written when the app ended without finishing it, and the model that wrote it."""

    message_id: str
    conversation_id: str
    model_name: str
    model_path: str


class Database:
    """An open database. Any thread may read; writers wait for each other.

    `notice` says what opening had to do that a person should know: a broken file was moved aside.
    """

    def __init__(self, path: Path, writer: sqlite3.Connection, busy_timeout_seconds: float) -> None:
        self.path = path
        self.notice: ErrorDetail | None = None
        self._writer = writer
        self._busy_timeout_seconds = busy_timeout_seconds
        # Re-entrant so that a write inside a write fails at its BEGIN instead of hanging.
        self._write_lock = threading.RLock()
        self._readers_changed = threading.Condition()
        self._idle_readers: list[sqlite3.Connection] = []
        self._busy_readers = 0
        self._is_closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        migrations: Sequence[Migration] = MIGRATIONS,
        busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS,
    ) -> Database:
        """Open or create the database at `path`, whose folder exists, in its newest shape.

        An unreadable file is moved aside and a new one begun (`notice`). A file of an older shape is copied
        beside itself before it is migrated.

        Raises:
            UserFacingError: `DATABASE_NEWER` (nothing was changed), `DATABASE_LOCKED`, `DATABASE_NO_WAL`,
                `DATABASE_BROKEN` (it can be read in part: nothing was moved), `FOLDER_NOT_WRITABLE`, `DISK_FULL`
                or `DISK_ERROR`.
        """
        notice = None
        with sqlite_problems_named(path):
            writer = _connect(path, busy_timeout_seconds)
            try:
                try:
                    _refuse_newer(writer, migrations)
                except sqlite3.DatabaseError as error:
                    if not is_unreadable(error):
                        raise
                    writer.close()
                    moved_to = move_aside(path, clock(), companions=("-wal", "-shm"))
                    notice = ErrorDetail(ErrorCode.DATABASE_MOVED_ASIDE, {"moved_to": str(moved_to)})
                    writer = _connect(path, busy_timeout_seconds)
                _prepare(writer, path, migrations, clock())
            except BaseException:
                writer.close()
                raise
        database = cls(path, writer, busy_timeout_seconds)
        database.notice = notice
        return database

    @classmethod
    def open_read_only(cls, path: Path) -> Database | None:
        """Open the database at `path` only to look at it; None when there is none to be read, or not one of this shape.

        Takes no lock that an open window would notice. Writing fails.

        Raises:
            UserFacingError: `FOLDER_NOT_WRITABLE` or `DISK_ERROR`, its folder cannot be looked into.
        """
        with disk_problems_named(path.parent):
            if not path.is_file():
                return None
        # No `mode=ro`: it needs a URI, and SQLite takes none for a Windows network path.
        try:
            connection = _connect(path, BUSY_TIMEOUT_SECONDS)
        except sqlite3.Error:  # it may not be read
            return None
        try:
            connection.execute("PRAGMA query_only = ON")
            is_known = len(applied_migrations(connection)) == len(MIGRATIONS)
        except sqlite3.Error:
            is_known = False
        if not is_known:
            connection.close()
            return None
        return cls(path, connection, BUSY_TIMEOUT_SECONDS)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: on disk when the block ends, undone when it raises. Waits for other writers.

        Raises:
            UserFacingError: it could not be saved (`DISK_FULL`, `DATABASE_LOCKED`, …); nothing was changed.
        """
        with self._write_lock, sqlite_problems_named(self.path), _transaction(self._writer):
            yield self._writer

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection and one state of the data until the block ends. Never waits for a writer.

        Raises:
            UserFacingError: `DATABASE_BROKEN`, `DATABASE_LOCKED` or `DISK_ERROR`.
        """
        with sqlite_problems_named(self.path):
            reader = self._take_reader()
            try:
                reader.execute("BEGIN")
                try:
                    yield reader
                finally:
                    if reader.in_transaction:  # some errors end it
                        reader.execute("ROLLBACK")
            finally:
                self._give_back_reader(reader)

    def mark_interrupted(self) -> tuple[InterruptedReply, ...]:
        """Call after opening and at the end, when no reply can be under way: those that seem to be were interrupted.

        Returns:
            Those that were being written: what their models did then may have ended the app.
        """
        with self.write() as connection:
            rows = connection.execute(
                """
                SELECT id, conversation_id, model_name, model_path FROM message JOIN reply ON message_id = id
                WHERE status IN ('waiting', 'streaming') AND status = 'streaming' ORDER BY id
                """  # the first condition is spelled as the index spells it
            ).fetchall()
            connection.execute("UPDATE message SET status = 'interrupted' WHERE status IN ('waiting', 'streaming')")
        return tuple(InterruptedReply(*row) for row in rows)

    def empty_log(self) -> None:
        """Move the write-ahead log into the file and empty it: what was deleted for good is then in neither.

        Left for the next time when somebody is reading.
        """
        with self._write_lock, sqlite_problems_named(self.path):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close every connection, after reads and writes under way. May be called twice."""
        with self._readers_changed:
            self._is_closed = True
            self._readers_changed.wait_for(lambda: self._busy_readers == 0)
            while self._idle_readers:
                self._idle_readers.pop().close()
        with self._write_lock:
            self._writer.close()

    def _take_reader(self) -> sqlite3.Connection:
        with self._readers_changed:
            if self._is_closed:
                raise sqlite3.ProgrammingError(f"{self.path} is closed")
            reader = self._idle_readers.pop() if self._idle_readers else None
            self._busy_readers += 1
        if reader is not None:
            return reader
        try:
            reader = _connect(self.path, self._busy_timeout_seconds)
            reader.execute("PRAGMA query_only = ON")
        except BaseException:
            if reader is not None:
                reader.close()
            self._give_back_reader(None)
            raise
        return reader

    def _give_back_reader(self, reader: sqlite3.Connection | None) -> None:
        with self._readers_changed:
            self._busy_readers -= 1
            if reader is not None:
                self._idle_readers.append(reader)
            self._readers_changed.notify_all()


class MemoryDatabase(Database):
    """A database that is nowhere but in memory, and gone when it is closed. Readers wait like writers.

    It is closed while the app goes on: to read or write it then is a `GoneError`.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        connection = _connect(Path(":memory:"), 0.0)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")  # sorting a lot would go through a file
        with _transaction(connection):
            apply_migrations(connection, MIGRATIONS, clock())
        super().__init__(Path(":memory:"), connection, 0.0)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction; see `Database.write`."""
        with self._write_lock:
            self._require_open()
            with super().write() as connection:
                yield connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes: another one would see another database."""
        with self._write_lock, sqlite_problems_named(self.path):
            self._require_open()
            if self._writer.in_transaction:  # read in the middle of something
                yield self._writer
                return
            self._writer.execute("BEGIN")
            try:
                yield self._writer
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def empty_log(self) -> None:
        """There is none."""

    def _require_open(self) -> None:
        if self._is_closed:
            raise GoneError


def _connect(path: Path, busy_timeout_seconds: float) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are begun and ended here, by name."""
    connection = sqlite3.connect(path, timeout=busy_timeout_seconds, isolation_level=None, check_same_thread=False)
    connection.create_function("search_text", 1, search_text, deterministic=True)  # for the triggers of the index
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # after some errors, a full disk among them, SQLite has rolled back already
            connection.execute("ROLLBACK")
        raise


def _refuse_newer(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """The first look at a file: reads its schema and changes nothing."""
    if is_newer(connection, migrations):
        raise UserFacingError(ErrorCode.DATABASE_NEWER)


def _prepare(writer: sqlite3.Connection, path: Path, migrations: Sequence[Migration], now: float) -> None:
    """Make `writer` safe to write with and the file of the newest shape."""
    (journal_mode,) = writer.execute("PRAGMA journal_mode = WAL").fetchone()
    if journal_mode != "wal":
        raise UserFacingError(ErrorCode.DATABASE_NO_WAL, path=str(path.parent))
    writer.execute("PRAGMA synchronous = FULL")
    writer.execute("PRAGMA fullfsync = ON")  # macOS: through the drive's own cache too
    writer.execute("PRAGMA foreign_keys = ON")
    writer.execute("PRAGMA secure_delete = ON").fetchall()
    applied = applied_migrations(writer)
    pending = [step.__name__ for step in migrations if step.__name__ not in applied]
    if applied and pending:
        _copy_before(writer, path, pending[0], now)
    # Also with nothing pending, for it always writes: that a file cannot be written is better known now than at the
    # first message, and a transaction that writes nothing is allowed on a read-only file.
    with _transaction(writer):
        apply_migrations(writer, migrations, now)


def _copy_before(writer: sqlite3.Connection, path: Path, migration: str, now: float) -> None:
    """Copy the whole database, the write-ahead log included, beside itself; of such copies the last two are kept."""
    target = free_path(path.with_name(f"{path.name}.before-{migration}-{date_of(now)}"))
    unfinished = path.with_name(f"{path.name}.copying")
    with disk_problems_named(path.parent):
        unfinished.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(unfinished)) as copy:
                writer.backup(copy)
                # One file, without companions that could be lost.
                copy.execute("PRAGMA journal_mode = DELETE").fetchall()
            replace_when_let_go(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)
        copies = path.parent.glob(f"{path.name}.before-*")
        for old in sorted(copies, key=lambda file: (file.stat().st_mtime, file.name))[:-KEPT_COPIES]:
            with suppress(OSError):  # another program has it open: it goes at the next migration
                old.unlink()
