"""Code blocks: a panel with the language and a Copy button, cut into boxes of a screenful at most.

Long lines are broken, or stay whole and are moved sideways, as the reader chooses for each block.

The boxes of one block look like one. Cutting keeps both streaming and opening cheap: only the last piece is laid out
again while code is written, and only the pieces in view when a long reply is opened.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.as_markdown import within
from chatdesk.ui.transcript.boxes import Button, ButtonKind, FlowBox, Look, paint_button, paint_panel
from chatdesk.ui.transcript.containers import indent_within, paint_containers
from chatdesk.ui.transcript.highlighting import ROOT, PieceHighlighter, color_of
from chatdesk.ui.transcript.text_box import foreground
from chatdesk.ui.transcript.text_flow import TextFlow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QTextCharFormat

    from chatdesk.ui.transcript.highlighting import LexerLibrary
    from chatdesk.ui.transcript.segments import Segment
    from chatdesk.ui.transcript.style import TranscriptStyle

PIECE_LINES = 24  # from here on a blank line ends a piece, because it rarely stands inside a comment
MAX_PIECE_LINES = 40
MAX_PIECE_CHARS = 4_000
RADIUS = 10
UNBOUNDED = 1_000_000  # wider than any line
BAR_HEIGHT = 3  # of what shows how far the code is moved sideways
_ENDING = re.compile(r"\*(\.\w+)")


def piece_ends(text: str, start: int = 0) -> Iterator[int]:
    """Where to cut `text` from `start` on. A cut behind a newline is one between lines."""
    first, lines = start, 0
    while start < len(text):
        newline = text.find("\n", start)
        end = len(text) if newline < 0 else newline + 1
        if end - first > MAX_PIECE_CHARS:
            end = first + MAX_PIECE_CHARS if start == first else start
            yield end
            first, start, lines = end, end, 0
            continue
        lines += 1
        is_blank = not text[start:end].strip()
        if lines >= MAX_PIECE_LINES or (lines >= PIECE_LINES and is_blank and newline >= 0):
            yield end
            first, lines = end, 0
        start = end
    if first < len(text) or not text:
        yield len(text)


class CodeBlock:
    """One code block and its boxes."""

    def __init__(self, segment: Segment, style: TranscriptStyle, gap: int, library: LexerLibrary) -> None:
        self.segment = segment
        self.style = style
        self.library = library
        self.boxes: list[CodeBox] = []
        self.is_wrapped = True
        self.moved = 0  # pixels that whole lines are moved to the left
        self._gap = gap
        self._cut(0)

    @property
    def text(self) -> str:
        """All of the code."""
        return self.segment.text

    @property
    def file_name(self) -> str:
        """A name for the code as a file, with the ending that files of its language have."""
        lexer = self.library.lexer(self.segment.language)
        endings = (_ENDING.fullmatch(pattern) for pattern in (lexer.filenames if lexer is not None else ()))
        return "code" + next((found[1] for found in endings if found), ".txt")

    @property
    def overhang(self) -> int:
        """How much wider than their box the lines are that have been laid out, while they stay whole."""
        return 0 if self.is_wrapped else max((box.overhang for box in self.boxes), default=0)

    def set_wrapped(self, *, is_wrapped: bool) -> None:
        """Break long lines, or leave them whole. Every box is to be laid out again."""
        self.is_wrapped = is_wrapped
        self.moved = 0
        for box in self.boxes:
            box.release()

    def move(self, pixels: int) -> bool:
        """Move whole lines to the left by so much, as far as there is more of them. Returns whether they moved."""
        before, self.moved = self.moved, min(max(self.moved + pixels, 0), self.overhang)
        return self.moved != before

    def extend(self, segment: Segment) -> int:
        """Take a segment whose code begins with this one's; returns the index of the first box that changed."""
        self.segment = segment
        kept = len(self.boxes) - 1
        last = self.boxes.pop()
        self._cut(last.start)
        self.boxes[kept].take_highlighter(last)
        return kept

    def _cut(self, start: int) -> None:
        for end in piece_ends(self.text, start):
            self.boxes.append(CodeBox(self, start, end, len(self.boxes), 0 if self.boxes else self._gap))
            start = end


