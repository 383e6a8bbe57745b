"""Writes GGUF files of several architectures: what llama.cpp allocates for them is real.

`TinyModel` says what it is told to; these say nothing, or nonsense where their weights are random and not zero, but
have grouped heads, sliding windows, experts, recurrent layers, and any size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from chatdesk.core.model_files import ModelFile
from tests.support.tiny_gguf import TinyModel

Shapes = dict[str, tuple[int, ...]]
Value = int | float | bool | str | list[int] | list[bool]

CONV_KERNEL = 4
# What llama.cpp computes in single precision only
SINGLE_PRECISION = ("ssm_conv1d", "ssm_a", "ssm_d", "ssm_norm", "shortconv.conv", "ffn_gate_inp")


@dataclass(frozen=True)
class Generated:
    """A model to write: keys of its architecture by name, and the shapes of its tensors as llama.cpp names them."""

    architecture: str
    n_embd: int
    n_vocab: int
    keys: Mapping[str, Value]
    layers: tuple[Shapes, ...]
    n_ctx_train: int = 32_768
    is_tied: bool = True
    last_norm: str = "output_norm.weight"
    is_random: bool = False

    def write(self, path: Path) -> ModelFile:
        """Write the file and describe it."""
        writer = gguf.GGUFWriter(str(path), self.architecture)
        writer.add_name(f"generated {self.architecture}")
        own = {
            "context_length": self.n_ctx_train,
            "embedding_length": self.n_embd,
            "block_count": len(self.layers),
            "attention.layer_norm_rms_epsilon": 1e-5,
            **self.keys,
        }
        for name, value in own.items():
            _add(writer, f"{self.architecture}.{name}", value)
        self._write_vocabulary(writer)
        tensors: Shapes = {"token_embd.weight": (self.n_vocab, self.n_embd), self.last_norm: (self.n_embd,)}
        if not self.is_tied:
            tensors["output.weight"] = (self.n_vocab, self.n_embd)
        for index, layer in enumerate(self.layers):
            tensors |= {f"blk.{index}.{name}": shape for name, shape in layer.items()}
        for name, shape in tensors.items():
            is_single = len(shape) == 1 or any(part in name for part in SINGLE_PRECISION)
            writer.add_tensor(name, self._weights(shape).astype(np.float32 if is_single else np.float16))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        status = path.stat()
        return ModelFile(str(path), status.st_size, status.st_mtime)

    def _weights(self, shape: tuple[int, ...]) -> np.ndarray:
        if not self.is_random:
            return np.zeros(shape)
        return np.random.default_rng(len(shape) * 1000 + shape[0]).normal(0, 0.3, shape)

    def _write_vocabulary(self, writer: gguf.GGUFWriter) -> None:
        tokens = TinyModel().vocabulary
        tokens += [(f"▁w{number}", int(gguf.TokenType.NORMAL)) for number in range(self.n_vocab - len(tokens))]
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([text.encode() for text, _ in tokens])
        writer.add_token_scores([-float(index) for index in range(len(tokens))])
        writer.add_token_types([kind for _, kind in tokens])
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)


def dense(width: int = 1, n_layer: int = 4) -> Generated:
    """Like Qwen 2: four query heads share one of keys and values."""
    n_embd, n_ff, head = 256 * width, 768 * width, 64
    n_head, n_head_kv = n_embd // head, n_embd // head // 4
    layer = {**_attention(n_embd, n_head * head, n_head_kv * head), **_feed_forward(n_embd, n_ff)}
    keys: dict[str, Value] = {
        "feed_forward_length": n_ff,
        "attention.head_count": n_head,
        "attention.head_count_kv": n_head_kv,
    }
    return Generated("qwen2", n_embd, 2048 * width, keys, (layer,) * n_layer)


def sliding(width: int = 1, n_layer: int = 7) -> Generated:
    """Like Gemma 3: five layers that look back 512 tokens, then one that sees all; more heads than the width holds."""
    n_embd, n_ff, head, n_head, n_head_kv = 256 * width, 1024 * width, 128, 4 * width, width
    layer = {**_attention(n_embd, n_head * head, n_head_kv * head, head), **_feed_forward(n_embd, n_ff)}
    layer |= {"post_attention_norm.weight": (n_embd,), "post_ffw_norm.weight": (n_embd,)}
    keys: dict[str, Value] = {
        "feed_forward_length": n_ff,
        "attention.head_count": n_head,
        "attention.head_count_kv": n_head_kv,
        "attention.key_length": head,
        "attention.value_length": head,
        "attention.sliding_window": 512,
    }
    return Generated("gemma3", n_embd, 4096 * width, keys, (layer,) * n_layer)


def experts(width: int = 1, n_layer: int = 4) -> Generated:
    """Like Qwen 3 MoE: two of eight experts for each token."""
    n_embd, n_ff, head, n_expert = 256 * width, 192 * width, 64, 8
    n_head, n_head_kv = n_embd // head, max(n_embd // head // 4, 1)
    layer = {
        **_attention(n_embd, n_head * head, n_head_kv * head, head),
        "ffn_norm.weight": (n_embd,),
        "ffn_gate_inp.weight": (n_expert, n_embd),
        "ffn_gate_exps.weight": (n_expert, n_ff, n_embd),
        "ffn_up_exps.weight": (n_expert, n_ff, n_embd),
        "ffn_down_exps.weight": (n_expert, n_embd, n_ff),
    }
    keys: dict[str, Value] = {
        "feed_forward_length": 4 * n_ff,
        "attention.head_count": n_head,
        "attention.head_count_kv": n_head_kv,
        "attention.key_length": head,
        "attention.value_length": head,
        "expert_count": n_expert,
        "expert_used_count": 2,
        "expert_feed_forward_length": n_ff,
    }
    return Generated("qwen3moe", n_embd, 2048 * width, keys, (layer,) * n_layer, is_tied=False)


def hybrid(width: int = 1, n_layer: int = 4) -> Generated:
    """Like Falcon-H1: each layer has attention and a Mamba 2 block side by side."""
    n_embd, n_ff, head = 256 * width, 768 * width, 64
    n_head, n_head_kv = n_embd // head, max(n_embd // head // 4, 1)
    inner, state, groups, ssm_heads = 2 * n_embd, 64, 1, 8 * width
    convolved = inner + 2 * groups * state
    layer = {**_attention(n_embd, n_head * head, n_head_kv * head), **_feed_forward(n_embd, n_ff)}
    layer["ffn_norm"] = layer.pop("ffn_norm.weight")
    layer |= {
        "ssm_in.weight": (inner + convolved + ssm_heads, n_embd),
        "ssm_conv1d.weight": (convolved, CONV_KERNEL),
        "ssm_conv1d.bias": (convolved,),
        "ssm_dt.bias": (ssm_heads,),
        "ssm_a": (ssm_heads, 1),
        "ssm_d": (ssm_heads, 1),
        "ssm_norm.weight": (groups, inner // groups),
        "ssm_out.weight": (n_embd, inner),
    }
    keys: dict[str, Value] = {
        "feed_forward_length": n_ff,
        "attention.head_count": n_head,
        "attention.head_count_kv": n_head_kv,
        "attention.key_length": head,
        "attention.value_length": head,
        "ssm.conv_kernel": CONV_KERNEL,
        "ssm.inner_size": inner,
        "ssm.state_size": state,
        "ssm.group_count": groups,
        "ssm.time_step_rank": ssm_heads,
    }
    return Generated("falcon-h1", n_embd, 2048 * width, keys, (layer,) * n_layer)


def convolutional(width: int = 1, n_layer: int = 6) -> Generated:
    """Like LFM2: two layers with short convolutions, then one with attention."""
    n_embd, n_ff, head, cached = 256 * width, 768 * width, 64, 3
    n_head, n_head_kv = n_embd // head, n_embd // head // 4
    attention = _attention(n_embd, n_head * head, n_head_kv * head, head)
    convolution = {
        "attn_norm.weight": (n_embd,),
        "shortconv.conv.weight": (n_embd, cached),
        "shortconv.in_proj.weight": (3 * n_embd, n_embd),
        "shortconv.out_proj.weight": (n_embd, n_embd),
    }
    has_attention = [index % 3 == 2 for index in range(n_layer)]
    keys: dict[str, Value] = {
        "feed_forward_length": n_ff,
        "attention.head_count": n_head,
        "attention.head_count_kv": [n_head_kv if each else 0 for each in has_attention],
        "shortconv.l_cache": cached,
    }
    layers = tuple((attention if each else convolution) | _feed_forward(n_embd, n_ff) for each in has_attention)
    return Generated("lfm2", n_embd, 2048 * width, keys, layers, last_norm="token_embd_norm.weight")


ARCHITECTURES: Mapping[str, Callable[..., Generated]] = {
    "dense": dense,
    "sliding": sliding,
    "experts": experts,
    "hybrid": hybrid,
    "convolutional": convolutional,
}


def _attention(n_embd: int, queries: int, keys: int, normed_head: int = 0) -> Shapes:
    shapes: Shapes = {
        "attn_norm.weight": (n_embd,),
        "attn_q.weight": (queries, n_embd),
        "attn_k.weight": (keys, n_embd),
        "attn_v.weight": (keys, n_embd),
        "attn_output.weight": (n_embd, queries),
    }
    if normed_head:
        shapes |= {"attn_q_norm.weight": (normed_head,), "attn_k_norm.weight": (normed_head,)}
    return shapes


def _feed_forward(n_embd: int, n_ff: int) -> Shapes:
    return {
        "ffn_norm.weight": (n_embd,),
        "ffn_gate.weight": (n_ff, n_embd),
        "ffn_up.weight": (n_ff, n_embd),
        "ffn_down.weight": (n_embd, n_ff),
    }


def _add(writer: gguf.GGUFWriter, key: str, value: Value) -> None:
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    else:
        writer.add_array(key, value)
