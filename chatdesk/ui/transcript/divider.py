"""The divider between the messages that the model is no longer shown and those that it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPen

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.boxes import Box, Button, ButtonKind, Look, paint_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.messages import Message
    from chatdesk.ui.transcript.style import TranscriptStyle


@dataclass(frozen=True, slots=True)
class Unsent:
    """The ids of messages that the next prompt does not hold: left out, or stood for by a summary."""

    left_out: frozenset[str] = frozenset()
    summarised: frozenset[str] = frozenset()

    def __contains__(self, message_id: str) -> bool:
        return message_id in self.left_out or message_id in self.summarised


NOTHING_UNSENT = Unsent()


def last_unsent(messages: Sequence[Message], unsent: Unsent) -> int | None:
    """The index of the message that the divider stands below, or None when all of `messages` are sent.

    It ends the longest stretch that is not sent. Pinned messages within a stretch are sent and do not end it; a
    message that is missing for reasons of its own makes a stretch of one, which a longer one outweighs.
    """
    longest = length = 0
    last = None
    for index, message in enumerate(messages):
        if message.id in unsent:
            length += 1
            if length >= longest:
                longest, last = length, index
        elif not message.is_pinned:
            length = 0
    return last


class DividerBox(Box):
    """A line across the column with its words in the middle, and what can be done about it: beside them or below."""

    def __init__(self, style: TranscriptStyle, summarised: int, left_out: int) -> None:
        """`summarised` and `left_out` count messages; at least one of them is not 0."""
        super().__init__(style)
        self.words = wording.divider_words(summarised, left_out)
        self.labels = (
            {
                ButtonKind.VIEW_SUMMARY: wording.view_summary_words(),
                ButtonKind.UNDO_SUMMARY: wording.undo_summary_words(),
            }
            if summarised
            else {ButtonKind.SHOW_CONTEXT: wording.show_context_words()}
        )
        self._words_rect = QRect()
        self._buttons: tuple[Button, ...] = ()

    def lay_out(self, width: int) -> None:
        style, metrics = self.style, QFontMetrics(self.style.small_font)
        between = round(style.text_px * 0.9)
        least_line = 2 * style.text_px
        row = style.small_pitch
        words = metrics.horizontalAdvance(self.words) + 1
        widths = [metrics.horizontalAdvance(label) + 1 for label in self.labels.values()]
        buttons = sum(widths) + between * (len(widths) - 1)
        is_one_row = words + between + buttons + 2 * (least_line + between) <= width
        words = min(words, width - 2 * between)
        left = (width - words - (between + buttons if is_one_row else 0)) // 2
        self._words_rect = QRect(left, 0, words, row)
        x, y = (left + words + between, 0) if is_one_row else ((width - buttons) // 2, row)
        found = []
        for (kind, label), wide in zip(self.labels.items(), widths, strict=True):
            found.append(Button(kind, QRect(x, y, wide, row), label))
            x += wide + between
        self._buttons = tuple(found)
        self.height = y + row
        self.laid_out_width = width

    def buttons(self) -> tuple[Button, ...]:
        return self._buttons

    def paint(self, look: Look, position: QPoint) -> None:
        painter, style, width = look.painter, self.style, self.laid_out_width or 0
        between = round(style.text_px * 0.9)
        words = self._words_rect.translated(position)
        is_one_row = self.height <= style.small_pitch
        right = self._buttons[-1].rect.translated(position).right() if is_one_row else words.right()
        painter.setPen(QPen(style.border, 1))
        y = words.center().y()
        painter.drawLine(position.x(), y, words.left() - between, y)
        painter.drawLine(right + between, y, position.x() + width - 1, y)
        painter.setFont(style.small_font)
        painter.setPen(style.muted)
        text = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)
        for button in self._buttons:
            paint_button(look, button, position)


@dataclass(slots=True)
class PlacedDivider:
    """A divider below the message at index `below`."""

    below: int
    box: DividerBox
