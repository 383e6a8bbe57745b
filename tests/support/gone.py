"""Conversations that are deleted and can be restored no more."""

from chatdesk.store.conversations import UNDO_SECONDS, ConversationStore


def delete_for_good(store: ConversationStore, conversation_id: str) -> None:
    """As if it had been deleted long ago, and purged since; nothing else is old enough to go with it."""
    ConversationStore(store._database, lambda: 0.0).delete(conversation_id)
    assert ConversationStore(store._database, lambda: UNDO_SECONDS + 1.0).purge() == (conversation_id,)
