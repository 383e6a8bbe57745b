"""The window "Models": three pages, and which event goes to which of them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import (
    DownloadChanged,
    DownloadsListed,
    Event,
    FitsAssessed,
    HubSearched,
    HubSearchFailed,
    JobCrashed,
    LibraryDescribed,
    LibraryScanned,
    ModelFailed,
    ModelInstalled,
    ModelReady,
    ModelRemoved,
    ModelsFoundElsewhere,
    ModelUnloaded,
    ModelVerified,
    NoticeRaised,
    RepoFailed,
    RepoShown,
    VerificationProgressed,
    VerificationStopped,
)
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.model_manager.discover import Discover
from chatdesk.ui.model_manager.downloads_page import DownloadsPage
from chatdesk.ui.model_manager.here import ModelsHere
from chatdesk.ui.model_manager.installed_page import InstalledPage
from chatdesk.ui.model_manager.labels import GRID, ElidedLabel
from chatdesk.ui.model_manager.words import machine_words, number_words
from chatdesk.ui.notices import NoticeAction, NoticeStrip
from chatdesk.ui.wording import error_words, size_words

if TYPE_CHECKING:
    from chatdesk.core.downloads import Download
    from chatdesk.core.model_files import ModelFile
    from chatdesk.ui.model_manager.verbs import ModelVerbs
    from chatdesk.ui.theme import Colors


class ModelsTab(IntEnum):
    """The pages, from left to right."""

    DISCOVER = 0
    DOWNLOADS = 1
    INSTALLED = 2


class ModelManager(QWidget):
    """Draws what events say of models, and passes on what a person does. May be built and shown at any time."""

    def __init__(self, verbs: ModelVerbs, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("model_manager")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Models"))
        self.setAccessibleName(self.tr("Models"))
        self.setMinimumSize(640, 440)
        set_first_size(self, 1080, 720)
        self._verbs = verbs
        self._here = ModelsHere()
        self._discover = Discover(verbs, self._here, colors)
        self._downloads = DownloadsPage(verbs, colors)
        self._installed = InstalledPage(verbs, colors)
        self._notices = NoticeStrip()
        self._machine = ElidedLabel("machine_summary", mode=Qt.TextElideMode.ElideRight)
        self._machine.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._tabs = QTabBar()
        self._build()
        self._connect()
        self.set_colors(colors)
        self._name_tabs()

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._discover.set_colors(colors)
        self._downloads.set_colors(colors)
        self._installed.set_colors(colors)
        self._notices.set_icon_color(QColor(colors.muted))

    def open_tab(self, tab: ModelsTab) -> None:
        """Show the window with this page in front of the others."""
        self._go_to(tab)
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        if not self.isActiveWindow():
            self.raise_()
            self.activateWindow()

    def search_for(self, query: str) -> None:
        """Show the window and search the Hub for words or an address."""
        self.open_tab(ModelsTab.DISCOVER)
        self._discover.search_for(query)

    @Slot(object)
    def on_event(self, event: Event) -> None:
        """Draw what happened, if it concerns models."""
        match event:
            case HubSearched():
                self._discover.show_results(event)
            case HubSearchFailed():
                self._discover.show_search_failure(event)
            case RepoShown():
                self._discover.show_repo(event)
            case RepoFailed():
                self._discover.show_repo_failure(event)
            case FitsAssessed(repo_id, fits):
                self._discover.set_fits(repo_id, fits)
            case NoticeRaised(error, None):
                self._tell(error_words(error))
            case JobCrashed():
                self._stop_waiting()
            case DownloadsListed() | DownloadChanged() | ModelInstalled():
                self._on_download_event(event)
            case _:
                self._on_library_event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            # The window may have been built after the events that would have told all this.
            machine = self._verbs.machine()
            self._machine.set_text(machine_words(machine) if machine is not None else "")
            self._installed.set_loaded(self._verbs.loaded_model())
            self._verbs.list_downloads()
            self._verbs.describe()
            if self.focusWidget() is None:
                self._go_to(ModelsTab(self._tabs.currentIndex()))

    def _on_download_event(self, event: DownloadsListed | DownloadChanged | ModelInstalled) -> None:
        match event:
            case DownloadChanged(download):
                self._downloads.put(download)
                self._here.put_download(download)
                self._discover.refresh_download(download)
            case DownloadsListed(downloads):
                self._downloads.set_all(downloads)
                self._here.set_downloads(downloads)
                self._discover.refresh_here()
            case ModelInstalled(model):
                self._here.add_file(model)
                self._discover.refresh_here()
                use = NoticeAction(self.tr("Use it"), lambda: self._verbs.use_model(model))
                words = self.tr("“{model}” is installed: every byte was checked.")
                self._tell(words.format(model=one_line(model.name)), use)
        self._name_tabs()

    def _on_library_event(self, event: Event) -> None:
        match event:
            case LibraryScanned(models):
                self._set_files(models)
                self._installed.set_files(models)
            case LibraryDescribed(installed):
                self._set_files(tuple(model.file for model in installed))
                self._installed.set_described(installed)
            case ModelsFoundElsewhere(models):
                self._installed.show_found(models)
            case ModelVerified():
                self._installed.show_verified(event)
            case VerificationProgressed():
                self._installed.show_verification_progress(event)
            case VerificationStopped():
                self._installed.stop_verification(event)
            case ModelRemoved(model, is_for_good):
                self._tell_removal(model, is_for_good=is_for_good)
            case ModelReady(model):
                self._installed.set_loaded(model)
            case ModelUnloaded() | ModelFailed(is_refusal=False):
                self._installed.set_loaded(None)
            case _:
                return
        self._name_tabs()

    def _set_files(self, files: tuple[ModelFile, ...]) -> None:
        self._here.set_files(files)
        self._discover.refresh_here()

    def _stop_waiting(self) -> None:
        error = ErrorDetail(ErrorCode.INTERNAL, {"reason": self.tr("a bug; its details were shown")})
        self._discover.stop_waiting(error)
        self._installed.stop_waiting(error)

    def _tell_removal(self, model: ModelFile, *, is_for_good: bool) -> None:
        if is_for_good:
            words = self.tr("“{model}” was removed; {size} of the disk are free again.")
        else:
            words = self.tr("“{model}” is in the trash, where it takes {size} until that is emptied.")
        self._tell(words.format(model=one_line(model.name), size=size_words(model.size_bytes)))

    def _tell(self, words: str, action: NoticeAction | None = None) -> None:
        """Show a notice while this window is in use; the main window tells the same."""
        if self.isVisible():
            self._notices.show_notice(words, [action] if action is not None else [])

    def _offer_to_start_again(self, download: Download) -> None:
        words = self.tr("The download of “{model}” was cancelled, and what had arrived is deleted.")
        again = NoticeAction(self.tr("Start it again"), lambda: self._verbs.download(download.model))
        self._tell(words.format(model=one_line(download.model.name)), again)

    def _use_download(self, download: Download) -> None:
        file = self._here.file_of(download.model)
        if file is not None:
            self._verbs.use_model(file)

    def _show_chosen_installed(self, model: ModelFile | None) -> None:
        self._tabs.setCurrentIndex(ModelsTab.INSTALLED)
        if model is not None:
            self._installed.choose(model.path)

    def _name_tabs(self) -> None:
        names = {
            ModelsTab.DISCOVER: self.tr("Discover"),
            ModelsTab.DOWNLOADS: _counted(self.tr("Downloads"), self._downloads.count),
            ModelsTab.INSTALLED: _counted(self.tr("Installed"), len(self._installed.models.models)),
        }
        for tab, name in names.items():
            if self._tabs.tabText(tab) != name:
                self._tabs.setTabText(tab, name)

    def _go_to(self, tab: ModelsTab) -> None:
        self._tabs.setCurrentIndex(tab)
        if (page := self._pages.currentWidget()) is not None:
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _find(self) -> None:
        is_searchable = self._tabs.currentIndex() != ModelsTab.DOWNLOADS
        self._go_to(ModelsTab(self._tabs.currentIndex()) if is_searchable else ModelsTab.DISCOVER)

    def _step(self, step: int) -> None:
        self._tabs.setCurrentIndex((self._tabs.currentIndex() + step) % self._tabs.count())

    def _build(self) -> None:
        self._tabs.setObjectName("models_tabs")
        self._tabs.setAccessibleName(self.tr("Pages"))
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setUsesScrollButtons(False)  # there is room for three, and arrows would take some
        self._pages = QStackedWidget()
        for page in (self._discover, self._downloads, self._installed):
            self._tabs.addTab("")
            self._pages.addWidget(page)
        header = QHBoxLayout()
        header.setContentsMargins(GRID, GRID, 2 * GRID, 0)
        header.setSpacing(2 * GRID)
        header.addWidget(self._tabs)
        header.addWidget(self._machine, 1)
        line = QWidget()
        line.setObjectName("hairline")
        line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(line)
        layout.addWidget(self._notices)
        self._notices.setContentsMargins(0, GRID, 0, 0)
        layout.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self._discover.downloads_wanted.connect(lambda: self._tabs.setCurrentIndex(ModelsTab.DOWNLOADS))
        self._discover.installed_wanted.connect(self._show_chosen_installed)
        self._downloads.discover_wanted.connect(lambda: self._go_to(ModelsTab.DISCOVER))
        self._downloads.cancelled.connect(self._offer_to_start_again)
        self._downloads.use_requested.connect(self._use_download)
        self._installed.discover_wanted.connect(lambda: self._go_to(ModelsTab.DISCOVER))
        keys = (
            (QKeySequence(QKeySequence.StandardKey.NextChild), lambda: self._step(1)),
            (QKeySequence(QKeySequence.StandardKey.PreviousChild), lambda: self._step(-1)),
            (QKeySequence(Qt.Key.Key_Escape), self.close),
            (QKeySequence(QKeySequence.StandardKey.Close), self.close),
            (QKeySequence(QKeySequence.StandardKey.Find), self._find),
        )
        for key, handler in keys:
            QShortcut(key, self).activated.connect(handler)


def _counted(name: str, count: int) -> str:
    return f"{name} ({number_words(count)})" if count else name
