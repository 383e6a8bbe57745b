"""Lines of text: one `QTextLayout`, laid out on an even pitch.

In place of some characters something else may be drawn, a formula for its LaTeX; it counts as those characters.

Even lines are why this is no `QTextDocument`: there a character from a taller fallback font (Chinese in an English
sentence) pushes its line away from the others. A layout is also cheaper to build, which is what streaming does most.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextCharFormat, QTextLayout, QTextLine, QTextOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PySide6.QtGui import QPainter

LINE_SEPARATOR = "\u2028"
DIRECTION_LOOK_AHEAD = 400  # characters searched for one that has a direction
INSET_LEADING = 2  # pixels between lines where an inset makes them higher
# What stands for an inset in the line: a letter, so that lines break beside it as beside a word.
_STAND_IN = "x"


@dataclass(frozen=True, slots=True)
class Inset:
    """What is drawn in place of the characters from `start` to `end`, standing on the baseline. Sizes in pixels.

    `paint` draws it in the painter's pen, from a point of the baseline on.
    """

    start: int
    end: int
    width: float
    ascent: float
    descent: float
    paint: Callable[[QPainter, QPointF], None]


def is_right_to_left(text: str) -> bool:
    """Whether the first character that has a direction runs from right to left."""
    if text.isascii():
        return False
    kinds = (unicodedata.bidirectional(char) for char in text[:DIRECTION_LOOK_AHEAD])
    return next((kind != "L" for kind in kinds if kind in {"L", "R", "AL"}), False)


class TextFlow:
    """Text with formats, broken into lines of a width.

    Offsets are Python's, in characters; Qt counts UTF-16 units, in which an emoji is two.
    """

    def __init__(
        self,
        text: str,
        font: QFont,
        pitch: int,
        formats: Sequence[tuple[int, int, QTextCharFormat]] = (),
        alignment: Qt.AlignmentFlag | None = None,
        insets: Sequence[Inset] = (),
    ) -> None:
        """`formats` are (start, end, format); without `alignment` text stands where its direction begins.

        `insets` are in the order of the text.
        """
        self.text = text
        self.height = pitch
        self.natural_width = 0  # of the widest line, rounded up
        self.insets = insets
        self.is_rtl = is_right_to_left(_with_insets(text, insets, " "))
        self._pitch = pitch
        self._units = _unit_offsets(text, insets)
        self._first_baseline: int | None = None
        self._lines: list[tuple[float, float]] = []  # top and height of each
        metrics = QFontMetricsF(font)
        self._ascent = metrics.ascent()
        self._descent = metrics.descent()
        if alignment is None:
            alignment = Qt.AlignmentFlag.AlignRight if self.is_rtl else Qt.AlignmentFlag.AlignLeft
        option = QTextOption(alignment)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if self.is_rtl else Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(metrics.horizontalAdvance(" ") * 4)
        self._layout = QTextLayout(_with_insets(text, insets, _STAND_IN).replace("\n", LINE_SEPARATOR), font)
        self._layout.setTextOption(option)
        self._layout.setCacheEnabled(True)
        if formats or insets:
            room = metrics.horizontalAdvance(_STAND_IN)
            held = [self._range(inset.start, inset.end, _held_open(inset.width - room, font)) for inset in insets]
            self._layout.setFormats([*(self._range(*part) for part in formats), *held])

    def lay_out(self, width: int) -> int:
        """Break the text into lines no wider than `width`; returns the height."""
        self._lines.clear()
        y = natural = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            ascent, descent = line.ascent(), line.descent()
            # Glyphs taller than the pitch (stacked accents) take the room they need; others share one baseline.
            is_tall = ascent + descent > self._pitch
            height = float(math.ceil(ascent + descent) if is_tall else self._pitch)
            baseline = math.ceil(ascent) if is_tall else self._even_baseline
            for inset in self._insets_of(line):
                above = max(math.ceil(inset.ascent) + INSET_LEADING - baseline, 0)
                baseline += above
                height = max(height + above, baseline + math.ceil(inset.descent) + INSET_LEADING)
            if not self._lines:
                self._first_baseline = baseline
            line.setPosition(QPointF(0, y + baseline - ascent))
            self._lines.append((y, height))
            y += height
            natural = max(natural, line.naturalTextWidth())
        self._layout.endLayout()
        self.natural_width = math.ceil(natural)
        self.height = max(round(y), self._pitch)
        return self.height

    @property
    def _even_baseline(self) -> int:
        """The baseline of a line without anything tall, from its top."""
        return round((self._pitch - self._ascent - self._descent) / 2 + self._ascent)

    @property
    def baseline(self) -> int:
        """The first line's baseline, from the top."""
        return self._even_baseline if self._first_baseline is None else self._first_baseline

    def draw(self, painter: QPainter, position: QPointF, clip: QRectF) -> None:
        """Draw the lines that meet `clip` (in the painter's coordinates) with their top left at `position`."""
        self._layout.draw(painter, position, [], clip)
        for inset in self.insets:
            unit = self._to_units(inset.start)
            line = self._layout.lineForTextPosition(unit)
            if not line.isValid():
                continue
            top, bottom = position.y() + line.y() - inset.ascent, position.y() + line.y() + line.ascent()
            if bottom + inset.descent >= clip.top() and top <= clip.bottom():
                left = min(_x_at(line, unit), _x_at(line, unit + 1))
                inset.paint(painter, QPointF(position.x() + left, bottom))

    def _insets_of(self, line: QTextLine) -> Iterator[Inset]:
        if self.insets:
            begin, end = line.textStart(), line.textStart() + line.textLength()
            for inset in self.insets:
                if begin <= self._to_units(inset.start) < end:
                    yield inset

    def range_rects(self, start: int, end: int) -> Iterator[QRectF]:
        """For each line, the rectangle of the characters from `start` to `end`, as high as the line."""
        first, last = self._to_units(start), self._to_units(end)
        found = self._layout.lineForTextPosition(first)
        for index in range(found.lineNumber() if found.isValid() else 0, len(self._lines)):
            line, (top, height) = self._layout.lineAt(index), self._lines[index]
            begin, stop = line.textStart(), line.textStart() + line.textLength()
            if begin >= last:
                break
            if stop > first:
                left, right = (_x_at(line, min(max(unit, begin), stop)) for unit in (first, last))
                yield QRectF(min(left, right), top, abs(right - left), height)

    def offset_at(self, point: QPointF) -> int:
        """The position between characters that is nearest to `point`."""
        return self._from_units(self._line_at(point.y()).xToCursor(point.x()))

    def character_at(self, point: QPointF) -> int | None:
        """The character under `point`, or None beside the text."""
        line = self._line_at(point.y())
        rect = line.naturalTextRect()
        if not 0 <= point.y() < self.height or not rect.left() <= point.x() <= rect.right() or not self.text:
            return None
        unit = line.xToCursor(point.x(), QTextLine.CursorPosition.CursorOnCharacter)
        return min(self._from_units(unit), len(self.text) - 1)

    def _line_at(self, y: float) -> QTextLine:
        index = bisect_right(self._lines, (y, math.inf)) - 1
        return self._layout.lineAt(min(max(index, 0), len(self._lines) - 1))

    def _range(self, start: int, end: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start = self._to_units(start)
        made.length = self._to_units(end) - self._to_units(start)
        made.format = form
        return made

    def _to_units(self, offset: int) -> int:
        offset = min(offset, len(self.text))
        return offset if self._units is None else self._units[offset]

    def _from_units(self, unit: int) -> int:
        return unit if self._units is None else max(bisect_right(self._units, unit) - 1, 0)


def _held_open(extra: float, font: QFont) -> QTextCharFormat:
    """The format of an inset's stand-in: nothing is seen of it but its width."""
    form = QTextCharFormat()
    form.setFont(font)
    form.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    form.setFontLetterSpacing(extra)
    form.setForeground(Qt.GlobalColor.transparent)
    return form


def _with_insets(text: str, insets: Sequence[Inset], stand_in: str) -> str:
    """`text` with a character in the place of each inset."""
    if not insets:
        return text
    parts = [text[: insets[0].start]]
    for inset, following in pairwise([*insets, None]):
        assert inset is not None
        parts += [stand_in, text[inset.end : None if following is None else following.start]]
    return "".join(parts)


def _unit_offsets(text: str, insets: Sequence[Inset]) -> list[int] | None:
    """For each character its offset in UTF-16 units, and the length; None where both counts agree.

    An inset is one unit, which all its characters but the first are behind.
    """
    if not insets and (text.isascii() or max(text) <= "\uffff"):
        return None
    starts = {inset.start: inset.end for inset in insets}
    units = [0]
    within = 0  # where the inset ends that the last character was in
    for index, char in enumerate(text):
        if index in starts:
            within = starts[index]
            units.append(units[-1] + 1)
        elif index < within:
            units.append(units[-1])
        else:
            units.append(units[-1] + (2 if char > "\uffff" else 1))
    return units


def _x_at(line: QTextLine, unit: int) -> float:
    found = line.cursorToX(unit)
    return float(found[0]) if isinstance(found, tuple) else float(str(found))
