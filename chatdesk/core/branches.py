"""A conversation's tree as far as moving along it goes: its nodes, and where one ends up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.conversations import leaf_below
from chatdesk.core.messages import FinishReason, Message, ReplyStatus, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

BEGINNING_CHARS = 120
LEAST_VARIED, MOST_VARIED = 0.5, 1.5  # temperatures


@dataclass(frozen=True, slots=True)
class BranchNode:
    """A message of the tree in short. `beginning` are its first words, on one line.

    `is_deleted`: it can be restored, with what hangs below it.
    """

    id: str
    parent_id: str | None
    role: Role
    created_at: float
    status: ReplyStatus
    beginning: str
    model_name: str = ""
    is_edited: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class DeletedBranch:
    """A message that was deleted with all below it: `count` messages. The path that was shown ended in `leaf_id`."""

    message: Message
    count: int
    leaf_id: str | None


@dataclass(frozen=True, slots=True)
class BranchTree:
    """All nodes of a conversation, the oldest first, and the end of the path that is shown."""

    conversation_id: str
    nodes: tuple[BranchNode, ...]
    active_leaf_id: str | None


def leaf_when_gone(message_id: str, nodes: Sequence[BranchNode]) -> str | None:
    """Where the path that is shown ends when `message_id` goes with all below it; None: nothing is left.

    That is in the version before it, else in the one after it, and without any in the message above.
    """
    gone = next(node for node in nodes if node.id == message_id)
    living = [node for node in nodes if not node.is_deleted]
    beside = [node for node in living if node.parent_id == gone.parent_id and node.id != message_id]
    before = [node for node in beside if (node.created_at, node.id) < (gone.created_at, gone.id)]
    if not beside:
        return gone.parent_id
    neighbour = max(before, key=_age) if before else min(beside, key=_age)
    return leaf_below(neighbour.id, living)


def focused(temperature: float | None) -> float | None:
    """A temperature for a reply that keeps closer to what is probable than at `temperature`; None: there is none."""
    return None if not temperature else round(temperature / 2, 2)


def varied(temperature: float | None) -> float | None:
    """A temperature for a reply that strays further than one at `temperature`; None: more would be noise."""
    if temperature is None or temperature >= MOST_VARIED:
        return None
    return min(max(round(temperature * 1.5, 2), LEAST_VARIED), MOST_VARIED)


def _age(node: BranchNode) -> tuple[float, str]:
    return node.created_at, node.id


def can_edit(message: Message) -> bool:
    """Whether another version of this message can be written by hand."""
    return message.status.is_final and message.role in (Role.USER, Role.ASSISTANT)


def can_continue(message: Message) -> bool:
    """Whether a model can go on from where this reply ends: it did not end by itself, or a person changed it."""
    if not message.is_reply or not message.status.is_final or not message.text or message.parent_id is None:
        return False
    ended_by_itself = message.finish_reason in (None, FinishReason.END_OF_TURN)  # None: imported
    return message.is_edited or message.status is not ReplyStatus.COMPLETE or not ended_by_itself
