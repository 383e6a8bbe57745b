"""A text that comes in pieces, some of them twice: see `ReplyDelta`."""

from __future__ import annotations


class GrowingText:
    """What is known of it so far. Pieces are joined only when somebody reads it: a reply has thousands of them."""

    def __init__(self, text: str = "") -> None:
        self._pieces = [text]
        self._length = len(text)

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def append(self, offset: int, text: str) -> str | None:
        """Take `text`, which begins at `offset` characters; what is there already is ignored.

        Returns what is new of it; None when text before it is missing, and then nothing is taken.
        """
        if offset > self._length:
            return None
        new = text[self._length - offset :]
        if new:
            self._pieces.append(new)
            self._length += len(new)
        return new
