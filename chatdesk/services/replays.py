"""Replies made again from what was recorded of them, to see that the same comes out. Nothing of it is kept."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import Post, ReplayFinished, ReplayProgressed, ReplyExplained
from chatdesk.core.messages import FinishReason
from chatdesk.core.replays import (
    Difference,
    ReplayResult,
    ReplayVerdict,
    changed_options,
    same_beginning,
    word_at,
)
from chatdesk.engine.base import Chunk, Finished, PromptProgress
from chatdesk.services.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatdesk.core.messages import ReplyOrigin
    from chatdesk.core.replays import ReplyRecipe
    from chatdesk.engine.base import Engine
    from chatdesk.services.inference import InferenceService
    from chatdesk.services.worker import Worker
    from chatdesk.store.conversations import ConversationStore

# Behind a difference a few more tokens are written, so that the word can be shown in which it lies.
_TOKENS_OF_A_WORD = 8


class ReplayService:
    """Explains replies and makes them again, one at a time. Methods may be called from any thread and return at once.

    A replay gives way to whatever somebody waits for: a message that is sent, a model that is loaded.
    """

    def __init__(
        self,
        store: ConversationStore,
        store_worker: Worker,
        inference: InferenceService,
        file_hash: Callable[[str], str | None],
        post: Post,
    ) -> None:
        """`file_hash` tells the content of the model file at a path; None where there is none that can be read."""
        self._store = store
        self._store_worker = store_worker
        self._inference = inference
        self._file_hash = file_hash
        self._post = post
        self._stop = threading.Event()  # of the replay that was asked for last

    def explain(self, message_id: str) -> None:
        """Announce `ReplyExplained`: what a reply was made from."""

        def explain() -> None:
            try:
                message = self._store.message(message_id)
            except KeyError:  # deleted for good meanwhile
                return
            self._post(ReplyExplained(message, self._store.recipe(message_id)))

        self._store_worker.submit("explain", explain)

    def replay(self, message_id: str) -> None:
        """Make a reply again, in place of the replay under way; announces `ReplayFinished` in any case."""
        self.stop()
        self._stop = stop = threading.Event()

        def run(engine: Engine | None) -> None:
            self._announced(message_id, lambda: self._replay(engine, message_id, stop))

        # A glance, though a long one: after what somebody waits for, and before idle work.
        self._inference.run("replay", run, Priority.GLANCE)

    def stop(self) -> None:
        """End the replay that is under way."""
        self._stop.set()

    # --- on the engine thread from here on ---

    def _announced(self, message_id: str, work: Callable[[], ReplayResult]) -> None:
        """Whatever comes of `work` is announced."""
        result = ReplayResult(ReplayVerdict.IMPOSSIBLE)
        try:
            result = work()
        except UserFacingError as error:
            result = replace(result, obstacle=error.detail)
        except Exception as error:
            result = replace(result, obstacle=ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(error)}))
            raise
        finally:
            self._post(ReplayFinished(message_id, result))

    def _replay(self, engine: Engine | None, message_id: str, stop: threading.Event) -> ReplayResult:
        message, recipe = self._store.message(message_id), self._store.recipe(message_id)
        origin = message.origin
        if origin is None or recipe is None:
            raise UserFacingError(ErrorCode.REPLAY_NO_RECORD)
        if engine is None or engine.info.file_hash != recipe.file_hash:
            raise UserFacingError(self._why_not_loaded(origin, recipe), model=origin.model_name)
        comparison = _Comparison(recipe.reply, was_cut=message.finish_reason is not FinishReason.END_OF_TURN)
        total = len(recipe.prompt) + len(recipe.reply)

        def is_over() -> bool:
            return stop.is_set() or self._inference.is_wanted(Priority.GLANCE) or comparison.is_settled

        reason = FinishReason.STOPPED
        sampling, continues = replace(origin.sampling, seed=origin.seed), message.given_chars > 0
        for produced in engine.replay(recipe.prompt, recipe.batches, sampling, is_over, continues=continues):
            match produced:
                case PromptProgress(processed):
                    self._post(ReplayProgressed(message_id, processed, total))
                case Chunk(_, token_ids):
                    comparison.add(token_ids)
                    self._post(ReplayProgressed(message_id, len(recipe.prompt) + comparison.same, total))
                case Finished(reason):
                    pass
        result = comparison.result(engine, is_ended=reason is not FinishReason.STOPPED)
        if result is None:
            verdict = ReplayVerdict.STOPPED if stop.is_set() else ReplayVerdict.GIVEN_UP
            result = ReplayResult(verdict, comparison.same)
        return replace(result, changed=changed_options(origin, recipe, engine.info))

    def _why_not_loaded(self, origin: ReplyOrigin, recipe: ReplyRecipe) -> ErrorCode:
        """Why the model that wrote a reply cannot do so now."""
        there = self._file_hash(origin.model_path)
        if there is None:
            return ErrorCode.REPLAY_MODEL_GONE
        return ErrorCode.REPLAY_NOT_LOADED if there == recipe.file_hash else ErrorCode.REPLAY_OTHER_FILE


class _Comparison:
    """What is written again, held token by token against what was `recorded`.

    `was_cut`: that did not end by itself, so that what would have followed does not count.
    """

    def __init__(self, recorded: Sequence[int], *, was_cut: bool) -> None:
        self._recorded = recorded
        self._was_cut = was_cut
        self._written: list[int] = []
        self.same = 0  # so many tokens were the same from the beginning

    @property
    def is_settled(self) -> bool:
        """Whether nothing that follows changes the verdict: all is there, or enough to name the word that differs."""
        is_all_there = self._was_cut and self.same == len(self._recorded)
        return is_all_there or len(self._written) >= self.same + _TOKENS_OF_A_WORD

    def add(self, token_ids: Sequence[int]) -> None:
        """These were written next."""
        for token in token_ids:
            if self.same == len(self._written) and self._recorded[self.same : self.same + 1] == (token,):
                self.same += 1
            self._written.append(token)

    def result(self, engine: Engine, *, is_ended: bool) -> ReplayResult | None:
        """The verdict; None where the replay was stopped before there could be one."""
        if self.same == len(self._recorded) and (self._was_cut or (is_ended and len(self._written) == self.same)):
            return ReplayResult(ReplayVerdict.IDENTICAL, self.same)
        if not is_ended and len(self._written) == self.same:
            return None
        recorded, replayed = engine.text_of(self._recorded), engine.text_of(self._written)
        place = same_beginning(recorded, replayed)
        difference = Difference(self.same + 1, word_at(recorded, place), word_at(replayed, place))
        return ReplayResult(ReplayVerdict.DIFFERENT, self.same, difference)
