"""The model files on this disk: which can be chosen, what is known of each, and what a person does with them.

Owns the thread "models". What takes long there, reading headers and hashing whole files, goes in small jobs of low
priority, so that a person's next wish is not kept waiting.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import (
    LibraryDescribed,
    LibraryScanned,
    ModelRemoved,
    ModelsFoundElsewhere,
    ModelsRecommended,
    ModelVerified,
    Post,
    VerificationProgressed,
    VerificationStopped,
)
from chatdesk.core.installed_models import HeaderFacts, InstalledModel, correction_from
from chatdesk.core.model_files import ModelFile, ModelOrigin, shard_names
from chatdesk.core.overrides import OVERRIDE_NAMES, checked_overrides
from chatdesk.core.recommendations import CuratedList, CuratedModel, recommend
from chatdesk.models.verification import Reading, verify
from chatdesk.services.worker import Priority, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from chatdesk.core.fit import Fit
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.models.library import ModelLibrary
    from chatdesk.models.removal import Removal
    from chatdesk.store.downloads import Provenance, ProvenanceStore
    from chatdesk.store.model_records import ModelRecord, ModelRecordStore

# While many headers are read, what is known is announced anew after each so many.
HEADERS_BETWEEN_EVENTS = 25

log = logging.getLogger(__name__)


class ModelAppraiser(Protocol):
    """Reads headers and tells what fits this machine: `chatdesk.models.gguf` and `chatdesk.models.fit`."""

    def read_header(self, model: ModelFile) -> HeaderFacts:
        """What is to be kept of a file's header; for one that is none, its `problem`.

        Raises:
            UserFacingError, OSError: it could not be read now; a later try may succeed.
        """

    def assess(
        self, model: ModelFile, shape: Mapping[str, Any], overrides: Mapping[str, Any], correction: float
    ) -> Fit:
        """How a file with this `shape` (see `HeaderFacts`) fits under its own settings."""

    def predict(self, model: ModelFile, shape: Mapping[str, Any], info: ModelInfo) -> int | None:
        """What had to be expected of a load that went like this, in bytes; None: unknown.

        It is held against `ModelInfo.buffer_bytes`.
        """

    def assess_curated(self, model: CuratedModel, correction: float) -> Fit:
        """How a model of the curated list would fit."""


class ModelLibraryService:
    """The user's verbs on model files. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        library: ModelLibrary,
        records: ModelRecordStore,
        provenance: ProvenanceStore,
        find_elsewhere: Callable[[Sequence[ModelFile]], tuple[ModelFile, ...]],
        removal: Removal,
        appraiser: ModelAppraiser,
        read_curated: Callable[[], CuratedList],
        worker: Worker,
        post: Post,
    ) -> None:
        """`find_elsewhere` gets what is listed and leaves that out; `read_curated` reads the shipped list."""
        self._library = library
        self._records = records
        self._provenance = provenance
        self._find_elsewhere = find_elsewhere
        self._removal = removal
        self._appraiser = appraiser
        self._read_curated = read_curated
        self._worker = worker
        self._post = post
        self._verification_stop = threading.Event()
        # Of the library's thread alone:
        self._is_described = False  # whether anybody wants to know more than the files
        self._unread: deque[ModelFile] = deque()
        self._is_reading = False
        self._unreadable: dict[str, str] = {}  # path -> why its header could not be read this time

    def scan(self, then: Callable[[Sequence[ModelFile]], None] | None = None) -> None:
        """Look again, announce `LibraryScanned`, and go on with `then` (on the library's thread)."""

        def scan() -> None:
            models = self._announce_files()
            if then is not None:
                then(models)

        self._worker.submit("scan", scan)

    def open(self, path: str, then: Callable[[ModelFile], None]) -> None:
        """Look at a file anywhere on this disk and go on with `then` (on the library's thread) if it could be one."""
        self._worker.submit("open", lambda: then(self._library.model_file(path, ModelOrigin.ADDED)))

    def describe(self) -> None:
        """Announce `LibraryDescribed` with what is known, and again as headers are read that were not read before."""

        def describe() -> None:
            self._is_described = True
            self._unreadable.clear()
            self._describe(self._files())

        self._worker.submit("describe", describe)

    def find_elsewhere(self) -> None:
        """Announce `ModelsFoundElsewhere`: what other apps downloaded and is not listed yet."""
        self._worker.submit(
            "find elsewhere", lambda: self._post(ModelsFoundElsewhere(self._find_elsewhere(self._files())))
        )

    def use_elsewhere(self, models: Sequence[ModelFile]) -> None:
        """List these from now on where they lie."""

        def use() -> None:
            self._records.add(*models)
            self._refresh()

        self._worker.submit("use elsewhere", use)

    def forget(self, model: ModelFile) -> None:
        """Take a model that lies elsewhere off the list. Its file is not touched."""

        def forget() -> None:
            self._records.remove_from_list(model.path)
            self._refresh()

        self._worker.submit("forget", forget)

    def remove(self, model: ModelFile, *, for_good: bool) -> None:
        """Move a model of the library to the trash, or remove it for good, and announce `ModelRemoved`."""

        def remove() -> None:
            try:
                self._removal.remove(model, for_good=for_good)
                if for_good:  # out of the trash it may come back
                    self._provenance.forget(_shard_paths(model))
                    self._records.forget(model.path)
                self._post(ModelRemoved(model, for_good))
            finally:
                self._refresh()

        self._worker.submit("remove", remove)

    def verify(self, model: ModelFile) -> None:
        """Read the whole model and announce `ModelVerified`; before it `VerificationProgressed`, or `…Stopped`."""
        stop = self._verification_stop

        def begin() -> None:
            self._read_on(model, verify(model, self._known_sha256(model)), stop)

        self._worker.submit("verify", begin)

    def stop_verifying(self) -> None:
        """Give up every verification that is under way or waiting."""
        self._verification_stop.set()
        self._verification_stop = threading.Event()

    def set_favourite(self, model: ModelFile, is_favourite: bool) -> None:  # noqa: FBT001 - passed on as a verb
        """Mark a model, or take the mark away."""

        def mark() -> None:
            self._records.set_favourite(model, is_favourite=is_favourite)
            self._describe_again()

        self._worker.submit("favourite", mark)

    def change_overrides(self, model: ModelFile, overrides: Mapping[str, Any]) -> None:
        """Replace the model's own settings. Those that this version does not know stay as they are."""
        self._change_overrides(model, overrides, replaced=OVERRIDE_NAMES)

    def adjust_overrides(self, model: ModelFile, changes: Mapping[str, Any]) -> None:
        """Replace some of the model's own settings, and leave the others as they are."""
        self._change_overrides(model, changes, replaced=changes.keys())

    def _change_overrides(self, model: ModelFile, overrides: Mapping[str, Any], *, replaced: Collection[str]) -> None:
        def change() -> None:
            checked = checked_overrides(overrides)
            kept = {name: value for name, value in self.overrides(model).items() if name not in replaced}
            self._records.set_settings(model, kept | checked)
            self._describe_again()

        self._worker.submit("change overrides", change)

    def recommend(self, language: str) -> None:
        """Announce `ModelsRecommended` for this machine and a language (`en`, `zh`)."""

        def find() -> None:
            curated = self._read_curated().models
            correction = self.correction()
            fits = {model: self._appraiser.assess_curated(model, correction) for model in curated}
            self._post(ModelsRecommended(recommend(curated, fits, language)))

        self._worker.submit("recommend", find)

    def appraise(self, model: ModelFile, then: Callable[[InstalledModel], None]) -> None:
        """Read what is not known of a file yet and go on with `then` (on the library's thread)."""

        def appraise() -> None:
            record = self._records.record(model)
            if record.header is None and (header := self._header_of(model)) is not None:
                record = replace(record, header=header)
                try:
                    self._records.set_header(model, header)
                except UserFacingError as error:  # it is read again the next time
                    log.warning("the header of %s is not kept: %s", model.path, error)
            then(self._installed(model, record, self.correction()))

        self._worker.submit("appraise", appraise)

    def note_load(self, model: ModelFile, info: ModelInfo) -> None:
        """Keep that a model was loaded now, the memory predicted for it before any correction, and what it took."""

        def note() -> None:
            header = self._records.record(model).header
            predicted = (
                self._appraiser.predict(model, header.shape, info) if header is not None and header.shape else None
            )
            self._records.set_loaded(model, predicted, info.buffer_bytes or None)
            self._describe_again()

        self._worker.submit("note load", note)

    def correction(self) -> float:
        """The factor by which predictions are off on this machine, from the last loads; 1 while too few are known."""
        return correction_from(self._records.memory_ratios())

    def overrides(self, model: ModelFile) -> Mapping[str, Any]:
        """The model's own settings, sparse, as they are kept: see `chatdesk.core.overrides`."""
        return self._records.record(model).settings

    def _files(self) -> tuple[ModelFile, ...]:
        """The library as it is now, each file with where it came from."""
        came_from = self._provenance.all()

        def with_provenance(model: ModelFile) -> ModelFile:
            known = came_from.get(model.path)
            if known is None or not _is_as_installed(model, known):
                return model
            return replace(model, repo_id=known.repo_id, revision=known.revision, sha256=known.sha256)

        return tuple(map(with_provenance, self._library.scan(self._records.added())))

    def _announce_files(self) -> tuple[ModelFile, ...]:
        models = self._files()
        self._post(LibraryScanned(models))
        return models

    def _refresh(self) -> None:
        """What is listed has changed."""
        models = self._announce_files()
        if self._is_described:
            self._describe(models)

    def _describe_again(self) -> None:
        """What is known of a model has changed."""
        if self._is_described:
            self._describe(self._files())

    def _describe(self, models: Sequence[ModelFile]) -> None:
        records = self._records.records(models)
        self._announce_details(models, records)
        unread = [
            model for model in models if records[model.path].header is None and model.path not in self._unreadable
        ]
        self._unread = deque(unread)
        if unread and not self._is_reading:
            self._is_reading = True
            self._worker.submit("read header", self._read_next_header, Priority.IDLE)

    def _announce_details(self, models: Sequence[ModelFile], records: Mapping[str, ModelRecord]) -> None:
        correction = self.correction()
        described = (self._installed(model, records[model.path], correction) for model in models)
        self._post(LibraryDescribed(tuple(described)))

    def _installed(self, model: ModelFile, record: ModelRecord, correction: float) -> InstalledModel:
        header = record.header or HeaderFacts(problem=self._unreadable.get(model.path))
        has_shape = bool(header.shape)
        return InstalledModel(
            file=model,
            details=header.details,
            problem=header.problem,
            last_used_at=record.last_used_at,
            is_favourite=record.is_favourite,
            overrides=record.settings,
            fit=self._appraiser.assess(model, header.shape, record.settings, correction) if has_shape else None,
            predicted_bytes=record.predicted_bytes,
            measured_bytes=record.measured_bytes,
        )

    def _read_next_header(self) -> None:
        """Read one header; the next one is a job of its own."""
        try:
            if self._unread:
                model = self._unread.popleft()
                if (header := self._header_of(model)) is not None:
                    self._records.set_header(model, header)
        except UserFacingError:
            self._unread.clear()  # what cannot be kept need not be read: one complaint is enough
            raise
        finally:
            if self._unread:
                self._worker.submit("read header", self._read_next_header, Priority.IDLE)
            else:
                self._is_reading = False
            if len(self._unread) % HEADERS_BETWEEN_EVENTS == 0:
                models = self._files()
                self._announce_details(models, self._records.records(models))

    def _header_of(self, model: ModelFile) -> HeaderFacts | None:
        """What its file says now; None, and why, when it cannot be read, which may pass."""
        try:
            return self._appraiser.read_header(model)
        except (UserFacingError, OSError) as error:
            log.info("the header of %s cannot be read: %s", model.path, error)
            self._unreadable[model.path] = getattr(error, "strerror", None) or str(error)
            return None

    def _known_sha256(self, model: ModelFile) -> Sequence[str] | None:
        """What each shard's hash was when it was downloaded, or None where that is not known of all."""
        paths = _shard_paths(model)
        came_from = [self._provenance.provenance(path) for path in paths]
        hashes = [known.sha256 for known in came_from if known is not None and known.sha256 is not None]
        if len(hashes) == len(paths):
            return hashes
        return [model.sha256] if model.sha256 is not None and len(paths) == 1 else None

    def _read_on(self, model: ModelFile, reading: Reading, stop: threading.Event) -> None:
        """One step of a verification; the next one is a job of its own."""
        if stop.is_set():
            reading.close()
            self._post(VerificationStopped(model))
            return
        try:
            done_bytes = next(reading)
        except StopIteration as end:
            self._post(ModelVerified(model, end.value.sha256, end.value.is_intact))
        except UserFacingError:
            self._post(VerificationStopped(model))
            raise
        else:
            self._post(VerificationProgressed(model, done_bytes))
            self._worker.submit("verify", lambda: self._read_on(model, reading, stop), Priority.IDLE)


def _is_as_installed(model: ModelFile, known: Provenance) -> bool:
    """Whether a file may still be what was downloaded. Of a split model only the size of one shard is known here."""
    return model.size_bytes == known.size_bytes or len(_shard_paths(model)) > 1


def _shard_paths(model: ModelFile) -> list[str]:
    first = Path(model.path)
    return [str(first.with_name(name)) for name in shard_names(first.name)]
