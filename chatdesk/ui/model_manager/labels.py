"""Small pieces that the pages share: labels for text from anywhere, a verdict's pill, a value with its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout

from chatdesk.core.fit import Fit, FitLabel
from chatdesk.ui.model_manager.words import fit_words, need_words
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from chatdesk.ui.theme import Colors

GRID = 8  # pixels; every distance is a multiple of it, or half of one
PILL_PADDING = 8
LEAST_LEGIBLE_CHARS = 10  # what is left of a longer text says nothing


def plain_label(object_name: str, text: str = "", *, wraps: bool = False) -> QLabel:
    """A label that never takes its text for HTML."""
    label = QLabel()
    label.setObjectName(object_name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    label.setText(text)
    return label


class ElidedLabel(QLabel):
    """One line that is cut with an ellipsis where the room ends; the tool tip says all of it."""

    def __init__(self, object_name: str, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self.setObjectName(object_name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show `text`."""
        if text != self.text() or not text:
            self.setText(text)
            self.setToolTip(plain_tool_tip(text) if text else "")

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        rect = self.contentsRect()
        metrics = self.fontMetrics()
        least_width = LEAST_LEGIBLE_CHARS * metrics.averageCharWidth()
        if rect.width() < min(least_width, metrics.horizontalAdvance(self.text())):
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = metrics.elidedText(self.text(), self._mode, rect.width())
        painter.drawText(rect, self.alignment() | Qt.TextFlag.TextSingleLine, text)
        painter.end()


def tone_of(label: FitLabel) -> str:
    """Which of the theme's three verdict colours a verdict wears: `good`, `caution` or `bad`."""
    match label:
        case FitLabel.FITS:
            return "good"
        case FitLabel.SHORTER_CONTEXT | FitLabel.SLOW:
            return "caution"
        case FitLabel.TOO_LARGE:
            return "bad"


class FitPill(QLabel):
    """A verdict in words on its colour; the memory need is in the tool tip and in the accessible description."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("fit_pill")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._fit: Fit | None = None
        self._set_tone("none")

    def set_fit(self, fit: Fit) -> None:
        """Show this verdict."""
        if fit == self._fit:
            return
        self._fit = fit
        self.setText(fit_words(fit))
        self.setToolTip(plain_tool_tip(need_words(fit)))
        self.setAccessibleDescription(need_words(fit))
        self._set_tone(tone_of(fit.label))

    def set_unknown(self, words: str) -> None:
        """Say why there is no verdict yet."""
        self._fit = None
        self.setText(words)
        self.setToolTip("")
        self.setAccessibleDescription("")
        self._set_tone("none")

    def _set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().polish(self)


def paint_pill(painter: QPainter, rect: QRectF, text: str, ink: QColor, ground: QColor) -> None:
    """The same pill for a row that a delegate paints."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(QPen(ink))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
    painter.restore()


def tone_colors(colors: Colors, tone: str) -> tuple[QColor, QColor]:
    """Ink and ground of a tone."""
    match tone:
        case "good":
            return QColor(colors.good), QColor(colors.good_ground)
        case "caution":
            return QColor(colors.caution), QColor(colors.caution_ground)
        case _:
            return QColor(colors.bad), QColor(colors.bad_ground)


class Fact(QFrame):
    """A caption with its value below, as in a form that is only read."""

    def __init__(self, object_name: str, caption: str, tool_tip: str = "") -> None:
        super().__init__()
        self.setObjectName("fact")
        self._caption = plain_label("fact_caption", caption)
        self._value = plain_label(object_name, wraps=True)
        self._value.setProperty("role", "fact")
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if tool_tip:
            self.setToolTip(plain_tool_tip(tool_tip))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 4)
        layout.addWidget(self._caption)
        layout.addWidget(self._value)
        layout.addStretch()

    def set_value(self, text: str, tool_tip: str = "") -> None:
        """Show `text`."""
        self._value.setText(text)
        self._value.setAccessibleName(f"{self._caption.text()}: {text}")
        self._value.setToolTip(plain_tool_tip(tool_tip) if tool_tip else "")
