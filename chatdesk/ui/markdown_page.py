"""Markdown of others as a page to read: written span by span, so nothing in it is HTML and nothing is loaded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import (
    QDesktopServices,
    QFont,
    QFontDatabase,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextListFormat,
)
from PySide6.QtWidgets import QTextBrowser

from chatdesk.ui.transcript.inline import Span, plain, segment_spans
from chatdesk.ui.transcript.markdown import MarkdownStream
from chatdesk.ui.transcript.message_item import STEP_LINES
from chatdesk.ui.transcript.segments import TASK_DONE, TASK_OPEN, ContainerKind, SegmentKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chatdesk.ui.transcript.segments import Container, Segment

INDENT_LINES = 1.4  # a list is indented by so many times the height of a line
MOST_INDENTS = 8  # so that there is room for words
STEP_PARAGRAPHS = 300  # written at a time, so that nothing is held up
LINE_SEPARATOR = "\u2028"  # a new line in the same paragraph
# By how many of Qt's steps letters are larger.
TITLE_STEPS, HEADING_STEPS = 2, 1
_TASKS = {TASK_OPEN: QTextBlockFormat.MarkerType.Unchecked, TASK_DONE: QTextBlockFormat.MarkerType.Checked}


class MarkdownPage(QTextBrowser):
    """Lines are joined to paragraphs, as in files whose lines have one width. Links open in the browser."""

    def __init__(self, object_name: str, name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setIndentWidth(self.fontMetrics().lineSpacing() * INDENT_LINES)
        self.anchorClicked.connect(QDesktopServices.openUrl)
        self._sections: list[tuple[str, str]] = []
        self._link_ink = self.palette().link()  # of the links that are written
        self._pieces: Iterator[str | Segment | None] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._write_some)

    @property
    def is_writing(self) -> bool:
        """Whether more is still to come of what is to be shown."""
        return self._timer.isActive()

    def show_markdown(self, untrusted_markdown: str) -> None:
        """Show this in place of what is shown."""
        self.show_sections([("", untrusted_markdown)])

    def show_sections(self, sections: Iterable[tuple[str, str]]) -> None:
        """Show sections in place of what is shown: a title, which is no Markdown, and the Markdown below it.

        The beginning is there at once, and what does not fit on a page soon.
        """
        self.clear()
        self._sections = [*sections]
        self._link_ink = self.palette().link()
        self._pieces = _pieces(self._sections)
        self._write_some()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write_some(self) -> None:
        writer = _Writer(self)
        self._timer.stop()
        try:
            for count, piece in enumerate(self._pieces, 1):
                if piece is not None:
                    writer.write(piece)
                if piece is None or count == STEP_PARAGRAPHS:
                    self._timer.start()
                    break
        finally:
            writer.finish()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self.palette().link() != self._link_ink:
            place = self.verticalScrollBar().value()
            self.show_sections(self._sections)
            self.verticalScrollBar().setValue(place)

    def sizeHint(self) -> QSize:
        """As high as all that is written."""
        return QSize(super().sizeHint().width(), round(self.document().size().height()) + self.fontMetrics().height())


def _pieces(sections: Sequence[tuple[str, str]]) -> Iterator[str | Segment | None]:
    """What is to be written: titles and paragraphs; None where reading them may go on later."""
    for title, untrusted_markdown in sections:
        if title:
            yield title
        stream = MarkdownStream()
        stream.append(untrusted_markdown)
        stream.finish()
        stream.update(STEP_LINES)
        while stream.unread:
            yield None
            stream.update(STEP_LINES)
        yield from stream.segments


class _Writer:
    """Writes at the end of a page, which is laid out once this is finished."""

    def __init__(self, page: MarkdownPage) -> None:
        self._cursor = QTextCursor(page.document())
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._cursor.beginEditBlock()
        self._line = page.fontMetrics().lineSpacing()
        self._link_ink = page.palette().link()
        self._code_families = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families()

    def finish(self) -> None:
        self._cursor.endEditBlock()

    def write(self, piece: str | Segment) -> None:
        """Write a title or a paragraph."""
        if isinstance(piece, str):
            self._write_title(piece)
        else:
            self._write_segment(piece)

    def _write_title(self, text: str) -> None:
        block = QTextBlockFormat()
        block.setTopMargin(self._line)
        block.setBottomMargin(self._line * 0.3)
        self._write([Span(text, is_bold=True)], block, TITLE_STEPS)

    def _write_segment(self, segment: Segment) -> None:
        block = QTextBlockFormat()
        is_close = bool(segment.containers) and not segment.is_spaced
        block.setTopMargin(self._line * (0.2 if is_close else 0.6))
        block.setIndent(min(len(segment.containers), MOST_INDENTS))
        match segment.kind:
            case SegmentKind.CODE | SegmentKind.MATHS:
                self._write([Span(segment.text, is_code=True)], block)
            case SegmentKind.TABLE:
                rows = (" | ".join(plain(cell, segment.definitions) for cell in row) for row in segment.rows)
                self._write([Span("\n".join(rows))], block)
            case SegmentKind.HEADING:
                self._write((replace(span, is_bold=True) for span in _joined(segment)), block, HEADING_STEPS)
            case SegmentKind.PARAGRAPH | SegmentKind.LITERAL:
                self._write(_joined(segment), block)
            case SegmentKind.RULE:
                return
        if segment.containers and segment.containers[-1].is_first:
            self._label(segment.containers[-1])

    def _write(self, found: Iterable[Span], block: QTextBlockFormat, larger: int = 0) -> None:
        """Write a paragraph."""
        if self._cursor.atStart():
            block.setTopMargin(0)
            self._cursor.setBlockFormat(block)
        else:
            self._cursor.insertBlock(block, QTextCharFormat())
        for span in found:
            self._cursor.insertText(span.text.replace("\n", LINE_SEPARATOR), self._format(span, larger))

    def _format(self, span: Span, larger: int) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setProperty(QTextFormat.Property.FontSizeAdjustment, larger)
        form.setFontWeight(QFont.Weight.DemiBold if span.is_bold else QFont.Weight.Normal)
        form.setFontItalic(span.is_italic)
        form.setFontStrikeOut(span.is_struck)
        if span.is_code:
            form.setFontFamilies(self._code_families)
        if span.href:
            form.setAnchor(True)
            form.setAnchorHref(span.href)
            form.setForeground(self._link_ink)
            form.setFontUnderline(True)
        return form

    def _label(self, container: Container) -> None:
        """Put what stands before an item of a list before the paragraph that was written last."""
        label = QTextListFormat()
        match container.kind:
            case ContainerKind.NUMBER if container.label not in _TASKS:
                label.setStyle(QTextListFormat.Style.ListDecimal)
                label.setStart(int(container.label[:-1]))
            case ContainerKind.BULLET | ContainerKind.NUMBER:  # a box to tick stands in place of either
                label.setStyle(QTextListFormat.Style.ListDisc)
            case ContainerKind.QUOTE | ContainerKind.NOTE:
                return
        block = self._cursor.blockFormat()
        block.setMarker(_TASKS.get(container.label, QTextBlockFormat.MarkerType.NoMarker))
        block.setIndent(block.indent() - 1)  # the list's own indent comes on top
        self._cursor.setBlockFormat(block)
        self._cursor.createList(label)


def _joined(segment: Segment) -> Iterable[Span]:
    """The spans of a paragraph in one line."""
    return (replace(span, text=span.text.replace("\n", " ")) for span in segment_spans(segment))
