"""Everything without a window: the files, threads and services of one data folder, introduced to each other.

The window (`chatdesk.app`) and the commands that change something build one `Core`; it is closed in reverse order.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from chatdesk import __version__
from chatdesk.chats import Chats, has_power_to_spare
from chatdesk.connection import HubConnection
from chatdesk.core.about import Place
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import (
    ConversationKept,
    ConversationsListed,
    Event,
    MessageAdded,
    ModelFailed,
    ModelInstalled,
    ModelReady,
    NoticeRaised,
    Post,
    ReplyFinished,
    SettingsChanged,
)
from chatdesk.core.exchange import HtmlPage, PageWords
from chatdesk.core.fit import Machine
from chatdesk.core.model_files import ModelFile, ModelOrigin, display_name
from chatdesk.core.overrides import resolve_overrides
from chatdesk.core.releases import Version, parse_version
from chatdesk.core.snapshot_budget import snapshot_budget
from chatdesk.engine.cache_counts import CacheCounts
from chatdesk.engine.cpu_variants import remember_in
from chatdesk.engine.fingerprint import fingerprint
from chatdesk.engine.snapshot_files import SnapshotFiles, forget_snapshots, taken_bytes
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from chatdesk.exchange.pages import Pages, make_pages
from chatdesk.models.appraiser import Appraiser
from chatdesk.models.curated import read_curated
from chatdesk.models.library import ModelLibrary, find_starter
from chatdesk.models.removal import Removal
from chatdesk.services.about import AboutService
from chatdesk.services.commands import CommandService
from chatdesk.services.downloads import DownloadRules, DownloadService
from chatdesk.services.hub import HubService
from chatdesk.services.inference import InferenceService
from chatdesk.services.keep_awake import KeepAwake
from chatdesk.services.model_library import ModelLibraryService
from chatdesk.services.model_loading import ModelLoadService
from chatdesk.services.new_versions import NewVersionService
from chatdesk.services.preferences import PreferencesService
from chatdesk.services.saved_prompts import SavedPromptService
from chatdesk.services.titles import TitleService
from chatdesk.services.worker import Worker
from chatdesk.store.database import Database, MemoryDatabase
from chatdesk.store.disk import folder_bytes
from chatdesk.store.downloads import DownloadStore, ProvenanceStore
from chatdesk.store.model_records import ModelRecordStore
from chatdesk.store.paths import Paths, find_paths, resource
from chatdesk.store.relocation import Relocation, moved_path
from chatdesk.store.saved_prompts import SavedPromptStore
from chatdesk.store.settings_file import SettingsFile, StateFile, StateKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chatdesk.core.about import Licence
    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import RepoPage
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.core.settings import Settings
    from chatdesk.engine.base import Engine, LoadOptions, OnLoadProgress, ShouldStop
    from chatdesk.engine.devices import Device

log = logging.getLogger(__name__)

# Closing takes two seconds at most, of which the last part belongs to the threads that save.
PATIENCE_SECONDS = 2.0
STORE_SHARE_SECONDS = 0.5


def this_apps_paths() -> Paths:
    """Where this start's files lie."""
    return find_paths(os.environ, sys.executable if getattr(sys, "frozen", False) else None)


def remember_variant(paths: Paths) -> None:
    """Have llama.cpp's choice among its variants remembered, and made on the starter model."""
    remember_in(paths.cache / "cpu-variant.json", find_starter(resource("models")))


class LlamaEngines:
    """Loads models with llama.cpp, each with the snapshots of what it processed before; a `MakeEngine`.

    llama.cpp is imported here and not before: starting the window must not wait for it.
    """

    def __init__(self, folder: Path, budget_bytes: Callable[[], int]) -> None:
        """`folder` is where snapshots lie, `budget_bytes` what all of them may take on disk."""
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._memory = MemorySnapshots(_memory_for_snapshots)
        self._counts = CacheCounts(folder)

    def __call__(self, model: ModelFile, options: LoadOptions, on_progress: OnLoadProgress) -> Engine:
        """Load `model`."""
        from chatdesk.engine.llama import load_llama

        return load_llama(model, options, on_progress, self._shelf(model, options))

    def _shelf(self, model: ModelFile, options: LoadOptions) -> SnapshotShelf | None:
        try:
            content = fingerprint(model)
        except OSError as error:
            log.info("%s cannot be read: %s", model.path, error)
            return None  # loading it will say why
        key = f"{content} {_llama_build()} {options.cache_type} {options.flash_attention}"
        files = SnapshotFiles(self._folder, key, self._budget_bytes)
        return SnapshotShelf(key, self._memory, files, self._counts)


