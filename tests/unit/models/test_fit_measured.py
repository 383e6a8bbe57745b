"""Predictions against the buffers that llama.cpp really makes, for the starter model and generated architectures."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatdesk.core.fit import CacheType, MemoryNeed
from chatdesk.core.model_files import ModelFile
from chatdesk.core.model_info import ModelInfo
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama import load_llama
from chatdesk.models.gguf import read_header
from chatdesk.models.memory import memory_need
from chatdesk.models.shape import shape_of
from tests.support.mutated_headers import reader_of
from tests.support.tiny_architectures import ARCHITECTURES

PLANS = [
    (512, CacheType.F16, None),
    (4096, CacheType.Q8_0, None),
    (4096, CacheType.F16, False),
    (32_768, CacheType.F16, None),
]
Plan = tuple[int, CacheType, bool | None]


def loaded(model: ModelFile, plan: Plan) -> ModelInfo:
    n_ctx, cache_type, flash_attention = plan
    options = LoadOptions(n_ctx=n_ctx, cache_type=cache_type, flash_attention=flash_attention)
    engine = load_llama(model, options, lambda _: True)
    engine.close()
    return engine.info


def predicted(model: ModelFile, plan: Plan) -> MemoryNeed:
    shape = shape_of(read_header(reader_of(Path(model.path).read_bytes())))
    n_ctx, cache_type, flash_attention = plan
    return memory_need(shape, model.size_bytes, n_ctx, cache_type, flash_attention=flash_attention)


def check(need: MemoryNeed, info: ModelInfo) -> None:
    # llama.cpp tells sizes in hundredths of a MiB.
    rounding = 3 * 2**20 / 200
    assert need.weights_bytes == pytest.approx(info.weights_bytes, rel=0.001, abs=rounding)
    assert need.kv_bytes == pytest.approx(info.kv_bytes, rel=0.001, abs=rounding)
    assert need.compute_bytes == pytest.approx(info.compute_bytes, rel=0.12)
    assert 0.95 < need.buffer_bytes / info.buffer_bytes < 1.05
    assert 0.9 < need.total_bytes / info.buffer_bytes < 1.1


@pytest.mark.parametrize("plan", PLANS, ids=str)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_generated_architectures(architecture: str, plan: Plan, tmp_path: Path) -> None:
    model = ARCHITECTURES[architecture]().write(tmp_path / "model.gguf")
    info = loaded(model, plan)
    assert info.cache_type is plan[1]
    check(predicted(model, plan), info)


@pytest.mark.starter
@pytest.mark.parametrize("plan", [PLANS[0], PLANS[1], (8192, CacheType.F16, None)], ids=str)
def test_the_starter_model(starter_model: ModelFile, plan: Plan) -> None:
    check(predicted(starter_model, plan), loaded(starter_model, plan))
