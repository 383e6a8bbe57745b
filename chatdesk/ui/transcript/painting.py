"""Painting the messages in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPen

from chatdesk.ui.transcript.boxes import Look
from chatdesk.ui.transcript.message_item import ItemLook

if TYPE_CHECKING:
    from chatdesk.ui.transcript.view import TranscriptView

RING_MARGIN = 10  # of the focus ring around a message


def paint_messages(view: TranscriptView, painter: QPainter, clip: QRect) -> None:
    """Paint what meets `clip`, in the coordinates of the viewport."""
    column, pointer = view.column, view.pointer
    painter.fillRect(clip, column.frame.style.background)
    top = view.to_content(clip.topLeft()).y()
    for index in column.range_between(top, top + clip.height()):
        item = column.known_item(index)
        if item is None or column.is_covered(index):
            continue
        hit, done = pointer.hit, pointer.done
        look = ItemLook(
            painter,
            clip,
            view.is_active(index),
            (hit.box, hit.button.kind) if hit.message == index and hit.button is not None else None,
            (done[1], done[2]) if done is not None and done[0] == index else None,
            pointer.selection.within(index) if pointer.selection is not None else None,
            view.marks.finder,
            view.marks.current_in(index),
        )
        at = view.from_content(QPoint(0, column.top(index)))
        item.paint(look, at)
        if index == view.focused and view.hasFocus():
            _paint_ring(view, painter, QRect(at.x(), at.y(), item.width, item.height))
    _paint_divider(view, painter, clip)


def _paint_divider(view: TranscriptView, painter: QPainter, clip: QRect) -> None:
    divider, rect = view.column.divider, view.divider_rect()
    if divider is None or not rect.adjusted(-RING_MARGIN, -RING_MARGIN, RING_MARGIN, RING_MARGIN).intersects(clip):
        return
    hit = view.pointer.hit
    hovered = hit.button.kind if hit.is_divider and hit.button is not None else None
    divider.box.paint(Look(painter, view.column.frame.style, clip, hovered=hovered), rect.topLeft())
    if view.is_divider_focused and view.hasFocus():
        _paint_ring(view, painter, rect)


def _paint_ring(view: TranscriptView, painter: QPainter, rect: QRect) -> None:
    """The ring around what the keyboard is on."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(view.column.frame.style.accent, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    aside = RING_MARGIN
    above = min(RING_MARGIN, view.column.frame.style.answer_gap)  # not over what stands next to it
    painter.drawRoundedRect(rect.adjusted(-aside, -above, aside, above), aside, aside)
