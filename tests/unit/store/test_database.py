from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import ReplyOrigin
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database


def refused(path: Path, **options: float) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        Database.open(path, **options)  # type: ignore[arg-type]  # only the timeout is given here
    assert "{" not in caught.value.detail.english
    return caught.value


def filled(path: Path, origin: ReplyOrigin, count: int = 3) -> list[str]:
    """Write `count` exchanges and close. Returns the user messages' ids."""
    database = Database.open(path)
    store = ConversationStore(database)
    ids = [store.add_exchange(None, f"question {number}", origin)[1].id for number in range(count)]
    database.close()
    return ids


def test_it_is_opened_for_safety(database: Database) -> None:
    with database.write() as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    assert database.notice is None


def test_a_block_that_raises_changes_nothing(database: Database, store: ConversationStore) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(
                "INSERT INTO conversation (id, title, title_source, created_at, updated_at) VALUES ('a', '', '', 1, 1)"
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.conversations() == ()
    store.create_conversation("after")
    assert [conversation.title for conversation in store.conversations()] == ["after"]


def test_a_read_sees_one_state_and_does_not_wait_for_a_write(database: Database, store: ConversationStore) -> None:
    store.create_conversation("before")
    with database.read() as reading:
        first = reading.execute("SELECT count(*) FROM conversation").fetchone()
        with database.write() as writing:
            writing.execute("UPDATE conversation SET title = 'during'")
            assert store.conversations()[0].title == "before"
        assert reading.execute("SELECT title FROM conversation").fetchone() == ("before",)
        assert first == (1,)
    assert store.conversations()[0].title == "during"


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(UserFacingError), database.read() as connection:
        connection.execute("DELETE FROM conversation")


def test_a_write_inside_a_write_is_a_bug_not_a_hang(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"), database.write(), database.write():
        pass


def test_many_threads_lose_nothing(database: Database, store: ConversationStore, origin: ReplyOrigin) -> None:
    problems: list[Exception] = []

    def talk() -> None:
        try:
            conversation, _, _ = store.add_exchange(None, "first", origin)
            for number in range(10):
                store.add_exchange(conversation.id, str(number), origin)
                store.active_path(conversation.id)
        except Exception as error:  # noqa: BLE001 - shown by the test's own thread
            problems.append(error)

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert [len(store.messages(conversation.id)) for conversation in store.conversations()] == [22] * 4


def test_closing_waits_for_a_read_in_another_thread(path: Path) -> None:
    database = Database.open(path)
    is_reading, may_end = threading.Event(), threading.Event()
    rows: list[tuple[int]] = []

    def read() -> None:
        with database.read() as connection:
            is_reading.set()
            assert may_end.wait(10)
            rows.extend(connection.execute("SELECT count(*) FROM conversation"))

    reader, closer = threading.Thread(target=read), threading.Thread(target=database.close)
    reader.start()
    assert is_reading.wait(10)
    closer.start()
    may_end.set()
    reader.join()
    closer.join()
    database.close()
    assert rows == [(0,)]
    assert sorted(file.name for file in path.parent.iterdir()) == ["chatdesk.db"]  # nobody holds its log any more
    with pytest.raises(sqlite3.ProgrammingError), database.read():
        pass


@pytest.mark.parametrize("content", [b"not a database" * 500, b"\x00" * 8192, os.urandom(20_000)])
def test_garbage_is_moved_aside_whole_and_a_new_file_begun(content: bytes, path: Path, origin: ReplyOrigin) -> None:
    path.write_bytes(content)
    database = Database.open(path)
    assert database.notice is not None
    assert database.notice.code is ErrorCode.DATABASE_MOVED_ASIDE
    moved_to = Path(database.notice.params["moved_to"])
    assert re.fullmatch(r"chatdesk\.db\.broken-\d{4}-\d\d-\d\d", moved_to.name)
    assert moved_to.read_bytes() == content
    assert ConversationStore(database).add_exchange(None, "usable", origin)
    database.close()
    again = Database.open(path)
    assert again.notice is None
    again.close()


def test_a_truncated_file_is_moved_aside(path: Path, origin: ReplyOrigin) -> None:
    filled(path, origin, count=50)
    content = path.read_bytes()[: 4096 * 3 + 100]
    path.write_bytes(content)
    database = Database.open(path)
    assert database.notice is not None
    assert Path(database.notice.params["moved_to"]).read_bytes() == content
    database.close()


def test_damage_in_the_middle_is_a_sentence_and_keeps_what_can_be_read(path: Path, origin: ReplyOrigin) -> None:
    filled(path, origin, count=300)
    content = bytearray(path.read_bytes())
    with sqlite3.connect(path) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'reply'").fetchone()
    connection.close()
    content[(page - 1) * 4096 : page * 4096] = os.urandom(4096)
    path.write_bytes(content)
    database = Database.open(path)
    store = ConversationStore(database)
    listed = store.conversations()
    assert (database.notice, len(listed)) == (None, 300)
    with pytest.raises(UserFacingError) as caught:
        store.active_path(listed[0].id)
    assert caught.value.code is ErrorCode.DATABASE_BROKEN
    database.close()


def test_an_empty_file_is_a_new_database(path: Path) -> None:
    path.touch()
    database = Database.open(path)
    assert database.notice is None
    database.close()


@pytest.mark.parametrize(
    "make_newer",
    ["PRAGMA user_version = 1000", "INSERT INTO migration VALUES ('m999_from_the_future', 0)"],
)
def test_a_newer_database_is_refused_untouched(make_newer: str, path: Path, origin: ReplyOrigin) -> None:
    filled(path, origin)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(make_newer)
    connection.close()
    before = path.read_bytes()
    assert refused(path).code is ErrorCode.DATABASE_NEWER
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["chatdesk.db"]


def test_a_look_changes_nothing_and_works_beside_an_open_window(path: Path, origin: ReplyOrigin) -> None:
    assert Database.open_read_only(path) is None
    path.write_bytes(b"not a database" * 500)
    assert Database.open_read_only(path) is None
    assert [file.name for file in path.parent.iterdir()] == ["chatdesk.db"]
    path.unlink()
    window = Database.open(path)
    ConversationStore(window).add_exchange(None, "first", origin)
    look = Database.open_read_only(path)
    assert look is not None
    with window.write():  # also while the window writes
        assert len(ConversationStore(look).conversations()) == 1
    with pytest.raises(UserFacingError):
        ConversationStore(look).add_exchange(None, "second", origin)
    ConversationStore(window).add_exchange(None, "second", origin)
    assert len(ConversationStore(look).conversations()) == 2
    look.close()
    window.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there no test can make a file whose path is too long")
def test_a_look_at_a_database_that_cannot_be_opened_finds_none(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 200) / ("b" * 200) / ("c" * 200)
    folder.mkdir(parents=True)
    (folder / "chatdesk.db").touch()
    with pytest.raises(sqlite3.OperationalError):  # SQLite takes no path of more than 512 bytes, whoever asks
        sqlite3.connect(folder / "chatdesk.db")
    assert Database.open_read_only(folder / "chatdesk.db") is None


def test_a_database_held_by_another_process_is_refused_and_unharmed(path: Path, origin: ReplyOrigin) -> None:
    filled(path, origin)
    hold = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode = EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
connection.close()
"""
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert refused(path, busy_timeout_seconds=0.05).code is ErrorCode.DATABASE_LOCKED
        holder.communicate()
    database = Database.open(path)
    assert len(ConversationStore(database).conversations()) == 3
    database.close()


def test_a_write_that_another_connection_blocks_is_a_sentence(path: Path, origin: ReplyOrigin) -> None:
    database = Database.open(path, busy_timeout_seconds=0.05)
    store = ConversationStore(database)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserFacingError) as caught:
        store.add_exchange(None, "text", origin)
    assert caught.value.code is ErrorCode.DATABASE_LOCKED
    other.execute("ROLLBACK")
    other.close()
    store.add_exchange(None, "text", origin)
    assert len(store.conversations()) == 1
    database.close()


def test_a_place_without_write_ahead_logging_is_refused() -> None:
    # Asked for a log, SQLite answers "memory" for what it keeps in no file, as it answers "delete" on a network drive.
    assert refused(Path(":memory:")).code is ErrorCode.DATABASE_NO_WAL


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path / "missing" / "chatdesk.db").code is ErrorCode.FOLDER_NOT_WRITABLE


def test_a_full_disk_loses_nothing_that_was_announced_and_the_store_goes_on(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    announced = []
    with database.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    def fill() -> None:
        while True:
            announced.append(store.add_exchange(None, "long " * 500, origin)[1])

    with pytest.raises(UserFacingError) as caught:
        fill()
    assert caught.value.code is ErrorCode.DISK_FULL
    assert len(announced) > 1
    with database.write() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    announced.append(store.add_exchange(None, "there is room again", origin)[1])
    assert [store.message(message.id) for message in announced] == announced
    assert len(store.conversations()) == len(announced)


WRITE_UNTIL_THE_FILE_MAY_NOT_GROW = """
import resource, signal, sys
from pathlib import Path
from chatdesk.core.errors import UserFacingError
from chatdesk.core.messages import ReplyOrigin
from chatdesk.core.sampling import SamplingParams
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = Database.open(Path(sys.argv[1]))
store = ConversationStore(database)
limit = Path(sys.argv[1] + "-wal").stat().st_size + 300_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    while True:
        print(store.add_exchange(None, "x" * 5000, ReplyOrigin("m", "p", SamplingParams(), ""))[1].id)
except UserFacingError as error:
    print(error.code)
print(len(store.conversations()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file sizes exists on POSIX only")
def test_a_disk_that_fails_in_the_middle_of_a_write_loses_nothing_announced(path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", WRITE_UNTIL_THE_FILE_MAY_NOT_GROW, str(path)], capture_output=True, text=True, check=True
    )
    *announced, code, count = said.stdout.split()
    assert (code, said.stderr, int(count)) == (ErrorCode.DISK_ERROR, "", len(announced))
    assert len(announced) > 1
    database = Database.open(path)
    store = ConversationStore(database)
    assert [len(store.message(message_id).text) for message_id in announced] == [5000] * len(announced)
    assert len(store.conversations()) == len(announced)
    database.close()


def test_a_log_left_behind_by_a_crash_is_read(path: Path, tmp_path: Path, origin: ReplyOrigin) -> None:
    database = Database.open(path)
    ids = [ConversationStore(database).add_exchange(None, "in the log", origin)[1].id]
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for ending in ("", "-wal"):
        Path(crashed / f"chatdesk.db{ending}").write_bytes(Path(f"{path}{ending}").read_bytes())
    database.close()
    assert (crashed / "chatdesk.db-wal").stat().st_size > 0
    reopened = Database.open(crashed / "chatdesk.db")
    assert [ConversationStore(reopened).message(message_id).text for message_id in ids] == ["in the log"]
    reopened.close()


def test_a_half_written_log_costs_only_what_was_not_committed(path: Path, tmp_path: Path, origin: ReplyOrigin) -> None:
    database = Database.open(path)
    store = ConversationStore(database)
    first = store.add_exchange(None, "committed", origin)[1].id
    size = Path(f"{path}-wal").stat().st_size
    store.add_exchange(None, "cut off", origin)
    (tmp_path / "cut.db").write_bytes(path.read_bytes())
    (tmp_path / "cut.db-wal").write_bytes(Path(f"{path}-wal").read_bytes()[: size + 1000])
    database.close()
    reopened = Database.open(tmp_path / "cut.db")
    assert reopened.notice is None
    assert ConversationStore(reopened).message(first).text == "committed"
    assert len(ConversationStore(reopened).conversations()) == 1
    reopened.close()
