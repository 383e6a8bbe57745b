"""Whether a model fits this machine, and how much of it the GPU: pure arithmetic on what `memory` says it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from chatdesk.core.fit import CacheType, Fit, FitLabel, MemoryNeed
from chatdesk.core.settings import ALL_GPU_LAYERS, DEFAULT_N_CTX
from chatdesk.models.memory import N_CTX_STEP, ContextPlan, compute_bytes, layer_cache_bytes, memory_need

if TYPE_CHECKING:
    from chatdesk.core.fit import Machine
    from chatdesk.models.shape import ModelShape

LEAST_N_CTX = 2048  # a shorter context is not offered: what was said is forgotten too soon
_MEBIBYTE = 2**20
# Left to the rest of the machine, and to what is not counted: llama.cpp's scratch memory, the window, other programs.
_LEAST_RESERVE_BYTES = 512 * _MEBIBYTE
_MOST_RESERVE_BYTES = 2048 * _MEBIBYTE
_RESERVED_SHARE = 1 / 20
# The same for a GPU, which also draws the screen. Weights that stay in main memory are copied there piece by piece.
_LEAST_GPU_RESERVE_BYTES = 300 * _MEBIBYTE
_RESERVED_GPU_SHARE = 1 / 20

# What models without a known shape are taken for: one of 8 billion parameters as most are built, and how it grows.
_TYPICAL_PARAMS = 8e9
_TYPICAL_KV_BYTES_PER_TOKEN = 2**17  # 32 layers, 8 heads of 128 numbers, keys and values, in half precision
_TYPICAL_COMPUTE_BYTES = 120 * _MEBIBYTE
_TYPICAL_LAYERS = 32
_TYPICAL_OTHER_BYTES = 30 * _MEBIBYTE
_TYPICAL_BYTES_PER_PARAM = 0.6  # Q4_K_M
_Q8_0_SHARE = 34 / 64


@dataclass(frozen=True, slots=True)
class _Parts:
    """A loaded model in the pieces that llama.cpp can place, in bytes.

    `layers` are weights and cache of each; `output` is placed like one more, behind them. `always_host` stays in main
    memory; `compute` is needed wherever something is computed.
    """

    need: MemoryNeed
    layers: tuple[int, ...]
    output: int
    always_host: int
    compute: int

    def on_gpu(self, n_gpu_layers: int) -> int:
        """What the GPU holds with so many layers: `llama_model_base::load_tensors` takes them from the end."""
        if n_gpu_layers == 0:
            return 0
        first = len(self.layers) + 1 - n_gpu_layers
        return self.output + sum(self.layers[max(first, 0) :]) + self.compute

    def on_host(self, n_gpu_layers: int) -> int:
        """What main memory holds beside them."""
        if n_gpu_layers == 0:
            return self.need.total_bytes
        left = sum(self.layers[: max(len(self.layers) + 1 - n_gpu_layers, 0)])
        return self.always_host + left + (self.compute if left else 0)


# n_ctx -> what is needed then
_PartsAt = Callable[[int], _Parts]


@dataclass(frozen=True, slots=True)
class _Room:
    """What a model may take of a machine; `correction` is how much more than predicted models take here."""

    machine: Machine
    correction: float

    @property
    def host_bytes(self) -> float:
        reserve = min(max(_LEAST_RESERVE_BYTES, self.machine.total_bytes * _RESERVED_SHARE), _MOST_RESERVE_BYTES)
        return (self.machine.free_bytes - reserve) / self.correction

    @property
    def gpu_bytes(self) -> float:
        machine = self.machine
        if machine.gpu_total_bytes == 0:
            return 0.0
        reserve = max(_LEAST_GPU_RESERVE_BYTES, machine.gpu_total_bytes * _RESERVED_GPU_SHARE)
        return (machine.gpu_free_bytes - reserve) / self.correction

    def gpu_layers(self, parts: _Parts, wanted: int) -> int:
        """How many layers fit the GPU, of `wanted`; llama.cpp counts the output as one."""
        most = len(parts.layers) + 1
        if wanted != ALL_GPU_LAYERS:
            most = min(wanted, most)
        return next((count for count in range(most, 0, -1) if parts.on_gpu(count) <= self.gpu_bytes), 0)

    def holds(self, parts: _Parts, n_gpu_layers: int) -> bool:
        """Whether what is not on the GPU fits main memory; where both are one, all of it must."""
        taken = parts.on_host(n_gpu_layers)
        if self.machine.is_unified:
            taken += parts.on_gpu(n_gpu_layers)
        return taken <= self.host_bytes


def assess(
    shape: ModelShape,
    size_bytes: int,
    machine: Machine,
    wanted_n_ctx: int | None = None,
    cache_type: CacheType = CacheType.F16,
    n_gpu_layers: int = ALL_GPU_LAYERS,
    correction: float = 1.0,
    *,
    flash_attention: bool | None = None,
) -> Fit:
    """The verdict on a model of `shape`, in files of `size_bytes`, on `machine`.

    `wanted_n_ctx` None: the least of the trained length and 8,192. `n_gpu_layers` -1: as many as fit. `correction` is
    what models took on this machine divided by what was predicted.
    """

    def parts_at(n_ctx: int) -> _Parts:
        need = memory_need(shape, size_bytes, n_ctx, cache_type, flash_attention=flash_attention)
        plan = ContextPlan(n_ctx, cache_type, flash_attention)
        cache = layer_cache_bytes(shape, plan)
        weights = shape.weights
        if weights is None:
            share = size_bytes // (len(cache) + 1)
            layers, output, before = tuple(share + kept for kept in cache), share, 0
        else:
            # A layer that is computed several times has its weights once.
            per_layer = [*weights.layer_bytes, *[0] * (len(cache) - len(weights.layer_bytes))]
            layers = tuple(sum(pair) for pair in zip(per_layer, cache, strict=True))
            output = weights.output_bytes + (weights.input_bytes if weights.is_tied else 0)
            before = weights.input_bytes
        compute = compute_bytes(shape, plan)
        return _Parts(need, layers, output, before + need.other_bytes, compute)

    wanted = wanted_n_ctx or min(shape.n_ctx_train or DEFAULT_N_CTX, DEFAULT_N_CTX)
    room = _Room(machine, correction)
    return _verdict(parts_at, room, wanted, n_gpu_layers, knows_tensors=shape.weights is not None)


def estimate_without_header(
    size_bytes: int,
    machine: Machine,
    n_params: int | None = None,
    wanted_n_ctx: int | None = None,
    cache_type: CacheType = CacheType.F16,
    n_gpu_layers: int = ALL_GPU_LAYERS,
    correction: float = 1.0,
) -> Fit:
    """A guess for a model of which only the size of its files is known, and maybe how many parameters it has.

    The KV cache and the compute buffer are those of a usual model, grown with the square root of the parameters.
    """
    growth = sqrt((n_params or size_bytes / _TYPICAL_BYTES_PER_PARAM) / _TYPICAL_PARAMS)
    per_token = _TYPICAL_KV_BYTES_PER_TOKEN * growth * (_Q8_0_SHARE if cache_type is CacheType.Q8_0 else 1)
    compute = round(_TYPICAL_COMPUTE_BYTES * growth)
    weights = size_bytes // (_TYPICAL_LAYERS + 1)

    def parts_at(n_ctx: int) -> _Parts:
        kv = round(per_token * n_ctx)
        layer = weights + kv // _TYPICAL_LAYERS
        need = MemoryNeed(size_bytes, kv, compute, _TYPICAL_OTHER_BYTES)
        return _Parts(need, (layer,) * _TYPICAL_LAYERS, weights, _TYPICAL_OTHER_BYTES, compute)

    room = _Room(machine, correction)
    return _verdict(parts_at, room, wanted_n_ctx or DEFAULT_N_CTX, n_gpu_layers, knows_tensors=False, is_estimate=True)


def _verdict(
    parts_at: _PartsAt,
    room: _Room,
    wanted: int,
    n_gpu_layers: int,
    *,
    knows_tensors: bool,
    is_estimate: bool = False,
) -> Fit:
    """The label, for a context of `wanted` tokens or the longest shorter one."""

    def fits(n_ctx: int) -> bool:
        parts = parts_at(n_ctx)
        return room.holds(parts, room.gpu_layers(parts, n_gpu_layers))

    has_gpu = room.machine.gpu_total_bytes > 0
    fitting = wanted if fits(wanted) else _longest(fits, wanted)
    need = parts_at(wanted).need
    if fitting is None:
        return Fit(FitLabel.TOO_LARGE, need, wanted, is_estimate=is_estimate)
    parts = parts_at(fitting)
    n_on_gpu = room.gpu_layers(parts, n_gpu_layers)
    is_split = has_gpu and n_on_gpu <= len(parts.layers)
    label = FitLabel.SLOW if is_split else FitLabel.FITS
    return Fit(
        label if fitting == wanted else FitLabel.SHORTER_CONTEXT,
        need,
        wanted,
        fitting_n_ctx=fitting if fitting < wanted else None,
        n_gpu_layers=n_on_gpu,
        # How large single layers are matters where some are on the GPU and some are not.
        is_estimate=is_estimate or (is_split and not knows_tensors),
    )


def _longest(fits: Callable[[int], bool], wanted: int) -> int | None:
    """The longest context below `wanted` that fits, in steps; None when none of a useful length does."""
    least, most = LEAST_N_CTX // N_CTX_STEP, (wanted - 1) // N_CTX_STEP
    if most < least or not fits(LEAST_N_CTX):
        return None
    while least < most:
        middle = (least + most + 1) // 2
        if fits(middle * N_CTX_STEP):
            least = middle
        else:
            most = middle - 1
    return least * N_CTX_STEP
