"""What a search found: conversations, and below each the messages, with what was found marked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QObject,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatdesk.core.search import SearchResults, Snippet
from chatdesk.ui.own_keys import keeps_key
from chatdesk.ui.sidebar.painting import GAP, PADDING, SidebarPainter, marked_layout, small_font
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatdesk.ui.sidebar.chat_items import Index

RESULT_ROLE = Qt.ItemDataRole.UserRole + 1
SNIPPET_LINES = 3
TALL = 1.25  # how much higher a line of Chinese may be


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A conversation that was found, or one of its messages (`message_id`)."""

    conversation_id: str
    message_id: str | None
    shown: Snippet
    more: int = 0  # messages that are not listed


class ResultItemModel(QAbstractListModel):
    """What was found, as rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ResultRow] = []

    def set_results(self, results: SearchResults) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = list(_rows(results))
        self.endResetModel()

    def first_message(self) -> int:
        """The row of the first message; without one, of the first conversation."""
        return next((place for place, row in enumerate(self._rows) if row.message_id is not None), 0)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.shown.text
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tool_tip(row.shown.text)
            case _ if role == RESULT_ROLE:
                return row
        return None


def _rows(results: SearchResults) -> Iterator[ResultRow]:
    for found in results.conversations:
        conversation = found.conversation
        yield ResultRow(conversation.id, None, Snippet(conversation.title, found.title_highlights), found.more)
        for hit in found.hits:
            yield ResultRow(conversation.id, hit.message_id, hit.snippet)


class _ResultDelegate(QStyledItemDelegate):
    def __init__(self, look: SidebarPainter, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row, font = index.data(RESULT_ROLE), QFont(option.font)
        if row.message_id is None:
            return QSize(0, QFontMetrics(font).height() + 2 * self._look.row_padding + 2)
        line = QFontMetrics(small_font(font)).lineSpacing()
        width = self._snippet_place(QRect(option.rect)).width()
        # By an estimate: breaking every text for the height of a row that nobody scrolls to would take long.
        per_line = max(width // max(QFontMetrics(small_font(font)).averageCharWidth(), 1), 1)
        lines = min(max(-(-len(row.shown.text) // per_line), 1), SNIPPET_LINES)
        return QSize(0, math.ceil(lines * line * TALL) + 2 * self._look.row_padding)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, look = index.data(RESULT_ROLE), self._look
        rect, font = QRect(option.rect), QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look.ground(painter, rect, option.state)
        accent = QColor(look.colors.accent)
        if row.message_id is None:
            place = rect.adjusted(PADDING, look.row_padding, -PADDING, -look.row_padding)
            if row.more:
                words = _tr("+%n more", row.more)
                width = QFontMetrics(small_font(font)).horizontalAdvance(words) + 1
                end = QRect(place.right() - width, place.top(), width + 1, place.height())
                look.line(painter, words, small_font(font), look.quiet(option.state), end)
                place.setRight(end.left() - GAP)
            font.setWeight(QFont.Weight.DemiBold)
        else:
            place = self._snippet_place(rect)
            font = small_font(font)
        painter.setClipRect(place)
        painter.setPen(QColor(look.colors.text if row.message_id is None else look.quiet(option.state)))
        text = row.shown.text
        if row.message_id is None:
            widest = QFont(font)
            widest.setWeight(QFont.Weight.Bold)  # which its marked places are
            text = QFontMetrics(widest).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        layout = marked_layout(text, row.shown.highlights, font, accent, place.size())
        layout.draw(painter, QPointF(place.topLeft()))
        painter.restore()

    def _snippet_place(self, rect: QRect) -> QRect:
        padding = self._look.row_padding
        return rect.adjusted(PADDING + GAP * 2, padding, -PADDING, -padding)


class ResultList(QListView):
    """Enter or a click jumps to what was found; Escape ends the search."""

    chosen = Signal(object)  # ResultRow
    left = Signal()  # upwards, to the field
    ended = Signal()

    def __init__(self, look: SidebarPainter, parent: QWidget) -> None:
        super().__init__(parent)
        self.results = ResultItemModel(self)
        self.setObjectName("search_results")
        self.setAccessibleName(self.tr("Search results"))
        self.setModel(self.results)
        self.setItemDelegate(_ResultDelegate(look, self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.clicked.connect(self.choose)

    def enter(self) -> None:
        """Put the keyboard into the list: on the row where it was, or on the first."""
        self.setFocus()
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.results.index(0))

    def choose(self, index: Index) -> None:
        """Go where a row leads."""
        if index.isValid():
            self.chosen.emit(index.data(RESULT_ROLE))

    def choose_best(self) -> None:
        """Go to the row that is marked, or else to the first message, or else to the first conversation."""
        index = self.currentIndex()
        if not index.isValid():
            index = self.results.index(self.results.first_message())
        self.setCurrentIndex(index)
        self.choose(index)

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose(self.currentIndex())
            case Qt.Key.Key_Escape:
                self.ended.emit()
            case Qt.Key.Key_Up if self.currentIndex().row() <= 0:
                self.left.emit()
            case _:
                super().keyPressEvent(event)


def _tr(text: str, count: int) -> str:
    return QCoreApplication.translate("ChatSearch", text, None, count)
