"""The tree of a conversation: new versions beside old ones, copies of a path, branches that go and come back.

Nothing that was said is written over. Every method that writes has committed when it returns.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.branches import BEGINNING_CHARS, BranchNode, BranchTree, DeletedBranch, leaf_when_gone
from chatdesk.core.conversations import leaf_below
from chatdesk.core.markdown_marks import plain_words
from chatdesk.core.messages import Message, ReplyStatus, Role, waiting_reply, with_text
from chatdesk.store.conversation_rows import append_message, conversation_row, set_active_leaf
from chatdesk.store.conversations import new_uuid7
from chatdesk.store.message_rows import PATH_TO, insert_message, read_message, read_messages

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from chatdesk.core.messages import ReplyOrigin
    from chatdesk.store.database import Database

# A message and all below it.
_BRANCH = """
    WITH RECURSIVE branch (id, conversation_id) AS (
        SELECT id, conversation_id FROM message WHERE id = :message_id
        UNION ALL
        SELECT message.id, message.conversation_id
        FROM branch JOIN message ON message.conversation_id = branch.conversation_id AND message.parent_id = branch.id
    )
"""
_VERSIONS = """
    WITH wanted (id, place) AS (
        SELECT version.id, row_number() OVER (ORDER BY version.created_at, version.id)
        FROM message JOIN message AS version ON version.conversation_id = message.conversation_id
            AND version.parent_id IS message.parent_id AND version.role = message.role
        WHERE message.id = :message_id AND version.deleted_at IS NULL
    )
"""
_SELECT_NODES = f"""
    SELECT m.id, m.parent_id, m.role, m.created_at, m.status, m.is_edited, m.deleted_at IS NOT NULL,
        coalesce((
            SELECT substr(p.text, 1, {2 * BEGINNING_CHARS}) FROM message_part AS p
            WHERE p.message_id = m.id AND p.kind = 'text' ORDER BY p.position LIMIT 1
        ), ''), coalesce(r.model_name, '')
    FROM message AS m LEFT JOIN reply AS r ON r.message_id = m.id
    WHERE m.conversation_id = ? ORDER BY m.created_at, m.id
"""  # noqa: S608 - a constant
_COPY_SUMMARY = """
    INSERT INTO summary (id, conversation_id, last_message_id, text, created_at, model_name, undone_at)
    SELECT ?, ?, ?, text, created_at, model_name, undone_at FROM summary WHERE id = ?
