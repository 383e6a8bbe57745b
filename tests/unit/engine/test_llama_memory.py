"""The sizes of buffers are read from what llama.cpp logs."""

from __future__ import annotations

import pytest

from chatdesk.core.fit import CacheType
from chatdesk.core.model_files import ModelFile
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama import load_llama
from chatdesk.engine.llama_memory import BufferSizes, buffer_sizes
from tests.support.tiny_architectures import dense, hybrid

LINES = (
    "load_tensors:   CPU_Mapped model buffer size =    92.50 MiB",
    "load_tensors:        CUDA0 model buffer size =  1024.00 MiB",
    "llama_context:        CPU  output buffer size =     0.25 MiB",
    "llama_kv_cache:        CPU KV buffer size =   180.00 MiB",
    "llama_kv_cache:      CUDA0 KV buffer size =    20.00 MiB",
    "llama_kv_cache: size =  200.00 MiB (8192 cells, 30 layers, 1/1 seqs), K (f16):  100.00 MiB, V (f16):  100.00 MiB",
    "llama_memory_recurrent:        CPU RS buffer size =     2.50 MiB",
    "sched_reserve:        CPU compute buffer size =    15.50 MiB",
    "sched_reserve:  CUDA_Host compute buffer size =     4.00 MiB",
)
MIB = 2**20


def test_each_kind_is_added_up_over_all_devices() -> None:
    assert buffer_sizes(LINES) == BufferSizes(
        round(1116.5 * MIB), round(202.5 * MIB), round(19.75 * MIB)
    )  # output buffers count as computing


@pytest.mark.parametrize("lines", [
    (), ("KV buffer size = nan MiB",), (" KV buffer size = 99999999999999999999 MiB",), ("KV buffer size =",),
])  # fmt: skip
def test_what_is_not_told_is_nothing(lines: tuple[str, ...]) -> None:
    assert buffer_sizes(lines) == BufferSizes()


def test_a_loaded_model_tells_its_buffers(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("models")
    for make, n_layer in ((dense, 4), (hybrid, 40)):  # many layers log more than is kept
        model = make(1, n_layer).write(folder / f"{make.__name__}.gguf")
        engine = load_llama(model, LoadOptions(n_ctx=1024), lambda _: True)
        info = engine.info
        engine.close()
        # What is in the file, without its header
        assert 0.9 < info.weights_bytes / model.size_bytes < 1
        assert info.kv_bytes > n_layer * 1024 * 64 * 2 * 2 * 0.99
        assert info.compute_bytes > 2**20
        assert info.buffer_bytes == info.weights_bytes + info.kv_bytes + info.compute_bytes


def test_room_is_made_for_the_logits_of_one_token_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    model = dense(1, 1).write(tmp_path_factory.mktemp("models") / "model.gguf")
    engine = load_llama(model, LoadOptions(n_ctx=512), lambda _: True)
    engine.close()
    assert engine.info.compute_bytes < 2 * 512 * 2048 * 4 * 2


@pytest.mark.starter
def test_a_cache_in_q8_0_takes_half_the_memory_and_still_answers(starter_model: ModelFile) -> None:
    sizes = {}
    for cache_type in CacheType:
        engine = load_llama(starter_model, LoadOptions(n_ctx=1024, cache_type=cache_type), lambda _: True)
        assert engine.info.cache_type is cache_type
        sizes[cache_type] = engine.info.kv_bytes
        engine.close()
    assert sizes[CacheType.Q8_0] / sizes[CacheType.F16] == pytest.approx(34 / 64, rel=0.01)
