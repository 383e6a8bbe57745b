"""Models that are loaded with llama.cpp: tried first, each with what it processed before.

llama.cpp is imported in the functions and not before: starting the window must not wait for it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.engine.cache_counts import CacheCounts
from chatdesk.engine.cpu.choice import has_computed_with, remember_in
from chatdesk.engine.fingerprint import fingerprint
from chatdesk.engine.snapshot_files import SnapshotFiles
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from chatdesk.machine import read_gpus
from chatdesk.models.library import find_starter
from chatdesk.store.paths import Paths, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatdesk.engine.base import Engine, LoadOptions, OnLoadProgress, ShouldStop
    from chatdesk.store.model_records import ModelRecordStore

log = logging.getLogger(__name__)


def remember_variant(paths: Paths, *, is_trusted: bool = True) -> None:
    """Have llama.cpp's choice among its variants remembered, and made on the starter model."""
    remember_in(paths.cache / "cpu-variant.json", find_starter(resource("models")), is_trusted=is_trusted)


def time_variants(should_stop: ShouldStop) -> bool:
    """Time the variants; see `chatdesk.engine.cpu`. For a process that has llama.cpp already."""
    from chatdesk.engine.cpu import choice
    from chatdesk.engine.llama_runtime import llama_cpp

    return choice.time_variants(llama_cpp, should_stop)


class LlamaEngines:
    """Loads models with llama.cpp, each with the snapshots of what it processed before; a `MakeEngine`."""

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


def is_survived(model: ModelFile) -> bool:
    """Whether a child has survived this very file just now, with all that computes here: variants were tried on it."""
    return has_computed_with(model.path) and not read_gpus()


class FirstTry:
    """Has each model file tried in a child process the first time this build of llama.cpp meets it.

    A file opened from elsewhere is listed from then on, and not before: a bad one would stay in the list for ever.
    """

    def __init__(self, records: ModelRecordStore, is_survived: Callable[[ModelFile], bool] = is_survived) -> None:
        self._records = records
        self._is_survived = is_survived

    def __call__(self, model: ModelFile, on_progress: OnLoadProgress, should_stop: ShouldStop) -> bool:
        """See `chatdesk.services.inference.TryFile`."""
        has_to = False
        if not self._records.is_probed(model, _llama_build()):
            has_to = not self._is_survived(model)
            if has_to:
                self.try_downloaded(model, on_progress, should_stop)
            self.note_good(model)
        if model.origin is ModelOrigin.ADDED:
            self._records.add(model)
        return has_to

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


def _memory_for_snapshots() -> int:
    """Conversations may wait in a quarter of what is free, and in 2 GiB at most."""
    import psutil

    return min(int(psutil.virtual_memory().available) // 4, 2 * 2**30)
