"""Boxes: the strips that a message is made of, from top to bottom.

A box knows its height before it has been laid out, by an estimate, so that a long conversation opens at once; only
boxes near the viewport are ever laid out, and they can let go of what they laid out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from chatdesk.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.ui.transcript.style import TranscriptStyle
    from chatdesk.ui.transcript.text_flow import TextFlow


class ButtonKind(Enum):
    """What a button drawn in the transcript does."""

    COPY_MESSAGE = auto()
    REGENERATE = auto()
    EDIT = auto()
    CONTINUE = auto()
    MORE = auto()
    PREVIOUS_VERSION = auto()
    NEXT_VERSION = auto()
    COPY_CODE = auto()
    SAVE_CODE = auto()
    WRAP_CODE = auto()
    SHOW_ALL = auto()
    SHOW_LESS = auto()
    SHOW_REASONING = auto()
    HIDE_REASONING = auto()
    ANSWER_NOW = auto()
    UNPIN = auto()
    LOOK_AT = auto()
    VIEW_SUMMARY = auto()
    UNDO_SUMMARY = auto()
    SHOW_CONTEXT = auto()


@dataclass(frozen=True, slots=True)
class Button:
    """A button drawn in a box; `rect` is relative to the box. `label` names it to people and screen readers."""

    kind: ButtonKind
    rect: QRect
    label: str
    icon: str = ""
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """What a box needs to know to paint itself.

    `clip` is in the painter's coordinates. `is_active` tells whether the message's quiet buttons are shown.
    `hovered` and `done` are the kinds of this box's button under the pointer, and of the one just used.
    `marks` are places that somebody looks for, and whether they are at each.
    """

    painter: QPainter
    style: TranscriptStyle
    clip: QRect
    is_active: bool = False
    hovered: ButtonKind | None = None
    done: ButtonKind | None = None
    selection: tuple[int, int] | None = None
    marks: tuple[tuple[int, int, bool], ...] = ()


class Box:
    """A strip of a message, as wide as the column. `gap` is the room above it; `height` excludes it.

    `height` is an estimate while `laid_out_width` is not the column's width. `text` is what can be selected.
    """

    text = ""
    separator = "\n\n"  # what stands between the box above and this one in copied text

    def __init__(self, style: TranscriptStyle, gap: int = 0) -> None:
        self.style = style
        self.gap = gap
        self.height = style.pitch
        self.laid_out_width: int | None = None

    def estimate(self, width: int) -> None:
        """Guess the height at `width` without laying out."""

    def lay_out(self, width: int) -> None:
        """Find out how high the box is at `width`."""
        self.laid_out_width = width

    def release(self) -> None:
        """Let go of what was laid out; the height stays as the estimate."""
        self.laid_out_width = None

    def paint(self, look: Look, position: QPoint) -> None:
        """Draw the box with its top left at `position`."""

    def markdown(self, start: int, end: int) -> str:
        """`text` from `start` to `end` as Markdown."""
        return self.text[start:end]

    def offset_at(self, point: QPoint) -> int:
        """The offset in `text` nearest to `point`, which is relative to the box."""
        del point
        return 0

    def place_of(self, start: int, end: int) -> QRect:
        """Where this part of `text` is, its first line at least; the box must be laid out."""
        del start, end
        return QRect(0, 0, self.laid_out_width or 0, self.height)

    def link_at(self, point: QPoint) -> str:
        """Where the text at `point` leads, or an empty string."""
        del point
        return ""

    def is_text_at(self, point: QPoint) -> bool:
        """Whether `point` is where the text cursor belongs."""
        del point
        return False

    def buttons(self) -> tuple[Button, ...]:
        """The buttons, whether shown at the moment or not."""
        return ()


class FlowBox(Box):
    """A box around one flow of text that begins at `origin`."""

    def __init__(self, style: TranscriptStyle, gap: int = 0) -> None:
        super().__init__(style, gap)
        self.flow: TextFlow | None = None
        self.origin = QPoint(0, 0)

    def release(self) -> None:
        super().release()
        self.flow = None

    def offset_at(self, point: QPoint) -> int:
        return 0 if self.flow is None else self.flow.offset_at(QPointF(point - self.origin))

    def is_text_at(self, point: QPoint) -> bool:
        return self.flow is not None and self.flow.character_at(QPointF(point - self.origin)) is not None

    def paint_flow(self, look: Look, position: QPoint, color: QColor) -> None:
        """Draw the selection and the text, which has `color` where its formats do not say otherwise."""
        assert self.flow is not None
        paint_flow(look, self.flow, QPointF(position + self.origin), color, look.selection, look.marks)

    def place_of(self, start: int, end: int) -> QRect:
        return super().place_of(start, end) if self.flow is None else flow_place(self.flow, self.origin, start, end)


def flow_place(flow: TextFlow, origin: QPoint, start: int, end: int) -> QRect:
    """Where a part of `flow` begins, if this stands at `origin`."""
    return next((rect.toRect().translated(origin) for rect in flow.range_rects(start, end)), QRect(origin, QSize(1, 1)))


def paint_flow(
    look: Look,
    flow: TextFlow,
    at: QPointF,
    color: QColor,
    selection: tuple[int, int] | None,
    marks: Iterable[tuple[int, int, bool]] = (),
) -> None:
    """Draw `flow` with its top left at `at`, and behind it what is selected and, on that, what is marked."""
    if selection is not None:
        for rect in flow.range_rects(*selection):
            look.painter.fillRect(rect.translated(at), look.style.selection)
    for start, end, is_current in marks:
        for rect in flow.range_rects(start, end):
            paint_mark(look, rect.translated(at), is_current=is_current)
    look.painter.setPen(color)
    flow.draw(look.painter, at, QRectF(look.clip))


def paint_mark(look: Look, rect: QRectF, *, is_current: bool) -> None:
    """Fill `rect`, which somebody looks for, and frame it if they are at it."""
    look.painter.fillRect(rect, look.style.mark)
    if is_current:
        look.painter.setPen(QPen(look.style.text, 1.5))
        look.painter.setBrush(Qt.BrushStyle.NoBrush)
        look.painter.drawRect(rect)


def paint_panel(painter: QPainter, rect: QRect, color: QColor, radius: int, *, top: bool, bottom: bool) -> None:
    """Fill `rect`, rounded at its top and bottom as said: a panel may go on in the next box."""
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(rect.adjusted(0, 0 if top else -2 * radius, 0, 0 if bottom else 2 * radius), radius, radius)
    painter.restore()


@lru_cache(maxsize=256)
def _icon_image(name: str, color: str, size: int) -> QImage:
    """An icon in `color`, `size` device pixels wide: reading its SVG takes longer than painting a line of text."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    icon(name, QColor(color)).paint(painter, image.rect())
    painter.end()
    return image


