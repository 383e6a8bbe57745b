"""What a person can try when a model could not be loaded, or would not fit: pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode
from chatdesk.core.fit import FitLabel
from chatdesk.core.overrides import resolve_overrides
from chatdesk.core.settings import ALL_GPU_LAYERS, DEFAULT_N_CTX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.fit import Fit
    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.settings import Settings

LEAST_USEFUL_N_CTX = 512  # a shorter context holds no conversation
N_CTX_STEP = 256


class LoadFix(StrEnum):
    """One click that may get a model to load, or lead to one that does."""

    SHORTER_CONTEXT = "shorter_context"
    FEWER_GPU_LAYERS = "fewer_gpu_layers"
    SMALLER_FILE = "smaller_file"  # another quantization from the same repo
    DOWNLOAD_AGAIN = "download_again"  # the same file from the same repo
    TRY_AGAIN = "try_again"  # as it is: what stood in the way may have passed
    LOAD_ANYWAY = "load_anyway"  # whatever was predicted
    CHOOSE_ANOTHER = "choose_another"


_FIXES: Mapping[ErrorCode, tuple[LoadFix, ...]] = {
    ErrorCode.MODEL_TOO_LARGE: (
        LoadFix.SHORTER_CONTEXT,
        LoadFix.FEWER_GPU_LAYERS,
        LoadFix.SMALLER_FILE,
        LoadFix.LOAD_ANYWAY,
    ),
    ErrorCode.MODEL_OUT_OF_MEMORY: (
        LoadFix.SHORTER_CONTEXT,
        LoadFix.FEWER_GPU_LAYERS,
        LoadFix.SMALLER_FILE,
        LoadFix.CHOOSE_ANOTHER,
    ),
    # llama.cpp gives no reason; a graphics card without room is the most frequent.
    ErrorCode.MODEL_LOAD_FAILED: (LoadFix.TRY_AGAIN, LoadFix.FEWER_GPU_LAYERS, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.MODEL_PROBE_TIMEOUT: (LoadFix.TRY_AGAIN, LoadFix.SMALLER_FILE, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.ENGINE_INCOMPLETE: (LoadFix.TRY_AGAIN,),
    ErrorCode.MODEL_UNREADABLE: (LoadFix.TRY_AGAIN, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.MODEL_EMPTY: (LoadFix.DOWNLOAD_AGAIN, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.MODEL_TRUNCATED: (LoadFix.DOWNLOAD_AGAIN, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.MODEL_DAMAGED: (LoadFix.DOWNLOAD_AGAIN, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.MODEL_CRASHES: (LoadFix.DOWNLOAD_AGAIN, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.MODEL_SHARD_MISSING: (LoadFix.DOWNLOAD_AGAIN, LoadFix.CHOOSE_ANOTHER),
    ErrorCode.MODEL_NOT_FOUND: (LoadFix.CHOOSE_ANOTHER,),
    ErrorCode.MODEL_NOT_A_FILE: (LoadFix.CHOOSE_ANOTHER,),
    ErrorCode.MODEL_NOT_GGUF: (LoadFix.CHOOSE_ANOTHER,),
    ErrorCode.MODEL_UNSUPPORTED: (LoadFix.CHOOSE_ANOTHER,),
    ErrorCode.MODEL_NOT_FOR_CHAT: (LoadFix.CHOOSE_ANOTHER,),
}


@dataclass(frozen=True, slots=True)
class LoadAttempt:
    """How a model was to be loaded: `n_ctx` tokens of context, `n_gpu_layers` layers on the GPU, 0 for none.

    `fit` is the verdict that was known, for these options.
    """

    n_ctx: int
    n_gpu_layers: int = 0
    fit: Fit | None = None

    @property
    def shorter_n_ctx(self) -> int | None:
        """A context that takes less memory: the longest that fits, where that is known, else half. None: none helps."""
        fit = self.fit
        if fit is not None and fit.label is FitLabel.TOO_LARGE:
            return None
        if fit is not None and fit.fitting_n_ctx is not None and fit.fitting_n_ctx < self.n_ctx:
            return fit.fitting_n_ctx
        half = max(self.n_ctx // 2 // N_CTX_STEP * N_CTX_STEP, LEAST_USEFUL_N_CTX)
        return half if half < self.n_ctx else None

    @property
    def fewer_gpu_layers(self) -> int | None:
        """Fewer layers for the GPU: as many as fit, where that is known, else half. None: there are none."""
        if self.n_gpu_layers <= 0:
            return None
        if self.fit is not None and 0 < self.fit.n_gpu_layers < self.n_gpu_layers:
            return self.fit.n_gpu_layers
        return self.n_gpu_layers // 2


def attempt_of(settings: Settings, installed: InstalledModel | None) -> LoadAttempt:
    """How a model is loaded under `settings` and its own; `installed` None: nothing is known of it yet."""
    load, _ = resolve_overrides(settings, installed.overrides if installed is not None else {})
    fit = installed.fit if installed is not None else None
    details = installed.details if installed is not None else None
    trained = details.n_ctx_train if details is not None else None
    n_ctx = load.n_ctx if load.n_ctx is not None else min(DEFAULT_N_CTX, trained or DEFAULT_N_CTX)
    n_gpu_layers = load.n_gpu_layers
    if n_gpu_layers == ALL_GPU_LAYERS:
        n_gpu_layers = fit.n_gpu_layers if fit is not None else 0
    return LoadAttempt(n_ctx, n_gpu_layers, fit)


def fixes_for(code: ErrorCode, model: ModelFile, attempt: LoadAttempt) -> tuple[LoadFix, ...]:
    """What to offer after this failure, the gentlest first; only what can be done with this model on this machine."""

    def is_possible(fix: LoadFix) -> bool:
        match fix:
            case LoadFix.SHORTER_CONTEXT:
                return attempt.shorter_n_ctx is not None
            case LoadFix.FEWER_GPU_LAYERS:
                return attempt.fewer_gpu_layers is not None
            case LoadFix.SMALLER_FILE | LoadFix.DOWNLOAD_AGAIN:
                return model.repo_id is not None
            case _:
                return True

    return tuple(fix for fix in _FIXES.get(code, ()) if is_possible(fix))


def overrides_for(fix: LoadFix, attempt: LoadAttempt) -> dict[str, int]:
    """What `fix` changes among the model's own settings, by name; empty for one that changes none."""
    changes = {
        LoadFix.SHORTER_CONTEXT: ("n_ctx", attempt.shorter_n_ctx),
        LoadFix.FEWER_GPU_LAYERS: ("n_gpu_layers", attempt.fewer_gpu_layers),
    }
    name, value = changes.get(fix, ("", None))
    return {name: value} if value is not None else {}
