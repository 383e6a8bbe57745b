"""How the rows of the sidebar are painted: marks, titles, headings, folders, and what a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QPixmap,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatdesk.core.organisation import FolderRow, Heading
from chatdesk.ui.icons import icon
from chatdesk.ui.sidebar.chat_items import ROW_ROLE, RUNNING_ROLE
from chatdesk.ui.utf16 import to_units

if TYPE_CHECKING:
    from chatdesk.core.conversations import Conversation
    from chatdesk.ui.colors import Colors

Index = QModelIndex | QPersistentModelIndex
PADDING = 8
GAP = 6
RADIUS = 7.0
SMALL = 0.88
DOT = 0.5  # of the height of letters
OUT_OF_SIGHT = -1000


class SidebarPainter:
    """What both lists paint with. One for both, so that icons are read once."""

    def __init__(self, colors: Colors) -> None:
        self.colors = colors
        self.row_padding = 7
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        """What lies behind a row: selected, under the pointer, under the keyboard."""
        flag = QStyle.StateFlag
        is_selected, is_hovered = bool(state & flag.State_Selected), bool(state & flag.State_MouseOver)
        has_ring = bool(state & flag.State_HasFocus)
        if not (is_selected or is_hovered or has_ring):
            return
        painter.setPen(QPen(QColor(self.colors.accent)) if has_ring else Qt.PenStyle.NoPen)
        ground = self.colors.selected if is_selected else self.colors.hover
        painter.setBrush(QColor(ground) if is_selected or is_hovered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 1.5, -0.5, -1.5), RADIUS, RADIUS)

    def quiet(self, state: QStyle.StateFlag) -> str:
        """Ink for what is said beside: muted does not stand out enough from the ground of a selected row."""
        return self.colors.text if state & QStyle.StateFlag.State_Selected else self.colors.muted

    def mark(self, painter: QPainter, name: str, color: str, place: QRect) -> None:
        """An icon in the middle of `place`, as large as this is wide."""
        ratio, size = painter.device().devicePixelRatioF(), place.width()
        key = (name, color, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = icon(name, QColor(color)).pixmap(QSize(size, size), ratio)
        painter.drawPixmap(place.left(), place.center().y() - size // 2, self._pixmaps[key])

    def line(self, painter: QPainter, text: str, font: QFont, color: str, place: QRect) -> None:
        """One line, cut at its end."""
        painter.setFont(font)
        painter.setPen(QColor(color))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine), shown)


class ChatDelegate(QStyledItemDelegate):
    """Paints headings, folders and conversations."""

    def __init__(self, look: SidebarPainter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del index
        return QSize(0, QFontMetrics(QFont(option.font)).height() + 2 * self._look.row_padding + 4)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # Once: a row that changes while its name is edited must not take back what was typed.
        if editor.property("is_filled") is None:
            editor.setProperty("is_filled", True)
            super().setEditorData(editor, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, look = index.data(ROW_ROLE), self._look
        rect, font = QRect(option.rect), QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = rect.adjusted(PADDING, 0, -PADDING, 0)
        if isinstance(row, Heading):
            place.setTop(rect.top() + look.row_padding)
            look.line(painter, str(index.data()), small_font(font, is_bold=True), look.colors.muted, place)
        else:
            look.ground(painter, rect, option.state)
            if isinstance(row, FolderRow):
                self._paint_folder(painter, row, font, place, look.quiet(option.state))
            else:
                self._paint_chat(painter, row, font, place, is_running=bool(index.data(RUNNING_ROLE)))
        painter.restore()

    def _paint_folder(self, painter: QPainter, row: FolderRow, font: QFont, place: QRect, quiet: str) -> None:
        look, size = self._look, QFontMetrics(font).ascent()
        square = QRect(place.left(), place.top(), size, place.height())
        look.mark(painter, "chevron-right" if row.folder.is_collapsed else "chevron-down", quiet, square)
        square.moveLeft(square.right() + GAP // 2)
        look.mark(painter, "folder", quiet, square)
        small = small_font(font)
        count = str(row.count)
        width = QFontMetrics(small).horizontalAdvance(count)
        end = QRect(place.right() - width, place.top(), width + 1, place.height())
        look.line(painter, count, small, quiet, end)
        place.setLeft(square.right() + GAP)
        place.setRight(end.left() - GAP)
        look.line(painter, row.folder.name, font, look.colors.text, place)

    def _paint_chat(
        self, painter: QPainter, conversation: Conversation, font: QFont, place: QRect, *, is_running: bool
    ) -> None:
        look = self._look
        if _is_inside(conversation):
            place.setLeft(place.left() + QFontMetrics(font).ascent() + GAP // 2)
        if is_running or conversation.is_unread:
            size = QFontMetrics(font).height() * DOT
            dot = QRectF(place.right() - size, place.center().y() - size / 2 + 0.5, size, size)
            accent = QColor(look.colors.accent)
            # A ring while it is written, a full dot when there is something to read.
            painter.setPen(QPen(accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush if is_running else accent)
            painter.drawEllipse(dot)
            place.setRight(int(dot.left()) - GAP)
        shown = QFont(font)
        shown.setWeight(QFont.Weight.DemiBold if conversation.is_unread else QFont.Weight.Normal)
        look.line(painter, conversation.title, shown, look.colors.text, place)


def _is_inside(conversation: Conversation) -> bool:
    """Whether it stands below its folder."""
    is_elsewhere = conversation.pinned_at is not None or conversation.archived_at is not None
    return conversation.folder_id is not None and not is_elsewhere


def marked_layout(
    text: str, marks: tuple[tuple[int, int], ...], font: QFont, color: QColor, size: QSize
) -> QTextLayout:
    """As many whole lines of `text` as there is room for, with its marked places bold and in `color`."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.Bold)
    bold.setForeground(color)
    formats = []
    for start, end in marks:
        piece = QTextLayout.FormatRange()
        piece.start = to_units(text, start)
        piece.length = to_units(text, end) - piece.start
        piece.format = bold
        formats.append(piece)
    layout.setFormats(formats)
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(size.width())
        if y and y + line.height() > size.height():
            line.setPosition(QPointF(0, OUT_OF_SIGHT))
            break
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout


def small_font(font: QFont, *, is_bold: bool = False) -> QFont:
    """The font of what is said beside."""
    small = QFont(font)
    if font.pixelSize() > 0:
        small.setPixelSize(round(font.pixelSize() * SMALL))
    else:
        small.setPointSizeF(font.pointSizeF() * SMALL)
    if is_bold:
        small.setWeight(QFont.Weight.DemiBold)
    return small