def paint_icon(painter: QPainter, name: str, color: QColor, rect: QRect) -> None:
    """Draw an icon in `rect`, sharp at any scale."""
    size = round(rect.width() * painter.device().devicePixelRatioF())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(rect), _icon_image(name, color.name(), size))


def paint_button(
    look: Look, button: Button, position: QPoint, *, hover: QColor | None = None, ink: QColor | None = None
) -> None:
    """Draw a button of the box at `position`: its icon, in `ink` if it is not to be quiet, or its label."""
    rect = button.rect.translated(position)
    painter, style = look.painter, look.style
    is_hovered = look.hovered is button.kind and button.is_enabled
    if is_hovered and button.icon:
        paint_panel(painter, rect, hover or style.hover, 6, top=True, bottom=True)
    color = style.text if is_hovered else ink or style.muted
    painter.setOpacity(1.0 if button.is_enabled else 0.4)
    if button.icon:
        size = round(style.text_px * 1.07)
        name = "check" if look.done is button.kind else button.icon
        inner = QRect(QPoint(0, 0), QSize(size, size))
        inner.moveCenter(rect.center())
        paint_icon(painter, name, color, inner)
    else:
        painter.setFont(style.small_font)
        painter.setPen(style.accent)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, button.label)
    painter.setOpacity(1.0)


def estimated_height(text: str, width: int, char_px: float, pitch: int) -> int:
    """The height that `text` will probably have."""
    if not text.isascii():
        char_px *= 1.35
    wrapped = len(text) * char_px / max(width, 1)
    lines = text.count("\n") + 1
    return max(round(wrapped + lines * (0.5 if wrapped > lines else 1)), lines, 1) * pitch
