"""Which layers slide, recur or attend is read from a header as llama.cpp reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from chatdesk.core.fit import Machine
from chatdesk.core.model_files import ModelFile
from chatdesk.models.fit import assess
from chatdesk.models.gguf import GgufError, GgufHeader, Skipped, Tensor, Value, read_header
from chatdesk.models.shape import Layer, ModelShape, RecurrentKind, Weights, shape_of
from tests.support.mutated_headers import reader_of
from tests.support.tiny_architectures import ARCHITECTURES

MACHINE = Machine(8 * 2**30, 6 * 2**30, 4, 4 * 2**30, 3 * 2**30)


def header(architecture: str, keys: Mapping[str, Value] | None = None, **others: Value) -> GgufHeader:
    """A header of 12 layers with 8 heads, 2 of keys and values; `keys` without the architecture's name in front."""
    usual: dict[str, Value] = {
        "block_count": 12,
        "embedding_length": 512,
        "feed_forward_length": 1024,
        "context_length": 4096,
        "attention.head_count": 8,
        "attention.head_count_kv": 2,
    }
    own = {f"{architecture}.{name}": value for name, value in {**usual, **(keys or {})}.items()}
    return GgufHeader(MappingProxyType({"general.architecture": architecture} | own | others), None, 0)


def shape(architecture: str, keys: Mapping[str, Value] | None = None) -> ModelShape:
    return shape_of(header(architecture, keys))


def pattern(found: ModelShape) -> str:
    """One letter for each layer: `s` slides, `a` attends to all, `r` recurs, `b` does both, `-` neither."""

    def letter(layer: Layer) -> str:
        if layer.is_recurrent:
            return "b" if layer.has_attention else "r"
        if not layer.has_attention:
            return "-"
        return "s" if layer.is_sliding else "a"

    return "".join(map(letter, found.layers))


def test_grouped_heads() -> None:
    found = shape("llama")
    assert pattern(found) == "a" * 12
    assert found.layers[0] == Layer(
        n_head=8, key_length=128, value_length=128, query_length=512, output_length=512, n_ff=1024
    )
    assert (found.n_ctx_train, found.n_swa, found.n_vocab, found.weights) == (4096, 0, None, None)


def test_heads_without_groups_and_of_their_own_size() -> None:
    found = shape("llama", {
        "attention.head_count_kv": Skipped(0), "attention.key_length": 128, "attention.value_length": 96,
    })  # fmt: skip
    assert (found.layers[0].key_length, found.layers[0].value_length) == (8 * 128, 8 * 96)
    assert (found.layers[0].query_length, found.layers[0].output_length) == (8 * 128, 8 * 96)
    assert found.head_lengths == (96, 128)


def test_each_layer_may_have_its_own() -> None:
    found = shape("llama", {
        "block_count": 3, "attention.head_count_kv": (1, 2, 4), "feed_forward_length": (10, 20, 30),
        "attention.head_count": (8, 8, 16),
    })  # fmt: skip
    assert [layer.key_length for layer in found.layers] == [32, 64, 128]
    assert [layer.n_ff for layer in found.layers] == [10, 20, 30]
    assert [layer.n_head for layer in found.layers] == [8, 8, 16]


@pytest.mark.parametrize(("architecture", "keys", "expected", "n_swa"), [
    ("gemma2", {}, "sa" * 6, 4096),
    ("gemma3", {"attention.sliding_window": 512}, "sssssa" * 2, 512),
    ("gemma3", {}, "a" * 12, 0),
    ("gpt-oss", {"attention.sliding_window": 128}, "sa" * 6, 128),
    ("cohere2", {"attention.sliding_window": 4096}, "sssa" * 3, 4096),
    ("cohere2moe", {"attention.sliding_window": 4096}, "asss" * 3, 4096),
    ("llama4", {}, "sssa" * 3, 8192),
    ("llama4", {"attention.sliding_window": 0}, "a" * 12, 0),
    ("smallthinker", {"attention.sliding_window": 100}, "asss" * 3, 4096),
    ("exaone4", {"attention.sliding_window": 512}, "a" * 12, 0),
    ("olmo2", {"attention.sliding_window": 512, "attention.sliding_window_pattern": 3}, "ssa" * 4, 512),
    ("gemma3", {"attention.sliding_window": 512, "attention.sliding_window_pattern": (True, False) * 6}, "sa" * 6, 512),
    ("gemma4", {"attention.sliding_window": 512, "attention.sliding_window_pattern": (1, 1, 0) * 4}, "ssa" * 4, 512),
    ("phi3", {"attention.sliding_window": 2047}, "a" * 12, 0),
    ("qwen2", {"attention.sliding_window": 32768}, "a" * 12, 0),
])  # fmt: skip
def test_sliding_windows(architecture: str, keys: dict[str, Value], expected: str, n_swa: int) -> None:
    found = shape(architecture, keys)
    assert (pattern(found), found.n_swa) == (expected, n_swa)


