"""Markdown's marks, told from words by their looks alone: reading it as it is drawn takes a hundred times as long."""

from __future__ import annotations

import re
from html import unescape

_ADDRESS = r"\((?:[^()\n]|\([^()\n]*\)){0,999}\)"
_INNER_MARK = re.compile(rf"\](?:{_ADDRESS}|\[[^\]\n]*\])?|[*_~`\\\[!]")
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


def without_inner_marks(markdown: str) -> str:
    """`markdown` without all that may stand within a word that is drawn: of such words the letters come together."""
    return _INNER_MARK.sub("", unescape(markdown) if "&" in markdown else markdown)


def plain_words(markdown: str) -> str:
    """`markdown` nearly as it reads: for a few words of it on one line."""
    return _MARKED.sub(_content, markdown)


def _content(found: re.Match[str]) -> str:
    if (literal := found["block"] or found["code"] or found["escaped"]) is not None:
        return literal
    return plain_words(found["inner"] or found["label"] or "")
