"""The sizes of models that people run, or close to them, and what memory llama.cpp plans for such models.

llama.cpp makes a model of metadata alone (`llama_model_init_from_user`), and with `no_alloc` it only plans its memory:
the contexts of a model of 600 billion parameters are planned in a moment. The bindings have neither, so this goes
through ctypes, in a process of its own: where a size is impossible llama.cpp aborts.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from chatdesk.models.gguf import GgufHeader

Value = int | float | list[int] | list[bool]

N_CTX_TRAIN = 131_072


@dataclass(frozen=True)
class Published:
    """A model's architecture, vocabulary and keys."""

    architecture: str
    n_vocab: int
    keys: Mapping[str, Value]

    @property
    def metadata(self) -> dict[str, str | Value]:
        own = {"vocab_size": self.n_vocab, "context_length": N_CTX_TRAIN, "attention.layer_norm_rms_epsilon": 1e-5}
        own["attention.layer_norm_epsilon"] = 1e-5
        named = {f"{self.architecture}.{key}": value for key, value in {**own, **self.keys}.items()}
        return {"general.architecture": self.architecture, "tokenizer.ggml.model": "none", **named}

    @property
    def header(self) -> GgufHeader:
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in self.metadata.items()}
        return GgufHeader(MappingProxyType(values), None, 0)


def _sizes(
    n_embd: int, n_layer: int, n_ff: int, n_head: int, n_head_kv: int, head: int = 0, **others: Value
) -> dict[str, Value]:
    """Keys of a transformer; in those of `others` `__` stands for a dot."""
    keys: dict[str, Value] = {
        "embedding_length": n_embd,
        "block_count": n_layer,
        "feed_forward_length": n_ff,
        "attention.head_count": n_head,
        "attention.head_count_kv": n_head_kv,
    }
    if head:
        keys |= {"attention.key_length": head, "attention.value_length": head}
    return keys | {name.replace("__", "."): value for name, value in others.items()}


def _window(n_swa: int) -> dict[str, Value]:
    return {"attention.sliding_window": n_swa}


def _experts(count: int, used: int, n_ff: int, **others: Value) -> dict[str, Value]:
    keys: dict[str, Value] = {"expert_count": count, "expert_used_count": used, "expert_feed_forward_length": n_ff}
    return keys | others


def _latent(key: int, value: int, q_lora_rank: int = 0) -> dict[str, Value]:
    """Multi-head latent attention as DeepSeek has it."""
    keys: dict[str, Value] = {
        "attention.kv_lora_rank": 512,
        "attention.key_length": 576,
        "attention.value_length": 512,
        "attention.key_length_mla": key,
        "attention.value_length_mla": value,
        "rope.dimension_count": 64,
    }
    return keys | ({"attention.q_lora_rank": q_lora_rank} if q_lora_rank else {})


def _state_space(inner: int, state: int, rank: int, groups: int | None = None) -> dict[str, Value]:
    keys: dict[str, Value] = {
        "ssm.conv_kernel": 4,
        "ssm.inner_size": inner,
        "ssm.state_size": state,
        "ssm.time_step_rank": rank,
    }
    return keys if groups is None else {**keys, "ssm.group_count": groups}


def _only_in(n_layer: int, *layers: int) -> list[int]:
    """Eight heads of keys and values in these layers, none in the others."""
    return [8 if index in layers else 0 for index in range(n_layer)]