def make_llama_engine(model: ModelFile, options: LoadOptions, on_progress: OnLoadProgress) -> Engine:
    """Load a model that keeps nothing of what it processes."""
    from chatdesk.engine.llama import load_llama

    return load_llama(model, options, on_progress)


class FirstTry:
    """Has each model file tried in a child process the first time this build of llama.cpp meets it.

    A file opened from elsewhere is listed from then on, and not before: a bad one would stay in the list for ever.
    """

    def __init__(self, records: ModelRecordStore) -> None:
        self._records = records

    def __call__(self, model: ModelFile, on_progress: OnLoadProgress, should_stop: ShouldStop) -> bool:
        """See `chatdesk.services.inference.TryFile`."""
        is_known = self._records.is_probed(model, _llama_build())
        if not is_known:
            self.try_downloaded(model, on_progress, should_stop)
            self.note_good(model)
        if model.origin is ModelOrigin.ADDED:
            self._records.add(model)
        return not is_known

    def try_downloaded(self, model: ModelFile, on_progress: OnLoadProgress, should_stop: ShouldStop) -> bool:
        """Try a file that is not in its place yet."""
        from chatdesk.engine.probe import probe, probe_command

        probe(model, probe_command(), should_stop, on_progress)
        return True

    def note_good(self, model: ModelFile) -> None:
        """Keep that a file was tried and survived."""
        self._records.set_probed(model, _llama_build())


def _llama_build() -> str:
    from chatdesk.engine.devices import read_devices

    return read_devices().build


class LoadRecord:
    """Keeps in the machine's state which model is being loaded and which was loaded last.

    Losing any of it is a nuisance at the next start, so a disk that takes no more is only logged, with one exception:
    nothing is loaded that could not be marked first.
    """

    def __init__(self, state: StateFile) -> None:
        self._state = state

    def set_loading(self, path: str | None) -> None:
        """See `chatdesk.services.inference.LoadMemory`."""
        if path is not None:
            self._state.set_loading(path)
            return
        with problems_logged("the crash marker stays"):
            self._state.set_loading(None)

    def set_loaded(self, path: str) -> None:
        """See `chatdesk.services.inference.LoadMemory`. A model that loads is no suspect any more."""
        with problems_logged("the model loaded last is not remembered"):
            self._state.set(StateKey.LAST_MODEL_PATH, path)
            self._state.clear_suspects()


@contextlib.contextmanager
def problems_logged(consequence: str) -> Iterator[None]:
    """Log what the disk does not let us do, where going on without it is right."""
    try:
        yield
    except UserFacingError as error:
        log.warning("%s: %s", consequence, error)


