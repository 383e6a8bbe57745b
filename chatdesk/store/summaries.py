"""Summaries that stand for the beginning of a conversation. Every method that writes has committed when it returns."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chatdesk.core.summaries import Summary
from chatdesk.store.conversations import new_uuid7

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from chatdesk.store.database import Database

# The messages from the one wanted up to the root of the tree, and how far above it each is.
_UP = """
    WITH RECURSIVE up (id, conversation_id, parent_id, height) AS (
        SELECT id, conversation_id, parent_id, 0 FROM message WHERE id = :leaf_id
        UNION ALL
        SELECT message.id, message.conversation_id, message.parent_id, height + 1
        FROM up JOIN message ON message.id = up.parent_id
    )
"""
_SELECT_SUMMARIES = f"""
    {_UP}
    SELECT summary.id, summary.conversation_id, last_message_id, text, created_at, model_name, undone_at IS NOT NULL
    FROM up JOIN summary ON summary.conversation_id = up.conversation_id AND summary.last_message_id = up.id
"""  # noqa: S608 - a constant
# The one that stands for most comes first, and of several for the same the newest.
_FIRST = "ORDER BY height, created_at DESC, summary.id DESC LIMIT 1"
_COVERED = f"{_UP} SELECT id FROM up ORDER BY height DESC"  # noqa: S608 - a constant


class SummaryStore:
    """Reads and writes summaries. May be used from any thread.

    Texts must be clean: see `core.summaries.summary_text`. An id that does not exist is a `KeyError`. Every method may
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

    def in_force(self, leaf_id: str | None) -> Summary | None:
        """The summary that stands for the most of the path that ends in `leaf_id`, if one does."""
        with self._database.read() as connection:
            return _in_force(connection, leaf_id)

    def shown(self, conversation_id: str) -> Summary | None:
        """The summary that is in force on the path that a conversation shows."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT active_leaf_id FROM conversation WHERE id = ?", (conversation_id,)
            ).fetchone()
            if row is None:
                raise KeyError(conversation_id)
            return _in_force(connection, row[0])

    def add(self, last_message_id: str, text: str, model_name: str) -> Summary:
        """Let `text` stand for all messages up to `last_message_id`."""
        with self._database.write() as connection:
            added = connection.execute(
                """
                INSERT INTO summary (id, conversation_id, last_message_id, text, created_at, model_name)
                SELECT ?, conversation_id, id, ?, ?, ? FROM message WHERE id = ?
                """,
                (self._new_id(), text, self._clock(), model_name, last_message_id),
            )
            summary = _in_force(connection, last_message_id)
        if added.rowcount == 0 or summary is None:
            raise KeyError(last_message_id)
        return summary

    def edit(self, summary_id: str, text: str) -> None:
        """Put a person's words in place of the model's."""
        with self._database.write() as connection:
            connection.execute("UPDATE summary SET text = ? WHERE id = ?", (text, summary_id))

    def undo(self, summary_id: str) -> None:
        """Let what it stood for speak for itself again, or the summary before it stand for that."""
        with self._database.write() as connection:
            connection.execute("UPDATE summary SET undone_at = ? WHERE id = ?", (self._clock(), summary_id))

    def was_undone(self, leaf_id: str | None) -> bool:
        """Whether a person undid the last summary of the path that ends in `leaf_id`."""
        with self._database.read() as connection:
            row = connection.execute(f"{_SELECT_SUMMARIES} {_FIRST}", {"leaf_id": leaf_id}).fetchone()
        return row is not None and bool(row[-1])


def _in_force(connection: sqlite3.Connection, leaf_id: str | None) -> Summary | None:
    row = connection.execute(f"{_SELECT_SUMMARIES} WHERE undone_at IS NULL {_FIRST}", {"leaf_id": leaf_id}).fetchone()
    if row is None:
        return None
    summary_id, conversation_id, last_message_id, text, created_at, model_name, _ = row
    covered = connection.execute(_COVERED, {"leaf_id": last_message_id})
    return Summary(summary_id, conversation_id, tuple(covers for (covers,) in covered), text, created_at, model_name)