PUBLISHED: Mapping[str, Published] = {
    "Llama-3.2-1B": Published("llama", 128256, _sizes(2048, 16, 8192, 32, 8)),
    "Llama-3.1-8B": Published("llama", 128256, _sizes(4096, 32, 14336, 32, 8)),
    "Qwen2.5-7B": Published("qwen2", 152064, _sizes(3584, 28, 18944, 28, 4)),
    "Qwen3-4B": Published("qwen3", 151936, _sizes(2560, 36, 9728, 32, 8, 128)),
    "Phi-4-mini": Published("phi3", 200064, _sizes(3072, 32, 8192, 24, 8)),
    "Phi-3-mini": Published("phi3", 32064, _sizes(3072, 32, 8192, 32, 32)),
    "Gemma-2-9b": Published("gemma2", 256000, _sizes(3584, 42, 14336, 16, 8, 256) | _window(4096)),
    "Gemma-3-4b": Published("gemma3", 262208, _sizes(2560, 34, 10240, 8, 4, 256) | _window(1024)),
    "Gemma-3-12b": Published("gemma3", 262208, _sizes(3840, 48, 15360, 16, 8, 256) | _window(1024)),
    "Gemma-3n-E2B": Published(
        "gemma3n", 262400, _sizes(2048, 30, 8192, 8, 2, 256) | _window(512) | {"embedding_length_per_layer_input": 256}
    ),
    "Gemma-4-E2B": Published(
        "gemma4",
        262144,
        _sizes(1536, 35, 6144, 8, 1, 512)
        | {
            "attention.sliding_window": 512,
            "attention.sliding_window_pattern": [index % 5 != 4 for index in range(35)],
            "attention.key_length_swa": 256,
            "attention.value_length_swa": 256,
            "embedding_length_per_layer_input": 256,
            "attention.shared_kv_layers": 20,
            "final_logit_softcapping": 30.0,
        },
    ),
    "Command-R7B": Published("cohere2", 256000, _sizes(4096, 32, 14336, 32, 8) | _window(4096) | {"logit_scale": 0.25}),
    "OLMo-2-7B": Published("olmo2", 100352, _sizes(4096, 32, 11008, 32, 32)),
    "EXAONE-4-1.2B": Published("exaone4", 102400, _sizes(2048, 30, 4096, 32, 8)),
    "Mixtral-8x7B": Published(
        "llama", 32000, _sizes(4096, 32, 14336, 32, 8) | {"expert_count": 8, "expert_used_count": 2}
    ),
    "Qwen1.5-MoE-A2.7B": Published(
        "qwen2moe",
        151936,
        _sizes(2048, 24, 5632, 16, 16) | _experts(60, 4, 1408, expert_shared_feed_forward_length=5632),
    ),
    "Qwen3-30B-A3B": Published("qwen3moe", 151936, _sizes(2048, 48, 6144, 32, 4, 128) | _experts(128, 8, 768)),
    "gpt-oss-20b": Published(
        "gpt-oss", 201088, _sizes(2880, 24, 2880, 64, 8, 64) | _window(128) | _experts(32, 4, 2880)
    ),
    "DeepSeek-V2-Lite": Published(
        "deepseek2",
        102400,
        _sizes(2048, 27, 10944, 16, 1)
        | _experts(64, 6, 1408, expert_shared_count=2, leading_dense_block_count=1)
        | _latent(192, 128),
    ),
    "DeepSeek-V3": Published(
        "deepseek2",
        129280,
        _sizes(7168, 61, 18432, 128, 1)
        | _experts(
            256,
            8,
            2048,
            expert_shared_count=1,
            leading_dense_block_count=3,
            expert_gating_func=2,
            expert_group_count=8,
            expert_group_used_count=4,
        )
        | _latent(192, 128, 1536),
    ),
    "GLM-4.7-Flash": Published(
        "deepseek2",
        154880,
        _sizes(2048, 47, 10240, 20, 1)
        | _experts(64, 4, 1536, expert_shared_count=1, leading_dense_block_count=1)
        | _latent(256, 256, 768),
    ),
    "GLM-4.5-Air": Published(
        "glm4moe",
        151552,
        _sizes(4096, 46, 10944, 96, 8, 128)
        | _experts(128, 8, 1408, expert_shared_count=1, leading_dense_block_count=1)
        | {"rope.dimension_count": 64},
    ),
    "Llama-4-Scout": Published(
        "llama4", 202048, _sizes(5120, 48, 16384, 40, 8, 128) | _experts(16, 1, 8192, interleave_moe_layer_step=1)
    ),
    "Ernie-4.5-21B-A3B": Published(
        "ernie4_5-moe",
        103424,
        _sizes(2560, 28, 12288, 20, 4, 128)
        | _experts(
            64,
            6,
            1536,
            expert_shared_count=2,
            leading_dense_block_count=1,
            interleave_moe_layer_step=1,
            expert_shared_feed_forward_length=3072,
        ),
    ),
    "SmallThinker-4B": Published(
        "smallthinker",
        151936,
        _sizes(1536, 32, 768, 12, 2, 128) | _window(4096) | _experts(32, 4, 768, expert_gating_func=2),
    ),
    "mamba-2.8b": Published(
        "mamba",
        50280,
        _state_space(5120, 16, 160)
        | {"embedding_length": 2560, "block_count": 64, "feed_forward_length": 0, "attention.head_count": 0},
    ),
    "Falcon-H1-0.5B": Published("falcon-h1", 32784, _sizes(1024, 36, 2048, 8, 2, 64) | _state_space(1536, 128, 24, 1)),
    "Falcon-H1-7B": Published(
        "falcon-h1", 130048, _sizes(3072, 44, 12288, 12, 2, 128) | _state_space(3072, 256, 24, 1)
    ),
    "Granite-4-h-micro": Published(
        "granitehybrid",
        100352,
        _state_space(4096, 128, 64, 1)
        | {
            "embedding_length": 2048,
            "block_count": 40,
            "feed_forward_length": 8192,
            "attention.head_count": 32,
            "attention.head_count_kv": _only_in(40, 5, 15, 25, 35),
            "logit_scale": 8.0,
            "rope.dimension_count": 64,
        },
    ),
    "LFM2-1.2B": Published(
        "lfm2",
        65536,
        {
            "embedding_length": 2048,
            "block_count": 16,
            "feed_forward_length": 8192,
            "attention.head_count": 32,
            "attention.head_count_kv": _only_in(16, 2, 5, 8, 10, 12, 14),
            "shortconv.l_cache": 3,
        },
    ),
    "Qwen3-Next-80B": Published(
        "qwen3next",
        151936,
        _sizes(2048, 48, 5120, 16, 2, 256)
        | _experts(512, 10, 512, expert_shared_feed_forward_length=512)
        | _state_space(4096, 128, 32, 16)
        | {"rope.dimension_count": 64},
    ),
    "Qwen3.5-4B": Published(
        "qwen35",
        248320,
        _sizes(2560, 32, 9216, 16, 4, 256)
        | _state_space(4096, 128, 32, 16)
        | {"rope.dimension_count": 64, "rope.dimension_sections": [11, 11, 10, 0], "full_attention_interval": 4},
    ),
    "Nemotron-H-8B": Published(
        "nemotron_h",
        131072,
        _state_space(8192, 128, 128, 8)
        | {
            "embedding_length": 4096,
            "block_count": 52,
            "feed_forward_length": [21504 if index % 2 and index not in (7, 17, 27, 37) else 0 for index in range(52)],
            "attention.head_count": 32,
            "attention.head_count_kv": _only_in(52, 7, 17, 27, 37),
            "attention.key_length": 128,
            "attention.value_length": 128,
            "rope.dimension_count": 128,
        },
    ),
    "RWKV7-1.5B": Published(
        "rwkv7",
        65536,
        {
            "embedding_length": 2048,
            "block_count": 24,
            "feed_forward_length": 8192,
            "attention.head_count": 0,
            "wkv.head_size": 64,
            "attention.decay_lora_rank": 96,
            "attention.iclr_lora_rank": 96,
            "attention.value_residual_mix_lora_rank": 64,
            "attention.gate_lora_rank": 256,
        },
    ),
}