def test_sliding_layers_may_have_heads_of_another_size() -> None:
    found = shape("gemma4", {
        "attention.sliding_window": 512, "attention.sliding_window_pattern": (True, False) * 6,
        "attention.key_length": 512, "attention.value_length": 512,
        "attention.key_length_swa": 256, "attention.value_length_swa": 256, "attention.shared_kv_layers": 4,
    })  # fmt: skip
    assert [layer.key_length for layer in found.layers] == [512, 1024] * 4 + [0] * 4
    assert all(layer.has_attention for layer in found.layers)


SSM: dict[str, Value] = {
    "ssm.conv_kernel": 4,
    "ssm.inner_size": 1024,
    "ssm.state_size": 128,
    "ssm.group_count": 1,
    "ssm.time_step_rank": 16,
}
KV_OF_TWO = (0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0)


@pytest.mark.parametrize(("architecture", "keys", "expected", "kind"), [
    ("mamba", {**SSM, "ssm.group_count": 0, "attention.head_count": 0}, "r" * 12, RecurrentKind.MAMBA),
    ("mamba2", {**SSM, "attention.head_count": 0}, "r" * 12, RecurrentKind.MAMBA2),
    ("jamba", {**SSM, "ssm.group_count": 0, "attention.head_count_kv": KV_OF_TWO}, "rrrarrrrrrar", RecurrentKind.MAMBA),
    ("granitehybrid", {**SSM, "attention.head_count_kv": KV_OF_TWO}, "rrrarrrrrrar", RecurrentKind.MAMBA2),
    ("falcon-h1", SSM, "b" * 12, RecurrentKind.MAMBA2),
    ("lfm2", {"shortconv.l_cache": 3, "attention.head_count_kv": KV_OF_TWO}, "rrrarrrrrrar", RecurrentKind.CONVOLUTION),
    ("nemotron_h", {**SSM, "attention.head_count_kv": (0, 0, 2) * 4, "feed_forward_length": (0, 9, 0) * 4}, "r-a" * 4,
     RecurrentKind.MAMBA2),
    ("qwen3next", SSM, "rrra" * 3, RecurrentKind.DELTA_NET),
    ("qwen35", {**SSM, "full_attention_interval": 3}, "rra" * 4, RecurrentKind.DELTA_NET),
    ("qwen35moe", {**SSM, "attention.recurrent_layers": (True, False) * 6}, "ra" * 6, RecurrentKind.DELTA_NET),
    ("kimi-linear", {"kda.head_dim": 64, "ssm.conv_kernel": 4, "attention.head_count_kv": KV_OF_TWO}, "rrrarrrrrrar",
     RecurrentKind.DELTA_NET),
    ("rwkv6", {"wkv.head_size": 64, "attention.head_count": 0}, "r" * 12, RecurrentKind.RWKV6),
    ("rwkv7", {"wkv.head_size": 64, "attention.head_count": 0}, "r" * 12, RecurrentKind.RWKV7),
])  # fmt: skip
def test_recurrent_layers(architecture: str, keys: dict[str, Value], expected: str, kind: RecurrentKind) -> None:
    found = shape(architecture, keys)
    assert found.recurrent is not None
    assert (pattern(found), found.recurrent.kind) == (expected, kind)


def test_what_a_recurrent_layer_keeps() -> None:
    def kept(architecture: str, keys: Mapping[str, Value]) -> int:
        recurrent = shape(architecture, keys).recurrent
        assert recurrent is not None
        return recurrent.state_length

    assert kept("mamba2", SSM) == 3 * (1024 + 2 * 128) + 128 * 1024
    assert kept("rwkv6", {"wkv.head_size": 64}) == 512 * (2 + 64)
    assert kept("arwkv7", {"wkv.head_size": 64, "token_shift_count": 1}) == 512 * (1 + 64)
    assert kept("lfm2", {"shortconv.l_cache": 3, "attention.head_count_kv": KV_OF_TWO}) == 512 * 2
    kda: Mapping[str, Value] = {"kda.head_dim": 64, "ssm.conv_kernel": 4, "attention.head_count_kv": KV_OF_TWO}
    assert kept("kimi-linear", kda) == 3 * 3 * 8 * 64 + 64 * 64 * 8


def test_latent_attention_caches_keys_only() -> None:
    found = shape("deepseek2", {
        "attention.head_count_kv": 1, "attention.kv_lora_rank": 512, "attention.key_length": 576,
        "attention.value_length": 512, "attention.key_length_mla": 192, "attention.value_length_mla": 128,
    })  # fmt: skip
    layer = found.layers[0]
    assert (layer.key_length, layer.value_length, layer.output_length) == (576, 0, 8 * 128)
    assert (found.latent_length, found.head_lengths) == (192, (576,))


def test_only_the_first_layers_of_gemma_3n_have_a_cache() -> None:
    found = shape(
        "gemma3n", {"block_count": 30, "attention.sliding_window": 512, "embedding_length_per_layer_input": 9}
    )
    assert [layer.key_length > 0 for layer in found.layers] == [True] * 20 + [False] * 10
    assert found.n_embd_per_layer == 9


