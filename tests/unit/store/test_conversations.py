from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.messages import (
    FinishReason,
    Message,
    Part,
    PartKind,
    ReplyFigures,
    ReplyOrigin,
    ReplyStatus,
    Role,
    text_parts,
)
from chatdesk.store.conversations import UNDO_SECONDS, ConversationStore
from chatdesk.store.database import Database
from tests.support.gone import delete_for_good

TEXTS = [
    "Who are you?",
    "你是谁？",
    "👩‍👩‍👧‍👦 e\u0301 🏳️‍🌈",
    "مرحبا \u202eabc\u202c שלום",
    "a\u0301" * 10_000,
    "x" * 1_000_000,
    "'; DROP TABLE message; --",
    "\ufffe\uffff\U0010ffff",
]


def in_streaming(reply: Message) -> Message:
    return replace(reply, status=ReplyStatus.STREAMING)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_any_text_comes_back_as_it_was(text: str, store: ConversationStore, origin: ReplyOrigin) -> None:
    _, message, reply = store.add_exchange(None, text, replace(origin, system_prompt=text))
    store.save_reply(replace(reply, parts=text_parts(text)))
    assert store.message(message.id).text == text
    assert store.message(reply.id).text == text
    assert store.message(reply.id).origin == replace(origin, system_prompt=text)


def test_an_exchange_is_a_message_and_a_waiting_reply_at_the_end_of_the_path(
    store: ConversationStore, origin: ReplyOrigin
) -> None:
    conversation, message, reply = store.add_exchange(None, "first line\nsecond", origin)
    assert conversation.title == "first line"
    assert (message.role, message.parent_id, message.origin) == (Role.USER, None, None)
    assert (reply.role, reply.parent_id, reply.status) == (Role.ASSISTANT, message.id, ReplyStatus.WAITING)
    assert conversation.active_leaf_id == reply.id
    _, second, second_reply = store.add_exchange(conversation.id, "more", origin)
    assert second.parent_id == reply.id
    assert store.active_path(conversation.id) == (message, reply, second, second_reply)
    assert store.conversation(conversation.id).title == "first line"


