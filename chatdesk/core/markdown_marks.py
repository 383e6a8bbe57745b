"""Markdown's marks, told from words by their looks alone: reading it as it is drawn takes a hundred times as long."""

from __future__ import annotations

import re
from html import unescape

_ADDRESS = r"\((?:[^()\n]|\([^()\n]*\)){0,999}\)"
_INNER_MARK = re.compile(rf"\](?:{_ADDRESS}|\[[^\]\n]*\])?|[*_~`\\\[!]")


def without_inner_marks(markdown: str) -> str:
    """`markdown` without all that may stand within a word that is drawn: of such words the letters come together."""
    return _INNER_MARK.sub("", unescape(markdown) if "&" in markdown else markdown)