"""


class BranchStore:
    """Reads and writes branches. May be used from any thread.

    Texts must be clean: see `core.messages.clean_text`. An id that does not exist is a `KeyError`. Every method may
    raise `UserFacingError` when the disk does not play along.
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

    def add_edited(self, message_id: str, text: str) -> Message:
        """Put a version that says `text` beside a message, and show it.

        A reply that a person changed is no model's any more: what it cost and the tokens it was made of stay behind.
        """
        with self._database.write() as connection:
            return append_message(connection, self._edited(connection, message_id, text))

    def add_edited_and_reply(self, message_id: str, text: str, origin: ReplyOrigin) -> tuple[Message, Message]:
        """The same, and the row of a reply to it (`WAITING`), both or neither."""
        with self._database.write() as connection:
            message = append_message(connection, self._edited(connection, message_id, text))
            reply = waiting_reply(self._new_id(), message, origin, message.created_at)
            return message, append_message(connection, reply)

    def add_continued(self, message_id: str, text: str, origin: ReplyOrigin) -> Message:
        """Put a reply (`WAITING`) that begins with `text` beside the one it goes on from, and show it."""
        with self._database.write() as connection:
            old = read_message(connection, message_id)
            continued = replace(
                old,
                id=self._new_id(),
                parts=with_text(old.parts, text),
                created_at=self._clock(),
                status=ReplyStatus.WAITING,
                finish_reason=None,
                error=None,
                origin=origin,
                figures=old.figures.of_reasoning,
                given_chars=len(text),
            )
            return append_message(connection, continued)

    def copy_path(self, message_id: str, title: str) -> str:
        """Begin a conversation with copies of the messages down to `message_id`, and what belongs to them.

        Returns the id of the new conversation.
        """
        with self._database.write() as connection:
            path = read_messages(connection, PATH_TO, {"message_id": message_id})
            if not path:
                raise KeyError(message_id)
            now, new_id = self._clock(), self._new_id()
            connection.execute(
                """
                INSERT INTO conversation (id, title, title_source, created_at, updated_at, system_prompt,
                    overflow_policy, overrides, folder_id)
                SELECT ?, ?, 'user', ?, ?, system_prompt, overflow_policy, overrides, folder_id
                FROM conversation WHERE id = ?
                """,
                (new_id, title, now, now, path[0].conversation_id),
            )
            ids: dict[str | None, str | None] = {None: None}
            for message in path:
                ids[message.id] = self._new_id()
                copied = replace(
                    message,
                    id=ids[message.id] or "",
                    conversation_id=new_id,
                    parent_id=ids[message.parent_id],
                    deleted_at=None,
                )
                insert_message(connection, copied)
            summaries = connection.execute(
                "SELECT id, last_message_id FROM summary WHERE conversation_id = ?", (path[0].conversation_id,)
            ).fetchall()
            connection.executemany(
                _COPY_SUMMARY,
                [(self._new_id(), new_id, ids[last], known) for known, last in summaries if last in ids],
            )
            set_active_leaf(connection, new_id, ids[path[-1].id])
            return new_id

    def versions(self, message_id: str) -> tuple[Message, ...]:
        """A message and its other versions that are not deleted, the oldest first."""
        with self._database.read() as connection:
            return read_messages(connection, _VERSIONS, {"message_id": message_id})

    def delete(self, message_id: str) -> DeletedBranch | None:
        """Take a message off the tree with all below it; `restore` undoes it until it is purged.

        Where the path that is shown went through it, that ends beside it or above it from now on. None: it was gone.
        """
        with self._database.write() as connection:
            message = read_message(connection, message_id)
            if message.deleted_at is not None:
                return None
            tree = _tree(connection, message.conversation_id)
            found = connection.execute(f"{_BRANCH} SELECT id FROM branch", {"message_id": message_id})  # noqa: S608 - a constant
            branch = {gone for (gone,) in found}
            count = sum(node.id in branch and not node.is_deleted for node in tree.nodes)
            now = self._clock()
            connection.execute(
                f"{_BRANCH} UPDATE message SET deleted_at = :now"  # noqa: S608 - the same
                " WHERE deleted_at IS NULL AND id IN (SELECT id FROM branch)",
                {"message_id": message_id, "now": now},
            )
            if tree.active_leaf_id in branch:
                set_active_leaf(connection, message.conversation_id, leaf_when_gone(message_id, tree.nodes))
            return DeletedBranch(replace(message, deleted_at=now), count, tree.active_leaf_id)

    def restore(self, message_id: str, leaf_id: str | None = None) -> Message:
        """Undo `delete`, and show the branch: down to `leaf_id`, or to its newest end.

        What hangs below it and was deleted before it stays deleted; what it hangs on comes back as well.
        """
        with self._database.write() as connection:
            message = read_message(connection, message_id)
            connection.execute(
                f"{_BRANCH} UPDATE message SET deleted_at = NULL"  # noqa: S608 - a constant
                " WHERE deleted_at = :deleted_at AND id IN (SELECT id FROM branch)",
                {"message_id": message_id, "deleted_at": message.deleted_at},
            )
            connection.execute(
                f"{PATH_TO} UPDATE message SET deleted_at = NULL WHERE id IN (SELECT id FROM wanted)",  # noqa: S608 - a constant
                {"message_id": message_id},
            )
            living = [node for node in _tree(connection, message.conversation_id).nodes if not node.is_deleted]
            if leaf_id not in {node.id for node in living}:
                leaf_id = leaf_below(message_id, living)
            set_active_leaf(connection, message.conversation_id, leaf_id)
            return replace(message, deleted_at=None)

    def tree(self, conversation_id: str) -> BranchTree:
        """Every message of a conversation in short, those that were deleted with them."""
        with self._database.read() as connection:
            return _tree(connection, conversation_id)

    # --- parts of a transaction ---

    def _edited(self, connection: sqlite3.Connection, message_id: str, text: str) -> Message:
        old = read_message(connection, message_id)
        origin = old.origin
        return replace(
            old,
            id=self._new_id(),
            parts=with_text(old.parts, text),
            created_at=self._clock(),
            status=ReplyStatus.COMPLETE,
            finish_reason=None,
            error=None,
            origin=replace(origin, token_ids=(), text_start=0, seed=None) if origin is not None else None,
            figures=old.figures.of_reasoning,
            given_chars=len(text) if old.is_reply else 0,
            is_edited=old.is_reply,
        )


def _one_line(beginning: str) -> str:
    return " ".join(beginning.split())[:BEGINNING_CHARS]


def _tree(connection: sqlite3.Connection, conversation_id: str) -> BranchTree:
    active_leaf_id = conversation_row(connection, conversation_id).active_leaf_id
    nodes = tuple(
        BranchNode(
            id=message_id,
            parent_id=parent_id,
            role=Role(role),
            created_at=created_at,
            status=ReplyStatus(status),
            beginning=_one_line(plain_words(beginning) if role == Role.ASSISTANT else beginning),
            model_name=model_name,
            is_edited=bool(is_edited),
            is_deleted=bool(is_deleted),
        )
        for message_id, parent_id, role, created_at, status, is_edited, is_deleted, beginning, model_name in (
            connection.execute(_SELECT_NODES, (conversation_id,))
        )
    )
    return BranchTree(conversation_id, nodes, active_leaf_id)
