"""The content of attachments: kept once, found by its SHA-256, gone when nothing refers to it any more."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from chatdesk.core.attachments import Attachment

if TYPE_CHECKING:
    import sqlite3

    from chatdesk.store.database import Database


class AttachmentStore:
    """Reads attachments. May be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def content(self, sha256: str) -> bytes | None:
        """What an attachment holds; None when it is not there."""
        with self._database.read() as connection:
            row = connection.execute("SELECT content FROM attachment WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else bytes(row[0])

    def image(self, conversation_id: str, name: str) -> bytes | None:
        """The picture that was attached under this name to a message of a conversation, the newest of several."""
        with self._database.read() as connection:
            row = connection.execute(
                """
                SELECT content FROM message
                JOIN message_part AS part ON part.message_id = message.id
                JOIN attachment ON sha256 = attachment_sha256
                WHERE conversation_id = ? AND part.kind = 'attachment' AND json_extract(part.data, '$.name') = ?
                    AND media_type LIKE 'image/%'
                ORDER BY message.created_at DESC LIMIT 1
                """,
                (conversation_id, name),
            ).fetchone()
        return None if row is None else bytes(row[0])


def add_attachment(connection: sqlite3.Connection, media_type: str, content: bytes) -> str:
    """Keep a content and return its SHA-256; a part of a transaction that also refers to it."""
    sha256 = hashlib.sha256(content).hexdigest()
    connection.execute(
        "INSERT INTO attachment (sha256, size_bytes, media_type, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (sha256, len(content), media_type, content),
    )
    return sha256


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


def delete_unused_attachments(connection: sqlite3.Connection) -> None:
    """Remove what no message, sent or not, refers to; a part of a transaction."""
    connection.execute(
        """
        DELETE FROM attachment
        WHERE NOT EXISTS (SELECT 1 FROM message_part AS part WHERE part.attachment_sha256 = sha256)
            AND NOT EXISTS (SELECT 1 FROM unsent_attachment AS unsent WHERE unsent.attachment_sha256 = sha256)
        """
    )
