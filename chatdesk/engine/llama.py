"""LlamaEngine: one GGUF file, loaded and run by llama.cpp through its low-level API.

Importing this module imports llama_cpp; do it on the thread that will own the engine, when a model is to be loaded.
"""

from __future__ import annotations

import ctypes
import random
import sys
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import psutil

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import FinishReason
from chatdesk.core.model_info import ModelInfo
from chatdesk.core.sampling import MAX_SEED
from chatdesk.engine import llama_runtime
from chatdesk.engine.base import Finished, PromptProgress, never
from chatdesk.engine.devices import read_devices
from chatdesk.engine.fingerprint import fingerprint
from chatdesk.engine.llama_loading import metadata, open_model
from chatdesk.engine.llama_runtime import llama_cpp
from chatdesk.engine.llama_sampling import sampler_chain
from chatdesk.engine.prompt_cache import PromptCache
from chatdesk.engine.prompts import PromptBuilder
from chatdesk.engine.reasoning import find_reasoning
from chatdesk.engine.reply_stream import ReplyStream
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from chatdesk.engine.stop_flag import StopFlag
from chatdesk.engine.templates import CHATML, GENERAL, ChatTemplate, usable_template
from chatdesk.engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from contextlib import AbstractContextManager

    from chatdesk.core.batches import BatchRun
    from chatdesk.core.context import PromptMessage
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.sampling import SamplingParams
    from chatdesk.engine.base import Chunk, LoadOptions, OnLoadProgress, ShouldStop
    from chatdesk.engine.llama_loading import LoadedModel
    from chatdesk.engine.llama_runtime import Handle

# Tells how far a prompt is processed, and in the end whether all of it is, so that its last token's logits are there
_Processing: TypeAlias = "Generator[PromptProgress, None, bool]"

_LAST = -1
_MOST_CHARACTER_BYTES = 4
# What llama_decode returns
_DONE, _ABORTED = 0, 2


def load_llama(
    model: ModelFile, options: LoadOptions, on_progress: OnLoadProgress, shelf: SnapshotShelf | None = None
) -> LlamaEngine:
    """Load `model` for chat; a `MakeEngine`. Without a `shelf` no snapshot of its KV cache is kept.

    Raises:
        UserFacingError: any of the `MODEL_…` codes, or `LOAD_CANCELLED` after `on_progress` said no.
    """
    llama_runtime.start()
    if shelf is None:
        shelf = SnapshotShelf("", MemorySnapshots(lambda: 0))
    resident_before = _resident_bytes()
    loaded = open_model(model, options, on_progress)
    try:
        return LlamaEngine(model, loaded, options, shelf, resident_before)
    except BaseException:
        loaded.free()
        raise


