"""What stands where a list or a page will be: an invitation, a wait, nothing found, or what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from chatdesk.ui.icons import icon
from chatdesk.ui.model_manager.labels import GRID, plain_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QColor

ICON_SIZE = 2  # lines of text
TEXT_WIDTH = 400

# (object name, words, what it does)
PanelButton = tuple[str, str, "Callable[[], None]"]


class StatePanel(QWidget):
    """An icon, a heading, a sentence with the next step, and the buttons that take it."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._icon_name = ""
        self._icon_color: QColor | None = None
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = plain_label("state_title", wraps=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text = plain_label("state_text", wraps=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        column = QWidget()
        column.setMaximumWidth(TEXT_WIDTH)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID)
        inner.addWidget(self._icon)
        inner.addWidget(self._title)
        inner.addWidget(self._text)
        inner.addSpacing(GRID)
        inner.addLayout(self._buttons)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(column, 1000)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        layout.addStretch(2)
        layout.addLayout(row)
        layout.addStretch(3)

    def set_icon_color(self, color: QColor) -> None:
        """Draw the icon in `color`."""
        self._icon_color = color
        self._draw_icon()

    def show_state(self, icon_name: str, title: str, text: str, buttons: Sequence[PanelButton] = ()) -> None:
        """Say this."""
        self._icon_name = icon_name
        self._draw_icon()
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons.addStretch()
        for name, words, on_click in buttons:
            button = QPushButton(words)
            button.setObjectName(name)
            button.setAccessibleName(words)
            button.clicked.connect(lambda _checked=False, on_click=on_click: on_click())
            self._buttons.addWidget(button)
        self._buttons.addStretch()

    def _draw_icon(self) -> None:
        if self._icon_color is not None and self._icon_name:
            ratio = self.devicePixelRatioF()
            size = QSize(1, 1) * (ICON_SIZE * self.fontMetrics().height())
            self._icon.setPixmap(icon(self._icon_name, self._icon_color).pixmap(size, ratio))
