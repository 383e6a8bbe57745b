"""Owns the engine thread and the loaded engine: load, switch, unload, and run jobs that need a model.

Nothing else touches an engine, so engines need no locks. What the app learns of models comes as events.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import ModelFailed, ModelLoadProgressed, ModelReady, ModelUnloaded, Post
from chatdesk.services.worker import Priority, Worker

if TYPE_CHECKING:
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.engine.base import Engine, LoadOptions, MakeEngine, OnLoadProgress, ShouldStop

log = logging.getLogger(__name__)

EngineJob = Callable[["Engine | None"], object]

# Of the progress shown, this share belongs to the probe when a file is tried for the first time.
PROBE_SHARE = 0.5
# What was processed is copied for the disk when nothing was wanted of the engine for so long.
SNAPSHOT_AFTER_SECONDS = 2.0


class LoadMemory(Protocol):
    """Remembers on disk what was loaded, so that the next start knows what to load, and what not to."""

    def set_loading(self, path: str | None) -> None:
        """Remember that `path` is being loaded, durably before returning, or that nothing is (None).

        Raises:
            UserFacingError: the disk did not take a `path`.
        """

    def set_loaded(self, path: str) -> None:
        """Remember that `path` was loaded and did no harm."""


# Tries a file in a child process the first time it is seen, and returns whether it had to. Raises UserFacingError
# when llama.cpp would not survive or not accept the file, or when it was told to stop.
TryFile = Callable[["ModelFile", "OnLoadProgress", "ShouldStop"], bool]


class InferenceService:
    """The engine thread. All methods may be called from any thread and return at once."""

    def __init__(
        self,
        make_engine: MakeEngine,
        try_file: TryFile,
        memory: LoadMemory,
        measure_memory: Callable[[], int],
        forget_saved: Callable[[str | None], object],
        post: Post,
        snapshot_after_seconds: float = SNAPSHOT_AFTER_SECONDS,
    ) -> None:
        """`forget_saved` removes the snapshots of one conversation from disk; None: all."""
        self._make_engine = make_engine
        self._try_file = try_file
        self._memory = memory
        self._measure_memory = measure_memory
        self._forget_saved = forget_saved
        self._post = post
        self._engine: Engine | None = None  # touched by the engine thread only, like the next line
        self._loaded: tuple[ModelFile, LoadOptions] | None = None
        # Each load, cancel and unload begins a new epoch; whatever loads goes on while its epoch lasts.
        self._lock = threading.Lock()
        self._epoch = 0
        self._newest_load = 0  # the epoch that the last load began, or 0 when an unload came after it
        self._model: ModelFile | None = None
        self._is_closing = False
        self._worker = Worker("engine", post, self._save_snapshot, snapshot_after_seconds)
        self._snapshots = Worker("snapshots", post)

    @property
    def model(self) -> ModelFile | None:
        """The model that is loaded or being loaded: the one that a message sent now is meant for."""
        return self._model

    def load(self, model: ModelFile, options: LoadOptions) -> None:
        """Load `model` in place of the loaded one. A load that is under way is given up for it."""
        with self._lock:
            self._epoch += 1
            self._newest_load = epoch = self._epoch
            self._model = model
        self._worker.submit("load", lambda: self._load(model, options, epoch))

    def cancel_load(self) -> None:
        """Give up the load that is under way; the model before it is used again."""
        with self._lock:
            self._epoch += 1

    def unload(self) -> None:
        """Give the model's memory back, after what is queued; a load that is under way is given up."""
        with self._lock:
            self._epoch += 1
            self._newest_load = 0
            self._model = None
        self._worker.submit("unload", self._unload)

    def run(self, name: str, job: EngineJob, priority: Priority = Priority.NORMAL) -> None:
        """Queue `job` for the engine thread; it gets the loaded engine, or None."""
        self._worker.submit(name, lambda: job(self._engine), priority)

    @property
    def info(self) -> ModelInfo | None:
        """What is loaded now, if anything."""
        engine = self._engine
        return engine.info if engine is not None else None

    def is_wanted(self, priority: Priority = Priority.IDLE) -> bool:
        """Whether idle work of `priority` should end: something more urgent waits, or the engine goes away."""
        return self._worker.is_wanted(priority) or self._is_closing

    def forget(self, owner: str | None) -> None:
        """Drop what was processed for one conversation, in memory and on disk; None: for all."""

        def forget() -> None:
            if self._engine is not None:
                self._engine.forget(owner)
            # Behind a snapshot that is just being written.
            self._snapshots.submit("forget", lambda: self._forget_saved(owner))

        self._worker.submit("forget", forget)

    def close(self, timeout_seconds: float) -> bool:
        """Give up what is under way, unload, end the threads. Returns whether that was done in time."""
        self._is_closing = True
        self._worker.submit("close", self._close_engine)
        # A snapshot that is still being written is dropped; it saves time and nothing else.
        self._snapshots.close(0)
        return self._worker.close(timeout_seconds)

    # --- on the engine thread from here on ---

    def _load(self, model: ModelFile, options: LoadOptions, epoch: int) -> None:
        if epoch != self._newest_load:
            return  # another was asked for while this one waited
        if self._engine is not None and self._loaded == (model, options):
            self._post(ModelReady(model, self._engine.info))
            return
        previous = self._loaded
        try:
            self._replace_engine(model, options, epoch)
        except UserFacingError as error:
            log.info("loading %s failed: %s", model.path, error)
            self._fall_back(model, error.detail, previous, epoch)
        except Exception as error:
            detail = ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(error)})
            self._fall_back(model, detail, previous, epoch)
            raise
        finally:
            with self._lock:
                if epoch == self._newest_load:
                    self._model = self._loaded[0] if self._loaded is not None else None
            self._memory.set_loading(None)

    def _replace_engine(self, model: ModelFile, options: LoadOptions, epoch: int) -> None:
        self._require_wanted(model, epoch)
        self._post(ModelLoadProgressed(model, 0.0))
        # Before the file is tried, for then llama.cpp is loaded into this process, which may be its end.
        self._memory.set_loading(model.path)
        was_tried = self._try_file(
            model,
            lambda fraction: self._go_on(model, fraction * PROBE_SHARE, epoch),
            lambda: not self._is_wanted(epoch),
        )
        start = PROBE_SHARE if was_tried else 0.0
        self._require_wanted(model, epoch)
        if self._engine is not None:
            self._engine.stash()
        self._close_engine()
        self._make(model, options, start, epoch)

    def _fall_back(
        self, model: ModelFile, error: ErrorDetail, previous: tuple[ModelFile, LoadOptions] | None, epoch: int
    ) -> None:
        """Say that a load failed, and go on with the model before it; it is loaded again when it had to make room."""
        with self._lock:
            returns = previous is not None and epoch == self._newest_load and not self._is_closing
            epoch = self._epoch
        self._post(ModelFailed(model, error))
        if previous is None or not returns:
            return
        if self._engine is not None:
            self._post(ModelReady(previous[0], self._engine.info))
            return
        try:
            self._memory.set_loading(previous[0].path)
            self._make(*previous, 0.0, epoch)
        except UserFacingError as second:
            self._post(ModelFailed(previous[0], second.detail))

    def _make(self, model: ModelFile, options: LoadOptions, start: float, epoch: int) -> None:
        self._engine = self._make_engine(
            model, options, lambda fraction: self._go_on(model, start + fraction * (1 - start), epoch)
        )
        self._loaded = (model, options)
        self._memory.set_loaded(model.path)
        self._post(ModelReady(model, self._engine.info))

    def _go_on(self, model: ModelFile, fraction: float, epoch: int) -> bool:
        """Announce progress; False when the load is to be given up."""
        self._post(ModelLoadProgressed(model, fraction))
        return self._is_wanted(epoch)

    def _require_wanted(self, model: ModelFile, epoch: int) -> None:
        if not self._is_wanted(epoch):
            raise UserFacingError(ErrorCode.LOAD_CANCELLED, model=model.name)

    def _is_wanted(self, epoch: int) -> bool:
        return epoch == self._epoch and not self._is_closing

    def _unload(self) -> None:
        if self._loaded is None:
            return
        model, _ = self._loaded
        before = self._measure_memory()
        if self._engine is not None:
            self._engine.forget(None)  # who unloads a model wants the memory; the disk holds what it holds
        self._close_engine()
        self._post(ModelUnloaded(model, max(0, before - self._measure_memory())))

    def _save_snapshot(self) -> None:
        write = self._engine.snapshot(self.is_wanted) if self._engine is not None else None
        if write is not None:
            self._snapshots.submit("snapshot", write)

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
        self._engine = None
        self._loaded = None
