"""One quiet strip for things that went wrong, or can be undone. Never a box in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from chatdesk.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QColor

MOST_AT_ONCE = 3


class NoticeStrip(QWidget):
    """Up to three notices, the newest below. What only tells is shown once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice_strip")
        self.setAccessibleName(self.tr("Notices"))
        self._color: QColor | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 0, 16, 0)
        self._layout.setSpacing(6)
        self._notices: list[_Notice] = []
        self.hide()

    def set_icon_color(self, color: QColor) -> None:
        """Draw the closing crosses in `color`."""
        self._color = color
        for notice in self._notices:
            notice.set_icon_color(color)

    def show_notice(self, text: str, action: str = "", on_action: Callable[[], None] | None = None) -> None:
        """Show `text`, with a button `action` if there is something to do about it.

        Notices that only tell make room for new ones before those that offer something.
        """
        for notice in [notice for notice in self._notices if notice.text == text and not notice.has_action]:
            self._remove(notice)
        if len(self._notices) == MOST_AT_ONCE:
            self._remove(next((notice for notice in self._notices if not notice.has_action), self._notices[0]))
        notice = _Notice(text, action, on_action, self)
        notice.closed.connect(lambda: self._remove(notice))
        if self._color is not None:
            notice.set_icon_color(self._color)
        self._notices.append(notice)
        self._layout.addWidget(notice)
        self.show()

    def withdraw(self, text: str) -> None:
        """Take away what says `text`: it no longer matters."""
        for notice in [notice for notice in self._notices if notice.text == text]:
            self._remove(notice)

    def texts(self) -> list[str]:
        """What is shown, oldest first."""
        return [notice.text for notice in self._notices]

    def _remove(self, notice: _Notice) -> None:
        if notice not in self._notices:
            return
        self._notices.remove(notice)
        self._layout.removeWidget(notice)
        notice.hide()
        notice.deleteLater()
        self.setVisible(bool(self._notices))


class _Notice(QFrame):
    closed = Signal()

    def __init__(self, text: str, action: str, on_action: Callable[[], None] | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = text
        self.has_action = on_action is not None
        self.setObjectName("notice")
        self.setAccessibleName(text)
        label = QLabel(text)
        label.setObjectName("notice_text")
        label.setAccessibleName(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(label, 1)
        if action and on_action is not None:
            button = QPushButton(action)
            button.setObjectName("notice_action")
            button.setAccessibleName(action)
            button.clicked.connect(on_action)
            button.clicked.connect(self.closed)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._close_button = QToolButton()
        self._close_button.setObjectName("notice_close")
        self._close_button.setAccessibleName(self.tr("Close this notice"))
        self._close_button.setToolTip(self.tr("Close"))
        self._close_button.setIconSize(QSize(16, 16))
        self._close_button.clicked.connect(self.closed)
        layout.addWidget(self._close_button, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_icon_color(self, color: QColor) -> None:
        self._close_button.setIcon(icon("x", color))
