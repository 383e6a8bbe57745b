"""What a person searches for, and where it is in a text.

SQLite's tokenizer `unicode61` takes a run of letters for one word. Chinese, Japanese, Korean and Thai put no spaces
between words, or glue endings to them, so each of their characters is set apart and counts as a word; what is searched
for becomes a row of such words, found wherever they follow each other. `search_text` does that, both to what goes into
the index and to what is looked for in it, and `Matcher` finds the same places again in the text as it was written.

A reply is drawn without the marks of its Markdown. Those may stand within words, and the addresses of links between
them: `joined_text` is what goes into the index besides, so that the words are found as they are read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from chatdesk.core.markdown_marks import joined_lines, without_inner_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.conversations import Conversation

SNIPPET_BEFORE = 20  # characters shown before what was found
SNIPPET_LENGTH = 140
MOST_TERMS = 32  # nobody types more, and a page that was pasted would be looked for word by word for seconds

# Thai to Lao, Burmese, Khmer, Japanese, Chinese, Korean, half-width kana, rarer Chinese.
_APART = (
    "\u0e01-\u0edf\u1000-\u109f\u1780-\u17dd\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_IS_APART = re.compile(f"[{_APART}]")
_TOKEN = re.compile(r"[^\W_]+")
_EDGE_OF_CODE = re.compile(r"[ \n]?`+[ \n]?")  # code that begins and ends with a space is drawn without both
_MARK = re.compile("[\u0300-\u036f]")  # an accent may be a character of its own
_MARKS = "[\u0300-\u036f]*"
_BEGINS = rf"(?:(?<![^\W_])|(?<=[{_APART}]))"
_ENDS = rf"(?:(?![^\W_])|(?=[{_APART}]))"
_APART_FROM_ALL = "\ue000"  # a word to SQLite, and none to those who search: nothing is found across it

_PIECE = re.compile(
    r"""(?:(?P<operator>in|model|before|after)[:：])?(?:["“”](?P<quoted>[^"“”]*)["“”]?|(?P<word>[^\s"“”]+))""",
    re.IGNORECASE,
)
_DATE = re.compile(r"(2\d{3})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class _Folds(dict[int, str]):
    """For each character the one that stands for it when texts are compared. One for one: places stay the same."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if "！" <= character <= "～":  # full-width ASCII
            character = chr(code - 0xFEE0)
        parts = unicodedata.normalize("NFD", character)
        if len(parts) > 1 and parts[0].isascii() and parts[0].isalpha():
            character = parts[0]
        folded = character.casefold()
        self[code] = folded if len(folded) == 1 else character
        return self[code]


_FOLDS = _Folds()


class _Words(dict[int, str]):
    """For each character what the index takes: of a letter or digit what stands for it, between words a space."""

    def __missing__(self, code: int) -> str:
        folded = _FOLDS[code]
        if _MARK.match(folded):
            taken = ""
        elif not folded.isalnum():
            taken = " "
        else:
            taken = f" {folded} " if _IS_APART.match(folded) else folded
        self[code] = taken
        return taken


_WORDS = _Words()


def fold(text: str) -> str:
    """`text` without differences of case, Latin accents and width; as long as before."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def may_be_drawn(words: Sequence[str], markdown: str) -> bool:
    """Whether all of `words`, which are folded, may be in what `markdown` is drawn as: found out without drawing it.

    Marks come and go and move, and also stand within words.
    """
    folded = fold(markdown)
    absent = [word for word in words if word not in folded]
    if not absent:
        return True
    joined = fold(without_inner_marks(_EDGE_OF_CODE.sub("`", markdown)))
    return all(word in joined for word in absent)


def search_text(text: str) -> str:
    """`text` as the index takes it: words of letters and digits, about which all versions of Unicode agree.

    What is in the index comes out again by the same words: to make others of a text takes a new index.
    """
    return fold(text) if text.isascii() else text.translate(_WORDS)


def joined_text(markdown: str) -> str:
    """What the index takes of a reply besides its `search_text`: its lines that read as other words than are written.

    Empty for most.
    """
    others = (plain for line, plain in joined_lines(markdown) if _words(plain) != _words(line))
    return "".join(f" {_APART_FROM_ALL} {search_text(plain)}" for plain in others)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other; of the last one only the beginning has to be right if `is_prefix`."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is searched for: all terms, and nothing outside of the limits. Days begin at midnight where the app runs."""

    terms: tuple[Term, ...] = ()
    folder: str | None = None  # a part of its name
    model: str | None = None  # a part of the name of the model that wrote the message
    before: date | None = None
    after: date | None = None  # that day or later

    @property
    def is_empty(self) -> bool:
        """Whether nothing is searched for."""
        return self == SearchQuery()


