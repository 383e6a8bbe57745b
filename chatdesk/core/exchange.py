"""Conversations on their way in and out: a whole one as a value, and what an import came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from chatdesk.core.messages import ReplyStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chatdesk.core.conversations import Conversation
    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.messages import Message


class ExportFormat(StrEnum):
    """What a conversation can be written as. Only `JSON` is complete and can be read back."""

    JSON = "json"
    MARKDOWN = "md"
    HTML = "html"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words that a page has besides those of the conversation, in the language of the day."""

    you: str = "You"
    model: str = "Assistant"  # that wrote a reply, where its name is not known
    system: str = "System"
    tool: str = "Tool"
    reasoning: str = "Reasoning"
    attachment: str = "Attachment: {name}"


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A conversation as HTML. `pieces` are blocks that follow each other, small enough to be taken in one by one."""

    title: str
    style: str
    pieces: tuple[str, ...]


class LeftOut(StrEnum):
    """What an import met and did not take over."""

    NOT_A_CONVERSATION = "not_a_conversation"
    EMPTY_CONVERSATION = "empty_conversation"
    DAMAGED_CONVERSATION = "damaged_conversation"
    NEWER_CONVERSATION = "newer_conversation"
    UNKNOWN_VERSION = "unknown_version"
    DAMAGED_REST = "damaged_rest"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    DAMAGED_MESSAGE = "damaged_message"
    LOST_PARENT = "lost_parent"
    DAMAGED_SUMMARY = "damaged_summary"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_CONTENT = "unknown_content"
    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"
    TOOL_USE = "tool_use"
    HIDDEN_NOTE = "hidden_note"


class Outcome(StrEnum):
    """What became of one conversation that was read."""

    ADDED = "added"
    COPIED = "copied"  # another state of it was here: it lies beside that, under ids of its own
    ALREADY_HERE = "already_here"


@dataclass(frozen=True, slots=True)
class AttachedContent:
    """What an attachment part holds: `sha256` is of the content, and its name everywhere."""

    sha256: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptSummary:
    """A summary as it is kept: it stands for all messages from the root to `last_message_id`, unless it was undone."""

    id: str
    last_message_id: str
    text: str
    created_at: float
    model_name: str
    undone_at: float | None = None


@dataclass(frozen=True, slots=True)
class WholeConversation:
    """A conversation with everything that belongs to it. `messages` come parents first.

    `is_titled`: a person or a model gave it its title, which the next message does not change. `attachments` holds
    what the messages' attachment parts name, by SHA-256. `folder` is the name of the folder it lies in, and
    stands for the id that the conversation has there.
    """

    conversation: Conversation
    messages: tuple[Message, ...]
    is_titled: bool = True
    summaries: tuple[KeptSummary, ...] = ()
    attachments: Mapping[str, AttachedContent] = field(default_factory=dict)
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import came to. `problem`: why it ended before the end of the file; `first_id`: the first that was added.

    What was taken over stays, also when the import was cancelled or met a problem: always whole conversations.
    """

    file_name: str
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    n_messages: int = 0
    left_out: Mapping[LeftOut, int] = field(default_factory=dict)
    first_id: str | None = None
    is_cancelled: bool = False
    problem: ErrorDetail | None = None

    @property
    def n_added(self) -> int:
        """How many conversations are in the list that were not there before."""
        return self.outcomes.get(Outcome.ADDED, 0) + self.outcomes.get(Outcome.COPIED, 0)


def parents_first(messages: Iterable[Message]) -> tuple[tuple[Message, ...], Counter[LeftOut]]:
    """`messages` as a forest: each behind its parent, none of them in a circle, and what had to be mended for that.

    A message whose parent is not among them begins a tree of its own. Those in a circle hang on nothing and are left
    out. Of several with the same id the first counts.
    """
    by_id: dict[str, Message] = {}
    mended: Counter[LeftOut] = Counter()
    for message in messages:
        if message.id in by_id:
            mended[LeftOut.DAMAGED_MESSAGE] += 1
        by_id.setdefault(message.id, message)
    children: dict[str | None, list[Message]] = {}
    for message in by_id.values():
        rooted = message
        if message.parent_id is not None and message.parent_id not in by_id:
            mended[LeftOut.LOST_PARENT] += 1
            rooted = replace(message, parent_id=None)
        children.setdefault(rooted.parent_id, []).append(rooted)
    ordered = list(children.get(None, ()))
    for message in ordered:  # which grows meanwhile
        ordered += children.get(message.id, ())
    if circling := len(by_id) - len(ordered):
        mended[LeftOut.DAMAGED_MESSAGE] += circling
    return tuple(ordered), mended


def as_ended(message: Message) -> Message:
    """`message` as it is when nobody writes it any more."""
    return message if message.status.is_final else replace(message, status=ReplyStatus.INTERRUPTED)


def adds_nothing(whole: WholeConversation, here: Sequence[Message]) -> bool:
    """Whether all that `whole` says is among the messages that are `here`, at the same place and not deleted."""
    known = {message.id: message for message in here}
    return all(
        (twin := known.get(message.id)) is not None
        and (twin.parent_id, twin.role, twin.parts) == (message.parent_id, message.role, message.parts)
        and (twin.deleted_at is None or message.deleted_at is not None)
        for message in whole.messages
    )
