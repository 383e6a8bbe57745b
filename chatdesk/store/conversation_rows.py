"""Conversations as rows and back: what the table `conversation` holds of one `Conversation`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.conversations import Conversation
from chatdesk.store.message_rows import insert_message

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from chatdesk.core.messages import Message

_SELECT = """
    SELECT id, title, created_at, updated_at, active_leaf_id, system_prompt, deleted_at, folder_id, pinned_at,
        archived_at, is_unread, overflow_policy, overrides
    FROM conversation
"""
_POLICIES: Mapping[str, OverflowPolicy] = {policy.value: policy for policy in OverflowPolicy}


def read_conversations(
    connection: sqlite3.Connection, condition: str, parameters: Mapping[str, object] | None = None
) -> tuple[Conversation, ...]:
    """The conversations that `condition` names: what follows `FROM conversation`."""
    return tuple(_conversation(row) for row in connection.execute(_SELECT + condition, parameters or {}))


def conversation_row(connection: sqlite3.Connection, conversation_id: str) -> Conversation:
    """One conversation, also a deleted one. One that does not exist is a `KeyError`."""
    found = read_conversations(connection, "WHERE id = :id", {"id": conversation_id})
    if not found:
        raise KeyError(conversation_id)
    return found[0]


def set_active_leaf(connection: sqlite3.Connection, conversation_id: str, leaf_id: str | None) -> None:
    """Show the path that ends in `leaf_id`, a message of this conversation; None: nothing."""
    connection.execute("UPDATE conversation SET active_leaf_id = ? WHERE id = ?", (leaf_id, conversation_id))


def append_message(connection: sqlite3.Connection, message: Message) -> Message:
    """Add a new message and show the path that ends in it."""
    insert_message(connection, message)
    connection.execute(
        "UPDATE conversation SET active_leaf_id = ?, updated_at = ? WHERE id = ?",
        (message.id, message.created_at, message.conversation_id),
    )
    return message


def _conversation(row: Sequence[Any]) -> Conversation:
    """One row of `_SELECT`. A policy that this version does not know is as good as none."""
    *others, is_unread, overflow_policy, overrides = row
    values = (
        *others,
        bool(is_unread),
        _POLICIES.get(overflow_policy),
        json.loads(overrides) if overrides is not None else None,
    )
    return Conversation(*values)
