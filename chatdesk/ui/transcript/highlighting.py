"""Colours for code, piece by piece while it streams, with Pygments.

Pygments lexes a whole text at a time. Here the stack of lexer states at the end of a line is where the next begins, so
that a line is lexed alone however long the code is. Lexers are imported by a thread of their own, because importing and
compiling one takes longer than a frame; until it is there, code is drawn in one colour.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.lexer import Lexer
    from pygments.token import _TokenType
    from PySide6.QtGui import QColor

    from chatdesk.ui.transcript.style import CodeColors

# (start, end, name of a colour in CodeColors) within a text
Highlight = tuple[int, int, str]

LINE_LIMIT = 2_000  # characters; longer lines are data rather than code
PLAIN_LANGUAGES = frozenset({"", "text", "txt", "plain", "plaintext", "output", "console", "none"})


class LexerLibrary:
    """Loads lexers in the background, one thread at a time."""

    def __init__(self) -> None:
        self._lexers: dict[str, Lexer | None] = {}
        self._wanted: list[str] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_loading(self) -> bool:
        """Whether a lexer that was asked for may still come."""
        return self._thread is not None and self._thread.is_alive()

    def lexer(self, language: str) -> Lexer | None:
        """The lexer of `language` if it is there; None while it is loaded, and for a language that is not known."""
        if language in PLAIN_LANGUAGES:
            return None
        with self._lock:
            if language in self._lexers:
                return self._lexers[language]
            if language not in self._wanted:
                self._wanted.append(language)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._load, name="lexers", daemon=True)
                self._thread.start()
        return None

    def is_settled(self, language: str) -> bool:
        """Whether `lexer(language)` will not change its answer any more."""
        with self._lock:
            return language in PLAIN_LANGUAGES or language in self._lexers

    def _load(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                language = self._wanted[0]
            found = _load_lexer(language)
            with self._lock:
                self._lexers[language] = found
                self._wanted.remove(language)


def _load_lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer: Lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    for _ in lexer.get_tokens_unprocessed("x\n"):
        pass  # compiles what the lexer compiles when first used
    return lexer


ROOT = ("root",)


class PieceHighlighter:
    """Highlights one piece of code, which may grow at its end, from the states at the end of the piece before."""

    def __init__(self, lexer: Lexer, states: tuple[str, ...]) -> None:
        self._lexer = lexer
        self._is_stepwise = _can_be_stepped(lexer)
        self._done: list[Highlight] = []  # of the lines that need no more lexing
        self._done_end = 0
        self._states = states

    @property
    def states(self) -> tuple[str, ...]:
        """The lexer's states behind the complete lines."""
        return self._states

    def highlight(self, text: str) -> list[Highlight]:
        """What to colour in `text`, which begins with the text of the call before.

        A comment that one expression of the lexer matches across lines is not seen where it crosses the end of a piece.
        """
        if len(max(text.split("\n"), key=len)) > LINE_LIMIT:
            return []
        if not self._is_stepwise:
            return list(_colored(self._lexer.get_tokens_unprocessed(text), 0))
        complete = _end_of_settled_lines(text, self._done_end)
        if complete > self._done_end:
            self._done += self._lex(text[self._done_end : complete], self._done_end, keeps_states=True)
            self._done_end = complete
        return self._done + self._lex(text[complete:], complete, keeps_states=False)

    def _lex(self, text: str, offset: int, *, keeps_states: bool) -> list[Highlight]:
        states = list(self._states)
        found = list(_colored(_step(self._lexer, text, states), offset))
        if keeps_states:
            self._states = tuple(states)
        return found


def _end_of_settled_lines(text: str, start: int) -> int:
    """Where the last complete line ends, or the one before a comment that is open at its end.

    In many languages such a comment is matched as a whole, and so must be lexed again when its end has come.
    """
    end = text.rfind("\n", start) + 1
    opened = text.rfind("/*", start, end)
    if opened >= 0 and text.find("*/", opened + 2, end) < 0:
        end = text.rfind("\n", start, opened) + 1
    return max(end, start)


def _can_be_stepped(lexer: Lexer) -> bool:
    """Whether the lexer is driven by its state table alone, as most are."""
    from pygments.lexer import RegexLexer

    return (
        isinstance(lexer, RegexLexer)
        and type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed
        and hasattr(lexer, "_tokens")
    )


def _step(lexer: Lexer, text: str, stack: list[str]) -> Iterator[tuple[int, _TokenType, str]]:
    """`RegexLexer.get_tokens_unprocessed`, leaving the final states in `stack`, which Pygments keeps to itself."""
    from pygments.token import _TokenType

    table = lexer._tokens  # type: ignore[attr-defined]  # noqa: SLF001 - the state table has no public name
    position = 0
    while position < len(text):
        for match_at, action, transition in table[stack[-1]]:
            if not (match := match_at(text, position)):
                continue
            if action is not None:
                if type(action) is _TokenType:
                    yield position, action, match.group()
                else:
                    yield from action(lexer, match)
            position = match.end()
            _move(stack, transition)
            break
        else:
            if text[position] == "\n":
                stack[:] = ["root"]
            position += 1


def _move(stack: list[str], transition: object) -> None:
    """Apply a state transition as Pygments defines them; the last state is never popped."""
    match transition:
        case None:
            pass
        case int():
            keep = max(len(stack) + transition, 1)
            del stack[keep:]
        case "#push":
            stack.append(stack[-1])
        case tuple():
            for state in transition:
                if state == "#pop":
                    del stack[max(len(stack) - 1, 1) :]
                else:
                    stack.append(stack[-1] if state == "#push" else state)


def _colored(tokens: Iterator[tuple[int, _TokenType, str]], offset: int) -> Iterator[Highlight]:
    for start, kind, text in tokens:
        if (name := _color_name(kind)) is not None and text.strip():
            yield offset + start, offset + start + len(text), name


@cache
def _color_name(kind: _TokenType) -> str | None:
    from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String

    for parent, name in (
        (Comment, "comment"),
        (Keyword, "keyword"),
        (Operator.Word, "keyword"),
        (String, "string"),
        (Number, "number"),
        (Name.Function, "name"),
        (Name.Class, "name"),
        (Name.Decorator, "name"),
        (Name.Builtin, "name"),
        (Name.Tag, "keyword"),
        (Name.Attribute, "name"),
        (Generic.Inserted, "added"),
        (Generic.Deleted, "removed"),
        (Generic.Heading, "name"),
    ):
        if kind in parent:  # type: ignore[comparison-overlap]  # a token type contains those below it
            return name
    return None


def color_of(name: str, colors: CodeColors) -> QColor:
    """The colour that a highlight names."""
    color: QColor = getattr(colors, name)
    return color
