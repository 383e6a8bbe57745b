"""The Markdown text of a message as boxes, changed no further up than the text changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.ui.transcript.code_box import CodeBlock
from chatdesk.ui.transcript.markdown import MarkdownStream
from chatdesk.ui.transcript.maths_box import MathsBox
from chatdesk.ui.transcript.segments import Segment, SegmentKind
from chatdesk.ui.transcript.table_box import TableBox
from chatdesk.ui.transcript.text_box import RuleBox, TextBox, segment_gap

if TYPE_CHECKING:
    from chatdesk.ui.transcript.boxes import Box
    from chatdesk.ui.transcript.highlighting import LexerLibrary
    from chatdesk.ui.transcript.maths import Maths
    from chatdesk.ui.transcript.reasoning_block import QuotedStream
    from chatdesk.ui.transcript.style import TranscriptStyle


@dataclass(slots=True)
class _Part:
    """A segment, and the index of the first of its boxes. `block` is there for code."""

    segment: Segment
    first_box: int
    block: CodeBlock | None = None


class Content:
    """Boxes for Markdown that grows at its end."""

    def __init__(
        self,
        style: TranscriptStyle,
        library: LexerLibrary,
        maths: Maths,
        stream: MarkdownStream | QuotedStream | None = None,
    ) -> None:
        """`stream` makes the segments: of what is not quoted, unless one is given."""
        self.boxes: list[Box] = []
        self._style = style
        self._library = library
        self._maths = maths
        self._stream = stream or MarkdownStream()
        self._parts: list[_Part] = []

    def append(self, text: str) -> None:
        """Take more text; `update` draws it."""
        self._stream.append(text)

    def finish(self) -> None:
        """No more text will come."""
        self._stream.finish()

    @property
    def unread(self) -> str:
        """The text that has no boxes yet."""
        return self._stream.unread

    def update(self, most_lines: int | None = None) -> int:
        """Make boxes for what was appended, or for about `most_lines` lines of it; the next call goes on.

        Returns the index of the first box that changed.
        """
        start = self._stream.update(most_lines)
        redefined = [self._redefine(index) for index in self._stream.redefined]
        return min([self._update_from(start), *redefined])

    def _redefine(self, index: int) -> int:
        """Draw one segment anew, whose boxes are as many as before; returns the index of its box."""
        part, segment = self._parts[index], self._stream.segments[index]
        part.segment = segment
        gap = self.boxes[part.first_box].gap
        made = TableBox if segment.kind is SegmentKind.TABLE else TextBox
        self.boxes[part.first_box] = made(segment, self._style, gap, self._maths)
        return part.first_box

    def _update_from(self, index: int) -> int:
        segments = self._stream.segments
        while index < len(segments) and index < len(self._parts) and segments[index] == self._parts[index].segment:
            index += 1
        if index == len(segments) == len(self._parts):
            return len(self.boxes)
        replaced = self._parts[index] if index < len(self._parts) else None
        changed = len(self.boxes) if replaced is None else replaced.first_box
        del self._parts[index:]
        if replaced is not None and replaced.block is not None and _is_grown(replaced.segment, segments[index:]):
            changed += replaced.block.extend(segments[index])
            self.boxes[changed:] = replaced.block.boxes[changed - replaced.first_box :]
            replaced.segment = segments[index]
            self._parts.append(replaced)
            index += 1
            replaced = None
        old_box = self.boxes[changed] if replaced is not None and changed < len(self.boxes) else None
        if replaced is not None:
            del self.boxes[changed:]
        for position in range(index, len(segments)):
            self._add(segments, position, old_box if position == index else None)
        return changed

    def _add(self, segments: list[Segment], index: int, old_box: Box | None) -> None:
        segment, style = segments[index], self._style
        before = segments[index - 1] if index else None
        gap = segment_gap(style, before, segment)
        part = _Part(segment, len(self.boxes))
        match segment.kind:
            case SegmentKind.CODE:
                part.block = CodeBlock(segment, style, gap, self._library)
                self.boxes += part.block.boxes
            case SegmentKind.TABLE:
                previous = old_box if isinstance(old_box, TableBox) and old_box.has_columns_of(segment) else None
                self.boxes.append(TableBox(segment, style, gap, self._maths, previous))
            case SegmentKind.MATHS:
                self.boxes.append(MathsBox(segment, style, gap, self._maths))
            case SegmentKind.RULE:
                self.boxes.append(RuleBox(segment, style, gap))
            case SegmentKind.PARAGRAPH | SegmentKind.HEADING | SegmentKind.LITERAL:
                self.boxes.append(TextBox(segment, style, gap, self._maths))
        self._parts.append(part)


def _is_grown(old: Segment, new: list[Segment]) -> bool:
    """Whether the first of the new segments is the code of `old`, grown at its end."""
    return (
        bool(new)
        and new[0].kind is SegmentKind.CODE
        and (new[0].containers, new[0].language, new[0].is_spaced) == (old.containers, old.language, old.is_spaced)
        and new[0].text.startswith(old.text)
    )
