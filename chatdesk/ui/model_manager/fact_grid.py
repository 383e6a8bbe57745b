"""Facts side by side in columns of the same width, as many columns as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QWidget

from chatdesk.ui.model_manager.labels import GRID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QResizeEvent

    from chatdesk.ui.model_manager.labels import Fact

MOST_COLUMNS = 3


class FactGrid(QWidget):
    """Fills its rows from the left."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        super().__init__()
        self._facts = [*facts]
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(3 * GRID)
        self._grid.setVerticalSpacing(2 * GRID)
        self._arrange(MOST_COLUMNS)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._widest(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        spacing = self._grid.horizontalSpacing()
        fitting = (self.width() + spacing) // (self._widest() + spacing)
        self._arrange(min(max(fitting, 1), MOST_COLUMNS))

    def _widest(self) -> int:
        return max(fact.minimumSizeHint().width() for fact in self._facts)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, fact in enumerate(self._facts):
            self._grid.addWidget(fact, place // columns, place % columns)
        for column in range(MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
