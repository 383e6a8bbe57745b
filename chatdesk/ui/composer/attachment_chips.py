"""The files that go along with what is being written: each can be looked at and taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from chatdesk.ui.flow_row import FlowRow
from chatdesk.ui.icons import icon
from chatdesk.ui.wording import plain_tool_tip, size_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.core.attachments import Attachment

MOST_NAME_PX = 220


class AttachmentChips(QWidget):
    """A chip for each file; hidden without any. A chip tells its size, and its tokens once they are counted."""

    open_requested = Signal(object)  # an Attachment
    remove_requested = Signal(str)  # its SHA-256

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachment_chips")
        self.setAccessibleName(self.tr("Attached files"))
        self._ink = QColor(Qt.GlobalColor.gray)
        self._chips: list[_Chip] = []
        self._row: FlowRow | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._column = column
        self.hide()

    def set_icon_color(self, color: QColor) -> None:
        """Draw icons in `color`."""
        self._ink = color
        for chip in self._chips:
            chip.set_icon_color(color)

    def show_attachments(self, attachments: Sequence[Attachment], tokens: Mapping[str, int]) -> None:
        """Show these; `tokens` are by SHA-256, as far as they are known."""
        if [chip.attachment for chip in self._chips] != list(attachments):
            self._rebuild(attachments)
        for chip in self._chips:
            chip.set_tokens(tokens.get(chip.attachment.sha256))

    def _rebuild(self, attachments: Sequence[Attachment]) -> None:
        if self._row is not None:
            self._row.hide()
            self._row.deleteLater()
            self._column.removeWidget(self._row)
        self._chips = [self._chip(attachment) for attachment in attachments]
        self._row = FlowRow(self._chips, spacing=6)
        self._column.addWidget(self._row)
        self.setVisible(bool(self._chips))

    def _chip(self, attachment: Attachment) -> _Chip:
        chip = _Chip(attachment)
        chip.set_icon_color(self._ink)
        chip.opened.connect(lambda: self.open_requested.emit(attachment))
        chip.removed.connect(lambda: self.remove_requested.emit(attachment.sha256))
        return chip


class _Chip(QFrame):
    """One file."""

    opened = Signal()
    removed = Signal()

    def __init__(self, attachment: Attachment) -> None:
        super().__init__()
        self.attachment = attachment
        self.setObjectName("attachment_chip")
        self._open = QPushButton()
        self._open.setObjectName("attachment_open")
        metrics = self._open.fontMetrics()
        name = metrics.elidedText(attachment.name, Qt.TextElideMode.ElideMiddle, MOST_NAME_PX)
        self._open.setText(name.replace("&", "&&"))
        self._open.clicked.connect(self.opened)
        self._figures = QLabel()
        self._figures.setObjectName("attachment_figures")
        self._remove = QToolButton()
        self._remove.setObjectName("attachment_remove")
        self._remove.setAccessibleName(self.tr("Remove {name}").format(name=attachment.name))
        self._remove.setToolTip(plain_tool_tip(self._remove.accessibleName()))
        self._remove.clicked.connect(self.removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 2, 2)
        row.setSpacing(4)
        row.addWidget(self._open)
        row.addWidget(self._figures)
        row.addWidget(self._remove)
        self.set_tokens(None)

    def set_icon_color(self, color: QColor) -> None:
        self._open.setIcon(icon("image" if self.attachment.is_image else "file-text", color))
        self._remove.setIcon(icon("x", color))

    def set_tokens(self, tokens: int | None) -> None:
        figures = figures_words(self.attachment, tokens)
        self._figures.setText(figures)
        self._open.setAccessibleName(
            self.tr("Look at {name}, {figures}").format(name=self.attachment.name, figures=figures)
        )
        self._open.setToolTip(plain_tool_tip(self.attachment.name))


def figures_words(attachment: Attachment, tokens: int | None) -> str:
    """The size of a file and what a model makes of it."""
    size = size_words(attachment.size_bytes)
    if attachment.is_image:
        return _tr("{size} · the model cannot see pictures").format(size=size)
    if tokens is None:
        return size
    return _tr("{size} · {tokens} tokens").format(size=size, tokens=QLocale().toString(tokens))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Attachments", text)
