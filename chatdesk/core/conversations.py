"""A conversation: one titled tree of messages, of which one path is shown and continued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from chatdesk.core.untrusted_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chatdesk.core.context_map import OverflowPolicy
    from chatdesk.core.messages import Message

TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Conversation:
    """A titled tree of messages. Times are Unix seconds; `active_leaf_id` is the end of the path that is shown.

    `system_prompt` is the conversation's own, or None to follow the app's; `overflow_policy` None: by the model's size.
    `overrides` are its own settings for how replies are written: see `chatdesk.core.overrides`.
    `is_unread`: a reply ended in it while it was not on screen.
    """

    id: str
    title: str
    created_at: float
    updated_at: float
    active_leaf_id: str | None = None
    system_prompt: str | None = None
    deleted_at: float | None = None
    folder_id: str | None = None
    pinned_at: float | None = None
    archived_at: float | None = None
    is_unread: bool = False
    overflow_policy: OverflowPolicy | None = None
    overrides: Mapping[str, Any] | None = None


class Node(Protocol):
    """What moving along the tree needs of a message."""

    @property
    def id(self) -> str:
        """Which message this is."""

    @property
    def parent_id(self) -> str | None:
        """What it hangs on."""

    @property
    def created_at(self) -> float:
        """Unix time."""


def tidy_title(untrusted_title: str) -> str:
    """A title that a person or a file gives, in one line. It may be longer than one that is made here."""
    return one_line(untrusted_title, 2 * TITLE_LENGTH)


def title_from(text: str) -> str:
    """A title from the first message: its first line with words, cut at a word near 60 characters."""
    line = next((stripped for raw in text.splitlines() if (stripped := " ".join(raw.split()))), "")
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[:TITLE_LENGTH]
    head, _, _ = cut.rpartition(" ")
    # A script without spaces, or one long word, is cut where it stands.
    return (head if len(head) >= TITLE_LENGTH // 2 else cut).rstrip(" ,;:.，。；：、") + "…"


def path_to(leaf_id: str | None, messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages from the root to `leaf_id`, in order. A missing or circular parent ends the walk."""
    by_id = {message.id: message for message in messages}
    path: list[Message] = []
    seen: set[str] = set()
    while leaf_id is not None and leaf_id in by_id and leaf_id not in seen:
        seen.add(leaf_id)
        path.append(by_id[leaf_id])
        leaf_id = by_id[leaf_id].parent_id
    return tuple(reversed(path))


def siblings_of(message: Message, messages: Iterable[Message]) -> tuple[Message, ...]:
    """All versions of `message` (itself included) that hang on the same parent with the same role, oldest first."""
    found = [other for other in messages if other.parent_id == message.parent_id and other.role is message.role]
    return tuple(sorted(found, key=lambda other: (other.created_at, other.id)))


def leaf_below(message_id: str, messages: Sequence[Node]) -> str:
    """The end of the newest path that runs through `message_id`: where switching to a version leads."""
    children: dict[str, list[Node]] = {}
    for message in messages:
        if message.parent_id is not None:
            children.setdefault(message.parent_id, []).append(message)
    seen = {message_id}
    while below := [child for child in children.get(message_id, []) if child.id not in seen]:
        message_id = max(below, key=lambda child: (child.created_at, child.id)).id
        seen.add(message_id)
    return message_id
