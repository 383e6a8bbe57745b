"""The rows of the list: headings, folders and conversations, in the order that `core.organisation` gives them.

Whatever happens, all rows are put in order anew, which takes some milliseconds for ten thousand; what differs is told
to the view piece by piece, so that selection, scrolling and a title that is being edited stay where they are.
"""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from chatdesk.core.conversations import Conversation
from chatdesk.core.organisation import FolderRow, Heading, Span, archived, arranged
from chatdesk.ui.sidebar.words import heading_words, spoken_words
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from chatdesk.core.organisation import Folder, Row

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
RUNNING_ROLE = Qt.ItemDataRole.UserRole + 2
MIME_TYPE = "application/x-chatdesk-conversations"


class ChatItemModel(QAbstractListModel):
    """Conversations as rows. Editing a row asks for another name; dropping conversations asks for another place."""

    rename_requested = Signal(object, str)  # row, name
    drop_requested = Signal(list, object)  # conversation ids, the row that they fell on or None

    def __init__(self, parent: QObject | None = None, today: Callable[[], date] = date.today) -> None:
        super().__init__(parent)
        self._today = today
        self._day = today()
        self._conversations: dict[str, Conversation] = {}
        self._folders: tuple[Folder, ...] = ()
        self._running: frozenset[str] = frozenset()
        self._shows_archive = False
        self._rows: list[Row] = []
        self._places: dict[object, int] = {}

    # --- what is shown ---

    @property
    def folders(self) -> tuple[Folder, ...]:
        """All folders."""
        return self._folders

    @property
    def shows_archive(self) -> bool:
        """Whether the archive is shown, and not everything else."""
        return self._shows_archive

    @property
    def has_archived(self) -> bool:
        """Whether the archive has anything in it."""
        return any(conversation.archived_at is not None for conversation in self._conversations.values())

    def set_all(self, conversations: Iterable[Conversation]) -> None:
        """Show these and no others."""
        self._conversations = {conversation.id: conversation for conversation in conversations}
        self.beginResetModel()
        self._take(self._arranged())
        self.endResetModel()

    def set_folders(self, folders: Iterable[Folder]) -> None:
        """Show these folders and no others."""
        self._folders = tuple(folders)
        self._arrange()

    def set_archive_shown(self, *, is_shown: bool) -> None:
        """Show the archive, or everything else."""
        self._shows_archive = is_shown
        self._arrange()

    def put(self, *conversations: Conversation) -> None:
        """Add conversations or show their new state, at the places that it gives them."""
        self._conversations |= {conversation.id: conversation for conversation in conversations}
        self._arrange()

    def take(self, *conversation_ids: str) -> None:
        """Show conversations no more."""
        for conversation_id in conversation_ids:
            self._conversations.pop(conversation_id, None)
        self._arrange()

    def set_running(self, conversation_ids: Collection[str]) -> None:
        """Mark the conversations in which a reply waits or is being written."""
        changed = self._running.symmetric_difference(conversation_ids)
        self._running = frozenset(conversation_ids)
        for conversation_id in changed:
            if (row := self.row_of(conversation_id)) is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    def note_day(self) -> None:
        """Put everything below other headings if a day has begun."""
        if self._today() != self._day:
            self._arrange()

    # --- what there is ---

    def row_of(self, conversation_id: str) -> int | None:
        """Where a conversation stands; None when it is not listed now."""
        return self._places.get(conversation_id)

    def row_of_folder(self, folder_id: str) -> int | None:
        """Where a folder stands; None when it is not listed now."""
        return self._places.get(_folder_key(folder_id))

    def row_at(self, row: int) -> Row:
        """What stands in a row."""
        return self._rows[row]

    def conversation(self, conversation_id: str) -> Conversation | None:
        """A conversation, listed now or not."""
        return self._conversations.get(conversation_id)

    def all(self) -> tuple[Conversation, ...]:
        """Every conversation, archived ones as well, the last used first."""
        return tuple(sorted(self._conversations.values(), key=attrgetter("updated_at", "id"), reverse=True))

    def conversations_at(self, indexes: Iterable[Index]) -> list[Conversation]:
        """The conversations among some rows, from top to bottom."""
        rows = (self._rows[row] for row in sorted(index.row() for index in indexes))
        return [row for row in rows if isinstance(row, Conversation)]

    # --- for the view ---

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        found: Any = None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                found = _words(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                found = spoken_words(row, is_running=self._is_running(row))
            case Qt.ItemDataRole.ToolTipRole if not isinstance(row, Heading):
                found = plain_tool_tip(_words(row))
            case _ if role == ROW_ROLE:
                found = row
            case _ if role == RUNNING_ROLE:
                found = self._is_running(row)
        return found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        # The row shows the new name when the store has it.
        self.rename_requested.emit(self._rows[index.row()], str(value))
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        usual = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable | flag.ItemIsDropEnabled
        row = self._rows[index.row()]
        if isinstance(row, Heading):
            return flag.ItemIsDropEnabled if row.span is Span.PINNED else flag.NoItemFlags
        return usual if isinstance(row, FolderRow) else usual | flag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        data = QMimeData()
        ids = "\n".join(conversation.id for conversation in self.conversations_at(indexes))
        data.setData(MIME_TYPE, ids.encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        del action, row, column
        named = bytes(data.data(MIME_TYPE).data()).decode(errors="replace").split("\n")
        ids = [known for known in named if known in self._conversations]
        if ids:
            self.drop_requested.emit(ids, self._rows[parent.row()] if parent.isValid() else None)
        return bool(ids)

    # --- order ---

    def _is_running(self, row: Row) -> bool:
        return isinstance(row, Conversation) and row.id in self._running

    def _arranged(self) -> list[Row]:
        self._day = self._today()
        if self._shows_archive:
            return archived(self._conversations.values())
        return arranged(self._conversations.values(), self._folders, self._day)

    def _take(self, rows: list[Row]) -> None:
        self._rows = rows
        self._places = {_key(row): place for place, row in enumerate(rows)}

    def _arrange(self) -> None:
        """Bring the rows in order, and tell what was removed, moved, added and changed."""
        wanted = self._arranged()
        keys = [_key(row) for row in wanted]
        known = dict(zip(self._places, self._rows, strict=True))
        self._remove_all_but(set(keys), list(known))
        self._reorder([key for key in keys if key in known], known)
        self._insert_all_but(known, wanted, keys)
        before, self._rows = self._rows, wanted
        self._places = {key: place for place, key in enumerate(keys)}
        both = enumerate(zip(before, wanted, strict=True))
        changed = [place for place, (old, new) in both if old is not new and old != new]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _remove_all_but(self, keys: set[object], before: list[object]) -> None:
        """`before` are the keys of the rows as they are."""
        last = len(before) - 1
        while last >= 0:
            first = last
            while first >= 0 and before[first] not in keys:
                first -= 1
            if first < last:
                self.beginRemoveRows(QModelIndex(), first + 1, last)
                del self._rows[first + 1 : last + 1]
                self.endRemoveRows()
            last = first - 1

    def _reorder(self, keys: list[object], known: dict[object, Row]) -> None:
        """Bring the rows into this order."""
        rows = [known[key] for key in keys]
        if rows == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        moved = [_key(self._rows[index.row()]) for index in before]
        self._rows = rows
        places = {key: place for place, key in enumerate(keys)}
        self.changePersistentIndexList(before, [self.index(places[key]) for key in moved])
        self.layoutChanged.emit()

    def _insert_all_but(self, known: Collection[object], wanted: list[Row], keys: list[object]) -> None:
        place = 0
        while place < len(wanted):
            end = place
            while end < len(wanted) and keys[end] not in known:
                end += 1
            if end > place:
                self.beginInsertRows(QModelIndex(), place, end - 1)
                self._rows[place:place] = wanted[place:end]
                self.endInsertRows()
            place = end + 1


def _key(row: Row) -> object:
    """What stays the same when a row changes."""
    if isinstance(row, Conversation):
        return row.id
    return _folder_key(row.folder.id) if isinstance(row, FolderRow) else row


def _folder_key(folder_id: str) -> tuple[str, str]:
    return ("folder", folder_id)


def _words(row: Row) -> str:
    if isinstance(row, Conversation):
        return row.title
    return row.folder.name if isinstance(row, FolderRow) else heading_words(row)
