"""What the window offers to do with the list and with the conversation that is shown: rows of its table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from chatdesk.ui.actions import ActionRow, Group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatdesk.ui.sidebar.sidebar import Sidebar


def action_rows(sidebar: Sidebar) -> Iterator[ActionRow]:
    """The rows."""
    yield ActionRow("search_action", Group.CHATS, _tr("Search chats"), sidebar.focus_search, "Ctrl+Shift+F")
    yield ActionRow("new_folder_action", Group.CHATS, _tr("New folder"), partial(sidebar.move_to_new_folder, ()))
    yield ActionRow("archive_action", Group.CHATS, _tr("Archived chats"), sidebar.toggle_archive, in_menu=False)
    yield ActionRow("rename_action", Group.THIS_CHAT, _tr("Rename this chat"), sidebar.rename_current, needs_chat=True)
    for name, words, do in (
        ("pin_action", _tr("Pin or unpin this chat"), _toggle_pin),
        ("archive_chat_action", _tr("Archive this chat"), _archive),
        ("duplicate_action", _tr("Duplicate this chat"), _duplicate),
        ("delete_chat_action", _tr("Delete this chat"), _delete),
    ):
        yield ActionRow(name, Group.THIS_CHAT, words, partial(do, sidebar), in_menu=False, needs_chat=True)


def _toggle_pin(sidebar: Sidebar) -> None:
    for conversation in sidebar.shown():
        sidebar.pin([conversation], is_pinned=conversation.pinned_at is None)


def _archive(sidebar: Sidebar) -> None:
    for conversation in sidebar.shown():
        sidebar.archive([conversation], is_archived=True)


def _duplicate(sidebar: Sidebar) -> None:
    for conversation in sidebar.shown():
        sidebar.duplicate(conversation)


def _delete(sidebar: Sidebar) -> None:
    for conversation in sidebar.shown():
        sidebar.delete([conversation])


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChatList", text)
