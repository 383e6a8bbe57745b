"""One quiet strip for things that went wrong, or can be undone. Never a box in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from chatdesk.ui.flow_row import FlowRow
from chatdesk.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QColor

MOST_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class NoticeAction:
    """Something to do about a notice: the words of its button, and what a click does. The notice goes then."""

    text: str
    do: Callable[[], None]


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

    def show_notice(self, text: str, actions: Sequence[NoticeAction] = ()) -> None:
        """Show `text`, with a button for each thing that can be done about it.

        Notices that only tell make room for new ones before those that offer something.
        """
        for notice in [notice for notice in self._notices if notice.text == text and not notice.has_actions]:
            self._remove(notice)
        if len(self._notices) == MOST_AT_ONCE:
            self._remove(next((notice for notice in self._notices if not notice.has_actions), self._notices[0]))
        notice = _Notice(text, actions, self)
        notice.closed.connect(lambda: self._remove(notice))
        if self._color is not None:
            notice.set_icon_color(self._color)
        self._notices.append(notice)
        self._layout.addWidget(notice)
        self.show()
        if QAccessible.isActive():
            # It takes no focus, so a screen reader has to be told.
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def take_back(self, text: str) -> None:
        """Remove what says `text`, if anything does: it is no longer so."""
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
    """One notice: a single button stands beside its words, several stand below them."""

    closed = Signal()

    def __init__(self, text: str, actions: Sequence[NoticeAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.text = text
        self.has_actions = bool(actions)
        self.setObjectName("notice")
        self.setAccessibleName(text)
        label = QLabel(text)
        label.setObjectName("notice_text")
        label.setAccessibleName(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        buttons = [self._button(action) for action in actions]
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        if len(buttons) == 1:
            layout.addWidget(buttons[0], 0, Qt.AlignmentFlag.AlignVCenter)
        elif buttons:
            words.addWidget(FlowRow(buttons))
        self._close_button = QToolButton()
        self._close_button.setObjectName("notice_close")
        self._close_button.setAccessibleName(self.tr("Close this notice"))
        self._close_button.setToolTip(self.tr("Close"))
        self._close_button.clicked.connect(self.closed)
        place = Qt.AlignmentFlag.AlignTop if len(buttons) > 1 else Qt.AlignmentFlag.AlignVCenter
        layout.addWidget(self._close_button, 0, place)

    def set_icon_color(self, color: QColor) -> None:
        self._close_button.setIcon(icon("x", color))

    def _button(self, action: NoticeAction) -> QPushButton:
        button = QPushButton(action.text.replace("&", "&&"))
        button.setObjectName("notice_action")
        button.setAccessibleName(action.text)
        button.setAccessibleDescription(self.text)
        button.clicked.connect(lambda _checked=False: action.do())
        button.clicked.connect(self.closed)
        return button
