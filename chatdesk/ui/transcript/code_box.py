"""Code blocks: a panel with the language and a Copy button, cut into boxes of a screenful at most.

The boxes of one block look like one. Cutting keeps both streaming and opening cheap: only the last piece is laid out
again while code is written, and only the pieces in view when a long reply is opened.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QRect, Qt

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
        self._gap = gap
        self._cut(0)

    @property
    def text(self) -> str:
        """All of the code."""
        return self.segment.text

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
        self._button: Button | None = None
        self._is_highlighted = False
        if index:
            self.separator = "\n" if block.text[start - 1] == "\n" else ""

    @property
    def text(self) -> str:  # type: ignore[override]  # what a base class holds may be computed
        """The lines of this box."""
        return self.block.text[self.start : self.end].removesuffix("\n")

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

    def estimate(self, width: int) -> None:
        per_line = max((width - 2 * self._padding) / (self.style.text_px * 0.54), 1)
        lines = sum(max(math.ceil(len(line) / per_line), 1) for line in self.text.split("\n"))
        self.height = self._header + lines * self.style.code_pitch + self._footer

    def lay_out(self, width: int) -> None:
        is_late = not self._is_highlighted and self.block.library.is_settled(self.block.segment.language)
        if self.laid_out_width != width or self.flow is None or is_late:
            if self.flow is None or is_late:
                self.flow = TextFlow(self.text, self.style.monospace(), self.style.code_pitch, self._formats())
            indent = indent_within(self.style, self.block.segment.containers, width)
            self.origin = QPoint(indent + self._padding, self._header)
            self.flow.lay_out(width - indent - 2 * self._padding)
            size = self.style.button_size
            rect = QRect(width - size - 6, (self._header - size) // 2, size, size)
            label = QCoreApplication.translate("Transcript", "Copy code")
            self._button = Button(ButtonKind.COPY_CODE, rect, label, "copy") if self._index == 0 else None
            self.laid_out_width = width
        # Whether this is the last piece may have changed since.
        self.height = self._header + self.flow.height + self._footer

    def buttons(self) -> tuple[Button, ...]:
        return () if self._button is None else (self._button,)

    def paint(self, look: Look, position: QPoint) -> None:
        style, segment = self.style, self.block.segment
        rect = QRect(position.x(), position.y(), self.laid_out_width or 0, self.height)
        baseline = self._header // 2 + style.text_px // 3
        if self._index == 0:
            paint_containers(look, segment.containers, rect, self.gap, baseline)
        panel = rect.adjusted(self.origin.x() - self._padding, 0, 0, 0)
        paint_panel(look.painter, panel, style.code_background, RADIUS, top=self._index == 0, bottom=self._is_last)
        if self._button is not None:
            look.painter.setFont(style.small_font)
            look.painter.setPen(style.muted)
            label = panel.adjusted(self._padding, 0, -style.button_size - 12, self._header - self.height)
            look.painter.drawText(label, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, segment.language)
            paint_button(look, self._button, position)
        self.paint_flow(look, position, style.text)

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
