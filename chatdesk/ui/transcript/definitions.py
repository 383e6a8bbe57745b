"""What the links and footnotes of a message refer to, wherever in the message it is defined. No Qt here.

A definition may come long after the text that refers to it. So each segment carries the definitions that its text may
use, and one that arrives changes just those segments.
"""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.ui.transcript.segments import SegmentKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chatdesk.ui.transcript.segments import Segment

# A text with more opening brackets is not read for links: finding them would take longer than a frame.
MAX_BRACKETS = 500
# What is read for references. The rest is drawn as it stands.
REFERRING = frozenset({SegmentKind.PARAGRAPH, SegmentKind.HEADING, SegmentKind.TABLE})
NOTE_MARK = "^"  # begins the label of a footnote

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)+)\]", re.DOTALL)


def labels_in(segment: Segment) -> Iterator[str]:
    """The labels that a segment's text may refer to, as definitions spell them."""
    from markdown_it.common.utils import normalizeReference

    if segment.kind not in REFERRING:
        return
    for text in (segment.text, *(cell for row in segment.rows for cell in row)):
        if 0 < text.count("[") <= MAX_BRACKETS:
            for match in _LABEL.finditer(text):
                label = match[1]
                yield label if label.startswith(NOTE_MARK) else normalizeReference(label)


class Definitions:
    """The definitions of a message, and the segments that may use them.

    Those of text that cannot change any more are closed; the others hold only until the text is looked at again. The
    first definition of a label counts.
    """

    def __init__(self) -> None:
        self._closed: dict[str, str] = {}
        self._open: dict[str, str] = {}
        self._changed: set[str] = set()
        self._users: dict[str, list[int]] = {}

    def close(self, found: Iterable[tuple[str, str]]) -> None:
        """Take definitions that stay."""
        for label, address in found:
            if label not in self._closed:
                self._closed[label] = address
                self._changed.add(label)

    def set_open(self, found: Iterable[tuple[str, str]]) -> None:
        """Take the definitions that stand in text which may still change, in place of those before."""
        before, self._open = self._open, {}
        for label, address in found:
            self._open.setdefault(label, address)
        self._changed.update(label for label, _ in before.items() ^ self._open.items())

    def applied(self, segment: Segment) -> Segment:
        """`segment` with the definitions that its text may use."""
        known = ChainMap(self._closed, self._open)
        used = {label: known[label] for label in labels_in(segment) if label in known} if known else {}
        definitions = tuple(sorted(used.items()))
        return segment if definitions == segment.definitions else replace(segment, definitions=definitions)

    def watch(self, index: int, segment: Segment) -> None:
        """Remember what a segment that will not be parsed again may refer to."""
        for label in labels_in(segment):
            users = self._users.setdefault(label, [])
            if not users or users[-1] != index:
                users.append(index)

    def affected(self) -> list[int]:
        """The watched segments whose definitions have changed since this was last asked."""
        found = {index for label in self._changed for index in self._users.get(label, ())}
        self._changed.clear()
        return sorted(found)
