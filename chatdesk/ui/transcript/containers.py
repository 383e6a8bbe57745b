"""Lists, quotes and footnotes: how far what is in them stands in, and what is drawn beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from chatdesk.ui.transcript.segments import TASK_DONE, TASK_OPEN, Container, ContainerKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.ui.transcript.boxes import Look
    from chatdesk.ui.transcript.style import TranscriptStyle

MAX_INDENT_SHARE = 0.5  # deep nesting leaves at least half of the column to the text


def _indent(style: TranscriptStyle, container: Container) -> int:
    """How far a container's content stands in from that of the one around it."""
    match container.kind:
        case ContainerKind.QUOTE:
            return style.text_px
        case ContainerKind.BULLET:
            return style.bullet_indent
        case ContainerKind.NUMBER:
            return style.number_indent(container.label)
        case ContainerKind.NOTE:
            return style.note_indent(container.label)


def indent_within(style: TranscriptStyle, containers: Sequence[Container], width: int) -> int:
    """How far a segment stands in."""
    return min(sum(_indent(style, container) for container in containers), round(width * MAX_INDENT_SHARE))


def paint_containers(
    look: Look, containers: Sequence[Container], rect: QRect, gap: int, baseline: int, *, is_rtl: bool = False
) -> None:
    """Draw the bars of quotes and the labels of list items before a segment at `rect`.

    `gap` is the room above, which the bar of a quote bridges within the quote; `baseline` is that of the first line.
    Text from right to left has them on its right.
    """
    style, most = look.style, round(rect.width() * MAX_INDENT_SHARE)
    inset = 0
    for container in containers:
        start, inset = inset, min(inset + _indent(style, container), most)
        left = rect.right() + 1 - inset if is_rtl else rect.left() + start
        strip = QRect(left, rect.top(), inset - start, rect.height())
        if container.kind is ContainerKind.QUOTE:
            bridge = 0 if container.is_first else gap
            x = strip.right() - 2 if is_rtl else strip.left()
            look.painter.fillRect(QRect(x, strip.top() - bridge, 3, strip.height() + bridge), style.border)
        elif container.is_first:
            _paint_label(look, container, strip, baseline, is_rtl=is_rtl)


def _paint_label(look: Look, container: Container, strip: QRect, baseline: int, *, is_rtl: bool) -> None:
    """Draw what stands before a list item, in the strip beside it."""
    style, painter = look.style, look.painter
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    y = strip.top() + baseline

    def at(distance: float, width: float) -> float:
        """The left edge of something that wide, at this distance (in ems) from the item's text."""
        room = distance * style.text_px
        return strip.left() + room if is_rtl else strip.left() + strip.width() - room - width

    if container.label in {TASK_OPEN, TASK_DONE}:
        size = round(style.text_px * 0.87)
        _paint_task(look, QPointF(at(0.55, size), y), size, is_done=container.label == TASK_DONE)
    elif container.kind is ContainerKind.BULLET:
        dot = style.text_px * 0.32
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.muted)
        painter.drawEllipse(QRectF(at(0.64, dot), y - style.text_px * 0.48, dot, dot))
    else:
        painter.setFont(style.font())
        painter.setPen(style.muted)
        painter.drawText(
            QPointF(at(0.45, painter.fontMetrics().horizontalAdvance(container.label)), y), container.label
        )


def _paint_task(look: Look, at: QPointF, size: int, *, is_done: bool) -> None:
    """A box to tick, standing on the baseline that `at` begins."""
    style, painter = look.style, look.painter
    box = QRectF(round(at.x()) + 0.5, round(at.y() - size + style.text_px * 0.1) + 0.5, size, size)
    painter.setPen(QPen(style.accent if is_done else style.muted, 1.2))
    painter.setBrush(style.accent if is_done else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 3, 3)
    if is_done:
        painter.setPen(QPen(style.background, 1.6, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        tick = [(0.24, 0.52), (0.43, 0.71), (0.77, 0.31)]
        painter.drawPolyline([QPointF(box.x() + size * x, box.y() + size * y) for x, y in tick])
