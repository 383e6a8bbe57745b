"""The map: what the model is sent of a conversation, how much room it takes, and what happens when it is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from chatdesk.ui.context_meter import wording
from chatdesk.ui.context_meter.bar import ContextBar, paint_swatch
from chatdesk.ui.context_meter.colors import span_colors
from chatdesk.ui.context_meter.entry_list import SWATCH_PX, EntryList
from chatdesk.ui.context_meter.policy_choice import PolicyChoice
from chatdesk.ui.context_meter.spans import SpanKind, spans, totals
from chatdesk.ui.elided_label import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.context_map import ContextUse
    from chatdesk.ui.context_meter.entries import Entry
    from chatdesk.ui.theme import Colors

LEAST_WIDTH, WIDTH_CHARS = 480, 68
MARGIN = 16
BORDER = 1  # as in the style sheet
GAP = 6  # between the popup and what opened it
LEGEND_COLUMNS = 2
LEAST_ROWS = 3
MOST_ROWS = 8


class MapPopup(QFrame):
    """Opens above the meter; Esc and a click elsewhere close it."""

    entry_chosen = Signal(object)  # an Entry
    policy_chosen = Signal(object)  # an OverflowPolicy, or None for the default
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("context_map")
        self.setAccessibleName(self.tr("What the model is sent"))
        # Otherwise the press on the meter that closes the popup would open it again.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        self._entries: Sequence[Entry] = ()
        title = QLabel(self.accessibleName())
        title.setObjectName("context_title")
        self._use = QLabel()
        self._use.setObjectName("context_use")
        self._use.setWordWrap(True)
        self._bar = ContextBar()
        self._bar.block_chosen.connect(self._choose_block)
        self._legend = Legend()
        self._list = EntryList()
        self._list.chosen.connect(self.entry_chosen)
        self.policy_choice = PolicyChoice()
        self.policy_choice.chosen.connect(self.policy_chosen)
        content = QWidget()
        content.setObjectName("context_content")
        self._rows = rows = QVBoxLayout(content)
        rows.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN)
        rows.setSpacing(10)
        rows.addWidget(title)
        rows.addWidget(self._use)
        rows.addWidget(self._bar)
        rows.addWidget(self._legend)
        rows.addWidget(self._list)
        rows.addWidget(self.policy_choice)
        rows.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setObjectName("context_scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(content)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._scroll)

    def set_colors(self, colors: Colors) -> None:
        """Draw everything in these."""
        self._bar.set_colors(span_colors(colors))
        self._legend.set_colors(colors)
        self._list.set_colors(colors)

    def show_use(self, use: ContextUse, entries: Sequence[Entry]) -> None:
        """Show what was measured. `entries` end with one for each block."""
        self._entries = entries[len(entries) - len(use.blocks) :]
        parts = spans(use)
        said = (
            wording.use_words(use),
            wording.writing_words(use),
            wording.reserve_words(use),
            wording.reasoning_words(use),
        )
        self._use.setText(" · ".join(words for words in said if words))
        self._bar.set_spans(
            parts,
            [
                wording.legend_words(span.kind, span.tokens) if span.block is None else self._entries[span.block].spoken
                for span in parts
            ],
        )
        self._legend.show_spans(totals(parts))
        self._bar.setAccessibleName(self._legend.spoken)
        self._list.set_entries(entries)
        self._list.setFixedHeight(self._list.height_of(min(max(len(entries), LEAST_ROWS), MOST_ROWS)))

    def open_above(self, widget: QWidget) -> None:
        """Show the popup above `widget`, as far as the screen reaches."""
        room = widget.screen().availableGeometry()
        width, height = self._wanted_size(room.height() - 2 * GAP)
        self.setFixedSize(min(width, room.width() - 2 * GAP), height)
        beside = QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())
        x = min(beside.right(), room.right() - GAP) + 1 - self.width()
        y = min(beside.top(), room.bottom() + 1) - GAP - self.height()
        self.move(max(x, room.left() + GAP), max(y, room.top() + GAP))
        self.show()
        self._list.setFocus()

    def _wanted_size(self, most_height: int) -> tuple[int, int]:
        """The size at which nothing is cut off, also before the popup was shown for the first time."""
        children = self.findChildren(QWidget)
        for child in children:
            child.ensurePolished()
        for child in reversed(children):  # inner layouts first: the outer ones ask them
            if (layout := child.layout()) is not None:
                layout.invalidate()
                layout.activate()
        frame = 2 * BORDER
        wanted = WIDTH_CHARS * self.fontMetrics().averageCharWidth()
        width = max(LEAST_WIDTH, wanted, self._rows.minimumSize().width() + frame)
        height = self._rows.totalHeightForWidth(width - frame) + frame
        if height > most_height:
            return width + self._scroll.verticalScrollBar().sizeHint().width(), most_height
        return width, height

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def _choose_block(self, block: int) -> None:
        self.entry_chosen.emit(self._entries[block])


class Legend(QWidget):
    """What the colours of the bar stand for, each with its tokens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spoken = ""
        self._colors: Colors | None = None
        self._labels: dict[SpanKind, _LegendLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(3)
        for column in range(LEGEND_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        for kind in SpanKind:
            self._labels[kind] = _LegendLabel(kind, self)

    def set_colors(self, colors: Colors) -> None:
        """Paint the swatches in these."""
        for kind, color in span_colors(colors).items():
            self._labels[kind].set_color(color)

    def show_spans(self, tokens: dict[SpanKind, int]) -> None:
        """Show the kinds that there are."""
        for kind, label in self._labels.items():
            self._grid.removeWidget(label)
            label.setVisible(kind in tokens)
        for place, (kind, count) in enumerate(tokens.items()):
            self._labels[kind].setText(wording.legend_words(kind, count))
            self._grid.addWidget(self._labels[kind], place // LEGEND_COLUMNS, place % LEGEND_COLUMNS)
        self.spoken = ", ".join(self._labels[kind].text() for kind in tokens)


class _LegendLabel(ElidedLabel):
    """A swatch and its words."""

    def __init__(self, kind: SpanKind, parent: QWidget) -> None:
        super().__init__("", parent)
        self.setObjectName("context_legend")
        self.setContentsMargins(SWATCH_PX + 8, 0, 0, 0)
        self._kind = kind
        self._color = QColor()

    def set_color(self, color: QColor) -> None:
        self._color = color
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            top = (self.height() - SWATCH_PX) // 2
            paint_swatch(painter, QRect(QPoint(0, top), QSize(SWATCH_PX, SWATCH_PX)), self._kind, self._color)
