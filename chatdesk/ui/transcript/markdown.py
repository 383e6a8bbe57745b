"""Markdown as it is drawn: a flat list of segments, kept while text streams in. No Qt here.

A segment is one leaf block (a paragraph, a heading, a table, …) with the containers it stands in (list items,
quotes), so that each can be laid out, redrawn and forgotten on its own.

Text arrives in pieces, and only the last top-level block (or the last item of a top-level list) is parsed again:
CommonMark is a line-based format, and once a complete line has begun the next block, no later line can change an
earlier one. The definitions of links and footnotes are the exception (see `definitions`). Inside an open code fence
nothing needs parsing at all. Very long blocks are cut where they stand, by rules that look at nothing but the text,
so that a reply looks the same after a reload as it did while it was written.
"""

from __future__ import annotations

import math
import re
from enum import Enum
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from chatdesk.ui.transcript.definitions import Definitions
from chatdesk.ui.transcript.segments import Block, Segment, SegmentKind, blocks_from_tokens, is_blank, language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Characters of one paragraph or table, and of any other block, that are ever parsed and laid out as one. Code within
# a list item or a quote does not count: it costs little, and must not be torn apart.
PARAGRAPH_LIMIT = 6_000
BLOCK_LIMIT = 10_000
# A single line longer than this is text whatever it begins with, in pieces.
LINE_LIMIT = PARAGRAPH_LIMIT
# A cell of a table counts as so many characters at least.
CELL_CHARS = 12
# A table cut in two repeats its header, unless that is longer than this.
HEADER_LIMIT = 1_000
# Characters and lines parsed at a time, as far as blocks are no longer: the cost of opening a long reply grows with its
# length only, whatever is in it. A long line counts several times, a list or quote that begins on it as so many, a bar
# of a table as one.
WINDOW_CHARS = 16_384
WINDOW_LINES = 800
LINE_CHARS, MARK_LINES = 40, 4
# Lists and quotes that stand in each other, where a quote counts once and a list twice; and that begin on one line.
MOST_LEVELS, MOST_ON_A_LINE = 24, 6
# Each of them but the first on a line counts as so many characters of a block.
MARK_CHARS = 60
MAX_NESTING = 60  # of emphasis and links
CODE_INDENT = 4  # columns from which on a line is indented code, and ends no fence

# What may begin lists, quotes and notes at the start of a line.
_MARK = re.compile(r"[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|\Z)|\[\^[^\s\]]+\]:)")
_CODE_FENCE = re.compile(r"[ \t>]*(?:[-+*]|\d{1,9}[.)])?[ \t]*(`{3,}|~{3,})")
# The beginning of a line that may still become a marker: drawing it as text or as a heading would only flicker.
_UNDECIDED = re.compile(r"[ \t>]*(?:[-=+*_#`~|:]{1,9}|\$\$?|\\\[?|\d{1,9}[.)])?[ \t]*\Z")


