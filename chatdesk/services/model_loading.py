"""Loads models as a person wants them: with their own settings, and with a warning before they take too much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import Event, ModelFailed, ModelReady, Post
from chatdesk.core.fit import FitLabel
from chatdesk.core.overrides import resolve_overrides
from chatdesk.core.settings import ALL_GPU_LAYERS
from chatdesk.engine.base import LoadOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chatdesk.core.fit import Fit, Machine
    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.core.settings import Settings
    from chatdesk.services.inference import InferenceService


class Library(Protocol):
    """The part of `chatdesk.services.model_library.ModelLibraryService` that is asked here."""

    def appraise(self, model: ModelFile, then: Callable[[InstalledModel], None]) -> None:
        """Go on with what is known of a file."""

    def note_load(self, model: ModelFile, info: ModelInfo) -> None:
        """Keep what a load took."""


class ModelLoadService:
    """The user's verbs on the model that answers. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        library: Library,
        inference: InferenceService,
        settings: Callable[[], Settings],
        machine: Callable[[], Machine],
        stop_replies: Callable[[], None],
        post: Post,
    ) -> None:
        """`stop_replies` ends the replies of the model that goes away."""
        self._library = library
        self._inference = inference
        self._settings = settings
        self._machine = machine
        self._stop_replies = stop_replies
        self._post = post
        self._loads: dict[str, _Load] = {}  # the last of each model, by path; touched by the library's thread only

    def use(self, model: ModelFile, *, is_forced: bool = False) -> None:
        """Load a model in place of the one in use, whose reply ends; one that is too large only when `is_forced`.

        Announces what `InferenceService.load` does, or `ModelFailed` with `MODEL_TOO_LARGE`, which changes nothing.
        """
        self._library.appraise(model, lambda installed: self._use(installed, is_forced=is_forced))

    def reload(self) -> None:
        """Load the model in use again if what is set now loads it otherwise."""
        model = self._inference.model
        if model is not None and not self._inference.is_awaiting:  # which is a guess until then
            self._library.appraise(model, self._reload)

    def unload(self) -> None:
        """Give the model's memory back; a reply that it is writing ends."""
        self._stop_replies()
        self._inference.unload()

    def on_event(self, event: Event) -> None:
        """Keep what loads took, for the next prediction."""
        if isinstance(event, ModelReady):
            self._library.note_load(event.model, event.info)

    def _use(self, installed: InstalledModel, *, is_forced: bool) -> None:
        asked, machine = load_options(self._settings(), installed.overrides), self._machine()
        problem = None if is_forced else _too_large(installed, asked, machine)
        if problem is not None:
            self._post(ModelFailed(installed.file, problem, installed.fit))
        else:
            self._load(installed, asked, machine)

    def _reload(self, installed: InstalledModel) -> None:
        asked, last = load_options(self._settings(), installed.overrides), self._loads.get(installed.file.path)
        if last is None or last.asked != asked:
            self._load(installed, asked, self._machine())

    def _load(self, installed: InstalledModel, asked: LoadOptions, machine: Machine) -> None:
        path, used = installed.file.path, self._inference.model
        last = self._loads.get(path) if used is not None and used.path == path else None
        if last is not None and last.asked == asked:
            # What is free changes from moment to moment; a model in use is not loaded again for that.
            options = last.options
        else:
            options = with_gpu_layers(asked, installed.fit, machine)
        self._loads[path] = _Load(asked, options)
        if not self._inference.is_awaiting:  # otherwise it is this model that they wait for
            self._stop_replies()
        self._inference.load(installed.file, options)


@dataclass(frozen=True, slots=True)
class _Load:
    """A load: what was asked for, and the options that this came to."""

    asked: LoadOptions
    options: LoadOptions


def load_options(settings: Settings, overrides: Mapping[str, object]) -> LoadOptions:
    """How a model is to be loaded, with its own settings over the app's."""
    load, _ = resolve_overrides(settings, overrides)
    return LoadOptions(
        n_ctx=load.n_ctx,
        n_threads=load.n_threads,
        n_gpu_layers=load.n_gpu_layers,
        cache_type=load.cache_type,
        flash_attention=load.flash_attention,
        chat_template=load.chat_template,
    )


def with_gpu_layers(asked: LoadOptions, fit: Fit | None, machine: Machine) -> LoadOptions:
    """`asked` with as many layers on the GPU as fit, where all were asked for."""
    if asked.n_gpu_layers != ALL_GPU_LAYERS or machine.gpu_total_bytes == 0 or fit is None:
        return asked
    return replace(asked, n_gpu_layers=fit.n_gpu_layers)


def _too_large(installed: InstalledModel, options: LoadOptions, machine: Machine) -> ErrorDetail | None:
    """Why a model should not be loaded like this. A context that was not set is shortened to what fits instead."""
    fit = installed.fit
    if fit is None or fit.label in (FitLabel.FITS, FitLabel.SLOW):
        return None
    if fit.label is FitLabel.SHORTER_CONTEXT and options.n_ctx is None:
        return None
    params = {
        "model": installed.file.name,
        "needed": fit.need.total_bytes,
        "free": machine.free_bytes + (0 if machine.is_unified else machine.gpu_free_bytes),
    }
    return ErrorDetail(ErrorCode.MODEL_TOO_LARGE, params)