def test_layers_that_predict_several_tokens_are_not_counted() -> None:
    assert len(shape("glm4moe", {"nextn_predict_layers": 1}).layers) == 11


def test_layers_may_be_computed_several_times() -> None:
    assert len(shape("nanbeige", {"num_loops": 2}).layers) == 24


def test_experts() -> None:
    keys: dict[str, Value] = {"expert_count": 64, "expert_used_count": 6, "expert_feed_forward_length": 100}
    found = shape("qwen3moe", keys)
    assert (found.n_expert_used, found.n_ff_expert, found.n_ff_shared) == (6, 100, 0)
    assert {layer.n_ff for layer in found.layers} == {0}, "there is no dense block beside the experts"
    found = shape("deepseek2", {**keys, "leading_dense_block_count": 2, "expert_shared_count": 2})
    assert [layer.n_ff for layer in found.layers] == [1024] * 2 + [0] * 10
    assert found.n_ff_shared == 200
    assert shape("llama", {"expert_count": 8, "expert_used_count": 2}).n_ff_expert == 1024


def test_the_vocabulary_is_counted_where_its_size_is_not_told() -> None:
    tokens: dict[str, Value] = {"tokenizer.ggml.tokens": Skipped(32_000)}
    assert shape_of(header("llama", None, **tokens)).n_vocab == 32_000
    assert shape("llama", {"vocab_size": 100}).n_vocab == 100


def with_tensors(*tensors: Tensor, **keys: Value) -> GgufHeader:
    found = header("llama", {"block_count": 2}, **keys)
    return GgufHeader(found.metadata, tensors, 0)


EMBEDDINGS, FIRST, SECOND = (
    Tensor("token_embd.weight", (1,), 1000),
    Tensor("blk.0.attn_q.weight", (1,), 10),
    Tensor("blk.1.ffn_up.weight", (1,), 20),
)


def test_weights_by_layer() -> None:
    tied = shape_of(with_tensors(EMBEDDINGS, FIRST, SECOND, Tensor("output_norm.weight", (1,), 3)))
    assert tied.weights == Weights(1000, (10, 20), 3, is_tied=True)
    behind = Tensor("blk.2.nextn.eh_proj.weight", (1,), 500)
    own = shape_of(with_tensors(EMBEDDINGS, FIRST, SECOND, Tensor("output.weight", (1,), 900), behind))
    assert own.weights == Weights(1000, (10, 20), 900, is_tied=False)
    assert own.weights.total_bytes == 1930


def test_weights_are_unknown_where_a_tensor_is() -> None:
    assert shape_of(with_tensors(EMBEDDINGS, Tensor("blk.0.x", (1,), None))).weights is None
    assert shape_of(with_tensors()).weights is None


def test_weights_of_shards_are_added_up() -> None:
    first = with_tensors(EMBEDDINGS, **{"split.count": 2})
    second = GgufHeader(MappingProxyType({}), (FIRST, SECOND), 0)
    assert shape_of(first).weights is None, "one shard is not all of it"
    assert shape_of(first, [second]).weights == Weights(1000, (10, 20), 0, is_tied=True)


@pytest.mark.parametrize("keys", [
    {"block_count": 0}, {"block_count": 513}, {"block_count": Skipped(1)}, {"embedding_length": 2**30},
    {"attention.head_count_kv": (1, 2)}, {"attention.head_count": 2**25}, {"num_loops": 1000},
])  # fmt: skip
def test_impossible_shapes_are_refused(keys: dict[str, Value]) -> None:
    with pytest.raises(GgufError):
        shape("llama", keys)


ODD: tuple[Value, ...] = (
    0,
    1,
    3,
    2**24,
    2**24 + 1,
    -1,
    2.5,
    True,
    "x",
    (),
    (0,) * 12,
    (7, 0) * 6,
    (-1,) * 12,
    Skipped(5),
)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_no_value_of_a_key_breaks_it(architecture: str, tmp_path: Path) -> None:
    file = ARCHITECTURES[architecture]().write(tmp_path / "model.gguf")
    whole = read_header(reader_of(Path(file.path).read_bytes()))
    keys = [key for key in whole.metadata if key.startswith(whole.architecture)]
    assert keys
    for key in keys:
        for odd in ODD:
            changed = GgufHeader(MappingProxyType({**whole.metadata, key: odd}), whole.tensors, 0)
            try:
                found = shape_of(changed)
            except GgufError:
                continue
            assert assess(found, file.size_bytes, MACHINE).need.total_bytes > 0


@pytest.mark.starter
def test_the_starter_model(starter_model: ModelFile) -> None:
    found = shape_of(read_header(reader_of(Path(starter_model.path).read_bytes())))
    assert (found.architecture, found.n_embd, found.n_vocab, len(found.layers)) == ("llama", 576, 49_152, 30)
    assert found.layers[0] == Layer(
        n_head=9, key_length=192, value_length=192, query_length=576, output_length=576, n_ff=1536
    )
    assert found.weights is not None
    assert found.weights.is_tied
    assert 0.97 < found.weights.total_bytes / starter_model.size_bytes < 1