@cache
def parser() -> MarkdownIt:
    """The one parser: CommonMark with tables, strikethrough, footnotes and maths. HTML it finds is drawn as text."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import blockquote, list_block
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.footnote.index import footnote_def

    from chatdesk.ui.transcript.markdown_rules import bounded, table_unless_marked, tokenize_emphasis
    from chatdesk.ui.transcript.maths_rules import use_maths

    made = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "inline_definitions": True})
    made.enable(["table", "strikethrough"])
    made.use(footnote_plugin, inline=False, move_to_end=False)
    made.inline.ruler.at("emphasis", tokenize_emphasis)
    made.block.ruler.at("table", table_unless_marked, {"alt": ["paragraph", "reference"]})
    interrupts = ["paragraph", "reference"]
    for name, rule, alt in (
        ("blockquote", blockquote, [*interrupts, "blockquote", "list"]),
        ("list", list_block, [*interrupts, "blockquote"]),
        ("footnote_def", footnote_def, interrupts),
    ):
        made.block.ruler.at(name, bounded(rule, MOST_LEVELS, MOST_ON_A_LINE), {"alt": alt})
    use_maths(made)
    return made


def parse_blocks(
    lines: Sequence[str], *, first_number: int | None = None, continues_list: bool = False, is_spaced: bool = False
) -> list[Block]:
    """The blocks of `lines` (see `blocks_from_tokens`). Inline content stays unparsed."""
    tokens: list[Token] = []
    parser().block.parse("\n".join(lines), parser(), {}, tokens)
    return blocks_from_tokens(
        tokens, lines, first_number=first_number, continues_list=continues_list, is_spaced=is_spaced
    )


def cut_position(text: str, start: int, limit: int) -> int:
    """Where to end a piece of `text` that begins at `start`: after a space if there is one, within `limit` characters.

    Looks at no character beyond the limit, so that the answer does not change when text is appended.
    """
    space = text.rfind(" ", start + limit // 2, start + limit)
    return start + limit if space < 0 else space + 1


class _Fence:
    """A top-level code fence whose end has not come: its lines are taken as they are."""

    def __init__(self, opening: str, token: Token, *, is_spaced: bool) -> None:
        self._indent = _indent_of(opening)
        self._marker = token.markup
        self._language = language_of(token.info)
        self._is_spaced = is_spaced
        self._lines: list[str] = []

    def ends_with(self, line: str) -> bool:
        """Whether `line` closes the fence."""
        stripped = line.strip(" \t")
        return (
            len(stripped) >= len(self._marker)
            and not stripped.strip(self._marker[0])
            and _indent_of(line) < CODE_INDENT
        )

    def take(self, line: str) -> None:
        """Add a complete line."""
        self._lines.append(self._content(line))

    def segment(self, last_line: str = "") -> Segment:
        """The code so far, with a line that is not complete yet."""
        lines = [*self._lines, self._content(last_line)] if last_line else self._lines
        return Segment(SegmentKind.CODE, "\n".join(lines), language=self._language, is_spaced=self._is_spaced)

    def _content(self, line: str) -> str:
        """`line` without as much indentation as the fence itself has; a tab may be taken in part."""
        column = taken = 0
        while column < self._indent and line[taken : taken + 1] in {" ", "\t"}:
            column += 4 - column % 4 if line[taken] == "\t" else 1
            taken += 1
        return " " * (column - self._indent) + line[taken:]


def _indent_of(line: str) -> int:
    """Columns of white space at the start of `line`."""
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(4))


class _Until(Enum):
    """What stands behind the lines of a window."""

    END = "nothing, or an incomplete line"
    MORE = "more lines"
    LONG_LINE = "a line that is too long to be parsed"


class MarkdownStream:
    """Markdown text that grows at its end, as segments.

    `append` is cheap; `update` parses what was appended since. `segments`, `redefined` and `unread` are valid after
    `update`.
    """

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.redefined: list[int] = []  # segments further up that changed, because what they refer to was defined
        self._closed = 0  # segments that cannot change any more
        self._rest = ""  # what is not closed: from the last block on, or the last line of an open fence
        self._read = 0  # lines that the last update parsed to close what is certain, counted as in a window
        self._appended: list[str] = []
        self._has_new_line = False  # whether a line is complete that was not looked at yet
        self._is_finished = False
        self._fence: _Fence | None = None
        self._is_inside_line = False  # an overlong line is being taken piece by piece
        self._first_number: int | None = None  # of the list item that `_rest` begins with
        self._continues_list = False  # whether that item belongs to the list before
        self._definitions = Definitions()
        self._is_spaced = False  # whether a blank line stands before `_rest`

    def append(self, text: str) -> None:
        """Take more text. Nothing is parsed yet."""
        self._appended.append(text)

    def finish(self) -> None:
        """No more text will come: what may still have become something else is what it is."""
        self._is_finished = True

    @property
    def unread(self) -> str:
        """The text that is not parsed yet: see `update`."""
        return self._rest if self._has_new_line else ""

    def update(self, most_lines: int | None = None) -> int:
        """Parse what was appended; returns the index from which on segments may have changed.

        Of a long text, stop after about `most_lines` lines; the next call goes on.
        """
        self._take_appended()
        unchanged = self._closed
        del self.segments[unchanged:]
        if self._has_new_line or len(self._rest) > LINE_LIMIT:
            self._has_new_line = self._close_certain(most_lines)
        self._closed = len(self.segments)
        if self.unread:
            self._definitions.set_open(())
        else:
            self.segments += self._open_segments()
        self._define(unchanged)
        return unchanged

    def _close_certain(self, most_lines: int | None) -> bool:
        """Move what is certain from `_rest` to the segments; returns whether some of that is left for the next time."""
        self._read = 0
        while self._close_some():
            if most_lines is not None and self._read >= most_lines:
                return bool(self._rest)
        return False

    def _define(self, start: int) -> None:
        """Tell segments what they refer to: those from `start` on, and those before that a new definition concerns."""
        definitions, segments = self._definitions, self.segments
        self.redefined = []
        for index in (*definitions.affected(), *range(start, len(segments))):
            defined = definitions.applied(segments[index])
            if index < start and defined != segments[index]:
                self.redefined.append(index)
            segments[index] = defined
        for index in range(start, self._closed):
            definitions.watch(index, segments[index])

    def _take_appended(self) -> None:
        text = "".join(self._appended)
        self._appended.clear()
        if text.endswith("\r") and not self._is_finished:
            text = text[:-1]
            self._appended.append("\r")  # "\n" may follow
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        self._has_new_line = self._has_new_line or "\n" in text
        self._rest += text

    def _open_segments(self) -> list[Segment]:
        lines = self._rest.split("\n")
        if not self._is_finished and _UNDECIDED.match(lines[-1]):
            lines[-1] = ""
        self._definitions.set_open(())
        if self._fence is not None:
            if self._is_finished and self._fence.ends_with(lines[-1]):
                lines[-1] = ""
            return [self._fence.segment(lines[-1])]
        if self._is_inside_line:
            return [Segment(SegmentKind.PARAGRAPH, self._rest)]
        blocks = self._parse(lines)
        self._definitions.set_open(definition for block in blocks for definition in block.definitions)
        return [segment for block in blocks for segment in block.segments]

    def _parse(self, lines: Sequence[str]) -> list[Block]:
        """The blocks of `lines`, with which `_rest` begins."""
        return parse_blocks(
            lines,
            first_number=self._first_number,
            continues_list=self._continues_list,
            is_spaced=self._is_spaced,
        )

    # --- closing what cannot change any more ---

    def _close(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            self.segments += block.segments
            self._definitions.close(block.definitions)

    def _close_some(self) -> bool:
        """Move what is certain from `_rest` to the segments; returns whether there may be more."""
        if self._fence is not None:
            return self._close_fence_lines(self._fence)
        if self._is_inside_line:
            return self._close_line_pieces()
        return self._close_blocks()

    def _close_fence_lines(self, fence: _Fence) -> bool:
        start = 0
        while (end := self._rest.find("\n", start)) >= 0:
            line = self._rest[start:end]
            start = end + 1
            if fence.ends_with(line):
                self.segments.append(fence.segment())
                self._fence = None
                self._rest = self._rest[start:]
                return True
            fence.take(line)
        self._rest = self._rest[start:]
        return False

    def _close_line_pieces(self) -> bool:
        end = self._rest.find("\n")
        line = self._rest if end < 0 else self._rest[:end]
        start = 0
        while len(line) - start > LINE_LIMIT:
            cut = cut_position(line, start, LINE_LIMIT)
            self.segments.append(Segment(SegmentKind.PARAGRAPH, line[start:cut]))
            start = cut
        if end < 0:
            self._rest = line[start:]
            return False
        self.segments.append(Segment(SegmentKind.PARAGRAPH, line[start:]))
        self._rest = self._rest[end + 1 :]
        self._is_inside_line = False
        return True

    def _close_blocks(self) -> bool:
        windows = 1
        while (is_more := self._close_blocks_within(windows)) is None:
            windows *= 2  # one block fills the window: long code in a list item or a quote
        return is_more

    def _close_blocks_within(self, windows: int) -> bool | None:
        """`_close_some` within so many windows; None: the first block does not end there."""
        lines, until = self._window(windows)
        if not lines and until is _Until.END:
            return False
        blocks = self._parse(lines)
        for block, following in zip_longest(blocks, blocks[1:]):
            # Whether a block's last line belongs to it may depend on the line after it (a table's header does), so
            # a block is judged without that line, whether the one after it has come yet or not.
            is_open = following is None and until is not _Until.LONG_LINE
            end = len(lines) - 1 if following is None else following.start
            if cut := _cut_line(block, lines[block.start : max(end - 1, 0)]):
                self._close_forcibly(block, lines, block.start + cut)
                return True
            if following is None and self._opens_fence(block, lines):
                return True
            if is_open:
                if block.start == 0 and until is _Until.MORE:
                    return None
                self._drop(lines[: block.start], before=block)
                return until is _Until.MORE
            self._close([block])
        self._drop(lines)
        self._is_inside_line = until is _Until.LONG_LINE
        return until is not _Until.END

    def _window(self, windows: int) -> tuple[list[str], _Until]:
        """The next complete lines that are parsed together, and what stands behind them."""
        most_chars, most_lines = windows * WINDOW_CHARS, windows * WINDOW_LINES
        *lines, last = self._rest[:most_chars].split("\n")
        until = _Until.MORE if len(self._rest) > most_chars else _Until.END
        count = 0
        for index, line in enumerate((*lines, last)):
            if len(line) > LINE_LIMIT:
                lines, until = lines[:index], _Until.LONG_LINE
                break
            if count >= most_lines and index < len(lines):
                lines, until = lines[:index], _Until.MORE
                break
            count += 1 + len(line) // LINE_CHARS + MARK_LINES * _count_of_marks(line) + line.count("|")
        self._read += count
        return lines, until

    def _drop(self, lines: Sequence[str], *, before: Block | None = None) -> None:
        """Take complete `lines` off the start of `_rest`, as far as the block `before` which is not closed."""
        self._first_number = None if before is None else before.number
        self._continues_list = before is not None and before.continues_list
        if lines:
            self._rest = self._rest[sum(map(len, lines)) + len(lines) :]
            self._is_spaced = is_blank(lines[-1])

    def _opens_fence(self, block: Block, lines: Sequence[str]) -> bool:
        """Whether `block`, the last, is a fence; then what follows its first line is code until its end comes."""
        if block.token.type != "fence":
            return False
        is_spaced = block.segments[0].is_spaced
        self._fence = _Fence(lines[block.start], block.token, is_spaced=is_spaced)
        self._drop(lines[: block.start + 1])
        return True

    def _close_forcibly(self, block: Block, lines: Sequence[str], end: int) -> None:
        """Close a block that is too long before line `end`; what follows is parsed as if it began there."""
        self._close(
            parse_blocks(
                lines[block.start : end],
                first_number=block.number,
                continues_list=block.continues_list,
                is_spaced=bool(block.segments) and block.segments[0].is_spaced,
            )
        )
        self._drop(lines[:end])
        self._is_spaced = False
        if block.token.type == "table_open":
            header = "".join(f"{line}\n" for line in lines[block.start : block.start + 2])
            if len(header) <= HEADER_LIMIT:
                self._rest = header + self._rest


def _count_of_marks(line: str) -> int:
    """How many lists, quotes and notes may begin on a line."""
    count = end = 0
    while count < MOST_ON_A_LINE and (mark := _MARK.match(line, end)) is not None:
        count, end = count + 1, mark.end()
    return count


def _cut_line(block: Block, lines: Sequence[str]) -> int:
    """How many of a block's `lines` to keep together, or 0 for all. Depends on no line behind the last one kept."""
    if block.token.type == "fence":
        return 0
    if block.token.type in {"list_item_open", "blockquote_open", "footnote_reference_open"}:
        return _cut_container(lines)
    is_table = block.token.type == "table_open"
    limit = BLOCK_LIMIT if block.token.type in {"code_block", "html_block"} else PARAGRAPH_LIMIT
    least = len(block.segments[0].alignments) * CELL_CHARS if is_table else 0
    size = 0
    for kept, line in enumerate(lines):
        size += max(len(line) + 1, least)
        if size > limit:
            # A table keeps its header, delimiters and a row, or the rest would never become shorter.
            return max(kept, 3 if is_table else 1)
    return 0


def _cut_container(lines: Sequence[str]) -> int:
    """`_cut_line` for a list item or a quote: what follows is parsed without it, so the least indented line begins."""
    size, marker = 0, ""
    best, best_indent = 0, math.inf
    for index, line in enumerate(lines):
        fence = _CODE_FENCE.match(line)
        if marker:
            marker = "" if fence and fence[1].startswith(marker) else marker
            continue
        size += len(line) + 1 + MARK_CHARS * max(_count_of_marks(line) - 1, 0)
        if size > BLOCK_LIMIT:
            return best or max(index, 1)
        if size > BLOCK_LIMIT // 2 and index and not is_blank(line) and _indent_of(line) <= best_indent:
            best, best_indent = index, _indent_of(line)
        marker = fence[1] if fence else ""
    return 0
