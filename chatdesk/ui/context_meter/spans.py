"""How the context divides into spans of tokens, from left to right. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from chatdesk.core.context_map import BlockKind

if TYPE_CHECKING:
    from chatdesk.core.context_map import ContextBlock, ContextUse


class SpanKind(Enum):
    """What a span is drawn and named as, in the order of the legend."""

    SYSTEM = auto()
    PINNED = auto()
    SUMMARY = auto()
    READ = auto()  # messages that are processed already
    UNREAD = auto()  # messages that are to be processed
    DRAFT = auto()
    UNUSED = auto()
    RESERVED = auto()  # kept free for the reply


_BY_BLOCK = {
    BlockKind.SYSTEM: SpanKind.SYSTEM,
    BlockKind.PINNED: SpanKind.PINNED,
    BlockKind.SUMMARY: SpanKind.SUMMARY,
    BlockKind.DRAFT: SpanKind.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Span:
    """`tokens` of the context; `block` is the place of the block among the measured ones, or None for free room."""

    kind: SpanKind
    tokens: int
    block: int | None = None


def kind_of(block: ContextBlock) -> SpanKind:
    """What a block is drawn as."""
    return _BY_BLOCK.get(block.kind, SpanKind.READ if block.is_cached else SpanKind.UNREAD)


def spans(use: ContextUse) -> list[Span]:
    """The blocks, then the unused room, then what is kept for the reply: as much of it as is left."""
    found = [Span(kind_of(block), block.tokens, index) for index, block in enumerate(use.blocks)]
    left = max(use.n_ctx - use.used_tokens, 0)
    reserved = min(use.reserved_tokens, left)
    free = (Span(SpanKind.UNUSED, left - reserved), Span(SpanKind.RESERVED, reserved))
    return [span for span in (*found, *free) if span.tokens > 0]


def totals(parts: list[Span]) -> dict[SpanKind, int]:
    """Tokens by kind, in the order of the legend; kinds without any are missing."""
    sums = {kind: sum(span.tokens for span in parts if span.kind is kind) for kind in SpanKind}
    return {kind: tokens for kind, tokens in sums.items() if tokens}
