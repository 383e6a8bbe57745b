"""Conversations and their messages in the database. Every method that writes has committed when it returns."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from chatdesk.core.attachments import attachment_part
from chatdesk.core.conversations import Conversation, title_from
from chatdesk.core.messages import Message, Role, text_parts, waiting_reply
from chatdesk.store.attachments import delete_unused_attachments, read_attachments
from chatdesk.store.conversation_rows import append_message, conversation_row, read_conversations, set_active_leaf
from chatdesk.store.message_rows import (
    END_OF_PATH_TO,
    PATH_TO,
    insert_message,
    read_message,
    read_messages,
    update_message,
    update_parts,
)
from chatdesk.store.recipe_rows import read_recipe, write_recipe

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from chatdesk.core.context_map import OverflowPolicy
    from chatdesk.core.messages import Part, ReplyOrigin
    from chatdesk.core.replays import ReplyRecipe
    from chatdesk.store.database import Database

UNDO_SECONDS = 7 * 24 * 3600.0  # how long a deletion can be undone

_ALL = """
    WITH wanted (id, place) AS (
        SELECT id, row_number() OVER (ORDER BY created_at, id) FROM message
        WHERE conversation_id = :conversation_id AND deleted_at IS NULL
    )
"""

_PURGE_MESSAGES = """
    WITH RECURSIVE
        expired (id, conversation_id) AS (SELECT id, conversation_id FROM message WHERE deleted_at < :before),
        needed (id) AS (
            SELECT message.id FROM message
            WHERE conversation_id IN (SELECT conversation_id FROM expired)
                AND (deleted_at IS NULL OR deleted_at >= :before)
            UNION SELECT active_leaf_id FROM conversation WHERE id IN (SELECT conversation_id FROM expired)
            UNION SELECT message.parent_id FROM needed JOIN message ON message.id = needed.id
        )
    DELETE FROM message
    WHERE deleted_at < :before AND id NOT IN (SELECT id FROM needed WHERE id IS NOT NULL)
    RETURNING conversation_id
