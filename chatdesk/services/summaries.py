"""Summaries: written by the model in idle time, before a conversation outgrows the context, for people to change."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatdesk.core.context import REPLY_TOKENS, reserved_for_reply
from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.events import Post, SummaryChanged
from chatdesk.core.messages import FinishReason, clean_text
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.summaries import SUMMARISE_SHARE, summary_request, summary_text, summary_tokens
from chatdesk.services.side_work import written
from chatdesk.services.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.summaries import Summary
    from chatdesk.engine.base import Engine
    from chatdesk.services.context import ContextService
    from chatdesk.services.inference import InferenceService
    from chatdesk.services.prompt_sources import PromptSource
    from chatdesk.services.worker import Worker
    from chatdesk.store.summaries import SummaryStore

log = logging.getLogger(__name__)

# Close to the facts, but not so greedy that a small model repeats itself.
_TEMPERATURE = 0.3
# A model that wrote nothing usable is asked again when so many more messages could be summarised.
_NEXT_TRY_MESSAGES = 8


@dataclass(frozen=True, slots=True)
class _Task:
    """A summary that is to be written: asked for by `prompt`, for the first `count` messages of `source`."""

    source: PromptSource
    prompt: list[int]
    count: int
    last_message_id: str
    summarised_tokens: int
    most_tokens: int


class SummaryService:
    """Lets summaries stand for the beginnings of conversations. Methods may be called from any thread."""

    def __init__(
        self,
        store: SummaryStore,
        store_worker: Worker,
        inference: InferenceService,
        context: ContextService,
        may_work_idle: Callable[[], bool],
        post: Post,
    ) -> None:
        """`may_work_idle` tells whether the machine has power to spare: not on battery."""
        self._store = store
        self._store_worker = store_worker
        self._inference = inference
        self._context = context
        self._may_work_idle = may_work_idle
        self._post = post
        self._lock = threading.Lock()
        self._waiting: set[str] = set()  # conversations that are queued
        self._failed: dict[str, int] = {}  # by conversation: how many messages could not be summarised

    def shown(self, conversation_id: str) -> Summary | None:
        """The summary that is in force on the path that is shown."""
        return self._store.shown(conversation_id)

    def consider(self, conversation_id: str) -> None:
        """Have a summary written when it is time for one and the engine has nothing else to do.

        Announces `SummaryChanged` if one is, and measures and prepares the conversation anew.
        """
        with self._lock:
            if conversation_id in self._waiting:
                return
            self._waiting.add(conversation_id)
        self._inference.run("summarise", lambda engine: self._summarise(engine, conversation_id), Priority.SPARE)

    def edit(self, conversation_id: str, untrusted_text: str) -> None:
        """Put a person's words in place of the summary that is in force; none at all undo it."""

        def edit() -> None:
            summary = self._store.shown(conversation_id)
            if summary is None:
                return
            if text := clean_text(untrusted_text):
                self._store.edit(summary.id, text)
            else:
                self._store.undo(summary.id)
            self._announce(conversation_id)
            self._context.refresh(conversation_id)

        self._store_worker.submit("edit summary", edit)

    def undo(self, conversation_id: str) -> None:
        """Let the messages speak for themselves again; the next summary is made only when they do not fit any more."""
        self.edit(conversation_id, "")

    def _announce(self, conversation_id: str) -> None:
        self._post(SummaryChanged(conversation_id, self._store.shown(conversation_id)))

    # --- on the engine thread from here on ---

    def _summarise(self, engine: Engine | None, conversation_id: str) -> None:
        with self._lock:
            self._waiting.discard(conversation_id)
        if engine is None or not self._may_work_idle():
            return
        task = self._task(engine, conversation_id)
        if task is None:
            return
        untrusted_text, reason = self._write(engine, task)
        if reason is FinishReason.STOPPED:  # something else is wanted of the engine
            self.consider(conversation_id)
            return
        text = summary_text(untrusted_text)
        is_short = reason is FinishReason.END_OF_TURN and engine.count_tokens(text) < task.summarised_tokens
        if not text or not is_short:
            log.info("a summary of %d messages was thrown away: %s", task.count, reason)
            self._failed[conversation_id] = task.count
        elif self._is_as_it_was(engine, task):
            self._store.add(task.last_message_id, text, engine.info.name)
            self._announce(conversation_id)
            self._context.measure_again(conversation_id)
            self.consider(conversation_id)  # there may be more than was read at once
        # The conversation had to make room in the cache.
        self._context.prepare_again()

    def _task(self, engine: Engine, conversation_id: str) -> _Task | None:
        """What is to be summarised now, if anything."""
        source = self._context.source(engine, conversation_id)
        if source is None or not source.path or not source.may_be_processed:
            return None
        if source.policy is not OverflowPolicy.SUMMARISE:
            return None
        plan = self._context.plan(engine, source)
        if plan.fullness <= (1 if self._store.was_undone(source.path[-1].id) else SUMMARISE_SHARE):
            return None
        n_ctx = engine.info.n_ctx
        request = summary_request(n_ctx)
        most_tokens = reserved_for_reply(n_ctx, REPLY_TOKENS)
        count = plan.summarisable(engine.count_tokens(request) + most_tokens)
        if count == 0 or count < self._failed.get(conversation_id, -_NEXT_TRY_MESSAGES) + _NEXT_TRY_MESSAGES:
            return None
        summarised_tokens = plan.summarised_tokens(count)
        if summarised_tokens <= summary_tokens(n_ctx):
            return None
        prompt = plan.request(count, request)
        return _Task(source, prompt, count, plan.last_summarised(count), summarised_tokens, most_tokens)

    def _write(self, engine: Engine, task: _Task) -> tuple[str, FinishReason]:
        """What the model writes, and why it ended."""
        sampling = replace(
            SamplingParams(),
            temperature=_TEMPERATURE,
            max_tokens=task.most_tokens,
            reasoning_budget=0,
        )
        return written(engine, task.prompt, sampling, self._is_wanted_elsewhere)

    def _is_wanted_elsewhere(self) -> bool:
        return self._inference.is_wanted(Priority.SPARE)

    def _is_as_it_was(self, engine: Engine, task: _Task) -> bool:
        """Whether what was summarised is still to be, from the same beginning."""
        now = self._context.source(engine, task.source.conversation_id)
        return (
            now is not None
            and (now.policy, now.summary) == (task.source.policy, task.source.summary)
            and task.last_message_id in {message.id for message in now.path}
        )
