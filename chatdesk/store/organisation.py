"""Where conversations stand in the list: folders, pinned, archived, unread. What writes has committed on return."""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING

from chatdesk.core.organisation import Folder
from chatdesk.store.conversation_rows import read_conversations
from chatdesk.store.conversations import new_uuid7

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from chatdesk.core.conversations import Conversation
    from chatdesk.store.database import Database


class OrganisationStore:
    """Reads and writes folders, and the places of conversations. May be used from any thread.

    Conversations that are gone are passed over, and a folder that is gone is as good as none. Every method may raise
    `UserFacingError` when the disk does not play along.
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

    # --- folders ---

    def folders(self) -> tuple[Folder, ...]:
        """All folders, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, name, is_collapsed FROM folder ORDER BY id")
            return tuple(Folder(folder_id, name, bool(is_collapsed)) for folder_id, name, is_collapsed in rows)

    def create_folder(self, name: str) -> Folder:
        """Add an empty folder. Several may have the same name."""
        folder = Folder(self._new_id(), name)
        with self._database.write() as connection:
            connection.execute("INSERT INTO folder (id, name) VALUES (?, ?)", (folder.id, folder.name))
        return folder

    def update_folder(self, folder: Folder) -> None:
        """Give it another name, or collapse it."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE folder SET name = ?, is_collapsed = ? WHERE id = ?",
                (folder.name, folder.is_collapsed, folder.id),
            )

    def delete_folder(self, folder_id: str) -> tuple[Conversation, ...]:
        """Remove a folder. Returns the conversations that were in it, without a folder now."""
        with self._database.write() as connection:
            inside = connection.execute("SELECT id FROM conversation WHERE folder_id = ?", (folder_id,)).fetchall()
            connection.execute("DELETE FROM folder WHERE id = ?", (folder_id,))
            return _read(connection, [conversation_id for (conversation_id,) in inside])

    def restore_folder(self, folder: Folder, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        """Undo `delete_folder`. Conversations that were put elsewhere meanwhile stay there."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO folder (id, name, is_collapsed) VALUES (?, ?, ?)",
                (folder.id, folder.name, folder.is_collapsed),
            )
            connection.executemany(
                "UPDATE conversation SET folder_id = ? WHERE id = ? AND folder_id IS NULL",
                [(folder.id, conversation_id) for conversation_id in conversation_ids],
            )
            return _read(connection, conversation_ids)

    # --- conversations: all of them, or none ---

    def move(self, conversation_ids: Sequence[str], folder_id: str | None) -> tuple[Conversation, ...]:
        """Put conversations into a folder, or into none."""
        return self._update(
            conversation_ids, "folder_id = (SELECT folder.id FROM folder WHERE folder.id = :value)", folder_id
        )

    def set_pinned(self, conversation_ids: Sequence[str], *, is_pinned: bool) -> tuple[Conversation, ...]:
        """Show conversations at the top of the list, or no longer."""
        return self._update(conversation_ids, "pinned_at = :value", self._clock() if is_pinned else None)

    def set_archived(self, conversation_ids: Sequence[str], *, is_archived: bool) -> tuple[Conversation, ...]:
        """Put conversations out of sight, or back."""
        return self._update(conversation_ids, "archived_at = :value", self._clock() if is_archived else None)

    def set_unread(self, conversation_ids: Sequence[str], *, is_unread: bool) -> tuple[Conversation, ...]:
        """Note that there is something new in conversations, or that it was seen."""
        return self._update(conversation_ids, "is_unread = :value", int(is_unread))

    def _update(
        self, conversation_ids: Sequence[str], assignment: str, value: str | float | None
    ) -> tuple[Conversation, ...]:
        with self._database.write() as connection:
            connection.executemany(
                f"UPDATE conversation SET {assignment} WHERE id = :id",  # noqa: S608 - one of the constants above
                [{"id": conversation_id, "value": value} for conversation_id in conversation_ids],
            )
            return _read(connection, conversation_ids)


def _read(connection: sqlite3.Connection, ids: Iterable[str]) -> tuple[Conversation, ...]:
    """Those that are in the list, in this order."""
    found = (
        read_conversations(connection, "WHERE id = :id AND deleted_at IS NULL", {"id": conversation_id})
        for conversation_id in ids
    )
    return tuple(chain.from_iterable(found))
