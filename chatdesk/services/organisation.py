"""Pin, file, archive, mark and duplicate conversations: the user's verbs on the list. On the store's thread."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.conversations import tidy_title
from chatdesk.core.events import ConversationCreated, ConversationsOrganised, FoldersListed, Post
from chatdesk.core.messages import clean_text
from chatdesk.core.organisation import folder_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatdesk.core.organisation import Folder
    from chatdesk.services.worker import Worker
    from chatdesk.store.organisation import OrganisationStore
    from chatdesk.store.whole_conversations import WholeConversationStore


class OrganisationService:
    """Where conversations stand. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: OrganisationStore,
        whole: WholeConversationStore,
        worker: Worker,
        post: Post,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._whole = whole
        self._worker = worker
        self._post = post
        self._clock = clock

    # --- folders; each announces `FoldersListed` ---

    def list_folders(self) -> None:
        """Announce which folders there are."""
        self._worker.submit("list folders", self._announce_folders)

    def create_folder(self, untrusted_name: str, conversation_ids: Sequence[str] = ()) -> None:
        """Add a folder with these conversations in it; without a name nothing happens."""
        name = folder_name(clean_text(untrusted_name))

        def create() -> None:
            folder = self._store.create_folder(name)
            self._announce_folders()
            self._post(ConversationsOrganised(self._store.move(conversation_ids, folder.id)))

        if name:
            self._worker.submit("create folder", create)

    def rename_folder(self, folder: Folder, untrusted_name: str) -> None:
        """Give a folder another name; an empty one changes nothing."""
        name = folder_name(clean_text(untrusted_name))
        if name:
            self._update_folder(replace(folder, name=name))

    def collapse_folder(self, folder: Folder, *, is_collapsed: bool) -> None:
        """List what is in a folder, or no longer."""
        self._update_folder(replace(folder, is_collapsed=is_collapsed))

    def delete_folder(self, folder_id: str) -> None:
        """Remove a folder; its conversations stay."""

        def delete() -> None:
            inside = self._store.delete_folder(folder_id)
            self._post(ConversationsOrganised(inside))
            self._announce_folders()

        self._worker.submit("delete folder", delete)

    def restore_folder(self, folder: Folder, conversation_ids: Sequence[str]) -> None:
        """Undo the deletion of a folder that held these conversations."""

        def restore() -> None:
            inside = self._store.restore_folder(folder, conversation_ids)
            self._announce_folders()
            self._post(ConversationsOrganised(inside))

        self._worker.submit("restore folder", restore)

    def _update_folder(self, folder: Folder) -> None:
        def update() -> None:
            self._store.update_folder(folder)
            self._announce_folders()

        self._worker.submit("change folder", update)

    def _announce_folders(self) -> None:
        self._post(FoldersListed(self._store.folders()))

    # --- conversations; each announces `ConversationsOrganised` ---

    def move(self, conversation_ids: Sequence[str], folder_id: str | None) -> None:
        """Put conversations into a folder, or into none."""
        self._worker.submit(
            "move", lambda: self._post(ConversationsOrganised(self._store.move(conversation_ids, folder_id)))
        )

    def pin(self, conversation_ids: Sequence[str], *, is_pinned: bool) -> None:
        """Keep conversations at the top, or no longer."""

        def pin() -> None:
            self._post(ConversationsOrganised(self._store.set_pinned(conversation_ids, is_pinned=is_pinned)))

        self._worker.submit("pin chats", pin)

    def archive(self, conversation_ids: Sequence[str], *, is_archived: bool) -> None:
        """Put conversations out of sight, or back."""

        def archive() -> None:
            self._post(ConversationsOrganised(self._store.set_archived(conversation_ids, is_archived=is_archived)))

        self._worker.submit("archive", archive)

    def mark_unread(self, conversation_ids: Sequence[str], *, is_unread: bool) -> None:
        """Mark conversations as holding something new, or as seen."""

        def mark() -> None:
            self._post(ConversationsOrganised(self._store.set_unread(conversation_ids, is_unread=is_unread)))

        self._worker.submit("mark unread", mark)

    def duplicate(self, conversation_id: str, untrusted_title: str) -> None:
        """Add a copy with every branch, and announce `ConversationCreated`."""
        title = tidy_title(untrusted_title)

        def duplicate() -> None:
            self._post(ConversationCreated(self._whole.duplicate(conversation_id, title, self._clock())))

        self._worker.submit("duplicate", duplicate)
