"""Beginning replies: what they will be made from, and handing their rows to the engine.

Everything that has a model write begins here, whether it was sent, asked for again or goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import ReplyOrigin
from chatdesk.core.overrides import conversation_sampling
from chatdesk.core.sampling import resolve
from chatdesk.services.replies import LeftOutNotices, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chatdesk.core.events import Post
    from chatdesk.core.messages import Message
    from chatdesk.core.settings import Settings
    from chatdesk.engine.base import Engine
    from chatdesk.services.context import ContextService
    from chatdesk.services.inference import InferenceService
    from chatdesk.services.live_replies import LiveReplies
    from chatdesk.services.summaries import SummaryService
    from chatdesk.services.worker import Worker
    from chatdesk.store.conversations import ConversationStore


class NewReplies:
    """Begins replies. Belongs to the store's thread."""

    def __init__(
        self,
        store: ConversationStore,
        store_worker: Worker,
        inference: InferenceService,
        live: LiveReplies,
        context: ContextService,
        summaries: SummaryService,
        settings: Callable[[], Settings],
        post: Post,
        *,
        keeps_snapshots: bool = True,
    ) -> None:
        self._keeps_snapshots = keeps_snapshots
        self._store = store
        self._store_worker = store_worker
        self._inference = inference
        self._live = live
        self._context = context
        self._summaries = summaries
        self._settings = settings
        self._post = post
        self.left_out = LeftOutNotices(post)

    def origin(self, conversation_id: str | None, changes: Mapping[str, Any] | None = None) -> ReplyOrigin:
        """What the next reply of a conversation will be made from, as far as it is known before.

        `changes` are sampling settings for this one reply, over those of the conversation. Replies that the disk did
        not take are saved on the way.

        Raises:
            UserFacingError: the conversation has no room for a reply now: `BUSY` or `CONVERSATION_DELETED`.
        """
        self._live.save_unsaved()
        settings = self._settings()
        system_prompt, sampling = settings.system_prompt, settings.sampling
        if conversation_id is not None:
            conversation = self._store.conversation(conversation_id)
            if conversation.deleted_at is not None:
                raise UserFacingError(ErrorCode.CONVERSATION_DELETED)
            if self._live.is_live(conversation_id):
                raise UserFacingError(ErrorCode.BUSY)
            if conversation.system_prompt is not None:
                system_prompt = conversation.system_prompt
            sampling = conversation_sampling(sampling, conversation.overrides)
        model = self._inference.model
        return ReplyOrigin(
            model_name=model.name if model is not None else "",
            model_path=model.path if model is not None else "",
            sampling=resolve(sampling, changes or {}),
            system_prompt=system_prompt,
        )

    def begin(self, message: Message) -> None:
        """Have the engine write the reply whose row is `message`."""

        def write(engine: Engine | None) -> None:
            # Perhaps another model than it was meant for: one that failed to load, or was chosen meanwhile.
            loaded = self._inference.loaded
            reply.write(engine, loaded[0].path if loaded is not None else "")

        reply = Reply(
            message,
            self._store,
            self._store_worker,
            self._live,
            self._context,
            self.left_out,
            self._after_reply,
            self._post,
            keeps_snapshots=self._keeps_snapshots,
        )
        self._live.add(message.conversation_id, reply)
        self._inference.run("reply", write)

    # --- on any thread ---

    def _after_reply(self, reply: Message) -> None:
        conversation_id = reply.conversation_id
        if reply.reasoning:  # the next prompt will not have it: what stands behind it has another place there
            self._context.refresh(conversation_id)
        else:
            self._context.measure_again(conversation_id)
        self._summaries.consider(conversation_id)
