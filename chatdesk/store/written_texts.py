"""What a person wrote before, in whatever conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatdesk.store.database import Database

_TEXT = """
    SELECT (SELECT text FROM message_part WHERE message_id = m.id AND kind = 'text' ORDER BY position LIMIT 1)
    FROM message AS m
"""
_HERE = f"""
    {_TEXT} WHERE m.conversation_id = ? AND m.role = 'user' AND m.deleted_at IS NULL
    ORDER BY m.created_at DESC LIMIT ?
"""
_EVERYWHERE = f"""
    {_TEXT} JOIN conversation ON conversation.id = m.conversation_id AND conversation.deleted_at IS NULL
    WHERE m.role = 'user' AND m.deleted_at IS NULL ORDER BY m.created_at DESC LIMIT ?
"""


class WrittenTexts:
    """Reads a person's own messages. May be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, conversation_id: str | None, most: int) -> tuple[str, ...]:
        """The last messages of a conversation and then of all, the newest first, each text once."""
        with self._database.read() as connection:
            here = connection.execute(_HERE, (conversation_id, most)).fetchall()
            everywhere = connection.execute(_EVERYWHERE, (most,)).fetchall()
        return tuple(dict.fromkeys(text for (text,) in (*here, *everywhere) if text))
