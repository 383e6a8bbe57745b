"""Keeps the composer in step with the conversation that is shown: its draft, and the messages that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor

from chatdesk.core.composing import ComposerState
from chatdesk.core.errors import ErrorCode
from chatdesk.core.messages import clean_text
from chatdesk.core.unsent import is_draft
from chatdesk.ui.composer.queue_list import QueueList

if TYPE_CHECKING:
    from chatdesk.core.events import QueueChanged, SendFailed
    from chatdesk.services.drafts import DraftService
    from chatdesk.services.queued_messages import QueueService
    from chatdesk.ui.composer.composer import Composer
    from chatdesk.ui.theme import Colors

# A draft is on its way to the disk this long after it changed, whether its writer pauses or not.
SAVE_MS = 400


@dataclass(frozen=True, slots=True)
class ComposingVerbs:
    """What can be asked for while a message is written."""

    drafts: DraftService
    queue: QueueService


class ComposerDesk(QObject):
    """What stands in the message box belongs to one conversation, or to one that is not begun (None)."""

    def __init__(self, verbs: ComposingVerbs, composer: Composer) -> None:
        super().__init__(composer)
        self._verbs = verbs
        self._composer = composer
        self._conversation_id: str | None = None
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._save_soon.timeout.connect(self._save)
        composer.text_changed.connect(self._on_text_changed)
        self._queueing: str | None = None  # the text that is on its way into the queue
        self._queue = QueueList()
        self._queue.send_requested.connect(verbs.queue.send)
        self._queue.remove_requested.connect(verbs.queue.remove)
        self._queue.move_requested.connect(verbs.queue.move)
        self._queue.edit_begun.connect(verbs.queue.hold)
        self._queue.edit_ended.connect(verbs.queue.release)
        self._queue.changed.connect(verbs.queue.change)
        composer.put_above(self._queue)
        composer.queue_requested.connect(self._enqueue)

    def set_colors(self, colors: Colors) -> None:
        """Draw everything in these."""
        self._composer.set_colors(colors)
        self._queue.set_icon_color(QColor(colors.muted))

    def set_state(self, state: ComposerState) -> None:
        """Show what is possible now."""
        self._composer.set_state(state)
        self._queue.set_can_send(can_send=state is ComposerState.READY)

    def open(self) -> None:
        """Show the draft of the conversation that is not begun, for a window that begins with it."""
        self._read()

    def show_conversation(self, conversation_id: str | None) -> None:
        """Another conversation is shown, or the same one anew: its draft takes the place of the other's."""
        if conversation_id != self._conversation_id:
            self.flush()
            self._conversation_id = conversation_id
            self._unlock()
            self._read()
            self._queue.show_waiting(())
            if conversation_id is not None:
                self._verbs.queue.list(conversation_id)

    def begin(self, conversation_id: str) -> None:
        """The conversation that was not begun now is, by sending what stands in the box."""
        self._conversation_id = conversation_id

    def flush(self) -> None:
        """Have the draft saved now: it is about to be sent, or to go out of sight."""
        if self._save_soon.isActive():
            self._save_soon.stop()
            self._save()

    def show_queue(self, changed: QueueChanged) -> None:
        """Other messages wait in a conversation than before."""
        if changed.conversation_id != self._conversation_id:
            return
        self._queue.show_waiting(changed.waiting)
        if self._queueing is not None and any(unsent.text == self._queueing for unsent in changed.waiting):
            self._unlock()
            self._composer.clear()

    def take_back(self, failed: SendFailed) -> bool:
        """A message was not sent. Returns whether nobody needs to be told: it waits, and why is to be seen."""
        if failed.conversation_id == self._conversation_id:
            self._unlock()
        if failed.error.code is not ErrorCode.BUSY:
            return False
        if is_draft(failed.unsent_id) and failed.conversation_id is not None:
            # A message that waited was faster.
            self._verbs.queue.add(failed.conversation_id, failed.text)
            if failed.conversation_id == self._conversation_id:
                self._lock(failed.text)
        return True

    def _enqueue(self, text: str) -> None:
        if self._conversation_id is not None:
            self.flush()
            self._lock(text)
            self._verbs.queue.add(self._conversation_id, text)

    def _lock(self, text: str) -> None:
        self._queueing = clean_text(text)
        self._composer.set_locked(is_locked=True)

    def _unlock(self) -> None:
        self._queueing = None
        self._composer.set_locked(is_locked=False)

    def _read(self) -> None:
        self._composer.set_text(self._verbs.drafts.draft(self._conversation_id).text)
        self._save_soon.stop()

    def _on_text_changed(self) -> None:
        if not self._save_soon.isActive():
            self._save_soon.start()

    def _save(self) -> None:
        self._verbs.drafts.save(self._conversation_id, self._composer.text())
