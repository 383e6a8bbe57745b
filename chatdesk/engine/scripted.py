"""ScriptedEngine: says what it is told to, without a model. For tests, and for showing the app without one."""

from __future__ import annotations

import random
import re
import time
from collections import deque
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING

from chatdesk.core.batches import add_batch, first_tokens
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import FinishReason, Role
from chatdesk.core.model_info import DeviceInUse, ModelInfo
from chatdesk.core.reasoning import ReasoningKind
from chatdesk.core.sampling import MAX_SEED
from chatdesk.engine.base import Finished, PromptProgress, never
from chatdesk.engine.markers import Markers
from chatdesk.engine.reasoning import FORMATS, Reasoning
from chatdesk.engine.reply_stream import ReplyStream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from chatdesk.core.batches import BatchRun
    from chatdesk.core.context import PromptMessage
    from chatdesk.core.sampling import SamplingParams
    from chatdesk.engine.base import Chunk, ShouldStop
    from chatdesk.engine.reasoning import ReasoningSplitter

# The vocabulary: one token per byte of UTF-8, then one that begins each role's turn and one that ends a turn.
_TURN = {role: 256 + index for index, role in enumerate(Role)}
END_OF_TURN = 256 + len(_TURN)
_WORD = re.compile(rb"\s*\S+|\s+")
# How scripted reasoning is marked: `<think>…</think>`, as plain text.
_THINK = Reasoning(FORMATS[-1], Markers(()))
_WORD_OR_MARKER = re.compile(rb"</?think>|\s+|(?:(?!</?think>)\S)+")
_MARKERS = (_THINK.format.opening.encode(), _THINK.format.closing.encode())
_NO_REASONING = "<think>\n\n</think>\n\n"
_REASONED = re.compile(r"\s*<think>.*?</think>\s*", re.DOTALL)
_NAP_SECONDS = 0.02  # how long a stop may go unnoticed while the engine pretends to work


