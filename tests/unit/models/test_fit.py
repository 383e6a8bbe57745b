"""Verdicts: what fits, how much shorter the context must be, how many layers the GPU takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.fit import CacheType, Fit, FitLabel, Machine
from chatdesk.models.fit import LEAST_N_CTX, assess, estimate_without_header
from chatdesk.models.memory import memory_need
from chatdesk.models.shape import Layer, ModelShape, Weights

GB = 10**9
MB = 10**6
LAYER = Layer(n_head=32, key_length=1024, value_length=1024, query_length=4096, output_length=4096, n_ff=14336)
# As many models of 8 billion parameters are built
SHAPE = ModelShape("llama", 131_072, 4096, 128_256, (LAYER,) * 32, (128,))
SIZE = 4_900 * MB
KNOWN = replace(SHAPE, weights=Weights(400 * MB, (125 * MB,) * 32, 500 * MB, is_tied=False))


def machine(free: float, gpu: float = 0.0) -> Machine:
    return Machine(16 * GB, int(free), 8, int(gpu), int(gpu))


def takes(n_ctx: int, shape: ModelShape = SHAPE) -> int:
    return memory_need(shape, SIZE, n_ctx).total_bytes


RESERVE = 16 * GB / 20  # of a machine of 16 GB


def test_a_model_fits_where_there_is_room_for_it_and_the_rest_of_the_machine() -> None:
    enough = takes(8192) + RESERVE
    fit = assess(SHAPE, SIZE, machine(enough + 1), None, CacheType.F16, -1)
    assert (fit.label, fit.n_ctx, fit.fitting_n_ctx, fit.n_gpu_layers) == (FitLabel.FITS, 8192, None, 0)
    assert fit.need == memory_need(SHAPE, SIZE, 8192)
    assert not fit.is_estimate
    assert assess(SHAPE, SIZE, machine(enough - 1)).label is FitLabel.SHORTER_CONTEXT


def test_without_a_wish_the_context_is_the_trained_length_up_to_8192() -> None:
    assert assess(SHAPE, SIZE, machine(12 * GB)).n_ctx == 8192
    assert assess(replace(SHAPE, n_ctx_train=4096), SIZE, machine(12 * GB)).n_ctx == 4096
    assert assess(replace(SHAPE, n_ctx_train=None), SIZE, machine(12 * GB)).n_ctx == 8192
    assert assess(SHAPE, SIZE, machine(12 * GB), 100_000).n_ctx == 100_000


@given(st.integers(1000, 16_000), st.integers(257, 140_000), st.sampled_from((None, *CacheType)))
def test_the_longest_context_that_fits_is_found(free: int, wanted: int, cache_type: CacheType | None) -> None:
    here = machine(free * MB)
    kind = cache_type or CacheType.F16

    def label(n_ctx: int) -> FitLabel:
        return assess(SHAPE, SIZE, here, n_ctx, kind).label

    fit = assess(SHAPE, SIZE, here, wanted, kind)
    assert fit.n_ctx == wanted
    if fit.label is FitLabel.SHORTER_CONTEXT:
        fitting = fit.fitting_n_ctx
        assert fitting is not None
        assert LEAST_N_CTX <= fitting < wanted
        assert fitting % 256 == 0
        assert label(fitting) is FitLabel.FITS
        assert fitting + 256 >= wanted or label(fitting + 256) is not FitLabel.FITS
    else:
        assert fit.fitting_n_ctx is None
        assert fit.label is FitLabel.FITS or label(min(wanted, LEAST_N_CTX)) is not FitLabel.FITS


def test_what_fits_with_a_useless_context_only_is_too_large() -> None:
    fit = assess(SHAPE, SIZE, machine(takes(LEAST_N_CTX) + RESERVE - 1), 8192)
    assert (fit.label, fit.fitting_n_ctx) == (FitLabel.TOO_LARGE, None)
    assert assess(SHAPE, SIZE, machine(4 * GB), 1024).label is FitLabel.TOO_LARGE


def test_a_smaller_cache_gives_a_longer_context() -> None:
    here = machine(takes(8192) + RESERVE)
    half, quarter = (assess(SHAPE, SIZE, here, 100_000, kind).fitting_n_ctx for kind in CacheType)
    assert half is not None
    assert quarter is not None
    assert 1.7 < quarter / half < 2


def test_small_machines_keep_half_a_gigabyte() -> None:
    small = Machine(4 * GB, int(takes(2048) + 0.4 * GB), 4)
    assert assess(SHAPE, SIZE, small, 2048).label is FitLabel.TOO_LARGE
    assert assess(SHAPE, SIZE, replace(small, free_bytes=small.free_bytes + GB // 4), 2048).label is FitLabel.FITS


def test_all_layers_on_a_gpu_with_room_for_them() -> None:
    fit = assess(KNOWN, SIZE, machine(8 * GB, 8 * GB))
    assert (fit.label, fit.n_gpu_layers, fit.is_estimate) == (FitLabel.FITS, 33, False)
    assert assess(KNOWN, SIZE, machine(1.5 * GB, 8 * GB)).label is FitLabel.FITS, "hardly anything stays in memory"


def test_a_gpu_takes_as_many_layers_as_fit() -> None:
    def fit(gpu: float) -> Fit:
        return assess(KNOWN, SIZE, machine(8 * GB, gpu))

    counts = [fit(gpu * GB).n_gpu_layers for gpu in (0.5, 1, 2, 3, 4, 5, 6, 7, 8)]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 33
    cache = memory_need(KNOWN, SIZE, 8192).kv_bytes / 32
    added = [fit(gpu * 0.05 * GB).n_gpu_layers for gpu in range(40, 100)]
    assert (added[-1] - added[0]) == pytest.approx(59 * 0.05 * GB / (125 * MB + cache), abs=2)
    assert fit(4 * GB).label is FitLabel.SLOW


def test_layers_of_unknown_size_make_an_estimate() -> None:
    assert assess(SHAPE, SIZE, machine(8 * GB, 4 * GB)).is_estimate
    assert not assess(SHAPE, SIZE, machine(8 * GB, 12 * GB)).is_estimate, "all of it fits in any case"
    assert not assess(KNOWN, SIZE, machine(8 * GB, 4 * GB)).is_estimate


def test_tied_embeddings_lie_in_both_memories() -> None:
    tied = replace(SHAPE, weights=Weights(900 * MB, (125 * MB,) * 32, 0, is_tied=True))
    own = replace(SHAPE, weights=Weights(900 * MB, (125 * MB,) * 32, 900 * MB, is_tied=False))
    here = machine(8 * GB, 4 * GB)
    assert assess(tied, SIZE, here).n_gpu_layers == assess(own, SIZE, here).n_gpu_layers


def test_fewer_layers_than_fit_may_be_asked_for() -> None:
    here = machine(12 * GB, 8 * GB)
    assert [assess(KNOWN, SIZE, here, 8192, CacheType.F16, count).n_gpu_layers for count in (0, 1, 20, 33, 99)] == [
        0, 1, 20, 33, 33,
    ]  # fmt: skip
    assert assess(KNOWN, SIZE, here, 8192, CacheType.F16, 20).label is FitLabel.SLOW
    assert assess(KNOWN, SIZE, machine(12 * GB, 4 * GB), 8192, CacheType.F16, 33).n_gpu_layers < 33


def test_both_memories_together_may_be_too_small() -> None:
    fit = assess(KNOWN, SIZE, machine(4 * GB, 4 * GB), 32_768)
    assert fit.label is FitLabel.SHORTER_CONTEXT
    assert fit.n_gpu_layers > 0
    assert assess(KNOWN, SIZE, machine(2 * GB, 2 * GB), 32_768).label is FitLabel.TOO_LARGE


def test_a_gpu_in_main_memory_adds_none() -> None:
    shared = replace(machine(7.5 * GB, 7.5 * GB), is_unified=True)
    assert assess(KNOWN, SIZE, shared, 4096).label is FitLabel.FITS
    assert assess(KNOWN, SIZE, replace(shared, free_bytes=5 * GB), 4096).label is FitLabel.TOO_LARGE


def test_what_models_take_here_corrects_the_verdict() -> None:
    here = machine(takes(8192) + RESERVE + 10 * MB)
    assert assess(SHAPE, SIZE, here, correction=1.0).label is FitLabel.FITS
    assert assess(SHAPE, SIZE, here, correction=1.1).label is FitLabel.SHORTER_CONTEXT
    assert assess(SHAPE, SIZE, here, 9000, correction=0.9).label is FitLabel.FITS


@pytest.mark.parametrize(("n_params", "size", "n_ctx_bytes"), [
    (135e6, 98 * MB, 189 * MB), (1.2e9, 800 * MB, 268 * MB), (8e9, 4_900 * MB, 1_074 * MB), (70e9, 42 * GB, 2_684 * MB),
])  # fmt: skip
def test_without_a_header_a_usual_model_is_assumed(n_params: float, size: int, n_ctx_bytes: int) -> None:
    fit = estimate_without_header(size, machine(100 * GB), int(n_params))
    assert fit.is_estimate
    assert fit.need.weights_bytes == size
    assert 0.6 < fit.need.kv_bytes / n_ctx_bytes < 1.6, "of models of this size at 8,192 tokens"
    assert estimate_without_header(size, machine(100 * GB)).need.kv_bytes == pytest.approx(fit.need.kv_bytes, rel=0.3)


def test_an_estimate_gives_the_same_kinds_of_verdicts() -> None:
    def label(here: Machine, n_ctx: int = 8192, kind: CacheType = CacheType.F16) -> FitLabel:
        return estimate_without_header(SIZE, here, 8 * GB, n_ctx, kind).label

    assert label(machine(8 * GB)) is FitLabel.FITS
    assert label(machine(6.5 * GB)) is FitLabel.SHORTER_CONTEXT
    assert label(machine(6.7 * GB), kind=CacheType.Q8_0) is FitLabel.FITS
    assert label(machine(4 * GB)) is FitLabel.TOO_LARGE
    assert label(machine(8 * GB, 4 * GB)) is FitLabel.SLOW
    assert label(machine(8 * GB, 12 * GB)) is FitLabel.FITS
