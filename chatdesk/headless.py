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
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import NoticeRaised, Post
from chatdesk.core.model_files import ModelFile, ModelOrigin, display_name
from chatdesk.core.snapshot_budget import snapshot_budget
from chatdesk.engine.base import Engine, LoadOptions, OnLoadProgress, ShouldStop
from chatdesk.engine.fingerprint import fingerprint
from chatdesk.engine.snapshot_files import SnapshotFiles, forget_snapshots, snapshot_paths
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from chatdesk.models.library import ModelLibrary, find_starter
from chatdesk.services.chat import ChatService
from chatdesk.services.context import ContextService
from chatdesk.services.history import HistoryService
from chatdesk.services.inference import InferenceService
from chatdesk.services.live_replies import LiveReplies
from chatdesk.services.model_library import ModelLibraryService
from chatdesk.services.preferences import PreferencesService
from chatdesk.services.prompt_sources import PromptSources
from chatdesk.services.summaries import SummaryService
from chatdesk.services.worker import Worker
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.model_records import ModelRecordStore
from chatdesk.store.paths import Paths, find_paths, resource
from chatdesk.store.settings_file import SettingsFile, StateFile, StateKey
from chatdesk.store.summaries import SummaryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chatdesk.core.settings import Settings

log = logging.getLogger(__name__)

# Closing takes two seconds at most, of which the last part belongs to the threads that save.
PATIENCE_SECONDS = 2.0
STORE_SHARE_SECONDS = 0.5


def this_apps_paths() -> Paths:
    """Where this start's files lie."""
    return find_paths(os.environ, sys.executable if getattr(sys, "frozen", False) else None)


def load_options(settings: Settings) -> LoadOptions:
    """How models are loaded under these settings."""
    return LoadOptions(n_ctx=settings.n_ctx, n_threads=settings.n_threads, n_gpu_layers=settings.n_gpu_layers)


