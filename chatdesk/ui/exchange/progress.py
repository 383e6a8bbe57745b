"""How far an export or import has come: one row that is there only while it takes a while."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

STEPS = 1000


class ExchangeProgress(QWidget):
    """Words, a bar, and a way to give up."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel()
        self._label.setObjectName("exchange_words")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar()
        self._bar.setObjectName("exchange_progress")
        self._bar.setAccessibleName(self.tr("Progress of the import or export"))
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setObjectName("cancel_exchange_button")
        cancel.setAccessibleName(self.tr("Cancel the import or export"))
        cancel.clicked.connect(self.cancelled)
        row = QFrame()
        row.setObjectName("notice")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 6, 16, 0)  # as notices stand
        outer.addWidget(row)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(12)
        layout.addWidget(self._label)
        layout.addWidget(self._bar, 1)
        layout.addWidget(cancel)
        self.hide()

    def show_share(self, share: float, n_conversations: int) -> None:
        """Draw how much of the work is done."""
        self._label.setText(self.tr("%n chat(s) so far", "", n_conversations))
        self._bar.setValue(round(share * STEPS))
        self.show()
