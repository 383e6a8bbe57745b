"""The rows of the map: lines for the branches, then who, the first words, and which version of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatdesk.ui.branching import wording
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.tree_rows import TreeRow
    from chatdesk.ui.theme import Colors

TREE_ROLE = Qt.ItemDataRole.UserRole
OWN_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Left, Qt.Key.Key_Right})
PAD = 8
LANE_PX = 16
# Branches further in than this are drawn at the same place: their words need the room.
MOST_LANES = 14
DOT_PX = 8
ROWS_SEEN = 14
WHO_SHARE = 0.3

_Index = QModelIndex | QPersistentModelIndex


class TreeItemModel(QAbstractListModel):
    """The rows, and what a screen reader says of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[TreeRow] = ()

    def set_rows(self, rows: Sequence[TreeRow]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_of(self, message_id: str | None) -> int | None:
        """Which row is a message, if it has one of its own."""
        return next((place for place, row in enumerate(self._rows) if row.node.id == message_id), None)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return wording.row_words(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tool_tip(wording.row_words(row))
        return row if role == TREE_ROLE else None


class TreeList(QListView):
    """Return and a click choose a row; Left and Right go to the version before and after; Delete asks for deletion."""

    chosen = Signal(object)  # a TreeRow
    deletion_requested = Signal(object)  # a TreeRow

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tree_list")
        self.setAccessibleName(self.tr("Messages and their versions"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._rows = TreeItemModel(self)
        self._delegate = _TreeDelegate(self)
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        # Where one click opens an item, `activated` comes with the click as well: keys are taken below instead.
        self.clicked.connect(self._choose)

    def set_colors(self, colors: Colors) -> None:
        """Draw rows in these."""
        self._delegate.colors = colors
        self.viewport().update()

    def set_rows(self, rows: Sequence[TreeRow], active_leaf_id: str | None) -> None:
        """Show these, with the keyboard where it was, or on the end of the path that is shown."""
        current: TreeRow | None = self.currentIndex().data(TREE_ROLE)
        self._rows.set_rows(rows)
        place = self._rows.row_of(current.node.id) if current is not None and self.isVisible() else None
        if place is None:
            place = self._rows.row_of(active_leaf_id)
        self.updateGeometry()
        if rows:
            index = self._rows.index(0 if place is None else place)
            self.setCurrentIndex(index)
            self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)

    def sizeHint(self) -> QSize:
        rows = min(max(self._rows.rowCount(), 3), ROWS_SEEN)
        return QSize(super().sizeHint().width(), rows * self.sizeHintForRow(0) + 2 * self.frameWidth() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if not index.isValid() or event.key() not in OWN_KEYS:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(index)
        elif event.key() == Qt.Key.Key_Delete:
            self.deletion_requested.emit(index.data(TREE_ROLE))
        else:
            self._turn(index, -1 if event.key() == Qt.Key.Key_Left else 1)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(TREE_ROLE))

    def _turn(self, index: QModelIndex, step: int) -> None:
        """Go to the version before or after; nothing happens where there is none."""
        row: TreeRow = index.data(TREE_ROLE)
        for place in range(self._rows.rowCount()):
            other: TreeRow = self._rows.index(place).data(TREE_ROLE)
            is_version = other.node.parent_id == row.node.parent_id and other.node.role is row.node.role
            if is_version and not other.node.is_deleted and other.version == row.version + step:
                self.setCurrentIndex(self._rows.index(place))
                return


class _TreeDelegate(QStyledItemDelegate):
    """Draws a row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.colors: Colors | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        del index
        return QSize(120, option.fontMetrics.lineSpacing() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: TreeRow = index.data(TREE_ROLE)
        colors = self.colors
        assert colors is not None
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, colors)
        self._paint_lines(painter, option.rect, row, colors)
        self._paint_words(painter, option, row, colors)
        painter.restore()

    @staticmethod
    def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, colors: Colors) -> None:
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_current or option.state & QStyle.StateFlag.State_MouseOver:
            has_focus = is_current and bool(option.state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QColor(colors.accent) if has_focus else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.hover))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -2, -2), 6, 6)

    @staticmethod
    def _paint_lines(painter: QPainter, rect: QRect, row: TreeRow, colors: Colors) -> None:
        lane = min(row.lane, MOST_LANES)
        middle = rect.center().y()
        x = _lane_x(rect, lane)
        quiet, shown = _line_pen(colors.strong_border), _line_pen(colors.accent)
        for passed in range(lane):
            painter.setPen(shown if passed == 0 and row.is_beside_path else quiet)
            painter.drawLine(_lane_x(rect, passed), rect.top(), _lane_x(rect, passed), rect.bottom() + 1)
        painter.setPen(shown if row.is_on_path else quiet)
        if row.is_first and row.lane <= MOST_LANES:
            painter.drawLine(_lane_x(rect, lane - 1), middle, x, middle)
        elif row.node.parent_id is not None:
            painter.drawLine(x, rect.top(), x, middle)
        if not row.is_last:
            painter.drawLine(x, middle, x, rect.bottom() + 1)
        painter.setBrush(QColor(colors.accent) if row.is_on_path else QColor(colors.raised))
        if not row.folded:
            painter.drawEllipse(QPoint(x, middle), DOT_PX // 2, DOT_PX // 2)

    @staticmethod
    def _paint_words(painter: QPainter, option: QStyleOptionViewItem, row: TreeRow, colors: Colors) -> None:
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        elide = Qt.TextElideMode.ElideRight
        rect = option.rect.adjusted(0, 0, -PAD, 0)
        rect.setLeft(_lane_x(option.rect, min(row.lane, MOST_LANES)) + DOT_PX + PAD)
        painter.setFont(option.font)
        painter.setPen(QColor(colors.muted))
        if row.folded:
            painter.drawText(rect, left, wording.folded_words(row.folded))
            return
        if aside := wording.aside_words(row):
            painter.drawText(rect, right, aside)
            rect.setRight(rect.right() - painter.fontMetrics().horizontalAdvance(aside) - PAD)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        who = painter.fontMetrics().elidedText(wording.who_words(row.node), elide, round(rect.width() * WHO_SHARE))
        painter.drawText(rect, left, who)
        rect.setLeft(rect.left() + painter.fontMetrics().horizontalAdvance(who) + PAD)
        font.setWeight(QFont.Weight.Normal)
        font.setStrikeOut(row.node.is_deleted)
        painter.setFont(font)
        painter.setPen(QColor(colors.muted))
        painter.drawText(rect, left, painter.fontMetrics().elidedText(row.node.beginning, elide, rect.width()))


def _line_pen(color: str) -> QPen:
    """Draws lines that end where they should: square ends would overlap those of the next row, as darker dots."""
    return QPen(QColor(color), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)


def _lane_x(rect: QRect, lane: int) -> int:
    return rect.left() + PAD + DOT_PX // 2 + lane * LANE_PX
