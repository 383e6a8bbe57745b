"""What is known of a model once it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from chatdesk.core.fit import CacheType


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A loaded model, as the engine reports it.

    `n_ctx` is what the context holds, `n_ctx_train` what the model was trained for, both in tokens; it and the other
    options are as really used, whatever was asked for (`n_gpu_layers` counts the output layer);
    `memory_bytes` is the resident memory that the load took; `weights_bytes`, `kv_bytes` (with recurrent states) and
    `compute_bytes` are the buffers that the engine made for it on all devices, 0 where it does not tell; `device` says
    what computes and why.
    `template_problem` is set when the file's own chat template is not used.
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
    device: str
    tokenizer_hash: str
    template_problem: str | None = None
    weights_bytes: int = 0
    kv_bytes: int = 0
    compute_bytes: int = 0
    cache_type: CacheType = CacheType.F16
    has_flash_attention: bool = True

    @property
    def buffer_bytes(self) -> int:
        """What a prediction of its memory is held against: see `chatdesk.core.fit.MemoryNeed`."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes
