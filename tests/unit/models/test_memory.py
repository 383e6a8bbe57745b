"""Rules of the memory formulas, by themselves; `test_fit_measured` holds them against llama.cpp."""

from __future__ import annotations

from dataclasses import replace

from chatdesk.core.fit import CacheType
from chatdesk.models.memory import ContextPlan, compute_bytes, layer_cache_bytes, memory_need, usable_cache_type
from chatdesk.models.shape import Layer, ModelShape, Recurrent, RecurrentKind, Weights

LAYER = Layer(n_head=8, key_length=256, value_length=128, query_length=512, output_length=256, n_ff=1024)
SHAPE = ModelShape("llama", 4096, 512, 1000, (LAYER,) * 4, (64, 32))


def cache(shape: ModelShape, plan: ContextPlan) -> int:
    return sum(layer_cache_bytes(shape, plan))


def test_keys_and_values_of_each_token_and_layer() -> None:
    assert cache(SHAPE, ContextPlan(1024)) == 4 * (256 + 128) * 1024 * 2


def test_q8_0_takes_34_bytes_for_32_numbers() -> None:
    assert cache(SHAPE, ContextPlan(1024, CacheType.Q8_0)) == 4 * (256 + 128) * 1024 * 34 // 32


def test_the_context_is_padded_to_256() -> None:
    assert cache(SHAPE, ContextPlan(1025)) == cache(SHAPE, ContextPlan(1280))
    assert cache(SHAPE, ContextPlan(1)) == cache(SHAPE, ContextPlan(256))


def test_without_flash_attention_all_layers_get_the_room_of_the_widest_values() -> None:
    mixed = replace(SHAPE, layers=(LAYER, replace(LAYER, value_length=512)))
    assert cache(mixed, ContextPlan(256)) == (2 * 256 + 128 + 512) * 256 * 2
    assert cache(mixed, ContextPlan(256, flash_attention=False)) == (2 * 256 + 512 + 512) * 256 * 2


def test_sliding_layers_may_hold_their_window_and_a_batch_only() -> None:
    sliding = replace(SHAPE, layers=(replace(LAYER, is_sliding=True),) * 4, n_swa=512)
    assert cache(sliding, ContextPlan(8192)) == cache(SHAPE, ContextPlan(8192)), "llama.cpp's default"
    assert cache(sliding, ContextPlan(8192, swa_full=False)) == cache(SHAPE, ContextPlan(1024))
    assert cache(sliding, ContextPlan(512, swa_full=False)) == cache(SHAPE, ContextPlan(512))


def test_a_recurrent_state_does_not_grow_with_the_context() -> None:
    recurrent = Recurrent(RecurrentKind.MAMBA2, 10_000, 1024, 64, 1, 8)
    shape = replace(SHAPE, layers=(Layer(is_recurrent=True),) * 4, recurrent=recurrent)
    assert cache(shape, ContextPlan(256)) == cache(shape, ContextPlan(32_768, CacheType.Q8_0)) == 4 * 10_000 * 4


def test_q8_0_needs_heads_of_whole_blocks() -> None:
    odd = replace(SHAPE, head_lengths=(80,))
    assert usable_cache_type(SHAPE, CacheType.Q8_0) is CacheType.Q8_0
    assert usable_cache_type(odd, CacheType.Q8_0) is CacheType.F16
    assert usable_cache_type(replace(SHAPE, architecture="grok"), CacheType.Q8_0) is CacheType.F16
    assert cache(odd, ContextPlan(1024, CacheType.Q8_0)) == cache(odd, ContextPlan(1024))


def test_flash_attention_spares_the_scores_and_is_on_with_q8_0() -> None:
    def compute(kind: CacheType, *, flash: bool | None) -> int:
        return compute_bytes(SHAPE, ContextPlan(32_768, kind, flash))

    assert compute(CacheType.F16, flash=None) == compute(CacheType.F16, flash=True)
    assert compute(CacheType.F16, flash=False) > compute(CacheType.F16, flash=True) + 8 * 32_768 * 512 * 4 * 0.9
    assert compute(CacheType.Q8_0, flash=False) == compute(CacheType.Q8_0, flash=True)
    grok = replace(SHAPE, architecture="grok")
    assert compute_bytes(grok, ContextPlan(32_768)) == compute(CacheType.F16, flash=False)


def test_smaller_batches_compute_in_less_memory() -> None:
    assert compute_bytes(SHAPE, ContextPlan(4096, n_ubatch=256)) < 0.51 * compute_bytes(SHAPE, ContextPlan(4096))


def test_weights_are_the_tensors_where_they_are_known_else_the_files() -> None:
    assert memory_need(SHAPE, 5000, 512).weights_bytes == 5000
    known = replace(SHAPE, weights=Weights(1000, (10, 20, 30, 40), 100, is_tied=False))
    assert memory_need(known, 5000, 512).weights_bytes == 1200


def test_the_vocabulary_is_counted_beside_the_buffers() -> None:
    need = memory_need(replace(SHAPE, n_vocab=100_000), 5000, 512)
    assert 10e6 < need.other_bytes < 40e6
    assert need.total_bytes == need.buffer_bytes + need.other_bytes
    assert memory_need(replace(SHAPE, n_vocab=None), 5000, 512).other_bytes == 0
