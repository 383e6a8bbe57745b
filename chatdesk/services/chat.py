"""Send, stop, regenerate: rows for the store, jobs for the engine, and the events between them.

The user's message and the reply's row are committed before anything else happens. The reply's text is saved twice
a second while it is written, and its final state before `ReplyFinished` is announced.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.context import prompt_messages
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import (
    ConversationChanged,
    ConversationCreated,
    ConversationOpened,
    MessageAdded,
    NoticeRaised,
    Post,
    PromptProcessed,
    ReplyDelta,
    ReplyStarted,
    SendFailed,
)
from chatdesk.core.messages import (
    FinishReason,
    Message,
    ReplyFigures,
    ReplyOrigin,
    ReplyStatus,
    Role,
    clean_text,
    text_parts,
)
from chatdesk.engine.base import Chunk, Engine, Finished, PromptProgress
from chatdesk.services.prompts import expected_beginning, fitting_prompt
from chatdesk.services.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.settings import Settings
    from chatdesk.services.inference import InferenceService
    from chatdesk.services.live_replies import LiveReplies
    from chatdesk.services.worker import Worker
    from chatdesk.store.conversations import ConversationStore

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 0.5


class ChatService:
    """The user's verbs on a conversation. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: ConversationStore,
        store_worker: Worker,
        inference: InferenceService,
        live: LiveReplies,
        settings: Callable[[], Settings],
        post: Post,
    ) -> None:
        self._store = store
        self._store_worker = store_worker
        self._inference = inference
        self._live = live
        self._settings = settings
        self._post = post
        self._left_out: dict[str, int] = {}  # by conversation: how many messages the last notice spoke of
        self._shown: str | None = None  # the conversation that is prepared

    def send(self, conversation_id: str | None, untrusted_text: str) -> None:
        """Save a message and have it answered; None begins a conversation.

        Announces `MessageAdded` twice (message and reply), or `SendFailed`.
        """
        self._store_worker.submit("send", lambda: self._send(conversation_id, untrusted_text))

    def regenerate(self, message_id: str) -> None:
        """Write another reply beside `message_id`, which is kept."""
        self._store_worker.submit("regenerate", lambda: self._regenerate(message_id))

    def prepare(self, conversation_id: str | None) -> None:
        """Have the engine, when it has nothing else to do, read the conversation that is shown before it is needed.

        Only the last one asked for counts. One that was cut off while the model wrote is left alone: what ended the
        app then must not be met again unasked.
        """
        self._shown = conversation_id
        self._inference.run("prepare", lambda engine: self._prepare(engine, conversation_id), Priority.IDLE)

    def stop(self, conversation_id: str) -> None:
        """End the reply that is waiting or being written; what was written is kept."""
        self._live.stop(conversation_id)

    def stop_all(self) -> None:
        """End every reply: the model that writes goes away."""
        self._live.stop_all()

    # --- on the store thread from here on ---

    def _send(self, conversation_id: str | None, untrusted_text: str) -> None:
        try:
            text = clean_text(untrusted_text)
            if not text:
                raise UserFacingError(ErrorCode.EMPTY_MESSAGE)
            self._live.save_unsaved()
            origin = self._origin(conversation_id)
            conversation, message, reply = self._store.add_exchange(conversation_id, text, origin)
        except UserFacingError as error:
            self._post(SendFailed(conversation_id, untrusted_text, error.detail))
            return
        except Exception as error:
            detail = ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(error)})
            self._post(SendFailed(conversation_id, untrusted_text, detail))
            raise
        self._post(ConversationCreated(conversation) if conversation_id is None else ConversationChanged(conversation))
        self._post(MessageAdded(message))
        self._post(MessageAdded(reply))
        self._begin(reply)

    def _regenerate(self, message_id: str) -> None:
        old = self._store.message(message_id)
        if old.role is not Role.ASSISTANT or old.parent_id is None:
            return
        self._live.save_unsaved()
        reply = self._store.add_reply(old.parent_id, self._origin(old.conversation_id))
        conversation = self._store.conversation(old.conversation_id)
        self._post(ConversationChanged(conversation))
        path = self._store.active_path(conversation.id)
        self._begin(reply)
        self._live.announce_opened(ConversationOpened(conversation, path, self._store.versions(conversation.id)))

    def _origin(self, conversation_id: str | None) -> ReplyOrigin:
        """What the next reply of a conversation will be made from, as far as it is known before.

        Raises:
            UserFacingError: the conversation has no room for a reply now: `BUSY` or `CONVERSATION_DELETED`.
        """
        settings = self._settings()
        system_prompt = settings.system_prompt
        if conversation_id is not None:
            conversation = self._store.conversation(conversation_id)
            if conversation.deleted_at is not None:
                raise UserFacingError(ErrorCode.CONVERSATION_DELETED)
            if self._live.is_live(conversation_id):
                raise UserFacingError(ErrorCode.BUSY)
            if conversation.system_prompt is not None:
                system_prompt = conversation.system_prompt
        model = self._inference.model
        return ReplyOrigin(
            model_name=model.name if model is not None else "",
            model_path=model.path if model is not None else "",
            sampling=settings.sampling,
            system_prompt=system_prompt,
        )

    # --- on the engine thread ---

    def _prepare(self, engine: Engine | None, conversation_id: str | None) -> None:
        def is_over() -> bool:
            return self._inference.is_wanted or self._shown != conversation_id

        if engine is None or is_over():
            return
        system_prompt = self._settings().system_prompt
        path: tuple[Message, ...] = ()
        if conversation_id is not None:
            conversation = self._store.conversation(conversation_id)
            path = self._store.active_path(conversation_id)
            if conversation.system_prompt is not None:
                system_prompt = conversation.system_prompt
        if path and path[-1].status in (ReplyStatus.INTERRUPTED, ReplyStatus.WAITING, ReplyStatus.STREAMING):
            return
        prompt = expected_beginning(engine, system_prompt, path, self._settings().sampling.max_tokens)
        for _ in engine.prepare(prompt, is_over, conversation_id or ""):
            pass

    # --- on the store thread again ---

    def _begin(self, message: Message) -> None:
        reply = _Reply(message, self._store, self._store_worker, self._live, self._left_out, self._post)
        self._live.add(message.conversation_id, reply)
        self._inference.run("reply", reply.write)