class CodeBox(FlowBox):
    """The lines of a code block from `start` to `end`."""

    def __init__(self, block: CodeBlock, start: int, end: int, index: int, gap: int) -> None:
        super().__init__(block.style, gap)
        self.block = block
        self.start = start
        self.end = end
        self.highlighter: PieceHighlighter | None = None
        self._index = index
        self._padding = round(block.style.text_px * 0.93)
        self._buttons: tuple[Button, ...] = ()
        self._is_highlighted = False
        if index:
            self.separator = "\n" if block.text[start - 1] == "\n" else ""

    @property
    def text(self) -> str:  # type: ignore[override]  # what a base class holds may be computed
        """The lines of this box."""
        return self.block.text[self.start : self.end].removesuffix("\n")

    def markdown(self, start: int, end: int) -> str:
        """The lines, with the fence where it stands directly before or behind them."""
        text, segment = self.text, self.block.segment
        lines = [text[start:end]]
        fence = "```" if "```" not in segment.text else "~~~~"
        if self.is_first and start == 0:
            lines.insert(0, fence + segment.language)
        if self._is_last and end >= len(text):
            lines.append(fence)
        return within(segment.containers, "\n".join(lines), is_begun=self.is_first and start == 0)

    def take_highlighter(self, previous: CodeBox) -> None:
        """Go on where `previous`, this piece as it was when it was shorter, left off."""
        if self.end >= previous.end:
            self.highlighter = previous.highlighter

    @property
    def is_first(self) -> bool:
        """Whether the block begins with this box."""
        return self._index == 0

    @property
    def _is_last(self) -> bool:
        return self.block.boxes[-1] is self

    @property
    def _header(self) -> int:
        return round(self.style.text_px * 2.4) if self._index == 0 else 0

    @property
    def _footer(self) -> int:
        return self._padding if self._is_last else 0

    @property
    def overhang(self) -> int:
        """How much wider than the box its lines are."""
        return 0 if self.flow is None else max(self.flow.natural_width - self._inner, 0)

    @property
    def _inner(self) -> int:
        """The width that lines have."""
        return max((self.laid_out_width or 0) - self.origin.x() - self._padding, 1)

    def estimate(self, width: int) -> None:
        per_line = (
            max((width - 2 * self._padding) / (self.style.text_px * 0.54), 1) if self.block.is_wrapped else math.inf
        )
        lines = sum(max(math.ceil(len(line) / per_line), 1) for line in self.text.split("\n"))
        self.height = self._header + lines * self.style.code_pitch + self._footer

    def lay_out(self, width: int) -> None:
        is_late = not self._is_highlighted and self.block.library.is_settled(self.block.segment.language)
        if self.laid_out_width != width or self.flow is None or is_late:
            if self.flow is None or is_late:
                # Code runs from left to right in every language.
                font, left = self.style.monospace(), Qt.AlignmentFlag.AlignLeft
                self.flow = TextFlow(self.text, font, self.style.code_pitch, self._formats(), left)
            indent = indent_within(self.style, self.block.segment.containers, width)
            self.origin = QPoint(indent + self._padding, self._header)
            self.flow.lay_out(width - indent - 2 * self._padding if self.block.is_wrapped else UNBOUNDED)
            self._buttons = self._placed_buttons(width) if self._index == 0 else ()
            self.laid_out_width = width
        # Whether this is the last piece may have changed since.
        self.height = self._header + self.flow.height + self._footer

    def _placed_buttons(self, width: int) -> tuple[Button, ...]:
        size = self.style.button_size
        found = (
            (ButtonKind.COPY_CODE, wording.copy_code_words(), "copy"),
            (ButtonKind.SAVE_CODE, wording.save_code_words(), "save"),
            (ButtonKind.WRAP_CODE, wording.wrap_code_words(is_wrapped=self.block.is_wrapped), "wrap-text"),
        )
        top = (self._header - size) // 2
        return tuple(
            Button(kind, QRect(width - 6 - size * number, top, size, size), label, name)
            for number, (kind, label, name) in enumerate(found, 1)
        )

    def buttons(self) -> tuple[Button, ...]:
        return self._buttons

    def offset_at(self, point: QPoint) -> int:
        return super().offset_at(point + QPoint(self.block.moved, 0))

    def is_text_at(self, point: QPoint) -> bool:
        return super().is_text_at(point + QPoint(self.block.moved, 0))

    def paint(self, look: Look, position: QPoint) -> None:
        style, segment = self.style, self.block.segment
        rect = QRect(position.x(), position.y(), self.laid_out_width or 0, self.height)
        baseline = self._header // 2 + style.text_px // 3
        if self._index == 0:
            paint_containers(look, segment.containers, rect, self.gap, baseline)
        panel = rect.adjusted(self.origin.x() - self._padding, 0, 0, 0)
        paint_panel(look.painter, panel, style.code_background, RADIUS, top=self._index == 0, bottom=self._is_last)
        if self._buttons:
            look.painter.setFont(style.small_font)
            look.painter.setPen(style.muted)
            room = len(self._buttons) * style.button_size + 12
            label = panel.adjusted(self._padding, 0, -room, self._header - self.height)
            look.painter.drawText(label, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, segment.language)
            for button in self._buttons:
                ink = style.accent if button.kind is ButtonKind.WRAP_CODE and not self.block.is_wrapped else None
                paint_button(look, button, position, ink=ink)
        if self.block.is_wrapped:
            self.paint_flow(look, position, style.text)
        else:
            self._paint_moved(look, panel, position)

    def _paint_moved(self, look: Look, panel: QRect, position: QPoint) -> None:
        """Draw the part of whole lines that is moved into the box, and below the last how far that is."""
        inner = panel.adjusted(self._padding, 0, -self._padding, 0)
        look.painter.save()
        look.painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
        self.paint_flow(look, position - QPoint(self.block.moved, 0), self.style.text)
        look.painter.restore()
        overhang = self.block.overhang
        if self._is_last and overhang:
            whole = inner.width() + overhang
            left = inner.left() + self.block.moved * inner.width() // whole
            top = panel.bottom() - self._padding // 2
            bar = QRect(left, top, inner.width() * inner.width() // whole, BAR_HEIGHT)
            look.painter.fillRect(bar, self.style.muted)

    def _formats(self) -> list[tuple[int, int, QTextCharFormat]]:
        language = self.block.segment.language
        self._is_highlighted = self.block.library.is_settled(language)
        lexer = self.block.library.lexer(language)
        if lexer is None:
            return []
        text = self.block.text[self.start : self.end]
        if self.highlighter is None:
            before = self.block.boxes[self._index - 1].highlighter if self._index else None
            self.highlighter = PieceHighlighter(lexer, before.states if before is not None else ROOT)
        # With its last newline: many states end there.
        found = self.highlighter.highlight(text)
        colors = self.style.code
        formats = {name: foreground(color_of(name, colors)) for name in {name for _, _, name in found}}
        return [(start, end, formats[name]) for start, end, name in found]
