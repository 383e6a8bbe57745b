"""A database in memory works like one on disk, for all threads, and is gone when it is closed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator

import pytest

from chatdesk.core.errors import GoneError
from chatdesk.core.messages import ReplyOrigin, text_parts
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import MemoryDatabase
from chatdesk.store.whole_conversations import WholeConversationStore
from tests.support.gone import delete_for_good


@pytest.fixture
def memory() -> Iterator[MemoryDatabase]:
    database = MemoryDatabase()
    yield database
    database.close()


def test_conversations_are_kept_in_it(memory: MemoryDatabase, origin: ReplyOrigin) -> None:
    store = ConversationStore(memory)
    conversation, message, reply = store.add_exchange(None, "hello", origin)
    assert store.active_path(conversation.id) == (message, reply)
    assert WholeConversationStore(memory).read(conversation.id).messages == (message, reply)
    delete_for_good(store, conversation.id)
    assert store.conversations() == ()


def test_threads_read_and_write_in_turn(memory: MemoryDatabase, origin: ReplyOrigin) -> None:
    store = ConversationStore(memory)
    conversation, _, reply = store.add_exchange(None, "hello", origin)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(100):
                store.checkpoint(reply.id, text_parts(f"text {number}"), [])
                assert store.message(reply.id).text.startswith("text ")
                store.active_path(conversation.id)
        except BaseException as error:  # noqa: BLE001 - asserted below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_read_in_the_middle_of_a_write_sees_what_was_written(memory: MemoryDatabase) -> None:
    with memory.write() as connection:
        connection.execute("INSERT INTO attachment VALUES ('x', 1, 'text/plain', x'00')")
        with memory.read() as reader:
            assert reader.execute("SELECT count(*) FROM attachment").fetchone() == (1,)
    with memory.read() as reader:
        assert reader.execute("SELECT count(*) FROM attachment").fetchone() == (1,)


def test_what_fails_is_undone_and_what_is_closed_is_gone(memory: MemoryDatabase) -> None:
    with pytest.raises(sqlite3.IntegrityError), memory.write() as connection:
        connection.execute("INSERT INTO attachment VALUES ('x', 1, 'text/plain', x'00'), ('x', 1, 'text/plain', x'00')")
    with memory.read() as reader:
        assert reader.execute("SELECT count(*) FROM attachment").fetchone() == (0,)
    memory.close()
    with pytest.raises(GoneError), memory.read():
        pass
    with pytest.raises(GoneError), memory.write():
        pass
