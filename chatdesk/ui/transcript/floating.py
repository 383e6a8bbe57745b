"""What floats above the messages: the way back to the end, and where a link leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QLabel, QToolButton

from chatdesk.ui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractScrollArea

    from chatdesk.ui.transcript.style import TranscriptStyle

DIAMETER = 2.4  # of the text's size
ICON = 1.2
MARGIN = 16


class JumpButton(QToolButton):
    """A round button, shown while the end is out of view."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        self._view = view
        label = QCoreApplication.translate("Transcript", "Jump to newest")
        self.setObjectName("jump_to_end_button")
        self.setAccessibleName(label)
        self.setToolTip(label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def set_style(self, style: TranscriptStyle) -> None:
        """Take colours, and the size of the text."""
        diameter = round(style.text_px * DIAMETER)
        self.setFixedSize(diameter, diameter)
        self.setIconSize(QSize(1, 1) * round(style.text_px * ICON))
        self.setIcon(icon("arrow-down", style.text))
        self.setStyleSheet(
            f"QToolButton {{ background: {style.background.name()}; border: 1px solid {style.border.name()};"
            f" border-radius: {diameter // 2}px; padding: 0; }}"
            f"QToolButton:hover {{ background: {style.hover.name()}; }}"
            f"QToolButton:focus {{ border: 2px solid {style.accent.name()}; }}"
        )
        self.place()

    def place(self) -> None:
        """Stand at the bottom of the viewport, in the middle of the view."""
        rect = self._view.viewport().geometry()
        self.move((self._view.width() - self.width()) // 2, rect.bottom() - self.height() - MARGIN)


class LinkLabel(QLabel):
    """Where the link under the pointer leads, in the lower left corner as in a browser."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("link_label")
        self.setAccessibleName(QCoreApplication.translate("Transcript", "Link address"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def set_style(self, style: TranscriptStyle) -> None:
        """Take colours."""
        self.setFont(style.small_font)
        self.setStyleSheet(
            f"QLabel {{ background: {style.background.name()}; color: {style.muted.name()};"
            f" border: 1px solid {style.border.name()}; border-radius: 6px; padding: 3px 8px; }}"
        )

    def show_address(self, address: str) -> None:
        """Show `address`, shortened to fit; hide for an empty one."""
        most = self._view.viewport().width() * 2 // 3
        self.setText(self.fontMetrics().elidedText(address, Qt.TextElideMode.ElideMiddle, most))
        self.setVisible(bool(address))
        self.place()

    def place(self) -> None:
        """Stand in the lower left corner of the viewport."""
        self.adjustSize()
        rect = self._view.viewport().geometry()
        self.move(rect.left() + 8, rect.bottom() - self.height() - 8)
