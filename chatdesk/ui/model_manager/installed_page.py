"""The installed models, and the one that is chosen among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.model_files import ModelOrigin
from chatdesk.ui.field_icon import FieldIcon
from chatdesk.ui.first_size import set_first_list_width
from chatdesk.ui.icons import icon_beside_words
from chatdesk.ui.model_manager.elsewhere_dialog import ElsewhereDialog
from chatdesk.ui.model_manager.installed_details import InstalledDetails
from chatdesk.ui.model_manager.installed_models import InstalledItemModel, InstalledOrder
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.model_manager.list_rows import RowDelegate, RowList
from chatdesk.ui.model_manager.overrides_dialog import ModelOverridesDialog
from chatdesk.ui.model_manager.remove_dialog import RemoveDialog
from chatdesk.ui.model_manager.state_panel import StatePanel
from chatdesk.ui.model_manager.words import number_words
from chatdesk.ui.wording import plain_tool_tip, size_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.events import ModelVerified, VerificationProgressed, VerificationStopped
    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.ui.model_manager.verbs import ModelVerbs
    from chatdesk.ui.theme import Colors

LIST_WIDTH, DETAILS_WIDTH = 380, 620


class InstalledPage(QWidget):
    """The list with its filter and order on the left, what is known of the chosen model on the right."""

    discover_wanted = Signal()

    def __init__(self, verbs: ModelVerbs, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("installed")
        self._verbs = verbs
        self._colors = colors
        self._elsewhere: ElsewhereDialog | None = None
        self._verifications: dict[str, tuple[str, str]] = {}  # path -> words and tone
        self._verifying: dict[str, int] = {}  # path -> bytes read
        self._models = InstalledItemModel(self)
        self._chosen_path: str | None = None  # what a person chose
        self._is_arranging = False
        self._filter = self._make_filter()
        self._order = self._make_order()
        self._find = QPushButton(self.tr("Find models of other apps…"))
        self._find.setObjectName("find_elsewhere_button")
        self._find.setAccessibleName(self.tr("Find models of other apps"))
        self._find.clicked.connect(self._find_elsewhere)
        self._total = plain_label("installed_total")
        self._list = RowList("installed_list", self.tr("Installed models"), RowDelegate(colors, self))
        self._list.setModel(self._models)
        self._details = InstalledDetails(colors)
        self._state = StatePanel("installed_state")
        self._none = StatePanel("no_choice_state")
        self._build()
        self._connect()
        self.set_colors(colors)
        self.setFocusProxy(self._filter)
        self._refresh()

    @property
    def models(self) -> InstalledItemModel:
        """What is listed."""
        return self._models

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._colors = colors
        muted = QColor(colors.muted)
        self._list.set_colors(colors)
        self._details.set_colors(colors)
        self._state.set_icon_color(muted)
        self._none.set_icon_color(muted)
        self._glass.set_color(muted)
        self._find.setIcon(icon_beside_words("hard-drive", muted))

    # --- what services announce ---

    def set_files(self, files: Iterable[ModelFile]) -> None:
        """These are installed now; what is not known of them yet is asked for."""
        has_unknown = self._models.set_files(files)
        # A file that comes back is another one, most likely because the one before was found to be damaged.
        gone = [path for path in self._verifications if self._models.find(path) is None]
        for path in gone:
            del self._verifications[path]
        self._refresh()
        if has_unknown:
            self._verbs.describe()

    def set_described(self, installed: Iterable[InstalledModel]) -> None:
        """This is known of the installed models."""
        self._models.set_described(installed)
        self._refresh()

    def set_loaded(self, model: ModelFile | None) -> None:
        """This model is loaded."""
        self._models.set_loaded(model.path if model is not None else None)
        self._refresh()

    def show_verified(self, event: ModelVerified) -> None:
        """Say whether a file is what was downloaded."""
        path = event.model.path
        self._verifying.pop(path, None)
        match event.is_intact:
            case True:
                words, tone = self.tr("Intact: every byte is as it was on the Hub."), "good"
            case False:
                words, tone = (
                    self.tr("Damaged: it is not what was downloaded. Remove it and download it again."),
                    "bad",
                )
            case None:
                words, tone = self.tr("The file can be read as a whole; there is no checksum to compare it with."), ""
        self._verifications[path] = (f"{words}\nSHA-256: {event.sha256}", tone)
        self._show_verification()

    def show_verification_progress(self, event: VerificationProgressed) -> None:
        """Say how far reading a file is."""
        self._verifying[event.model.path] = event.done_bytes
        self._show_verification()

    def stop_verification(self, event: VerificationStopped) -> None:
        """A file is no longer being read; why, a notice says."""
        self._verifying.pop(event.model.path, None)
        self._show_verification()

    def show_found(self, models: Iterable[ModelFile]) -> None:
        """Show which models other apps have, if that was asked for here."""
        if self._elsewhere is not None:
            self._elsewhere.show_found(models)

    def stop_waiting(self, error: ErrorDetail) -> None:
        """No answer will come."""
        self._verifying.clear()
        self._show_verification()
        if self._elsewhere is not None:
            self._elsewhere.stop_waiting(error)

    # --- what a person does ---

    def choose(self, path: str) -> None:
        """Choose the model with this path, even where the filter hides it."""
        if self._models.row_of(path) is None and self._models.find(path) is not None:
            self._filter.clear()
        if (row := self._models.row_of(path)) is not None:
            self._list.setCurrentIndex(self._models.index(row))

    def _chosen(self) -> InstalledModel | None:
        current = self._list.currentIndex()
        return self._models.model_at(current.row()) if current.isValid() else None

    def _choose_current(self, current: QModelIndex) -> None:
        if current.isValid() and not self._is_arranging:
            self._chosen_path = self._models.model_at(current.row()).file.path
            self._show_chosen()

    def _use(self) -> None:
        model = self._chosen()
        if model is not None and model.file.path != self._models.loaded_path:
            self._verbs.use_model(model.file)

    def _set_favourite(self, is_favourite: bool) -> None:  # noqa: FBT001  # a signal brings it so
        if (model := self._chosen()) is not None:
            self._verbs.set_favourite(model.file, is_favourite)

    def _reveal(self) -> None:
        if (model := self._chosen()) is not None:
            self._verbs.reveal(model.file)

    def _verify(self) -> None:
        if (model := self._chosen()) is not None:
            self._verifying[model.file.path] = 0
            self._verifications.pop(model.file.path, None)
            self._show_verification()
            self._verbs.verify(model.file)

    def _ask_to_remove(self) -> None:
        model = self._chosen()
        if model is None or model.file.origin is not ModelOrigin.LIBRARY:
            return
        if model.file.path == self._models.loaded_path:
            return
        dialog = RemoveDialog(model.file, self)
        dialog.chosen.connect(lambda is_for_good: self._verbs.remove(model.file, for_good=is_for_good))
        dialog.open()

    def _forget(self) -> None:
        if (model := self._chosen()) is not None:
            self._verbs.forget(model.file)

    def _change_settings(self) -> None:
        model = self._chosen()
        if model is None:
            return

        def save(overrides: dict[str, Any]) -> None:
            self._verbs.change_overrides(model.file, overrides)

        dialog = ModelOverridesDialog(model, self._verbs.settings(), self)
        dialog.saved.connect(save)
        dialog.open()

    def _find_elsewhere(self) -> None:
        dialog = ElsewhereDialog(self._colors, self)
        self._elsewhere = dialog
        dialog.chosen.connect(self._verbs.use_elsewhere)
        dialog.search_requested.connect(self._verbs.find_elsewhere)
        dialog.finished.connect(self._forget_elsewhere)
        dialog.open()
        self._verbs.find_elsewhere()

    def _forget_elsewhere(self) -> None:
        self._elsewhere = None

    def _set_order(self) -> None:
        self._models.set_order(InstalledOrder(self._order.currentData()))
        self._refresh()

    def _set_filter(self, text: str) -> None:
        self._models.set_filter(text)
        self._refresh()

    # --- drawing ---

    def _refresh(self) -> None:
        """Show what the list holds now, with the model that a person chose, else the loaded one, else the first."""
        models = self._models.models
        size = size_words(sum(model.file.size_bytes for model in models))
        if len(models) == 1:
            words = self.tr("1 model, {size} on disk").format(size=size)
        else:
            words = self.tr("{count} models, {size} on disk").format(count=number_words(len(models)), size=size)
        self._total.setText(words)
        self._stack.setCurrentWidget(self._splitter if models else self._state)
        self._list_stack.setCurrentWidget(self._list if self._models.rowCount() else self._none)
        if self._models.rowCount():
            wanted = (self._models.row_of(path) for path in (self._chosen_path, self._models.loaded_path))
            row = next((row for row in wanted if row is not None), 0)
            self._is_arranging = True
            self._list.setCurrentIndex(self._models.index(row))
            self._is_arranging = False
        self._show_chosen()

    def _show_chosen(self) -> None:
        model = self._chosen()
        if model is None:
            self._details.hide()
            return
        self._details.show()
        self._details.show_model(model, is_loaded=model.file.path == self._models.loaded_path)
        self._show_verification()

    def _show_verification(self) -> None:
        model = self._chosen()
        if model is None:
            return
        if (done_bytes := self._verifying.get(model.file.path)) is not None:
            done, size = size_words(done_bytes), size_words(model.file.size_bytes)
            words = self.tr("Reading all of it: {done} of {size}").format(done=done, size=size)
            self._details.show_verification(words, "", is_running=True)
        else:
            self._details.show_verification(*self._verifications.get(model.file.path, ("", "")))

    # --- building ---

    def _make_filter(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("installed_filter")
        field.setPlaceholderText(self.tr("Filter"))
        field.setAccessibleName(self.tr("Filter the installed models"))
        field.setClearButtonEnabled(True)
        field.textChanged.connect(self._set_filter)
        self._glass = FieldIcon("search", field)
        return field

    def _make_order(self) -> QComboBox:
        order = QComboBox()
        order.setObjectName("installed_order")
        order.setAccessibleName(self.tr("Order of the list"))
        order.setToolTip(plain_tool_tip(self.tr("Favourites come first in every order")))
        order.addItem(self.tr("Last used"), InstalledOrder.LAST_USED)
        order.addItem(self.tr("Name"), InstalledOrder.NAME)
        order.addItem(self.tr("Size"), InstalledOrder.SIZE)
        order.activated.connect(self._set_order)
        return order

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID + 4)
        top.setSpacing(GRID)
        top.addWidget(self._filter, 1)
        top.addWidget(self._order)
        top.addWidget(self._find)
        self._list_stack = QStackedWidget()
        self._list_stack.addWidget(self._list)
        self._list_stack.addWidget(self._none)
        left = QWidget()
        left.setMinimumWidth(220)
        column = QVBoxLayout(left)
        column.setContentsMargins(GRID, 0, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self._list_stack, 1)
        column.addWidget(self._total)
        right = QWidget()
        details = QVBoxLayout(right)
        details.setContentsMargins(0, 0, 0, 0)
        details.addWidget(self._details)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setObjectName("installed_splitter")
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(left)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(1, 1)
        set_first_list_width(self._splitter, LIST_WIDTH, DETAILS_WIDTH)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self._state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._stack, 1)
        self._state.show_state(
            "package-open",
            self.tr("No models are installed"),
            self.tr("Download one under Discover, or use those that other apps on this computer already have."),
            (("installed_discover_button", self.tr("Discover models"), self.discover_wanted.emit),),
        )
        self._none.show_state(
            "search",
            self.tr("No model matches"),
            "",
            (("clear_filter_button", self.tr("Show all"), self._filter.clear),),
        )

    def _connect(self) -> None:
        details = self._details
        details.use_requested.connect(self._use)
        details.settings_requested.connect(self._change_settings)
        details.favourite_requested.connect(self._set_favourite)
        details.reveal_requested.connect(self._reveal)
        details.verify_requested.connect(self._verify)
        details.stop_verifying_requested.connect(self._verbs.stop_verifying)
        details.remove_requested.connect(self._ask_to_remove)
        details.forget_requested.connect(self._forget)
        self._list.selectionModel().currentChanged.connect(self._choose_current)
        self._list.doubleClicked.connect(self._use)
        self._list.enter_pressed.connect(self._use)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self._list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._ask_to_remove)
