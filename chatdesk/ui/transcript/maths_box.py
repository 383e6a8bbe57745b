"""Formulas in the transcript: on lines of their own, and within text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF

from chatdesk.ui.transcript.as_markdown import within
from chatdesk.ui.transcript.boxes import FlowBox, paint_mark
from chatdesk.ui.transcript.containers import indent_within, paint_containers
from chatdesk.ui.transcript.maths_rules import is_display, latex_of
from chatdesk.ui.transcript.text_flow import Inset, TextFlow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from chatdesk.ui.transcript.boxes import Look
    from chatdesk.ui.transcript.inline import Span
    from chatdesk.ui.transcript.maths import Drawing, Maths
    from chatdesk.ui.transcript.segments import Segment
    from chatdesk.ui.transcript.style import TranscriptStyle

# The letters of the formulas' font are smaller than those of most fonts for screens.
MATHS_SCALE = 1.12


def _paint(drawing: Drawing, em: float, painter: QPainter, baseline: QPointF) -> None:
    drawing.paint(painter, baseline, em, painter.pen().color())


class InlineMaths:
    """The formulas within some text, as pictures when they are typeset. None is wider than the text may be."""

    def __init__(self, found: Sequence[Span], maths: Maths) -> None:
        self._maths = maths
        self._formulas: list[tuple[int, int, str, bool]] = []
        start = 0
        for span in found:
            end = start + len(span.text)
            if span.is_maths:
                self._formulas.append((start, end, latex_of(span.text), is_display(span.text)))
            start = end
        self._settled = 0  # how many the last insets knew of

    def __bool__(self) -> bool:
        return bool(self._formulas)

    @property
    def is_late(self) -> bool:
        """Whether there is more to draw than the last time."""
        return self._settled < len(self._formulas) and self._settled < self._count_settled()

    def _count_settled(self) -> int:
        return sum(self._maths.is_settled(latex, is_display=display) for _, _, latex, display in self._formulas)

    def insets(self, text_px: float, width: int) -> list[Inset]:
        """The formulas in text of this size, in a column of this width, as far as they are typeset."""
        insets = []
        for start, end, latex, display in self._formulas:
            drawing = self._maths.drawing(latex, is_display=display)
            if drawing is not None:
                em = _fitting_em(drawing, text_px, width)
                size = (drawing.width * em, drawing.ascent * em, drawing.descent * em)
                insets.append(Inset(start, end, *size, partial(_paint, drawing, em)))
        self._settled = self._count_settled()
        return insets


def _fitting_em(drawing: Drawing, text_px: float, width: int) -> float:
    return min(text_px * MATHS_SCALE, width / max(drawing.width, 0.01))


class MathsBox(FlowBox):
    """A formula on lines of its own, in the middle of the column. Its text is its LaTeX, as it was written."""

    def __init__(self, segment: Segment, style: TranscriptStyle, gap: int, maths: Maths) -> None:
        super().__init__(style, gap)
        self.segment = segment
        self._maths = maths
        self._latex = latex_of(segment.text)
        self._drawing: Drawing | None = None
        self._em = 0.0
        self._was_settled = False

    @property
    def text(self) -> str:  # type: ignore[override]  # what a base class holds may be computed
        """The LaTeX, with its marks."""
        return self.segment.text

    def markdown(self, start: int, end: int) -> str:
        return within(self.segment.containers, self.text[start:end], is_begun=start == 0)

    def estimate(self, width: int) -> None:
        del width
        self.height = self.style.pitch * (1 + self._latex.count("\n") + self._latex.count("\\\\"))

    def lay_out(self, width: int) -> None:
        is_late = not self._was_settled and self._maths.is_settled(self._latex, is_display=True)
        if self.laid_out_width == width and not is_late:
            return
        style = self.style
        indent = indent_within(style, self.segment.containers, width)
        self._drawing = drawing = self._maths.drawing(self._latex, is_display=True)
        self._was_settled = self._maths.is_settled(self._latex, is_display=True)
        if drawing is not None:
            self.flow = None
            self._em = _fitting_em(drawing, style.text_px, width - indent)
            wide = round(drawing.width * self._em)
            self.origin = QPoint(indent + (width - indent - wide) // 2, 0)
            self.height = round((drawing.ascent + drawing.descent) * self._em)
        else:
            self.flow = TextFlow(self.text, style.monospace(), style.code_pitch)
            self.origin = QPoint(indent, 0)
            self.height = self.flow.lay_out(width - indent)
        self.laid_out_width = width

    def release(self) -> None:
        super().release()
        self._drawing = None

    def paint(self, look: Look, position: QPoint) -> None:
        style, drawing = self.style, self._drawing
        rect = QRect(position.x(), position.y(), self.laid_out_width or 0, self.height)
        if drawing is None:
            assert self.flow is not None
            paint_containers(look, self.segment.containers, rect, self.gap, self.flow.baseline)
            self.paint_flow(look, position, style.muted)
            return
        baseline = drawing.ascent * self._em
        paint_containers(look, self.segment.containers, rect, self.gap, round(baseline))
        at = QPointF(position + self.origin)
        size = QRectF(at.x(), at.y(), drawing.width * self._em, self.height)
        if look.selection is not None:
            look.painter.fillRect(size, style.selection)
        if look.marks:  # somewhere in its LaTeX, which nobody sees
            paint_mark(look, size, is_current=any(is_current for *_, is_current in look.marks))
        drawing.paint(look.painter, at + QPointF(0, baseline), self._em, style.text)

    def offset_at(self, point: QPoint) -> int:
        """Before or behind the formula, which is selected as a whole."""
        if self._drawing is None:
            return super().offset_at(point)
        return 0 if point.x() < self.origin.x() + self._drawing.width * self._em / 2 else len(self.text)

    def is_text_at(self, point: QPoint) -> bool:
        if self._drawing is None:
            return super().is_text_at(point)
        return 0 <= point.x() - self.origin.x() <= self._drawing.width * self._em
