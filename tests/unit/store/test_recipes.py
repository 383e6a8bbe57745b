import sqlite3
from dataclasses import replace

import pytest

from chatdesk.core.batches import BatchRun
from chatdesk.core.messages import Message, ReplyOrigin, ReplyStatus
from chatdesk.core.replays import ReplyRecipe
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from tests.support.gone import delete_for_good

RECIPE = ReplyRecipe(
    prompt=tuple(range(100_000, 103_000)),
    batches=(BatchRun(512, 512, 5), BatchRun(512, 439), BatchRun(1, 1)),
    reply=(7, 8, 9),
    file_hash="f1",
    template_hash="t1",
    build="0.3.36 AVX2",
    cache_type="f16",
    has_flash_attention=True,
)


@pytest.fixture
def reply(store: ConversationStore, origin: ReplyOrigin) -> Message:
    _, _, waiting = store.add_exchange(None, "Hi", origin)
    return replace(waiting, status=ReplyStatus.COMPLETE)


def rows(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute("SELECT count(*) FROM reply_recipe").fetchone()[0])


def spoil(database: Database, column: str, value: object) -> None:
    with database.write() as connection:
        connection.execute(f"UPDATE reply_recipe SET {column} = ?", (value,))


def test_what_a_reply_was_made_from_is_read_as_it_was_saved(store: ConversationStore, reply: Message) -> None:
    store.save_reply(reply, RECIPE)
    assert store.recipe(reply.id) == RECIPE


def test_without_a_recipe_there_is_none(store: ConversationStore, reply: Message) -> None:
    store.save_reply(reply)
    assert store.recipe(reply.id) is None


def test_saving_a_reply_again_keeps_its_recipe(store: ConversationStore, reply: Message) -> None:
    store.save_reply(reply, RECIPE)
    store.save_reply(reply)
    assert store.recipe(reply.id) == RECIPE


def test_it_goes_with_its_conversation(store: ConversationStore, database: Database, reply: Message) -> None:
    store.save_reply(reply, RECIPE)
    delete_for_good(store, reply.conversation_id)
    assert rows(database) == 0
    store.save_reply(reply, RECIPE)
    assert rows(database) == 0, "a reply that is gone stays gone"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("prompt", b"no zlib"),
        ("prompt", b""),
        ("batches", "[[512, 512, 5]]"),  # fewer tokens than the prompt
        ("batches", "[" * 100_000),
        ("batches", "no JSON"),
        ("reply", b"\x78\x9c"),
        ("file_hash", ""),
    ],
)
def test_what_was_spoiled_counts_as_not_known(
    store: ConversationStore, database: Database, reply: Message, column: str, value: object
) -> None:
    store.save_reply(reply, RECIPE)
    spoil(database, column, value)
    assert store.recipe(reply.id) is None


def test_the_table_refuses_a_recipe_of_no_message(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError), database.write() as connection:
        connection.execute("INSERT INTO reply_recipe VALUES ('none', x'', '[]', x'', '', '', '', '', 0)")
