"""From tokens to the chunks of a reply: characters put together, reasoning told apart, both counted against limits."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from chatdesk.core.context import reserved_for_reply
from chatdesk.core.messages import PartKind
from chatdesk.core.reasoning import most_reasoning_tokens
from chatdesk.engine.base import Chunk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chatdesk.core.sampling import SamplingParams
    from chatdesk.engine.base import ShouldStop
    from chatdesk.engine.reasoning import ReasoningSplitter


class ReplyStream:
    """Makes chunks of the tokens of one reply. Their texts, joined, are what the tokens spell, less the markers.

    `given` are bytes that the reply goes on from: they may end in the middle of a character, as tokens do.
    """

    def __init__(
        self,
        splitter: ReasoningSplitter | None,
        sampling: SamplingParams,
        n_ctx: int,
        room: int,
        hurries: ShouldStop,
        given: bytes = b"",
    ) -> None:
        """`room` is how much of `n_ctx` the prompt leaves, less what ends reasoning in the model's stead.

        `hurries` tells whether somebody wants the reply at once.
        """
        self._hurries = hurries
        self._splitter = splitter
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._decoder.decode(given)
        self._max_tokens = sampling.max_tokens
        reserved = reserved_for_reply(n_ctx, sampling.max_tokens)
        self._budget = most_reasoning_tokens(sampling.reasoning_budget, room, reserved)
        self._reasoned = 0
        self._written = 0

    @property
    def left(self) -> int | None:
        """How many more tokens may follow; None while the model reasons, for those are counted by themselves.

        Tokens that may spell a marker count when it is clear what they are.
        """
        is_replying = self._splitter is None or self._splitter.is_replying
        return max(self._max_tokens - self._written, 0) if is_replying else None

    @property
    def has_reasoned_enough(self) -> bool:
        """Whether the model reasons, although it has had its tokens for that, and can be brought to its reply now."""
        if self._splitter is None or not self._splitter.is_reasoning or self._decoder.getstate()[0]:
            return False
        return self._reasoned >= self._budget or self._hurries()

    def take(self, token_ids: Sequence[int], piece: bytes) -> Iterator[Chunk]:
        """The next token or more, which add `piece`."""
        text = self._decoder.decode(piece)
        if self._splitter is None:
            chunks: Iterable[Chunk] = (Chunk(text, tuple(token_ids)),)
        else:
            chunks = self._splitter.take(token_ids, text)
        for chunk in chunks:
            if chunk.kind is PartKind.REASONING:
                self._reasoned += len(chunk.token_ids)
            else:
                self._written += len(chunk.token_ids)
            yield chunk

    def finish(self) -> Iterator[Chunk]:
        """The reply is over: what was held back."""
        rest = self._decoder.decode(b"", final=True)
        if self._splitter is not None:
            yield from self._splitter.finish(rest)
        elif rest:
            yield Chunk(rest, ())
