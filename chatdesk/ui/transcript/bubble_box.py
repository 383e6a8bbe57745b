"""What the user wrote, exactly as typed, in a bubble on the right.

A message may be a megabyte, or one line of a megabyte. It is folded to its beginning until asked for, and cut into
boxes, of which only those in view are laid out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QFontMetrics

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.boxes import (
    Box,
    Button,
    ButtonKind,
    FlowBox,
    Look,
    estimated_height,
    paint_button,
    paint_panel,
)
from chatdesk.ui.transcript.text_flow import TextFlow

if TYPE_CHECKING:
    from chatdesk.ui.transcript.style import TranscriptStyle

FOLD_LINES = 40
FOLD_CHARS = 4_000
PIECE_CHARS = 3_000
MAX_WIDTH_SHARE = 0.85
RADIUS = 16


def folded(text: str) -> str:
    """The beginning of a long text, or all of it when it is short."""
    head = text[:FOLD_CHARS]
    lines = head.split("\n", FOLD_LINES)
    return "\n".join(lines[:FOLD_LINES]) if len(lines) > FOLD_LINES else head


def bubble_boxes(style: TranscriptStyle, text: str, *, is_unfolded: bool) -> list[Box]:
    """The boxes of a user's message."""
    head = folded(text)
    is_long = head != text
    shown = text if is_unfolded else head
    pieces = _pieces(shown)
    is_shared = is_long or len(pieces) > 1
    boxes: list[Box] = [
        BubbleBox(style, shown, start, end, is_first=index == 0, is_last=index == len(pieces) - 1 and not is_long)
        for index, (start, end) in enumerate(pieces)
    ]
    if is_shared:
        for box in boxes:
            assert isinstance(box, BubbleBox)
            box.is_wide = True
    if is_long:
        boxes.append(FoldBox(style, is_unfolded=is_unfolded))
    return boxes


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where to cut: between lines if there is a line's end in the second half of a piece, else anywhere."""
    found = []
    start = 0
    while len(text) - start > PIECE_CHARS:
        newline = text.rfind("\n", start + PIECE_CHARS // 2, start + PIECE_CHARS)
        end = start + PIECE_CHARS if newline < 0 else newline + 1
        found.append((start, end))
        start = end
    found.append((start, len(text)))
    return found


def _padding(style: TranscriptStyle) -> QPoint:
    return QPoint(round(style.text_px * 1.07), round(style.text_px * 0.67))


class BubbleBox(FlowBox):
    """A piece of a user's message. Several pieces share one bubble as wide as bubbles get."""

    def __init__(
        self, style: TranscriptStyle, text: str, start: int, end: int, *, is_first: bool, is_last: bool
    ) -> None:
        super().__init__(style)
        self._whole = text
        self._start = start
        self._end = end
        self._is_first = is_first
        self._is_last = is_last
        self.is_wide = False
        self.separator = "" if is_first or text[start - 1] != "\n" else "\n"

    @property
    def text(self) -> str:  # type: ignore[override]  # what a base class holds may be computed
        """The piece, without a newline at its end."""
        text = self._whole[self._start : self._end]
        return text if self._is_last else text.removesuffix("\n")

    def estimate(self, width: int) -> None:
        inner = round(width * MAX_WIDTH_SHARE) - 2 * _padding(self.style).x()
        pads = _padding(self.style).y() * (int(self._is_first) + int(self._is_last))
        self.height = estimated_height(self.text, inner, self.style.text_px * 0.5, self.style.pitch) + pads

    def lay_out(self, width: int) -> None:
        if self.laid_out_width == width and self.flow is not None:
            return
        pad = _padding(self.style)
        if self.flow is None:
            self.flow = TextFlow(self.text, self.style.font(), self.style.pitch)
        most = round(width * MAX_WIDTH_SHARE) - 2 * pad.x()
        height = self.flow.lay_out(most)
        if not self.is_wide and self.flow.natural_width < most:
            most = max(self.flow.natural_width, self.style.text_px)
            if self.flow.is_rtl:
                height = self.flow.lay_out(most)
        top = pad.y() if self._is_first else 0
        self.origin = QPoint(width - most - pad.x(), top)
        self.height = top + height + (pad.y() if self._is_last else 0)
        self.laid_out_width = width

    def paint(self, look: Look, position: QPoint) -> None:
        assert self.flow is not None
        left = self.origin.x() - _padding(self.style).x()
        panel = QRect(position.x() + left, position.y(), (self.laid_out_width or 0) - left, self.height)
        paint_panel(look.painter, panel, self.style.bubble, RADIUS, top=self._is_first, bottom=self._is_last)
        self.paint_flow(look, position, self.style.text)

    def is_text_at(self, point: QPoint) -> bool:
        return self.flow is not None and self.flow.character_at(QPointF(point - self.origin)) is not None


class FoldBox(Box):
    """The end of a long message's bubble: shows all of it, or less."""

    def __init__(self, style: TranscriptStyle, *, is_unfolded: bool) -> None:
        super().__init__(style)
        self._kind = ButtonKind.SHOW_LESS if is_unfolded else ButtonKind.SHOW_ALL
        self._label = wording.show_less_words() if is_unfolded else wording.show_all_words()
        self._button: Button | None = None
        self.height = round(style.text_px * 2.4)

    def lay_out(self, width: int) -> None:
        pad = _padding(self.style).x()
        left = width - round(width * MAX_WIDTH_SHARE) + pad
        wide = QFontMetrics(self.style.small_font).horizontalAdvance(self._label) + 4
        self._button = Button(self._kind, QRect(left, 0, wide, self.height - 4), self._label)
        self.laid_out_width = width

    def buttons(self) -> tuple[Button, ...]:
        return () if self._button is None else (self._button,)

    def paint(self, look: Look, position: QPoint) -> None:
        width = self.laid_out_width or 0
        panel = QRect(position.x(), position.y(), width, self.height).adjusted(
            width - round(width * MAX_WIDTH_SHARE), 0, 0, 0
        )
        paint_panel(look.painter, panel, self.style.bubble, RADIUS, top=False, bottom=True)
        if self._button is not None:
            paint_button(look, self._button, position)
