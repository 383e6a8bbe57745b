"""Whether a model fits this machine: the memory it needs, against what there is. Bytes throughout.

The formulas are in `chatdesk.models.fit`; these are the values that they speak in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CacheType(StrEnum):
    """In which type the KV cache holds keys and values, as llama.cpp spells it."""

    F16 = "f16"
    Q8_0 = "q8_0"


class FitLabel(StrEnum):
    """The verdict that a person reads beside a file."""

    FITS = "fits"
    SHORTER_CONTEXT = "shorter_context"
    SLOW = "slow"  # a part of it runs on the CPU beside a GPU
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """What a loaded model takes: its weights, the KV cache with recurrent states, and compute buffers.

    llama.cpp reports these three; `other_bytes` is what it keeps beside them, most of it the vocabulary.
    """

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    other_bytes: int = 0

    @property
    def buffer_bytes(self) -> int:
        """What llama.cpp reports when the model is loaded."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.buffer_bytes + self.other_bytes


@dataclass(frozen=True, slots=True)
class Machine:
    """What a model may use here. `free_bytes` counts what the loaded model holds as free: it will make room.

    GPU memory is 0 where this build of llama.cpp uses no GPU. `is_unified` says that the GPU computes in main memory
    (Apple's, and those inside a processor): what it takes is then gone from `free_bytes` too.
    """

    total_bytes: int
    free_bytes: int
    n_cores: int
    gpu_total_bytes: int = 0
    gpu_free_bytes: int = 0
    is_unified: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """The verdict on one file at `n_ctx` tokens.

    `fitting_n_ctx` is the longest context that fits, for `SHORTER_CONTEXT`, and `need` is at `n_ctx` nevertheless;
    `n_gpu_layers` is how many layers to put on the GPU, as llama.cpp counts them (the output layer is one more);
    `is_estimate` says that parts were guessed because the header does not tell them.
    """

    label: FitLabel
    need: MemoryNeed
    n_ctx: int
    fitting_n_ctx: int | None = None
    n_gpu_layers: int = 0
    is_estimate: bool = False
