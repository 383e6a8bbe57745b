"""Messages that are not sent yet. Every method that writes has committed when it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.attachments import Attachment
from chatdesk.core.unsent import Unsent, draft_id

if TYPE_CHECKING:
    import sqlite3

    from chatdesk.store.database import Database


class UnsentStore:
    """Reads and writes drafts. May be used from any thread. Texts must be free of lone surrogates.

    Every method may raise `UserFacingError` when the disk does not play along.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def draft(self, conversation_id: str | None) -> Unsent:
        """What is being written in a conversation; an empty one when nothing is."""
        with self._database.read() as connection:
            return read_draft(connection, conversation_id)

    def save_draft(self, conversation_id: str | None, text: str) -> None:
        """Keep what is being written; a draft of no text and no attachments goes.

        Nothing happens when the conversation was deleted for good meanwhile.
        """
        row = {"id": draft_id(conversation_id), "conversation_id": conversation_id, "text": text}
        with self._database.write() as connection:
            if text:
                connection.execute(
                    """
                    INSERT INTO unsent_message (id, conversation_id, text) SELECT :id, :conversation_id, :text
                    WHERE :conversation_id IS NULL OR EXISTS (SELECT 1 FROM conversation WHERE id = :conversation_id)
                    ON CONFLICT (id) DO UPDATE SET text = excluded.text
                    """,
                    row,
                )
            else:
                connection.execute("UPDATE unsent_message SET text = '' WHERE id = :id", row)
                connection.execute(
                    """
                    DELETE FROM unsent_message
                    WHERE id = :id AND NOT EXISTS (SELECT 1 FROM unsent_attachment WHERE unsent_id = :id)
                    """,
                    row,
                )


def read_draft(connection: sqlite3.Connection, conversation_id: str | None) -> Unsent:
    """See `UnsentStore.draft`; a part of a transaction."""
    unsent_id = draft_id(conversation_id)
    row = connection.execute("SELECT text FROM unsent_message WHERE id = ?", (unsent_id,)).fetchone()
    if row is None:
        return Unsent(unsent_id, conversation_id)
    return Unsent(unsent_id, conversation_id, row[0], read_attachments(connection, unsent_id))


def read_attachments(connection: sqlite3.Connection, unsent_id: str) -> tuple[Attachment, ...]:
    """The attachments of an unsent message, in order; a part of a transaction."""
    rows = connection.execute(
        """
        SELECT sha256, name, media_type, size_bytes FROM unsent_attachment JOIN attachment ON sha256 = attachment_sha256
        WHERE unsent_id = ? ORDER BY position
        """,
        (unsent_id,),
    )
    return tuple(Attachment(*row) for row in rows)
