"""Says that a chat is kept nowhere, and offers to keep it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

# What is about the list of chats, which a temporary one is not in.
LIST_ACTIONS = ("new_chat_action", "import_action", "export_all_action", "rename_action", "export_action")


class TemporaryBar(QFrame):
    """Stands above a temporary chat. `keep_requested` carries its id."""

    keep_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("temporary_bar")
        self._conversation_id: str | None = None
        words = self.tr("Temporary chat: nothing of it is saved. It is gone when this window closes.")
        label = QLabel(words)
        label.setObjectName("temporary_words")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        self.setAccessibleName(words)
        self._keep_button = QPushButton(self.tr("Keep this chat"))
        self._keep_button.setObjectName("keep_button")
        self._keep_button.setAccessibleName(self.tr("Keep this chat"))
        self._keep_button.setToolTip(self.tr("Save it with the others, as it is now"))
        self._keep_button.setEnabled(False)
        self._keep_button.clicked.connect(self._keep)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(12)
        layout.addWidget(label, 1)
        layout.addWidget(self._keep_button)

    def set_conversation(self, conversation_id: str) -> None:
        """There is something to keep now."""
        self._conversation_id = conversation_id
        self._keep_button.setEnabled(True)

    def _keep(self) -> None:
        if self._conversation_id is not None:
            self.keep_requested.emit(self._conversation_id)