def parse_query(text: str) -> SearchQuery:
    """Read what somebody typed: words, "exact words", `in:folder`, `model:name`, `before:2026-01-31`, `after:2026`.

    The last word may be unfinished. What looks like an operator and is none is searched as words. Of many words the
    first count.
    """
    terms: list[Term] = []
    names: dict[str, str] = {}
    limits: dict[str, date] = {}
    last_end = len(text.rstrip())
    for piece in _PIECE.finditer(text):
        operator, quoted, word = (piece["operator"] or "").lower(), piece["quoted"], piece["word"]
        value = word if quoted is None else quoted
        if operator in ("in", "model") and value.strip():
            names[operator] = value.strip()
        elif operator in ("before", "after") and (day := _day(value)) is not None:
            limits[operator] = day
        else:
            words = _words(value if quoted is not None else piece[0])
            if words:
                terms.append(Term(words, is_prefix=quoted is None and piece.end() == last_end))
    first = tuple(dict.fromkeys(terms))[:MOST_TERMS]
    return SearchQuery(first, names.get("in"), names.get("model"), limits.get("before"), limits.get("after"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(search_text(text)))


def _day(text: str) -> date | None:
    """A day, or the first day of a month or a year."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(number or 1) for number in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text on one line, and the places in it that were found, each from a character up to another."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()


class Matcher:
    """Finds in a text what a query searches for, as the index does."""

    def __init__(self, query: SearchQuery) -> None:
        self._terms = query.terms
        self._words = [word for term in query.terms for word in term.words]
        self._patterns = [re.compile(_pattern(term)) for term in query.terms]
        self._any = re.compile("|".join(_pattern(term) for term in query.terms)) if query.terms else None

    def matches(self, text: str) -> bool:
        """Whether all terms are in `text`."""
        folded = fold(text)
        # Found out ten times as fast, and ten thousand titles are looked through.
        if not all(word in folded for word in self._words) and not _MARK.search(folded):
            return False
        return all(pattern.search(folded) for pattern in self._patterns)

    def places(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where terms are in `text`."""
        return tuple(found.span() for found in self._any.finditer(fold(text))) if self._any is not None else ()

    def may_be_in(self, markdown: str) -> bool:
        """Whether anything may be in what `markdown` is drawn as."""
        return any(may_be_drawn(term.words, markdown) for term in self._terms)

    def first_place(self, markdown: str) -> int:
        """Where the first term is; where marks stand in all of them, near it; or else 0."""
        if self._any is None or (found := self._any.search(fold(markdown))) is not None:
            return found.start() if found is not None else 0
        place = 0
        for line in markdown.splitlines(keepends=True):
            if (found := self._any.search(fold(without_inner_marks(line)))) is not None:
                return place + found.start()
            place += len(line)
        return 0

    def snippet(self, text: str) -> Snippet:
        """The surroundings of the first term that is found in `text`, or its beginning."""
        found = self._any.search(fold(text)) if self._any is not None else None
        start = max(found.start() - SNIPPET_BEFORE, 0) if found is not None else 0
        if start and (space := text.find(" ", start, start + SNIPPET_BEFORE // 2)) >= 0:
            start = space
        # White space may take more room than it will have.
        cut = " ".join(text[start : start + 4 * SNIPPET_LENGTH].split())
        shown = ("…" if start else "") + cut[:SNIPPET_LENGTH]
        is_cut = len(cut) > SNIPPET_LENGTH or len(text) > start + 4 * SNIPPET_LENGTH
        return Snippet(shown + ("…" if is_cut else ""), self.places(shown))


def _pattern(term: Term) -> str:
    pieces: list[str] = []
    for index, word in enumerate(term.words):
        if index:
            is_apart = _IS_APART.match(word) or _IS_APART.match(term.words[index - 1])
            pieces.append(r"[\W_]*" if is_apart else r"[\W_]+")
        pieces.append(_MARKS.join(re.escape(character) for character in word) + _MARKS)
    begins = "" if _IS_APART.match(term.words[0]) else _BEGINS
    ends = "" if term.is_prefix or _IS_APART.match(term.words[-1]) else _ENDS
    return begins + "".join(pieces) + ends


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that was found. `created_at` is Unix time in seconds."""

    message_id: str
    is_reply: bool
    created_at: float
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class ConversationHits:
    """What was found in a conversation: some of its messages, the newest first, and perhaps its title."""

    conversation: Conversation
    title_highlights: tuple[tuple[int, int], ...]
    hits: tuple[SearchHit, ...]
    more: int = 0  # at least so many further messages


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found for `text`: by title first, then the conversation with the newest message first.

    `is_indexing`: there are messages that could not be searched yet.
    """

    text: str
    conversations: tuple[ConversationHits, ...] = ()
    is_indexing: bool = False
