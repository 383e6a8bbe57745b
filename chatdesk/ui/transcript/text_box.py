"""Paragraphs, headings and rules: what Markdown text is mostly made of."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat

from chatdesk.ui.transcript.as_markdown import segment_markdown
from chatdesk.ui.transcript.boxes import Box, FlowBox, estimated_height
from chatdesk.ui.transcript.containers import indent_within, paint_containers
from chatdesk.ui.transcript.inline import Span, segment_spans
from chatdesk.ui.transcript.maths_box import InlineMaths
from chatdesk.ui.transcript.segments import LISTS, ContainerKind, SegmentKind
from chatdesk.ui.transcript.text_flow import TextFlow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor

    from chatdesk.ui.transcript.boxes import Look
    from chatdesk.ui.transcript.maths import Maths
    from chatdesk.ui.transcript.segments import Segment
    from chatdesk.ui.transcript.style import TranscriptStyle

HEADING_SCALES = {1: 1.5, 2: 1.27, 3: 1.12}
CODE_SPAN_MARGIN = 3  # pixels of ground on either side of inline code


def span_formats(found: Sequence[Span], style: TranscriptStyle) -> list[tuple[int, int, QTextCharFormat]]:
    """The formats of spans that are not plain text, as (start, end, format).

    The ground of inline code is wider than its characters, so the last character before it and its own last one are
    followed by a little room.
    """
    formats = []
    start = 0
    for span, following in zip_longest(found, found[1:]):
        end = start + len(span.text)
        is_before_code = following is not None and following.is_code and not span.text.endswith("\n")
        inner = end - 1 if span.is_code or is_before_code else end
        if span != Span(span.text) and start < inner:
            formats.append((start, inner, _format(span, style)))
        if inner < end:
            form = _format(span, style)
            form.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            form.setFontLetterSpacing(CODE_SPAN_MARGIN)
            formats.append((inner, end, form))
        start = end
    return formats


def _format(span: Span, style: TranscriptStyle) -> QTextCharFormat:
    form = QTextCharFormat()
    if span.is_code:
        form.setFont(style.monospace(), QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesSpecifiedOnly)
    if span.is_bold:
        form.setFontWeight(QFont.Weight.DemiBold)
    form.setFontItalic(span.is_italic)
    form.setFontStrikeOut(span.is_struck)
    if span.is_note:
        form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        form.setForeground(style.muted)
    if span.href:
        form.setForeground(style.accent)
        form.setFontUnderline(True)
    return form


class TextBox(FlowBox):
    """A paragraph or a heading."""

    def __init__(self, segment: Segment, style: TranscriptStyle, gap: int, maths: Maths) -> None:
        super().__init__(style, gap)
        self.segment = segment
        self._spans: tuple[Span, ...] | None = None
        self._maths = maths
        self._formulas: InlineMaths | None = None  # once laid out
        self._scale = HEADING_SCALES.get(segment.level, 1.0)
        self._pitch = round(style.pitch * (self._scale * 0.86 if self._scale > 1 else 1))
        if segment.containers and not segment.is_spaced:
            self.separator = "\n"

    @property
    def spans(self) -> tuple[Span, ...]:
        """The text's spans; parsed when first asked for."""
        if self._spans is None:
            self._spans = segment_spans(self.segment)
        return self._spans

    @property
    def text(self) -> str:  # type: ignore[override]  # what a base class holds may be computed
        """The text as it reads."""
        return "".join(span.text for span in self.spans)

    def markdown(self, start: int, end: int) -> str:
        return segment_markdown(self.segment, self.spans, start, end)

    def estimate(self, width: int) -> None:
        inner = width - indent_within(self.style, self.segment.containers, width)
        self.height = estimated_height(self.segment.text, inner, self.style.text_px * self._scale * 0.5, self._pitch)

    def lay_out(self, width: int) -> None:
        formulas = self._formulas = self._formulas or InlineMaths(self.spans, self._maths)
        if self.laid_out_width == width and self.flow is not None and not formulas.is_late:
            return
        indent = indent_within(self.style, self.segment.containers, width)
        if self.flow is None or formulas:
            weight = QFont.Weight.DemiBold if self.segment.level else QFont.Weight.Normal
            font = self.style.font(scale=self._scale, weight=weight)
            insets = formulas.insets(self.style.text_px * self._scale, width - indent)
            self.flow = TextFlow(self.text, font, self._pitch, span_formats(self.spans, self.style), insets=insets)
        self.origin = QPoint(0 if self.flow.is_rtl else indent, 0)
        self.height = self.flow.lay_out(width - indent)
        self.laid_out_width = width

    def paint(self, look: Look, position: QPoint) -> None:
        assert self.flow is not None
        rect = QRect(position.x(), position.y(), self.laid_out_width or 0, self.height)
        is_rtl = self.flow.is_rtl
        paint_containers(look, self.segment.containers, rect, self.gap, self.flow.baseline, is_rtl=is_rtl)
        paint_code_spans(look, self.flow, self.spans, QPointF(position + self.origin))
        is_quoted = any(container.kind is ContainerKind.QUOTE for container in self.segment.containers)
        self.paint_flow(look, position, self.style.muted if is_quoted else self.style.text)

    def link_at(self, point: QPoint) -> str:
        index = None if self.flow is None else self.flow.character_at(QPointF(point - self.origin))
        return "" if index is None else link_in(self.spans, index)

    @property
    def links(self) -> tuple[Span, ...]:
        """The spans that lead somewhere."""
        return tuple(span for span in self.spans if span.href)


