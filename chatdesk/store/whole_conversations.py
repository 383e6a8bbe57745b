"""Whole conversations out of the database and into it: what an export holds and an import brings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.exchange import (
    AttachedContent,
    KeptSummary,
    Outcome,
    WholeConversation,
    adds_nothing,
    as_ended,
    parents_first,
)
from chatdesk.store.attachments import add_attachment
from chatdesk.store.conversation_rows import conversation_row
from chatdesk.store.conversations import new_uuid7
from chatdesk.store.message_rows import insert_message, read_messages

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from chatdesk.core.conversations import Conversation
    from chatdesk.core.messages import Message
    from chatdesk.store.database import Database

# What is alive, what it hangs on, and the path that is shown.
_KEPT = """
    WITH RECURSIVE
        kept (id) AS (
            SELECT id FROM message WHERE conversation_id = :conversation_id AND deleted_at IS NULL
            UNION SELECT active_leaf_id FROM conversation WHERE id = :conversation_id AND active_leaf_id IS NOT NULL
            UNION SELECT parent_id FROM kept JOIN message USING (id) WHERE parent_id IS NOT NULL
        ),
        wanted (id, place) AS (
            SELECT id, row_number() OVER (ORDER BY created_at, id) FROM kept JOIN message USING (id)
        )
"""
_ALL = "WITH wanted (id, place) AS (SELECT id, created_at FROM message WHERE conversation_id = :conversation_id)"
_IDS_AT_ONCE = 500


class WholeConversationStore:
    """Reads and adds whole conversations. May be used from any thread.

    Every method may raise `UserFacingError` when the disk does not play along.
    """

    def __init__(self, database: Database, new_id: Callable[[], str] = new_uuid7) -> None:
        self._database = database
        self._new_id = new_id

    def ids(self) -> tuple[str, ...]:
        """The conversations that are not deleted, the last used first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id FROM conversation WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC"
            )
            return tuple(conversation_id for (conversation_id,) in rows)

    def read(self, conversation_id: str) -> WholeConversation:
        """A conversation with everything that belongs to it.

        Raises:
            KeyError: there is none.
        """
        with self._database.read() as connection:
            conversation = conversation_row(connection, conversation_id)
            messages = read_messages(connection, _KEPT, {"conversation_id": conversation_id})
            title_source, folder = connection.execute(
                """
                SELECT title_source, name FROM conversation LEFT JOIN folder ON folder.id = folder_id
                WHERE conversation.id = ?
                """,
                (conversation_id,),
            ).fetchone()
            summaries = connection.execute(
                """
                SELECT id, last_message_id, text, created_at, model_name, undone_at FROM summary
                WHERE conversation_id = ? ORDER BY created_at, id
                """,
                (conversation_id,),
            )
            ids = {message.id for message in messages}
            return WholeConversation(
                conversation=replace(conversation, folder_id=None),
                messages=parents_first(messages)[0],
                is_titled=title_source != "first_message",
                summaries=tuple(found for row in summaries if (found := KeptSummary(*row)).last_message_id in ids),
                attachments=_attachments(connection, messages),
                folder=folder,
            )

    def add(self, whole: WholeConversation) -> tuple[Outcome, str]:
        """Put a conversation into the list, all of it or nothing.

        One that is here with all of these messages is left as it is. When another state of it is here, or was deleted,
        this one is added beside it under new ids.

        Returns:
            What was done, and the id of the conversation.
        """
        with self._database.write() as connection:
            outcome = Outcome.ADDED
            if _is_known(connection, whole):
                here = read_messages(connection, _ALL, {"conversation_id": whole.conversation.id})
                if _is_listed(connection, whole.conversation.id) and adds_nothing(whole, here):
                    return Outcome.ALREADY_HERE, whole.conversation.id
                whole = _with_new_ids(whole, self._new_id)
                outcome = Outcome.COPIED
            folder_id = _folder_id(connection, whole.folder, self._new_id) if whole.folder is not None else None
            _insert(connection, whole, folder_id)
            return outcome, whole.conversation.id

    def duplicate(self, conversation_id: str, title: str, now: float) -> Conversation:
        """Add a conversation that says the same under ids of its own, in the same folder.

        Raises:
            KeyError: there is none.
        """
        whole = _with_new_ids(self.read(conversation_id), self._new_id)
        copy = replace(
            whole.conversation,
            title=title,
            created_at=now,
            updated_at=now,
            pinned_at=None,
            archived_at=None,
            is_unread=False,
        )
        messages = tuple(as_ended(message) for message in whole.messages)
        with self._database.write() as connection:
            folder_id = conversation_row(connection, conversation_id).folder_id
            _insert(connection, replace(whole, conversation=copy, messages=messages, is_titled=True), folder_id)
            return conversation_row(connection, copy.id)


