"""The meter: a small ring and two numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from chatdesk.ui.context_meter import wording
from chatdesk.ui.icons import PICTURE_BESIDE_WORDS
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from chatdesk.core.context_map import ContextUse
    from chatdesk.ui.theme import Colors

_FULL_TURN = 360 * 16  # Qt counts sixteenths of a degree


class MeterButton(QToolButton):
    """Shows how much of the context the next message takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("context_meter")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # or the composer would hop each time that nothing is measured yet
        self.setSizePolicy(policy)
        self._colors: Colors | None = None
        self._share = 0.0
        self._is_caution = False

    def set_colors(self, colors: Colors) -> None:
        """Draw the ring in these."""
        self._colors = colors
        self._draw_ring()

    def show_use(self, use: ContextUse, *, is_caution: bool) -> None:
        """Show what was measured; with `is_caution` in the colour that asks for attention."""
        self.setText(wording.meter_words(use))
        self.setAccessibleName(wording.meter_name(use))
        self.setAccessibleDescription(wording.reserve_words(use))
        self.setToolTip(plain_tool_tip(wording.meter_tool_tip(use)))
        self.setEnabled(True)
        self._show_share(min(use.taken_tokens / max(use.n_ctx, 1), 1.0), is_caution=is_caution)

    def show_uncounted(self) -> None:
        """Say that the model, which counts, is busy elsewhere."""
        self.setText(wording.uncounted_words())
        self.setAccessibleName(wording.uncounted_name())
        self.setAccessibleDescription("")
        self.setToolTip(plain_tool_tip(wording.uncounted_name()))
        self.setEnabled(False)  # there is no map to open
        self._show_share(0.0, is_caution=False)

    def _show_share(self, share: float, *, is_caution: bool) -> None:
        self._share = share
        if is_caution is not self._is_caution:
            self._is_caution = is_caution
            self.setProperty("caution", is_caution)
            self.style().unpolish(self)
            self.style().polish(self)
        self._draw_ring()

    def _draw_ring(self) -> None:
        if self._colors is not None:
            colors = self._colors
            full = colors.caution if self._is_caution else colors.accent
            # In high contrast the stronger one is as bright as what is full.
            empty = colors.border if colors.has_high_contrast else colors.strong_border
            self.setIcon(QIcon(_RingIconEngine(self._share, QColor(full), QColor(empty))))


class _RingIconEngine(QIconEngine):
    """A ring that is filled clockwise from the top, sharp at any scale."""

    def __init__(self, share: float, full: QColor, empty: QColor) -> None:
        super().__init__()
        self._share = share
        self._full = full
        self._empty = empty

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        del mode, state
        size = rect.height() * PICTURE_BESIDE_WORDS
        width = size / 5
        ring = QRectF(rect.left(), rect.top() + (rect.height() - size) / 2, size, size)
        ring.adjust(width / 2, width / 2, -width / 2, -width / 2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._empty, width))
        painter.drawEllipse(ring)
        painter.setPen(QPen(self._full, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, _FULL_TURN // 4, -round(_FULL_TURN * self._share))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            self.paint(painter, pixmap.rect(), mode, state)
        return pixmap

    def clone(self) -> QIconEngine:
        return _RingIconEngine(self._share, self._full, self._empty)
