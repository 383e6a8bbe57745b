"""One reply on its way: from a waiting row, through the engine, to its final row.

The reply's text is saved twice a second while it is written, and its final state before `ReplyFinished` is announced.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import NoticeRaised, Post, PromptProcessed, ReplyDelta, ReplyStarted
from chatdesk.core.messages import FinishReason, Message, PartKind, ReplyFigures, ReplyStatus
from chatdesk.core.replays import recipe_for
from chatdesk.engine.base import Chunk, Engine, Finished, PromptProgress
from chatdesk.services.live_replies import Unsaved
from chatdesk.services.reply_text import ReplyText

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.replays import ReplyRecipe
    from chatdesk.services.context import ContextService
    from chatdesk.services.live_replies import LiveReplies
    from chatdesk.services.worker import Worker
    from chatdesk.store.conversations import ConversationStore

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 0.5


class LeftOutNotices:
    """Says when more of a conversation is left out than people know already."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._known: dict[str, int] = {}  # by conversation

    def known(self, conversation_id: str) -> int:
        """How many messages the last prompt left out."""
        return self._known.get(conversation_id, 0)

    def say(self, conversation_id: str, count: int) -> None:
        """A prompt leaves `count` messages out."""
        if count > self.known(conversation_id):
            detail = ErrorDetail(ErrorCode.MESSAGES_LEFT_OUT, {"count": count})
            self._post(NoticeRaised(detail, conversation_id))
        self._known[conversation_id] = count