@dataclass(frozen=True)
class Plan:
    """How a context is made; `is_quantized`: keys and values in Q8_0."""

    n_ctx: int
    is_quantized: bool = False
    has_flash_attention: bool = True


PLANS = (Plan(8192), Plan(4096, is_quantized=True), Plan(4096, has_flash_attention=False))
MEBIBYTE = 2**20
_F16, _Q8_0 = 1, 8
_UINT32, _BOOL = 4, 7
_CACHE = re.compile(r"llama_kv_cache: size = *([0-9.]+) MiB")  # its buffer is not made, and said to have no size
_STATES = re.compile(r"RS buffer size = *([0-9.]+) MiB")
_COMPUTED = re.compile(r"(?:compute|output) buffer size = *([0-9.]+) MiB")


def main() -> None:
    """Print, as JSON, for each model and plan the bytes of the cache and of what is computed in."""
    from chatdesk.engine import llama_runtime

    low_level = llama_runtime.llama_cpp.llama_cpp
    log: list[str] = []

    def keep(_level: int, text: bytes, _user_data: object) -> None:
        log.append(text.decode())

    llama_runtime.start()
    callback = low_level.llama_log_callback(keep)
    low_level.llama_log_set(callback, ctypes.c_void_p(0))
    planned = {}
    for name, model in PUBLISHED.items():
        print(name, file=sys.stderr)  # the last one before an abort is the one
        handle = _model(low_level, model)
        sizes = []
        for plan in PLANS:
            log.clear()
            low_level.llama_free(low_level.llama_init_from_model(handle, _context_params(low_level, plan)))
            text = "".join(log)
            sums = [sum(map(float, kind.findall(text))) * MEBIBYTE for kind in (_CACHE, _STATES, _COMPUTED)]
            sizes.append((sums[0] + sums[1], sums[2]))
        planned[name] = sizes
        low_level.llama_model_free(ctypes.c_void_p(handle))
    print(json.dumps(planned))


