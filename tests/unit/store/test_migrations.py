from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import ReplyOrigin
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import KEPT_COPIES, Database
from chatdesk.store.disk import date_of
from chatdesk.store.migrations import MIGRATIONS
from chatdesk.store.summaries import SummaryStore

NOW = 1_800_000_000.0


def m998_note(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE conversation ADD COLUMN note TEXT")


def m999_bug(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE conversation ADD COLUMN bug TEXT")
    connection.execute("SELECT nonsense")


def columns(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    names = {row[1] for row in connection.execute("PRAGMA table_info(conversation)")}
    connection.close()
    return names


@pytest.fixture
def old(path: Path, origin: ReplyOrigin) -> Path:
    """A database of the shape before, with something in it."""
    database = Database.open(path)
    ConversationStore(database).add_exchange(None, "kept", origin)
    database.close()
    return path


def test_each_migration_is_recorded_and_happens_once(old: Path) -> None:
    for _ in range(2):
        Database.open(old, migrations=(*MIGRATIONS, m998_note), clock=lambda: NOW).close()
    connection = sqlite3.connect(old)
    assert [name for (name,) in connection.execute("SELECT name FROM migration ORDER BY name")] == [
        *(step.__name__ for step in MIGRATIONS),
        "m998_note",
    ]
    assert connection.execute("SELECT applied_at FROM migration WHERE name = 'm998_note'").fetchone() == (NOW,)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    connection.close()


def test_an_older_file_is_copied_whole_before_it_is_migrated(old: Path) -> None:
    Database.open(old, migrations=(*MIGRATIONS, m998_note), clock=lambda: NOW).close()
    copy = old.with_name(f"chatdesk.db.before-m998_note-{date_of(NOW)}")
    assert "note" in columns(old)
    assert "note" not in columns(copy)
    restored = Database.open(copy)
    assert [conversation.title for conversation in ConversationStore(restored).conversations()] == ["kept"]
    restored.close()


def test_a_new_file_is_not_copied(path: Path) -> None:
    Database.open(path).close()
    assert [file.name for file in path.parent.iterdir()] == ["chatdesk.db"]


def test_of_the_copies_the_last_two_are_kept(old: Path) -> None:
    steps = list(MIGRATIONS)
    for number in range(4):

        def step(connection: sqlite3.Connection, number: int = number) -> None:
            connection.execute(f"CREATE TABLE extra_{number} (id) ")

        step.__name__ = f"m9{number}_extra"
        steps.append(step)
        Database.open(old, migrations=steps, clock=lambda: NOW).close()
    copies = sorted(file.name for file in old.parent.glob("*.before-*"))
    assert copies == [f"chatdesk.db.before-m9{number}_extra-{date_of(NOW)}" for number in (2, 3)]


def test_an_older_copy_that_cannot_be_removed_keeps_nobody_from_their_chats(old: Path) -> None:
    for number in range(KEPT_COPIES + 1):
        old.with_name(f"chatdesk.db.before-m00{number}").mkdir()
    database = Database.open(old, migrations=(*MIGRATIONS, m998_note))
    assert len(ConversationStore(database).conversations()) == 1
    database.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(old: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="nonsense"):
        Database.open(old, migrations=(*MIGRATIONS, m998_note, m999_bug))
    assert columns(old).isdisjoint({"note", "bug"})
    database = Database.open(old)
    assert len(ConversationStore(database).conversations()) == 1
    database.close()


def test_a_version_without_the_last_migration_refuses_the_file(old: Path) -> None:
    Database.open(old, migrations=(*MIGRATIONS, m998_note)).close()
    with pytest.raises(UserFacingError) as caught:
        Database.open(old)
    assert caught.value.code is ErrorCode.DATABASE_NEWER


def test_a_file_from_before_there_was_memory_is_opened_with_nothing_pinned_and_no_policy(
    path: Path, origin: ReplyOrigin
) -> None:
    before = [step for step in MIGRATIONS if step.__name__ < "m010"]
    database = Database.open(path, migrations=before)
    with database.write() as connection:
        connection.execute(
            "INSERT INTO conversation (id, title, title_source, created_at, updated_at) VALUES ('c', 'kept', '', 1, 2)"
        )
        connection.execute(
            "INSERT INTO message (id, conversation_id, role, status, created_at)"
            " VALUES ('m', 'c', 'user', 'complete', 3)"
        )
    database.close()
    database = Database.open(path)
    store = ConversationStore(database)
    assert [conversation.overflow_policy for conversation in store.conversations()] == [None]
    assert not store.message("m").is_pinned
    assert SummaryStore(database).in_force("m") is None
    database.close()
