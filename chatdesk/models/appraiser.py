"""What files on this disk need of this machine: their headers, read once, and verdicts under each model's settings.

The shape of a model is kept as JSON values between the two, so that a second start reads no header again. What
computes with it is imported when it is first needed: the window does not wait for that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatdesk.core.installed_models import HeaderFacts
from chatdesk.core.model_files import shard_names
from chatdesk.core.overrides import resolve_overrides

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chatdesk.core.fit import Fit, Machine
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.core.recommendations import CuratedModel
    from chatdesk.core.settings import Settings
    from chatdesk.models.gguf import GgufHeader


class Appraiser:
    """See `chatdesk.services.model_library.ModelAppraiser`."""

    def __init__(self, settings: Callable[[], Settings], machine: Callable[[], Machine]) -> None:
        """Both are asked for every verdict: what is set and what is free changes while the app runs."""
        self._settings = settings
        self._machine = machine

    def read_header(self, model: ModelFile) -> HeaderFacts:
        """What is to be kept of the header of `model`; for one that is none, its `problem`.

        Raises:
            OSError: the file, or one of its shards, could not be read.
        """
        from chatdesk.models.gguf import GgufError, details_of
        from chatdesk.models.shape import shape_of
        from chatdesk.models.shape_json import shape_to_json

        first = Path(model.path)
        try:
            header, *others = [_header_of(first.with_name(name)) for name in shard_names(first.name)]
            details = details_of(header)
        except GgufError as error:
            return HeaderFacts(problem=str(error))
        try:
            shape = shape_to_json(shape_of(header, others))
        except GgufError:  # an architecture whose needs cannot be told; it may load all the same
            shape = {}
        return HeaderFacts(details, shape)

    def assess(
        self, model: ModelFile, shape: Mapping[str, Any], overrides: Mapping[str, Any], correction: float
    ) -> Fit:
        """How a model of a kept `shape` fits with its own settings."""
        from chatdesk.models.fit import assess, estimate_without_header
        from chatdesk.models.shape_json import shape_from_json

        load, _ = resolve_overrides(self._settings(), overrides)
        known, machine = shape_from_json(shape), self._machine()
        wanted = (load.n_ctx, load.cache_type, load.n_gpu_layers, correction)
        if known is None:  # kept by another version
            return estimate_without_header(model.size_bytes, machine, None, *wanted)
        return assess(known, model.size_bytes, machine, *wanted, flash_attention=load.flash_attention)

    def predict(self, model: ModelFile, shape: Mapping[str, Any], info: ModelInfo) -> int | None:
        """What had to be expected of a load that went like this, in bytes; None where the shape is not understood."""
        from chatdesk.models.memory import memory_need
        from chatdesk.models.shape_json import shape_from_json

        known = shape_from_json(shape)
        if known is None:
            return None
        flash_attention = info.has_flash_attention
        return memory_need(
            known, model.size_bytes, info.n_ctx, info.cache_type, flash_attention=flash_attention
        ).buffer_bytes

    def assess_curated(self, model: CuratedModel, correction: float) -> Fit:
        """How a model of the curated list would fit, as far as its size tells."""
        from chatdesk.models.fit import estimate_without_header

        settings = self._settings()
        return estimate_without_header(
            model.file.size_bytes,
            self._machine(),
            model.n_params,
            settings.n_ctx,
            settings.cache_type,
            settings.n_gpu_layers,
            correction,
        )


def _header_of(path: Path) -> GgufHeader:
    from chatdesk.models.gguf import read_header

    with path.open("rb", buffering=0) as file:

        def read_at(offset: int, size: int) -> bytes:
            file.seek(offset)
            return file.read(size)

        return read_header(read_at)
