"""The menus of the list: what can be done with conversations, with a folder, and with the list itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from chatdesk.core.conversations import Conversation
    from chatdesk.core.organisation import Folder

    Key = Qt.Key | None


class ListVerbs(Protocol):
    """What the menus ask for."""

    def open(self, conversation_id: str) -> None: ...
    def rename(self, conversation_id: str) -> None: ...
    def pin(self, chats: Sequence[Conversation], *, is_pinned: bool) -> None: ...
    def put_into(self, chats: Sequence[Conversation], folder_id: str | None) -> None: ...
    def move_to_new_folder(self, chats: Sequence[Conversation]) -> None: ...
    def mark_unread(self, chats: Sequence[Conversation], *, is_unread: bool) -> None: ...
    def archive(self, chats: Sequence[Conversation], *, is_archived: bool) -> None: ...
    def duplicate(self, conversation: Conversation) -> None: ...
    def export(self, conversation_id: str) -> None: ...
    def delete(self, chats: Sequence[Conversation]) -> None: ...
    def rename_folder(self, folder: Folder) -> None: ...
    def collapse(self, folder: Folder, is_collapsed: bool) -> None: ...  # noqa: FBT001 - the word is in the verb
    def delete_folder(self, folder: Folder) -> None: ...


def chat_menu(parent: QWidget, verbs: ListVerbs, chats: Sequence[Conversation], folders: Sequence[Folder]) -> QMenu:
    """What can be done with one conversation, or with several at once."""
    menu = _Menu(parent)
    one = chats[0] if len(chats) == 1 else None
    is_archived = all(chat.archived_at is not None for chat in chats)
    if one is not None:
        menu.offer("open_chat", _tr("Open"), partial(verbs.open, one.id), Qt.Key.Key_Return)
        menu.offer("rename_chat", _tr("Rename"), partial(verbs.rename, one.id), Qt.Key.Key_F2)
    if not is_archived:
        is_pinned = all(chat.pinned_at is not None for chat in chats)
        words = _tr("Unpin") if is_pinned else _tr("Pin")
        menu.offer("pin_chat", words, partial(verbs.pin, chats, is_pinned=not is_pinned))
        menu.addMenu(_folder_menu(menu, verbs, chats, folders))
    is_unread = all(chat.is_unread for chat in chats)
    words = _tr("Mark as read") if is_unread else _tr("Mark as unread")
    menu.offer("mark_chat", words, partial(verbs.mark_unread, chats, is_unread=not is_unread))
    if one is not None:
        menu.offer("duplicate_chat", _tr("Duplicate"), partial(verbs.duplicate, one))
        menu.offer("export_chat", _tr("Export…"), partial(verbs.export, one.id))
    menu.addSeparator()
    words = _tr("Take out of the archive") if is_archived else _tr("Archive")
    menu.offer("archive_chat", words, partial(verbs.archive, chats, is_archived=not is_archived))
    menu.offer("delete_chat", _tr("Delete"), partial(verbs.delete, chats), Qt.Key.Key_Delete)
    return menu


def _folder_menu(parent: QWidget, verbs: ListVerbs, chats: Sequence[Conversation], folders: Sequence[Folder]) -> QMenu:
    menu = _Menu(parent)
    menu.setObjectName("move_menu")
    menu.setTitle(_tr("Move to folder"))
    for folder in sorted(folders, key=lambda folder: folder.name.casefold()):
        menu.offer("move_chat", folder.name.replace("&", "&&"), partial(verbs.put_into, chats, folder.id))
        menu.actions()[-1].setEnabled(any(chat.folder_id != folder.id for chat in chats))
    if folders:
        menu.addSeparator()
    menu.offer("move_to_new_folder", _tr("New folder"), partial(verbs.move_to_new_folder, chats))
    menu.offer("move_out", _tr("No folder"), partial(verbs.put_into, chats, None))
    menu.actions()[-1].setEnabled(any(chat.folder_id is not None for chat in chats))
    return menu


def folder_menu(parent: QWidget, verbs: ListVerbs, folder: Folder) -> QMenu:
    """What can be done with a folder."""
    menu = _Menu(parent)
    words = _tr("Show what is in it") if folder.is_collapsed else _tr("Hide what is in it")
    menu.offer("fold_folder", words, partial(verbs.collapse, folder, not folder.is_collapsed), Qt.Key.Key_Return)
    menu.offer("rename_folder", _tr("Rename"), partial(verbs.rename_folder, folder), Qt.Key.Key_F2)
    menu.addSeparator()
    menu.offer(
        "delete_folder", _tr("Delete folder, keep its chats"), partial(verbs.delete_folder, folder), Qt.Key.Key_Delete
    )
    return menu


def list_menu(parent: QWidget, verbs: ListVerbs) -> QMenu:
    """What can be done beside all rows."""
    menu = _Menu(parent)
    menu.offer("new_folder", _tr("New folder"), partial(verbs.move_to_new_folder, ()))
    return menu


class _Menu(QMenu):
    """A menu that goes when it was used."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar_menu")
        # A menu within a menu belongs to it.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, not isinstance(parent, QMenu))

    def offer(self, name: str, words: str, do: Callable[[], None], key: Key = None) -> None:
        """Add a line. `key` is what does the same in the list."""
        action = self.addAction(words)
        action.setObjectName(name)
        if key is not None:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked=False: do())


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChatList", text)
