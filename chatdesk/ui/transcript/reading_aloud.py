"""A reply that streams in is read aloud in whole sentences, with time between them, and every word of it once."""

from __future__ import annotations

import re

PAUSE_SECONDS = 4.0
# Behind the last of these, a piece can end: a sentence with the space behind it, a line, or a Chinese sentence.
_END = re.compile(r"[.!?…][\"'”’)\]*_]*\s|\n|[。！？；]")


class ReadingAloud:
    """Keeps how much of each reply was said already."""

    def __init__(self) -> None:
        self._said: dict[str, int] = {}  # message id -> characters
        self._said_at = float("-inf")

    def piece(self, message_id: str, text: str, now: float) -> str:
        """What to say now of the `text` that has come so far; nothing within a sentence or soon after the last."""
        if now < self._said_at + PAUSE_SECONDS:
            return ""
        said = self._said.get(message_id, 0)
        end = max((match.end() for match in _END.finditer(text, said)), default=said)
        piece = text[said:end]
        if piece.strip():
            self._said[message_id] = end
            self._said_at = now
        return piece.strip()

    def has_begun(self, message_id: str) -> bool:
        """Whether anything was said of it."""
        return message_id in self._said

    def rest(self, message_id: str, text: str) -> str:
        """What was not said of a reply that is complete; it is forgotten with that."""
        return text[self._said.pop(message_id, 0) :].strip()
