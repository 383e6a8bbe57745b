"""Cache type and flash attention are what llama.cpp is really given."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.fit import CacheType
from chatdesk.core.messages import Role
from chatdesk.core.model_files import ModelFile
from chatdesk.core.model_info import ModelInfo
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine import llama_runtime
from chatdesk.engine.base import Chunk, LoadOptions
from chatdesk.engine.llama import load_llama
from tests.support.tiny_architectures import Generated, dense
from tests.support.tiny_gguf import TinyModel

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_tokens=20)


def loaded(model: ModelFile, options: LoadOptions) -> tuple[ModelInfo, str]:
    """What was loaded, and what llama.cpp logged of its context."""
    mark = llama_runtime.start().total
    engine = load_llama(model, options, lambda _: True)
    lines = "\n".join(llama_runtime.start().since(mark))
    engine.close()
    return engine.info, lines.rpartition("constructing llama_context")[2]


def test_flash_attention_is_left_to_llama_cpp_switched_on_or_off(tiny_model: ModelFile) -> None:
    for wanted, spelled, is_on in ((None, "auto", True), (True, "enabled", True), (False, "disabled", False)):
        info, lines = loaded(tiny_model, LoadOptions(n_ctx=256, n_gpu_layers=0, flash_attention=wanted))
        assert f"flash_attn            = {spelled}" in lines
        assert info.has_flash_attention is is_on


def test_values_in_q8_0_switch_flash_attention_on(tmp_path: Path) -> None:
    model = dense(1, 2).write(tmp_path / "model.gguf")
    options = LoadOptions(n_ctx=256, cache_type=CacheType.Q8_0, flash_attention=False)
    info, lines = loaded(model, options)
    assert "flash_attn            = enabled" in lines
    assert "K (q8_0)" in lines
    assert "V (q8_0)" in lines
    assert info.cache_type is CacheType.Q8_0
    assert info.has_flash_attention


def test_where_heads_do_not_allow_q8_0_the_cache_stays_in_half_precision(tmp_path: Path) -> None:
    usual = dense(1, 1)
    narrow = {
        **usual.layers[0],
        "attn_q.weight": (4 * 48, 256), "attn_k.weight": (48, 256), "attn_v.weight": (48, 256),
        "attn_output.weight": (256, 4 * 48), "attn_q_norm.weight": (48,), "attn_k_norm.weight": (48,),
    }  # fmt: skip
    keys = {**usual.keys, "attention.key_length": 48, "attention.value_length": 48}
    model = Generated("qwen3", 256, 2048, keys, (narrow,)).write(tmp_path / "model.gguf")
    info, lines = loaded(model, LoadOptions(n_ctx=256, cache_type=CacheType.Q8_0))
    assert info.cache_type is CacheType.F16
    assert "K (f16)" in lines


@pytest.mark.parametrize("options", [
    LoadOptions(n_ctx=256, cache_type=CacheType.Q8_0), LoadOptions(n_ctx=256, flash_attention=False),
    LoadOptions(n_ctx=256, flash_attention=True),
], ids=["q8_0", "without flash attention", "with flash attention"])  # fmt: skip
def test_replies_are_the_same(options: LoadOptions, tmp_path: Path) -> None:
    engine = load_llama(TinyModel().write(tmp_path / "model.gguf"), options, lambda _: True)
    prompt = engine.prompt_tokens([PromptMessage(Role.USER, "Hi")])
    chunks = [item for item in engine.generate(prompt, GREEDY, lambda: False) if isinstance(item, Chunk)]
    engine.close()
    assert "".join(chunk.text for chunk in chunks) == "Hello there, this is a scripted reply."


def test_debugging_lines_do_not_drive_the_others_out(tmp_path: Path) -> None:
    model = dense(1, 30).write(tmp_path / "model.gguf")
    _, lines = loaded(model, LoadOptions(n_ctx=256))
    assert "KV buffer size" in lines
    assert "graph_n_input_tensors" not in lines
