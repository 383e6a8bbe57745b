"""Widgets in rows that break like words in a paragraph.

A widget that places its children, and no QLayout: a layout written in Python shares its items with Qt, which deletes
them when their widgets go, and Python's garbage collector would delete them a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable


class FlowRow(QWidget):
    """Puts widgets side by side as long as there is room, and then into the next row."""

    def __init__(self, widgets: Iterable[QWidget], spacing: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widgets = tuple(widgets)
        self._spacing = spacing
        for widget in self._widgets:
            widget.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return max((place.bottom() + 1 for _, place in places), default=0)

    def sizeHint(self) -> QSize:
        """All in one row."""
        sizes = [_wanted(widget) for widget in self._shown()]
        width = sum(size.width() for size in sizes) + max(len(sizes) - 1, 0) * self._spacing
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        """Room for the widest of them."""
        least = [widget.minimumSizeHint().expandedTo(widget.minimumSize()) for widget in self._shown()]
        return QSize(
            max((size.width() for size in least), default=0), max((size.height() for size in least), default=0)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        # A child was shown, hidden, or wants another size.
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _arrange(self) -> None:
        for widget, place in self._places(self.width()):
            widget.setGeometry(place)

    def _places(self, width: int) -> list[tuple[QWidget, QRect]]:
        """Where each widget goes in rows of this width."""
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        places = []
        left, top, row_height = 0, 0, 0
        for widget in self._shown():
            wanted = _wanted(widget)
            size = QSize(min(wanted.width(), max(width, 0)), wanted.height())
            if left and left + size.width() > width:
                left, top, row_height = 0, top + row_height + self._spacing, 0
            shown_left = width - left - size.width() if is_mirrored else left
            places.append((widget, QRect(QPoint(shown_left, top), size)))
            left += size.width() + self._spacing
            row_height = max(row_height, size.height())
        return places


def _wanted(widget: QWidget) -> QSize:
    return widget.sizeHint().expandedTo(widget.minimumSize()).boundedTo(widget.maximumSize())
