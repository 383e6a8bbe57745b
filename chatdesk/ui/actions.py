"""The one table of what the window can do. The menu, the command palette and the list of shortcuts are all made of it.

A new action is one row, in the pane or window whose slot it calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

from chatdesk.core.palette import Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMenu, QWidget

Shortcut = QKeySequence.StandardKey | str  # several ones with a semicolon between them


class Group(Enum):
    """What an action is about, in the order in which groups are listed."""

    CHATS = auto()
    THIS_CHAT = auto()
    MODELS = auto()
    WINDOW = auto()


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing that the window can do. `name` ends in `_action`; an empty shortcut is none.

    `needs_chat`: it is done with the chat that is shown, and offered only while there is one.
    """

    name: str
    group: Group
    text: str
    do: Callable[[], object]
    shortcut: Shortcut = ""
    in_menu: bool = True
    needs_chat: bool = False


class ActionTable:
    """Makes an action of the window of each row."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._entries: dict[Group, list[QAction]] = {group: [] for group in Group}
        self._menu_entries: dict[Group, list[QAction]] = {group: [] for group in Group}
        self._of_chats: list[QAction] = []

    def add(self, *rows: ActionRow) -> None:
        """Add rows behind those of the same group."""
        for row in rows:
            action = QAction(row.text, self._window)
            action.setObjectName(row.name)
            if isinstance(row.shortcut, QKeySequence.StandardKey):
                action.setShortcuts(row.shortcut)
            elif row.shortcut:  # Qt makes an empty text an empty shortcut
                action.setShortcuts(QKeySequence.listFromString(row.shortcut))
            action.triggered.connect(lambda _checked=False, do=row.do: do())
            # Shortcuts belong to the window, not to the menu that lists them.
            self._window.addAction(action)
            self._entries[row.group].append(action)
            if row.in_menu:
                self._menu_entries[row.group].append(action)
            if row.needs_chat:
                self._of_chats.append(action)

    def offer_for_chat(self, *, has_chat: bool) -> None:
        """Offer what is done with a chat, or not. What this window never does stays hidden."""
        for action in self._of_chats:
            action.setEnabled(has_chat and action.isVisible())

    def add_menu(self, group: Group, menu: QMenu) -> None:
        """List a menu within the menu, behind what the group has so far."""
        self._menu_entries[group].append(menu.menuAction())

    def of(self, group: Group) -> list[QAction]:
        """The actions of a group."""
        return [*self._entries[group]]

    def named(self, name: str) -> QAction:
        """The action of a row."""
        return next(action for actions in self._entries.values() for action in actions if action.objectName() == name)

    def entries(self) -> list[Entry]:
        """What can be done now, for the command palette."""
        return [
            Entry(
                f"action:{action.objectName()}",
                EntryKind.ACTION,
                action.text(),
                action.trigger,
                keys_of(action),
            )
            for actions in self._entries.values()
            for action in actions
            if action.isEnabled()
        ]

    def fill(self, menu: QMenu) -> None:
        """List everything in `menu`, group by group."""
        for actions in self._menu_entries.values():
            if actions and not menu.isEmpty():
                menu.addSeparator()
            menu.addActions(actions)


def keys_of(action: QAction) -> str:
    """The first shortcut of an action as this system writes it; others are for keys that few keyboards have."""
    return native_keys(action.shortcut())


def native_keys(keys: QKeySequence | str) -> str:
    """Keys as this system writes them: Qt's Ctrl is a Mac's ⌘."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def group_words(group: Group) -> str:
    """The name of a group."""
    match group:
        case Group.CHATS:
            return _tr("Chats")
        case Group.THIS_CHAT:
            return _tr("This chat")
        case Group.MODELS:
            return _tr("Models")
        case Group.WINDOW:
            return _tr("Window")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Actions", text)
