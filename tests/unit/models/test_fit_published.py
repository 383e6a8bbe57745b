"""Predictions against what llama.cpp plans for models that people run, of half a billion to 600 billion parameters."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chatdesk.core.fit import CacheType
from chatdesk.models.memory import memory_need
from chatdesk.models.shape import shape_of
from tests.support.published_shapes import PLANS, PUBLISHED


@pytest.fixture(scope="module")
def planned() -> dict[str, list[tuple[float, float]]]:
    """(bytes of the cache, bytes of what is computed in) for each of `PLANS`, by model."""
    if sys.platform == "win32":
        pytest.skip("ggml's functions lie in a library of their own there")
    command = [sys.executable, "-m", "tests.support.published_shapes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr[-500:]
    found: dict[str, list[tuple[float, float]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_models(name: str, planned: dict[str, list[tuple[float, float]]]) -> None:
    shape = shape_of(PUBLISHED[name].header)
    for plan, (cache, computed) in zip(PLANS, planned[name], strict=True):
        kind = CacheType.Q8_0 if plan.is_quantized else CacheType.F16
        need = memory_need(shape, 0, plan.n_ctx, kind, flash_attention=plan.has_flash_attention)
        assert need.kv_bytes == pytest.approx(cache, rel=0.005), plan
        assert 0.7 < need.compute_bytes / computed < 1.3, plan
        assert 0.8 < (need.kv_bytes + need.compute_bytes) / (cache + computed) < 1.2, f"{plan}: without the weights"
