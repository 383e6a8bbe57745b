"""What an empty conversation shows: what this is, and something to begin with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget


class Welcome(QWidget):
    """A greeting and four suggestions that go into the composer."""

    suggested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(self.tr("What would you like to talk about?"))
        title.setObjectName("welcome_title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title.setWordWrap(True)
        text = QLabel(self.tr("The model runs on this computer. Nothing you write leaves it."))
        text.setObjectName("welcome_text")
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        text.setWordWrap(True)
        grid = QGridLayout()
        grid.setSpacing(10)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for place, suggestion in enumerate(self._suggestions()):
            button = QPushButton(suggestion)
            button.setObjectName("suggestion")
            button.setAccessibleName(suggestion)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, text=suggestion: self.suggested.emit(text))
            grid.addWidget(button, place // 2, place % 2)
        column = QWidget()
        column.setMaximumWidth(680)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(10)
        inner.addWidget(title)
        inner.addWidget(text)
        inner.addSpacing(20)
        inner.addLayout(grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(2)
        layout.addWidget(column)
        layout.addStretch(3)
        layout.setAlignment(column, Qt.AlignmentFlag.AlignHCenter)
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def _suggestions(self) -> tuple[str, ...]:
        return (
            self.tr("Who are you?"),
            self.tr("Explain photosynthesis to a child"),
            self.tr("Write a short thank-you note"),
            self.tr("List five ideas for a rainy day"),
        )
