"""What is known of a model once it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chatdesk.core.errors import QT_TRANSLATE_NOOP
from chatdesk.core.fit import CacheType
from chatdesk.core.reasoning import ReasoningKind


class NoGpuReason(StrEnum):
    """Why the processor alone computes."""

    SET_TO_NONE = "set_to_none"
    NO_DRIVER = "no_driver"
    NOT_BUILT_IN = "not_built_in"


NO_GPU_ENGLISH = {
    NoGpuReason.SET_TO_NONE: QT_TRANSLATE_NOOP("Devices", "GPU layers are set to 0"),
    NoGpuReason.NO_DRIVER: QT_TRANSLATE_NOOP("Devices", "no GPU driver found"),
    NoGpuReason.NOT_BUILT_IN: QT_TRANSLATE_NOOP("Devices", "this build of llama.cpp has no GPU support"),
}


@dataclass(frozen=True, slots=True)
class DeviceInUse:
    """What computes a model: `gpu_layers` of its `n_layers` on `gpus`, or `cpu` alone (`CPU, AVX2`) for `reason`."""

    cpu: str
    reason: NoGpuReason | None = None
    gpus: tuple[str, ...] = ()
    gpu_layers: int = 0
    n_layers: int = 0

    @property
    def has_all_layers(self) -> bool:
        """Whether nothing is left to the processor; the output layer counts as one more."""
        return self.gpu_layers > self.n_layers

    @property
    def english(self) -> str:
        """It in words."""
        if self.gpus:
            share = "all" if self.has_all_layers else f"{self.gpu_layers} of {self.n_layers}"
            return f"{', '.join(self.gpus)}: {share} layers"
        return self.cpu if self.reason is None else f"{self.cpu}: {NO_GPU_ENGLISH[self.reason]}"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A loaded model, as the engine reports it.

    `n_ctx` is what the context holds, `n_ctx_train` what the model was trained for, both in tokens; it and the other
    options are as really used, whatever was asked for (`n_gpu_layers` counts the output layer);
    `memory_bytes` is the resident memory that the load took; `weights_bytes`, `kv_bytes` (with recurrent states) and
    `compute_bytes` are the buffers that the engine made for it on all devices, 0 where it does not tell; `device` says
    what computes and why.
    `template_problem` is set when the file's own chat template is not used.
    `file_hash` is of what the file holds, `template_hash` of the chat template in use, and `build` names the llama.cpp
    that runs it: what a reply depends on besides its settings.
    """

    name: str
    architecture: str
    n_params: int
    n_ctx: int
    n_ctx_train: int
    n_batch: int
    n_ubatch: int
    n_threads: int
    n_gpu_layers: int
    size_bytes: int
    memory_bytes: int
    device: DeviceInUse
    tokenizer_hash: str
    template_problem: str | None = None
    weights_bytes: int = 0
    kv_bytes: int = 0
    compute_bytes: int = 0
    cache_type: CacheType = CacheType.F16
    has_flash_attention: bool = True
    file_hash: str = ""
    template_hash: str = ""
    build: str = ""
    reasoning: ReasoningKind = ReasoningKind.NONE
    n_layers: int = 0

    @property
    def buffer_bytes(self) -> int:
        """What a prediction of its memory is held against: see `chatdesk.core.fit.MemoryNeed`."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes
