"""Formulas as vector pictures, typeset by a child process when they are first in view, and kept.

Until a formula is there, and if it cannot be typeset, its LaTeX is shown.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QPointF, QProcess, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPainterPath, QPen, QTransform

from chatdesk.ui.transcript.typesetter import READY, UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LATEX = 4_000  # characters; more is no formula
MAX_KEPT = 2_000
# What a child may take to start, and for one formula. One that takes longer is ended, and the formula shown as LaTeX.
START_MS, FORMULA_MS = 20_000, 3_000
END_MS = 1_000
OUTLINE_PX = 200  # the size that outlines of characters are taken at

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """One part of a formula. Colours are None where it has that of the text; without `pen_width` it is filled."""

    path: QPainterPath
    color: QColor | None
    pen_width: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A typeset formula, in ems: its size, and shapes with the baseline's beginning at (0, 0)."""

    width: float
    ascent: float
    descent: float
    shapes: tuple[Shape, ...]

    def paint(self, painter: QPainter, baseline: QPointF, em: float, color: QColor) -> None:
        """Draw the formula from `baseline` on, where an em is so many pixels."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(baseline)
        painter.scale(em, em)
        for shape in self.shapes:
            ink = shape.color or color
            if shape.pen_width:
                painter.strokePath(shape.path, QPen(ink, shape.pen_width))
            else:
                painter.fillPath(shape.path, ink)
        painter.restore()


class Maths(Protocol):
    """Who typesets formulas."""

    def drawing(self, latex: str, *, is_display: bool) -> Drawing | None:
        """A formula, as far as it is typeset; asking for it has it typeset."""

    def is_settled(self, latex: str, *, is_display: bool) -> bool:
        """Whether `drawing` will not change its answer any more."""


class NoMaths:
    """Nobody does: LaTeX is shown as it is written."""

    def drawing(self, latex: str, *, is_display: bool) -> Drawing | None:
        """There is none."""
        del latex, is_display
        return None

    def is_settled(self, latex: str, *, is_display: bool) -> bool:
        """And will be none."""
        del latex, is_display
        return True


class MathsLibrary(QObject):
    """Has formulas typeset by a child process, one after the other, and keeps the last ones.

    `close` ends the child. A child that is gone, or was ended because of a formula, is started anew for the next one.
    """

    typeset = Signal()  # one more formula is there, or cannot be

    def __init__(self, command: Sequence[str], parent: QObject | None = None) -> None:
        """`command` starts a child that runs `run_typesetter`."""
        super().__init__(parent)
        self._command = list(command)
        self._known: OrderedDict[tuple[str, bool], Drawing | None] = OrderedDict()
        self._waiting: OrderedDict[tuple[str, bool], None] = OrderedDict()
        self._asked: tuple[str, bool] | None = None  # what the child is at
        self._child: QProcess | None = None
        self._is_ready = False
        self._is_closed = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._give_up)

    def drawing(self, latex: str, *, is_display: bool) -> Drawing | None:
        """See `Maths`."""
        key = latex, is_display
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        if len(latex) > MAX_LATEX or self._is_closed:
            self._known[key] = None
        elif key not in self._waiting:
            self._waiting[key] = None
            self._ask()
        return None

    def is_settled(self, latex: str, *, is_display: bool) -> bool:
        """See `Maths`."""
        return (latex, is_display) in self._known

    def close(self) -> None:
        """End the child; nothing is typeset any more."""
        self._is_closed = True
        self._waiting.clear()
        self._end_child()
        for child in self.findChildren(QProcess):
            child.waitForFinished(END_MS)

    # --- the child ---

    def _start(self) -> None:
        self._child = child = QProcess(self)
        child.setStandardErrorFile(QProcess.nullDevice())
        child.readyReadStandardOutput.connect(self._read)
        child.errorOccurred.connect(self._on_gone)
        child.finished.connect(self._on_gone)
        self._is_ready = False
        self._patience.start(START_MS)
        child.start(self._command[0], self._command[1:])

    def _end_child(self) -> None:
        """End the child, without waiting: it may hold much memory, which the system takes its time to clear away."""
        self._patience.stop()
        child, self._child = self._child, None
        if child is None:
            return
        child.readyReadStandardOutput.disconnect(self._read)
        child.errorOccurred.disconnect(self._on_gone)
        child.finished.disconnect(self._on_gone)
        if child.state() is QProcess.ProcessState.NotRunning:
            child.deleteLater()
        else:
            child.finished.connect(child.deleteLater)
            child.kill()

    def _ask(self) -> None:
        """Give the child the next formula, if it is idle."""
        if self._asked is not None or not self._waiting:
            return
        if self._child is None:
            self._start()
        if self._is_ready and self._child is not None:
            self._asked = next(iter(self._waiting))
            self._child.write(json.dumps(self._asked).encode() + b"\n")
            self._patience.start(FORMULA_MS)

    @Slot()
    def _read(self) -> None:
        while self._child is not None and self._child.canReadLine():
            line = self._child.readLine().data()
            self._patience.stop()
            if line == READY:
                self._is_ready = True
            elif self._asked is not None:
                self._take(_drawing(json.loads(bytes(line))))
            self._ask()

    def _take(self, drawing: Drawing | None) -> None:
        key, self._asked = self._asked, None
        if key is not None:
            self._waiting.pop(key, None)
            self._known[key] = drawing
            if len(self._known) > MAX_KEPT:
                self._known.popitem(last=False)
            self.typeset.emit()

    @Slot()
    def _give_up(self) -> None:
        """The child takes too long."""
        self._end_child()
        if self._asked is None:
            self._let_go("the child does not start")
            return
        _log.info("a formula takes too long to typeset: %d characters", len(self._asked[0]))
        self._take(None)
        self._ask()

    @Slot()
    def _on_gone(self) -> None:
        """The child could not be started, or has ended by itself."""
        was_ready = self._is_ready
        self._end_child()
        if self._asked is not None:
            self._take(None)
            self._ask()
        elif not was_ready:
            self._let_go("the child cannot be started")

    def _let_go(self, reason: str) -> None:
        """Show as LaTeX what waits: no child will do it."""
        _log.warning("formulas are shown as LaTeX: %s", reason)
        self._known |= dict.fromkeys(self._waiting)
        self._waiting.clear()
        self._is_closed = True
        self.typeset.emit()


def _drawing(reply: dict[str, Any] | None) -> Drawing | None:
    """What the child's reply says, in ems. What is filled alike is one shape, which paints faster."""
    if reply is None:
        return None
    left, top, width, height = (number / UNITS for number in reply["box"])
    to_ems = QTransform().translate(-left, 0).scale(1 / UNITS, 1 / UNITS)
    shapes: list[Shape] = []
    for shape in (_shape(part, to_ems) for part in reply["shapes"]):
        if shapes and (shapes[-1].color, shapes[-1].pen_width) == (shape.color, shape.pen_width):
            shapes[-1].path.addPath(shape.path)
        else:
            shapes.append(shape)
    return Drawing(width, max(-top, 0.0), max(top + height, 0.0), tuple(shapes))


def _shape(shape: dict[str, Any], to_ems: QTransform) -> Shape:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    if "text" in shape:
        font = QFont(QGuiApplication.font())
        font.setPixelSize(OUTLINE_PX)
        path.addText(QPointF(0, 0), font, shape["text"])
        scale = shape["size"] / OUTLINE_PX
        path = QTransform().translate(*shape["at"]).scale(scale, scale).map(path)
    else:
        for letter, *numbers in shape["path"]:
            match letter:
                case "M":
                    path.moveTo(*numbers)
                case "L":
                    path.lineTo(*numbers)
                case "Q":
                    path.quadTo(*numbers)
                case "C":
                    path.cubicTo(*numbers)
                case "Z":
                    path.closeSubpath()
    pen_width = float(shape.get("width", 0.0)) / UNITS if "stroke" in shape and "fill" not in shape else 0.0
    named = QColor(shape.get("fill") or shape.get("stroke") or "")
    is_own = named.isValid() and named != QColor("black")  # which is what the libraries call no colour
    return Shape(to_ems.map(path), named if is_own else None, pen_width)
