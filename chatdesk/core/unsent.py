"""Messages that are not sent yet: the draft in the message box, and those that wait for the reply to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatdesk.core.attachments import Attachment

_DRAFT = "draft of "


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is being written or waits. `conversation_id` is None for a conversation that is not begun."""

    id: str
    conversation_id: str | None
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


def draft_id(conversation_id: str | None) -> str:
    """The id of what is in the message box of a conversation; None: of one that is not begun."""
    return f"{_DRAFT}{conversation_id or 'a new conversation'}"


def is_draft(unsent_id: str | None) -> bool:
    """Whether this is what stands in a message box, and none of the messages that wait."""
    return unsent_id is not None and unsent_id.startswith(_DRAFT)
