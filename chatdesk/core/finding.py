"""Finding words in one conversation: letter by letter, as they are drawn."""

from __future__ import annotations

import re

from chatdesk.core.search import fold, may_be_drawn


class TextFinder:
    """Finds a text wherever it stands, also within words; case, accents and the kind of white space do not matter."""

    def __init__(self, text: str) -> None:
        pieces = fold(text).split()
        self._words = re.findall(r"[^\W_]+", " ".join(pieces))
        self._pattern = re.compile(r"\s+".join(re.escape(piece) for piece in pieces)) if pieces else None

    def places(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where it is in `text`: each from a character up to another."""
        return tuple(found.span() for found in self._pattern.finditer(fold(text))) if self._pattern else ()

    def may_be_in(self, markdown: str) -> bool:
        """Whether it may be in what `markdown` is drawn as: found out without drawing it."""
        return self._pattern is not None and may_be_drawn(self._words, markdown)