class LlamaEngines:
    """Loads models with llama.cpp, each with the snapshots of what it processed before; a `MakeEngine`.

    llama.cpp is imported here and not before: starting the window must not wait for it.
    """

    def __init__(self, folder: Path, budget_bytes: Callable[[], int]) -> None:
        """`folder` is where snapshots lie, `budget_bytes` what all of them may take on disk."""
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._memory = MemorySnapshots(_memory_for_snapshots)

    def __call__(self, model: ModelFile, options: LoadOptions, on_progress: OnLoadProgress) -> Engine:
        """Load `model`."""
        from chatdesk.engine.llama import load_llama

        return load_llama(model, options, on_progress, self._shelf(model, options))

    def _shelf(self, model: ModelFile, options: LoadOptions) -> SnapshotShelf | None:
        from chatdesk.engine.devices import read_devices

        try:
            content = fingerprint(model)
        except OSError as error:
            log.info("%s cannot be read: %s", model.path, error)
            return None  # loading it will say why
        key = f"{content} {read_devices().build} {options.cache_type} {options.flash_attention}"
        return SnapshotShelf(key, self._memory, SnapshotFiles(self._folder, key, self._budget_bytes))


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
        from chatdesk.engine.devices import read_devices
        from chatdesk.engine.probe import probe, probe_command

        build = read_devices().build
        is_known = self._records.is_probed(model, build)
        if not is_known:
            probe(model, probe_command(), should_stop, on_progress)
            self._records.set_probed(model, build)
        if model.origin is ModelOrigin.ADDED:
            self._records.add(model)
        return not is_known


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

    def __init__(self, paths: Paths, post: Post) -> None:
        """Open what is on disk and start the threads.

        Raises:
            UserFacingError: the folders or the database cannot be used.
        """
        paths.create()
        self.paths = paths
        self._post = post
        self.database = Database.open(paths.database)
        try:
            self._build(paths, post)
        except BaseException:
            self.database.close()
            raise

    def _build(self, paths: Paths, post: Post) -> None:
        settings_file = SettingsFile(paths.settings)
        settings, settings_problem = settings_file.load()
        self.state = StateFile(paths.state)
        self.state.load()
        self._problems = [problem for problem in (self.database.notice, settings_problem) if problem is not None]
        self._suspects = self._find_suspects()
        store_worker = Worker("store", post)
        library_worker = Worker("models", post)
        conversations = ConversationStore(self.database)
        records = ModelRecordStore(self.database)
        live = LiveReplies(conversations, post)
        self.preferences = PreferencesService(settings, settings_file, store_worker, post)
        library = ModelLibrary(paths.models, find_starter(resource("models")))
        self.library = ModelLibraryService(library, records, library_worker, post)
        self.inference = InferenceService(
            LlamaEngines(paths.snapshots, self._snapshot_budget),
            FirstTry(records),
            LoadRecord(self.state),
            resident_bytes,
            lambda owner: forget_snapshots(paths.snapshots, owner),
            post,
        )
        summaries = SummaryStore(self.database)
        context = ContextService(
            PromptSources(conversations, summaries, self.preferences.current), self.inference, post
        )
        self.chat = ChatService(
            conversations,
            store_worker,
            self.inference,
            live,
            context,
            SummaryService(summaries, store_worker, self.inference, context, has_power_to_spare, post),
            self.preferences.current,
            post,
        )
        self.history = HistoryService(conversations, summaries, store_worker, live, self.inference.forget, post)
        self._live = live
        self._workers = (library_worker, store_worker)

    def _snapshot_budget(self) -> int:
        """How much disk snapshots may take now, in bytes."""
        folder = self.paths.snapshots
        taken = sum(path.stat().st_size for path in snapshot_paths(folder))
        free = shutil.disk_usage(self.paths.data).free
        return snapshot_budget(self.preferences.current().snapshot_bytes, free, taken)

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
        self.history.list()

    def load_first_model(self) -> None:
        """Look for models and load the one that was used last."""
        self.library.scan(then=self._load_first)
        self.history.purge()

    def use_model(self, model: ModelFile) -> None:
        """Load a model, and again at the next start if that works; a reply that is being written ends here."""
        self.chat.stop_all()
        self.inference.load(model, load_options(self.preferences.current()))

    def add_model(self, path: str) -> None:
        """Load a model file where it lies; it is listed once it proved good."""
        self.library.open(path, self.use_model)

    def unload_model(self) -> None:
        """Give the model's memory back; a reply that it is writing ends here."""
        self.chat.stop_all()
        self.inference.unload()

    def change_settings(self, settings: Settings) -> None:
        """Save settings; a loaded model is loaded again when they change how it is loaded."""
        is_loaded_otherwise = load_options(settings) != load_options(self.preferences.current())
        self.preferences.change(settings)
        model = self.inference.model
        if is_loaded_otherwise and model is not None:
            self.chat.stop_all()
            self.inference.load(model, load_options(settings))

    def close(self) -> bool:
        """Save what is under way and end every thread, within two seconds. Returns whether all of them ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        self.chat.stop_all()
        is_done = self.inference.close(PATIENCE_SECONDS - STORE_SHARE_SECONDS)
        self._live.save_unsaved()
        for worker in self._workers:
            is_done &= worker.close(max(deadline - time.monotonic(), 0.0))
        if is_done:
            self.database.close()
        else:
            # The engine is still inside llama.cpp and will be left there. That is no crash: nobody is to be suspected.
            with problems_logged("the next start will take this end for a crash"):
                self.state.set_loading(None)
                self.database.mark_interrupted()
        return is_done

    def _load_first(self, models: Sequence[ModelFile]) -> None:
        """Load the model used last, else the first listed; never by itself one that may have ended an earlier run."""
        last = self.state.get(StateKey.LAST_MODEL_PATH)
        model = next((model for model in models if model.path == last), next(iter(models), None))
        for path in sorted(self._suspects):
            detail = ErrorDetail(ErrorCode.CRASHED_LAST_TIME, {"model": display_name(PurePath(path).name)})
            self._post(NoticeRaised(detail))
        if model is None:
            self._post(NoticeRaised(ErrorDetail(ErrorCode.STARTER_MISSING)))
        elif model.path not in self._suspects:
            self.inference.load(model, load_options(self.preferences.current()))


def _memory_for_snapshots() -> int:
    """Conversations may wait in a quarter of what is free, and in 2 GiB at most."""
    import psutil

    return min(int(psutil.virtual_memory().available) // 4, 2 * 2**30)


def has_power_to_spare() -> bool:
    """Whether this machine has no battery, or does not run on it now, as far as the system tells."""
    import psutil

    if not hasattr(psutil, "sensors_battery"):  # not every system has it
        return True
    try:
        battery = psutil.sensors_battery()
    except (OSError, RuntimeError, ValueError) as error:  # nor do all tell what psutil expects
        log.info("the battery cannot be asked: %r", error)
        return True
    return battery is None or battery.power_plugged is not False


def resident_bytes() -> int:
    """How much of this process is in memory now."""
    import psutil  # late: it takes a tenth of a start

    return int(psutil.Process().memory_info().rss)
