"""What of a reply has been written so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.messages import PartKind, reply_parts

if TYPE_CHECKING:
    from chatdesk.core.messages import Message, Part
    from chatdesk.engine.base import Chunk


class ReplyText:
    """A reply's text, what was reasoned before it, and the tokens of both, in order.

    `token_ids` is empty where those of what was given are not known. `text_start` is the first token of the text, None
    where that is not known.
    """

    def __init__(self, message: Message) -> None:
        """Begin with what `message` has already."""
        self._said = {PartKind.REASONING: [message.reasoning], PartKind.TEXT: [message.text]}
        self._lengths = {kind: len(said[0]) for kind, said in self._said.items()}
        self._knows_tokens = True
        self.token_ids: list[int] = []
        self.text_start: int | None = 0
        self.new_tokens = 0
        self.reasoning_tokens = message.figures.reasoning_tokens
        if message.origin is not None:
            self.token_ids += message.origin.token_ids
            self.text_start = message.origin.text_start

    def set_vocabulary(self, *, is_same: bool) -> None:
        """Say whether the model that writes has the vocabulary of what was given."""
        if not is_same:
            self.token_ids.clear()
            self.text_start = 0
        self._knows_tokens = bool(self.token_ids) or not any(self._lengths.values())

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the message."""
        return reply_parts("".join(self._said[PartKind.REASONING]), "".join(self._said[PartKind.TEXT]))

    def length(self, kind: PartKind) -> int:
        """How many characters there are of one kind."""
        return self._lengths[kind]

    def take(self, chunk: Chunk) -> list[str]:
        """Count a chunk in; its text belongs at the end of the list that is returned."""
        if chunk.kind is PartKind.REASONING:
            self.reasoning_tokens += len(chunk.token_ids)
            self.text_start = None  # behind it; and where text came before it, not all that follows spells the text
        elif self.text_start is None and chunk.text and not self._lengths[PartKind.TEXT] and chunk.token_ids:
            self.text_start = len(self.token_ids)
        self.new_tokens += len(chunk.token_ids)
        if self._knows_tokens:
            self.token_ids += chunk.token_ids
        self._lengths[chunk.kind] += len(chunk.text)
        return self._said[chunk.kind]
