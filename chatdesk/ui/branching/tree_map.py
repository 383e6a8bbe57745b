"""The map of a conversation: its whole tree, to look at and to move along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from chatdesk.ui.branching.tree_list import OWN_KEYS, TreeList
from chatdesk.ui.elided_label import ElidedLabel
from chatdesk.ui.own_keys import keeps_key
from chatdesk.ui.popover import Popover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.tree_rows import TreeRow
    from chatdesk.ui.theme import Colors

WIDTH_CHARS = 107


class TreeMap(QFrame):
    """Opens over its window; Esc and a click elsewhere close it."""

    chosen = Signal(object)  # a TreeRow
    deletion_requested = Signal(object)  # a TreeRow

    def __init__(self, host: QWidget) -> None:
        super().__init__()
        self.setObjectName("tree_map")
        self.setAccessibleName(self.tr("Map of this chat"))
        self._popover = Popover(self, WIDTH_CHARS, host)
        title = QLabel(self.accessibleName())
        title.setObjectName("tree_title")
        title.setIndent(0)
        hint = ElidedLabel(self.tr("Enter shows a message, Delete deletes it and what follows, Esc closes."))
        hint.setObjectName("tree_hint")
        self._list = TreeList()
        self._list.chosen.connect(self.chosen)
        self._list.deletion_requested.connect(self.deletion_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)
        column.addWidget(title)
        column.addWidget(self._list, 1)
        column.addWidget(hint)

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self._popover.is_open

    def set_colors(self, colors: Colors) -> None:
        """Draw everything in these."""
        self._list.set_colors(colors)

    def show_rows(self, rows: Sequence[TreeRow], active_leaf_id: str | None) -> None:
        """Show these, with the keyboard on the end of the path that is shown, or where it was."""
        self._list.set_rows(rows, active_leaf_id)
        if self.is_open:
            self._popover.refit()
        else:
            self._popover.open_centred(self._list)

    def close_map(self) -> None:
        """Close it, if it is open."""
        self._popover.dismiss()

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, *OWN_KEYS) or super().event(event)
