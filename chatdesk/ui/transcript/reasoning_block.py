"""What a model reasoned before its reply: a line that says how long it took, and opens and closes the text below it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics

from chatdesk.core.growing_text import GrowingText
from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.boxes import Box, Button, ButtonKind, Look, paint_button, paint_icon
from chatdesk.ui.transcript.content import Content
from chatdesk.ui.transcript.markdown import MarkdownStream
from chatdesk.ui.transcript.segments import Container, ContainerKind

if TYPE_CHECKING:
    from chatdesk.ui.transcript.highlighting import LexerLibrary
    from chatdesk.ui.transcript.maths import Maths
    from chatdesk.ui.transcript.segments import Segment
    from chatdesk.ui.transcript.style import TranscriptStyle


class ReasoningBlock:
    """The boxes of what was reasoned: the line, and the text if it is open. Text may be added at its end."""

    def __init__(
        self,
        style: TranscriptStyle,
        library: LexerLibrary,
        maths: Maths,
        text: str,
        seconds: float,
        *,
        is_open: bool,
    ) -> None:
        """`seconds` is how long it took so far."""
        self.line = ReasoningLine(style, is_open=is_open)
        self.boxes: list[Box] = [self.line]
        self._style = style
        self._text = GrowingText(text)
        self._seconds = seconds
        self._since: float | None = None  # when `_seconds` was right, where that is known
        self.is_going_on = False
        self._content: Content | None = None
        if is_open:
            self._content = Content(style, library, maths, QuotedStream())
            self._content.append(text)
        self._is_changed = True
        self._show_words()

    @property
    def text(self) -> str:
        """All that was reasoned, as far as it is known here."""
        return str(self._text)

    @property
    def time(self) -> tuple[float, float | None]:
        """How many seconds it took, and when that was right while it goes on."""
        return self._seconds, self._since

    def append(self, offset: int, text: str, now: float) -> bool:
        """Take text that begins at `offset`; what is there already is ignored. False: text before it is missing."""
        new = self._text.append(offset, text)
        if new is None:
            return False
        if self._since is None:
            self.is_going_on, self._since = True, now
            self._show_words()
        if new:
            self._is_changed = True
            if self._content is not None:
                self._content.append(new)
        return True

    def go_on(self, time: tuple[float, float | None]) -> None:
        """The model reasons on, for so long until now: see `time`."""
        self.is_going_on = True
        self._seconds, self._since = time
        self._show_words()

    def tick(self, now: float) -> None:
        """Count the time; the line says it."""
        if self.is_going_on:
            self._seconds += 0 if self._since is None else now - self._since
            self._since = now
            self._show_words()

    def end(self, seconds: float | None = None) -> None:
        """The model reasons no more; `seconds` is how long it did, where that is known better than here."""
        self.is_going_on, self._since = False, None
        self._seconds = self._seconds if seconds is None else seconds
        if self._content is not None:
            self._content.finish()
            self._is_changed = True
        self._show_words()

    @property
    def is_behind(self) -> bool:
        """Whether some of the open text has no boxes yet."""
        return self._content is not None and bool(self._content.unread)

    def update(self, most_lines: int | None = None) -> int:
        """Make boxes for what was added, or for about `most_lines` lines of it; the next call goes on.

        Returns the index of the first box that changed.
        """
        if not self._is_changed and not self.is_behind:
            return len(self.boxes)
        self._is_changed = False
        if self._content is None:
            return 0 if len(self.boxes) == 1 else 1
        first = self._content.update(most_lines) + 1
        self.boxes[first:] = [*self._content.boxes[first - 1 :], RoomBelow(self._style)]
        return first

    def _show_words(self) -> None:
        self.line.words = wording.reasoning_words(self._seconds, is_going_on=self.is_going_on)
        self.line.can_end = self.is_going_on


class ReasoningLine(Box):
    """The line that stands for what was reasoned: a button as wide as its words, and one that ends the reasoning."""

    def __init__(self, style: TranscriptStyle, *, is_open: bool) -> None:
        super().__init__(style)
        self.words = ""
        self.can_end = False
        self._is_open = is_open
        self.height = style.button_size + style.item_gap

    @property
    def _icon_size(self) -> int:
        return round(self.style.text_px * 1.07)

    def buttons(self) -> tuple[Button, ...]:
        style = self.style
        wide = self._icon_size + style.item_gap + QFontMetrics(style.font(scale=0.93)).horizontalAdvance(self.words)
        rect = QRect(0, 0, wide + style.text_px, style.button_size)
        if self._is_open:
            fold = Button(ButtonKind.HIDE_REASONING, rect, wording.hide_reasoning_words())
        else:
            fold = Button(ButtonKind.SHOW_REASONING, rect, wording.show_reasoning_words())
        if not self.can_end:
            return (fold,)
        label = wording.answer_now_words()
        wide = QFontMetrics(style.small_font).horizontalAdvance(label) + style.item_gap
        return (fold, Button(ButtonKind.ANSWER_NOW, QRect(rect.right() + 1, 0, wide, style.button_size), label))

    def paint(self, look: Look, position: QPoint) -> None:
        style, painter = self.style, look.painter
        is_hovered = look.hovered in {ButtonKind.SHOW_REASONING, ButtonKind.HIDE_REASONING}
        color = style.text if is_hovered else style.muted
        size = self._icon_size
        top = position.y() + (style.button_size - size) // 2
        name = "chevron-down" if self._is_open else "chevron-right"
        paint_icon(painter, name, color, QRect(QPoint(position.x() - size // 5, top), QSize(size, size)))
        painter.setFont(style.font(scale=0.93))
        painter.setPen(color)
        left = size + style.item_gap
        rect = QRect(position, QSize(self.laid_out_width or 0, style.button_size)).adjusted(left, 0, 0, 0)
        words = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        for button in self.buttons()[1:]:
            paint_button(look, button, position)


class RoomBelow(Box):
    """What keeps a reply apart from the open reasoning above it."""

    def __init__(self, style: TranscriptStyle) -> None:
        super().__init__(style)
        self.height = style.paragraph_gap


class QuotedStream:
    """Markdown that is drawn as a quotation: muted, with a bar on its left. See `MarkdownStream`."""

    def __init__(self) -> None:
        self._stream = MarkdownStream()
        self.segments: list[Segment] = []

    @property
    def unread(self) -> str:
        """The text that is not parsed yet."""
        return self._stream.unread

    @property
    def redefined(self) -> list[int]:
        """Segments further up that changed."""
        return self._stream.redefined

    def append(self, text: str) -> None:
        """Take more text."""
        self._stream.append(text)

    def finish(self) -> None:
        """No more text will come."""
        self._stream.finish()

    def update(self, most_lines: int | None = None) -> int:
        """Parse what was appended; returns the index from which on segments may have changed."""
        start = self._stream.update(most_lines)
        del self.segments[start:]
        for index in (*self.redefined, *range(start, len(self._stream.segments))):
            self.segments[index : index + 1] = [_quoted(self._stream.segments[index], is_first=index == 0)]
        return start


def _quoted(segment: Segment, *, is_first: bool) -> Segment:
    quote = Container(ContainerKind.QUOTE, is_first=is_first)
    return replace(segment, containers=(quote, *segment.containers))
