"""Selected text as Markdown: what is selected as a whole as it was written, a part of it with its marks put back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chatdesk.ui.transcript.segments import TASK_DONE, TASK_OPEN, ContainerKind, SegmentKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.ui.transcript.inline import Span
    from chatdesk.ui.transcript.segments import Container, Segment

_MARK = re.compile(r"([\\`*_\[\]$<])")


def segment_markdown(segment: Segment, found: Sequence[Span], start: int, end: int) -> str:
    """A paragraph or heading from `start` to `end` of the text that `found` reads as."""
    is_whole = start == 0 and end >= sum(len(span.text) for span in found)
    text = segment.text if is_whole else "".join(_marked(found, start, end))
    if segment.kind is SegmentKind.HEADING and start == 0:
        text = f"{'#' * segment.level} {text}"
    return within(segment.containers, text, is_begun=start == 0)


def table_markdown(segment: Segment) -> str:
    """A table."""
    rules = {"": "---", "left": ":--", "center": ":-:", "right": "--:"}
    header, *rows = segment.rows
    delimiters = tuple(rules[alignment.value] for alignment in segment.alignments)
    lines = ("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (header, delimiters, *rows))
    return within(segment.containers, "\n".join(lines), is_begun=True)


def within(containers: Sequence[Container], text: str, *, is_begun: bool) -> str:
    """`text` in its lists and quotes; their labels stand before it if its beginning `is_begun` with."""
    first = "".join(_label(container) if is_begun else _room(container) for container in containers)
    rest = "".join(_room(container) for container in containers)
    head, *lines = text.split("\n")
    return "\n".join([first + head, *(f"{rest}{line}".rstrip() for line in lines)])


def _label(container: Container) -> str:
    if not container.is_first:
        return _room(container)
    match container.kind:
        case ContainerKind.QUOTE:
            return "> "
        case ContainerKind.NOTE:
            return f"[^{container.label}]: "
        case _ if container.label in {TASK_OPEN, TASK_DONE}:
            return f"- {container.label} "
        case ContainerKind.BULLET:
            return "- "
        case ContainerKind.NUMBER:
            return f"{container.label} "


def _room(container: Container) -> str:
    """What stands in the place of a label in the lines below it."""
    match container.kind:
        case ContainerKind.QUOTE:
            return "> "
        case ContainerKind.NOTE:
            return "    "
        case ContainerKind.BULLET:
            return "  "
        case ContainerKind.NUMBER:
            return " " * (len(container.label) + 1)


def _marked(found: Sequence[Span], start: int, end: int) -> Iterator[str]:
    at = 0
    for span in found:
        text = span.text[max(start - at, 0) : max(end - at, 0)]
        at += len(span.text)
        if not text:
            continue
        if span.is_maths or span.is_note:
            yield text
            continue
        text = f"`{text}`" if span.is_code else _MARK.sub(r"\\\1", text)
        for mark, is_on in (("~~", span.is_struck), ("*", span.is_italic), ("**", span.is_bold)):
            text = f"{mark}{text}{mark}" if is_on else text
        yield f"[{text}]({span.destination})" if span.destination else text
