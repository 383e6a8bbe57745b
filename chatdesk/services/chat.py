"""Send, stop, regenerate, and what of a conversation the model is shown: the user's verbs on a conversation.

The user's message and the reply's row are committed before anything else happens.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import (
    ConversationChanged,
    ConversationCreated,
    ConversationOpened,
    MessageAdded,
    MessageChanged,
    Post,
    SendFailed,
)
from chatdesk.core.messages import Role, clean_text
from chatdesk.core.overrides import checked_overrides
from chatdesk.core.unsent import is_draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chatdesk.engine.base import Engine
    from chatdesk.services.context import ContextService
    from chatdesk.services.inference import InferenceService
    from chatdesk.services.live_replies import LiveReplies
    from chatdesk.services.new_replies import NewReplies
    from chatdesk.services.summaries import SummaryService
    from chatdesk.services.worker import Worker
    from chatdesk.store.conversations import ConversationStore
    from chatdesk.store.unsent import UnsentStore


class ChatService:
    """The user's verbs on a conversation. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: ConversationStore,
        store_worker: Worker,
        inference: InferenceService,
        live: LiveReplies,
        context: ContextService,
        summaries: SummaryService,
        replies: NewReplies,
        unsent: UnsentStore,
        post: Post,
    ) -> None:
        self._store = store
        self._unsent = unsent
        self._store_worker = store_worker
        self._inference = inference
        self._live = live
        self._context = context
        self._summaries = summaries
        self._replies = replies
        self._post = post

    def send(
        self,
        conversation_id: str | None,
        untrusted_text: str,
        *,
        unsent_id: str | None = None,
        overrides: Mapping[str, Any] | None = None,
        allows_leaving_out: bool = False,
    ) -> None:
        """Save a message and have it answered; None begins a conversation with `overrides`: see `set_overrides`.

        `unsent_id` is what the message was kept as so far.

        Announces `MessageAdded` twice (message and reply), or `SendFailed`: among other reasons because the
        conversation's policy is to ask before more of it is left out, unless `allows_leaving_out` is the answer.
        """

        def send_anyway() -> None:
            self.send(
                conversation_id, untrusted_text, unsent_id=unsent_id, overrides=overrides, allows_leaving_out=True
            )

        asked = None if allows_leaving_out else send_anyway
        self._store_worker.submit(
            "send", lambda: self._send(conversation_id, untrusted_text, unsent_id, asked, overrides)
        )

    def send_waiting(self, unsent_id: str, *, allows_leaving_out: bool = False) -> None:
        """The same for a message that waits; nothing happens when it does not any more."""

        def send_anyway() -> None:
            self.send_waiting(unsent_id, allows_leaving_out=True)

        def send() -> None:
            unsent = self._unsent.waiting_message(unsent_id)
            if unsent is not None:
                asked = None if allows_leaving_out else send_anyway
                self._send(unsent.conversation_id, unsent.text, unsent_id, asked)

        self._store_worker.submit("send", send)

    def regenerate(self, message_id: str, changes: Mapping[str, Any] | None = None) -> None:
        """Write another reply beside `message_id`, which is kept, or one to a user's message.

        `changes` are sampling settings for that one.
        """
        self._store_worker.submit("regenerate", lambda: self._regenerate(message_id, changes))

    def stop(self, conversation_id: str) -> None:
        """End the reply that is waiting or being written; what was written is kept."""
        self._live.stop(conversation_id)

    def answer_now(self, conversation_id: str) -> None:
        """Have the reply begin that the model still reasons about; what it reasoned is kept."""
        self._live.answer_now(conversation_id)

    def stop_all(self) -> None:
        """End every reply: the model that writes goes away."""
        self._live.stop_all()

    # --- what the model is shown ---

    def prepare(self, conversation_id: str | None) -> None:
        """Have the conversation that is shown read before it is needed: see `ContextService.prepare`."""
        self._context.prepare(conversation_id)

    def measure(self, conversation_id: str | None, draft: str | None = None) -> None:
        """Announce `ContextMeasured`: what the next prompt would hold if the draft with its attachments said this."""
        self._context.measure(conversation_id, None if draft is None else clean_text(draft))

    def set_policy(self, conversation_id: str, policy: OverflowPolicy | None) -> None:
        """Choose what happens when a conversation outgrows the context; None: by the model's size."""

        def set_policy() -> None:
            self._post(ConversationChanged(self._store.set_policy(conversation_id, policy)))
            self._context.refresh(conversation_id)
            self._summaries.consider(conversation_id)

        self._store_worker.submit("policy", set_policy)

    def set_overrides(self, conversation_id: str, changes: Mapping[str, Any]) -> None:
        """Give a conversation settings of its own for how replies are written, beside those that it has."""
        self._set_overrides(conversation_id, changes, keeps_others=True)

    def replace_overrides(self, conversation_id: str, overrides: Mapping[str, Any]) -> None:
        """The same in place of those that it has."""
        self._set_overrides(conversation_id, overrides, keeps_others=False)

    def _set_overrides(self, conversation_id: str, overrides: Mapping[str, Any], *, keeps_others: bool) -> None:
        def set_overrides() -> None:
            checked = checked_overrides(overrides)
            changed = self._store.set_overrides(conversation_id, checked, keeps_others=keeps_others)
            self._post(ConversationChanged(changed))
            self._context.refresh(conversation_id)

        self._store_worker.submit("overrides", set_overrides)

    def pin(self, message_id: str, is_pinned: bool) -> None:  # noqa: FBT001 - the word is in the verb
        """Keep a message in every prompt, or no longer. A reply that is still being written is not pinned yet."""

        def pin() -> None:
            if self._store.message(message_id).status.is_final:
                message = self._store.set_pinned(message_id, is_pinned=is_pinned)
                self._post(MessageChanged(message))
                self._context.refresh(message.conversation_id)

        self._store_worker.submit("pin", pin)

    def edit_summary(self, conversation_id: str, text: str) -> None:
        """Put a person's words in place of the summary in force."""
        self._summaries.edit(conversation_id, text)

    def undo_summary(self, conversation_id: str) -> None:
        """Let the summary in force stand for nothing any more."""
        self._summaries.undo(conversation_id)

    # --- on the store thread from here on ---

    def _send(
        self,
        conversation_id: str | None,
        untrusted_text: str,
        unsent_id: str | None,
        asked: Callable[[], None] | None,
        overrides: Mapping[str, Any] | None = None,
    ) -> None:
        """Send, unless something has to be `asked` first: then that is called with the answer yes, or `SendFailed`."""
        saved = None
        with self._problems_announced(conversation_id, untrusted_text, unsent_id):
            text = clean_text(untrusted_text)
            if not text and (unsent_id is None or not self._unsent.attachments(unsent_id)):
                raise UserFacingError(ErrorCode.EMPTY_MESSAGE)
            origin = self._replies.origin(conversation_id, None if conversation_id is not None else overrides)
            if asked is not None and conversation_id is not None and self._has_to_ask(conversation_id):

                def ask(engine: Engine | None) -> None:
                    with self._problems_announced(conversation_id, untrusted_text, unsent_id):
                        self._ask(engine, conversation_id, text, unsent_id)
                        asked()

                self._inference.run("ask", ask)
                return
            saved = self._store.add_exchange(conversation_id, text, origin, unsent_id, overrides)
        if saved is None:
            return
        conversation, message, reply = saved
        if unsent_id is None or is_draft(unsent_id):
            self._context.drop_draft(conversation_id)
        self._post(ConversationCreated(conversation) if conversation_id is None else ConversationChanged(conversation))
        self._post(MessageAdded(message, unsent_id))
        self._post(MessageAdded(reply))
        self._replies.begin(reply)

    def _has_to_ask(self, conversation_id: str) -> bool:
        return self._store.conversation(conversation_id).overflow_policy is OverflowPolicy.STOP_AND_ASK

    def _regenerate(self, message_id: str, changes: Mapping[str, Any] | None) -> None:
        old = self._store.message(message_id)
        question_id = old.id if old.role is Role.USER else old.parent_id
        if old.role not in (Role.USER, Role.ASSISTANT) or question_id is None:
            return
        reply = self._store.add_reply(question_id, self._replies.origin(old.conversation_id, changes))
        conversation = self._store.conversation(old.conversation_id)
        self._post(ConversationChanged(conversation))
        path = self._store.active_path(conversation.id)
        versions, summary = self._store.versions(conversation.id), self._summaries.shown(conversation.id)
        self._replies.begin(reply)
        self._live.announce_opened(ConversationOpened(conversation, path, versions, summary))

    # --- on any thread ---

    @contextmanager
    def _problems_announced(
        self, conversation_id: str | None, untrusted_text: str, unsent_id: str | None
    ) -> Iterator[None]:
        """Whatever keeps a message from being sent is announced, and its text given back."""
        try:
            yield
        except UserFacingError as error:
            self._post(SendFailed(conversation_id, untrusted_text, error.detail, unsent_id))
        except Exception as error:
            detail = ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(error)})
            self._post(SendFailed(conversation_id, untrusted_text, detail, unsent_id))
            raise

    # --- on the engine thread ---

    def _ask(self, engine: Engine | None, conversation_id: str, text: str, unsent_id: str | None) -> None:
        """Say nothing if no more is left out for a message than people know of.

        Raises:
            UserFacingError: `CONTEXT_WOULD_OVERFLOW`.
        """
        if engine is not None:
            count = self._context.left_out_by(engine, conversation_id, text, unsent_id)
            if count > self._replies.left_out.known(conversation_id):
                raise UserFacingError(ErrorCode.CONTEXT_WOULD_OVERFLOW, count=count)