class Reply:
    """A reply that waits or is being written. See `LiveReply`."""

    def __init__(
        self,
        message: Message,
        store: ConversationStore,
        store_worker: Worker,
        live: LiveReplies,
        context: ContextService,
        left_out: LeftOutNotices,
        when_over: Callable[[Message], None],
        post: Post,
        *,
        keeps_snapshots: bool = True,
    ) -> None:
        """`when_over` is told the reply when the reply has ended and was announced.

        A message that has text already is to go on from there: its `given_chars` are that text.
        """
        self._message = message
        self._keeps_snapshots = keeps_snapshots
        self._store = store
        self._store_worker = store_worker
        self._live = live
        self._context = context
        self._left_out = left_out
        self._when_over = when_over
        self._post = post
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._hurried_at: int | None = None  # how many tokens had been reasoned then
        self._begun = threading.Lock()  # taken once, by whoever brings the reply to its end
        self._text = ReplyText(message)
        self._new_ids: list[int] = []
        self._recipe: ReplyRecipe | None = None
        self._clock: _ReplyClock | None = None

    def stop(self) -> None:
        """Ask for the end. The engine sees it within a token; a reply it has not taken up ends on the store thread."""
        self._stop.set()
        self._store_worker.submit("stop", self._finish_if_not_begun)

    def answer_now(self) -> None:
        """Ask for the reply itself: what is reasoned before it ends here."""
        self._hurry.set()

    def so_far(self) -> Message:
        """The reply with every word that was announced."""
        return replace(self._message, parts=self._text.parts, figures=self._figures())

    def _finish_if_not_begun(self) -> None:
        if self._begun.acquire(blocking=False):
            self._finish(ReplyStatus.STOPPED, FinishReason.STOPPED)

    def write(self, engine: Engine | None, model_path: str) -> None:
        """Have `engine`, which loaded the file at `model_path`, write the reply, from prompt to final row.

        Runs on the engine thread.
        """
        if not self._begun.acquire(blocking=False):
            return
        if self._stop.is_set():
            self._finish(ReplyStatus.STOPPED, FinishReason.STOPPED)
            return
        try:
            if engine is None:
                raise UserFacingError(ErrorCode.NO_MODEL)
            reason = self._generate(engine, model_path)
        except UserFacingError as error:
            self._finish(ReplyStatus.FAILED, FinishReason.ERROR, error.detail)
        except Exception as error:
            self._finish(
                ReplyStatus.FAILED, FinishReason.ERROR, ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(error)})
            )
            raise
        else:
            status = ReplyStatus.STOPPED if reason is FinishReason.STOPPED else ReplyStatus.COMPLETE
            self._finish(status, reason)

    def _generate(self, engine: Engine, model_path: str) -> FinishReason:
        started = time.monotonic()
        info, origin = engine.info, self._message.origin
        assert origin is not None
        self._text.set_vocabulary(is_same=origin.tokenizer_hash == info.tokenizer_hash)
        origin = replace(
            origin,
            token_ids=tuple(self._text.token_ids),
            text_start=self._text.text_start,
            model_name=info.name,
            model_path=model_path,
            n_ctx=info.n_ctx,
            n_batch=info.n_batch,
            n_ubatch=info.n_ubatch,
            n_threads=info.n_threads,
            n_gpu_layers=info.n_gpu_layers,
            tokenizer_hash=info.tokenizer_hash,
        )
        self._message = replace(self._message, status=ReplyStatus.STREAMING, origin=origin)
        # Saved first: should llama.cpp abort below, the next start knows which reply and model it was.
        self._store.save_reply(self._message)
        self._post(ReplyStarted(self._message))
        prompt = self._prompt(engine)
        self._clock = _ReplyClock(started, len(prompt), self._message.figures.reasoning_seconds)
        saved_at = 0.0
        for produced in engine.generate(
            prompt,
            origin.sampling,
            self._stop.is_set,
            self._message.conversation_id if self._keeps_snapshots else "",
            continues=self._message.given_chars > 0,
            hurries=self._is_hurried,
        ):
            match produced:
                case PromptProgress(processed, total, cached):
                    self._clock.cached_tokens = cached
                    self._post(PromptProcessed(self._message.id, processed, total, cached))
                case Chunk():
                    now = self._clock.tick(produced.kind)
                    offset = self._text.length(produced.kind)
                    self._new_ids += produced.token_ids
                    say = self._text.take(produced)
                    if text := produced.text:
                        delta = ReplyDelta(self._message.id, offset, text, produced.token_ids, produced.kind)
                        self._live.announce(say, text, delta)
                    if now - saved_at >= CHECKPOINT_SECONDS:
                        self._checkpoint()
                        saved_at = now
                case Finished(reason, seed, batches):
                    recipe = recipe_for(info, prompt, batches, self._new_ids)
                    self._recipe = recipe if recipe.is_whole else None
                    sampling = origin.sampling
                    if self._hurried_at is not None:
                        sampling = replace(sampling, reasoning_budget=self._hurried_at)
                    origin = replace(origin, seed=seed, sampling=sampling)
                    self._message = replace(self._message, origin=origin)
                    return reason
        raise AssertionError("an engine must end a reply with Finished")

    def _is_hurried(self) -> bool:
        """Whether somebody wants the reply now. From where is kept: with that as its budget it comes out the same."""
        if self._hurry.is_set() and self._hurried_at is None:
            self._hurried_at = self._text.reasoning_tokens
        return self._hurry.is_set()

    def _prompt(self, engine: Engine) -> list[int]:
        """The prompt's tokens; what it leaves out for want of room is said."""
        had_template_problem = engine.info.template_problem is not None
        fitted = self._context.reply_prompt(engine, self._message)
        self._left_out.say(self._message.conversation_id, len(fitted.left_out))
        problem = engine.info.template_problem
        if problem is not None and not had_template_problem:
            detail = ErrorDetail(ErrorCode.TEMPLATE_FAILED, {"model": engine.info.name, "reason": problem})
            self._post(NoticeRaised(detail, self._message.conversation_id))
        return fitted.tokens

    def _with_text(self) -> Message:
        origin = self._message.origin
        assert origin is not None
        origin = replace(origin, token_ids=tuple(self._text.token_ids), text_start=self._text.text_start)
        return replace(self._message, parts=self._text.parts, origin=origin, figures=self._figures())

    def _figures(self) -> ReplyFigures:
        return self._message.figures if self._clock is None else self._clock.figures(self._text)

    def _checkpoint(self) -> None:
        try:
            self._store.checkpoint(self._message.id, self._text.parts, self._text.token_ids)
        except UserFacingError as error:
            # A full disk must not cost the reply: it goes on in memory, and its end is tried again.
            log.warning("a reply could not be saved: %s", error)

    def _finish(self, status: ReplyStatus, reason: FinishReason, error: ErrorDetail | None = None) -> None:
        message = replace(self._with_text(), status=status, finish_reason=reason, error=error)
        shown, is_saved = message, False
        try:
            self._store.save_reply(message, self._recipe)
            is_saved = True
        except UserFacingError as problem:
            # Saved before announced cannot hold here: the text stays on screen, says why it is not safe, and is tried
            # again with the next message.
            shown = replace(message, status=ReplyStatus.FAILED, finish_reason=FinishReason.ERROR, error=problem.detail)
        finally:
            self._live.end(shown, unsaved=None if is_saved else Unsaved(message, self._recipe))
        self._when_over(shown)


class _ReplyClock:
    """Takes the times of a reply while it is written."""

    def __init__(self, started: float, prompt_tokens: int, reasoning_seconds: float) -> None:
        """`reasoning_seconds` were spent before, on what the reply goes on from."""
        self._started = started
        self._first_token_at = started
        self._last_token_at = started
        self._has_ticked = False
        self._reasoning_seconds = reasoning_seconds
        self._prompt_tokens = prompt_tokens
        self.cached_tokens = 0

    def tick(self, kind: PartKind) -> float:
        """A token came; returns now."""
        now = time.monotonic()
        if not self._has_ticked:
            self._has_ticked = True
            self._first_token_at = now
        elif kind is PartKind.REASONING:
            self._reasoning_seconds += now - self._last_token_at
        self._last_token_at = now
        return now

    def figures(self, text: ReplyText) -> ReplyFigures:
        """What the reply cost up to the last tick."""
        return ReplyFigures(
            prompt_tokens=self._prompt_tokens,
            cached_tokens=self.cached_tokens,
            reply_tokens=text.new_tokens,
            seconds_to_first_token=self._first_token_at - self._started,
            generation_seconds=self._last_token_at - self._first_token_at,
            reasoning_tokens=text.reasoning_tokens,
            reasoning_seconds=self._reasoning_seconds,
        )
