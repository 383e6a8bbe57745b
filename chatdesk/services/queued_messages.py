"""Messages that wait for the reply before them.

When a reply of a conversation ends well, the next one is sent. After one that failed, was stopped or was cut off by the
app's end, they stay where they are until a person sends one, or another reply of the conversation ends well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import Event, MessageAdded, Post, QueueChanged, ReplyFinished, SendFailed
from chatdesk.core.messages import clean_text
from chatdesk.core.unsent import draft_id, is_draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.unsent import Unsent
    from chatdesk.services.chat import ChatService
    from chatdesk.services.live_replies import LiveReplies
    from chatdesk.services.worker import Worker
    from chatdesk.store.conversations import ConversationStore
    from chatdesk.store.unsent import UnsentStore


class QueueService:
    """The user's verbs on messages that wait. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: UnsentStore,
        conversations: ConversationStore,
        store_worker: Worker,
        chat: ChatService,
        live: LiveReplies,
        post: Post,
    ) -> None:
        self._store = store
        self._conversations = conversations
        self._store_worker = store_worker
        self._chat = chat
        self._live = live
        self._post = post
        # Both belong to the store's thread.
        self._held: set[str] = set()  # messages that are being changed, and are not sent meanwhile
        self._due: set[str] = set()  # conversations whose next message would have been sent if it were not held
        self._is_closed = False

    def list(self, conversation_id: str) -> None:
        """Announce `QueueChanged`."""
        self._store_worker.submit("queue", lambda: self._announce(conversation_id))

    def add(self, conversation_id: str, untrusted_text: str) -> None:
        """Let what is in the message box wait, with this text. Announces `QueueChanged` or `SendFailed`.

        If the reply has just ended, and well, it is sent at once.
        """

        def add() -> None:
            text = clean_text(untrusted_text)
            try:
                self._store.enqueue(conversation_id, text)
            except UserFacingError as error:
                unsent_id = draft_id(conversation_id)
                self._post(SendFailed(conversation_id, untrusted_text, error.detail, unsent_id))
                return
            self._announce(conversation_id)
            leaf_id = self._conversations.conversation(conversation_id).active_leaf_id
            if leaf_id is not None and self._conversations.message(leaf_id).ended_well:
                self._send_next(conversation_id)

        self._store_worker.submit("enqueue", add)

    def change(self, unsent_id: str, untrusted_text: str) -> None:
        """Give a message another text; one that then says nothing goes. It is not held any more."""
        text = clean_text(untrusted_text)

        def change(before: Unsent) -> None:
            self._held.discard(unsent_id)
            if text or before.attachments:
                self._store.change_waiting(unsent_id, text)
            else:
                self._store.remove_waiting(unsent_id)

        self._do(unsent_id, change)

    def remove(self, unsent_id: str) -> None:
        """Throw a message away."""

        def remove(_before: Unsent) -> None:
            self._held.discard(unsent_id)
            self._store.remove_waiting(unsent_id)

        self._do(unsent_id, remove)

    def move(self, unsent_id: str, step: int) -> None:
        """Let a message wait `step` places further behind, or further in front."""
        self._do(unsent_id, lambda _before: self._store.move_waiting(unsent_id, step))

    def hold(self, unsent_id: str) -> None:
        """Do not send a message by itself: it is being changed."""
        self._store_worker.submit("hold", lambda: self._held.add(unsent_id))

    def release(self, unsent_id: str) -> None:
        """It is not changed after all."""
        self._do(unsent_id, lambda _before: self._held.discard(unsent_id))

    def send(self, unsent_id: str, *, allows_leaving_out: bool = False) -> None:
        """Send a message now, whatever waits before it."""
        self._chat.send_waiting(unsent_id, allows_leaving_out=allows_leaving_out)

    def on_event(self, event: Event) -> None:
        """Follow what happens to replies. On the thread that announced it."""
        match event:
            case ReplyFinished(message) if message.ended_well:
                conversation_id = message.conversation_id
                self._store_worker.submit("send next", lambda: self._send_next(conversation_id))
            case MessageAdded(message, unsent_id) if unsent_id is not None and not is_draft(unsent_id):
                self.list(message.conversation_id)

    def close(self) -> None:
        """Send nothing by itself any more: the app is going away."""
        self._is_closed = True

    # --- on the store thread ---

    def _do(self, unsent_id: str, change: Callable[[Unsent], None]) -> None:
        """Change a message that waits, if it does, and what is announced of its conversation."""

        def do() -> None:
            before = self._store.waiting_message(unsent_id)
            if before is None or before.conversation_id is None:
                return
            change(before)
            self._announce(before.conversation_id)
            if before.conversation_id in self._due:
                self._send_next(before.conversation_id)

        self._store_worker.submit("queue", do)

    def _announce(self, conversation_id: str) -> None:
        self._post(QueueChanged(conversation_id, self._store.waiting(conversation_id)))

    def _send_next(self, conversation_id: str) -> None:
        self._due.discard(conversation_id)
        waiting = self._store.waiting(conversation_id)
        if not waiting or self._is_closed or self._live.is_live(conversation_id):
            return
        if waiting[0].id in self._held:
            self._due.add(conversation_id)
        else:
            self._chat.send_waiting(waiting[0].id)
