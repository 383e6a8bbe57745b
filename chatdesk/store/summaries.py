"""Summaries that stand for the beginning of a conversation. Every method that writes has committed when it returns."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chatdesk.core.summaries import Summary
from chatdesk.store.conversation_rows import conversation_row
from chatdesk.store.conversations import new_uuid7
from chatdesk.store.message_rows import PATH_TO

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from chatdesk.store.database import Database

# Those of the path that ends in `message_id`.
_SELECT_SUMMARIES = f"""
    {PATH_TO}
    SELECT summary.id, conversation_id, last_message_id, text, created_at, model_name, undone_at IS NOT NULL
    FROM wanted JOIN summary ON last_message_id = wanted.id
        AND conversation_id = (SELECT conversation_id FROM message WHERE id = :message_id)
"""  # noqa: S608 - a constant
# The one that stands for most comes first, and of several for the same the newest.
_FIRST = "ORDER BY place DESC, created_at DESC, summary.id DESC LIMIT 1"
_COVERED = f"{PATH_TO} SELECT id FROM wanted ORDER BY place"  # noqa: S608 - a constant


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
            return _in_force(connection, conversation_row(connection, conversation_id).active_leaf_id)

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
            row = connection.execute(f"{_SELECT_SUMMARIES} {_FIRST}", {"message_id": leaf_id}).fetchone()
        return row is not None and bool(row[-1])


def _in_force(connection: sqlite3.Connection, leaf_id: str | None) -> Summary | None:
    query = f"{_SELECT_SUMMARIES} WHERE undone_at IS NULL {_FIRST}"
    row = connection.execute(query, {"message_id": leaf_id}).fetchone()
    if row is None:
        return None
    summary_id, conversation_id, last_message_id, text, created_at, model_name, _ = row
    covered = connection.execute(_COVERED, {"message_id": last_message_id})
    return Summary(summary_id, conversation_id, tuple(covers for (covers,) in covered), text, created_at, model_name)
