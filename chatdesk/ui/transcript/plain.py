"""Markdown as it is read aloud or copied as plain text. No Qt here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.ui.transcript.inline import plain, segment_spans
from chatdesk.ui.transcript.markdown import MarkdownStream
from chatdesk.ui.transcript.segments import LISTS, SegmentKind

if TYPE_CHECKING:
    from chatdesk.ui.transcript.segments import Segment


def plain_text(markdown: str) -> str:
    """Markdown as it is read aloud: without marks, list items with their numbers."""
    stream = MarkdownStream()
    stream.append(markdown)
    stream.finish()
    stream.update()
    return "\n".join(_plain_segment(segment) for segment in stream.segments)


def _plain_segment(segment: Segment) -> str:
    """A segment as plain text, with the label of its list item."""
    labels = [container.label for container in segment.containers if container.label and container.is_first]
    depth = max(sum(c.kind in LISTS for c in segment.containers) - 1, 0)
    if segment.kind is SegmentKind.TABLE:
        body = "\n".join("\t".join(plain(cell, segment.definitions) for cell in row) for row in segment.rows)
    elif segment.kind in {SegmentKind.CODE, SegmentKind.MATHS}:
        body = segment.text
    else:
        body = "".join(span.text for span in segment_spans(segment))
    return "  " * depth + " ".join([*labels, body])