def test_an_exchange_is_saved_whole_or_not_at_all(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    conversation, message, _ = store.add_exchange(None, "one", origin)
    ids = iter(["another", message.id])  # the reply gets an id that exists
    clumsy = ConversationStore(database, new_id=lambda: next(ids))
    with pytest.raises(sqlite3.IntegrityError):
        clumsy.add_exchange(conversation.id, "two", origin)
    assert len(store.messages(conversation.id)) == 2
    assert store.conversation(conversation.id) == conversation


def test_a_conversation_begun_without_a_title_takes_it_from_its_first_message(
    store: ConversationStore, origin: ReplyOrigin
) -> None:
    untitled, titled = store.create_conversation(), store.create_conversation("Mine")
    assert store.add_exchange(untitled.id, "Hello", origin)[0].title == "Hello"
    assert store.add_exchange(titled.id, "Hello", origin)[0].title == "Mine"


def test_a_name_of_the_user_s_own_stays_even_when_it_is_empty(store: ConversationStore, origin: ReplyOrigin) -> None:
    conversation = store.create_conversation()
    store.rename(conversation.id, "")
    assert store.add_exchange(conversation.id, "Hello", origin)[0].title == ""


def test_the_conversation_used_last_comes_first(store: ConversationStore, origin: ReplyOrigin) -> None:
    first = store.add_exchange(None, "first", origin)[0]
    second = store.add_exchange(None, "second", origin)[0]
    assert [found.id for found in store.conversations()] == [second.id, first.id]
    store.add_exchange(first.id, "again", origin)
    assert [found.id for found in store.conversations()] == [first.id, second.id]
    store.rename(second.id, "another name")
    assert [found.id for found in store.conversations()] == [first.id, second.id]


def test_a_finished_reply_comes_back_with_everything(store: ConversationStore, origin: ReplyOrigin) -> None:
    _, _, reply = store.add_exchange(None, "hello", origin)
    finished = replace(
        reply,
        parts=(
            Part(PartKind.REASONING, "hm"),
            Part(PartKind.TEXT, "Hi"),
            Part(PartKind.TOOL_CALL, data={"name": "clock", "arguments": {"zone": "京"}}),
        ),
        status=ReplyStatus.FAILED,
        finish_reason=FinishReason.ERROR,
        error=ErrorDetail(ErrorCode.PROMPT_TOO_LONG, {"tokens": 9, "n_ctx": 8}),
        origin=replace(
            origin,
            seed=2**32 - 2,
            n_ctx=512,
            n_batch=64,
            n_ubatch=32,
            n_threads=3,
            n_gpu_layers=7,
            tokenizer_hash="abc",
            token_ids=(0, 1, 2**31 - 1, -1),
        ),
        figures=ReplyFigures(5, 3, 4, 0.25, 1.5),
        given_chars=1,
    )
    store.save_reply(finished)
    assert store.message(reply.id) == finished


def test_a_checkpoint_refreshes_text_and_tokens_only(store: ConversationStore, origin: ReplyOrigin) -> None:
    _, _, reply = store.add_exchange(None, "hello", origin)
    store.save_reply(in_streaming(reply))
    store.checkpoint(reply.id, text_parts("H"), [1])
    store.checkpoint(reply.id, text_parts("Hi"), [1, 2])
    assert store.message(reply.id) == replace(
        in_streaming(reply), parts=text_parts("Hi"), origin=replace(origin, token_ids=(1, 2))
    )


def test_a_checkpoint_that_comes_late_changes_nothing(store: ConversationStore, origin: ReplyOrigin) -> None:
    conversation, _, reply = store.add_exchange(None, "hello", origin)
    finished = replace(reply, status=ReplyStatus.COMPLETE, parts=text_parts("Hi"))
    store.save_reply(finished)
    store.checkpoint(reply.id, text_parts("H"), [])
    assert store.message(reply.id) == finished
    delete_for_good(store, conversation.id)
    store.checkpoint(reply.id, text_parts("H"), [])
    store.save_reply(finished)
    with pytest.raises(KeyError):
        store.message(reply.id)


def test_another_reply_stands_beside_the_first_and_is_shown(store: ConversationStore, origin: ReplyOrigin) -> None:
    conversation, message, first = store.add_exchange(None, "hello", origin)
    second = store.add_reply(message.id, origin)
    assert store.active_path(conversation.id) == (message, second)
    assert store.versions(conversation.id) == {first.id: (1, 2), second.id: (2, 2)}
    store.set_active_leaf(conversation.id, first.id)
    assert store.active_path(conversation.id) == (message, first)
    assert store.path_to(second.id) == (message, second)
    assert {found.id for found in store.messages(conversation.id)} == {message.id, first.id, second.id}


def test_a_leaf_of_another_conversation_is_refused(store: ConversationStore, origin: ReplyOrigin) -> None:
    mine, _, _ = store.add_exchange(None, "mine", origin)
    _, _, foreign = store.add_exchange(None, "foreign", origin)
    with pytest.raises(KeyError):
        store.set_active_leaf(mine.id, foreign.id)
    assert store.conversation(mine.id) == mine


def test_the_database_itself_refuses_a_parent_in_another_conversation(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    _, mine, _ = store.add_exchange(None, "mine", origin)
    _, foreign, _ = store.add_exchange(None, "foreign", origin)

    def adopt() -> None:
        with database.write() as connection:
            connection.execute("UPDATE message SET parent_id = ? WHERE id = ?", (foreign.id, mine.id))

    with pytest.raises(sqlite3.IntegrityError):
        adopt()
    assert store.message(mine.id).parent_id is None


@pytest.mark.parametrize(
    "verb", ["conversation", "active_path", "rename", "delete", "restore", "add_exchange", "set_policy"]
)
def test_an_id_that_does_not_exist_is_a_bug(verb: str, store: ConversationStore, origin: ReplyOrigin) -> None:
    arguments: dict[str, list[object]] = {"rename": ["title"], "add_exchange": ["text", origin], "set_policy": [None]}
    with pytest.raises(KeyError):
        getattr(store, verb)("missing", *arguments.get(verb, []))
    assert store.conversations() == ()


def test_what_is_pinned_and_the_policy_are_the_same_after_a_restart(path: Path, origin: ReplyOrigin) -> None:
    database = Database.open(path)
    store = ConversationStore(database)
    conversation, message, reply = store.add_exchange(None, "hello", origin)
    pinned = store.set_pinned(message.id, is_pinned=True)
    assert pinned == replace(message, is_pinned=True)
    chosen = store.set_policy(conversation.id, OverflowPolicy.KEEP_FIRST_AND_LAST)
    assert chosen.overflow_policy is OverflowPolicy.KEEP_FIRST_AND_LAST
    store.save_reply(replace(reply, parts=text_parts("Hi")))
    database.close()
    database = Database.open(path)
    store = ConversationStore(database)
    assert [found.is_pinned for found in store.active_path(conversation.id)] == [True, False]
    assert store.conversations() == (chosen,)
    assert store.set_policy(conversation.id, None).overflow_policy is None
    assert store.set_pinned(message.id, is_pinned=False) == message
    database.close()


def test_a_reply_that_goes_on_stays_pinned(store: ConversationStore, origin: ReplyOrigin) -> None:
    _, _, reply = store.add_exchange(None, "hello", origin)
    store.set_pinned(reply.id, is_pinned=True)
    store.save_reply(replace(reply, parts=text_parts("Hi")))
    assert store.message(reply.id).is_pinned


def test_a_policy_that_this_version_does_not_know_is_none(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    conversation, _, _ = store.add_exchange(None, "hello", origin)
    with database.write() as connection:
        connection.execute("UPDATE conversation SET overflow_policy = 'compress'")
    assert store.conversation(conversation.id) == conversation


def test_a_deletion_can_be_undone_after_a_restart(path: Path, origin: ReplyOrigin) -> None:
    database = Database.open(path)
    store = ConversationStore(database)
    conversation, message, reply = store.add_exchange(None, "keep me", origin)
    assert store.delete(conversation.id)[0].deleted_at is not None
    assert store.conversations() == ()
    database.close()
    database = Database.open(path)
    store = ConversationStore(database)
    assert store.restore(conversation.id) == (conversation,)
    assert store.conversations() == (conversation,)
    assert store.active_path(conversation.id) == (message, reply)
    database.close()


def files_holding(folder: Path, text: str) -> list[str]:
    # The -shm file holds no content, and Windows does not let it be read while it is in use.
    return [file.name for file in folder.iterdir() if file.suffix != ".db-shm" and text.encode() in file.read_bytes()]


def test_what_is_deleted_for_good_is_in_no_file_any_more(
    path: Path, store: ConversationStore, origin: ReplyOrigin
) -> None:
    conversation, _, reply = store.add_exchange(None, "a secret nobody should find", origin)
    store.checkpoint(reply.id, text_parts("a secret nobody should find " * 1000), [])
    store.add_exchange(None, "something else", origin)
    assert files_holding(path.parent, "secret nobody")
    delete_for_good(store, conversation.id)
    assert files_holding(path.parent, "secret nobody") == []
    assert len(store.conversations()) == 1


def test_a_very_long_conversation_can_be_read_and_deleted_for_good(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    conversation = store.create_conversation("long")
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO message (id, conversation_id, parent_id, role, status, created_at) VALUES (?,?,?,?,?,?)",
            [
                (str(number), conversation.id, str(number - 1) if number else None, "user", "complete", number)
                for number in range(5000)
            ],
        )
    store.set_active_leaf(conversation.id, "4999")
    assert [message.id for message in store.active_path(conversation.id)] == [str(number) for number in range(5000)]
    delete_for_good(store, conversation.id)
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (0,)


def attach(database: Database, message_id: str, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    with database.write() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO attachment VALUES (?, ?, 'text/plain', ?)", (sha256, len(content), content)
        )
        connection.execute("INSERT INTO message_part VALUES (?, 7, 'attachment', '', ?, NULL)", (message_id, sha256))
    return sha256


def test_purging_removes_what_was_deleted_a_week_ago_and_nothing_else(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    old, old_message, _ = store.add_exchange(None, "old", origin)
    young, young_message, _ = store.add_exchange(None, "young", origin)
    living, living_message, _ = store.add_exchange(None, "living", origin)
    attach(database, old_message.id, b"only old")
    shared = attach(database, living_message.id, b"shared")
    with database.write() as connection:
        connection.execute(
            "INSERT INTO message_part VALUES (?, 8, 'attachment', '', ?, NULL)", (old_message.id, shared)
        )
    deleted_at = store.delete(old.id)[0].deleted_at
    assert deleted_at is not None
    store.delete(young.id)
    assert ConversationStore(database, lambda: deleted_at + UNDO_SECONDS).purge() == ()
    assert ConversationStore(database, lambda: deleted_at + UNDO_SECONDS + 0.5).purge() == (old.id,)
    assert store.restore(young.id)[0].active_leaf_id == store.active_path(young.id)[-1].id
    assert {found.id for found in store.conversations()} == {young.id, living.id}
    assert store.message(young_message.id).text == "young"
    with pytest.raises(KeyError):
        store.message(old_message.id)
    with database.read() as connection:
        assert connection.execute("SELECT sha256 FROM attachment").fetchall() == [(shared,)]


def test_purging_keeps_a_deleted_message_that_holds_up_a_living_one(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    conversation, message, first = store.add_exchange(None, "hello", origin)
    second = store.add_reply(message.id, origin)
    with database.write() as connection:
        connection.execute("UPDATE message SET deleted_at = 1 WHERE id IN (?, ?)", (message.id, first.id))
    assert store.versions(conversation.id) == {}
    store.purge()
    assert [found.id for found in store.active_path(conversation.id)] == [message.id, second.id]
    with pytest.raises(KeyError):
        store.message(first.id)


def test_replies_under_way_are_interrupted_at_the_next_start(path: Path, origin: ReplyOrigin) -> None:
    database = Database.open(path)
    store = ConversationStore(database)
    _, _, waiting = store.add_exchange(None, "waiting", replace(origin, model_path="/waiting.gguf"))
    _, _, writing = store.add_exchange(None, "writing", origin)
    _, _, done = store.add_exchange(None, "done", origin)
    store.save_reply(in_streaming(writing))
    store.checkpoint(writing.id, text_parts("half of a repl"), [5, 6])
    store.save_reply(replace(done, status=ReplyStatus.COMPLETE))
    database.close()
    database = Database.open(path)
    store = ConversationStore(database)
    interrupted = database.mark_interrupted()
    assert [(reply.message_id, reply.model_path) for reply in interrupted] == [(writing.id, origin.model_path)]
    assert store.message(writing.id).status is ReplyStatus.INTERRUPTED
    assert store.message(writing.id).text == "half of a repl"
    assert store.message(waiting.id).status is ReplyStatus.INTERRUPTED
    assert store.message(done.id).status is ReplyStatus.COMPLETE
    assert database.mark_interrupted() == ()
    database.close()


def test_what_another_version_wrote_can_be_read(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    _, _, reply = store.add_exchange(None, "hello", origin)
    with database.write() as connection:
        connection.execute("UPDATE message SET error_code = 'from_long_ago', error_params = NULL")
        connection.execute("""UPDATE reply SET sampling = '{"temperature": 0.5, "mirostat": 2}'""")
    found = store.message(reply.id)
    assert found.error == ErrorDetail(ErrorCode.INTERNAL, {"reason": "from_long_ago"})
    assert found.origin is not None
    assert found.origin.sampling.temperature == 0.5


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            "SELECT id FROM conversation WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC",
            "conversation_listed",
        ),
        ("SELECT id FROM message WHERE status IN ('waiting', 'streaming')", "message_unfinished"),
        ("SELECT id FROM message WHERE conversation_id = 'a' AND parent_id = 'b'", "message_parent"),
        ("DELETE FROM message WHERE deleted_at < 5", "message_deleted"),
    ],
)
def test_what_is_read_often_uses_an_index(query: str, index: str, database: Database) -> None:
    with database.read() as connection:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan
