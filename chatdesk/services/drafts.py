"""What is being written in each conversation, kept while it is written."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.messages import storable_text

if TYPE_CHECKING:
    from chatdesk.core.unsent import Unsent
    from chatdesk.services.worker import Worker
    from chatdesk.store.unsent import UnsentStore


class DraftService:
    """Keeps drafts. Methods may be called from any thread and return at once."""

    def __init__(self, store: UnsentStore, store_worker: Worker) -> None:
        self._store = store
        self._store_worker = store_worker
        self._lock = threading.Lock()
        self._unsaved: dict[str | None, str] = {}  # by conversation: texts on their way to the disk

    def draft(self, conversation_id: str | None) -> Unsent:
        """What is being written in a conversation, also what is still on its way to the disk. A short, indexed read."""
        with self._lock:
            text = self._unsaved.get(conversation_id)
        draft = self._store.draft(conversation_id)
        return draft if text is None else replace(draft, text=text)

    def save(self, conversation_id: str | None, untrusted_text: str) -> None:
        """Keep what is being written; of several texts in a row the last one matters."""
        text = storable_text(untrusted_text)
        with self._lock:
            is_on_its_way = conversation_id in self._unsaved
            self._unsaved[conversation_id] = text
        if not is_on_its_way:
            self._store_worker.submit("draft", lambda: self._save(conversation_id))

    def _save(self, conversation_id: str | None) -> None:
        with self._lock:
            text = self._unsaved[conversation_id]
        try:
            self._store.save_draft(conversation_id, text)
        finally:
            with self._lock:
                newest = self._unsaved.pop(conversation_id)
            if newest != text:
                self.save(conversation_id, newest)