class ScriptedEngine:
    """An engine whose replies are given: in order and over again, or by a function of the messages.

    A reply that is a `UserFacingError` is raised instead. Every word of a reply is a chunk, and costs
    `seconds_per_chunk`; every `n_batch` tokens of a prompt cost the same. `prompts` are the messages of each prompt
    that was generated for, `owners` whose they were; `prepared`, `saved` and `forgotten` are owners likewise;
    `replayed` are prompts and their batches. `n_ctx`, `max_tokens` and the cached prefix count bytes.

    Unless `reasoning` is `NONE`, what stands in `<think>…</think>` at a reply's beginning is reasoned; it is not said
    when reasoning is switched off.
    """

    def __init__(
        self,
        replies: Sequence[str | UserFacingError] | Callable[[Sequence[PromptMessage]], str | UserFacingError],
        *,
        name: str = "Scripted",
        n_ctx: int = 4096,
        n_batch: int = 512,
        seconds_per_chunk: float = 0.0,
        reasoning: ReasoningKind = ReasoningKind.NONE,
    ) -> None:
        self._replies = replies
        self._n_ctx = n_ctx
        self._n_batch = n_batch
        self._seconds_per_chunk = seconds_per_chunk
        self._messages: dict[tuple[int, ...], tuple[PromptMessage, ...]] = {}
        self._silenced: set[tuple[int, ...]] = set()  # prompts that switch reasoning off
        self._cached: list[int] = []
        self._batches: list[BatchRun] = []
        self.prompts: list[tuple[PromptMessage, ...]] = []
        self.owners: list[str] = []
        self.prepared: list[str] = []
        self.saved: list[str] = []
        self.replayed: list[tuple[tuple[int, ...], tuple[BatchRun, ...]]] = []
        self.forgotten: list[str | None] = []
        self.is_closed = False
        self.info = ModelInfo(
            name=name,
            architecture="scripted",
            n_params=0,
            n_ctx=n_ctx,
            n_ctx_train=n_ctx,
            n_batch=n_batch,
            n_ubatch=n_batch,
            n_threads=1,
            n_gpu_layers=0,
            size_bytes=0,
            memory_bytes=0,
            device=DeviceInUse("none: replies are scripted"),
            tokenizer_hash="scripted-bytes",
            reasoning=reasoning,
            file_hash=f"scripted-{name}",
        )

    def count_tokens(self, text: str) -> int:
        """How many bytes `text` is."""
        return len(_tokens_of(text))

    def prompt_tokens(self, messages: Sequence[PromptMessage], *, reasoning: bool | None = None) -> list[int]:
        """Each message between its role's token and the end-of-turn token, then the token that begins a reply.

        An open message is not ended, and begins the reply itself.
        """
        tokens: list[int] = []
        for message in messages:
            tokens += [_TURN[message.role], *(message.token_ids or _tokens_of(message.text))]
            if message.is_open:
                break
            tokens.append(END_OF_TURN)
        else:
            tokens.append(_TURN[Role.ASSISTANT])
            if self.info.reasoning.can_be_switched and not self.info.reasoning.is_on(reasoning):
                tokens += _tokens_of(_NO_REASONING)
                self._silenced.add(tuple(tokens))
        self._messages[tuple(tokens)] = tuple(messages)
        return tokens

    def cached_tokens(self, prompt: Sequence[int]) -> int:
        """How many bytes at its beginning are those of the last prompt and reply."""
        pairs = zip(self._cached, prompt, strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return max(min(common, len(prompt) - 1), 0)

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
        """Say the next reply, or what of it follows the beginning that is given."""
        self.owners.append(owner)
        tokens = list(prompt) or [END_OF_TURN]
        if len(tokens) >= self._n_ctx:
            raise UserFacingError(ErrorCode.PROMPT_TOO_LONG, tokens=len(tokens), n_ctx=self._n_ctx)
        messages = self._messages.get(tuple(tokens), ())
        self.prompts.append(messages)
        seed = random.randint(0, MAX_SEED) if sampling.seed is None else sampling.seed
        yield from self._process(tokens, should_stop)
        reason, batches = FinishReason.STOPPED, tuple(self._batches)
        if len(self._cached) < len(tokens):
            yield Finished(reason, seed)
            return
        opened = messages[-1] if continues and messages else None
        given = bytes(opened.token_ids or _tokens_of(opened.text)) if opened is not None else b""
        reply = self._reply(messages)
        if tuple(tokens) in self._silenced:
            reply = _REASONED.sub("", reply, count=1)
        reason = yield from self._write(reply, given, sampling, should_stop, hurries)
        yield Finished(reason, seed, batches)

    def replay(
        self,
        prompt: Sequence[int],
        batches: Sequence[BatchRun],
        sampling: SamplingParams,
        should_stop: ShouldStop,
        *,
        continues: bool = False,
    ) -> Iterator[PromptProgress | Chunk | Finished]:
        """Say the next reply, and note what was asked for."""
        self.replayed.append((tuple(prompt), tuple(batches)))
        with self.aside():
            self._keep(0)
            yield from self.generate(prompt, sampling, should_stop, continues=continues)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Go back to what was processed before."""
        before = list(self._cached), list(self._batches)
        try:
            yield
        finally:
            self._cached, self._batches = before

    def text_of(self, tokens: Sequence[int]) -> str:
        """The bytes that `tokens` are, as text."""
        return bytes(token for token in tokens if token < _TURN[Role.SYSTEM]).decode("utf-8", errors="replace")

    def prepare(self, prompt: Sequence[int], should_stop: ShouldStop, owner: str = "") -> Iterator[PromptProgress]:
        """Take the time that processing takes."""
        if 0 < len(prompt) < self._n_ctx:
            self.prepared.append(owner)
            yield from self._process(list(prompt), should_stop)

    def snapshot(self, should_stop: ShouldStop = never) -> Callable[[], object] | None:
        """Offer a copy that notes the writing of it, once for each reply."""
        if should_stop() or not self.owners or not self.owners[-1] or self.owners[-1] in self.saved:
            return None
        owner = self.owners[-1]
        return lambda: self.saved.append(owner)

    def stash(self) -> None:
        """There is nothing to keep."""

    def forget(self, owner: str | None) -> None:
        """Note it, and begin anew."""
        self.forgotten.append(owner)
        self._keep(0)

    def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True

    def _process(self, tokens: list[int], should_stop: ShouldStop) -> Iterator[PromptProgress]:
        cached = self.cached_tokens(tokens)
        self._keep(cached)
        yield PromptProgress(cached, len(tokens), cached)
        while (processed := len(self._cached)) < len(tokens) and self._work(should_stop):
            self._add(tokens[processed : processed + self._n_batch])
            yield PromptProgress(len(self._cached), len(tokens), cached)

    def _add(self, tokens: Sequence[int]) -> None:
        self._cached += tokens
        add_batch(self._batches, len(tokens))

    def _keep(self, count: int) -> None:
        del self._cached[count:]
        self._batches = first_tokens(self._batches, count)

    def _reply(self, messages: Sequence[PromptMessage]) -> str:
        if callable(self._replies):
            reply = self._replies(messages)
        else:
            reply = self._replies[(len(self.prompts) - 1) % len(self._replies)]
        if isinstance(reply, UserFacingError):
            raise reply
        return reply

    def _write(
        self, reply: str, given: bytes, sampling: SamplingParams, should_stop: ShouldStop, hurries: ShouldStop
    ) -> Generator[Chunk, None, FinishReason]:
        splitter = None
        if self.info.reasoning is not ReasoningKind.NONE and not given:
            splitter = _THINK.splitter()
        room = self._n_ctx - len(self._cached)
        stream = ReplyStream(splitter, sampling, self._n_ctx, room - len(_THINK.format.ending), hurries, given)
        reason, is_brought_to_reply = FinishReason.END_OF_TURN, False
        words = deque(_split(bytes(_tokens_of(reply)).removeprefix(given), splitter))
        while words:
            if stream.has_reasoned_enough and not is_brought_to_reply:
                is_brought_to_reply = True
                said = b"".join(words).partition(_THINK.format.closing.encode())[2]
                words = deque(_split(_THINK.format.ending.encode() + said, splitter))
            word, left = words.popleft(), stream.left
            if splitter is not None and word in _MARKERS:
                left = None
            written = word[: room if left is None else min(left, room)]
            if written:
                yield from stream.take(tuple(written), written)
                for token in written:
                    self._add([token])
                room -= len(written)
            if len(written) < len(word):
                reason = FinishReason.MAX_TOKENS if stream.left == 0 else FinishReason.CONTEXT_FULL
                break
            if not self._work(should_stop):
                reason = FinishReason.STOPPED
                break
        yield from stream.finish()
        return reason

    def _work(self, should_stop: ShouldStop) -> bool:
        """Take the time that a chunk takes; False when a stop was asked for."""
        ends_at = time.monotonic() + self._seconds_per_chunk
        while not should_stop():
            left = ends_at - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(left, _NAP_SECONDS))
        return False


def _split(reply: bytes, splitter: ReasoningSplitter | None) -> list[bytes]:
    """A reply in words; where it may hold reasoning, white space and the markers stand by themselves."""
    return (_WORD if splitter is None else _WORD_OR_MARKER).findall(reply)


def _tokens_of(text: str) -> list[int]:
    return list(text.encode("utf-8", errors="replace"))
