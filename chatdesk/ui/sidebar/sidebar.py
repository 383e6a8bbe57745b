"""The pane on the left: the list of conversations, search, the archive, and what can be done with each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from chatdesk.core.conversations import Conversation
from chatdesk.core.events import (
    ConversationBranched,
    ConversationChanged,
    ConversationCreated,
    ConversationKept,
    ConversationsDeleted,
    ConversationsListed,
    ConversationsOrganised,
    ConversationsRestored,
    Event,
    FoldersListed,
    SearchFinished,
)
from chatdesk.core.organisation import Folder, FolderRow, Heading, Row
from chatdesk.ui import theme
from chatdesk.ui.actions import native_keys
from chatdesk.ui.icons import icon
from chatdesk.ui.notices import NoticeAction, NoticeStrip
from chatdesk.ui.sidebar.chat_items import ROW_ROLE, ChatItemModel
from chatdesk.ui.sidebar.chat_list import ChatList
from chatdesk.ui.sidebar.deleted_menu import DeletedMenu
from chatdesk.ui.sidebar.menus import chat_menu, folder_menu, list_menu
from chatdesk.ui.sidebar.painting import SidebarPainter
from chatdesk.ui.sidebar.results import ResultList, ResultRow
from chatdesk.ui.sidebar.search_field import SearchField

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from chatdesk.core.search import SearchResults
    from chatdesk.services.history import HistoryService
    from chatdesk.services.organisation import OrganisationService
    from chatdesk.services.search import SearchService

DAY_CHECK_MS = 60_000
ROW_PADDING, COMPACT_ROW_PADDING = 6, 2
LEAST_WIDTH, MOST_LEAST_WIDTH = 180, 272  # larger letters need more room, and the chat has to keep some


@dataclass(frozen=True, slots=True)
class SidebarVerbs:
    """What the sidebar can ask for."""

    history: HistoryService
    organisation: OrganisationService
    search: SearchService


class Sidebar(QWidget):
    """Shows the list or what a search found. Draws what events say, and passes on what a person does."""

    new_requested = Signal()
    open_requested = Signal(str)
    message_requested = Signal(str, str, str)  # conversation, message, what was searched for
    search_ended = Signal()
    export_requested = Signal(str)
    drag_begun = Signal(object, object)  # see `ChatList`

    def __init__(self, verbs: SidebarVerbs, notices: NoticeStrip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._notices = notices
        self._shown_id: str | None = None  # the conversation that the window shows
        self._edits: str | None = None  # a conversation whose title is to be edited once it is listed
        self._names_folder = False  # the next folder that appears was asked for here and gets its name now
        self._leaving: dict[str, tuple[Folder, tuple[str, ...]]] = {}  # folders that are being deleted, and what was in
        self._results_for = ""  # what the results shown were searched for
        self._opens_best = False  # Enter was pressed before the results came
        self._look = SidebarPainter(theme.LIGHT)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.conversations = ChatItemModel(self)
        self._new_button = QPushButton(self.tr("New chat"))
        self._field = SearchField()
        self._found = QLabel()
        self._list = ChatList(self.conversations, self._look, self)
        self._results = ResultList(self._look, self)
        self._stack = QStackedWidget()
        self._archive_button = QPushButton()
        self.deleted_menu = DeletedMenu(verbs.history.restore, self)
        self._build()
        self._connect()
        self._refresh_archive_button()

    def _build(self) -> None:
        name = QLabel("ChatDesk")
        name.setObjectName("app_name")
        name.setIndent(0)  # a style sheet's frame would add one
        self._new_button.setObjectName("new_chat_button")
        self._new_button.setAccessibleName(self.tr("New chat"))
        self._new_button.setToolTip(self.tr("Begin a new chat ({keys})").format(keys=native_keys("Ctrl+N")))
        self._found.setObjectName("search_state")
        self._found.setIndent(0)
        self._found.setWordWrap(True)
        self._found.hide()
        self._archive_button.setObjectName("archive_button")
        self._stack.addWidget(self._list)
        self._stack.addWidget(self._results)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 0, 0)
        top.addWidget(name)
        top.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 12, 10, 10)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._new_button)
        layout.addWidget(self._field)
        layout.addWidget(self._found)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._archive_button)

    def _connect(self) -> None:
        self._new_button.clicked.connect(self.new_requested)
        self._archive_button.clicked.connect(self.toggle_archive)
        self.conversations.rename_requested.connect(self._take_name)
        self.conversations.drop_requested.connect(self._drop)
        self._list.opened.connect(lambda index: self.open(index.data(ROW_ROLE).id))
        self._list.delete_pressed.connect(self._delete_selected)
        self._list.drag_begun.connect(self.drag_begun)
        self._list.collapse_requested.connect(self.collapse)
        self._list.menu_requested.connect(self._show_menu)
        self._field.wanted.connect(self._search)
        self._field.entered.connect(self._enter_search)
        self._field.moved_down.connect(self._enter_list)
        self._results.chosen.connect(self._choose)
        self._results.left.connect(self._field.setFocus)
        self._results.ended.connect(self._end_search)
        days = QTimer(self, interval=DAY_CHECK_MS)
        days.timeout.connect(self.conversations.note_day)
        days.start()

    # --- for the window ---

    def set_looks(self, looks: theme.Looks) -> None:
        """Wear these."""
        self.setMinimumWidth(min(LEAST_WIDTH * looks.text_percent // 100, MOST_LEAST_WIDTH))
        self._look.colors = looks.colors
        self._look.row_padding = COMPACT_ROW_PADDING if looks.is_compact else ROW_PADDING
        text, muted = QColor(looks.colors.text), QColor(looks.colors.muted)
        self._new_button.setIcon(icon("square-pen", text))
        self._refresh_archive_button()
        self._field.set_color(muted)
        self._list.doItemsLayout()
        self._results.doItemsLayout()

    def select(self, conversation_id: str | None) -> None:
        """Mark the conversation that is shown. What somebody selected while it was shown stays selected."""
        if conversation_id is None or conversation_id != self._shown_id:
            self._shown_id = conversation_id
            self._mark_shown()

    def set_running(self, conversation_ids: Collection[str]) -> None:
        """Mark the conversations in which a reply waits or is being written."""
        self.conversations.set_running(conversation_ids)

    def note_reply(self, conversation_id: str) -> None:
        """A reply ended in a conversation: mark it when it is not the one that is shown."""
        if conversation_id != self._shown_id:
            self._verbs.organisation.mark_unread((conversation_id,), is_unread=True)

    def note_seen(self, conversation: Conversation) -> None:
        """A conversation is shown."""
        if conversation.is_unread:
            self._verbs.organisation.mark_unread((conversation.id,), is_unread=False)

    def focus_search(self) -> None:
        """Put the keyboard into the field to search in."""
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def rename_current(self) -> None:
        """Edit the title of the conversation that is shown, in place."""
        if self._shown_id is not None:
            self.rename(self._shown_id)

    def shown(self) -> list[Conversation]:
        """The conversation that is shown, if it is there."""
        conversation = self.conversations.conversation(self._shown_id) if self._shown_id is not None else None
        return [conversation] if conversation is not None else []

    def on_event(self, event: Event) -> bool:
        """Draw what happened to conversations and folders, and what was found. Returns whether that is all of it."""
        was_listed = self._shown_row() is not None
        match event:
            case SearchFinished(results):
                self._show_results(results)
                return True
            case ConversationsListed(conversations, deleted):
                self.conversations.set_all(conversations)
                self.deleted_menu.set_all(deleted)
                was_listed = False
            case ConversationCreated(conversation) | ConversationChanged(conversation):
                self.conversations.put(conversation)
            case ConversationBranched(conversation) | ConversationKept(conversation):
                self.conversations.put(conversation)
            case ConversationsOrganised(conversations):
                self._say_archived(conversations)
                self.conversations.put(*conversations)
            case ConversationsDeleted(conversations):
                self.conversations.take(*_ids(conversations))
                self.deleted_menu.add(conversations)
                self._say_deleted(conversations)
            case ConversationsRestored(conversations):
                self.conversations.put(*conversations)
                self.deleted_menu.take(conversations)
            case FoldersListed(folders):
                self._take_folders(folders)
            case _:
                return False
        self._refresh_archive_button()
        if was_listed != (self._shown_row() is not None):
            self._mark_shown()
        return isinstance(event, (ConversationsListed, ConversationsOrganised, FoldersListed))

    # --- what the menus ask for: see `menus.ListVerbs` ---

    def open(self, conversation_id: str) -> None:
        """Show a conversation."""
        self.open_requested.emit(conversation_id)

    def rename(self, conversation_id: str) -> None:
        """Edit a title in place, once its row is there: its folder may be collapsed."""
        conversation = self.conversations.conversation(conversation_id)
        if conversation is None:
            return
        self._end_search()
        self._show_archive(is_shown=conversation.archived_at is not None)
        row = self.conversations.row_of(conversation_id)
        if row is not None:
            self._list.edit_row(row)
            return
        self._edits = conversation_id
        for folder in self.conversations.folders:
            if folder.id == conversation.folder_id:
                self._verbs.organisation.collapse_folder(folder, is_collapsed=False)

    def pin(self, chats: Sequence[Conversation], *, is_pinned: bool) -> None:
        """Keep conversations at the top, or no longer."""
        self._verbs.organisation.pin(_ids(chats), is_pinned=is_pinned)

    def put_into(self, chats: Sequence[Conversation], folder_id: str | None) -> None:
        """Put conversations into a folder, or into none."""
        self._verbs.organisation.move(_ids(chats), folder_id)

    def move_to_new_folder(self, chats: Sequence[Conversation]) -> None:
        """Add a folder with these in it, and ask for its name in its place."""
        self._end_search()
        self._show_archive(is_shown=False)
        self._names_folder = True
        self._verbs.organisation.create_folder(self.tr("New folder"), _ids(chats))

    def mark_unread(self, chats: Sequence[Conversation], *, is_unread: bool) -> None:
        """Mark conversations as holding something new, or as seen."""
        self._verbs.organisation.mark_unread(_ids(chats), is_unread=is_unread)

    def archive(self, chats: Sequence[Conversation], *, is_archived: bool) -> None:
        """Put conversations out of sight, or back."""
        self._verbs.organisation.archive(_ids(chats), is_archived=is_archived)

    def duplicate(self, conversation: Conversation) -> None:
        """Add a copy of a conversation."""
        title = self.tr("{title} (copy)").format(title=conversation.title)
        self._verbs.organisation.duplicate(conversation.id, title)

    def export(self, conversation_id: str) -> None:
        """Write a conversation to a file."""
        self.export_requested.emit(conversation_id)

    def delete(self, chats: Sequence[Conversation]) -> None:
        """Delete conversations; it can be undone."""
        self._verbs.history.delete(*_ids(chats))

    def rename_folder(self, folder: Folder) -> None:
        """Edit the name of a folder in place."""
        row = self.conversations.row_of_folder(folder.id)
        if row is not None:
            self._list.edit_row(row)

    def collapse(self, folder: Folder, is_collapsed: bool) -> None:  # noqa: FBT001 - the word is in the verb
        """Hide what is in a folder, or show it."""
        self._verbs.organisation.collapse_folder(folder, is_collapsed=is_collapsed)

    def delete_folder(self, folder: Folder) -> None:
        """Remove a folder and keep what is in it; it can be undone."""
        inside = tuple(chat.id for chat in self.conversations.all() if chat.folder_id == folder.id)
        self._leaving[folder.id] = (folder, inside)
        self._verbs.organisation.delete_folder(folder.id)

    # --- the list ---

    def _shown_row(self) -> int | None:
        return self.conversations.row_of(self._shown_id) if self._shown_id is not None else None

    def _mark_shown(self) -> None:
        self._list.show_current(self._shown_row())

    def _show_menu(self, index: QModelIndex, position: QPoint) -> None:
        row = index.data(ROW_ROLE) if index.isValid() else None
        if isinstance(row, FolderRow):
            menu = folder_menu(self, self, row.folder)
        elif isinstance(row, Conversation):
            selected = self._list.selected()
            chats = selected if row in selected else [row]
            menu = chat_menu(self, self, chats, self.conversations.folders)
        else:
            menu = list_menu(self, self)
        menu.popup(position)

    def _delete_selected(self) -> None:
        row = self._list.currentIndex().data(ROW_ROLE)
        if isinstance(row, FolderRow):
            self.delete_folder(row.folder)
        elif selected := self._list.selected():
            self.delete(selected)

    def _take_name(self, row: Row, name: str) -> None:
        if isinstance(row, FolderRow):
            self._verbs.organisation.rename_folder(row.folder, name)
        elif isinstance(row, Conversation):
            self._verbs.history.rename(row.id, name)

    def _drop(self, conversation_ids: list[str], target: Row | None) -> None:
        """Conversations were dragged onto a row: they go where it is."""
        found = (self.conversations.conversation(each) for each in conversation_ids)
        chats = [conversation for conversation in found if conversation is not None]
        if isinstance(target, Heading) or (isinstance(target, Conversation) and target.pinned_at is not None):
            self.pin(chats, is_pinned=True)
            return
        if any(chat.pinned_at is not None for chat in chats):
            self.pin(chats, is_pinned=False)
        folder_id = target.folder.id if isinstance(target, FolderRow) else None
        self.put_into(chats, target.folder_id if isinstance(target, Conversation) else folder_id)

    def _take_folders(self, folders: Sequence[Folder]) -> None:
        known = {folder.id for folder in self.conversations.folders}
        self.conversations.set_folders(folders)
        there = {folder.id for folder in folders}
        for folder_id in [each for each in self._leaving if each not in there]:
            self._say_folder_deleted(*self._leaving.pop(folder_id))
        added = [folder for folder in folders if folder.id not in known]
        if self._names_folder and added:
            self._names_folder = False
            self.rename_folder(added[-1])
        elif self._edits is not None and (row := self.conversations.row_of(self._edits)) is not None:
            self._edits = None
            self._list.edit_row(row)

    # --- the archive ---

    def toggle_archive(self) -> None:
        """Show the archive, or everything else again."""
        self._end_search()
        self._show_archive(is_shown=not self.conversations.shows_archive)
        self._list.scrollToTop()
        self._mark_shown()

    def _show_archive(self, *, is_shown: bool) -> None:
        self.conversations.set_archive_shown(is_shown=is_shown)
        self._refresh_archive_button()

    def _refresh_archive_button(self) -> None:
        shows_archive = self.conversations.shows_archive
        words = self.tr("Back to all chats") if shows_archive else self.tr("Archived chats")
        self._archive_button.setText(words)
        name = "chevron-left" if shows_archive else "archive"
        self._archive_button.setIcon(icon(name, QColor(self._look.colors.muted)))
        self._archive_button.setAccessibleName(words)
        self._archive_button.setVisible(shows_archive or self.conversations.has_archived)

    # --- search ---

    def _search(self, text: str) -> None:
        self._stack.setCurrentWidget(self._results if text else self._list)
        self._verbs.search.search(text)
        if not text:
            self._results_for = ""
            self._opens_best = False
            self._found.hide()
            self.search_ended.emit()

    def _show_results(self, results: SearchResults) -> None:
        if results.text != self._field.text() or not results.text.strip():
            return  # something else was typed meanwhile
        self._results.results.set_results(results)
        self._results_for = results.text
        self._say_found(len(results.conversations), is_indexing=results.is_indexing)
        if self._opens_best:
            self._opens_best = False
            self._results.choose_best()

    def _enter_search(self) -> None:
        if self._results_for == self._field.text():
            self._results.choose_best()
        else:
            self._opens_best = bool(self._field.text().strip())

    def _enter_list(self) -> None:
        view = self._stack.currentWidget()
        assert isinstance(view, (ChatList, ResultList))
        view.enter()

    def _end_search(self) -> None:
        if self._field.text():
            self._field.clear()
            self._list.setFocus()

    def _choose(self, row: ResultRow) -> None:
        if row.message_id is None:
            self.open_requested.emit(row.conversation_id)
        else:
            self.message_requested.emit(row.conversation_id, row.message_id, self._results_for)

    # --- what is said ---

    def _say_found(self, count: int, *, is_indexing: bool) -> None:
        if is_indexing:
            words = self.tr("Older messages are still being prepared for search.")
        else:
            words = self.tr("%n chat(s) found", None, count) if count else self.tr("Nothing found")
        self._found.setText(words)
        self._found.show()
        if QAccessible.isActive():
            # The keyboard stays in the field, so a screen reader has to be told.
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _say_deleted(self, conversations: Sequence[Conversation]) -> None:
        ids = _ids(conversations)
        undo = NoticeAction(self.tr("Undo"), lambda: self._verbs.history.restore(*ids))
        if len(conversations) == 1:
            words = self.tr("“{title}” was deleted.").format(title=conversations[0].title)
        else:
            words = self.tr("%n chat(s) were deleted.", None, len(conversations))
        self._notices.show_notice(words, [undo])

    def _say_archived(self, conversations: Sequence[Conversation]) -> None:
        """Say which of these were put out of sight by the change that they are to show."""
        before = (self.conversations.conversation(conversation.id) for conversation in conversations)
        gone = [
            now
            for was, now in zip(before, conversations, strict=True)
            if was is not None and was.archived_at is None and now.archived_at is not None
        ]
        if not gone:
            return
        undo = NoticeAction(self.tr("Undo"), lambda: self.archive(gone, is_archived=False))
        if len(gone) == 1:
            words = self.tr("“{title}” is in the archive now.").format(title=gone[0].title)
        else:
            words = self.tr("%n chat(s) are in the archive now.", None, len(gone))
        self._notices.show_notice(words, [undo])

    def _say_folder_deleted(self, folder: Folder, inside: tuple[str, ...]) -> None:
        undo = NoticeAction(self.tr("Undo"), lambda: self._verbs.organisation.restore_folder(folder, inside))
        words = self.tr("The folder “{name}” was deleted; its chats are kept.").format(name=folder.name)
        self._notices.show_notice(words, [undo])


def _ids(conversations: Sequence[Conversation]) -> tuple[str, ...]:
    return tuple(conversation.id for conversation in conversations)
