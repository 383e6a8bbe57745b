"""Three hints for the first start, one at a time, in a quiet strip that takes no focus and never comes back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from chatdesk.ui.actions import native_keys
from chatdesk.ui.model_manager.labels import plain_label


class Tour(QFrame):
    """Hidden until `begin`; `finished` when the last hint was read, or somebody wants no more of them."""

    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tour")
        self.setAccessibleName(self.tr("Hints for the first start"))
        self._hints = self._make_hints()
        self._place = 0
        self._count = plain_label("tour_count")
        self._text = plain_label("tour_text", wraps=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._next = QPushButton()
        self._next.setObjectName("tour_next")
        self._next.clicked.connect(self._go_on)
        self._skip = QPushButton(self.tr("No more hints"))
        self._skip.setObjectName("tour_skip")
        self._skip.clicked.connect(self.end)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(10)
        layout.addWidget(self._count, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._skip)
        layout.addWidget(self._next)
        self.hide()

    def begin(self) -> None:
        """Show the first hint."""
        if self.isHidden():
            self._place = 0
            self.show()
            self._show_hint()

    def end(self) -> None:
        """Show no more hints, if any are shown."""
        if not self.isHidden():
            self.hide()
            self.finished.emit()

    def _go_on(self) -> None:
        if self._place + 1 == len(self._hints):
            self.end()
            return
        self._place += 1
        self._show_hint()

    def _show_hint(self) -> None:
        hint = self._hints[self._place]
        is_last = self._place + 1 == len(self._hints)
        self._text.setText(hint)
        self._count.setText(f"{self._place + 1}/{len(self._hints)}")
        self._next.setText(self.tr("Done") if is_last else self.tr("Next"))
        self._skip.setVisible(not is_last)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, hint))

    def _make_hints(self) -> tuple[str, ...]:
        return (
            self.tr("The model that answers is named at the top; {keys} changes it, and finds more.").format(
                keys=native_keys("Ctrl+M")
            ),
            self.tr("{keys} finds everything: type a few letters of an action, a chat, a model or a setting.").format(
                keys=native_keys("Ctrl+K")
            ),
            self.tr("Nothing is lost by trying: what you delete, edit or write again can be brought back."),
        )