"""


def new_uuid7() -> str:
    """An id that sorts by time and that two computers never share."""
    import uuid6  # late: only a new row needs it

    return str(uuid6.uuid7())


class ConversationStore:
    """Reads and writes conversations. May be used from any thread.

    Text and titles must be free of lone surrogates: see `core.messages.clean_text`. An id that does not exist is a
    `KeyError`. Every method may raise `UserFacingError` when the disk does not play along.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = new_uuid7,
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id

    # --- conversations ---

    def create_conversation(self, title: str = "") -> Conversation:
        """Begin a conversation; one without a title takes it from its first message."""
        with self._database.write() as connection:
            return self._insert_conversation(connection, title)

    def conversation(self, conversation_id: str) -> Conversation:
        """One conversation, also a deleted one."""
        with self._database.read() as connection:
            return conversation_row(connection, conversation_id)

    def conversations(self) -> tuple[Conversation, ...]:
        """All that are not deleted, the last used first."""
        with self._database.read() as connection:
            return read_conversations(connection, "WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC")

    def deleted_conversations(self) -> tuple[Conversation, ...]:
        """Those that `restore` can still bring back, the last deleted first."""
        with self._database.read() as connection:
            return read_conversations(connection, "WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC")

    def rename(self, conversation_id: str, title: str) -> Conversation:
        """Give it a title of the user's own."""
        return self._update(conversation_id, "title = :value, title_source = 'user'", title)

    def has_first_title(self, conversation_id: str) -> bool:
        """Whether its title is still the beginning of its first message: neither a person nor a model chose it."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT title_source = 'first_message' AND deleted_at IS NULL FROM conversation WHERE id = ?",
                (conversation_id,),
            ).fetchone()
        return row is not None and bool(row[0])

    def set_model_title(self, conversation_id: str, title: str) -> Conversation | None:
        """Give it a model's title, unless somebody chose one meanwhile, or it is gone: None."""
        with self._database.write() as connection:
            changed = connection.execute(
                """
                UPDATE conversation SET title = ?, title_source = 'model'
                WHERE id = ? AND title_source = 'first_message' AND deleted_at IS NULL
                """,
                (title, conversation_id),
            )
            return conversation_row(connection, conversation_id) if changed.rowcount else None

    def set_policy(self, conversation_id: str, policy: OverflowPolicy | None) -> Conversation:
        """Choose what happens when it outgrows the context; None: by the model's size."""
        return self._update(conversation_id, "overflow_policy = :value", policy)

    def set_overrides(self, conversation_id: str, changes: Mapping[str, Any], *, keeps_others: bool) -> Conversation:
        """Give it settings of its own for how replies are written, beside those that it has or in place of them."""
        with self._database.write() as connection:
            before = conversation_row(connection, conversation_id).overrides if keeps_others else None
            overrides = {**(before or {}), **changes}
            connection.execute(
                "UPDATE conversation SET overrides = ? WHERE id = ?", (json.dumps(overrides), conversation_id)
            )
            return conversation_row(connection, conversation_id)

    def delete(self, *conversation_ids: str) -> tuple[Conversation, ...]:
        """Take conversations off the list, all or none; `restore` undoes it until they are purged."""
        return self._set_deleted(conversation_ids, self._clock())

    def restore(self, *conversation_ids: str) -> tuple[Conversation, ...]:
        """Undo `delete`."""
        return self._set_deleted(conversation_ids, None)

    def purge(self) -> tuple[str, ...]:
        """Remove for good what was deleted more than seven days ago, and attachments nobody uses any more.

        A deleted message stays while a living one hangs below it or its conversation ends in it.

        Returns:
            The ids of the conversations that are gone, or something of them.
        """
        before = self._clock() - UNDO_SECONDS
        with self._database.write() as connection:
            gone = connection.execute(
                "DELETE FROM conversation WHERE deleted_at < ? RETURNING id", (before,)
            ).fetchall()
            gone += connection.execute(_PURGE_MESSAGES, {"before": before}).fetchall()
            if gone:
                delete_unused_attachments(connection)
        if gone:
            self._database.empty_log()
        return tuple(dict.fromkeys(conversation_id for (conversation_id,) in gone))

    def set_active_leaf(self, conversation_id: str, message_id: str) -> Conversation:
        """Show the path that ends in `message_id`, a message of this conversation."""
        with self._database.write() as connection:
            if read_message(connection, message_id).conversation_id != conversation_id:
                raise KeyError(message_id)
            set_active_leaf(connection, conversation_id, message_id)
            return conversation_row(connection, conversation_id)

    # --- messages ---

    def add_exchange(
        self,
        conversation_id: str | None,
        text: str,
        origin: ReplyOrigin,
        unsent_id: str | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> tuple[Conversation, Message, Message]:
        """Append the user's message and the row of its reply (`WAITING`) to the active path, both or neither.

        None as conversation begins one with these `overrides`, in the same transaction, in which also goes what the
        message was before it was sent, its draft or its place among those that waited: `unsent_id`. Its attachments are
        the message's then.
        """
        with self._database.write() as connection:
            if conversation_id is None:
                conversation = self._insert_conversation(connection, "", overrides)
            else:
                conversation = conversation_row(connection, conversation_id)
            now = self._clock()
            attachments = read_attachments(connection, unsent_id) if unsent_id is not None else ()
            message = Message(
                id=self._new_id(),
                conversation_id=conversation.id,
                parent_id=conversation.active_leaf_id,
                role=Role.USER,
                parts=(*map(attachment_part, attachments), *text_parts(text)),
                created_at=now,
            )
            insert_message(connection, message)
            reply = append_message(connection, waiting_reply(self._new_id(), message, origin, now))
            connection.execute("DELETE FROM unsent_message WHERE id = ?", (unsent_id,))
            connection.execute(
                "UPDATE conversation SET title = ? WHERE id = ? AND title = '' AND title_source = 'first_message'",
                (title_from("\n".join([text, *(attachment.name for attachment in attachments)])), conversation.id),
            )
            return conversation_row(connection, conversation.id), message, reply

    def add_reply(self, user_message_id: str, origin: ReplyOrigin) -> Message:
        """Add another reply (`WAITING`) to a message and show it; earlier replies are kept beside it."""
        with self._database.write() as connection:
            message = read_message(connection, user_message_id)
            return append_message(connection, waiting_reply(self._new_id(), message, origin, self._clock()))

    def save_reply(self, message: Message, recipe: ReplyRecipe | None = None) -> None:
        """Save all that can change of a reply, and what it was made from once that is known.

        One that was deleted for good meanwhile stays deleted.
        """
        with self._database.write() as connection:
            if update_message(connection, message) and recipe is not None:
                write_recipe(connection, message.id, recipe)

    def recipe(self, message_id: str) -> ReplyRecipe | None:
        """What a reply was made from, to the last detail; None where that is not known."""
        with self._database.read() as connection:
            return read_recipe(connection, message_id)

    def checkpoint(self, message_id: str, parts: Sequence[Part], token_ids: Sequence[int]) -> None:
        """Save how far a reply has come: all that was written and its token ids so far, and nothing else.

        Nothing happens to a reply that is finished, or was deleted for good meanwhile.
        """
        with self._database.write() as connection:
            update_parts(connection, message_id, parts, token_ids)

    def set_pinned(self, message_id: str, *, is_pinned: bool) -> Message:
        """Keep a message in every prompt, or no longer."""
        with self._database.write() as connection:
            connection.execute("UPDATE message SET is_pinned = ? WHERE id = ?", (is_pinned, message_id))
            return read_message(connection, message_id)

    def message(self, message_id: str) -> Message:
        """One message."""
        with self._database.read() as connection:
            return read_message(connection, message_id)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """All messages of the conversation's tree that are not deleted, oldest first."""
        with self._database.read() as connection:
            return read_messages(connection, _ALL, {"conversation_id": conversation_id})

    def path_to(self, message_id: str) -> tuple[Message, ...]:
        """The messages from the root of the tree to `message_id`, in order."""
        with self._database.read() as connection:
            return read_messages(connection, PATH_TO, {"message_id": message_id})

    def active_path(self, conversation_id: str) -> tuple[Message, ...]:
        """The path that is shown, from the root to the active leaf; empty when nothing was said yet."""
        with self._database.read() as connection:
            leaf_id = conversation_row(connection, conversation_id).active_leaf_id
            return read_messages(connection, PATH_TO, {"message_id": leaf_id})

    def end_of_active_path(self, conversation_id: str, most: int) -> tuple[Message, ...]:
        """The last messages of the path that is shown, which take no longer to read the longer it is."""
        with self._database.read() as connection:
            leaf_id = conversation_row(connection, conversation_id).active_leaf_id
            return read_messages(connection, END_OF_PATH_TO, {"message_id": leaf_id, "most": most})

    def versions(self, conversation_id: str) -> Mapping[str, tuple[int, int]]:
        """For each message of the tree that has several versions: which it is, from 1, and how many there are.

        Versions hang on the same parent and have the same role; the oldest is the first.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                """
                SELECT id, number, count FROM (
                    SELECT id, row_number() OVER (version ORDER BY created_at, id) AS number,
                        count(*) OVER version AS count
                    FROM message WHERE conversation_id = ? AND deleted_at IS NULL
                    WINDOW version AS (PARTITION BY parent_id, role)
                ) WHERE count > 1
                """,
                (conversation_id,),
            )
            return {message_id: (number, count) for message_id, number, count in rows}

    # --- parts of a transaction ---

    def _insert_conversation(
        self, connection: sqlite3.Connection, title: str, overrides: Mapping[str, Any] | None = None
    ) -> Conversation:
        now = self._clock()
        conversation = Conversation(self._new_id(), title, now, now, overrides=overrides)
        kept = json.dumps(overrides) if overrides else None
        connection.execute(
            """
            INSERT INTO conversation (id, title, title_source, created_at, updated_at, overrides)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            (conversation.id, title, "user" if title else "first_message", now, now, kept),
        )
        return conversation

    def _set_deleted(self, conversation_ids: Sequence[str], deleted_at: float | None) -> tuple[Conversation, ...]:
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE conversation SET deleted_at = ? WHERE id = ?",
                [(deleted_at, conversation_id) for conversation_id in conversation_ids],
            )
            return tuple(conversation_row(connection, conversation_id) for conversation_id in conversation_ids)

    def _update(self, conversation_id: str, assignment: str, value: str | float | None) -> Conversation:
        with self._database.write() as connection:
            connection.execute(
                f"UPDATE conversation SET {assignment} WHERE id = :id",  # noqa: S608 - one of the constants above
                {"id": conversation_id, "value": value},
            )
            return conversation_row(connection, conversation_id)
