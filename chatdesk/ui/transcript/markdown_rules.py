"""Rules of markdown-it, changed for text that models write and that arrives in pieces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.rules_block import table
from markdown_it.rules_inline.state_inline import Delimiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

    BlockRule = Callable[[StateBlock, int, int, bool], bool]

# Cells of one table. Each costs as much as a line, and a short line may have any number of empty ones.
MOST_CELLS = 1_000

_MARKED = re.compile(r"(?:[-+*]|\d{1,9}[.)]|#{1,6})(?:[ \t]|\Z)|>|`{3}|~{3}")

# Radicals to unified ideographs with kana, Hangul, compatibility ideographs, and the full-width forms.
_UNSPACED = (("\u1100", "\u11ff"), ("\u2e80", "\u9fff"), ("\uac00", "\ud7ff"), ("\uf900", "\ufaff"))
_FORMS = (("\ufe30", "\ufe4f"), ("\uff00", "\uffef"), ("\U00020000", "\U0003ffff"))


def table_unless_marked(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature of a rule
    """A table whose header does not begin like a list item, a heading, a quote or a fence.

    markdown-it lets the line after `- a | b` decide that it is no list item but a table's header. Then what a line
    begins would depend on the line after it, and on whether the item before it was parsed in the same run.
    """
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    most_rows = MOST_CELLS // (line.count("|") + 1)
    return not _MARKED.match(line) and table(state, start, min(end, start + 2 + most_rows), silent)


def bounded(rule: BlockRule, most_levels: int, most_on_a_line: int) -> BlockRule:
    """`rule`, which begins a list, a quote or a note, as long as there are not too many: then the mark is text.

    Beyond a bound of its own markdown-it drops the text, and up to that each level costs as much as a line.
    """

    def has_room(state: StateBlock, line: int) -> bool:
        opened = 0
        for token in reversed(state.tokens):
            if token.nesting != 1 or (token.map is not None and token.map[0] != line):
                break
            opened += token.type in {"list_item_open", "blockquote_open", "footnote_reference_open"}
        return state.level < most_levels and opened < most_on_a_line

    def bounded_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature of a rule
        # Whether a line ends the paragraph before it does not depend on how deep that is.
        return (silent or has_room(state, start)) and rule(state, start, end, silent)

    return bounded_rule


def _is_unspaced(char: str) -> bool:
    return char > "\u10ff" and any(first <= char <= last for first, last in (*_UNSPACED, *_FORMS))


def tokenize_emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature of a rule
    """markdown-it's rule for `*` and `_`, made fit for text without spaces between words.

    CommonMark decides by spaces and punctuation whether `**` opens or closes, and so leaves `**注意：**请` as it is:
    the closing stars follow punctuation, and no space comes after them. Models write this all the time. Beside a
    Chinese, Japanese or Korean character a star may therefore open or close as if a space stood there.
    """
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    can_open, can_close = scanned.can_open, scanned.can_close
    before = state.src[state.pos - 1 : state.pos]
    after = state.src[state.pos + scanned.length : state.pos + scanned.length + 1]
    if marker == "*" and (_is_unspaced(before) or _is_unspaced(after)):
        can_open = can_open or bool(after.strip())
        can_close = can_close or bool(before.strip())
    for _ in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += scanned.length
    return True
