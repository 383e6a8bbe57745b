"""Owns the engine thread and the loaded engine: load, switch, unload, and run jobs that need a model.

Nothing else touches an engine, so engines need no locks. What the app learns of models comes as events.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import (
    ModelAwaited,
    ModelFailed,
    ModelLoadProgressed,
    ModelReady,
    ModelUnloaded,
    NoModelCame,
    Post,
    SnapshotsCleared,
)
from chatdesk.services.worker import Job, Priority, Worker

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


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model that is loaded, with the options it was asked for with."""

    engine: Engine
    model: ModelFile
    options: LoadOptions


class InferenceService:
    """The engine thread. All methods may be called from any thread and return at once."""

    def __init__(
        self,
        make_engine: MakeEngine,
        try_file: TryFile,
        memory: LoadMemory,
        measure_memory: Callable[[], int],
        forget_saved: Callable[[str | None], int],
        post: Post,
        snapshot_after_seconds: float = SNAPSHOT_AFTER_SECONDS,
    ) -> None:
        """`forget_saved` removes the snapshots of one conversation from disk, None: all; and returns their bytes."""
        self._make_engine = make_engine
        self._try_file = try_file
        self._memory = memory
        self._measure_memory = measure_memory
        self._forget_saved = forget_saved
        self._post = post
        self._loaded: _Loaded | None = None  # changed by the engine thread only
        # Each load, cancel and unload begins a new epoch; whatever loads goes on while its epoch lasts.
        self._lock = threading.Lock()
        self._epoch = 0
        self._newest_load = 0  # the epoch that the last load began, or 0 when an unload came after it
        self._model: ModelFile | None = None
        # What waits for a model that is being chosen; None: no choice is under way.
        self._held: list[tuple[str, Job, Priority]] | None = None
        self._is_closing = False
        self._worker = Worker("engine", post, self._save_snapshot, snapshot_after_seconds)
        self._snapshots = Worker("snapshots", post)

    @property
    def model(self) -> ModelFile | None:
        """The model that is loaded, being loaded or likely to be chosen: what a message sent now is meant for."""
        return self._model

    @property
    def loaded(self) -> tuple[ModelFile, ModelInfo] | None:
        """The model that is loaded now, with what is known of it; on the engine's thread, the one that a job gets."""
        loaded = self._loaded
        return (loaded.model, loaded.engine.info) if loaded is not None else None

    @property
    def info(self) -> ModelInfo | None:
        """What is known of the model that is loaded now, if one is."""
        engine = self._engine
        return engine.info if engine is not None else None

    @property
    def is_awaiting(self) -> bool:
        """Whether a model is being chosen, for which jobs wait."""
        return self._held is not None

    @property
    def has_model(self) -> bool:
        """Whether a model is loaded, being loaded or being chosen."""
        return self._model is not None or self.is_awaiting

    def await_model(self, likely: ModelFile | None) -> None:
        """A model is about to be chosen, most likely this one: jobs wait for `load` or `stop_awaiting`.

        Announces `ModelAwaited`; does nothing where there is one.
        """
        with self._lock:
            if self._model is not None:
                return
            self._model = likely
            self._held = []
        self._post(ModelAwaited())

    def stop_awaiting(self) -> None:
        """None was chosen: announces `NoModelCame`, and jobs go on without. Does nothing where one was."""
        with self._lock:
            if self._held is None:
                return
            self._model = None
            self._submit_held()
        self._post(NoModelCame())

    def load(self, model: ModelFile, options: LoadOptions) -> None:
        """Load `model` in place of the loaded one. A load that is under way is given up for it."""
        with self._lock:
            self._epoch += 1
            self._newest_load = epoch = self._epoch
            self._model = model
            self._worker.submit("load", lambda: self._load(model, options, epoch))
            self._submit_held()

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

        def work() -> None:
            job(self._engine)

        with self._lock:
            if self._held is not None:
                self._held.append((name, work, priority))
                return
        self._worker.submit(name, work, priority)

    def is_wanted(self, priority: Priority = Priority.IDLE) -> bool:
        """Whether idle work of `priority` should end: something more urgent waits, or the engine goes away."""
        return self._worker.is_wanted(priority) or self._is_closing

    def forget(self, owner: str) -> None:
        """Drop what was processed for one conversation, in memory and on disk."""
        self._forget(owner, lambda: self._forget_saved(owner))

    def clear_snapshots(self) -> None:
        """Drop what was processed for all conversations, in memory and on disk, and announce `SnapshotsCleared`."""
        self._forget(None, lambda: self._post(SnapshotsCleared(self._forget_saved(None))))

    def _forget(self, owner: str | None, forget_saved: Job) -> None:
        def forget() -> None:
            if self._engine is not None:
                self._engine.forget(owner)
            # Behind a snapshot that is just being written.
            self._snapshots.submit("forget", forget_saved)

        self._worker.submit("forget", forget)

    def close(self, timeout_seconds: float) -> bool:
        """Give up what is under way, unload, end the threads. Returns whether that was done in time."""
        self._is_closing = True
        self._worker.submit("close", self._close_engine)
        # A snapshot that is still being written is dropped; it saves time and nothing else.
        self._snapshots.close(0)
        return self._worker.close(timeout_seconds)

    @property
    def _engine(self) -> Engine | None:
        loaded = self._loaded
        return loaded.engine if loaded is not None else None

    def _submit_held(self) -> None:
        """A model is chosen, or none will be. Under the lock."""
        held, self._held = self._held, None
        for name, work, priority in held or ():
            self._worker.submit(name, work, priority)

    # --- on the engine thread from here on ---

    def _load(self, model: ModelFile, options: LoadOptions, epoch: int) -> None:
        if epoch != self._newest_load:
            return  # another was asked for while this one waited
        previous = self._loaded
        if previous is not None and (previous.model, previous.options) == (model, options):
            self._post(ModelReady(model, previous.engine.info))
            return
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
                    self._model = self._loaded.model if self._loaded is not None else None
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

    def _fall_back(self, model: ModelFile, error: ErrorDetail, previous: _Loaded | None, epoch: int) -> None:
        """Say that a load failed, and go on with the model before it; it is loaded again when it had to make room."""
        with self._lock:
            returns = previous is not None and epoch == self._newest_load and not self._is_closing
            epoch = self._epoch
        self._post(ModelFailed(model, error))
        if previous is None or not returns:
            return
        if self._loaded is previous:
            self._post(ModelReady(previous.model, previous.engine.info))
            return
        try:
            self._memory.set_loading(previous.model.path)
            self._make(previous.model, previous.options, 0.0, epoch)
        except UserFacingError as second:
            self._post(ModelFailed(previous.model, second.detail))

    def _make(self, model: ModelFile, options: LoadOptions, start: float, epoch: int) -> None:
        engine = self._make_engine(
            model, options, lambda fraction: self._go_on(model, start + fraction * (1 - start), epoch)
        )
        self._loaded = _Loaded(engine, model, options)
        self._memory.set_loaded(model.path)
        self._post(ModelReady(model, engine.info))

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
        loaded = self._loaded
        if loaded is None:
            return
        before = self._measure_memory()
        loaded.engine.forget(None)  # who unloads a model wants the memory; the disk holds what it holds
        self._close_engine()
        self._post(ModelUnloaded(loaded.model, max(0, before - self._measure_memory())))

    def _save_snapshot(self) -> None:
        write = self._engine.snapshot(self.is_wanted) if self._engine is not None else None
        if write is not None:
            self._snapshots.submit("snapshot", write)

    def _close_engine(self) -> None:
        if self._loaded is not None:
            self._loaded.engine.close()
            self._loaded = None
