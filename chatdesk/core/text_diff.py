"""What differs between two texts, word by word, for showing them side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# A word, a run of white space, or any other character by itself; so is each Chinese or Japanese character.
_PIECE = re.compile(r"[^\W_\u2e80-\u9fff\uf900-\ufaff]+|\s+|.", re.DOTALL)
# Passages with more pairs of words than this are taken to differ as a whole: comparing them takes too long.
MOST_PAIRS = 1_000_000

Span = tuple[int, int]  # characters, from the first to behind the last


@dataclass(frozen=True, slots=True)
class TextDiff:
    """The passages of two texts that differ, in order. What is missing on one side is a span there without length."""

    left: tuple[Span, ...]
    right: tuple[Span, ...]


def text_diff(left: str, right: str) -> TextDiff:
    """Compare line by line first, and word by word where lines differ. Both sides have as many spans."""
    found: list[tuple[Span, Span]] = []
    ours, theirs = _places(left.splitlines(keepends=True)), _places(right.splitlines(keepends=True))
    for left_lines, right_lines in _changes(ours, theirs):
        found += _word_changes(left, _span(ours, left_lines), right, _span(theirs, right_lines))
    return TextDiff(tuple(pair[0] for pair in found), tuple(pair[1] for pair in found))


_Place = tuple[int, str]


def _places(pieces: list[str]) -> list[_Place]:
    """Each piece with where it begins."""
    places: list[_Place] = []
    start = 0
    for piece in pieces:
        places.append((start, piece))
        start += len(piece)
    return places


def _span(places: list[_Place], indices: Span) -> Span:
    """The characters of some pieces in a row; none: the place between those around them."""
    first, last = indices
    end = places[-1][0] + len(places[-1][1]) if places else 0
    start = places[first][0] if first < len(places) else end
    return start, places[last][0] if last < len(places) else end


def _changes(left: list[_Place], right: list[_Place]) -> list[tuple[Span, Span]]:
    """Which pieces on the left became which on the right, by index."""
    # In long texts pieces that are everywhere (blank lines, spaces) are no landmarks: with them it would take minutes.
    matcher = SequenceMatcher(None, [text for _, text in left], [text for _, text in right], autojunk=True)
    return [((i1, i2), (j1, j2)) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"]


def _word_changes(left: str, left_span: Span, right: str, right_span: Span) -> list[tuple[Span, Span]]:
    ours = _places(_PIECE.findall(left[slice(*left_span)]))
    theirs = _places(_PIECE.findall(right[slice(*right_span)]))
    if not ours or not theirs or len(ours) * len(theirs) > MOST_PAIRS:
        return [(left_span, right_span)]
    return [
        (_moved(_span(ours, changed), left_span[0]), _moved(_span(theirs, by), right_span[0]))
        for changed, by in _changes(ours, theirs)
    ]


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by
