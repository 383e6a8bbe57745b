"""The context as one bar: a piece per block, as wide as its tokens, then what is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from chatdesk.ui.context_meter.spans import SpanKind
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QEvent

    from chatdesk.ui.context_meter.spans import Span

HEIGHT = 20
RADIUS = 5
# Pieces are set apart by a pixel where that leaves most of them to be seen.
SEPARATED_PX = 4


class ContextBar(QWidget):
    """Paints spans in proportion. Pressing a block's piece is the same as choosing it in the list."""

    block_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("context_bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._spans: Sequence[Span] = ()
        self._words: Sequence[str] = ()
        self._colors: Mapping[SpanKind, QColor] = {}

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def set_colors(self, colors: Mapping[SpanKind, QColor]) -> None:
        """Paint each kind of span in its colour."""
        self._colors = colors
        self.update()

    def set_spans(self, spans: Sequence[Span], words: Sequence[str]) -> None:
        """Show these; `words` say for each what it is."""
        self._spans = spans
        self._words = words
        self.update()

    def rects(self) -> list[QRectF]:
        """Where each span is."""
        total = sum(span.tokens for span in self._spans)
        found, before = [], 0
        for span in self._spans:
            left, right = (tokens * self.width() / total for tokens in (before, before + span.tokens))
            found.append(QRectF(left, 0, right - left, self.height()))
            before += span.tokens
        return found

    def _index_at(self, point: QPoint) -> int | None:
        x = point.x()
        return next((index for index, rect in enumerate(self.rects()) if rect.left() <= x < rect.right()), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            outline = QPainterPath()
            outline.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
            painter.setClipPath(outline)
            painter.fillRect(self.rect(), self._colors[SpanKind.UNUSED])
            for span, rect in zip(self._spans, self.rects(), strict=True):
                self._paint_span(painter, span, rect)

    def _paint_span(self, painter: QPainter, span: Span, rect: QRectF) -> None:
        color = self._colors[span.kind]
        if span.kind is SpanKind.RESERVED:
            painter.fillRect(rect, QBrush(color, Qt.BrushStyle.BDiagPattern))
        elif span.kind is not SpanKind.UNUSED:
            gap = 1 if rect.width() >= SEPARATED_PX else 0
            painter.fillRect(rect.adjusted(0, 0, -gap, 0), color)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        is_block = index is not None and self._spans[index].block is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_block else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        block = None if index is None else self._spans[index].block
        if event.button() is Qt.MouseButton.LeftButton and block is not None:
            self.block_chosen.emit(block)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            index = self._index_at(event.pos())
            if index is not None:
                rect = self.rects()[index].toAlignedRect()
                QToolTip.showText(event.globalPos(), plain_tool_tip(self._words[index]), self, rect)
            return True
        return super().event(event)


def paint_swatch(painter: QPainter, rect: QRect, kind: SpanKind, color: QColor) -> None:
    """Paint a small square that stands for a kind of span."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    is_hatched = kind is SpanKind.RESERVED
    painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern if is_hatched else Qt.BrushStyle.SolidPattern))
    painter.drawRoundedRect(rect, 3, 3)
