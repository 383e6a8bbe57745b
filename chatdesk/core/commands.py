"""What the command line asks of an open window, and what it is told: plain values, one a line on the local socket.

Both sides check what comes: a socket of one person's own is still not a reason to trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import (
    MessageAdded,
    PromptProcessed,
    ReplyDelta,
    ReplyFinished,
    SendFailed,
)
from chatdesk.core.messages import PartKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chatdesk.core.events import Event
    from chatdesk.core.messages import Message

PROTOCOL = 1
MOST_LINE_BYTES = 8 * 2**20
LAST = "last"  # in place of an id: the conversation that was used last
_COMMAND = "command "
_ASK = "ask"
_OPEN = "open"
_MOST_ID_CHARS = 100

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskRequest:
    """Have `text` answered in a conversation; None begins one. An id may be cut short while no other begins so."""

    conversation: str | None
    text: str

    def line(self) -> Line:
        """What is sent."""
        return {"chatdesk": PROTOCOL, "command": _ASK, "conversation": self.conversation, "text": self.text}


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Show the window, and use the model file at `path`, an absolute one."""

    path: str

    def line(self) -> Line:
        """What is sent."""
        return {"chatdesk": PROTOCOL, "command": _OPEN, "path": self.path}


def request_from(untrusted: object) -> AskRequest | OpenRequest | None:
    """What a line asks for; None when it is nothing that this version knows."""
    match untrusted:
        case {"chatdesk": 1, "command": "ask", "conversation": (str() | None) as conversation, "text": str(text)}:
            if conversation is None or 0 < len(conversation) <= _MOST_ID_CHARS:
                return AskRequest(conversation, text)
        case {"chatdesk": 1, "command": "open", "path": str(path)} if path:
            return OpenRequest(path)
    return None


def stop_line() -> Line:
    """What is sent to end the reply."""
    return {"stop": True}


def is_stop(untrusted: object) -> bool:
    """Whether a line asks for the end of the reply."""
    return isinstance(untrusted, dict) and untrusted.get("stop") is True


def command_id(unique: str) -> str:
    """What a message of the command line is called until it is sent, in place of a draft's id."""
    return f"{_COMMAND}{unique}"


def is_command(unsent_id: str | None) -> bool:
    """Whether a message comes from the command line: whoever sent it is told what becomes of it, and not the window."""
    return unsent_id is not None and unsent_id.startswith(_COMMAND)


class Answer:
    """Follows one message from being sent to the end of its reply, and says what to tell of it."""

    def __init__(self, unsent_id: str) -> None:
        self._unsent_id = unsent_id
        self._question_id: str | None = None
        self._reply_id: str | None = None
        self.conversation_id: str | None = None  # once it is known
        self.is_over = False

    def on_event(self, event: Event) -> Iterator[Line]:
        """What to tell of an event; nothing of those that concern others."""
        match event:
            case SendFailed(error=error, unsent_id=self._unsent_id):
                self.is_over = True
                yield failed_line(error)
            case MessageAdded(message, self._unsent_id):
                self._question_id, self.conversation_id = message.id, message.conversation_id
                yield {"type": "begun", "conversation": message.conversation_id}
            case MessageAdded(message) if message.is_reply and message.parent_id == self._question_id is not None:
                self._reply_id = message.id
            case PromptProcessed(self._reply_id, processed, total):
                yield {"type": "progress", "processed": processed, "total": total}
            case ReplyDelta(self._reply_id, text=text, kind=kind):
                yield {"type": "text" if kind is PartKind.TEXT else "reasoning", "text": text}
            case ReplyFinished(message) if message.id == self._reply_id:
                self.is_over = True
                yield failed_line(message.error) if message.error is not None else _done_line(message)


def _done_line(message: Message) -> Line:
    figures, origin = message.figures, message.origin
    return {
        "type": "done",
        "status": message.status.value,
        "finish_reason": message.finish_reason.value if message.finish_reason is not None else None,
        "conversation": message.conversation_id,
        "prompt_tokens": figures.prompt_tokens,
        "cached_tokens": figures.cached_tokens,
        "reply_tokens": figures.reply_tokens,
        "seconds_to_first_token": round(figures.seconds_to_first_token, 3),
        "tokens_per_second": round(speed, 1) if (speed := figures.tokens_per_second) is not None else None,
        "seed": origin.seed if origin is not None else None,
        "model": origin.model_name if origin is not None else None,
    }


def failed_line(error: ErrorDetail) -> Line:
    """Tells of a problem."""
    return {"type": "failed", "code": error.code.value, "params": dict(error.params)}


def error_from(untrusted: Mapping[str, object]) -> ErrorDetail:
    """The problem that a line tells of; one that this version does not know is one inside ChatDesk."""
    code, params = untrusted.get("code"), untrusted.get("params")
    if code in set(ErrorCode) and isinstance(params, dict):
        plain = {name: value for name, value in params.items() if isinstance(value, str | int | float)}
        return ErrorDetail(ErrorCode(str(code)), plain)
    return ErrorDetail(ErrorCode.INTERNAL, {"reason": str(code)[:100]})
