"""What prompts are made from, read from the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.attachments import shown_texts, with_shown_texts
from chatdesk.core.context_map import OverflowPolicy, default_policy
from chatdesk.core.messages import ReplyStatus
from chatdesk.core.overrides import conversation_sampling

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.messages import Message
    from chatdesk.core.sampling import SamplingParams
    from chatdesk.core.settings import Settings
    from chatdesk.core.summaries import Summary
    from chatdesk.store.attachments import AttachmentStore
    from chatdesk.store.conversations import ConversationStore
    from chatdesk.store.summaries import SummaryStore
    from chatdesk.store.unsent import UnsentStore


@dataclass(frozen=True, slots=True)
class PromptSource:
    """What a prompt is made from before anything is left out. `summary` stands for the beginning of `path`.

    What is attached to the messages of `path` is part of their text.
    `is_open`: the last message of `path` is the beginning of the reply.
    """

    conversation_id: str | None
    system_prompt: str
    path: tuple[Message, ...]
    policy: OverflowPolicy
    summary: Summary | None
    sampling: SamplingParams
    is_open: bool = False

    @property
    def may_be_processed(self) -> bool:
        """Whether a model can be given this unasked: not while it answers, nor if the app ended over it."""
        return not self.path or self.path[-1].status not in (
            ReplyStatus.INTERRUPTED,
            ReplyStatus.WAITING,
            ReplyStatus.STREAMING,
        )


class PromptSources:
    """Reads what prompts are made from. May be used from any thread."""

    def __init__(
        self,
        store: ConversationStore,
        summaries: SummaryStore,
        unsent: UnsentStore,
        attachments: AttachmentStore,
        settings: Callable[[], Settings],
    ) -> None:
        self._store = store
        self._summaries = summaries
        self._unsent = unsent
        self._attachments = attachments
        self._settings = settings

    def next_message(self, conversation_id: str | None, n_params: int) -> PromptSource | None:
        """For the message that comes next, to a model of `n_params` parameters; without an id, to begin with.

        None when the conversation was deleted.
        """
        settings = self._settings()
        if conversation_id is None:
            policy = default_policy(n_params)
            return PromptSource(None, settings.system_prompt, (), policy, None, settings.sampling)
        conversation = self._store.conversation(conversation_id)
        if conversation.deleted_at is not None:
            return None
        system_prompt = conversation.system_prompt
        return PromptSource(
            conversation_id,
            settings.system_prompt if system_prompt is None else system_prompt,
            self._with_attachments(self._store.active_path(conversation_id)),
            conversation.overflow_policy or default_policy(n_params),
            self._summaries.in_force(conversation.active_leaf_id),
            conversation_sampling(settings.sampling, conversation.overrides),
        )

    def unsent_text(self, unsent_id: str | None, text: str) -> str:
        """What a model would be shown of a message that is not sent yet: what is attached to it, and `text`."""
        attachments = () if unsent_id is None else self._unsent.attachments(unsent_id)
        return shown_texts(attachments, text, self._attachments.content)

    def reply(self, reply: Message, n_params: int) -> PromptSource:
        """For a reply whose row exists, from what its origin says; for one that is to go on, with its beginning."""
        origin = reply.origin
        assert origin is not None
        assert reply.parent_id is not None
        is_open = reply.given_chars > 0
        path = self._with_attachments(self._store.path_to(reply.parent_id))
        return PromptSource(
            reply.conversation_id,
            origin.system_prompt,
            (*path, reply) if is_open else path,
            self._store.conversation(reply.conversation_id).overflow_policy or default_policy(n_params),
            self._summaries.in_force(reply.parent_id),
            origin.sampling,
            is_open,
        )

    def _with_attachments(self, path: tuple[Message, ...]) -> tuple[Message, ...]:
        return tuple(with_shown_texts(message, self._attachments.content) for message in path)
