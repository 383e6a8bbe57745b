"""What is known of a model once it is loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A loaded model, as the engine reports it.

    `n_ctx` is what the context holds, `n_ctx_train` what the model was trained for, both in tokens; it and the other
    options are as really used, whatever was asked for (`n_gpu_layers` counts the output layer);
    `memory_bytes` is the resident memory that the load took; `device` says what computes and why.
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