def _context_params(low_level: Any, plan: Plan) -> Any:
    params = low_level.llama_context_default_params()
    params.n_ctx = plan.n_ctx
    params.n_batch = params.n_ubatch = 512
    params.n_outputs_max = 1
    params.flash_attn_type = int(plan.has_flash_attention)
    params.type_k = params.type_v = _Q8_0 if plan.is_quantized else _F16
    return params


def _model(low_level: Any, model: Published) -> Any:
    library = low_level._lib
    pointer, name, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32

    def function(symbol: str, result: Any, *arguments: Any) -> Any:
        found = library[symbol]
        found.restype, found.argtypes = result, arguments
        return found

    set_tensor = ctypes.CFUNCTYPE(None, pointer, pointer)
    metadata = function("gguf_init_empty", pointer)()
    for key, value in model.metadata.items():
        spelled = key.encode()
        match value:
            case str():
                function("gguf_set_val_str", None, pointer, name, name)(metadata, spelled, value.encode())
            case float():
                function("gguf_set_val_f32", None, pointer, name, ctypes.c_float)(metadata, spelled, value)
            case int():
                function("gguf_set_val_u32", None, pointer, name, number)(metadata, spelled, value)
            case list():
                is_truth = isinstance(value[0], bool)
                item: Any = ctypes.c_bool if is_truth else number
                items = (item * len(value))(*value)
                function("gguf_set_arr_data", None, pointer, name, ctypes.c_int, pointer, ctypes.c_size_t)(
                    metadata, spelled, _BOOL if is_truth else _UINT32, ctypes.cast(items, pointer), len(value)
                )
    params = low_level.llama_model_default_params()
    params.no_alloc = True
    make = function("llama_model_init_from_user", pointer, pointer, set_tensor, pointer, low_level.llama_model_params)
    handle = make(metadata, set_tensor(lambda _tensor, _user_data: None), None, params)
    assert handle, f"llama.cpp refuses {model}"
    return handle


if __name__ == "__main__":
    main()
