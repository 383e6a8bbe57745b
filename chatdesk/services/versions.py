"""Versions of messages: edited by hand, gone on with, written again by another model. Old ones stay beside them."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.branches import can_continue, can_edit
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import ConversationChanged, EditFailed, Event, ModelFailed, ModelReady, Post
from chatdesk.core.messages import Role, clean_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.model_files import ModelFile
    from chatdesk.services.new_replies import NewReplies
    from chatdesk.services.worker import Worker
    from chatdesk.store.branches import BranchStore
    from chatdesk.store.conversations import ConversationStore

# What a character becomes that a reply was stopped in the middle of.
_HALF_A_CHARACTER = "\ufffd"


class VersionService:
    """The user's verbs on one message. Methods may be called from any thread and return at once.

    Each ends in `ConversationOpened` with the new version on the path, or says why it did not come to be.
    """

    def __init__(
        self,
        store: ConversationStore,
        branches: BranchStore,
        store_worker: Worker,
        replies: NewReplies,
        use_model: Callable[[ModelFile], None],
        wanted_model: Callable[[], ModelFile | None],
        regenerate: Callable[[str], None],
        announce_open: Callable[[str], None],
        post: Post,
    ) -> None:
        """`wanted_model` tells which model is loaded or being loaded.

        `announce_open` announces a conversation as it is now, and belongs to the store's thread like `replies`.
        """
        self._store = store
        self._branches = branches
        self._store_worker = store_worker
        self._replies = replies
        self._use_model = use_model
        self._wanted_model = wanted_model
        self._regenerate = regenerate
        self._announce_open = announce_open
        self._post = post
        self._lock = threading.Lock()
        self._awaited: tuple[str, str] | None = None  # the message to write again, and the path of the model for it

    def edit(self, message_id: str, untrusted_text: str, *, sends: bool) -> None:
        """Put a version that says something else beside a message; one of the user's is answered if it `sends`.

        Where nothing was changed no version is added. Announces `EditFailed` if it cannot be.
        """

        def edit() -> None:
            try:
                self._edit(message_id, untrusted_text, sends=sends)
            except UserFacingError as error:
                self._post(EditFailed(message_id, untrusted_text, error.detail))
            except Exception as error:
                detail = ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(error)})
                self._post(EditFailed(message_id, untrusted_text, detail))
                raise

        self._store_worker.submit("edit", edit)

    def continue_reply(self, message_id: str) -> None:
        """Have a reply go on from its end, as a version of its own that begins with it."""
        self._store_worker.submit("continue", lambda: self._continue(message_id))

    def regenerate_with(self, message_id: str, model: ModelFile) -> None:
        """Load a model, and have it write another reply beside `message_id`."""
        with self._lock:
            self._awaited = (message_id, model.path)
        self._use_model(model)

    def on_event(self, event: Event) -> None:
        """Go on when a model that was waited for is there; forget about it when it is not to come."""
        if not isinstance(event, ModelReady | ModelFailed):
            return
        with self._lock:
            if self._awaited is None:
                return
            message_id, path = self._awaited
            wanted, is_it = self._wanted_model(), event.model.path == path
            if not is_it and wanted is not None and wanted.path == path:
                return  # that is one which gives way to it
            # Another one was chosen in its place, otherwise.
            self._awaited = None
        if is_it and isinstance(event, ModelReady):
            self._regenerate(message_id)

    # --- on the store thread from here on ---

    def _edit(self, message_id: str, untrusted_text: str, *, sends: bool) -> None:
        text = clean_text(untrusted_text)
        if not text:
            raise UserFacingError(ErrorCode.EMPTY_MESSAGE)
        old = self._store.message(message_id)
        if not can_edit(old):
            raise UserFacingError(ErrorCode.BUSY)
        is_changed = text != old.text
        if sends and old.role is Role.USER:
            origin = self._replies.origin(old.conversation_id)
            if is_changed:
                _, reply = self._branches.add_edited_and_reply(message_id, text, origin)
            else:
                reply = self._store.add_reply(message_id, origin)
            self._replies.begin(reply)
        elif is_changed:
            self._branches.add_edited(message_id, text)
        self._announce(old.conversation_id)

    def _continue(self, message_id: str) -> None:
        old = self._store.message(message_id)
        if not can_continue(old):
            return
        origin = self._replies.origin(old.conversation_id)
        if old.origin is not None:
            origin = replace(
                origin,
                # It goes on behind the same prompt, which says whether to reason.
                sampling=replace(origin.sampling, reasoning=old.origin.sampling.reasoning),
                tokenizer_hash=old.origin.tokenizer_hash,
                token_ids=old.origin.token_ids,
                text_start=old.origin.text_start,
            )
        # The tokens hold the beginning of the character, and the next one completes it.
        text = old.text.removesuffix(_HALF_A_CHARACTER)
        self._replies.begin(self._branches.add_continued(message_id, text, origin))
        self._announce(old.conversation_id)

    def _announce(self, conversation_id: str) -> None:
        self._post(ConversationChanged(self._store.conversation(conversation_id)))
        self._announce_open(conversation_id)
