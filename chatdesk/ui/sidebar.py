"""The conversations on the left, the last used first: open, rename in place, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatdesk.ui.icons import icon
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.core.conversations import Conversation

Index = QModelIndex | QPersistentModelIndex


class ConversationItemModel(QAbstractListModel):
    """The conversations as rows, newest use first. Editing a row asks for another title."""

    rename_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Conversation] = []

    def set_all(self, conversations: Iterable[Conversation]) -> None:
        """Show these, in this order."""
        self.beginResetModel()
        self._rows = list(conversations)
        self.endResetModel()

    def put(self, conversation: Conversation) -> None:
        """Add a conversation or show its new state, at the place that its last use gives it."""
        target = sum(1 for row in self._rows if row.id != conversation.id and _order(row) > _order(conversation))
        current = self.row_of(conversation.id)
        if current is None:
            self.beginInsertRows(QModelIndex(), target, target)
            self._rows.insert(target, conversation)
            self.endInsertRows()
            return
        if current != target:
            # Qt counts the destination before the row is taken out.
            self.beginMoveRows(QModelIndex(), current, current, QModelIndex(), target + (target > current))
            del self._rows[current]
            self._rows.insert(target, conversation)
            self.endMoveRows()
        self._rows[target] = conversation
        index = self.index(target)
        self.dataChanged.emit(index, index)

    def take(self, conversation_id: str) -> None:
        """Show a conversation no more."""
        row = self.row_of(conversation_id)
        if row is not None:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._rows[row]
            self.endRemoveRows()

    def row_of(self, conversation_id: str) -> int | None:
        """Where a conversation stands, or None."""
        return next((row for row, known in enumerate(self._rows) if known.id == conversation_id), None)

    def conversation_at(self, row: int) -> Conversation:
        """The conversation in `row`."""
        return self._rows[row]

    def all(self) -> tuple[Conversation, ...]:
        """The conversations in the order of the rows."""
        return tuple(self._rows)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        conversation = self._rows[index.row()]
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.EditRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return conversation.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tool_tip(conversation.title)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        # The row shows the new title when the store has it.
        self.rename_requested.emit(self._rows[index.row()].id, str(value))
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable if index.isValid() else Qt.ItemFlag.NoItemFlags


def _order(conversation: Conversation) -> tuple[float, str]:
    return (conversation.updated_at, conversation.id)


class Sidebar(QWidget):
    """The list, and the button that begins a conversation."""

    new_requested = Signal()
    open_requested = Signal(str)
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    export_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(180)
        name = QLabel("ChatDesk")
        name.setObjectName("app_name")
        self._new_button = QPushButton(self.tr("New chat"))
        self._new_button.setObjectName("new_chat_button")
        self._new_button.setAccessibleName(self.tr("New chat"))
        self._new_button.setToolTip(self.tr("Begin a new chat (Ctrl+N)"))
        self._new_button.setIconSize(QSize(16, 16))
        self._new_button.clicked.connect(self.new_requested)
        self._conversations = ConversationItemModel(self)
        self._conversations.rename_requested.connect(self.rename_requested)
        self._list = _ConversationList(self)
        self._list.setModel(self._conversations)
        self._list.delete_pressed.connect(self._delete_current)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.clicked.connect(self._open)
        self._list.open_pressed.connect(self._open)
        heading = QLabel(self.tr("Chats"))
        heading.setObjectName("sidebar_heading")
        heading.setBuddy(self._list)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 0, 0)
        top.addWidget(name)
        top.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 12, 10, 10)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._new_button)
        layout.addSpacing(6)
        layout.addWidget(heading)
        layout.addWidget(self._list, 1)

    @property
    def conversations(self) -> ConversationItemModel:
        """The rows shown."""
        return self._conversations

    def set_icon_color(self, color: QColor) -> None:
        """Draw icons in `color`."""
        self._new_button.setIcon(icon("square-pen", color))

    def select(self, conversation_id: str | None) -> None:
        """Mark the conversation that is shown."""
        row = self._conversations.row_of(conversation_id) if conversation_id is not None else None
        self._list.setCurrentIndex(self._conversations.index(row) if row is not None else QModelIndex())
        if row is None:
            self._list.clearSelection()

    def rename_current(self) -> None:
        """Edit the title of the marked conversation in place."""
        index = self._list.currentIndex()
        if index.isValid():
            self._list.setFocus()
            self._list.edit(index)

    def _rename(self, conversation_id: str) -> None:
        # The row may have moved while the menu was open.
        row = self._conversations.row_of(conversation_id)
        if row is not None:
            self._list.edit(self._conversations.index(row))

    def _open(self, index: Index) -> None:
        self.open_requested.emit(self._conversations.conversation_at(index.row()).id)

    def _delete_current(self) -> None:
        index = self._list.currentIndex()
        if index.isValid():
            self.delete_requested.emit(self._conversations.conversation_at(index.row()).id)

    def _show_menu(self, position: QPoint) -> None:
        index = self._list.indexAt(position)
        if not index.isValid():
            return
        conversation = self._conversations.conversation_at(index.row())
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = QAction(self.tr("Rename"), menu)
        rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
        rename.triggered.connect(lambda: self._rename(conversation.id))
        delete = QAction(self.tr("Delete"), menu)
        delete.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        delete.triggered.connect(lambda: self.delete_requested.emit(conversation.id))
        export = QAction(self.tr("Export…"), menu)
        export.triggered.connect(lambda: self.export_requested.emit(conversation.id))
        menu.addActions([rename, export, delete])
        menu.popup(self._list.viewport().mapToGlobal(position))


class _ConversationList(QListView):
    """Enter opens, F2 renames, Delete deletes."""

    open_pressed = Signal(QModelIndex)
    delete_pressed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("conversation_list")
        self.setAccessibleName(self.tr("Chats"))
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.state() != self.State.EditingState:
            self.delete_pressed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.open_pressed.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
