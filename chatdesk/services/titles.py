"""Better titles for conversations: written by the model in idle time, once each, never in place of a person's."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.events import ConversationChanged, Event, Post, ReplyFinished
from chatdesk.core.messages import FinishReason, ReplyStatus
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.titles import MOST_MESSAGES, TITLE_REQUEST, TITLE_TOKENS, asks_for_titles, title_of
from chatdesk.services.side_work import written
from chatdesk.services.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.settings import Settings
    from chatdesk.engine.base import Engine
    from chatdesk.services.context import ContextService
    from chatdesk.services.inference import InferenceService
    from chatdesk.store.conversations import ConversationStore

log = logging.getLogger(__name__)

# The most likely title, and no other the next time.
_SAMPLING = SamplingParams(
    temperature=0, repeat_penalty=1, max_tokens=TITLE_TOKENS, reasoning=False, reasoning_budget=0
)


class TitleService:
    """Has titles written behind the first replies of conversations. Methods may be called from any thread."""

    def __init__(
        self,
        store: ConversationStore,
        inference: InferenceService,
        context: ContextService,
        settings: Callable[[], Settings],
        may_work_idle: Callable[[], bool],
        post: Post,
    ) -> None:
        """`may_work_idle` tells whether the machine has power to spare: not on battery."""
        self._store = store
        self._inference = inference
        self._context = context
        self._settings = settings
        self._may_work_idle = may_work_idle
        self._post = post
        self._lock = threading.Lock()
        self._waiting: set[str] = set()  # conversations that are queued
        self._tried: set[str] = set()  # those for which a model wrote no usable title

    def on_event(self, event: Event) -> None:
        """See whether a reply is the occasion for a title."""
        if isinstance(event, ReplyFinished) and event.message.status is ReplyStatus.COMPLETE:
            self._consider(event.message.conversation_id)

    def _consider(self, conversation_id: str) -> None:
        """Have a title written when the engine has nothing else to do; announces `ConversationChanged` if one is."""
        with self._lock:
            if conversation_id in self._waiting or conversation_id in self._tried:
                return
            self._waiting.add(conversation_id)
        self._inference.run("title", lambda engine: self._write(engine, conversation_id), Priority.SPARE)

    # --- on the engine thread from here on ---

    def _write(self, engine: Engine | None, conversation_id: str) -> None:
        with self._lock:
            self._waiting.discard(conversation_id)
        if engine is None or not self._may_work_idle() or not self._is_wanted(engine, conversation_id):
            return
        prompt = self._prompt(engine, conversation_id)
        if prompt is None:
            return
        with engine.aside():  # the conversation's place in the cache is only borrowed
            untrusted_text, reason = written(engine, prompt, _SAMPLING, self._is_wanted_elsewhere)
        if reason is FinishReason.STOPPED:  # something else is wanted of the engine
            self._consider(conversation_id)
            return
        if reason is not FinishReason.END_OF_TURN:
            untrusted_text = untrusted_text.rpartition("\n")[0]  # of a line that was cut off nobody knows the end
        if title := title_of(untrusted_text):
            if (conversation := self._store.set_model_title(conversation_id, title)) is not None:
                self._post(ConversationChanged(conversation))
        else:
            log.info("a title was thrown away: %s", reason)
            with self._lock:
                self._tried.add(conversation_id)

    def _is_wanted(self, engine: Engine, conversation_id: str) -> bool:
        asks = asks_for_titles(self._settings().writes_titles, engine.info.n_params)
        # For one that is not shown, what the engine holds of another would have to be copied out of the way and back,
        # for which a message would wait.
        is_at_hand = self._context.is_shown(conversation_id)
        return asks and is_at_hand and self._store.has_first_title(conversation_id)

    def _prompt(self, engine: Engine, conversation_id: str) -> list[int] | None:
        """The request behind the conversation as it is sent now; None where that is not simply its continuation."""
        source = self._context.source(engine, conversation_id)
        if source is None or not source.may_be_processed or not 0 < len(source.path) <= MOST_MESSAGES:
            return None
        sampling = replace(source.sampling, reasoning=False, max_tokens=TITLE_TOKENS)
        fitted = self._context.plan(engine, replace(source, sampling=sampling), TITLE_REQUEST).fit()
        return None if fitted.is_too_long or fitted.left_out else fitted.tokens

    def _is_wanted_elsewhere(self) -> bool:
        return self._inference.is_wanted(Priority.SPARE)
