"""List, open, rename, delete: what is kept of conversations. Owns the thread that writes and reads at length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.conversations import leaf_below, siblings_of, tidy_title
from chatdesk.core.events import (
    ConversationChanged,
    ConversationEndRead,
    ConversationOpened,
    ConversationsDeleted,
    ConversationsListed,
    ConversationsRestored,
    Post,
)
from chatdesk.services.worker import Priority, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.messages import Message
    from chatdesk.services.live_replies import LiveReplies
    from chatdesk.store.conversations import ConversationStore
    from chatdesk.store.summaries import SummaryStore

# More than fill the window: what is read, and shown, first of a longer conversation.
END_MESSAGES = 60


class HistoryService:
    """The user's verbs on whole conversations. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: ConversationStore,
        summaries: SummaryStore,
        worker: Worker,
        live: LiveReplies,
        forget: Callable[[str], None],
        post: Post,
    ) -> None:
        """`forget` drops what the engine keeps of a conversation."""
        self._store = store
        self._summaries = summaries
        self._worker = worker
        self._live = live
        self._forget = forget
        self._post = post

    def list(self) -> None:
        """Announce `ConversationsListed`."""

        def announce() -> None:
            self._post(ConversationsListed(self._store.conversations(), self._store.deleted_conversations()))

        self._worker.submit("list", announce)

    def open(self, conversation_id: str) -> None:
        """Read a conversation's active path and announce `ConversationOpened`; of a long one its end before.

        One that was deleted meanwhile changes nothing.
        """

        def open_() -> None:
            try:
                is_there = self._store.conversation(conversation_id).deleted_at is None
            except KeyError:
                return
            if is_there:
                self._open(conversation_id)

        self._worker.submit("open", open_)

    def rename(self, conversation_id: str, untrusted_title: str) -> None:
        """Give a conversation another title; an empty one changes nothing."""
        title = tidy_title(untrusted_title)

        def rename() -> None:
            if title:
                self._post(ConversationChanged(self._store.rename(conversation_id, title)))

        self._worker.submit("rename", rename)

    def delete(self, *conversation_ids: str) -> None:
        """Delete softly: `restore` undoes it, also after a restart, until it is purged. Replies on their way end."""

        def delete() -> None:
            # Here, behind a message that is just being saved, and not before it.
            for conversation_id in conversation_ids:
                self._live.stop(conversation_id)
            self._post(ConversationsDeleted(self._store.delete(*conversation_ids)))
            for conversation_id in conversation_ids:
                self._forget(conversation_id)

        self._worker.submit("delete", delete)

    def restore(self, *conversation_ids: str) -> None:
        """Undo a deletion."""
        self._worker.submit(
            "restore", lambda: self._post(ConversationsRestored(self._store.restore(*conversation_ids)))
        )

    def purge(self) -> None:
        """Remove for good what was deleted longer ago than a deletion can be undone, from what the engine keeps too."""

        def purge() -> None:
            for conversation_id in self._store.purge():
                self._forget(conversation_id)

        self._worker.submit("purge", purge, Priority.IDLE)

    def show_version(self, message_id: str, step: int) -> None:
        """Show the version `step` places after (or before) `message_id`, with what follows it.

        Nothing happens to one that was deleted meanwhile.
        """

        def show_version() -> None:
            message = self._message_to_show(message_id)
            if message is None:
                return
            messages = self._store.messages(message.conversation_id)
            ids = [version.id for version in siblings_of(message, messages)]
            if message_id in ids:
                index = min(max(ids.index(message_id) + step, 0), len(ids) - 1)
                self._store.set_active_leaf(message.conversation_id, leaf_below(ids[index], messages))
                self.announce_open(message.conversation_id)

        self._worker.submit("show version", show_version)

    def show_message(self, message_id: str) -> None:
        """Open the conversation of a message on a path that holds it; one that was deleted changes nothing."""

        def show_message() -> None:
            message = self._message_to_show(message_id)
            if message is None:
                return
            if all(shown.id != message_id for shown in self._store.active_path(message.conversation_id)):
                if message.deleted_at is not None:
                    return
                leaf_id = leaf_below(message_id, self._store.messages(message.conversation_id))
                self._store.set_active_leaf(message.conversation_id, leaf_id)
            self.announce_open(message.conversation_id)

        self._worker.submit("show message", show_message)

    # --- on the store thread ---

    def _message_to_show(self, message_id: str) -> Message | None:
        """A message; None where its conversation was deleted, or it is gone for good."""
        try:
            message = self._store.message(message_id)
        except KeyError:
            return None
        return message if self._store.conversation(message.conversation_id).deleted_at is None else None

    def _open(self, conversation_id: str) -> None:
        end = self._store.end_of_active_path(conversation_id, END_MESSAGES)
        # What is being written is ahead of its row: `announce_open` knows what it says.
        if len(end) == END_MESSAGES and all(message.status.is_final for message in end):
            self._post(ConversationEndRead(self._store.conversation(conversation_id), end))
        self.announce_open(conversation_id)

    def announce_open(self, conversation_id: str) -> None:
        """Announce `ConversationOpened` with the conversation as it is now."""
        self._live.announce_opened(
            ConversationOpened(
                self._store.conversation(conversation_id),
                self._store.active_path(conversation_id),
                self._store.versions(conversation_id),
                self._summaries.shown(conversation_id),
            )
        )
