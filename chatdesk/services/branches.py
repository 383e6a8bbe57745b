"""Branches of a conversation: moving along its tree, a conversation of its own for one, deleting and restoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.conversations import tidy_title
from chatdesk.core.events import (
    BranchDeleted,
    BranchRestored,
    ConversationBranched,
    ConversationChanged,
    Post,
    TreeRead,
    VersionsCompared,
)
from chatdesk.core.text_diff import text_diff
from chatdesk.core.tree_rows import tree_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.services.live_replies import LiveReplies
    from chatdesk.services.worker import Worker
    from chatdesk.store.branches import BranchStore
    from chatdesk.store.conversations import ConversationStore


class BranchService:
    """The user's verbs on branches. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: ConversationStore,
        branches: BranchStore,
        store_worker: Worker,
        live: LiveReplies,
        announce_open: Callable[[str], None],
        post: Post,
    ) -> None:
        """`announce_open` announces a conversation as it is now, and belongs to the store's thread."""
        self._store = store
        self._branches = branches
        self._store_worker = store_worker
        self._live = live
        self._announce_open = announce_open
        self._post = post

    def read_tree(self, conversation_id: str, unfolded: frozenset[str] = frozenset()) -> None:
        """Announce `TreeRead`, with the runs of messages in `unfolded` listed in full."""

        def read_tree() -> None:
            tree = self._branches.tree(conversation_id)
            self._post(TreeRead(tree, tuple(tree_rows(tree, unfolded)), unfolded))

        self._store_worker.submit("read tree", read_tree)

    def compare(self, message_id: str, other_id: str | None = None) -> None:
        """Announce `VersionsCompared`: a message beside another version of it; None: beside the one before or after."""

        def compare() -> None:
            versions = self._branches.versions(message_id)
            places = {version.id: place for place, version in enumerate(versions)}
            if len(versions) < 2 or message_id not in places:  # noqa: PLR2004 - two make a comparison
                return
            here = places[message_id]
            there = places.get(other_id or "", here - 1 if here else 1)
            left, right = min(here, there), max(here, there)
            diff = text_diff(versions[left].text, versions[right].text)
            self._post(VersionsCompared(versions, left, right, diff))

        self._store_worker.submit("compare", compare)

    def copy(self, message_id: str, untrusted_title: str) -> None:
        """Begin a conversation with what was said down to a message; announces `ConversationBranched`."""

        def copy() -> None:
            if self._store.message(message_id).status.is_final:
                new_id = self._branches.copy_path(message_id, tidy_title(untrusted_title))
                self._post(ConversationBranched(self._store.conversation(new_id)))

        self._store_worker.submit("copy branch", copy)

    def delete(self, message_id: str) -> None:
        """Delete a message and all below it, softly: `restore` undoes it, also after a restart, until it is purged.

        A reply on its way in there ends. Announces `BranchDeleted`.
        """

        def delete() -> None:
            deleted = self._branches.delete(message_id)
            if deleted is None:
                return
            conversation_id = deleted.message.conversation_id
            live = self._live.of(conversation_id)
            if live is not None and self._store.message(live.so_far().id).deleted_at is not None:
                live.stop()
            self._post(BranchDeleted(deleted))
            self._post(ConversationChanged(self._store.conversation(conversation_id)))
            self._announce_open(conversation_id)

        self._store_worker.submit("delete branch", delete)

    def restore(self, message_id: str, leaf_id: str | None = None) -> None:
        """Undo a deletion, and show the branch down to `leaf_id` or its newest end; announces `BranchRestored`."""

        def restore() -> None:
            message = self._branches.restore(message_id, leaf_id)
            self._post(BranchRestored(message))
            self._post(ConversationChanged(self._store.conversation(message.conversation_id)))
            self._announce_open(message.conversation_id)

        self._store_worker.submit("restore branch", restore)
