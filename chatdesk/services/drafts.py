"""What is being written in each conversation, kept while it is written; and what was written before."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.events import Post, WrittenTextsRead
from chatdesk.core.messages import storable_text

if TYPE_CHECKING:
    from chatdesk.core.unsent import Unsent
    from chatdesk.services.worker import Worker
    from chatdesk.store.unsent import UnsentStore
    from chatdesk.store.written_texts import WrittenTexts

MOST_WRITTEN = 100


class DraftService:
    """Keeps drafts. Methods may be called from any thread and return at once."""

    def __init__(self, store: UnsentStore, written: WrittenTexts, store_worker: Worker, post: Post) -> None:
        self._store = store
        self._written = written
        self._store_worker = store_worker
        self._post = post
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

    def read_written(self, conversation_id: str | None) -> None:
        """Announce `WrittenTextsRead`: what was written and sent before."""

        def read() -> None:
            self._post(WrittenTextsRead(conversation_id, self._written.last(conversation_id, MOST_WRITTEN)))

        self._store_worker.submit("read written", read)

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
