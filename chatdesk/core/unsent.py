"""Messages that are not sent yet: the draft in the message box, and those that wait for the reply to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatdesk.core.attachments import Attachment


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is being written or waits. `conversation_id` is None for a conversation that is not begun."""

    id: str
    conversation_id: str | None
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


def draft_id(conversation_id: str | None) -> str:
    """The id of what is in the message box of a conversation; None: of one that is not begun."""
    return f"draft of {conversation_id or 'a new conversation'}"
