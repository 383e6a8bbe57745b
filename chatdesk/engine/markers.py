"""Markers: tokens that mean something to the model beyond their text, such as `<|im_end|>`.

Only a chat template may write them. A message that merely contains their text is broken apart with a private-use
character before the template sees it, so that what is recognised afterwards can only have come from the template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Private-use characters that no message keeps: they are removed from every text that comes in.
OPENING, CLOSING, BREAK = "\ue010", "\ue011", "\ue012"
_RESERVED = str.maketrans("", "", OPENING + CLOSING + BREAK)
# How llama.cpp's C code sees white space where a marker swallows it.
_C_SPACE = " \t\n\v\f\r"
_PREFIX = 2


def without_reserved(text: str) -> str:
    """`text` without the characters that this module gives a meaning to."""
    return text.translate(_RESERVED)


@dataclass(frozen=True, slots=True)
class Marker:
    """A token that is recognised by its text. Some swallow the white space on one side.

    `is_user_defined` ones llama.cpp recognises even in text that it is told to take literally.
    """

    token: int
    text: str
    is_user_defined: bool = False
    strips_left: bool = False
    strips_right: bool = False


class Markers:
    """All markers of a vocabulary, and how they are found and hidden in a text.

    Texts of one character or of white space only are no markers: vocabularies list such tokens for the sake of
    spelling (runs of spaces, single letters), and breaking them would change how ordinary text is tokenized.
    """

    def __init__(self, markers: Iterable[Marker]) -> None:
        self._by_text = {marker.text: marker for marker in markers if is_marker_text(marker.text)}
        lengths: dict[str, set[int]] = {}
        for text in self._by_text:
            lengths.setdefault(text[:_PREFIX], set()).add(len(text))
        self._lengths = {prefix: sorted(found, reverse=True) for prefix, found in lengths.items()}
        # Vocabularies may have thousands of markers but few beginnings, so a search for those stays fast.
        self._beginnings = re.compile("(?=" + "|".join(map(re.escape, sorted(self._lengths))) + ")")

    def __contains__(self, text: str) -> bool:
        return text in self._by_text

    def find(self, text: str) -> Iterator[tuple[int, Marker]]:
        """Each position where a marker starts, with the longest that starts there; they may overlap."""
        for start, markers in self._find_all(text):
            yield start, markers[0]

    def literal_pieces(self, text: str) -> list[str]:
        """`text` in pieces that llama.cpp takes literally: no piece holds a user-defined marker.

        Also where a longer marker begins with one: llama.cpp takes that for text and finds the shorter one in it.
        """
        return _split_at(
            text,
            [start + 1 for start, markers in self._find_all(text) if any(marker.is_user_defined for marker in markers)],
        )

    def hidden(self, text: str) -> str:
        """`text` with every marker broken apart, for a template to work with.

        Breaks also stand at both ends, within the white space that a template may trim: what the template writes
        beside a message and the message together make no marker either.
        """
        text = without_reserved(text)
        core = text.strip()
        if not core:
            return text
        before, _, after = text.partition(core)
        pieces = _split_at(core, [start + 1 for start, _ in self.find(core)])
        return before + BREAK + BREAK.join(pieces) + BREAK + after

    def partition(self, text: str) -> Iterator[str | Marker]:
        """`text` as runs of plain text and the markers between them, the leftmost and then longest first."""
        position = 0
        left_stripped = False
        for start, marker in self.find(text):
            if start < position:
                continue
            run = text[position:start]
            run = run.lstrip(_C_SPACE) if left_stripped else run
            run = run.rstrip(_C_SPACE) if marker.strips_left else run
            if run:
                yield run
            yield marker
            position = start + len(marker.text)
            left_stripped = marker.strips_right
        run = text[position:].lstrip(_C_SPACE) if left_stripped else text[position:]
        if run:
            yield run

    def _find_all(self, text: str) -> Iterator[tuple[int, list[Marker]]]:
        """Each position where markers start, with all that do, the longest first."""
        if not self._by_text:
            return
        for match in self._beginnings.finditer(text):
            start = match.start()
            candidates = (text[start : start + length] for length in self._lengths[text[start : start + _PREFIX]])
            if markers := [self._by_text[candidate] for candidate in candidates if candidate in self._by_text]:
                yield start, markers


def is_marker_text(text: str) -> bool:
    """Whether a special token's text is one to look out for; see `Markers`."""
    return len(text) >= _PREFIX and bool(text.strip(" \t\n\v\f\r▁Ġ"))


def _split_at(text: str, cuts: list[int]) -> list[str]:
    """`text` cut at each of the ascending positions."""
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
