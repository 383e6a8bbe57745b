"""Messages for tests of the transcript."""

from chatdesk.core.errors import ErrorDetail
from chatdesk.core.messages import (
    FinishReason,
    Message,
    ReplyFigures,
    ReplyOrigin,
    ReplyStatus,
    Role,
    text_parts,
)
from chatdesk.core.sampling import SamplingParams

ORIGIN = ReplyOrigin("SmolLM2", "/models/smol.gguf", SamplingParams(), "")
FIGURES = ReplyFigures(20, 0, 128, 0.42, 127 / 41.3)


def user(message_id: str, text: str, conversation_id: str = "c") -> Message:
    return Message(message_id, conversation_id, None, Role.USER, text_parts(text), 0.0)


def reply(
    message_id: str,
    text: str,
    status: ReplyStatus = ReplyStatus.COMPLETE,
    reason: FinishReason | None = FinishReason.END_OF_TURN,
    error: ErrorDetail | None = None,
) -> Message:
    figures = FIGURES if status.is_final else ReplyFigures()
    reason = reason if status.is_final else None
    parts = text_parts(text)
    return Message(message_id, "c", None, Role.ASSISTANT, parts, 0.0, status, reason, error, ORIGIN, figures)


def streaming(message_id: str) -> Message:
    return reply(message_id, "", ReplyStatus.STREAMING)


def talk(count: int) -> list[Message]:
    """`count` questions with long answers."""
    answer = "An answer with **some** `code` in it that is long enough for two lines or three. " * 4
    return [message for n in range(count) for message in (user(f"u{n}", f"Question {n}?"), reply(f"r{n}", answer))]
