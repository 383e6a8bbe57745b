"""Where among a reply's tokens its text begins is known exactly, or known not to be known."""

import pytest

from chatdesk.core.messages import Message, PartKind, ReplyOrigin, Role, reply_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk
from chatdesk.services.reply_text import ReplyText

REPLY = Message("r", "c", "u", Role.ASSISTANT, (), 0.0, origin=ReplyOrigin("m", "p", SamplingParams(), ""))


def reasoned(text: str, *token_ids: int) -> Chunk:
    return Chunk(text, token_ids, PartKind.REASONING)


@pytest.mark.parametrize(
    ("chunks", "text_start"),
    [
        ([Chunk("Hi", (1,)), Chunk(" you", (2,))], 0),
        ([reasoned("", 1), reasoned("Hm", 2), reasoned("", 3), Chunk("Hi", (4,))], 3),
        ([reasoned("Hm", 1), reasoned("", 2), Chunk("Hi", ()), Chunk(" you", (3,))], None),
        ([reasoned("", 1), Chunk("Hi", ())], None),
        ([reasoned("Hm", 1)], None),
        ([reasoned("Hm", 1), Chunk("Hi", (2,)), reasoned("", 3), Chunk(" you", (4,))], None),
        ([reasoned("Hm", 1), Chunk("", (2,)), Chunk("Hi", (3,))], 2),
    ],
)
def test_the_text_begins_at_a_token_or_nowhere(chunks: list[Chunk], text_start: int | None) -> None:
    written = ReplyText(REPLY)
    written.set_vocabulary(is_same=True)
    for chunk in chunks:
        written.take(chunk).append(chunk.text)
    assert written.text_start == text_start
    assert written.token_ids == [token for chunk in chunks for token in chunk.token_ids]
    assert written.parts == reply_parts(
        *("".join(chunk.text for chunk in chunks if chunk.kind is kind) for kind in (PartKind.REASONING, PartKind.TEXT))
    )
