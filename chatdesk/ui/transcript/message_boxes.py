"""What stands around the text of a reply: who wrote it, how it is going, what it cost, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.boxes import (
    Box,
    Button,
    ButtonKind,
    FlowBox,
    Look,
    estimated_height,
    paint_button,
    paint_icon,
    paint_panel,
)
from chatdesk.ui.transcript.text_flow import TextFlow

if TYPE_CHECKING:
    from chatdesk.ui.transcript.style import TranscriptStyle

DOTS = 3
PANEL_RADIUS = 10
_ALWAYS_SEEN = frozenset({ButtonKind.PREVIOUS_VERSION, ButtonKind.NEXT_VERSION})


class HeaderBox(Box):
    """The name of the model that writes."""

    def __init__(self, style: TranscriptStyle, name: str) -> None:
        super().__init__(style)
        self.name = name
        self.height = style.small_pitch + round(style.text_px * 0.35)

    def paint(self, look: Look, position: QPoint) -> None:
        look.painter.setFont(self.style.font(scale=0.84, weight=QFont.Weight.DemiBold))
        look.painter.setPen(self.style.muted)
        rect = QRect(position, QSize(self.laid_out_width or 0, self.style.small_pitch))
        name = look.painter.fontMetrics().elidedText(self.name, Qt.TextElideMode.ElideMiddle, rect.width())
        look.painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


class StatusBox(Box):
    """What a reply waits for, with three dots of which one at a time is lit."""

    def __init__(self, style: TranscriptStyle, words: str, gap: int) -> None:
        super().__init__(style, gap)
        self.words = words
        self.step = 0

    @property
    def dots_rect(self) -> QRect:
        """Where the dots are, relative to the box."""
        return QRect(0, 0, self.style.text_px * 2, self.height)

    def paint(self, look: Look, position: QPoint) -> None:
        style, painter = self.style, look.painter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.muted)
        size = round(style.text_px * 0.36)
        for dot in range(DOTS):
            painter.setOpacity(1.0 if dot == self.step % DOTS else 0.35)
            x = position.x() + dot * round(style.text_px * 0.6)
            painter.drawEllipse(x, position.y() + (self.height - size) // 2, size, size)
        painter.setOpacity(1.0)
        painter.setFont(style.font(scale=0.93))
        painter.setPen(style.muted)
        rect = QRect(position, QSize(self.laid_out_width or 0, self.height)).adjusted(self.dots_rect.width(), 0, 0, 0)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.words)


class UnreadBox(Box):
    """The room for text that is not parsed yet. It is empty for some frames at most."""

    def __init__(self, style: TranscriptStyle, text: str) -> None:
        super().__init__(style)
        self._unread = text

    def estimate(self, width: int) -> None:
        self.height = estimated_height(self._unread, width, self.style.text_px * 0.5, self.style.pitch)


class ErrorBox(FlowBox):
    """Why a reply failed."""

    def __init__(self, style: TranscriptStyle, words: str, gap: int) -> None:
        super().__init__(style, gap)
        self._words = words

    @property
    def text(self) -> str:  # type: ignore[override]  # what a base class holds may be computed
        """The sentence."""
        return self._words

    def lay_out(self, width: int) -> None:
        style = self.style
        if self.laid_out_width == width and self.flow is not None:
            return
        pad = round(style.text_px * 0.8)
        self.origin = QPoint(pad + round(style.text_px * 1.75), pad)
        self.flow = TextFlow(self._words, style.font(scale=0.95), style.pitch)
        self.height = self.flow.lay_out(width - self.origin.x() - pad) + 2 * pad
        self.laid_out_width = width

    def paint(self, look: Look, position: QPoint) -> None:
        assert self.flow is not None
        style = self.style
        panel = QRect(position, QSize(self.laid_out_width or 0, self.height))
        paint_panel(look.painter, panel, style.error_background, PANEL_RADIUS, top=True, bottom=True)
        size = round(style.text_px * 1.15)
        left = position.x() + round(style.text_px * 0.9)
        top = position.y() + self.origin.y() + (style.pitch - size) // 2
        paint_icon(look.painter, "triangle-alert", style.error, QRect(left, top, size, size))
        self.paint_flow(look, position, style.error)


class FooterBox(Box):
    """The figures of a reply on the left, quiet buttons on the right; in two rows where one is too narrow.

    The mark of a pinned message and the way to other versions are never hidden.
    """

    def __init__(
        self,
        style: TranscriptStyle,
        words: str,
        versions: tuple[int, int],
        *,
        has_text: bool,
        can_regenerate: bool,
        can_continue: bool,
        can_edit: bool,
        is_pinned: bool,
        is_final: bool,
    ) -> None:
        """`versions` are the number of the version shown and their count."""
        super().__init__(style, round(style.text_px * 0.4))
        self.words = words
        self._versions = versions
        self._has_text = has_text
        self._can_regenerate = can_regenerate
        self._can_continue = can_continue
        self._can_edit = can_edit
        self._is_pinned = is_pinned
        self._is_final = is_final
        self._buttons: tuple[Button, ...] = ()
        self._count_rect = QRect()
        self._words_width = QFontMetrics(style.small_font).horizontalAdvance(words)
        self.height = style.button_size

    def lay_out(self, width: int) -> None:
        size = self.style.button_size
        count_width = round(self.style.text_px * 1.1) + QFontMetrics(self.style.small_font).horizontalAdvance("0/0")
        has_versions = self._versions[1] > 1
        offered = (self._has_text, self._can_regenerate, self._can_continue, self._can_edit, self._is_pinned)
        single = sum(offered) + self._is_final
        needed = size * single + (2 * size + count_width if has_versions else 0)
        is_narrow = bool(self.words) and self._words_width + needed + size > width
        top = size if is_narrow else 0
        self.height = top + size
        # The icons line up with the column's edge, not the invisible ground around them.
        inset = (size - round(self.style.text_px * 1.07)) // 2
        x = width + inset
        found: list[Button] = []

        def place(kind: ButtonKind, label: str, name: str, *, is_enabled: bool = True) -> None:
            nonlocal x
            x -= size
            found.append(Button(kind, QRect(x, top, size, size), label, name, is_enabled))

        if self._is_pinned:
            # At the edge, for it stays when the others are hidden.
            place(ButtonKind.UNPIN, wording.pin_mark_words(), "pin")
        if self._is_final:
            place(ButtonKind.MORE, wording.more_words(), "ellipsis")
        if self._can_continue:
            place(ButtonKind.CONTINUE, wording.continue_words(), "step-forward")
        if self._can_edit:
            place(ButtonKind.EDIT, wording.edit_words(), "pencil")
        if self._can_regenerate:
            place(ButtonKind.REGENERATE, wording.regenerate_words(), "refresh-cw")
        if self._has_text:
            place(ButtonKind.COPY_MESSAGE, wording.copy_words(), "copy")
        if has_versions:
            number, count = self._versions
            place(ButtonKind.NEXT_VERSION, wording.next_version_words(), "chevron-right", is_enabled=number < count)
            x -= count_width
            self._count_rect = QRect(x, top, count_width, size)
            place(ButtonKind.PREVIOUS_VERSION, wording.previous_version_words(), "chevron-left", is_enabled=number > 1)
        self._buttons = tuple(reversed(found))
        self.laid_out_width = width

    def buttons(self) -> tuple[Button, ...]:
        return self._buttons

    def paint(self, look: Look, position: QPoint) -> None:
        painter, style = look.painter, self.style
        painter.setFont(style.small_font)
        painter.setPen(style.muted)
        rect = QRect(position, QSize(self.laid_out_width or 0, style.button_size))
        words = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        # That there are other versions is to be seen at any time, like the pin; the rest comes with the pointer.
        if self._versions[1] > 1:
            painter.drawText(
                self._count_rect.translated(position),
                Qt.AlignmentFlag.AlignCenter,
                wording.version_words(*self._versions),
            )
        for button in self._buttons:
            if button.kind is ButtonKind.UNPIN:
                paint_button(look, button, position, ink=style.accent)
            elif look.is_active or button.kind in _ALWAYS_SEEN:
                paint_button(look, button, position)
