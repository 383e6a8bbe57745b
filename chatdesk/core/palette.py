"""What the command palette offers, and what a few typed letters find of it: pure rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, auto
from heapq import nsmallest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST_FOUND = 60  # nobody reads further down
MOST_RECENT = 6
MOST_CHATS_UNASKED = 8  # while nothing is typed

_RANK_ABOUT = 1000  # behind whatever is called so
_WORD_STARTS = re.compile(r"\b\w")


class EntryKind(IntEnum):
    """What an entry is, in the order in which kinds are listed."""

    RECENT = auto()  # used from the palette lately, whatever it is
    ACTION = auto()
    CHAT = auto()
    MODEL = auto()
    SETTINGS = auto()  # a page of them
    SETTING = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do. `key` tells it from all others, also tomorrow; `aside` is said after its title.

    `about` is not shown, but its words find the entry after all that are found by their titles.
    """

    key: str
    kind: EntryKind
    title: str
    do: Callable[[], object]
    aside: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry and the kind it is listed under."""

    entry: Entry
    listed_as: EntryKind


def unasked(entries: Iterable[Entry], recent: Sequence[str]) -> tuple[Offer, ...]:
    """What is offered before anything is typed: what was used last, and then kind by kind, chats only the first few.

    Single settings are only offered when they are asked for.

    `recent` holds keys, the last used first.
    """
    by_key = {entry.key: entry for entry in entries}
    used = [by_key.pop(key) for key in recent[:MOST_RECENT] if key in by_key]
    offers = [Offer(entry, EntryKind.RECENT) for entry in used]
    n_chats = 0
    for entry in sorted(by_key.values(), key=lambda entry: entry.kind):
        n_chats += entry.kind is EntryKind.CHAT
        is_one_of_many = entry.kind is EntryKind.CHAT and n_chats > MOST_CHATS_UNASKED
        if entry.kind is not EntryKind.SETTING and not is_one_of_many:
            offers.append(Offer(entry, entry.kind))
    return tuple(offers)


def found(entries: Iterable[Entry], text: str, recent: Sequence[str]) -> tuple[Offer, ...]:
    """What `text` finds, the best first; of equally good ones those used last, then kind by kind."""
    words = text.casefold().split()
    places = {key: place for place, key in enumerate(recent)}
    # No two have the same place, so entries themselves are never compared.
    ranked = (
        (rank, places.get(entry.key, len(places)), entry.kind, place, entry)
        for place, entry in enumerate(entries)
        if (rank := _rank(entry, words)) is not None
    )
    return tuple(Offer(entry, entry.kind) for *_, entry in nsmallest(MOST_FOUND, ranked))


def _rank(entry: Entry, words: Sequence[str]) -> int | None:
    rank = rank_of(entry.title.casefold(), words)
    if rank is None and entry.about:
        about = entry.about.casefold()
        return _RANK_ABOUT if all(_begins_word(about, word, about.find(word)) for word in words) else None
    return rank


def rank_of(title: str, words: Sequence[str]) -> int | None:
    """How well `words` find `title`, 0 being best, None: not at all. All are case-folded.

    For each word: 0 when a word of the title begins with it, 1 when it stands anywhere, 3 when its letters are there
    in this order from the beginning of a word on ("nch" finds "new chat").
    """
    total = 0
    for word in words:
        place = title.find(word)
        if place < 0:
            if not _has_letters(title, word):
                return None
            total += 3
        elif not _begins_word(title, word, place):
            total += 1
    return total


def _begins_word(title: str, word: str, place: int) -> bool:
    while place >= 0:
        # Only Latin and the like set words apart.
        if place == 0 or not title[place - 1].isalnum() or not word[0].isascii():
            return True
        place = title.find(word, place + 1)
    return False


def _has_letters(title: str, word: str) -> bool:
    if len(word) == 1:
        return False  # one letter is there in nearly everything
    return any(
        match.group() == word[0] and _is_subsequence(word, title[match.start() :])
        for match in _WORD_STARTS.finditer(title)
    )


def _is_subsequence(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)
