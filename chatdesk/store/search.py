"""The index of what was said, and search in it.

`message.search_id` is a message's row in the index; without one, it is not in it yet. Adding to the index is the one
job of `index_some`, whether a message was just saved, comes from before there was an index, or was imported. Taking
out is done by triggers (`m017_search_as_drawn`), whoever changes or deletes a message. Deleted messages that can still
be restored stay in the index, and are not found.

The index keeps no text, so taking a message out of it takes the same text as went in: `message_indexed`. To what was
written that adds `message.search_joined`, the `core.search.joined_text` of a reply, empty for most messages; without
one, the message is still to be looked at.
"""

from __future__ import annotations

import json
from datetime import datetime, time
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from chatdesk.core.messages import Role
from chatdesk.core.search import fold, joined_text, search_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from datetime import date

    from chatdesk.core.search import Matcher, SearchQuery, Term
    from chatdesk.store.database import Database

# One slice of indexing: what keeps other writers waiting for some hundredths of a second.
SLICE_MESSAGES = 100
SLICE_CHARACTERS = 100_000
MERGED_PAGES = 64  # one slice of scrubbing
CHANGES_BY_MERGING = 2  # rows at least; FTS5 says no otherwise that there is nothing left to merge

MOST_SCANNED = 2000  # messages that match; those that came into the index last
MOST_CONVERSATIONS = 50
MOST_PER_CONVERSATION = 3

_IS_IN_FOLDER = "(:folders IS NULL OR conversation.folder_id IN (SELECT value FROM json_each(:folders)))"
# SQLite sorts out most titles many times as fast. It knows the case of ASCII letters only, and no accents.
_HAS_OTHERS = "title GLOB '*[^ -~]*'"
_MAY_HAVE_TITLE = f"""({_HAS_OTHERS} OR (
    :is_plain AND (:word IS NULL OR title LIKE '%' || :word || '%')))
"""
_IS_UNINDEXED = "search_joined IS NULL AND status NOT IN ('waiting', 'streaming')"
_NOTE = """
    UPDATE message SET search_joined = ?, search_id = coalesce(
        search_id, (SELECT coalesce(max(search_id), 0) + 1 FROM message WHERE search_id IS NOT NULL)
    ) WHERE id = ?
"""
# With RETURNING above, or SELECT in place of VALUES here, FTS5 writes to the disk for each message: twice the time.
_PUT_IN = "INSERT INTO message_search (rowid, text) VALUES ((SELECT search_id FROM message WHERE id = ?), ?)"
_TAKE_OUT = """
    INSERT INTO message_search (message_search, rowid, text)
    SELECT 'delete', search_id, text FROM message_indexed WHERE id = ?
"""


class FoundMessage(NamedTuple):
    """A message that matches."""

    message_id: str
    is_reply: bool
    created_at: float
    text: str


class Found(NamedTuple):
    """What matches in one conversation; `more` counts further messages."""

    conversation_id: str
    is_title: bool
    messages: tuple[FoundMessage, ...]
    more: int


class SearchStore:
    """Keeps the index and searches it. May be used from any thread.

    Every method may raise `UserFacingError` when the disk does not play along.
    """

    def __init__(self, database: Database, slice_messages: int = SLICE_MESSAGES) -> None:
        self._database = database
        self._slice_messages = slice_messages

    def index_some(self) -> bool:
        """Take some messages that are not in the index into it. Returns whether there are more.

        A reply comes in when it has ended, so that the index does not churn while it is written.
        """
        with self._database.write() as connection:
            rows = connection.execute(
                f"SELECT id, role, search_id IS NOT NULL FROM message WHERE {_IS_UNINDEXED} ORDER BY id LIMIT ?",  # noqa: S608 - a constant
                (self._slice_messages,),
            ).fetchall()
            characters = 0
            for message_id, role, is_in_index in rows:
                (text,) = connection.execute("SELECT text FROM message_text WHERE id = ?", (message_id,)).fetchone()
                joined = joined_text(text) if role == Role.ASSISTANT else ""  # what a person writes is drawn as it is
                if is_in_index and joined:
                    connection.execute(_TAKE_OUT, (message_id,))
                connection.execute(_NOTE, (joined, message_id))
                if joined or not is_in_index:
                    connection.execute(_PUT_IN, (message_id, search_text(text) + joined))
                characters += len(text)
                if characters > SLICE_CHARACTERS:
                    break
            return _is_unindexed(connection)

    def is_complete(self) -> bool:
        """Whether every message that is finished is in the index."""
        with self._database.read() as connection:
            return not _is_unindexed(connection)

    def scrub_some(self) -> bool:
        """Rewrite a part of the index without the words of messages deleted for good. Returns whether more is to do.

        The index itself only notes that a word's place is void, until it happens to be rewritten.
        """
        with self._database.write() as connection:
            row = connection.execute("SELECT is_begun FROM search_scrub").fetchone()
            if row is None:
                return False
            before = connection.total_changes
            pages = MERGED_PAGES if row[0] else -MERGED_PAGES  # negative: begin to merge everything
            connection.execute("INSERT INTO message_search (message_search, rank) VALUES ('merge', ?)", (pages,))
            if row[0] and connection.total_changes - before < CHANGES_BY_MERGING:
                connection.execute("DELETE FROM search_scrub")
                is_done = True
            else:
                connection.execute("UPDATE search_scrub SET is_begun = 1")
                is_done = False
        if is_done:
            self._database.empty_log()
        return not is_done

    def find(self, query: SearchQuery, matcher: Matcher) -> tuple[Found, ...]:
        """What matches: conversations by their titles, then by their messages, the newest of each kind first."""
        with self._database.read() as connection:
            titles = _titles(connection, query, matcher)
            kept: dict[str, list[str]] = {conversation_id: [] for conversation_id in titles}
            more: dict[str, int] = {}
            for message_id, conversation_id in _matching(connection, query):
                if conversation_id not in kept:
                    if len(kept) - len(titles) == MOST_CONVERSATIONS:
                        continue
                    kept[conversation_id] = []
                if len(kept[conversation_id]) < MOST_PER_CONVERSATION:
                    kept[conversation_id].append(message_id)
                else:
                    more[conversation_id] = more.get(conversation_id, 0) + 1
            return tuple(
                Found(
                    conversation_id,
                    conversation_id in titles,
                    tuple(_found_message(connection, message_id) for message_id in message_ids),
                    more.get(conversation_id, 0),
                )
                for conversation_id, message_ids in kept.items()
            )


