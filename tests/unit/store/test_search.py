"""Search: what is found, and that the index stays right whatever happens to messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from chatdesk.core.messages import Part, PartKind, ReplyOrigin, ReplyStatus, text_parts
from chatdesk.core.search import Matcher, parse_query
from chatdesk.store.conversations import UNDO_SECONDS, ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.migrations import MIGRATIONS
from chatdesk.store.search import MOST_CONVERSATIONS, MOST_PER_CONVERSATION, Found, SearchStore
from tests.support.gone import delete_for_good
from tests.unit.store.conftest import Clock


@pytest.fixture
def search(database: Database) -> SearchStore:
    return SearchStore(database)


def index(search: SearchStore) -> None:
    while search.index_some():
        pass


def find(search: SearchStore, text: str) -> tuple[Found, ...]:
    index(search)
    query = parse_query(text)
    return search.find(query, Matcher(query))


def texts(search: SearchStore, text: str) -> list[str]:
    return [message.text for found in find(search, text) for message in found.messages]


def say(store: ConversationStore, text: str, origin: ReplyOrigin, reply: str = "") -> tuple[str, str, str]:
    """Begin a conversation. Returns its id, the message's and the reply's."""
    conversation, message, answer = store.add_exchange(None, text, origin)
    store.save_reply(replace(answer, parts=text_parts(reply), status=ReplyStatus.COMPLETE))
    return conversation.id, message.id, answer.id


def check_index(database: Database) -> None:
    """The index holds what it should: FTS5 finds each message by each of its words, and nothing beside."""
    with database.write() as connection:
        expected = connection.execute(
            "SELECT search_id, text FROM message_indexed WHERE search_id IS NOT NULL ORDER BY search_id"
        ).fetchall()
        connection.execute("CREATE VIRTUAL TABLE temp.right USING fts5 (text, content='', columnsize=0)")
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (temp, right, instance)")
        connection.execute("CREATE VIRTUAL TABLE temp.found USING fts5vocab (main, message_search, instance)")
        connection.executemany("INSERT INTO temp.right (rowid, text) VALUES (?, ?)", expected)
        rows = [
            connection.execute(f"SELECT term, doc, offset FROM temp.{table} ORDER BY 2, 3").fetchall()
            for table in ("words", "found")
        ]
        for table in ("words", "found", "right"):
            connection.execute(f"DROP TABLE temp.{table}")
    assert rows[0] == rows[1]


# --- finding ---


@pytest.mark.parametrize(("query", "is_found"), [
    ("weather", True),
    ("WEATHER tomo", True),
    ("weat tomorrow", False),
    ('"weather tomorrow"', False),
    ('"the weather good"', False),
    ('"the weather"', True),
    ("明", True),
    ("明天", True),
    ("天明", False),
    ("天气", True),
    ("东京", False),
    ("cafe", True),
    ("天気", False),
    ("です", True),
    ("날씨", True),
])  # fmt: skip
def test_messages_are_found_by_their_words_in_any_language(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, query: str, *, is_found: bool
) -> None:
    say(store, "Will the weather be good for the Café tomorrow? 明天天气好吗？いいです。 내일 날씨가 좋다", origin)
    assert bool(texts(search, query)) is is_found


def test_titles_and_messages_are_grouped_by_conversation_titles_first(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin
) -> None:
    titled, *_ = say(store, "Tea\nor coffee", origin)
    store.rename(titled, "All about tea")
    other, question, answer = say(store, "What is green tea?", origin, "A tea.")
    store.rename(other, "Drinks")
    found = find(search, "tea")
    assert [(one.conversation_id, one.is_title) for one in found] == [(titled, True), (other, False)]
    assert [message.message_id for message in found[1].messages] == [answer, question]
    assert [message.is_reply for message in found[1].messages] == [True, False]


@pytest.mark.parametrize(("query", "title", "is_found"), [
    ("cafe", "At the Café", True),
    ("CAFÉ", "At the cafe", True),
    ("gpt", "ＧＰＴ", True),
    ("rep", "The REPORT", True),
    ("port", "The report", False),
    ("the report", "Report of the year", True),
    ("the report", "Report of a year", False),
    ("报告 2026", "季度报告 2026", True),
    ("报告", "Report", False),
    ("straße", "strasse", False),
    ("", "Anything", True),
])  # fmt: skip
def test_titles_are_found_by_their_words_in_any_language(
    store: ConversationStore, search: SearchStore, query: str, title: str, *, is_found: bool
) -> None:
    store.create_conversation(title)
    assert bool(find(search, query)) is is_found


def test_the_newest_comes_first_whenever_it_came_into_the_index(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, clock: Clock
) -> None:
    newer, *_ = say(store, "needle", origin)
    index(search)
    clock.now -= 100_000
    older, *_ = say(store, "needle", origin)  # as imports are
    for each in (newer, older):
        store.rename(each, "Other")
    assert [found.conversation_id for found in find(search, "needle")] == [newer, older]


def test_of_many_messages_in_one_conversation_some_are_shown_and_the_others_counted(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin
) -> None:
    conversation, *_ = say(store, "start", origin)
    for _ in range(MOST_PER_CONVERSATION + 3):
        store.add_exchange(conversation, "needle", origin)
    (found,) = find(search, "needle")
    assert (len(found.messages), found.more) == (MOST_PER_CONVERSATION, 3)


def test_no_more_conversations_are_shown_than_anybody_reads(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin
) -> None:
    for _ in range(MOST_CONVERSATIONS + 5):
        conversation, *_ = say(store, "needle", origin)
        store.rename(conversation, "Something else")
    assert len(find(search, "needle")) == MOST_CONVERSATIONS
    for each in store.conversations():
        store.rename(each.id, "A needle too")
    assert len(find(search, "needle")) <= 2 * MOST_CONVERSATIONS


def test_limits_of_model_and_day(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, clock: Clock
) -> None:
    morning = datetime.combine(date(2027, 3, 10), time(9)).timestamp()
    clock.now = morning
    say(store, "early", replace(origin, model_name="Qwen 3 4B"), "needle one")
    clock.now = morning + timedelta(days=1).total_seconds()
    say(store, "late", replace(origin, model_name="Llama"), "needle two")
    assert texts(search, "needle model:qwen") == ["needle one"]
    assert texts(search, "needle before:2027-03-11") == ["needle one"]
    assert texts(search, "needle after:2027-03-11") == ["needle two"]
    assert texts(search, "needle after:2027-03-10 before:2027-03-12") == ["needle two", "needle one"]
    assert texts(search, "needle before:2027") == []
    assert [len(find(search, "model:llama")), len(find(search, "after:2027")), len(find(search, ""))] == [1, 2, 2]


@pytest.mark.parametrize(
    "text", ['"', "a AND", "NEAR(a b)", "text:a", "a*b^c", "-a", "(", "a OR OR b", "'; --", "\u0378"]
)
def test_no_query_is_an_error(store: ConversationStore, search: SearchStore, origin: ReplyOrigin, text: str) -> None:
    say(store, "something", origin)
    find(search, text)


# --- keeping the index right ---


def test_a_reply_is_found_once_it_has_ended_and_not_by_its_reasoning(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database
) -> None:
    _, _, reply = store.add_exchange(None, "question", origin)
    store.save_reply(replace(reply, status=ReplyStatus.STREAMING))
    store.checkpoint(reply.id, text_parts("needle so far"), [1])
    assert texts(search, "needle") == []
    parts = (
        Part(PartKind.REASONING, "secret thought"),
        Part(PartKind.TEXT, "needle whole"),
        Part(PartKind.TEXT, "more"),
    )
    store.save_reply(replace(reply, status=ReplyStatus.COMPLETE, parts=parts))
    assert texts(search, "needle") == ["needle whole\nmore"]
    assert texts(search, "thought") == []
    check_index(database)


def test_a_reply_that_was_interrupted_is_found(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database
) -> None:
    _, _, reply = store.add_exchange(None, "question", origin)
    store.save_reply(replace(reply, status=ReplyStatus.STREAMING))
    store.checkpoint(reply.id, text_parts("needle so far"), [1])
    database.mark_interrupted()
    assert texts(search, "needle") == ["needle so far"]


def test_a_text_that_changes_is_found_by_its_new_words_only(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database
) -> None:
    _, _, reply_id = say(store, "question", origin, "old words")
    assert texts(search, "old") == ["old words"]
    store.save_reply(replace(store.message(reply_id), status=ReplyStatus.STREAMING))
    store.checkpoint(reply_id, text_parts("old words go"), [1])
    assert texts(search, "old") == []
    store.save_reply(replace(store.message(reply_id), parts=text_parts("new words"), status=ReplyStatus.COMPLETE))
    assert (texts(search, "old"), texts(search, "new")) == ([], ["new words"])
    check_index(database)


def test_what_is_deleted_is_not_found_until_it_is_restored(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin
) -> None:
    conversation, *_ = say(store, "needle", origin)
    assert len(find(search, "needle")) == 1
    store.delete(conversation)
    assert find(search, "needle") == ()
    store.restore(conversation)
    assert len(find(search, "needle")) == 1


def test_a_deleted_message_is_not_found(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database
) -> None:
    conversation, message, _ = say(store, "needle", origin)
    store.rename(conversation, "Other")
    with database.write() as connection:
        connection.execute("UPDATE message SET deleted_at = 1 WHERE id = ?", (message,))
    assert find(search, "needle") == ()


def test_a_renamed_conversation_is_found_by_its_new_title(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin
) -> None:
    conversation, *_ = say(store, "x", origin)
    store.rename(conversation, "季度报告")
    assert [found.is_title for found in find(search, "报告")] == [True]


def test_what_is_deleted_for_good_leaves_no_word_in_the_file(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database, path: Path
) -> None:
    kept, *_ = say(store, "ordinary", origin, "words that stay")
    doomed, *_ = say(store, "xylophonic", origin, "zygomorphic")
    purged, *_ = say(store, "quixotically", origin)
    index(search)
    delete_for_good(store, doomed)
    store.delete(purged)
    with database.write() as connection:
        connection.execute(
            "UPDATE conversation SET deleted_at = deleted_at - ? WHERE id = ?", (UNDO_SECONDS + 9, purged)
        )
    assert store.purge() == (purged,)
    while search.scrub_some():
        pass
    assert [found.conversation_id for found in find(search, "stay")] == [kept]
    check_index(database)
    assert not search.scrub_some()
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for word in (b"xylophonic", b"zygomorphic", b"quixotically"):
        assert word[2:] not in content
    assert b"ordinary" in content


def test_a_file_from_before_there_was_search_is_indexed_slice_by_slice(path: Path) -> None:
    database = Database.open(path, migrations=[step for step in MIGRATIONS if step.__name__ < "m013"])
    with database.write() as connection:
        connection.execute(
            "INSERT INTO conversation (id, title, title_source, created_at, updated_at) VALUES ('c', 'kept', '', 1, 2)"
        )
        for number in range(60):
            connection.execute(
                "INSERT INTO message (id, conversation_id, role, status, created_at)"
                " VALUES (?, 'c', 'user', 'complete', 3)",
                (f"m{number}",),
            )
            connection.execute(
                "INSERT INTO message_part (message_id, position, kind, text) VALUES (?, 0, 'text', 'a needle')",
                (f"m{number}",),
            )
    database.close()
    database = Database.open(path)
    search = SearchStore(database, slice_messages=10)
    assert not search.is_complete()
    slices = 1
    while search.index_some():
        slices += 1
    assert slices == 6
    assert search.is_complete()
    (found,) = find(search, "needle")
    assert len(found.messages) + found.more == 60
    database.close()


def test_a_change_that_is_undone_leaves_the_index_as_it_was(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database
) -> None:
    say(store, "first", origin)
    index(search)
    with database.write() as connection:
        connection.execute("DELETE FROM message_part")
        connection.execute("ROLLBACK")
        connection.execute("BEGIN")
    say(store, "second", origin)
    assert (len(texts(search, "first")), len(texts(search, "second"))) == (1, 1)
    check_index(database)


# --- as it is drawn ---


@pytest.mark.parametrize(("query", "reply"), [
    ("bold", "A **bo**ld word"),
    ("lists", "All `List`s are"),
    ('"the docs first"', "See [the docs](https://example.org/a) first."),
    ("python教程", "安装 [Python](https://python.org)教程"),
    ("bo", "A **bo**ld word"),
    ("example", "See [the docs](https://example.org/a) first."),
    ('"a b c"', "```\nx = a*b*c\n```"),
    ('"init"', "Call `__init__` of [it](https://x.y)"),
])  # fmt: skip
def test_replies_are_found_as_they_are_drawn_and_as_they_are_written(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database, query: str, reply: str
) -> None:
    say(store, "question", origin, reply)
    assert texts(search, query) == [reply]
    check_index(database)


@pytest.mark.parametrize(("query", "question", "reply"), [
    ("abc", "a*b*c is what I type", ""),
    ("abc", "", "```\nx = a*b*c\n```"),
    ('"last a"', "", "A **bo**ld word comes last"),
])  # fmt: skip
def test_nothing_is_found_that_is_neither_drawn_nor_written(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, query: str, question: str, reply: str
) -> None:
    conversation, *_ = say(store, question, origin, reply)
    store.rename(conversation, "Other")
    assert find(search, query) == ()


def test_words_as_they_are_drawn_go_with_the_reply(
    store: ConversationStore, search: SearchStore, origin: ReplyOrigin, database: Database, path: Path
) -> None:
    _, _, changed = say(store, "question", origin, "an **xylo**phonic word")
    gone, *_ = say(store, "question", origin, "a **zygo**morphic word")
    index(search)
    store.save_reply(replace(store.message(changed), parts=text_parts("a plain word")))
    delete_for_good(store, gone)
    assert (texts(search, "xylophonic"), texts(search, "zygomorphic")) == ([], [])
    check_index(database)
    while search.scrub_some():
        pass
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"xylophonic"[2:] not in content
    assert b"zygomorphic"[2:] not in content


def test_a_file_whose_index_knows_only_what_was_written_is_searched_at_once_and_gone_through_slice_by_slice(
    path: Path, origin: ReplyOrigin
) -> None:
    database = Database.open(path, migrations=[step for step in MIGRATIONS if step.__name__ < "m017"])
    store = ConversationStore(database)
    for number in range(15):
        say(store, f"question {number}", origin, "a **bo**ld word" if number % 3 else "a needle")
    with database.write() as connection:
        rows = connection.execute("SELECT id, text FROM message_text ORDER BY id").fetchall()
        for number, (message_id, text) in enumerate(rows, start=1):
            connection.execute("INSERT INTO message_search (rowid, text) VALUES (?, search_text(?))", (number, text))
            connection.execute("UPDATE message SET search_id = ? WHERE id = ?", (number, message_id))
    database.close()
    database = Database.open(path)
    search = SearchStore(database, slice_messages=10)
    needle, bold = parse_query("needle"), parse_query("bold")
    assert len(search.find(needle, Matcher(needle))) == 5
    assert search.find(bold, Matcher(bold)) == ()
    assert not search.is_complete()
    slices = 1
    while search.index_some():
        slices += 1
    assert slices == 3
    assert len(search.find(bold, Matcher(bold))) == 10
    assert len(search.find(needle, Matcher(needle))) == 5
    check_index(database)
    with database.read() as connection:
        found = connection.execute("SELECT id FROM message ORDER BY search_id").fetchall()
    assert [message_id for (message_id,) in found] == [message_id for message_id, _ in rows]
    database.close()
