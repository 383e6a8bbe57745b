"""Where words to search for are typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from chatdesk.ui.actions import native_keys
from chatdesk.ui.field_icon import FieldIcon
from chatdesk.ui.own_keys import keeps_key

DEBOUNCE_MS = 120


class SearchField(QLineEdit):
    """Asks for a search a moment after somebody stopped typing; Enter and the arrow keys lead into what was found."""

    wanted = Signal(str)  # words to search for; empty: the search is over
    entered = Signal()
    moved_down = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chat_search")
        self.setPlaceholderText(self.tr("Search chats"))
        self.setAccessibleName(self.tr("Search chats"))
        self.setToolTip(
            self.tr(
                "Search titles and messages ({keys})\n"
                "“exact words”, in:folder, model:name, before:2026-01-31, after:2025"
            ).format(keys=native_keys("Ctrl+Shift+F"))
        )
        self.setClearButtonEnabled(True)
        self._glass = FieldIcon("search", self)
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._ask)
        self.textChanged.connect(self._on_text)

    def set_color(self, color: QColor) -> None:
        """Draw the icon in `color`."""
        self._glass.set_color(color)

    def _on_text(self, text: str) -> None:
        if text.strip():
            self._timer.start()
        else:
            self._timer.stop()
            self.wanted.emit("")

    def _ask(self) -> None:
        self.wanted.emit(self.text())

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, Qt.Key.Key_Escape, when=self.text) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Down:
                self.moved_down.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self._timer.isActive():
                    self._timer.stop()
                    self._ask()
                self.entered.emit()
            case _:
                super().keyPressEvent(event)
