"""Messages that are not sent yet. Every method that writes has committed when it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.attachments import MOST_ATTACHMENTS
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.unsent import Unsent, draft_id
from chatdesk.store.attachments import add_attachment, delete_unused_attachments, read_attachments
from chatdesk.store.conversations import new_uuid7

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from chatdesk.core.attachments import Attachment
    from chatdesk.store.database import Database

_SELECT_WAITING = """
    SELECT unsent_message.id, conversation_id, text FROM unsent_message
    JOIN conversation ON conversation.id = conversation_id AND deleted_at IS NULL AND place IS NOT NULL
"""


class UnsentStore:
    """Reads and writes drafts and messages that wait. May be used from any thread.

    Texts must be free of lone surrogates. Every method may raise `UserFacingError` when the disk does not play along.
    """

    def __init__(self, database: Database, new_id: Callable[[], str] = new_uuid7) -> None:
        self._database = database
        self._new_id = new_id

    # --- the message box ---

    def draft(self, conversation_id: str | None) -> Unsent:
        """What is being written in a conversation; an empty one when nothing is."""
        with self._database.read() as connection:
            return _draft(connection, conversation_id)

    def save_draft(self, conversation_id: str | None, text: str) -> None:
        """Keep what is being written; a draft of no text and no attachments goes.

        Nothing happens when the conversation was deleted for good meanwhile.
        """
        with self._database.write() as connection:
            unsent_id = _begin_draft(connection, conversation_id)
            connection.execute("UPDATE unsent_message SET text = ? WHERE id = ?", (text, unsent_id))
            _end_empty_draft(connection, unsent_id)

    def attach(self, conversation_id: str | None, name: str, media_type: str, content: bytes) -> None:
        """Attach a file to what is being written; one that is attached already is not attached again.

        Nothing happens when the conversation was deleted for good meanwhile.

        Raises:
            UserFacingError: also `ATTACHMENT_TOO_MANY`.
        """
        with self._database.write() as connection:
            unsent_id = _begin_draft(connection, conversation_id)
            if unsent_id is None:
                return
            if len(read_attachments(connection, unsent_id)) >= MOST_ATTACHMENTS:
                raise UserFacingError(ErrorCode.ATTACHMENT_TOO_MANY, count=MOST_ATTACHMENTS, name=name)
            sha256 = add_attachment(connection, media_type, content)
            connection.execute(
                """
                INSERT INTO unsent_attachment (unsent_id, position, attachment_sha256, name)
                SELECT :id, (SELECT coalesce(max(position), 0) + 1 FROM unsent_attachment WHERE unsent_id = :id),
                    :sha256, :name
                WHERE NOT EXISTS (
                    SELECT 1 FROM unsent_attachment WHERE unsent_id = :id AND attachment_sha256 = :sha256
                )
                """,
                {"id": unsent_id, "sha256": sha256, "name": name},
            )

    def detach(self, conversation_id: str | None, sha256: str) -> None:
        """Take an attachment off what is being written."""
        unsent_id = draft_id(conversation_id)
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM unsent_attachment WHERE unsent_id = ? AND attachment_sha256 = ?", (unsent_id, sha256)
            )
            delete_unused_attachments(connection)
            _end_empty_draft(connection, unsent_id)

    def attachments(self, unsent_id: str) -> tuple[Attachment, ...]:
        """The attachments of a draft or of a message that waits."""
        with self._database.read() as connection:
            return read_attachments(connection, unsent_id)

    # --- the queue ---

    def waiting(self, conversation_id: str) -> tuple[Unsent, ...]:
        """The messages that wait in a conversation, the next one first; none in a deleted one."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"{_SELECT_WAITING} WHERE conversation_id = ? ORDER BY place, unsent_message.id", (conversation_id,)
            ).fetchall()
            return tuple(_waiting(connection, row) for row in rows)

    def waiting_message(self, unsent_id: str) -> Unsent | None:
        """One message that waits."""
        with self._database.read() as connection:
            row = connection.execute(f"{_SELECT_WAITING} WHERE unsent_message.id = ?", (unsent_id,)).fetchone()
            return None if row is None else _waiting(connection, row)

    def enqueue(self, conversation_id: str, text: str) -> None:
        """Let what is in the message box wait, with this text, behind those that wait already."""
        row = {"id": self._new_id(), "draft": draft_id(conversation_id), "conversation": conversation_id, "text": text}
        with self._database.write() as connection:
            connection.execute(
                """
                INSERT INTO unsent_message (id, conversation_id, place, text)
                SELECT :id, :conversation, coalesce(max(place), 0) + 1, :text
                FROM unsent_message WHERE conversation_id = :conversation
                """,
                row,
            )
            connection.execute("UPDATE unsent_attachment SET unsent_id = :id WHERE unsent_id = :draft", row)
            connection.execute("DELETE FROM unsent_message WHERE id = :draft", row)

    def change_waiting(self, unsent_id: str, text: str) -> None:
        """Give a message that waits another text."""
        with self._database.write() as connection:
            connection.execute("UPDATE unsent_message SET text = ? WHERE id = ?", (text, unsent_id))

    def move_waiting(self, unsent_id: str, step: int) -> None:
        """Let a message wait `step` places further behind, or further in front."""
        with self._database.write() as connection:
            ids = [
                found
                for (found,) in connection.execute(
                    """
                    SELECT id FROM unsent_message WHERE place IS NOT NULL AND conversation_id =
                        (SELECT conversation_id FROM unsent_message WHERE id = ? AND place IS NOT NULL)
                    ORDER BY place, id
                    """,
                    (unsent_id,),
                )
            ]
            if unsent_id in ids:
                place = ids.index(unsent_id)
                ids.insert(max(place + step, 0), ids.pop(place))
            connection.executemany("UPDATE unsent_message SET place = ? WHERE id = ?", enumerate(ids))

    def remove_waiting(self, unsent_id: str) -> None:
        """Throw a message that waits away."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM unsent_message WHERE id = ? AND place IS NOT NULL", (unsent_id,))
            delete_unused_attachments(connection)


def _waiting(connection: sqlite3.Connection, row: tuple[str, str, str]) -> Unsent:
    """A row of `_SELECT_WAITING`."""
    unsent_id, conversation_id, text = row
    return Unsent(unsent_id, conversation_id, text, read_attachments(connection, unsent_id))


def _begin_draft(connection: sqlite3.Connection, conversation_id: str | None) -> str | None:
    """The id of a draft whose row is there from now on; None where its conversation was deleted for good."""
    row = {"id": draft_id(conversation_id), "conversation_id": conversation_id}
    connection.execute(
        """
        INSERT INTO unsent_message (id, conversation_id, text) SELECT :id, :conversation_id, ''
        WHERE :conversation_id IS NULL OR EXISTS (SELECT 1 FROM conversation WHERE id = :conversation_id)
        ON CONFLICT DO NOTHING
        """,
        row,
    )
    is_there = connection.execute("SELECT 1 FROM unsent_message WHERE id = :id", row).fetchone() is not None
    return row["id"] if is_there else None


def _end_empty_draft(connection: sqlite3.Connection, unsent_id: str | None) -> None:
    connection.execute(
        """
        DELETE FROM unsent_message WHERE id = :id AND text = ''
            AND NOT EXISTS (SELECT 1 FROM unsent_attachment WHERE unsent_id = :id)
        """,
        {"id": unsent_id},
    )


def _draft(connection: sqlite3.Connection, conversation_id: str | None) -> Unsent:
    unsent_id = draft_id(conversation_id)
    row = connection.execute("SELECT text FROM unsent_message WHERE id = ?", (unsent_id,)).fetchone()
    if row is None:
        return Unsent(unsent_id, conversation_id)
    return Unsent(unsent_id, conversation_id, row[0], read_attachments(connection, unsent_id))
