"""What the next prompt of a conversation will hold: told before it is sent, and read ahead of it in idle time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from chatdesk.core.events import ContextMeasured, Post
from chatdesk.core.unsent import draft_id
from chatdesk.services.prompts import PromptPlan, TokenCounts, expected_beginning, fitting_prompt
from chatdesk.services.worker import Priority

if TYPE_CHECKING:
    from chatdesk.core.messages import Message
    from chatdesk.engine.base import Engine
    from chatdesk.services.inference import InferenceService
    from chatdesk.services.prompt_sources import PromptSource, PromptSources
    from chatdesk.services.prompts import FittedPrompt


class ContextService:
    """Idle work for the next message of each conversation. Methods may be called from any thread and return at once.

    Those that take an engine belong to its thread.
    """

    def __init__(
        self, sources: PromptSources, inference: InferenceService, post: Post, *, keeps_snapshots: bool = True
    ) -> None:
        self._keeps_snapshots = keeps_snapshots
        self._sources = sources
        self._inference = inference
        self._post = post
        self._counts = TokenCounts()  # touched by the engine thread only
        self._shown: str | None = None  # the conversation that is prepared
        self._lock = threading.Lock()
        self._drafts: dict[str | None, str | None] = {}  # by conversation: what is being written
        self._unmeasured: set[str | None] = set()  # conversations whose measuring is queued

    def prepare(self, conversation_id: str | None) -> None:
        """Have the engine, when it has nothing else to do, read the conversation that is shown before it is needed.

        Only the last one asked for counts. One that was cut off while the model wrote is left alone: what ended the
        app then must not be met again unasked. Announces `ContextMeasured` when it is done.
        """
        self._shown = conversation_id
        self.prepare_again()

    def is_shown(self, conversation_id: str) -> bool:
        """Whether this is the conversation that is prepared, so that what the engine holds is its own."""
        return self._shown == conversation_id

    def prepare_again(self) -> None:
        """Read the conversation that is shown once more: its prompt changed, or its place in the cache was taken."""
        conversation_id = self._shown
        self._inference.run("prepare", lambda engine: self._prepare(engine, conversation_id), Priority.IDLE)

    def measure(self, conversation_id: str | None, draft: str | None) -> None:
        """Announce `ContextMeasured` for a conversation and what is being written in it, with what is attached to that.

        Of several calls in a row the last one is answered.
        """
        with self._lock:
            self._drafts[conversation_id] = draft
        self.measure_again(conversation_id)

    def measure_again(self, conversation_id: str | None) -> None:
        """Announce `ContextMeasured`: the conversation changed."""
        with self._lock:
            if conversation_id in self._unmeasured:
                return
            self._unmeasured.add(conversation_id)
        self._inference.run("measure", lambda engine: self._measure(engine, conversation_id), Priority.GLANCE)

    def refresh(self, conversation_id: str) -> None:
        """Measure a conversation anew whose prompt changed, and prepare it if it is shown."""
        self.measure_again(conversation_id)
        if self._shown == conversation_id:
            self.prepare_again()

    def drop_draft(self, conversation_id: str | None) -> None:
        """What was being written was sent."""
        with self._lock:
            self._drafts.pop(conversation_id, None)

    # --- on the engine thread from here on ---

    def source(self, engine: Engine, conversation_id: str | None) -> PromptSource | None:
        """What the next prompt is made from; None for a conversation that was deleted."""
        return self._sources.next_message(conversation_id, engine.info.n_params)

    def plan(self, engine: Engine, source: PromptSource, draft: str | None = None) -> PromptPlan:
        """A prompt from `source` and what comes next, in the making."""
        return PromptPlan(engine, source, self._counts, draft)

    def reply_prompt(self, engine: Engine, reply: Message) -> FittedPrompt:
        """The prompt for a reply whose row exists.

        Raises:
            UserFacingError: `PROMPT_TOO_LONG`.
        """
        return fitting_prompt(engine, self._sources.reply(reply, engine.info.n_params), self._counts)

    def left_out_by(self, engine: Engine, conversation_id: str, text: str, unsent_id: str | None) -> int:
        """How many earlier messages there is no room for when a message is sent; 0 where it does not fit at all."""
        source = self.source(engine, conversation_id)
        if source is None:
            return 0
        fitted = self.plan(engine, source, self._sources.unsent_text(unsent_id, text)).fit()
        return 0 if fitted.is_too_long else len(fitted.left_out)

    def _prepare(self, engine: Engine | None, conversation_id: str | None) -> None:
        def is_over() -> bool:
            return self._inference.is_wanted(Priority.IDLE) or self._shown != conversation_id

        if engine is None or self._shown != conversation_id:
            return
        source = self.source(engine, conversation_id)
        if source is None:
            return
        if not source.may_be_processed:
            self.measure_again(conversation_id)
            return
        prompt = expected_beginning(engine, source, self._counts)
        is_given_up = False
        for progress in engine.prepare(prompt, is_over, (conversation_id or "") if self._keeps_snapshots else ""):
            is_given_up = progress.processed < progress.total and is_over()
        if not is_given_up:
            self.measure_again(conversation_id)
        elif self._shown == conversation_id:
            self.prepare_again()

    def _measure(self, engine: Engine | None, conversation_id: str | None) -> None:
        with self._lock:
            self._unmeasured.discard(conversation_id)
            draft = self._drafts.get(conversation_id)
        if engine is None:
            return
        source = self.source(engine, conversation_id)
        if source is None:
            return
        shown = "" if draft is None else self._sources.unsent_text(draft_id(conversation_id), draft)
        plan = self.plan(engine, source, shown)
        for _ in plan.counting():
            if self._inference.is_wanted(Priority.GLANCE):
                self.measure_again(conversation_id)
                return
        self._post(ContextMeasured(plan.use(plan.fit())))
