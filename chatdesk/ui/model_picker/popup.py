"""What opens below the model's name: type to narrow, arrows to move, Enter or a click to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from chatdesk.ui.choice_list import ENTERS, MOVES, ChoiceList, FilterField, GroupedRows, join
from chatdesk.ui.flow_row import FlowRow
from chatdesk.ui.model_manager.labels import GRID, ElidedLabel, plain_label
from chatdesk.ui.own_keys import keeps_key
from chatdesk.ui.popover import Popover
from chatdesk.ui.wording import size_words

if TYPE_CHECKING:
    from chatdesk.core.model_files import ModelFile
    from chatdesk.ui.model_manager.list_rows import Index
    from chatdesk.ui.model_picker.items import ModelChoiceItemModel
    from chatdesk.ui.theme import Colors

WIDTH_CHARS = 80


class ModelPopup(QFrame):
    """A filter field, the list, and what else can be done about models. Closes when something was chosen."""

    chosen = Signal(object)
    favourite_requested = Signal(object, bool)
    open_file_requested = Signal()
    manager_requested = Signal()
    unload_requested = Signal()

    def __init__(self, choices: ModelChoiceItemModel, colors: Colors, host: QWidget) -> None:
        """`host` is the window over which it opens."""
        super().__init__()
        self.setObjectName("model_menu")
        self.setAccessibleName(self.tr("Models"))
        self._choices = choices
        self._popover = Popover(self, WIDTH_CHARS, host)
        self._marked: str | None = None  # path of the current row, which a reset of the rows must not lose
        self._loaded: str | None = None
        self._filter = FilterField(
            "model_filter",
            self.tr("Filter the models"),
            self.tr("Arrow keys move through the models, Enter loads one."),
        )
        self._filter.textChanged.connect(self._narrow)
        self._filter.entered.connect(self._choose_current)
        self._list = ChoiceList("model_list", self.tr("Models"), GroupedRows(colors))
        join(self._filter, self._list)
        self._list.setModel(choices)
        self._list.opened.connect(self._choose)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.selectionModel().currentChanged.connect(self._remember)
        choices.modelReset.connect(self._restore)
        self._empty = plain_label("model_list_empty", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._device = ElidedLabel("model_device", mode=Qt.TextElideMode.ElideRight)
        self._unload = self._button("unload_button", self.tr("Unload"))
        self._unload.clicked.connect(self._popover.dismiss)
        self._unload.clicked.connect(self.unload_requested)
        self._build()
        self.set_colors(colors)

    def _build(self) -> None:
        open_file = self._button("open_gguf_button", self.tr("Open GGUF…"))
        open_file.clicked.connect(self._popover.dismiss)
        open_file.clicked.connect(self.open_file_requested)
        manager = self._button("more_models_button", self.tr("Get more models…"))
        manager.clicked.connect(self._popover.dismiss)
        manager.clicked.connect(self.manager_requested)
        top = QHBoxLayout()
        top.setContentsMargins(GRID, GRID, GRID, 0)
        top.addWidget(self._filter)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(GRID, 0, GRID, GRID)
        bottom.setSpacing(GRID)
        bottom.addWidget(self._device)
        bottom.addWidget(FlowRow((open_file, manager, self._unload)))
        line = QFrame()
        line.setObjectName("model_menu_line")
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._empty, 1)
        layout.addWidget(line)
        layout.addLayout(bottom)

    def set_colors(self, colors: Colors) -> None:
        """Paint with these."""
        self._list.set_colors(colors)
        self._filter.set_icon_color(QColor(colors.muted))

    def show_loaded(self, model: ModelFile | None, held_bytes: int, device: str) -> None:
        """Which model answers, how much memory it holds and what computes it; None: there is none."""
        self._loaded = model.path if model is not None else None
        self._unload.setVisible(model is not None)
        words = (
            self.tr("Unload (frees {size})").format(size=size_words(held_bytes)) if held_bytes else self.tr("Unload")
        )
        self._unload.setText(words)
        self._unload.setAccessibleName(words)
        self._device.setVisible(bool(device))
        self._device.set_text(self.tr("Computes on: {device}").format(device=device))

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self._popover.is_open

    def open_below(self, anchor: QWidget) -> None:
        """Show everything below `anchor`, the loaded model marked, the keyboard in the filter."""
        self._filter.clear()
        self._marked = self._loaded
        self._restore()
        self._list.fit_rows()
        self._popover.open_below(anchor, self._filter)
        self._list.scrollTo(self._list.currentIndex())

    def dismiss(self) -> None:
        """Close."""
        self._popover.dismiss()

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, *ENTERS, *MOVES) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._toggle_favourite()
        else:
            super().keyPressEvent(event)

    # --- choosing ---

    def _choose(self, index: Index) -> None:
        self._popover.dismiss()
        self.chosen.emit(self._choices.choice_at(index.row()).file)

    def _choose_current(self) -> None:
        if self._list.currentIndex().isValid():
            self._choose(self._list.currentIndex())

    def _toggle_favourite(self) -> None:
        index = self._list.currentIndex()
        if index.isValid():
            choice = self._choices.choice_at(index.row())
            self.favourite_requested.emit(choice.file, not choice.is_favourite)

    def _show_menu(self, position: QPoint) -> None:
        index = self._list.indexAt(position)
        if not index.isValid():
            return
        self._list.setCurrentIndex(index)
        is_favourite = self._choices.choice_at(index.row()).is_favourite
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = self.tr("Remove from favourites") if is_favourite else self.tr("Add to favourites")
        action = QAction(words, menu)
        action.setShortcut("Ctrl+D")
        action.triggered.connect(self._toggle_favourite)
        menu.addAction(action)
        menu.popup(self._list.viewport().mapToGlobal(position))

    # --- what is shown and marked ---

    def _narrow(self, text: str) -> None:
        self._marked = None
        self._choices.set_filter(text)

    def _remember(self, current: QModelIndex) -> None:
        if current.isValid():
            self._marked = self._choices.choice_at(current.row()).file.path

    def _restore(self) -> None:
        is_empty = self._choices.rowCount() == 0
        row = self._choices.row_of(self._marked) if self._marked is not None else None
        if not is_empty:
            self._list.setCurrentIndex(self._choices.index(row or 0))
        had_focus = self._list.hasFocus()
        self._list.setVisible(not is_empty)
        self._empty.setVisible(is_empty)
        if is_empty:
            if had_focus:
                self._filter.setFocus()
            is_filtered = bool(self._filter.text().strip())
            self._empty.setText(self.tr("No model matches.") if is_filtered else self.tr("No models found."))
        if self.is_open and not self._filter.text():
            # While it narrows, it keeps its size.
            self._list.fit_rows()
            self._popover.refit()

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        return button
