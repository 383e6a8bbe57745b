"""The settings in pages, and the buttons that save them, leave them or set them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.settings import Settings
from chatdesk.ui.choice_list import FilterField
from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.model_manager.labels import plain_label
from chatdesk.ui.settings_dialog.general_page import GeneralPage
from chatdesk.ui.settings_dialog.loading_page import LoadingPage
from chatdesk.ui.settings_dialog.looks_page import LooksPage
from chatdesk.ui.settings_dialog.network_page import NetworkPage
from chatdesk.ui.settings_dialog.replies_page import RepliesPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chatdesk.ui.settings_dialog.page import Setting, SettingsPage

WIDTH, HEIGHT = 780, 620
NAMES_WIDTH = 168


class SettingsDialog(QDialog):
    """Shows a `Settings` value and hands back the edited one with `saved`."""

    saved = Signal(object)
    clear_requested = Signal()  # what models have processed of chats is to go
    token_changed = Signal(str)  # a new access token; empty: the saved one is to be forgotten

    def __init__(self, settings: Settings, parent: QWidget | None = None, *, has_token: bool = False) -> None:
        """`has_token` says whether an access token is saved; which, this dialog never learns."""
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setWindowTitle(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self._settings = settings
        self._found: list[QWidget | None] = []  # by page, the first field that the search finds
        self._general, *others, self._network = _make_pages(has_token=has_token)
        self._general.clear_requested.connect(self.clear_requested)
        self._pages: tuple[SettingsPage, ...] = (self._general, *others, self._network)
        self._search = FilterField(
            "settings_search",
            self.tr("Search the settings"),
            self.tr("Shows the settings that contain your words. Enter goes to the first."),
        )
        self._names = QListWidget()
        self._stack = QStackedWidget()
        self._nothing = plain_label("settings_nothing", self.tr("No setting contains these words."), wraps=True)
        self._build()
        set_first_size(self, WIDTH, HEIGHT)
        self._fill(settings)

    def show_page(self, object_name: str) -> None:
        """Open at one page, a key of `page_titles`."""
        for row, page in enumerate(self._pages):
            if page.objectName() == object_name:
                self._names.setCurrentRow(row)

    def show_setting(self, setting: Setting) -> None:
        """Go to one setting; the dialog must be shown."""
        self.show_page(setting.page)
        self._pages[self._names.currentRow()].go_to(setting.field)

    def show_snapshots(self, size_bytes: int) -> None:
        """Say how much `clear_requested` would free."""
        self._general.show_snapshots(size_bytes)

    def show_freed(self, freed_bytes: int) -> None:
        """Say how much it has freed."""
        self._general.show_freed(freed_bytes)

    def _build(self) -> None:
        self._names.setObjectName("settings_pages")
        self._names.setAccessibleName(self.tr("Pages of the settings"))
        self._names.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)
        self._names.setMinimumWidth(NAMES_WIDTH)
        self._names.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._names.ensurePolished()  # or the rows would keep the height that they have without a style sheet
        for page in self._pages:
            self._names.addItem(page.title)
            self._stack.addWidget(page)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._nothing)
        self._names.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._names.setCurrentRow(0)
        self._search.setPlaceholderText(self.tr("Search"))
        self._search.set_icon_color(self.palette().color(QPalette.ColorRole.PlaceholderText))
        self._search.textChanged.connect(self._narrow)
        self._search.moved.connect(lambda _event: self._names.setFocus())
        self._search.entered.connect(self._go_to_found)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._search)
        left.addWidget(self._names, 1)
        side = QWidget()
        side.setObjectName("settings_side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        left.setContentsMargins(8, 12, 8, 0)
        side.setLayout(left)
        line = QFrame()
        line.setObjectName("settings_line")
        line.setFixedWidth(1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(side)
        middle.addWidget(line)
        middle.addWidget(self._stack, 1)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(24, 12, 24, 16)
        bottom.addWidget(self._make_buttons())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(middle, 1)
        layout.addLayout(bottom)

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        self._found = [page.narrow(words) for page in self._pages]
        for row, field in enumerate(self._found):
            self._names.item(row).setHidden(field is None)
        rows = [row for row, field in enumerate(self._found) if field is not None]
        if self._names.currentRow() in rows:
            self._stack.setCurrentIndex(self._names.currentRow())
        elif rows:
            self._names.setCurrentRow(rows[0])
        else:
            self._names.setCurrentRow(-1)
            self._stack.setCurrentWidget(self._nothing)

    def _go_to_found(self) -> None:
        row = self._names.currentRow()
        field = self._found[row] if self._search.text().strip() and row >= 0 else None
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        save = buttons.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        save.setObjectName("save_settings_button")
        save.setProperty("primary", True)
        cancel = buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("cancel_settings_button")
        defaults = buttons.addButton(self.tr("Standard values"), QDialogButtonBox.ButtonRole.ResetRole)
        defaults.setObjectName("default_settings_button")
        defaults.setToolTip(self.tr("On all pages. The access token stays."))
        defaults.clicked.connect(lambda: self._fill(Settings(shows_hints=self._settings.shows_hints)))
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        return buttons

    def _fill(self, settings: Settings) -> None:
        self._settings = settings
        for page in self._pages:
            page.fill(settings)

    def _save(self) -> None:
        for page in self._pages:
            if (field := page.wrong_field()) is not None:
                self._search.clear()
                self.show_page(page.objectName())
                field.setFocus()
                return
        settings = self._settings
        for page in self._pages:
            settings = page.changed(settings)
        # The token first: what the settings set off may need it.
        if (token := self._network.token_change()) is not None:
            self.token_changed.emit(token)
        self.saved.emit(settings)
        self.accept()


def settings_by_page() -> Iterator[list[Setting]]:
    """Every setting, in the language that is spoken, for who looks for one elsewhere. Each page takes its time."""
    for name, title in page_titles().items():
        page = _PAGES[name](title)
        found = page.index()
        page.deleteLater()
        yield found


_PAGES: dict[str, Callable[[str], SettingsPage]] = {
    "settings_general": GeneralPage,
    "settings_looks": LooksPage,
    "settings_replies": RepliesPage,
    "settings_loading": LoadingPage,
    "settings_network": NetworkPage,
}


def _make_pages(*, has_token: bool) -> tuple[GeneralPage, LooksPage, RepliesPage, LoadingPage, NetworkPage]:
    titles = page_titles()
    return (
        GeneralPage(titles["settings_general"]),
        LooksPage(titles["settings_looks"]),
        RepliesPage(titles["settings_replies"]),
        LoadingPage(titles["settings_loading"]),
        NetworkPage(titles["settings_network"], has_token=has_token),
    )


def page_titles() -> dict[str, str]:
    """The pages' object names and titles, in their order."""
    return {
        "settings_general": _tr("General"),
        "settings_looks": _tr("Appearance"),
        "settings_replies": _tr("Replies"),
        "settings_loading": _tr("Loading"),
        "settings_network": _tr("Models and network"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("SettingsDialog", text)
