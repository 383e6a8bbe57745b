"""What the list of the map says: a line for what is not sent, and one for each block that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.context_map import BlockKind
from chatdesk.core.conversations import title_from
from chatdesk.core.markdown_marks import plain_words
from chatdesk.ui.context_meter import wording
from chatdesk.ui.context_meter.spans import SpanKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.context_map import ContextBlock, ContextUse
    from chatdesk.core.messages import Message

# A title is made of the first line of this many characters; a message may be a megabyte.
READ_CHARS = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `message_id` is where it leads; `tokens` and `is_cached` are None for what is not sent."""

    kind: SpanKind | None
    who: str
    words: str
    tokens: int | None = None
    is_cached: bool | None = None
    falls_out_next: bool = False
    message_id: str | None = None

    @property
    def spoken(self) -> str:
        """All of it in words, for a screen reader and as a tool tip."""
        parts = [": ".join(part for part in (self.who, self.words) if part)]
        if self.kind is SpanKind.PINNED:
            parts.append(wording.span_words(self.kind))
        if self.tokens is not None:
            parts.append(wording.tokens_words(self.tokens))
        if self.is_cached is not None:
            parts.append(wording.read_words(is_cached=self.is_cached))
        if self.falls_out_next:
            parts.append(wording.falls_out_words())
        return ", ".join(parts)


def entries(use: ContextUse, message_of: Callable[[str], Message | None], draft: str) -> list[Entry]:
    """The lines of the list: first what is not sent, then the blocks in the order of the prompt."""
    missing = []
    if use.left_out:
        words = wording.not_sent_words(len(use.left_out))
        missing.append(Entry(None, "", words, message_id=use.left_out[-1]))
    return missing + [_entry(block, use, message_of, draft) for block in use.blocks]


def _entry(block: ContextBlock, use: ContextUse, message_of: Callable[[str], Message | None], draft: str) -> Entry:
    kind = kind_of(block)
    message = None if block.message_id is None else message_of(block.message_id)
    text = draft if block.kind is BlockKind.DRAFT else "" if message is None else message.text
    beginning = text[:READ_CHARS]
    words = title_from(plain_words(beginning) if message is not None and message.is_reply else beginning)
    if block.kind is BlockKind.SUMMARY:
        words = wording.summary_row_words(len(use.summarised))
    is_message = block.kind in {BlockKind.MESSAGE, BlockKind.PINNED}
    who = wording.role_words(block.role) if is_message else wording.span_words(kind)
    return Entry(kind, who, words, block.tokens, block.is_cached, block.falls_out_next, block.message_id)
