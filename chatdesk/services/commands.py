"""Carries out what the command line asks for, with a window or without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.commands import LAST
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import Post, SendFailed

if TYPE_CHECKING:
    from chatdesk.core.commands import AskRequest
    from chatdesk.services.chat import ChatService
    from chatdesk.services.worker import Worker
    from chatdesk.store.conversations import ConversationStore


class CommandService:
    """The verbs of the command line on conversations. Methods may be called from any thread and return at once."""

    def __init__(self, store: ConversationStore, store_worker: Worker, chat: ChatService, post: Post) -> None:
        self._store = store
        self._store_worker = store_worker
        self._chat = chat
        self._post = post

    def ask(self, request: AskRequest, unsent_id: str) -> None:
        """Have a message answered; what is announced of it carries `unsent_id`: see `ChatService.send`."""

        def ask() -> None:
            try:
                conversation_id = self._find(request.conversation) if request.conversation is not None else None
            except UserFacingError as error:
                self._post(SendFailed(request.conversation, request.text, error.detail, unsent_id))
            else:
                self._chat.send(conversation_id, request.text, unsent_id=unsent_id)

        self._store_worker.submit("command", ask)

    def stop(self, conversation_id: str) -> None:
        """End the reply that is being written there."""
        self._chat.stop(conversation_id)

    def _find(self, wanted: str) -> str:
        """The id that is meant: the only one that begins so.

        Raises:
            UserFacingError: `CONVERSATION_NOT_FOUND`.
        """
        ids = [conversation.id for conversation in self._store.conversations()]
        found = ids[:1] if wanted == LAST else [known for known in ids if known.startswith(wanted)]
        if len(found) != 1:
            raise UserFacingError(ErrorCode.CONVERSATION_NOT_FOUND, conversation=wanted)
        return found[0]
