"""Something is chosen by typing: a field that filters, and a list with groups. The two work as one control."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem

from chatdesk.ui.field_icon import FieldIcon
from chatdesk.ui.model_manager.labels import GRID
from chatdesk.ui.model_manager.list_rows import ROW_ROLE, Index, RowDelegate, RowList

HEADING_ROLE = ROW_ROLE + 1  # the name of the group that begins with this row, or nothing
MOST_ROWS = 7
HEADING_SCALE = 0.85  # of the list's font
MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FilterField(QLineEdit):
    """Takes words; what moves or chooses in the list it passes on."""

    moved = Signal(object)  # the key event
    entered = Signal()

    def __init__(self, object_name: str, name: str, description: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setPlaceholderText(self.tr("Type to filter"))
        self.setAccessibleName(name)
        self.setAccessibleDescription(description)
        self._glass = FieldIcon("search", self)

    def set_icon_color(self, color: QColor) -> None:
        """Draw the magnifying glass in `color`."""
        self._glass.set_color(color)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in MOVES:
            self.moved.emit(event)
        elif event.key() in ENTERS:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class ChoiceList(RowList):
    """What there is to choose from, in groups. What is typed here belongs to the filter."""

    typed = Signal(object)  # the key event
    left = Signal()  # upwards

    def __init__(self, object_name: str, name: str, rows: GroupedRows, most_rows: int = MOST_ROWS) -> None:
        """`most_rows` are seen at once."""
        self._grouped = rows
        self._most_rows = most_rows
        super().__init__(object_name, name, rows)
        self.setUniformItemSizes(False)  # a row that begins a group is taller
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._wanted_height = 0

    def fit_rows(self) -> None:
        """Ask for as much room as the first rows need."""
        rows = min(self.model().rowCount(), self._most_rows)
        self._wanted_height = sum(self.sizeHintForRow(row) for row in range(rows)) + 2 * self.frameWidth()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._wanted_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_text = bool(event.text()) and event.text().isprintable()
        is_plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if (is_text and is_plain) or event.key() == Qt.Key.Key_Backspace:
            self.typed.emit(event)
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._is_on_heading(event):
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._is_on_heading(event):
            super().mouseReleaseEvent(event)

    def _is_on_heading(self, event: QMouseEvent) -> bool:
        position = event.position().toPoint()
        index = self.indexAt(position)
        within = position.y() - self.visualRect(index).top()
        return index.isValid() and within < self._grouped.heading_height(self.font(), index)


class GroupedRows(RowDelegate):
    """Rows of the usual kind, each first of a group below the group's name."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        font = QFont(option.font)
        return super().sizeHint(option, index) + QSize(0, self.heading_height(font, index))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = QStyleOptionViewItem(option)
        font = QFont(option.font)
        rect = QRect(option.rect)
        height = self.heading_height(font, index)
        if height:
            painter.save()
            painter.setFont(_heading_font(font))
            painter.setPen(QColor(self._colors.muted))
            place = QRect(rect.left() + GRID + 4, rect.top(), rect.width() - 2 * GRID, height - GRID // 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, index.data(HEADING_ROLE))
            painter.restore()
        row.rect = rect.adjusted(0, height, 0, 0)
        super().paint(painter, row, index)

    def heading_height(self, font: QFont, index: Index) -> int:
        """How much of a row the name of its group takes; most rows begin none."""
        if not index.data(HEADING_ROLE):
            return 0
        return QFontMetrics(_heading_font(font)).height() + GRID + GRID // 2


def join(field: FilterField, view: ChoiceList) -> None:
    """Let the arrow keys lead from the field into the list, and words that are typed there go to the field."""

    def move(event: QKeyEvent) -> None:
        # The keyboard goes along, so that a screen reader says where it is.
        view.setFocus()
        view.keyPressEvent(event)

    def write(event: QKeyEvent) -> None:
        field.setFocus()
        field.keyPressEvent(event)

    field.moved.connect(move)
    view.typed.connect(write)
    view.left.connect(field.setFocus)


def _heading_font(font: QFont) -> QFont:
    small = QFont(font)
    small.setWeight(QFont.Weight.DemiBold)
    if font.pixelSize() > 0:
        small.setPixelSize(round(font.pixelSize() * HEADING_SCALE))
    else:
        small.setPointSizeF(font.pointSizeF() * HEADING_SCALE)
    return small
