"""Markdown's marks, told from words by their looks alone: reading it as it is drawn takes a hundred times as long."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADDRESS = r"\((?:[^()\n]|\([^()\n]*\)){0,999}\)"
_INNER_MARK = re.compile(rf"\](?:{_ADDRESS}|\[[^\[\]\n]*\])?|[*_~`\\\[!]")
_PARAGRAPH = r"(?:(?!\n[ ]*\n).){1,999}?"
_MARKED = re.compile(
    rf"""
    ^[ ]{{0,3}}(?P<fence>```+|~~~+)[^\n]*\n (?P<block>.*?) (?:^[ ]{{0,3}}(?P=fence)[`~]*[ ]*$ | \Z)
    | (?P<ticks>(?<!`)`+(?!`)) (?P<code>{_PARAGRAPH}) (?<!`)(?P=ticks)(?!`)
    | !?\[ (?P<label>[^\[\]\n]{{0,999}}) \] {_ADDRESS}
    | \\(?P<escaped>[!-/:-@\[-`{{-~])
    | (?P<mark>\*{{1,3}} | ~~ | (?<!\w)_{{1,3}}) (?=\S) (?P<inner>{_PARAGRAPH}) (?<=\S) (?P=mark) (?!(?<=_)\w)
    | ^[ ]{{0,3}}(?:\#{{1,6}}|>)[ ]
    | ^[ ]*\|[ |:-]*(?:\n|\Z) | ^[ ]*\|[ ] | [ ]\|[ ]*$
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)

# A run of marks is taken whole: to try each shorter one as well takes minutes where there are a million.
_BLOCK_OF_CODE = re.compile(
    r"^[ \t]*(`{3,}+(?![^\n]*`)|~{3,}+)[^\n]*\n(?:.*?^[ \t]*\1[`~]*[ \t]*$|.*)", re.MULTILINE | re.DOTALL
)
# Begins with what is rare, for it is looked for in everything that a model writes.
_JOINS_WORDS = re.compile(r"[*`~\]](?:(?<=\])\(|(?<=[^\W_][*`~])[*`~]*[^\W_])")
MOST_JOINED_CHARS = 20_000  # to look for the ends of as many marks that have none takes tenths of a second


def without_inner_marks(markdown: str) -> str:
    """`markdown` without all that may stand within a word that is drawn: of such words the letters come together."""
    return _INNER_MARK.sub("", unescape(markdown) if "&" in markdown else markdown)


def plain_words(markdown: str) -> str:
    """`markdown` nearly as it reads: for a few words of it on one line."""
    return _MARKED.sub(_content, markdown)


def joined_lines(markdown: str) -> Iterator[tuple[str, str]]:
    """The lines in which marks may stand within words, or addresses between them: as written, and as they read.

    Code is left out, and the end of a very long text.
    """
    if _JOINS_WORDS.search(markdown) is None:
        return
    room = MOST_JOINED_CHARS
    for line in _BLOCK_OF_CODE.sub("", markdown).splitlines():
        if _JOINS_WORDS.search(line) is not None and (room := room - len(line)) >= 0:
            yield line, plain_words(line)


def fenced(code: str, language: str = "") -> str:
    """Code as Markdown, whatever backticks are in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return f"{fence}{language}\n{code}\n{fence}"


def _content(found: re.Match[str]) -> str:
    if (literal := found["block"] or found["code"] or found["escaped"]) is not None:
        return literal
    return plain_words(found["inner"] or found["label"] or "")