def link_in(found: Sequence[Span], index: int) -> str:
    """Where the character at `index` leads, or an empty string."""
    for span in found:
        if index < len(span.text):
            return span.href
        index -= len(span.text)
    return ""


def paint_code_spans(look: Look, flow: TextFlow, found: Sequence[Span], at: QPointF) -> None:
    """Fill the ground of inline code, slightly wider than its characters."""
    start = 0
    painter, style = look.painter, look.style
    inset = (style.pitch - style.text_px * 1.3) / 2
    for span in found:
        end = start + len(span.text)
        if span.is_code:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.inline_code)
            for rect in flow.range_rects(start, end):
                painter.drawRoundedRect(rect.translated(at).adjusted(-CODE_SPAN_MARGIN, inset, 0, -inset), 4, 4)
        start = end


class RuleBox(Box):
    """A horizontal rule."""

    def __init__(self, segment: Segment, style: TranscriptStyle, gap: int) -> None:
        super().__init__(style, gap)
        self.segment = segment
        self.height = style.text_px

    def paint(self, look: Look, position: QPoint) -> None:
        width = self.laid_out_width or 0
        rect = QRect(position.x(), position.y(), width, self.height)
        paint_containers(look, self.segment.containers, rect, self.gap, self.height)
        left = indent_within(self.style, self.segment.containers, width)
        look.painter.fillRect(rect.left() + left, rect.center().y(), width - left, 1, self.style.border)


def segment_gap(style: TranscriptStyle, before: Segment | None, segment: Segment) -> int:
    """The room above a segment."""
    if before is None:
        return 0
    if segment.kind is SegmentKind.HEADING:
        return round(style.text_px * (1.6 if segment.level <= 2 else 1.3))  # noqa: PLR2004 - chapters and sections
    if before.kind is SegmentKind.HEADING:
        return round(style.text_px * 0.5)
    is_dense = bool(segment.containers) and not segment.is_spaced and bool(before.containers)
    if is_dense and _begins_list_beside(before, segment):
        return style.paragraph_gap
    if is_dense and segment.kind is SegmentKind.PARAGRAPH and before.kind is SegmentKind.PARAGRAPH:
        return style.item_gap
    return style.paragraph_gap


def _begins_list_beside(before: Segment, segment: Segment) -> bool:
    """Whether a list begins where another one ends."""
    return any(
        {old.kind, new.kind} <= LISTS and new.is_first and not new.continues_list
        for old, new in zip(before.containers, segment.containers, strict=False)
    )


def foreground(color: QColor) -> QTextCharFormat:
    """A format that only sets the colour of the text."""
    form = QTextCharFormat()
    form.setForeground(color)
    return form