class _Reply:
    """One reply on its way: from waiting, through the engine, to its final row."""

    def __init__(
        self,
        message: Message,
        store: ConversationStore,
        store_worker: Worker,
        live: LiveReplies,
        left_out: dict[str, int],
        post: Post,
    ) -> None:
        self._message = message
        self._store = store
        self._store_worker = store_worker
        self._live = live
        self._left_out = left_out
        self._post = post
        self._stop = threading.Event()
        self._begun = threading.Lock()  # taken once, by whoever brings the reply to its end
        self._text: list[str] = []
        self._token_ids: list[int] = []
        self._clock: _ReplyClock | None = None

    def stop(self) -> None:
        """Ask for the end. The engine sees it within a token; a reply it has not taken up ends on the store thread."""
        self._stop.set()
        self._store_worker.submit("stop", self._finish_if_not_begun)

    def so_far(self) -> Message:
        """The reply with every word that was announced."""
        return replace(self._message, parts=text_parts("".join(self._text)))

    def _finish_if_not_begun(self) -> None:
        if self._begun.acquire(blocking=False):
            self._finish(ReplyStatus.STOPPED, FinishReason.STOPPED)

    def write(self, engine: Engine | None) -> None:
        """Have `engine` write the reply, from prompt to final row. Runs on the engine thread."""
        if not self._begun.acquire(blocking=False):
            return
        if self._stop.is_set():
            self._finish(ReplyStatus.STOPPED, FinishReason.STOPPED)
            return
        try:
            if engine is None:
                raise UserFacingError(ErrorCode.NO_MODEL)
            reason = self._generate(engine)
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

    def _generate(self, engine: Engine) -> FinishReason:
        started = time.monotonic()
        info, origin = engine.info, self._message.origin
        assert origin is not None
        origin = replace(
            origin,
            model_name=info.name,
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
        prompt = self._prompt(engine, origin)
        self._clock = _ReplyClock(started, len(prompt))
        saved_at = 0.0
        characters = 0
        for produced in engine.generate(prompt, origin.sampling, self._stop.is_set, self._message.conversation_id):
            match produced:
                case PromptProgress(processed, total, cached):
                    self._clock.cached_tokens = cached
                    self._post(PromptProcessed(self._message.id, processed, total, cached))
                case Chunk(text, token_ids):
                    now = self._clock.tick()
                    self._token_ids += token_ids
                    if text:
                        self._live.announce(self._text, text, ReplyDelta(self._message.id, characters, text, token_ids))
                        characters += len(text)
                    if now - saved_at >= CHECKPOINT_SECONDS:
                        self._checkpoint()
                        saved_at = now
                case Finished(reason, seed):
                    origin = replace(origin, seed=seed)
                    self._message = replace(self._message, origin=origin)
                    return reason
        raise AssertionError("an engine must end a reply with Finished")

    def _prompt(self, engine: Engine, origin: ReplyOrigin) -> list[int]:
        """The prompt's tokens; the oldest exchanges are left out, with a notice, when they do not all fit."""
        assert self._message.parent_id is not None
        messages = prompt_messages(self._store.path_to(self._message.parent_id), origin.tokenizer_hash)
        had_template_problem = engine.info.template_problem is not None
        prompt, left_out = fitting_prompt(engine, origin.system_prompt, messages, origin.sampling.max_tokens)
        self._say_what_is_left_out(left_out)
        problem = engine.info.template_problem
        if problem is not None and not had_template_problem:
            detail = ErrorDetail(ErrorCode.TEMPLATE_FAILED, {"model": engine.info.name, "reason": problem})
            self._post(NoticeRaised(detail, self._message.conversation_id))
        return prompt

    def _say_what_is_left_out(self, count: int) -> None:
        conversation_id = self._message.conversation_id
        if count > self._left_out.get(conversation_id, 0):
            detail = ErrorDetail(ErrorCode.MESSAGES_LEFT_OUT, {"count": count})
            self._post(NoticeRaised(detail, conversation_id))
        self._left_out[conversation_id] = count

    def _with_text(self) -> Message:
        origin = self._message.origin
        assert origin is not None
        return replace(
            self._message,
            parts=text_parts("".join(self._text)),
            origin=replace(origin, token_ids=tuple(self._token_ids)),
            figures=self._clock.figures(len(self._token_ids)) if self._clock is not None else ReplyFigures(),
        )

    def _checkpoint(self) -> None:
        try:
            self._store.checkpoint(self._message.id, "".join(self._text), self._token_ids)
        except UserFacingError as error:
            # A full disk must not cost the reply: it goes on in memory, and its end is tried again.
            log.warning("a reply could not be saved: %s", error)

    def _finish(self, status: ReplyStatus, reason: FinishReason, error: ErrorDetail | None = None) -> None:
        message = replace(self._with_text(), status=status, finish_reason=reason, error=error)
        is_saved = False
        try:
            self._store.save_reply(message)
            is_saved = True
        except UserFacingError as unsaved:
            # Saved before announced cannot hold here: the text stays on screen, says why it is not safe, and is tried
            # again with the next message.
            message = replace(
                message, status=ReplyStatus.FAILED, finish_reason=FinishReason.ERROR, error=unsaved.detail
            )
        finally:
            self._live.end(message, is_saved=is_saved)


class _ReplyClock:
    """Takes the times of a reply while it is written."""

    def __init__(self, started: float, prompt_tokens: int) -> None:
        self._started = started
        self._first_token_at = started
        self._last_token_at = started
        self._has_ticked = False
        self._prompt_tokens = prompt_tokens
        self.cached_tokens = 0

    def tick(self) -> float:
        """A token came; returns now."""
        self._last_token_at = time.monotonic()
        if not self._has_ticked:
            self._has_ticked = True
            self._first_token_at = self._last_token_at
        return self._last_token_at

    def figures(self, reply_tokens: int) -> ReplyFigures:
        """What the reply cost up to the last tick."""
        return ReplyFigures(
            prompt_tokens=self._prompt_tokens,
            cached_tokens=self.cached_tokens,
            reply_tokens=reply_tokens,
            seconds_to_first_token=self._first_token_at - self._started,
            generation_seconds=self._last_token_at - self._first_token_at,
        )
