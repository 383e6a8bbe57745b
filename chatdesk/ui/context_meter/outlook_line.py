"""The line above the composer that says, before a message is sent, what the model would no longer see."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget


class OutlookLine(QWidget):
    """One sentence and a button that shows more. Hidden while there is nothing to say."""

    details_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outlook_line")
        self._words = QLabel()
        self._words.setObjectName("outlook_words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        details = QPushButton(self.tr("What is sent?"))
        details.setObjectName("outlook_details")
        details.setAccessibleName(self.tr("Show what is sent to the model"))
        details.setCursor(Qt.CursorShape.PointingHandCursor)
        details.clicked.connect(self.details_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 8, 0)
        row.setSpacing(12)
        row.addWidget(self._words, 1)
        row.addWidget(details, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def say(self, words: str) -> None:
        """Show a sentence; nothing for an empty one."""
        self._words.setText(words)
        self._words.setAccessibleName(words)
        self.setVisible(bool(words))
