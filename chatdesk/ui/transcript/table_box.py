"""Tables: cells of text on quiet lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFont

from chatdesk.ui.transcript.as_markdown import table_markdown
from chatdesk.ui.transcript.boxes import Box, Look, flow_place, paint_flow
from chatdesk.ui.transcript.containers import indent_within, paint_containers
from chatdesk.ui.transcript.inline import Span, spans
from chatdesk.ui.transcript.maths_box import InlineMaths
from chatdesk.ui.transcript.segments import Alignment
from chatdesk.ui.transcript.text_box import link_in, paint_code_spans, span_formats
from chatdesk.ui.transcript.text_flow import TextFlow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.ui.transcript.maths import Maths
    from chatdesk.ui.transcript.segments import Segment
    from chatdesk.ui.transcript.style import TranscriptStyle

ALIGNMENTS = {
    Alignment.DEFAULT: None,
    Alignment.LEFT: Qt.AlignmentFlag.AlignLeft,
    Alignment.CENTER: Qt.AlignmentFlag.AlignHCenter,
    Alignment.RIGHT: Qt.AlignmentFlag.AlignRight,
}
UNBOUNDED = 100_000


def column_widths(natural: Sequence[int], available: int) -> list[int]:
    """Widths for columns that would like to be `natural` wide, in pixels, and have `available` together.

    Narrow columns get what they want; the wide ones share what is left.
    """
    widths = list(natural)
    open_columns = sorted(range(len(natural)), key=lambda column: natural[column])
    left = available
    while open_columns:
        share = left // len(open_columns)
        column = open_columns.pop(0)
        widths[column] = max(min(natural[column], share), 1)
        left -= widths[column]
    return widths


class _Cell:
    """One cell: its spans and, once laid out, its lines and where they stand."""

    def __init__(
        self, source: str, definitions: Sequence[tuple[str, str]], maths: Maths, row: int, column: int
    ) -> None:
        self.source = source
        self.definitions = definitions
        self.spans: tuple[Span, ...] = spans(source, definitions)
        self.text = "".join(span.text for span in self.spans)
        self.formulas = InlineMaths(self.spans, maths)
        self.row = row
        self.column = column
        self.start = 0  # offset in the table's text
        self.rect = QRect()
        self.flow: TextFlow | None = None
        self.natural_width = 1
        self._width: int | None = None

    def measure(self, style: TranscriptStyle, alignment: Qt.AlignmentFlag | None, most: int) -> None:
        """Find out how wide the cell would like to be; its formulas are at most `most` wide."""
        if self.flow is None or self.formulas.is_late:
            font = style.font(weight=QFont.Weight.DemiBold if self.row == 0 else QFont.Weight.Normal)
            insets = self.formulas.insets(style.text_px, most)
            self.flow = TextFlow(self.text, font, style.pitch, span_formats(self.spans, style), alignment, insets)
            self._width = None
            self.flow.lay_out(UNBOUNDED)
            self.natural_width = self.flow.natural_width + 1

    def lay_out(self, width: int) -> int:
        """Break the text into lines; returns the height."""
        assert self.flow is not None
        if self._width != width:
            self.flow.lay_out(width)
            self._width = width
        return self.flow.height


class TableBox(Box):
    """A table. Its text is its cells, separated by tabs and newlines."""

    def __init__(
        self, segment: Segment, style: TranscriptStyle, gap: int, maths: Maths, previous: TableBox | None = None
    ) -> None:
        """`previous` is this table as it was before rows were added: unchanged cells are taken from it."""
        super().__init__(style, gap)
        self._previous = previous
        self._maths = maths
        self._segment = segment
        self._cells: list[_Cell] = []
        self._row_bottoms: list[int] = []
        self._right = 0
        self._text = ""
        self._padding_x = round(style.text_px * 0.8)
        self._padding_y = round(style.text_px * 0.4)

    def has_columns_of(self, segment: Segment) -> bool:
        """Whether `segment` may be this table, grown."""
        return segment.alignments == self._segment.alignments

    @property
    def text(self) -> str:  # type: ignore[override]  # what a base class holds may be computed
        """All cells, separated by tabs and newlines."""
        if not self._cells:
            self._read()
        return self._text

    def markdown(self, start: int, end: int) -> str:
        """The whole table, or as plain text what is selected of it."""
        return table_markdown(self._segment) if end - start >= len(self.text) else self.text[start:end]

    def estimate(self, width: int) -> None:
        del width
        self.height = len(self._segment.rows) * (self.style.pitch + 2 * self._padding_y)

    def release(self) -> None:
        super().release()
        self._cells.clear()

    def _read(self) -> None:
        previous = self._previous._cells if self._previous is not None else []  # noqa: SLF001 - the same class
        self._previous = None
        start = 0
        definitions = self._segment.definitions
        for row, cells in enumerate(self._segment.rows):
            for column, source in enumerate(cells):
                index = len(self._cells)
                cell = previous[index] if index < len(previous) else None
                if cell is None or (cell.source, cell.definitions) != (source, definitions):
                    cell = _Cell(source, definitions, self._maths, row, column)
                cell.start = start
                start += len(cell.text) + 1
                self._cells.append(cell)
        columns = len(self._segment.alignments)
        endings = ("\n" if cell.column == columns - 1 else "\t" for cell in self._cells)
        texts = (cell.text + ending for cell, ending in zip(self._cells, endings, strict=True))
        self._text = "".join(texts).removesuffix("\n")

    def lay_out(self, width: int) -> None:
        is_late = any(cell.formulas.is_late for cell in self._cells)
        if self.laid_out_width == width and self._cells and not is_late:
            return
        if not self._cells:
            self._read()
        style = self.style
        natural = [1] * len(self._segment.alignments)
        most = width // len(natural)
        for cell in self._cells:
            cell.measure(style, ALIGNMENTS[self._segment.alignments[cell.column]], most)
            natural[cell.column] = max(natural[cell.column], cell.natural_width)
        indent = indent_within(style, self._segment.containers, width)
        # The outer columns end at the column's edges, so there is padding between columns only.
        widths = column_widths(natural, width - indent - 2 * self._padding_x * (len(natural) - 1))
        self._place(indent, widths)
        self.laid_out_width = width

    def _place(self, indent: int, widths: Sequence[int]) -> None:
        lefts = [indent]
        for width in widths:
            lefts.append(lefts[-1] + width + 2 * self._padding_x)
        self._right = lefts[-1] - 2 * self._padding_x
        self._row_bottoms = []
        y = 0
        for row in range(len(self._segment.rows)):
            cells = self._cells_of(row)
            heights = [cell.lay_out(widths[cell.column]) for cell in cells]
            for cell, height in zip(cells, heights, strict=True):
                x = lefts[cell.column]
                cell.rect = QRect(x, y + self._padding_y, widths[cell.column], height)
            y += max(heights, default=self.style.pitch) + 2 * self._padding_y
            self._row_bottoms.append(y)
        self.height = y

    def _cells_of(self, row: int) -> Sequence[_Cell]:
        columns = len(self._segment.alignments)
        return self._cells[row * columns : (row + 1) * columns]

    def paint(self, look: Look, position: QPoint) -> None:
        rect = QRect(position.x(), position.y(), self.laid_out_width or 0, self.height)
        paint_containers(look, self._segment.containers, rect, self.gap, self._padding_y + self.style.text_px)
        left = position.x() + indent_within(self.style, self._segment.containers, rect.width())
        width = position.x() + self._right - left
        for row, bottom in enumerate(self._row_bottoms):
            is_last = row == len(self._row_bottoms) - 1
            if not is_last or row == 0:
                color = self.style.muted if row == 0 else self.style.border
                look.painter.setOpacity(0.55 if row == 0 else 1.0)
                look.painter.fillRect(left, position.y() + bottom - 1, width, 1, color)
                look.painter.setOpacity(1.0)
        for cell in self._cells:
            if cell.flow is None or not cell.rect.translated(position).intersects(look.clip):
                continue
            at = QPointF(position + cell.rect.topLeft())
            paint_code_spans(look, cell.flow, cell.spans, at)
            paint_flow(look, cell.flow, at, self.style.text, self._selected(look, cell), self._marked(look, cell))

    def _selected(self, look: Look, cell: _Cell) -> tuple[int, int] | None:
        if look.selection is None:
            return None
        start, end = (min(max(offset - cell.start, 0), len(cell.text)) for offset in look.selection)
        return (start, end) if start < end else None

    @staticmethod
    def _marked(look: Look, cell: _Cell) -> Iterator[tuple[int, int, bool]]:
        for first, last, is_current in look.marks:
            start, end = (min(max(offset - cell.start, 0), len(cell.text)) for offset in (first, last))
            if start < end:
                yield start, end, is_current

    def place_of(self, start: int, end: int) -> QRect:
        for cell in self._cells:
            if cell.flow is not None and cell.start <= start < cell.start + len(cell.text):
                return flow_place(cell.flow, cell.rect.topLeft(), start - cell.start, end - cell.start)
        return super().place_of(start, end)

    def _nearest(self, point: QPoint) -> _Cell | None:
        def distance(cell: _Cell) -> tuple[int, int]:
            rect = cell.rect
            vertical = max(rect.top() - point.y(), point.y() - rect.bottom(), 0)
            return vertical, max(rect.left() - point.x(), point.x() - rect.right(), 0)

        return min((cell for cell in self._cells if cell.flow is not None), key=distance, default=None)

    def offset_at(self, point: QPoint) -> int:
        cell = self._nearest(point)
        if cell is None or cell.flow is None:
            return 0
        return cell.start + cell.flow.offset_at(QPointF(point - cell.rect.topLeft()))

    def is_text_at(self, point: QPoint) -> bool:
        return self._character_at(point) is not None

    def link_at(self, point: QPoint) -> str:
        found = self._character_at(point)
        return "" if found is None else link_in(found[0].spans, found[1])

    def _character_at(self, point: QPoint) -> tuple[_Cell, int] | None:
        cell = self._nearest(point)
        if cell is None or cell.flow is None or not cell.rect.contains(point):
            return None
        index = cell.flow.character_at(QPointF(point - cell.rect.topLeft()))
        return None if index is None else (cell, index)

    @property
    def links(self) -> Iterator[Span]:
        """The spans that lead somewhere."""
        if not self._cells:
            self._read()
        return (span for cell in self._cells for span in cell.spans if span.href)