class LlamaEngine:
    """A loaded model file with the KV cache of one conversation. See `Engine` for what it promises.

    What is processed of a prompt is only what it does not share with the tokens of `_cache`, which are kept true
    wherever a generator can be left.

    `resident_before` is the resident memory of the process, in bytes, before `loaded` was.
    """

    def __init__(
        self,
        model: ModelFile,
        loaded: LoadedModel,
        options: LoadOptions,
        shelf: SnapshotShelf,
        resident_before: int,
    ) -> None:
        self._loaded: LoadedModel | None = loaded
        self._context = loaded.context
        self._vocabulary = Vocabulary(loaded.model)
        self._stop_flag = StopFlag(loaded.context)
        self._cache = PromptCache(loaded.model, loaded.context, shelf)
        self._n_ctx = int(llama_cpp.llama_n_ctx(loaded.context))
        self._n_batch = int(llama_cpp.llama_n_batch(loaded.context))
        self._batch = (ctypes.c_int32 * self._n_batch)()
        self._prompts, template_problem = prompt_builder(loaded, self._vocabulary, options.chat_template)
        self._reasoning, kind = find_reasoning(self._prompts.template, self._vocabulary.markers, self._prompts.now)
        ending = self._reasoning.format.ending if self._reasoning is not None else ""
        self._reasoning_end = self._prompts.continuation(ending)
        devices, n_layers = read_devices(), int(llama_cpp.llama_model_n_layer(loaded.model))
        self._info = ModelInfo(
            name=model.name,
            architecture=metadata(loaded.model, "general.architecture") or "",
            n_params=int(llama_cpp.llama_model_n_params(loaded.model)),
            n_ctx=self._n_ctx,
            n_ctx_train=int(llama_cpp.llama_model_n_ctx_train(loaded.model)),
            n_batch=self._n_batch,
            n_ubatch=int(llama_cpp.llama_n_ubatch(loaded.context)),
            n_threads=int(llama_cpp.llama_n_threads(loaded.context)),
            n_gpu_layers=devices.n_gpu_layers(options.n_gpu_layers, n_layers),
            size_bytes=model.size_bytes,
            memory_bytes=max(_resident_bytes() - resident_before, 0),
            device=devices.in_use(options.n_gpu_layers, n_layers),
            tokenizer_hash=self._vocabulary.hash,
            template_problem=template_problem,
            weights_bytes=loaded.buffers.weights_bytes,
            kv_bytes=loaded.buffers.kv_bytes,
            compute_bytes=loaded.buffers.compute_bytes,
            cache_type=loaded.cache_type,
            has_flash_attention=loaded.has_flash_attention,
            file_hash=_file_hash(model),
            template_hash=self._prompts.template_hash,
            build=devices.build,
            reasoning=kind,
            n_layers=n_layers,
        )

    @property
    def info(self) -> ModelInfo:
        """What was loaded. `template_problem` may appear later: some templates refuse only some conversations."""
        if self._prompts.problem is not None and self._info.template_problem is None:
            self._info = replace(self._info, template_problem=self._prompts.problem)
        return self._info

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` is, tokenized as plain text."""
        return len(self._vocabulary.tokenize(text))

    def prompt_tokens(self, messages: Sequence[PromptMessage], *, reasoning: bool | None = None) -> list[int]:
        """The exact prompt for a reply to `messages`, as token ids."""
        return self._prompts.tokens([self._checked(message) for message in messages], reasoning=reasoning)

    def cached_tokens(self, prompt: Sequence[int]) -> int:
        """How many tokens of `prompt` are in the KV cache, or in a snapshot that would be put back for it."""
        return self._cache.known(prompt)

    def generate(
        self,
        prompt: Sequence[int],
        sampling: SamplingParams,
        should_stop: ShouldStop,
        owner: str = "",
        *,
        continues: bool = False,
        hurries: ShouldStop = never,
    ) -> Iterator[PromptProgress | Chunk | Finished]:
        """Process `prompt`, then write the reply.

        `should_stop` is also asked from another thread, so that llama.cpp stops in the middle of a batch or token.
        """
        tokens = list(prompt) or [self._vocabulary.first_token]
        if len(tokens) >= self._n_ctx:
            raise UserFacingError(ErrorCode.PROMPT_TOO_LONG, tokens=len(tokens), n_ctx=self._n_ctx)
        with self._stop_flag.following(should_stop):
            processing = self._process(tokens, self._cache.begin(tokens, owner, should_stop), should_stop)
            yield from self._reply(processing, tokens, sampling, should_stop, continues=continues, hurries=hurries)

    def replay(
        self,
        prompt: Sequence[int],
        batches: Sequence[BatchRun],
        sampling: SamplingParams,
        should_stop: ShouldStop,
        *,
        continues: bool = False,
    ) -> Iterator[PromptProgress | Chunk | Finished]:
        """Write a reply again from nothing, with the prompt processed in these batches."""
        tokens = list(prompt)
        if len(tokens) >= self._n_ctx:
            raise UserFacingError(ErrorCode.PROMPT_TOO_LONG, tokens=len(tokens), n_ctx=self._n_ctx)
        if any(run.size > self._n_batch for run in batches):
            raise UserFacingError(ErrorCode.REPLAY_OTHER_SETTINGS, name="n_batch")
        with self._cache.lent(), self._stop_flag.following(should_stop):
            self._cache.keep(0)
            processing = self._process_again(tokens, batches, should_stop)
            yield from self._reply(processing, tokens, sampling, should_stop, continues=continues)

    def aside(self) -> AbstractContextManager[None]:
        """Lend the KV cache to side work."""
        return self._cache.lent()

    def text_of(self, tokens: Sequence[int]) -> str:
        """What `tokens` say as a reply."""
        vocabulary = self._vocabulary
        pieces = (
            vocabulary.piece(token, lstrip=place == 0 and vocabulary.puts_space_first)
            for place, token in enumerate(tokens)
        )
        return b"".join(pieces).decode("utf-8", errors="replace")

    def prepare(self, prompt: Sequence[int], should_stop: ShouldStop, owner: str = "") -> Iterator[PromptProgress]:
        """Process the beginning of a prompt that is expected, so that only the rest is left when it comes."""
        tokens = list(prompt)
        if 0 < len(tokens) < self._n_ctx:
            # What is read from disk is read to its end: what ends reading ahead is mostly the message it is for.
            cached = self._cache.begin(tokens, owner)
            with self._stop_flag.following(should_stop):
                yield from self._process(tokens, cached, should_stop)

    def snapshot(self, should_stop: ShouldStop = never) -> Callable[[], object] | None:
        """Copy the KV cache; the result writes the copy to disk, on any thread. None when the disk holds it."""
        return self._cache.unsaved_writer(should_stop)

    def stash(self) -> None:
        """Keep the KV cache in memory for an engine that loads the same model later."""
        self._cache.stash()

    def forget(self, owner: str | None) -> None:
        """Drop what was said in one conversation from memory; None: in all."""
        self._cache.forget(owner)

    def close(self) -> None:
        """Give the model's memory back to the system. May be called twice."""
        if self._loaded is not None:
            self._loaded.free()
            self._loaded = None
            _return_freed_memory()

    def _checked(self, message: PromptMessage) -> PromptMessage:
        """`message`, by its text where its token ids, which a file may have brought, hold more than text could.

        A reply that goes on holds what marks its reasoning as well.
        """
        tokens = message.token_ids or ()
        if message.is_open and self._reasoning is not None:
            tokens = tuple(token for token in tokens if not self._reasoning.marker(token))
        return message if self._vocabulary.is_text(tokens) else replace(message, token_ids=None)

    def _process(self, tokens: list[int], cached: int | None, should_stop: ShouldStop) -> _Processing:
        """Bring the KV cache to hold exactly `tokens`, unless a stop is asked for.

        `cached` of them are there; None: a stop was asked for before it could be found out.
        """
        yield PromptProgress(cached or 0, len(tokens), cached or 0)
        if cached is None:
            return False
        checkpoint = self._checkpoint(tokens)
        while (processed := len(self._cache.tokens)) < len(tokens) and not should_stop():
            end = processed + self._n_batch
            if not self._decode(tokens[processed : checkpoint if processed < checkpoint < end else end]):
                return False
            if len(self._cache.tokens) == checkpoint:
                self._cache.checkpoint()
            yield PromptProgress(len(self._cache.tokens), len(tokens), cached)
        return processed == len(tokens)

    def _checkpoint(self, tokens: list[int]) -> int:
        """Behind which token of a prompt a checkpoint is made; 0: behind none.

        The next prompt will go on from there otherwise, because it will not hold what the model is about to reason. A
        model that cannot go back has to come back to a copy.
        """
        if self._reasoning is None or self._cache.can_go_back:
            return 0
        return self._reasoning.at_end(tokens, self._vocabulary.piece)[0]

    def _process_again(self, tokens: list[int], batches: Sequence[BatchRun], should_stop: ShouldStop) -> _Processing:
        """Fill the empty KV cache with `tokens` in these batches, unless a stop is asked for.

        Where some of a batch was taken back, other tokens stand in for them: only their number counts.
        """
        yield PromptProgress(0, len(tokens), 0)
        for run in batches:
            for _ in range(run.times):
                start = len(self._cache.tokens)
                end = start + run.kept
                stand_ins = [tokens[start]] * (run.size - run.kept)
                if should_stop() or not self._decode(tokens[start:end] + stand_ins):
                    return False
                if stand_ins and self._cache.keep(end) != end:
                    # It was another model's doing, or another build's: this one cannot take anything back.
                    raise UserFacingError(ErrorCode.REPLAY_OTHER_SETTINGS, name="n_batch")
                yield PromptProgress(end, len(tokens), 0)
        return len(self._cache.tokens) == len(tokens)

    def _reply(
        self,
        processing: _Processing,
        prompt: list[int],
        sampling: SamplingParams,
        should_stop: ShouldStop,
        *,
        continues: bool,
        hurries: ShouldStop = never,
    ) -> Iterator[PromptProgress | Chunk | Finished]:
        """Have the prompt processed and write the reply to it, or say that it was stopped before."""
        seed = random.randint(0, MAX_SEED) if sampling.seed is None else sampling.seed
        if not (yield from processing):
            yield Finished(FinishReason.STOPPED, seed)
            return
        batches = tuple(self._cache.batches)
        stream = self._stream(prompt, sampling, hurries, continues=continues)
        with sampler_chain(sampling, self._vocabulary.size, seed, prompt) as chain:
            reason = yield from self._write(stream, chain, should_stop, strips=not continues)
        yield Finished(reason, seed, batches)

    def _write(
        self, stream: ReplyStream, chain: Handle, should_stop: ShouldStop, *, strips: bool
    ) -> Generator[Chunk, None, FinishReason]:
        """Write the reply token by token; the generator's value is why it ended.

        `strips`: it begins a text, before which some vocabularies put a space.
        """
        vocabulary = self._vocabulary
        strips = strips and vocabulary.puts_space_first
        in_its_stead: deque[int] = deque()  # what brings a model to its reply that has reasoned enough
        reason = FinishReason.MAX_TOKENS
        while stream.left != 0:
            if stream.has_reasoned_enough and not in_its_stead:
                in_its_stead.extend(self._reasoning_end)
            token = self._next_token(chain, in_its_stead)
            if vocabulary.ends_generation(token):
                reason = FinishReason.END_OF_TURN
                break
            yield from stream.take((token,), vocabulary.piece(token, lstrip=strips))
            strips = False
            if should_stop():
                reason = FinishReason.STOPPED
                break
            if len(self._cache.tokens) >= self._n_ctx:
                reason = FinishReason.CONTEXT_FULL
                break
            # Also after the last token that is wanted: the next prompt will begin with it.
            if not self._decode([token]):
                reason = FinishReason.STOPPED
                break
        yield from stream.finish()
        return reason

    def _next_token(self, chain: Handle, in_its_stead: deque[int]) -> int:
        """The token that the model writes, or the one that is written in its stead."""
        if not in_its_stead:
            return int(llama_cpp.llama_sampler_sample(chain, self._context, _LAST))
        token = in_its_stead.popleft()
        llama_cpp.llama_sampler_accept(chain, token)
        return token

    def _stream(
        self, prompt: list[int], sampling: SamplingParams, hurries: ShouldStop, *, continues: bool
    ) -> ReplyStream:
        """What makes chunks of the reply to `prompt`. A reply that goes on is beyond its reasoning."""
        room, piece = self._n_ctx - len(prompt) - len(self._reasoning_end), self._vocabulary.piece
        if continues:
            # What is left over of these is a character that the first new token may complete.
            given = b"".join(map(piece, prompt[-_MOST_CHARACTER_BYTES:]))
            return ReplyStream(None, sampling, self._n_ctx, room, hurries, given)
        splitter = None
        if self._reasoning is not None:
            _, is_open = self._reasoning.at_end(prompt, piece)
            splitter = self._reasoning.splitter(is_open=is_open)
        return ReplyStream(splitter, sampling, self._n_ctx, room, hurries)

    def _decode(self, tokens: list[int]) -> bool:
        """Process `tokens` behind the cached ones; False when a stop ended it, which leaves the cache as it was.

        Raises:
            UserFacingError: `GENERATION_FAILED`.
        """
        assert self._loaded is not None, "the engine is closed"
        log = llama_runtime.start()
        mark = log.total
        self._batch[: len(tokens)] = tokens  # type: ignore[assignment]  # ctypes takes integers, typeshed does not know
        result = int(llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(self._batch, len(tokens))))
        if result == _DONE:
            self._cache.add(tokens)
            return True
        # Parts of the batch may be in the KV cache.
        self._cache.keep(len(self._cache.tokens))
        if result == _ABORTED:
            return False
        reason = next(reversed(log.since(mark)), f"error {result}")
        raise UserFacingError(ErrorCode.GENERATION_FAILED, reason=reason)


def prompt_builder(
    loaded: LoadedModel, vocabulary: Vocabulary, chosen: str | None = None
) -> tuple[PromptBuilder, str | None]:
    """What builds the model's prompts, and why not by its own template or the `chosen` one, if so.

    Templates that use the clock are told the time of the load: a prompt whose beginning changes is processed again.
    """
    now = datetime.now().astimezone()
    own: bytes | None = llama_cpp.llama_model_chat_template(loaded.model, None)
    template, problem = usable_template(
        chosen or (own.decode("utf-8", errors="replace") if own else None),
        bos_token=vocabulary.text_of(vocabulary.bos),
        eos_token=vocabulary.text_of(vocabulary.eos),
        now=now,
    )
    knows_chatml = "<|im_start|>" in vocabulary.markers and "<|im_end|>" in vocabulary.markers
    fallback = ChatTemplate(CHATML if knows_chatml else GENERAL)
    return PromptBuilder(vocabulary, template or fallback, fallback, now), problem


def _file_hash(model: ModelFile) -> str:
    """What tells the file's content from others; empty for one that went away while it was loaded."""
    try:
        return fingerprint(model)
    except OSError:
        return ""


def _resident_bytes() -> int:
    return int(psutil.Process().memory_info().rss)


def _return_freed_memory() -> None:
    """Have the C library give freed memory back to the system; where it does so by itself, nothing."""
    if sys.platform == "win32":
        return
    library = ctypes.CDLL(None)
    if sys.platform == "darwin":
        library.malloc_zone_pressure_relief(None, ctypes.c_size_t(0))
    elif hasattr(library, "malloc_trim"):  # glibc; musl has none and needs none
        library.malloc_trim(ctypes.c_size_t(0))
