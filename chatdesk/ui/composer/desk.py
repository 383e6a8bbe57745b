"""Keeps the composer in step with the conversation that is shown: its draft, kept while it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from chatdesk.services.drafts import DraftService
    from chatdesk.ui.composer.composer import Composer

# A draft is on its way to the disk this long after it changed, whether its writer pauses or not.
SAVE_MS = 400


@dataclass(frozen=True, slots=True)
class ComposingVerbs:
    """What can be asked for while a message is written."""

    drafts: DraftService


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

    def open(self) -> None:
        """Show the draft of the conversation that is not begun, for a window that begins with it."""
        self._read()

    def show_conversation(self, conversation_id: str | None) -> None:
        """Another conversation is shown, or the same one anew: its draft takes the place of the other's."""
        if conversation_id != self._conversation_id:
            self.flush()
            self._conversation_id = conversation_id
            self._read()

    def begin(self, conversation_id: str) -> None:
        """The conversation that was not begun now is, by sending what stands in the box."""
        self._conversation_id = conversation_id

    def flush(self) -> None:
        """Have the draft saved now: it is about to be sent, or to go out of sight."""
        if self._save_soon.isActive():
            self._save_soon.stop()
            self._save()

    def _read(self) -> None:
        self._composer.set_text(self._verbs.drafts.draft(self._conversation_id).text)
        self._save_soon.stop()

    def _on_text_changed(self) -> None:
        if not self._save_soon.isActive():
            self._save_soon.start()

    def _save(self) -> None:
        self._verbs.drafts.save(self._conversation_id, self._composer.text())
