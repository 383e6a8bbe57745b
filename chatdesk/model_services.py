"""The services of the models on this machine and on the Hub, introduced to each other."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from chatdesk.chats import has_power_to_spare
from chatdesk.connection import HubConnection
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import (
    Event,
    ModelFailed,
    ModelInstalled,
    ModelReady,
    NoticeRaised,
    Post,
    SettingsChanged,
    SnapshotsMeasured,
)
from chatdesk.core.model_files import ModelFile, display_name
from chatdesk.core.overrides import resolve_overrides
from chatdesk.core.snapshot_budget import snapshot_budget
from chatdesk.engine.snapshot_files import forget_snapshots, taken_bytes
from chatdesk.llama_engines import FirstTry, LlamaEngines, time_variants
from chatdesk.load_record import LoadRecord
from chatdesk.machine import read_gpus, resident_bytes, this_machine
from chatdesk.models.appraiser import Appraiser
from chatdesk.models.curated import read_curated
from chatdesk.models.library import ModelLibrary, find_starter
from chatdesk.models.removal import Removal
from chatdesk.services.downloads import DownloadRules, DownloadService
from chatdesk.services.hub import HubService
from chatdesk.services.inference import InferenceService
from chatdesk.services.model_library import ModelLibraryService
from chatdesk.services.model_loading import ModelLoadService
from chatdesk.services.variant_timing import VariantTimingService
from chatdesk.services.worker import Priority, Worker
from chatdesk.store.downloads import DownloadStore, ProvenanceStore
from chatdesk.store.model_records import ModelRecordStore
from chatdesk.store.paths import Paths, resource, steady_resource
from chatdesk.store.settings_file import StateFile, StateKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chatdesk.core.fit import Fit, Machine
    from chatdesk.core.hub_models import RepoPage
    from chatdesk.core.settings import Settings
    from chatdesk.engine.base import Engine
    from chatdesk.services.preferences import PreferencesService
    from chatdesk.store.database import Database


class ModelServices:
    """What can be done with models: found, downloaded, loaded, removed."""

    def __init__(
        self,
        paths: Paths,
        database: Database,
        state: StateFile,
        preferences: PreferencesService,
        suspects: frozenset[str],
        stop_replies: Callable[[], None],
        post: Post,
    ) -> None:
        """`suspects` are the paths of models that may have ended an earlier run: see `load_record.find_suspects`."""
        self._paths = paths
        self._state = state
        self._preferences = preferences
        self._post = post
        self._suspects = suspects
        self._has_llama = False  # llama.cpp is loaded and set up
        self.load_failure: ErrorDetail | None = None  # why a model was not loaded last
        self.worker = Worker("models", post)
        self._keyring = Worker("keyring", post)  # which may wait for a person to unlock it
        records, provenance = ModelRecordStore(database), ProvenanceStore(database)
        first_try = FirstTry(records)
        self.library = self._make_library(records, provenance)
        self.inference = InferenceService(
            LlamaEngines(paths.snapshots, self._snapshot_budget),
            first_try,
            LoadRecord(state),
            resident_bytes,
            partial(forget_snapshots, paths.snapshots),
            post,
        )
        self.variant_timing = VariantTimingService(self.inference, time_variants, has_power_to_spare)
        self.loading = ModelLoadService(
            self.library, self.inference, preferences.current, self.machine, stop_replies, post
        )
        self.connection = HubConnection(
            preferences.current, os.environ, lambda: state.get(StateKey.TOKEN_KEPT) is not None
        )
        self.downloads = self._make_downloads(DownloadStore(database), provenance, first_try)
        self.hub = HubService(
            lambda: self.connection.hub, self.connection.read_address, self._assess_page, self.downloads.start, post
        )

    def _make_library(self, records: ModelRecordStore, provenance: ProvenanceStore) -> ModelLibraryService:
        paths = self._paths
        return ModelLibraryService(
            ModelLibrary(paths.models, find_starter(steady_resource("models", paths.cache, os.environ))),
            records,
            provenance,
            find_elsewhere,
            Removal(paths.models),
            Appraiser(self._preferences.current, self.machine),
            partial(read_curated, resource("models.json")),
            self.worker,
            self._post,
        )

    def _make_downloads(
        self, downloads: DownloadStore, provenance: ProvenanceStore, first_try: FirstTry
    ) -> DownloadService:
        return DownloadService(
            downloads,
            provenance,
            self._paths.models,
            self.connection,
            first_try.try_downloaded,
            first_try.note_good,
            self._download_rules,
            self._post,
        )

    def on_event(self, event: Event) -> None:
        """Do what follows of what was announced. On the thread that announced it."""
        self.variant_timing.on_event(event)
        match event:
            case ModelReady():
                self.loading.on_event(event)
                self._has_llama = True
            case ModelFailed():
                self.load_failure = event.error
            case ModelInstalled():
                self.library.scan()
            case SettingsChanged():
                self.downloads.rules_changed()
                self.loading.reload()

    def stop(self) -> None:
        """Tell what is not worth waiting for to end."""
        self.library.stop_verifying()
        self.variant_timing.close()
        self.hub.close(0)
        self._keyring.close(0)
        self.downloads.close(0)

    # --- which machine, which model, which settings ---

    def machine(self) -> Machine:
        """What a model may use here; what the loaded one holds counts as free, for it will make room.

        Imports llama.cpp, which takes half a second the first time: not for the thread of the window.
        """
        return this_machine(self.inference.info, read_gpus())

    def known_machine(self) -> Machine:
        """The same at once, without graphics cards while llama.cpp is not there."""
        return this_machine(self.inference.info, read_gpus() if self._has_llama else ())

    def loaded(self) -> ModelFile | None:
        """The model that answers now."""
        loaded = self.inference.loaded
        return loaded[0] if loaded is not None else None

    def chat_settings(self) -> Settings:
        """The app's settings with the sampling that belongs to the model in use."""
        settings, model = self._preferences.current(), self.inference.model
        if model is None:
            return settings
        _, sampling = resolve_overrides(settings, self.library.overrides(model))
        return replace(settings, sampling=sampling)

    def _assess_page(self, page: RepoPage, is_over: Callable[[], bool]) -> Iterator[Mapping[str, Fit]]:
        return self.connection.appraiser(self.machine, self.library.correction)(page, is_over)

    def _download_rules(self) -> DownloadRules:
        settings = self._preferences.current()
        return DownloadRules(settings.parallel_downloads, settings.is_offline)

    def _snapshot_budget(self) -> int:
        """How much disk snapshots may take now, in bytes."""
        taken = taken_bytes(self._paths.snapshots)
        free = shutil.disk_usage(self._paths.data).free
        return snapshot_budget(self._preferences.current().snapshot_bytes, free, taken)

    # --- what a person does ---

    def await_first(self) -> None:
        """Let messages wait for the model that `load_first` is going to choose: most likely the one used last."""
        last = self._state.get(StateKey.LAST_MODEL_PATH)
        self.inference.await_model(ModelFile(last, 0, 0.0) if last is not None and last not in self._suspects else None)

    def load_first(self, file: str | None = None) -> None:
        """Look for models and load the file at `file`; without one, the model that was used last.

        Tells of all that may have ended an earlier run, goes on with downloads, and times variants when all is quiet.
        """
        self.library.scan(then=self._load_first if file is None else lambda _models: self.add(file))
        # Behind each step of this, however far it comes: the next one is queued before the one before it ends.
        self.worker.submit("await no model", self.inference.stop_awaiting, Priority.IDLE)
        self.downloads.take_up()
        self.variant_timing.start()

    def load(self, name_or_path: str | None) -> None:
        """Load the model that a person names, else the one that was used last."""

        def load(models: Sequence[ModelFile]) -> None:
            if name_or_path is None:
                self._load_last_used(models)
            else:
                self.loading.use(self.find(name_or_path, models))

        self.library.scan(then=load)

    def add(self, path: str) -> None:
        """Load a model file where it lies; it is listed once it proved good."""
        self.library.open(path, self.loading.use)

    def change_overrides(self, model: ModelFile, overrides: Mapping[str, Any]) -> None:
        """Replace a model's own settings; it is loaded again when it is in use and they change how it is loaded."""
        self.library.change_overrides(model, overrides)
        self.loading.reload()

    def adjust_overrides(self, model: ModelFile, changes: Mapping[str, Any]) -> None:
        """The same with some of its own settings; the others stay."""
        self.library.adjust_overrides(model, changes)
        self.loading.reload()

    def remove(self, model: ModelFile, *, for_good: bool) -> None:
        """Move a model to the trash or remove it for good; one in use is unloaded first, or Windows would hold it."""

        def remove(_engine: Engine | None) -> None:
            self.library.remove(model, for_good=for_good)

        used = self.inference.model
        if used is None or used.path != model.path:
            self.library.remove(model, for_good=for_good)
            return
        self.loading.unload()
        self.inference.run("then remove", remove)

    def find(self, name_or_path: str, models: Sequence[ModelFile]) -> ModelFile:
        """The model of `models` that a person means.

        Raises:
            UserFacingError: there is none, or several.
        """
        return ModelLibrary(self._paths.models, None).find_by_name(models, name_or_path)

    def measure_snapshots(self) -> None:
        """Announce `SnapshotsMeasured`."""
        self.worker.submit(
            "measure snapshots", lambda: self._post(SnapshotsMeasured(taken_bytes(self._paths.snapshots)))
        )

    def change_token(self, token: str) -> None:
        """Keep another access token for the Hub; an empty one forgets the one that is kept."""

        def change() -> None:
            if token:
                # First, for a token that the keyring does not take is still used until the app closes.
                self._state.set(StateKey.TOKEN_KEPT, "yes")
                self.connection.tokens.save(token)
            else:
                self._state.set(StateKey.TOKEN_KEPT, None)
                self.connection.tokens.delete()

        self._keyring.submit("token", change)

    def _load_first(self, models: Sequence[ModelFile]) -> None:
        """Load the model used last, and tell of all that may have ended an earlier run."""
        model = self._load_last_used(models)
        for path in sorted(self._suspects - {model}):
            self._post(NoticeRaised(_crashed(path)))

    def _load_last_used(self, models: Sequence[ModelFile]) -> str | None:
        """Load the model used last, else the first listed; announces why not, and returns its path.

        One that may have ended an earlier run is never loaded by itself.
        """
        last = self._state.get(StateKey.LAST_MODEL_PATH)
        model = next((model for model in models if model.path == last), next(iter(models), None))
        if model is None:
            self._post(NoticeRaised(ErrorDetail(ErrorCode.STARTER_MISSING)))
            return None
        if model.path in self._suspects:
            self._post(NoticeRaised(_crashed(model.path)))
        else:
            self.loading.use(model)
        return model.path


def find_elsewhere(listed: Sequence[ModelFile]) -> tuple[ModelFile, ...]:
    """What other apps downloaded, without those that are `listed`."""
    from chatdesk.models.elsewhere import ModelsElsewhere  # late: few starts need it

    return ModelsElsewhere(Path.home(), os.environ).find(listed)


def _crashed(path: str) -> ErrorDetail:
    return ErrorDetail(ErrorCode.CRASHED_LAST_TIME, {"model": display_name(PurePath(path).name)})
