"""The list of the map: what is sent, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatdesk.ui.context_meter import wording
from chatdesk.ui.context_meter.bar import paint_swatch
from chatdesk.ui.context_meter.colors import span_colors
from chatdesk.ui.icons import icon
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.ui.context_meter.entries import Entry
    from chatdesk.ui.theme import Colors

ENTRY_ROLE = Qt.ItemDataRole.UserRole
PAD = 8
SWATCH_PX = 10
WHO_SHARE = 0.28

_Index = QModelIndex | QPersistentModelIndex


class EntryItemModel(QAbstractListModel):
    """Entries as rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[Entry] = ()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these."""
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tool_tip(entry.spoken)
        return entry if role == ENTRY_ROLE else None


class EntryList(QListView):
    """Return and a click choose a row."""

    chosen = Signal(object)  # an Entry

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("context_entries")
        self.setAccessibleName(self.tr("What is sent to the model"))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._entries = EntryItemModel(self)
        self._delegate = _EntryDelegate(self)
        self.setModel(self._entries)
        self.setItemDelegate(self._delegate)
        self.clicked.connect(self._choose)
        # Where one click opens an item, `activated` comes with the click as well: keys are taken below instead.

    def set_colors(self, colors: Colors) -> None:
        """Draw rows in these."""
        self._delegate.colors = colors
        self.viewport().update()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these, at the same place as before."""
        row, top = self.currentIndex().row(), self.verticalScrollBar().value()
        self._entries.set_entries(entries)
        self.setCurrentIndex(self._entries.index(min(max(row, 0), len(entries) - 1)))
        self.verticalScrollBar().setValue(top)

    def height_of(self, rows: int) -> int:
        """How high the list is with this many rows in view."""
        return rows * self.sizeHintForRow(0) + 2 * self.frameWidth() + 2

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(ENTRY_ROLE))


class _EntryDelegate(QStyledItemDelegate):
    """Draws a row: a swatch, who, the first words, then whether it goes next, whether it is read, and its tokens."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.colors: Colors | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        del index
        return QSize(120, option.fontMetrics.lineSpacing() + 11)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        colors = self.colors
        assert colors is not None
        painter.save()
        self._paint_ground(painter, option, colors)
        rect = option.rect.adjusted(PAD, 0, -PAD, 0)
        rect = self._paint_kind(painter, rect, entry, colors)
        rect = self._paint_figures(painter, option, rect, entry, colors)
        self._paint_words(painter, option, rect, entry, colors)
        painter.restore()

    @staticmethod
    def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, colors: Colors) -> None:
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        has_keyboard = is_current and bool(option.state & QStyle.StateFlag.State_Active)
        if option.state & QStyle.StateFlag.State_MouseOver or has_keyboard:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QColor(colors.accent) if has_focus else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.hover))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -2, -2), 6, 6)

    @staticmethod
    def _paint_kind(painter: QPainter, rect: QRect, entry: Entry, colors: Colors) -> QRect:
        if entry.kind is not None:
            swatch = QRect(rect.left(), rect.center().y() - SWATCH_PX // 2, SWATCH_PX, SWATCH_PX)
            paint_swatch(painter, swatch, entry.kind, span_colors(colors)[entry.kind])
        return rect.adjusted(SWATCH_PX + PAD, 0, 0, 0)

    @staticmethod
    def _paint_figures(
        painter: QPainter, option: QStyleOptionViewItem, rect: QRect, entry: Entry, colors: Colors
    ) -> QRect:
        """Draw what stands at the end of the row; returns what is left of it."""
        if entry.tokens is None:
            return rect
        metrics = option.fontMetrics
        painter.setFont(option.font)
        painter.setPen(QColor(colors.text))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect, right, wording.number_words(entry.tokens))
        rect = rect.adjusted(0, 0, -metrics.horizontalAdvance("000,000") - PAD, 0)
        size = metrics.height()
        mark = QRect(rect.right() - size, rect.center().y() - size // 2, size, size)
        if entry.is_cached:
            icon("check", QColor(colors.muted)).paint(painter, mark)
        rect.setRight(mark.left() - PAD)
        if entry.falls_out_next:
            painter.setPen(QColor(colors.caution))
            painter.drawText(rect, right, wording.falls_out_words())
            rect.setRight(rect.right() - metrics.horizontalAdvance(wording.falls_out_words()) - PAD)
        return rect

    @staticmethod
    def _paint_words(
        painter: QPainter, option: QStyleOptionViewItem, rect: QRect, entry: Entry, colors: Colors
    ) -> None:
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        elide = Qt.TextElideMode.ElideRight
        if entry.who:
            font = QFont(option.font)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(colors.text))
            most = round(option.rect.width() * WHO_SHARE) if entry.words else rect.width()
            who = painter.fontMetrics().elidedText(entry.who, elide, most)
            painter.drawText(rect, left, who)
            rect = rect.adjusted(painter.fontMetrics().horizontalAdvance(who) + PAD, 0, 0, 0)
        painter.setFont(option.font)
        painter.setPen(QColor(colors.muted))
        painter.drawText(rect, left, painter.fontMetrics().elidedText(entry.words, elide, rect.width()))
