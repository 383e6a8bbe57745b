"""How the lists of this window paint a row of two lines, so that both lists look alike and 500 rows cost nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatdesk.ui.icons import icon
from chatdesk.ui.model_manager.labels import GRID, PILL_PADDING, paint_pill, tone_colors

if TYPE_CHECKING:
    from chatdesk.ui.theme import Colors

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
SMALL = 0.9  # the second line's size, of the first's
RADIUS = 7.0
WIDEST_FIGURE = "88.8k"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the second line, with the icon that says what it counts."""

    icon_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a row shows. The first line: marks, title, aside; the second: words, figures and a verdict at the end."""

    title: str
    words: str = ""
    aside: str = ""
    highlight: str = ""  # before the words, in the accent colour
    figures: tuple[Figure, ...] = ()
    verdict: str = ""
    tone: str = ""
    leading_mark: str = ""  # names of icons
    trailing_mark: str = ""
    is_strong: bool = True  # its title; not where rows are titles and nothing more


class RowDelegate(QStyledItemDelegate):
    """Paints the `Row` that an index has for `ROW_ROLE`."""

    def __init__(self, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = colors
        self._marks = _Marks()

    def set_colors(self, colors: Colors) -> None:
        """Paint with these."""
        self._colors = colors

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del index
        return QSize(0, self.row_height(QFont(option.font)))

    def row_height(self, font: QFont) -> int:
        """How high a row is in `font`."""
        return QFontMetrics(font).height() + QFontMetrics(_small(font)).height() + 3 * GRID

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        assert isinstance(row, Row)
        outer = QRect(option.rect).adjusted(0, 1, 0, -1)
        state = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(outer)
        self._paint_ground(painter, outer, state)
        font = QFont(option.font)
        inner = outer.adjusted(GRID + 4, GRID, -GRID - 4, -GRID)
        _RowPainter(painter, self._colors, self._marks, font, inner, is_selected=is_selected).paint(row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(QColor(self._colors.accent)) if has_focus else Qt.PenStyle.NoPen)
        ground = self._colors.selected if is_selected else self._colors.hover if is_hovered else None
        painter.setBrush(QColor(ground) if ground is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


class _Marks:
    """Small icons as pixels: reading an SVG for each row and each paint would cost more than all the rest."""

    def __init__(self) -> None:
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def get(self, name: str, color: QColor, size: int, ratio: float) -> QPixmap:
        key = (name, color.name(), size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = icon(name, color).pixmap(QSize(size, size), ratio)
        return self._pixmaps[key]


class _RowPainter:
    """Paints one row from both ends towards the middle; what is left for the longest text is cut there."""

    def __init__(
        self, painter: QPainter, colors: Colors, marks: _Marks, font: QFont, rect: QRect, *, is_selected: bool
    ) -> None:
        self._painter = painter
        self._colors = colors
        self._marks = marks
        self._rect = rect
        self._small = _small(font)
        self._bold = QFont(font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._plain = font
        self._mark_size = QFontMetrics(font).height()
        self._text = QColor(colors.text)
        # Muted ink does not stand out enough from the ground of a selected row.
        self._quiet = QColor(colors.text if is_selected else colors.muted)

    def paint(self, row: Row) -> None:
        height = QFontMetrics(self._bold).height()
        first = QRect(self._rect.left(), self._rect.top(), self._rect.width(), height)
        second = QRect(self._rect)
        second.setTop(self._rect.bottom() + 1 - QFontMetrics(self._small).height())
        self._paint_first(row, first)
        self._paint_second(row, second)

    def _paint_first(self, row: Row, line: QRect) -> None:
        left, right = line.left(), line.right() + 1
        if row.leading_mark:
            self._mark(row.leading_mark, left, line)
            left += self._mark_size + GRID // 2 + 2
        if row.trailing_mark:
            right -= self._mark_size
            self._mark(row.trailing_mark, right, line)
            right -= GRID
        if row.aside:
            width = _width(self._small, row.aside)
            self._words(row.aside, QRect(right - width, line.top(), width, line.height()), self._small, self._quiet)
            right -= width + GRID
        font = self._bold if row.is_strong else self._plain
        self._words(row.title, QRect(left, line.top(), right - left, line.height()), font, self._text)

    def _paint_second(self, row: Row, line: QRect) -> None:
        left, right = line.left(), line.right() + 1
        if row.verdict:
            self._painter.setFont(self._small)
            width = _width(self._small, row.verdict) + 2 * PILL_PADDING
            ink, ground = tone_colors(self._colors, row.tone)
            pill = QRectF(right - width, line.top() - 1, width, line.height() + 2)
            paint_pill(self._painter, pill, row.verdict, ink, ground)
            right -= width + GRID
        for figure in reversed(row.figures):
            # One column for all rows, as wide as figures become.
            width = max(_width(self._small, figure.text), _width(self._small, WIDEST_FIGURE))
            self._words(figure.text, QRect(right - width, line.top(), width, line.height()), self._small, self._quiet)
            right -= width + GRID // 2 + self._mark_size
            self._mark(figure.icon_name, right, line)
            right -= GRID
        if row.highlight:
            width = min(_width(self._small, row.highlight), max(right - left, 0))
            place = QRect(left, line.top(), width, line.height())
            self._words(row.highlight, place, self._small, QColor(self._colors.accent))
            left += width + GRID
        self._words(row.words, QRect(left, line.top(), right - left, line.height()), self._small, self._quiet)

    def _words(self, text: str, rect: QRect, font: QFont, color: QColor) -> None:
        if not text or rect.width() <= 0:
            return
        self._painter.setFont(font)
        self._painter.setPen(color)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        self._painter.drawText(rect, flags, shown)

    def _mark(self, name: str, left: int, line: QRect) -> None:
        top = line.top() + (line.height() - self._mark_size) // 2
        ratio = self._painter.device().devicePixelRatioF()
        self._painter.drawPixmap(left, top, self._marks.get(name, self._quiet, self._mark_size, ratio))


def _width(font: QFont, text: str) -> int:
    """Room for all of `text`: fractions of a pixel count."""
    return math.ceil(QFontMetricsF(font).horizontalAdvance(text)) + 1


def _small(font: QFont) -> QFont:
    small = QFont(font)
    if font.pixelSize() > 0:
        small.setPixelSize(round(font.pixelSize() * SMALL))
    else:
        small.setPointSizeF(font.pointSizeF() * SMALL)
    return small


class RowList(QListView):
    """A list of such rows."""

    enter_pressed = Signal(QModelIndex)
    opened = Signal(QModelIndex)  # by Enter or a click

    def __init__(self, object_name: str, name: str, delegate: RowDelegate) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setProperty("rows", True)  # for the style sheet
        self.setAccessibleName(name)
        self._delegate = delegate
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.clicked.connect(self.opened)
        self.enter_pressed.connect(self.opened)

    def set_colors(self, colors: Colors) -> None:
        """Paint with these."""
        self._delegate.set_colors(colors)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.enter_pressed.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