class Core:
    """Everything without a window: files, threads and services of one data folder."""

    def __init__(
        self,
        paths: Paths,
        post: Post,
        page_words: Callable[[], PageWords] = PageWords,
        print_pdf: Callable[[HtmlPage], bytes] | None = None,
    ) -> None:
        """Open what is on disk and start the threads. `page_words` are those of an exported page.

        Raises:
            UserFacingError: the folders or the database cannot be used.
        """
        paths.create()
        self.paths = paths
        self._post = post
        self.database = Database.open(paths.database)
        try:
            self._build(paths, post, make_pages(page_words, print_pdf))
        except BaseException:
            self.database.close()
            raise

    def _build(self, paths: Paths, announce: Post, pages: Pages) -> None:
        settings_file = SettingsFile(paths.settings)
        settings, settings_problem = settings_file.load()
        self.state = StateFile(paths.state)
        self.state.load()
        self._problems = [problem for problem in (self.database.notice, settings_problem) if problem is not None]
        self._finish_move(paths)
        self._suspects = self._find_suspects()
        self._temporary: list[Chats] = []
        self._awake = KeepAwake(lambda: self.preferences.current().keeps_awake)

        def post(event: Event) -> None:
            announce(event)
            self._awake.on_event(event)
            self.chats.on_event(event)
            self._after(event)

        remember_variant(paths)
        store_worker = Worker("store", post)
        library_worker = Worker("models", post)
        records = ModelRecordStore(self.database)
        self.preferences = PreferencesService(settings, settings_file, store_worker, post)
        library = ModelLibrary(paths.models, find_starter(resource("models")))
        provenance = ProvenanceStore(self.database)
        first_try = FirstTry(records)
        self.library = ModelLibraryService(
            library,
            records,
            provenance,
            find_elsewhere,
            Removal(paths.models),
            Appraiser(self.preferences.current, self.machine),
            partial(read_curated, resource("models.json")),
            library_worker,
            post,
        )
        self.inference = InferenceService(
            LlamaEngines(paths.snapshots, self._snapshot_budget),
            first_try,
            LoadRecord(self.state),
            resident_bytes,
            lambda owner: forget_snapshots(paths.snapshots, owner),
            post,
        )
        self.loading = ModelLoadService(
            self.library, self.inference, self.preferences.current, self.machine, self._stop_replies, post
        )
        self.chats = Chats(
            self.database,
            store_worker,
            self.inference,
            self._chat_settings,
            self.loading.use,
            pages,
            post,
        )
        self.chat, self.history, self.replays = self.chats.chat, self.chats.history, self.chats.replays
        self.commands = CommandService(self.chats.conversations, store_worker, self.chat, post)
        self.prompts = SavedPromptService(SavedPromptStore(self.database), store_worker, post)
        self._titles = TitleService(
            self.chats.conversations,
            self.inference,
            self.chats.context,
            self.preferences.current,
            has_power_to_spare,
            post,
        )
        self.connection = HubConnection(
            self.preferences.current, os.environ, lambda: self.state.get(StateKey.TOKEN_KEPT) is not None
        )
        self.downloads = DownloadService(
            DownloadStore(self.database),
            provenance,
            paths.models,
            self.connection,
            first_try.try_downloaded,
            first_try.note_good,
            self._download_rules,
            post,
        )
        self.hub = HubService(
            lambda: self.connection.hub,
            self.connection.read_address,
            self._assess_page,
            self.downloads.start,
            post,
        )
        self.about = AboutService(self._measure_places, _read_licences, self._write_diagnostics, post)
        self.new_versions = NewVersionService(_this_version(), self.connection.releases, post)
        self._keyring = Worker("keyring", post)  # which may wait for a person to unlock it
        self._load_failure: ErrorDetail | None = None  # why a model was not loaded last
        self._has_llama = False  # llama.cpp is loaded and set up
        self._store_worker = store_worker
        self._pages = pages
        self._workers = (library_worker, store_worker)

    def loaded_model(self) -> ModelFile | None:
        """The model that answers now."""
        return self.inference.model if self.inference.info is not None else None

    def machine(self) -> Machine:
        """What a model may use here; what the loaded one holds counts as free, for it will make room.

        Imports llama.cpp, which takes half a second the first time: not for the thread of the window.
        """
        return this_machine(self.inference.info, read_gpus())

    def known_machine(self) -> Machine:
        """The same at once, without graphics cards while llama.cpp is not there."""
        return this_machine(self.inference.info, read_gpus() if self._has_llama else ())

    def places(self) -> dict[Place, Path]:
        """Where everything lies."""
        paths = self.paths
        return {
            Place.DATA: paths.data,
            Place.MODELS: paths.models,
            Place.SETTINGS: paths.settings,
            Place.LOG: paths.log_file,
        }

    def _measure_places(self) -> dict[Place, int]:
        paths = self.paths
        return {Place.DATA: folder_bytes(paths.data, without=paths.models), Place.MODELS: folder_bytes(paths.models)}

    def _write_diagnostics(self) -> str:
        from chatdesk.diagnostics import Loaded, diagnostics  # late: few starts need it

        model, info = self.loaded_model(), self.inference.info
        loaded = Loaded(model, info) if model is not None and info is not None else None
        return diagnostics(self.paths, self.preferences.current(), loaded, self._load_failure)

    def _assess_page(self, page: RepoPage, is_over: Callable[[], bool]) -> Iterator[Mapping[str, Fit]]:
        return self.connection.appraiser(self.machine, self.library.correction)(page, is_over)

    def _stop_replies(self) -> None:
        for chats in (self.chats, *self._temporary):
            chats.chat.stop_all()

    def _chat_settings(self) -> Settings:
        """The app's settings with the sampling that belongs to the model in use."""
        settings, model = self.preferences.current(), self.inference.model
        if model is None:
            return settings
        _, sampling = resolve_overrides(settings, self.library.overrides(model))
        return replace(settings, sampling=sampling)

    def _download_rules(self) -> DownloadRules:
        settings = self.preferences.current()
        return DownloadRules(settings.parallel_downloads, settings.is_offline)

    def _after(self, event: Event) -> None:
        """Do what follows of what was announced. On the thread that announced it."""
        match event:
            case ModelReady() | ModelFailed():
                self.loading.on_event(event)
                if isinstance(event, ModelReady):
                    self._has_llama = True
                else:
                    self._load_failure = event.error
                for chats in (self.chats, *self._temporary):
                    chats.versions.on_event(event)
            case ModelInstalled():
                self.library.scan()
            case MessageAdded() | ReplyFinished() | ConversationsListed():
                self.chats.search.feed()
                self._titles.on_event(event)
            case SettingsChanged():
                self.downloads.rules_changed()
                self.loading.reload()

    def _snapshot_budget(self) -> int:
        """How much disk snapshots may take now, in bytes."""
        folder = self.paths.snapshots
        taken = taken_bytes(folder)
        free = shutil.disk_usage(self.paths.data).free
        return snapshot_budget(self.preferences.current().snapshot_bytes, free, taken)

    def _finish_move(self, paths: Paths) -> None:
        """Do what is left to do of a move that happened before this start."""
        if not paths.is_movable:
            return
        with problems_logged("old files of a move stay for the next start"):
            for source, target in Relocation(paths.config).finish(self.database):
                if (last := self.state.get(StateKey.LAST_MODEL_PATH)) is not None:
                    self.state.set(StateKey.LAST_MODEL_PATH, moved_path(last, source, target))

    def _find_suspects(self) -> frozenset[str]:
        """Paths of the models that were being loaded or writing when a run ended without saying so.

        They stay suspects until one of them loads, or a person chooses a model.
        """
        found = {reply.model_path for reply in self.database.mark_interrupted() if reply.model_path}
        if (loading := self.state.get(StateKey.LOADING_MODEL_PATH)) is not None:
            found.add(loading)
        if found:
            with problems_logged("a model that may have ended the app is not remembered"):
                self.state.add_suspects(found)
                self.state.set_loading(None)
        return self.state.suspects() | found

    def start(self) -> None:
        """Announce what there is, and say what went wrong before."""
        for problem in self._problems:
            self._post(NoticeRaised(problem))
        self.chats.organisation.list_folders()
        self.history.list()

    def load_first_model(self, file: str | None = None) -> None:
        """Look for models and load the file at `file`; without one, the model that was used last."""
        self.library.scan(then=self._load_first if file is None else lambda _models: self.add_model(file))
        self.downloads.take_up()
        self.history.purge()
        self.chats.search.feed()  # behind the purge: words that are deleted for good leave the index

    def open_temporary(self, announce: Post) -> Chats:
        """Begin chats that are kept nowhere: no file, no snapshot, no index. What they announce goes to `announce`."""

        def post(event: Event) -> None:
            announce(event)
            self._awake.on_event(event)
            chats.on_event(event)

        chats = Chats(
            MemoryDatabase(),
            self._store_worker,
            self.inference,
            self._chat_settings,
            self.loading.use,
            self._pages,
            post,
            keeps_snapshots=False,
        )
        self._temporary.append(chats)
        return chats

    def keep(self, temporary: Chats, conversation_id: str) -> None:
        """Put a temporary chat among those that are kept, with everything that was said; a reply on its way ends."""

        def keep() -> None:
            _, kept_id = self.chats.whole.add(temporary.whole.read(conversation_id))
            self._post(ConversationKept(self.chats.whole.read(kept_id).conversation, conversation_id))

        temporary.chat.stop_all()
        # Behind the reply's end.
        self.inference.run("then keep", lambda _engine: self._store_worker.submit("keep", keep))

    def close_temporary(self, temporary: Chats) -> None:
        """Forget temporary chats, once the reply that is under way has ended. What else waits comes too late."""

        def forget(engine: Engine | None) -> None:
            if engine is not None:
                engine.forget("")
            self._store_worker.submit("close", close)

        def close() -> None:
            temporary.database.close()
            self._temporary.remove(temporary)

        temporary.close()
        self.inference.run("then close", forget)

    def load_model(self, name_or_path: str | None) -> None:
        """Load the model that a person names, else the one that was used last."""

        def load(models: Sequence[ModelFile]) -> None:
            if name_or_path is None:
                self._load_last_used(models)
            else:
                self.loading.use(self.find_model(name_or_path, models))

        self.library.scan(then=load)

    def add_model(self, path: str) -> None:
        """Load a model file where it lies; it is listed once it proved good."""
        self.library.open(path, self.loading.use)

    def change_settings(self, settings: Settings) -> None:
        """Save settings; once they are in force, a loaded model is loaded again when they change how it is loaded."""
        self.preferences.change(settings)

    def change_overrides(self, model: ModelFile, overrides: Mapping[str, Any]) -> None:
        """Replace a model's own settings; it is loaded again when it is in use and they change how it is loaded."""
        self.library.change_overrides(model, overrides)
        self.loading.reload()

    def remove_model(self, model: ModelFile, *, for_good: bool) -> None:
        """Move a model to the trash or remove it for good; one in use is unloaded first, or Windows would hold it."""

        def remove(_engine: Engine | None) -> None:
            self.library.remove(model, for_good=for_good)

        used = self.inference.model
        if used is None or used.path != model.path:
            self.library.remove(model, for_good=for_good)
            return
        self.loading.unload()
        self.inference.run("then remove", remove)

    def change_token(self, token: str) -> None:
        """Keep another access token for the Hub; an empty one forgets the one that is kept."""

        def change() -> None:
            if token:
                # First, for a token that the keyring does not take is still used until the app closes.
                self.state.set(StateKey.TOKEN_KEPT, "yes")
                self.connection.tokens.save(token)
            else:
                self.connection.tokens.delete()
                self.state.set(StateKey.TOKEN_KEPT, None)

        self._keyring.submit("token", change)

    def clear_snapshots(self) -> None:
        """Forget what models have processed of all conversations; it will be processed again when it is needed."""
        self.inference.forget(None)

    def find_model(self, name_or_path: str, models: Sequence[ModelFile]) -> ModelFile:
        """The model of `models` that a person means.

        Raises:
            UserFacingError: there is none, or several.
        """
        return ModelLibrary(self.paths.models, None).find_by_name(models, name_or_path)

    def close(self) -> bool:
        """Save what is under way and end every thread, within two seconds. Returns whether all of them ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        for chats in (self.chats, *self._temporary):
            chats.close()
        self.library.stop_verifying()
        # All are told to end before any is waited for. What comes from the network is not worth waiting for.
        self.hub.close(0)
        self._keyring.close(0)
        self.about.close(0)
        self.new_versions.close(0)
        self.downloads.close(0)
        is_done = self.inference.close(PATIENCE_SECONDS - STORE_SHARE_SECONDS)
        is_done &= self.downloads.close(max(deadline - STORE_SHARE_SECONDS - time.monotonic(), 0.0))
        self.chats.live.save_unsaved()
        for worker in self._workers:
            is_done &= worker.close(max(deadline - time.monotonic(), 0.0))
        self._awake.close(max(deadline - time.monotonic(), 0.0))
        if is_done:
            self.connection.close()
            for chats in (self.chats, *self._temporary):
                chats.database.close()
        else:
            # The engine is still inside llama.cpp and will be left there. That is no crash: nobody is to be suspected.
            with problems_logged("the next start will take this end for a crash"):
                self.state.set_loading(None)
                self.database.mark_interrupted()
        return is_done

    def _load_first(self, models: Sequence[ModelFile]) -> None:
        """Load the model used last, and tell of all that may have ended an earlier run."""
        model = self._load_last_used(models)
        for path in sorted(self._suspects - {model}):
            self._post(NoticeRaised(_crashed(path)))

    def _load_last_used(self, models: Sequence[ModelFile]) -> str | None:
        """Load the model used last, else the first listed; announces why not, and returns its path.

        One that may have ended an earlier run is never loaded by itself.
        """
        last = self.state.get(StateKey.LAST_MODEL_PATH)
        model = next((model for model in models if model.path == last), next(iter(models), None))
        if model is None:
            self._post(NoticeRaised(ErrorDetail(ErrorCode.STARTER_MISSING)))
            return None
        if model.path in self._suspects:
            self._post(NoticeRaised(_crashed(model.path)))
        else:
            self.loading.use(model)
        return model.path


def _this_version() -> Version:
    version = parse_version(__version__)
    assert version is not None, "the project numbers its versions by semver.org"
    return version


def _crashed(path: str) -> ErrorDetail:
    return ErrorDetail(ErrorCode.CRASHED_LAST_TIME, {"model": display_name(PurePath(path).name)})


def _memory_for_snapshots() -> int:
    """Conversations may wait in a quarter of what is free, and in 2 GiB at most."""
    import psutil

    return min(int(psutil.virtual_memory().available) // 4, 2 * 2**30)


def _read_licences() -> tuple[Licence, ...]:
    from chatdesk.licences import read_licences  # late: few starts need it

    return read_licences(resource("licences"))


def find_elsewhere(listed: Sequence[ModelFile]) -> tuple[ModelFile, ...]:
    """What other apps downloaded, without those that are `listed`."""
    from chatdesk.models.elsewhere import ModelsElsewhere  # late: few starts need it

    return ModelsElsewhere(Path.home(), os.environ).find(listed)


def this_machine(held: ModelInfo | None = None, gpus: Sequence[Device] = ()) -> Machine:
    """What a model may use here with these graphics cards, when what the `held` one takes is given back."""
    import psutil  # late: it takes a tenth of a start

    memory = psutil.virtual_memory()
    on_gpu = held.buffer_bytes if held is not None and held.n_gpu_layers > 0 else 0
    gpu_total = sum(gpu.total_bytes for gpu in gpus)
    return Machine(
        total_bytes=int(memory.total),
        free_bytes=min(int(memory.available) + (held.memory_bytes if held is not None else 0), int(memory.total)),
        n_cores=psutil.cpu_count(logical=False) or os.cpu_count() or 1,
        gpu_total_bytes=gpu_total,
        gpu_free_bytes=min(sum(gpu.free_bytes for gpu in gpus) + on_gpu, gpu_total),
        is_unified=bool(gpus) and all(gpu.is_unified for gpu in gpus),
    )


def read_gpus() -> tuple[Device, ...]:
    """The graphics cards that llama.cpp can use."""
    from chatdesk.engine.devices import read_devices

    return tuple(device for device in read_devices().devices if device.is_gpu)


def resident_bytes() -> int:
    """How much of this process is in memory now."""
    import psutil  # late: it takes a tenth of a start

    return int(psutil.Process().memory_info().rss)