def _is_unindexed(connection: sqlite3.Connection) -> bool:
    row = connection.execute(f"SELECT 1 FROM message WHERE {_IS_UNINDEXED} LIMIT 1").fetchone()  # noqa: S608 - a constant
    return row is not None


def _titles(connection: sqlite3.Connection, query: SearchQuery, matcher: Matcher) -> list[str]:
    """The conversations whose titles match; these are few enough to be looked through."""
    rows = connection.execute(
        f"""
        SELECT id, title FROM conversation WHERE deleted_at IS NULL AND {_MAY_HAVE_TITLE} AND {_IS_IN_FOLDER}
            AND (:before IS NULL OR created_at < :before) AND (:after IS NULL OR updated_at >= :after)
        ORDER BY updated_at DESC, id DESC
        """,  # noqa: S608 - constants
        _limits(connection, query) | _plain_limits(query),
    )
    matching = (
        conversation_id
        for conversation_id, title in rows
        if matcher.matches(title) and _has_model(connection, conversation_id, query)
    )
    return list(islice(matching, MOST_CONVERSATIONS))


def _plain_limits(query: SearchQuery) -> dict[str, object]:
    """What a title of plain letters must hold, and whether such a one can match at all."""
    words = [word for term in query.terms for word in term.words]
    return {"word": max(words, key=len, default=None), "is_plain": all(word.isascii() for word in words)}


def _has_model(connection: sqlite3.Connection, conversation_id: str, query: SearchQuery) -> bool:
    """Whether the model that is searched for wrote in a conversation. Asked of few, for it reads all its replies."""
    if query.model is None:
        return True
    row = connection.execute(
        """
        SELECT 1 FROM message JOIN reply ON message_id = message.id
        WHERE conversation_id = ? AND instr(lower(model_name), ?) LIMIT 1
        """,
        (conversation_id, query.model.lower()),
    ).fetchone()
    return row is not None


def _matching(connection: sqlite3.Connection, query: SearchQuery) -> Iterator[tuple[str, str]]:
    """The messages that match and their conversations, the newest first; without words only titles are searched."""
    if not query.terms:
        return iter(())
    return connection.execute(
        f"""
        SELECT id, conversation_id FROM (
            SELECT message.id, conversation_id, message.created_at, search_id
            FROM message_search
                CROSS JOIN message ON search_id = message_search.rowid
                CROSS JOIN conversation ON conversation.id = conversation_id
            WHERE message_search MATCH :match AND message.deleted_at IS NULL AND conversation.deleted_at IS NULL
                AND {_IS_IN_FOLDER}
                AND (:before IS NULL OR message.created_at < :before)
                AND (:after IS NULL OR message.created_at >= :after)
                AND (:model IS NULL OR EXISTS (
                    SELECT 1 FROM reply WHERE message_id = message.id AND instr(lower(model_name), :model)))
            ORDER BY message_search.rowid DESC LIMIT :most
        ) ORDER BY created_at DESC, search_id DESC
        """,  # noqa: S608 - constants
        _limits(connection, query) | {"match": _match(query.terms), "most": MOST_SCANNED},
    )


def _limits(connection: sqlite3.Connection, query: SearchQuery) -> dict[str, object]:
    return {
        "before": _midnight(query.before),
        "after": _midnight(query.after),
        "folders": json.dumps(_folders(connection, query.folder)) if query.folder is not None else None,
        "model": query.model.lower() if query.model is not None else None,
    }


def _folders(connection: sqlite3.Connection, part: str) -> list[str]:
    """The folders with this part of a name."""
    folders = connection.execute("SELECT id, name FROM folder")
    return [folder_id for folder_id, name in folders if fold(part) in fold(name)]


def _midnight(day: date | None) -> float | None:
    return datetime.combine(day, time.min).timestamp() if day is not None else None


def _match(terms: Iterable[Term]) -> str:
    """The terms as FTS5 spells them. Words are letters and digits only, and nothing in quotes is an operator."""
    return " AND ".join('"' + " ".join(term.words) + '"' + (" *" if term.is_prefix else "") for term in terms)


def _found_message(connection: sqlite3.Connection, message_id: str) -> FoundMessage:
    row = connection.execute(
        "SELECT id, role, created_at, text FROM message JOIN message_text USING (id) WHERE id = ?", (message_id,)
    ).fetchone()
    message_id, role, created_at, text = row
    return FoundMessage(message_id, role == Role.ASSISTANT, created_at, text)
