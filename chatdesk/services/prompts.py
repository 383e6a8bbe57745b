"""From a conversation to the tokens that a model is given: what fits, what is left out, what can be read ahead.

What fits is decided by `core.context`; here its pieces are counted and the prompt is built by the engine, so everything
belongs to the engine's thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from chatdesk.core.context import (
    STAND_IN,
    SUMMARY_LEAD,
    Piece,
    PromptMessage,
    Selection,
    Spoken,
    fitting,
    prompt_messages,
    reserved_for_reasoning,
    reserved_for_reply,
    spoken_messages,
    summarisable,
)
from chatdesk.core.context_map import BlockKind, ContextBlock, ContextUse, OverflowPolicy
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.engine.base import Engine
    from chatdesk.services.prompt_sources import PromptSource

# Two messages that begin with different tokens: what prompts for them share is what any next message follows.
_PROBES = ("A", "1")
# Texts are counted one by one and a prompt is tokenized as a whole, which may come out a little shorter. What is
# estimated to be longer than the budget by more than this share is not tried.
_ESTIMATE_SLACK = 0.05
# So many characters are remembered at most: a draft, with the files that go along, is counted anew for every letter.
_MOST_CHARS = 10_000_000


class TokenCounts:
    """How many tokens each text is, remembered: a conversation is counted anew for every letter that is typed."""

    def __init__(self) -> None:
        self._tokenizer_hash = ""
        self._counts: dict[str, int] = {}
        self._chars = 0  # of all texts in it

    def of(self, engine: Engine, text: str) -> int:
        """How many tokens `text` is."""
        tokenizer_hash = engine.info.tokenizer_hash
        if tokenizer_hash != self._tokenizer_hash or self._chars > _MOST_CHARS:
            self._tokenizer_hash = tokenizer_hash
            self._counts.clear()
            self._chars = 0
        if (count := self._counts.get(text)) is None:
            self._counts[text] = count = engine.count_tokens(text)
            self._chars += len(text)
        return count


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """A prompt's tokens, and what they hold.

    `left_out` are the ids of messages for which there was no room; `is_too_long`: not even without them is there room.
    """

    tokens: list[int]
    selection: Selection
    left_out: tuple[str, ...]
    is_too_long: bool = False


class PromptPlan:
    """One prompt in the making: what is known of its parts, and what of them fits.

    `draft` is the message that comes next; None: it is on the path already. An empty one stands for any message.
    """

    def __init__(self, engine: Engine, source: PromptSource, counts: TokenCounts, draft: str | None = None) -> None:
        self._engine = engine
        self._source = source
        self._counts = counts
        system_prompt = source.system_prompt
        self._system = [PromptMessage(Role.SYSTEM, system_prompt)] if system_prompt.strip() else []
        self._spoken = spoken_messages(source.path, engine.info.tokenizer_hash)
        if source.is_open:
            last, origin = self._spoken[-1], source.path[-1].origin
            token_ids = last.message.token_ids
            if origin is not None and origin.tokenizer_hash == engine.info.tokenizer_hash:
                token_ids = origin.token_ids or None  # with what was reasoned: it goes on behind that
            self._spoken[-1] = replace(last, message=replace(last.message, token_ids=token_ids, is_open=True))
        self._shows_draft = bool(draft)
        if draft is not None:
            self._spoken.append(Spoken(None, PromptMessage(Role.USER, draft or _PROBES[0])))
        self._summary = source.summary if source.policy is OverflowPolicy.SUMMARISE else None
        covered = frozenset(self._summary.covers if self._summary is not None else ())
        self._n_summarised = sum(said.message_id in covered for said in self._spoken)

    @property
    def _reasons(self) -> bool:
        """Whether the model reasons before it replies."""
        return self._engine.info.reasoning.is_on(self._source.sampling.reasoning)

    @cached_property
    def budget(self) -> int:
        """How many tokens the prompt may be."""
        n_ctx = self._engine.info.n_ctx
        sampling = self._source.sampling
        reserved = reserved_for_reply(n_ctx, sampling.max_tokens)
        if self._reasons:
            reserved += reserved_for_reasoning(n_ctx, sampling.reasoning_budget)
        return n_ctx - reserved

    @cached_property
    def pieces(self) -> list[Piece]:
        """What each message takes."""
        around = {Role.USER: self._around.user, Role.ASSISTANT: self._around.assistant}
        return [
            Piece(said.message.role, around[said.message.role] + self._tokens_of(said.message), said.is_pinned)
            for said in self._spoken
        ]

    def fit(self) -> FittedPrompt:
        """The prompt with as much of the conversation as there is room for."""
        room = self.budget - self._fixed_tokens
        selection = self._fitting(room + int(self.budget * _ESTIMATE_SLACK))
        if len(selection.kept) < len(self._all.kept):
            selection = self._fitting(room)
        while True:
            tokens = self._prompt(selection)
            if len(tokens) <= self.budget:
                return FittedPrompt(tokens, selection, self._left_out(selection))
            # Counted by the template it takes more than was estimated.
            lesser = self._fitting(min(room, selection.tokens - 1))
            if lesser.kept == selection.kept:
                return FittedPrompt(tokens, selection, self._left_out(selection), is_too_long=True)
            selection = lesser

    def last_tokens(self) -> int:
        """How many tokens the last message is by itself."""
        return self._tokens_of(self._spoken[-1].message)

    def counting(self) -> Iterator[None]:
        """Count the tokens of each message, which takes a while when it is done for the first time."""
        for said in self._spoken:
            self._tokens_of(said.message)
            yield

    def use(self, fitted: FittedPrompt) -> ContextUse:
        """What `fitted` holds, block by block."""
        next_out = self._next_out(fitted.selection)
        blocks = [
            ContextBlock(
                _kind(said), said.message_id, said.message.role, self.pieces[index].tokens,
                falls_out_next=index in next_out,
            )
            for index, said in enumerate(self._spoken) if index in fitted.selection.kept
        ]  # fmt: skip
        if self._summary is not None:
            blocks.insert(0, ContextBlock(BlockKind.SUMMARY, None, None, self._summary_tokens))
        # What the template writes around them all is the system prompt's.
        system_tokens = max(len(fitted.tokens) - sum(block.tokens for block in blocks), 0)
        blocks.insert(0, ContextBlock(BlockKind.SYSTEM, None, None, system_tokens))
        if blocks[-1].kind is BlockKind.DRAFT and not self._shows_draft:
            blocks.pop()
        sent = {self._spoken[index].message_id for index in fitted.selection.kept}
        covered = frozenset(self._summary.covers if self._summary is not None else ())
        unsent = [message.id for message in self._source.path if message.text and message.id not in sent]
        n_ctx = self._engine.info.n_ctx
        return ContextUse(
            self._source.conversation_id,
            n_ctx,
            n_ctx - self.budget,
            _with_cached(blocks, self._engine.cached_tokens(fitted.tokens)),
            tuple(message_id for message_id in unsent if message_id not in covered),
            tuple(message_id for message_id in unsent if message_id in covered),
            self._source.policy,
            self._reasons,
            sum(message.figures.reasoning_tokens for message in self._source.path),
        )

    @property
    def fullness(self) -> float:
        """What the conversation would take as a share of the budget; more than 1: something must be left out."""
        return (self._fixed_tokens + self._all.tokens) / self.budget

    def summarisable(self, reserve: int) -> int:
        """How many messages the next summary should stand for; `reserve` is kept for its request and for itself."""
        room = self._engine.info.n_ctx - self._fixed_tokens - self._around.user - reserve
        return summarisable(
            self.pieces,
            self.budget - self._fixed_tokens,
            room,
            n_summarised=self._n_summarised,
            stand_in_tokens=self._stand_in_tokens,
        )

    def summarised_tokens(self, count: int) -> int:
        """What the first `count` messages take now, and an earlier summary with them."""
        pieces = self.pieces[self._n_summarised : count]
        return self._summary_tokens + sum(piece.tokens for piece in pieces)

    def last_summarised(self, count: int) -> str:
        """The id of the last message before the one that follows the first `count`: replies that failed go along."""
        following = self._spoken[count].message_id
        assert following is not None
        ids = [message.id for message in self._source.path]
        return ids[ids.index(following) - 1]

    def request(self, count: int, text: str) -> list[int]:
        """The prompt that says `text` to the model behind the first `count` messages, as they are sent now.

        It is to be answered without reasoning, where that can be switched.
        """
        asked = [*self._spoken[:count], Spoken(None, PromptMessage(Role.USER, text))]
        kept = {index for index in self._all.kept if index < count} | {count}
        return self._engine.prompt_tokens(
            self._system + prompt_messages(asked, kept, self._summary_text), reasoning=False
        )

    def _tokens(self, messages: Sequence[PromptMessage]) -> list[int]:
        return self._engine.prompt_tokens(messages, reasoning=self._source.sampling.reasoning)

    # --- what things take ---

    @cached_property
    def _around(self) -> _Around:
        """What the template writes around messages: the same at every turn."""
        probe = _PROBES[0]
        one = len(self._tokens([*self._system, PromptMessage(Role.USER, probe)]))
        three = len(
            self._tokens(
                [
                    *self._system,
                    PromptMessage(Role.USER, probe),
                    PromptMessage(Role.ASSISTANT, probe),
                    PromptMessage(Role.USER, probe),
                ]
            )
        )
        length = self._counts.of(self._engine, probe)
        both = max(three - one - 2 * length, 0)
        return _Around(all=one - length - both // 2, user=both // 2, assistant=both - both // 2)

    @cached_property
    def _summary_text(self) -> str:
        return self._summary.text if self._summary is not None else ""

    @cached_property
    def _summary_tokens(self) -> int:
        if self._summary is None:
            return 0
        return self._counts.of(self._engine, f"{SUMMARY_LEAD} {self._summary_text}\n\n")

    @cached_property
    def _fixed_tokens(self) -> int:
        """What the prompt takes without any message of the conversation."""
        return self._around.all + self._summary_tokens

    @cached_property
    def _stand_in_tokens(self) -> int:
        return self._around.user + self._counts.of(self._engine, STAND_IN)

    @cached_property
    def _all(self) -> Selection:
        return self._fitting(sum(piece.tokens for piece in self.pieces) + len(self.pieces) * self._stand_in_tokens)

    def _tokens_of(self, message: PromptMessage) -> int:
        return len(message.token_ids or ()) or self._counts.of(self._engine, message.text)

    # --- what is sent ---

    def _fitting(self, room: int) -> Selection:
        return fitting(
            self.pieces,
            room,
            self._source.policy,
            n_summarised=self._n_summarised,
            stand_in_tokens=self._stand_in_tokens,
        )

    def _prompt(self, selection: Selection) -> list[int]:
        return self._tokens(self._system + prompt_messages(self._spoken, selection.kept, self._summary_text))

    def _left_out(self, selection: Selection) -> tuple[str, ...]:
        return tuple(
            said.message_id or ""
            for index, said in enumerate(self._spoken)
            if index not in selection.kept and index >= self._n_summarised
        )

    def _next_out(self, selection: Selection) -> frozenset[int]:
        """What the policy takes out of the prompt first when room is needed."""
        if self._source.policy is OverflowPolicy.SUMMARISE and (count := self.summarisable(0)):
            return frozenset(index for index in selection.kept if index < count and not self.pieces[index].is_pinned)
        return selection.kept - self._fitting(selection.tokens - 1).kept


@dataclass(frozen=True, slots=True)
class _Around:
    """What the template writes, in tokens: around a message of each role, and around `all` of them."""

    all: int
    user: int
    assistant: int


def fitting_prompt(engine: Engine, source: PromptSource, counts: TokenCounts) -> FittedPrompt:
    """The prompt for a reply to the last message of a path.

    Raises:
        UserFacingError: `PROMPT_TOO_LONG`: the last message does not fit even with what always stays alone.
    """
    plan = PromptPlan(engine, source, counts)
    fitted = plan.fit()
    if fitted.is_too_long:
        raise UserFacingError(ErrorCode.PROMPT_TOO_LONG, tokens=plan.last_tokens(), n_ctx=engine.info.n_ctx)
    return fitted


def expected_beginning(engine: Engine, source: PromptSource, counts: TokenCounts) -> list[int]:
    """The tokens that the prompt for the next message of a conversation will begin with, whatever it says.

    Empty where that cannot be known.
    """
    fitted = [PromptPlan(engine, source, counts, probe).fit() for probe in _PROBES]
    if any(prompt.is_too_long for prompt in fitted):
        return []
    first, second = (prompt.tokens for prompt in fitted)
    shared = next((place for place, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), 0)
    return first[:shared]


def _kind(said: Spoken) -> BlockKind:
    if said.message_id is None:
        return BlockKind.DRAFT
    return BlockKind.PINNED if said.is_pinned else BlockKind.MESSAGE


def _with_cached(blocks: Sequence[ContextBlock], cached: int) -> tuple[ContextBlock, ...]:
    """`blocks` told apart by whether most of each is among the first `cached` tokens."""
    result: list[ContextBlock] = []
    start = 0
    for block in blocks:
        result.append(replace(block, is_cached=start + block.tokens / 2 <= cached and cached > 0))
        start += block.tokens
    return tuple(result)