def _folder_id(connection: sqlite3.Connection, name: str, new_id: Callable[[], str]) -> str:
    """The first folder of that name, which is made if there is none."""
    row = connection.execute("SELECT id FROM folder WHERE name = ? ORDER BY id", (name,)).fetchone()
    if row is not None:
        return str(row[0])
    folder_id = new_id()
    connection.execute("INSERT INTO folder (id, name) VALUES (?, ?)", (folder_id, name))
    return folder_id


def _insert(connection: sqlite3.Connection, whole: WholeConversation, folder_id: str | None) -> None:
    conversation = whole.conversation
    connection.execute(
        """
        INSERT INTO conversation (id, title, title_source, created_at, updated_at, active_leaf_id, system_prompt,
            overflow_policy, overrides, folder_id, pinned_at, archived_at, is_unread)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            conversation.id,
            conversation.title,
            "user" if whole.is_titled else "first_message",
            conversation.created_at,
            conversation.updated_at,
            conversation.active_leaf_id,
            conversation.system_prompt,
            conversation.overflow_policy,
            json.dumps(dict(conversation.overrides)) if conversation.overrides is not None else None,
            folder_id,
            conversation.pinned_at,
            conversation.archived_at,
            conversation.is_unread,
        ),
    )
    for attachment in whole.attachments.values():
        kept_as = add_attachment(connection, attachment.media_type, attachment.content)
        assert kept_as == attachment.sha256  # or a wrong name would stand for another one's content
    for message in whole.messages:
        insert_message(connection, message)
    connection.executemany(
        """
        INSERT INTO summary (id, conversation_id, last_message_id, text, created_at, model_name, undone_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                summary.id,
                conversation.id,
                summary.last_message_id,
                summary.text,
                summary.created_at,
                summary.model_name,
                summary.undone_at,
            )
            for summary in whole.summaries
        ],
    )


def _attachments(connection: sqlite3.Connection, messages: Iterable[Message]) -> dict[str, AttachedContent]:
    wanted = {part.attachment_sha256 for message in messages for part in message.parts if part.attachment_sha256}
    found = {}
    for sha256 in sorted(wanted):
        row = connection.execute(
            "SELECT sha256, media_type, content FROM attachment WHERE sha256 = ?", (sha256,)
        ).fetchone()
        found[sha256] = AttachedContent(*row)
    return found


def _is_listed(connection: sqlite3.Connection, conversation_id: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM conversation WHERE id = ? AND deleted_at IS NULL", (conversation_id,)
    ).fetchone()
    return found is not None


def _is_known(connection: sqlite3.Connection, whole: WholeConversation) -> bool:
    """Whether any of its ids is taken."""
    return (
        _any_taken(connection, "conversation", [whole.conversation.id])
        or _any_taken(connection, "message", [message.id for message in whole.messages])
        or _any_taken(connection, "summary", [summary.id for summary in whole.summaries])
    )


def _any_taken(connection: sqlite3.Connection, table: str, ids: Sequence[str]) -> bool:
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        marks = ",".join("?" * len(some))
        query = f"SELECT 1 FROM {table} WHERE id IN ({marks}) LIMIT 1"  # noqa: S608 - names and marks of our own
        if connection.execute(query, some).fetchone() is not None:
            return True
    return False


def _with_new_ids(whole: WholeConversation, new_id: Callable[[], str]) -> WholeConversation:
    """The same conversation under ids of its own. Ids sort by time, and what was said at one moment keeps its order."""
    conversation_id = new_id()
    in_order = sorted(whole.messages, key=lambda message: (message.created_at, message.id))
    renamed = {message.id: new_id() for message in in_order}
    leaf_id, conversation = whole.conversation.active_leaf_id, whole.conversation
    return replace(
        whole,
        conversation=replace(conversation, id=conversation_id, active_leaf_id=leaf_id and renamed[leaf_id]),
        messages=tuple(
            replace(
                message,
                id=renamed[message.id],
                conversation_id=conversation_id,
                parent_id=message.parent_id and renamed[message.parent_id],
            )
            for message in whole.messages
        ),
        summaries=tuple(
            replace(summary, id=new_id(), last_message_id=renamed[summary.last_message_id])
            for summary in whole.summaries
        ),
    )
