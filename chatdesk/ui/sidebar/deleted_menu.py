"""The conversations that were deleted and can still be restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatdesk.core.conversations import Conversation

MOST_SHOWN = 20
WIDTH = 320


class DeletedMenu(QMenu):
    """Lists the last ones; choosing one restores it."""

    def __init__(self, restore: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._restore = restore
        self._deleted: list[Conversation] = []  # the last deleted first
        self.setObjectName("deleted_menu")
        self.setTitle(self.tr("Restore a deleted chat"))
        self.menuAction().setEnabled(False)
        self.aboutToShow.connect(self._fill)

    def set_all(self, deleted: Iterable[Conversation]) -> None:
        """These can be restored, the last deleted first."""
        self._deleted = list(deleted)
        self.menuAction().setEnabled(bool(self._deleted))

    def add(self, deleted: Iterable[Conversation]) -> None:
        """These were deleted now."""
        self.set_all([*deleted, *self._deleted])

    def take(self, restored: Iterable[Conversation]) -> None:
        """These are back."""
        ids = {conversation.id for conversation in restored}
        self.set_all([conversation for conversation in self._deleted if conversation.id not in ids])

    def _fill(self) -> None:
        self.clear()
        for conversation in self._deleted[:MOST_SHOWN]:
            title = self.fontMetrics().elidedText(conversation.title, Qt.TextElideMode.ElideRight, WIDTH)
            action = self.addAction(title.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, c=conversation: self._restore(c.id))
