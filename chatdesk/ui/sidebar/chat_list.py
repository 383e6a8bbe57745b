"""The list of conversations as somebody moves in it, by mouse and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from chatdesk.core.conversations import Conversation
from chatdesk.core.organisation import FolderRow
from chatdesk.ui.own_keys import keeps_key
from chatdesk.ui.sidebar.chat_items import ROW_ROLE, ChatItemModel
from chatdesk.ui.sidebar.painting import ChatDelegate

if TYPE_CHECKING:
    from chatdesk.ui.sidebar.painting import SidebarPainter


class ChatList(QListView):
    """Enter opens, F2 renames, Delete deletes, Left and Right close and open a folder; several rows can be selected."""

    opened = Signal(QModelIndex)
    delete_pressed = Signal()
    collapse_requested = Signal(object, bool)  # folder
    drag_begun = Signal(object, object)  # what is dragged, to which more may be added; the conversations
    menu_requested = Signal(QModelIndex, QPoint)  # where it is to open on the screen

    def __init__(self, model: ChatItemModel, look: SidebarPainter, parent: QWidget) -> None:
        super().__init__(parent)
        self._chats = model
        self.setObjectName("conversation_list")
        self.setAccessibleName(self.tr("Chats"))
        self.setModel(model)
        self.setItemDelegate(ChatDelegate(look, self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragDropOverwriteMode(True)  # onto rows and not between them: their order is given
        self.clicked.connect(self._on_click)

    def selected(self) -> list[Conversation]:
        """The conversations that are selected, from top to bottom."""
        return self._chats.conversations_at(self.selectionModel().selectedRows())

    def show_current(self, row: int | None) -> None:
        """Mark a row and no other, without opening it; None marks nothing."""
        if self.state() == self.State.EditingState:
            return
        if row is None:
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()
        else:
            self.setCurrentIndex(self._chats.index(row))

    def enter(self) -> None:
        """Put the keyboard into the list: on the row where it was, or on the first that is no heading."""
        self.setFocus()
        rows = (self._chats.index(row) for row in range(self._chats.rowCount()))
        if not self.currentIndex().isValid():
            self.setCurrentIndex(next((row for row in rows if row.flags() & Qt.ItemFlag.ItemIsEnabled), QModelIndex()))

    def edit_row(self, row: int) -> None:
        """Edit a name in place."""
        self.setFocus()
        self.setCurrentIndex(self._chats.index(row))
        self.edit(self._chats.index(row))

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, Qt.Key.Key_Escape, when=self._has_several_marked) or super().event(event)

    def _has_several_marked(self) -> bool:
        return len(self.selectionModel().selectedRows()) > 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        key = event.key()
        if self.state() == self.State.EditingState:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        elif not index.isValid():
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(index)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._fold(index, is_collapsed=key == Qt.Key.Key_Left)
        elif key == Qt.Key.Key_Escape and self._has_several_marked():
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            self.menu_requested.emit(index, self.viewport().mapToGlobal(self.visualRect(index).center()))
        else:
            self.menu_requested.emit(self.indexAt(event.pos()), event.globalPos())

    def startDrag(self, supported: Qt.DropAction) -> None:
        del supported
        # Without Qt's own, which removes rows that were moved: the store says what becomes of them.
        drag = QDrag(self)
        data = self._chats.mimeData(self.selectionModel().selectedRows())
        self.drag_begun.emit(data, self.selected())
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)

    def _on_click(self, index: QModelIndex) -> None:
        selecting = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if not QApplication.keyboardModifiers() & selecting:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, FolderRow):
            self.collapse_requested.emit(row.folder, not row.folder.is_collapsed)
        elif isinstance(row, Conversation):  # the keyboard can be on a heading: Home goes there
            self.opened.emit(index)

    def _fold(self, index: QModelIndex, *, is_collapsed: bool) -> None:
        """Close or open the folder; from a conversation in it, go to the folder first."""
        row = index.data(ROW_ROLE)
        if isinstance(row, FolderRow):
            if row.folder.is_collapsed != is_collapsed:
                self.collapse_requested.emit(row.folder, is_collapsed)
        elif isinstance(row, Conversation) and is_collapsed and row.folder_id is not None:
            place = self._chats.row_of_folder(row.folder_id)
            if place is not None:
                self.setCurrentIndex(self._chats.index(place))
