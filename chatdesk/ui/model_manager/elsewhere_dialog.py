"""Models that other apps downloaded: which of them to use where they lie."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.model_manager.state_panel import StatePanel
from chatdesk.ui.wording import error_words, plain_tool_tip, size_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.model_files import ModelFile
    from chatdesk.ui.model_manager.list_rows import Index
    from chatdesk.ui.theme import Colors

NAME, SIZE, FOLDER = range(3)


class FoundItemModel(QAbstractTableModel):
    """Found models with a check box each; all are checked at first."""

    checked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models: list[ModelFile] = []
        self._checked: set[str] = set()

    def set_all(self, models: Iterable[ModelFile]) -> None:
        """Show these."""
        self.beginResetModel()
        self._models = sorted(models, key=lambda model: (model.name.casefold(), model.path))
        self._checked = {model.path for model in self._models}
        self.endResetModel()
        self.checked_changed.emit()

    def checked(self) -> tuple[ModelFile, ...]:
        """Those whose box is checked."""
        return tuple(model for model in self._models if model.path in self._checked)

    def check_all(self, *, is_checked: bool) -> None:
        """Check every box, or none."""
        self._checked = {model.path for model in self._models} if is_checked else set()
        if self._models:
            self.dataChanged.emit(self.index(0, NAME), self.index(len(self._models) - 1, NAME))
        self.checked_changed.emit()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._models)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 3

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsUserCheckable if index.column() == NAME else usual

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight if section == SIZE else Qt.AlignmentFlag.AlignLeft
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Model"), self.tr("Size"), self.tr("Folder"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        model = self._models[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                folder = one_line(str(PurePath(model.path).parent))
                return (one_line(model.name), size_words(model.size_bytes), folder)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tool_tip(one_line(model.path))
            case Qt.ItemDataRole.CheckStateRole if index.column() == NAME:
                return Qt.CheckState.Checked if model.path in self._checked else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == SIZE:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        path = self._models[index.row()].path
        if Qt.CheckState(value) is Qt.CheckState.Checked:
            self._checked.add(path)
        else:
            self._checked.discard(path)
        self.dataChanged.emit(index, index)
        self.checked_changed.emit()
        return True


class _FoundTable(QTableView):
    """Space checks or unchecks the current row, whichever column the focus is in."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            box = index.siblingAtColumn(NAME)
            is_checked = box.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
            value = Qt.CheckState.Unchecked if is_checked else Qt.CheckState.Checked
            self.model().setData(box, value, Qt.ItemDataRole.CheckStateRole)
        else:
            super().keyPressEvent(event)


class ElsewhereDialog(QDialog):
    """Shows `ModelsFoundElsewhere`. `chosen` carries the models to use; `search_requested` asks to look (again)."""

    chosen = Signal(object)
    search_requested = Signal()

    def __init__(self, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("elsewhere_dialog")
        self.setWindowTitle(self.tr("Models of other apps"))
        self.setAccessibleName(self.tr("Models of other apps"))
        self._found = FoundItemModel(self)
        self._table = self._make_table()
        self._state = StatePanel("elsewhere_state")
        self._state.set_icon_color(QColor(colors.muted))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._state)
        self._stack.addWidget(self._table)
        text = plain_label(
            "dialog_text",
            self.tr(
                "Models that LM Studio, Ollama, Jan, GPT4All or the Hub's cache already hold can be used where they"
                " lie: nothing is copied, moved or changed. When the other app removes one, it is gone here too."
            ),
            wraps=True,
        )
        self._total = plain_label("elsewhere_total")
        self._all = self._button("check_all_button", self.tr("All"))
        self._all.clicked.connect(lambda: self._found.check_all(is_checked=True))
        self._none = self._button("check_none_button", self.tr("None"))
        self._none.clicked.connect(lambda: self._found.check_all(is_checked=False))
        self._use = self._button("use_elsewhere_button", self.tr("Use where they are"))
        self._use.setProperty("primary", True)
        self._use.setDefault(True)
        self._use.clicked.connect(self._choose)
        cancel = self._button("cancel_elsewhere_button", self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for widget in (self._all, self._none, self._total):
            buttons.addWidget(widget)
        buttons.addStretch()
        buttons.addWidget(self._use)
        buttons.addWidget(cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(text)
        layout.addWidget(self._stack, 1)
        layout.addLayout(buttons)
        self._found.checked_changed.connect(self._refresh)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_first_size(self, 680, 460)
        self.show_searching()

    def show_searching(self) -> None:
        """Say that the disk is being looked through."""
        self._state.show_state("search", self.tr("Looking for models of other apps…"), "")
        self._stack.setCurrentWidget(self._state)
        self._refresh()

    def show_found(self, models: Iterable[ModelFile]) -> None:
        """Show what was found."""
        self._found.set_all(models)
        if self._found.rowCount():
            self._stack.setCurrentWidget(self._table)
            self._table.setCurrentIndex(self._found.index(0, NAME))
            self._table.setFocus()
        else:
            self._say(
                self.tr("No models of other apps were found"),
                self.tr("A GGUF file in any other place can be opened with “Open GGUF…” in the main window's menu."),
            )
        self._refresh()

    def stop_waiting(self, error: ErrorDetail) -> None:
        """No answer will come."""
        if self._found.rowCount() == 0:
            self._say(self.tr("The disk could not be looked through"), error_words(error))

    def _say(self, title: str, text: str) -> None:
        again = ("search_elsewhere_button", self.tr("Look again"), self._search_again)
        self._state.show_state("package-open", title, text, (again,))
        self._stack.setCurrentWidget(self._state)

    def _search_again(self) -> None:
        self.show_searching()
        self.search_requested.emit()

    def _choose(self) -> None:
        self.chosen.emit(self._found.checked())
        self.accept()

    def _refresh(self) -> None:
        checked = self._found.checked()
        has_rows = self._found.rowCount() > 0
        self._use.setEnabled(bool(checked))
        for widget in (self._all, self._none, self._total):
            widget.setVisible(has_rows)
        size = size_words(sum(model.size_bytes for model in checked))
        self._total.setText(self.tr("{size} chosen").format(size=size))

    def _make_table(self) -> QTableView:
        table = _FoundTable()
        table.setObjectName("elsewhere_list")
        table.setAccessibleName(self.tr("Models that were found"))
        table.setModel(self._found)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 2 * GRID)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(SIZE, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(FOLDER, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(SIZE, table.fontMetrics().horizontalAdvance("000.0 GB") + 4 * GRID)
        return table

    def _button(self, object_name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(object_name)
        button.setAccessibleName(words)
        button.setAutoDefault(False)
        return button
