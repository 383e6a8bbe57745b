"""All of the window that is about models: the picker, the window "Models", recommendations, failed loads, progress."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QObject, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import (
    DownloadChanged,
    DownloadsListed,
    Event,
    JobCrashed,
    LibraryDescribed,
    LibraryScanned,
    ModelAwaited,
    ModelFailed,
    ModelInstalled,
    ModelLoadProgressed,
    ModelReady,
    ModelsRecommended,
    ModelUnloaded,
    NoModelCame,
    NoticeRaised,
)
from chatdesk.core.installed_models import InstalledModel
from chatdesk.core.load_fixes import LoadFix, attempt_of
from chatdesk.core.palette import Entry, EntryKind
from chatdesk.ui import theme
from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.load_failures import LoadFailures
from chatdesk.ui.model_picker import ModelPicker
from chatdesk.ui.reveal import reveal
from chatdesk.ui.wording import error_words, size_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chatdesk.core.fit import Machine
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.recommendations import Recommendation
    from chatdesk.core.settings import Settings
    from chatdesk.services.downloads import DownloadService
    from chatdesk.services.hub import HubService
    from chatdesk.services.model_library import ModelLibraryService
    from chatdesk.services.model_loading import ModelLoadService
    from chatdesk.ui.model_manager.verbs import RemoveModel
    from chatdesk.ui.model_manager.window import ModelManager
    from chatdesk.ui.notices import NoticeStrip
    from chatdesk.ui.recommended_models import RecommendedModels


@dataclass(frozen=True, slots=True)
class DeskVerbs:
    """What this part of the window asks for. `hub_address` is the Hub's or a mirror's, without a slash at its end."""

    library: ModelLibraryService
    hub: HubService
    downloads: DownloadService
    loading: ModelLoadService
    cancel_load: Callable[[], None]
    remove: RemoveModel
    change_overrides: Callable[[ModelFile, Mapping[str, Any]], None]
    adjust_overrides: Callable[[ModelFile, Mapping[str, Any]], None]
    loaded_model: Callable[[], ModelFile | None]
    machine: Callable[[], Machine]
    settings: Callable[[], Settings]
    hub_address: Callable[[], str]


class ModelDesk(QObject):
    """Draws what events say of models, and passes on what a person does with them."""

    file_chosen = Signal(str)  # the path of a model file, wherever it lies
    settings_requested = Signal()

    def __init__(self, verbs: DeskVerbs, notices: NoticeStrip, recommended: RecommendedModels, window: QWidget) -> None:
        super().__init__(window)
        self._verbs = verbs
        self._notices = notices
        self._recommended = recommended
        self._window = window
        self._colors = theme.LIGHT
        self._manager: ModelManager | None = None  # made when it is first opened: start-up need not wait for it
        self._failures = LoadFailures(notices, self)
        self._failures.retry_requested.connect(self._mend)
        self._has_recommended = False
        self.picker = ModelPicker()
        self.has_model = False  # loaded, on its way, or about to be chosen
        self._connect_picker()
        self._connect_recommended()

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        choose, open_file = self.tr("Choose a model"), self.tr("Open GGUF…")
        return (
            ActionRow("choose_model_action", Group.MODELS, choose, self.picker.open_menu, "Ctrl+M"),
            ActionRow("models_action", Group.MODELS, self.tr("Models…"), self.show_manager, "Ctrl+Shift+M"),
            ActionRow("open_file_action", Group.MODELS, open_file, self.open_file, QKeySequence.StandardKey.Open),
        )

    def set_colors(self, colors: theme.Colors) -> None:
        """Wear these."""
        self._colors = colors
        self.picker.set_colors(colors)
        self._recommended.set_icon_color(QColor(colors.muted))
        if self._manager is not None:
            self._manager.set_colors(colors)

    def entries(self) -> list[Entry]:
        """The models, for the command palette: choosing one loads it."""
        use = self._verbs.loading.use
        return [
            Entry(f"model:{file.path}", EntryKind.MODEL, file.name, partial(use, file), size_words(file.size_bytes))
            for file in self.picker.files()
        ]

    def show_manager(self) -> None:
        """Open the window "Models"."""
        from chatdesk.ui.model_manager.window import ModelsTab

        self._made_manager().open_tab(ModelsTab.DISCOVER)

    def open_file(self) -> None:
        """Ask for a model file."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Open a model"), "", self.tr("GGUF models (*.gguf *.GGUF);;All files (*)")
        )
        if path:
            self.file_chosen.emit(path)

    def close(self) -> None:
        """The main window goes, and what belongs to it with it."""
        if self._manager is not None:
            self._manager.close()

    def on_event(self, event: Event) -> None:
        """Draw what happened."""
        match event:
            case LibraryScanned(models):
                self.picker.set_models(models)
                self._recommended.set_models(models)
                self._recommend_once()
            case LibraryDescribed(installed):
                self.picker.set_installed(installed)
            case ModelsRecommended(recommendations):
                self._recommended.set_recommendations(recommendations)
            case ModelAwaited():
                self.has_model = True
            case NoModelCame():
                self.has_model = False
            case DownloadsListed() | DownloadChanged() | ModelInstalled():
                self._on_download_event(event)
            case ModelLoadProgressed() | ModelReady() | ModelFailed() | ModelUnloaded():
                self._on_load_event(event)
            case NoticeRaised() | JobCrashed():
                self._recommended.show_not_started()
            case _:
                pass
        if self._manager is not None:
            self._manager.on_event(event)

    def _on_load_event(self, event: ModelLoadProgressed | ModelReady | ModelFailed | ModelUnloaded) -> None:
        match event:
            case ModelLoadProgressed(model, fraction):
                self.has_model = True
                self._failures.take_back(model)
                self.picker.show_loading(model, fraction)
            case ModelReady(model, info):
                self.has_model = True
                self._failures.take_back(model)
                self.picker.show_ready(model, info)
                self._recommended.set_loaded(model)
                if not self.picker.offers(model):
                    self._verbs.library.scan()
                if info.template_problem:
                    params = {"model": model.name, "reason": info.template_problem}
                    self._notices.show_notice(error_words(ErrorDetail(ErrorCode.TEMPLATE_FAILED, params)))
            case ModelFailed():
                self._on_failure(event)
            case ModelUnloaded(model, freed_bytes):
                self.has_model = False
                self.picker.show_none()
                self._recommended.set_loaded(None)
                self._notices.show_notice(
                    self.tr("“{model}” was unloaded; {size} of memory went back to the system.").format(
                        model=model.name, size=size_words(freed_bytes)
                    )
                )

    def _on_failure(self, event: ModelFailed) -> None:
        model, error = event.model, event.error
        if not event.is_refusal:
            self.has_model = False
            self.picker.show_failed(model, error)
            self._recommended.set_loaded(None)
        if error.code is not ErrorCode.LOAD_CANCELLED:
            self._failures.show(model, error, attempt_of(self._verbs.settings(), self._known(model, event)))

    def _known(self, model: ModelFile, event: ModelFailed) -> InstalledModel:
        # The picker knows of no settings of their own before it was opened for the first time.
        known = self.picker.installed(model) or InstalledModel(model, overrides=self._verbs.library.overrides(model))
        return replace(known, fit=event.fit) if event.fit is not None else known

    def _on_download_event(self, event: DownloadsListed | DownloadChanged | ModelInstalled) -> None:
        match event:
            case DownloadsListed(downloads):
                self._recommended.set_downloads(downloads)
            case DownloadChanged(download):
                self._recommended.put_download(download)
            case ModelInstalled(model):
                self._recommended.add_model(model)

    def _recommend_once(self) -> None:
        if not self._has_recommended:
            self._has_recommended = True
            self._verbs.library.recommend(QLocale().name().partition("_")[0])
            self._verbs.downloads.list()

    # --- what a person does ---

    def _mend(self, model: ModelFile, fix: LoadFix, changes: Mapping[str, Any]) -> None:
        """Try what was offered after a failed load."""
        verbs = self._verbs
        match fix:
            case LoadFix.SHORTER_CONTEXT | LoadFix.FEWER_GPU_LAYERS:
                verbs.adjust_overrides(model, changes)
                verbs.loading.use(model)
            case LoadFix.LOAD_ANYWAY:
                verbs.loading.use(model, is_forced=True)
            case LoadFix.TRY_AGAIN:
                verbs.loading.use(model)
            case LoadFix.SMALLER_FILE | LoadFix.DOWNLOAD_AGAIN:
                self._made_manager().search_for(model.repo_id or "")
            case LoadFix.CHOOSE_ANOTHER:
                self.picker.open_menu()

    def _download_recommended(self, recommendation: Recommendation) -> None:
        model = recommendation.model
        self._verbs.hub.download(model.repo_id, model.file.filename)

    def _open_repo_page(self, repo_id: str) -> None:
        QDesktopServices.openUrl(QUrl(f"{self._verbs.hub_address()}/{repo_id}"))

    def _look_at_models(self) -> None:
        self._verbs.library.scan()
        self._verbs.library.describe()

    def _connect_picker(self) -> None:
        picker, verbs = self.picker, self._verbs
        picker.chosen.connect(verbs.loading.use)
        picker.models_wanted.connect(self._look_at_models)
        picker.favourite_requested.connect(verbs.library.set_favourite)
        picker.open_file_requested.connect(self.open_file)
        picker.manager_requested.connect(self.show_manager)
        picker.cancel_requested.connect(verbs.cancel_load)
        picker.unload_requested.connect(verbs.loading.unload)

    def _connect_recommended(self) -> None:
        recommended, downloads = self._recommended, self._verbs.downloads
        recommended.download_requested.connect(self._download_recommended)
        recommended.pause_requested.connect(downloads.pause)
        recommended.resume_requested.connect(downloads.resume)
        recommended.cancel_requested.connect(downloads.cancel)
        recommended.use_requested.connect(self._verbs.loading.use)

    def _made_manager(self) -> ModelManager:
        if self._manager is None:
            from chatdesk.ui.model_manager.verbs import ModelVerbs
            from chatdesk.ui.model_manager.window import ModelManager

            verbs = self._verbs
            library, downloads = verbs.library, verbs.downloads
            self._manager = ModelManager(
                ModelVerbs(
                    search=verbs.hub.search,
                    show_repo=verbs.hub.show,
                    open_repo_page=self._open_repo_page,
                    download=downloads.start,
                    list_downloads=downloads.list,
                    pause=downloads.pause,
                    resume=downloads.resume,
                    cancel=downloads.cancel,
                    move=downloads.move,
                    describe=library.describe,
                    use_model=verbs.loading.use,
                    reveal=lambda model: reveal(model.path),
                    verify=library.verify,
                    stop_verifying=library.stop_verifying,
                    remove=verbs.remove,
                    forget=library.forget,
                    set_favourite=library.set_favourite,
                    change_overrides=verbs.change_overrides,
                    find_elsewhere=library.find_elsewhere,
                    use_elsewhere=library.use_elsewhere,
                    loaded_model=verbs.loaded_model,
                    machine=verbs.machine,
                    settings=verbs.settings,
                    show_settings=self.settings_requested.emit,
                ),
                self._colors,
            )
            library.scan()
        return self._manager
