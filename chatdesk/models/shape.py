"""What of a model's architecture decides how much memory it takes, read from its GGUF header.

Which layers have a KV cache, which of them look back through a window only, and which keep a recurrent state instead:
all this is decided in llama.cpp by `llama_model_base::load_hparams` (src/llama-model.cpp), by `load_arch_hparams` of
each architecture (src/models/*.cpp) and by `llama_model::create_memory`. The rules below repeat those of commit
0c1e570. "Length" means a number of elements per token throughout, not bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chatdesk.models.gguf import GgufError, Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.models.gguf import GgufHeader

MAX_LAYERS = 512  # LLAMA_MAX_LAYERS
MAX_LENGTH = 2**24  # no embedding, vocabulary or feed-forward block comes near it

_OF_LAYER = re.compile(r"blk\.(\d{1,4})\.")


@dataclass(frozen=True, slots=True)
class _Window:
    """How an architecture mixes layers that see all tokens with such that see the last ones.

    Every `pattern`-th layer sees all, the last of each group unless `sees_all_first`. `n_swa` is the window where the
    header gives none. An architecture with an `only_n_layer` slides when it has that many layers.
    """

    pattern: int
    sees_all_first: bool = False
    n_swa: int = 0
    fixed_n_swa: int | None = None
    only_n_layer: int | None = None


# Architectures whose header may leave the pattern out. Others slide where the header lists the sliding layers one by
# one; a bare window size says nothing (llama.cpp ignores that of qwen2, and switched that of phi3 off).
_WINDOWS: Mapping[str, _Window] = {
    "afmoe": _Window(4),
    "cohere2": _Window(4),
    "cohere2moe": _Window(4, sees_all_first=True),
    "exaone-moe": _Window(4, n_swa=128),
    "exaone4": _Window(4, n_swa=4096, only_n_layer=64),
    "gemma2": _Window(2, n_swa=4096),
    "gemma3": _Window(6),
    "gemma3n": _Window(5),
    "gpt-oss": _Window(2),
    "laguna": _Window(4, sees_all_first=True),
    "llama4": _Window(4, n_swa=8192, fixed_n_swa=8192),
    "mellum": _Window(4),
    "muse-glimmer": _Window(4),
    "olmo2": _Window(4),
    "plamo3": _Window(8),
    "smallthinker": _Window(4, sees_all_first=True, fixed_n_swa=4096),
}
_NEVER_SLIDES = frozenset({"phi3"})

# llm_arch_is_recurrent
_RECURRENT = frozenset({"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"})
# Of llm_arch_is_hybrid: layers without KV heads are recurrent
_HYBRID = frozenset({"jamba", "plamo2", "granitehybrid", "lfm2", "lfm2moe", "kimi-linear", "bailingmoe3", "kimi-k3"})
# Likewise, but a layer with a feed-forward block is nothing else
_HYBRID_OR_FEED_FORWARD = frozenset({"nemotron_h", "nemotron_h_moe"})
# Every layer is both
_BOTH = frozenset({"falcon-h1"})
# All but every n-th layer are recurrent -> n where the header does not say
_HYBRID_BY_INTERVAL: Mapping[str, int] = {
    "qwen3next": 4,
    "qwen35": 4,
    "qwen35moe": 4,
    "qwen4exp": 4,
    "minimax-01": 8,
}
_DELTA_NETS = frozenset({"qwen3next", "qwen35", "qwen35moe", "qwen4exp", "kimi-linear", "kimi-k3", "bailingmoe3"})

# Their feed-forward block has no gate: one matrix up, one down.
_UNGATED = frozenset({
    "apertus", "arcee", "bloom", "codeshell", "falcon", "gpt2", "gptneox", "jais2", "mpt", "nemotron", "nemotron_h",
    "nemotron_h_moe", "phi2", "plm", "starcoder", "starcoder2",
})  # fmt: skip
_DENSE_BESIDE_EXPERTS = frozenset({"arctic", "gemma4"})
_GEMMA3N_LAYERS_WITH_CACHE = 20  # hparams.n_layer_kv_from_start
_DEFAULT_TOKEN_SHIFTS = 2


class RecurrentKind(StrEnum):
    """What a recurrent layer computes, as far as it shows in memory."""

    MAMBA = "mamba"
    MAMBA2 = "mamba2"
    DELTA_NET = "delta_net"
    CONVOLUTION = "convolution"
    RWKV6 = "rwkv6"
    RWKV7 = "rwkv7"


@dataclass(frozen=True, slots=True)
class Recurrent:
    """The recurrent layers of a model: what each keeps, in float32 numbers, and the sizes it computes with."""

    kind: RecurrentKind
    state_length: int
    inner_size: int = 0
    state_size: int = 0
    n_groups: int = 0
    time_step_rank: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One block of a model.

    `key_length` and `value_length` are what its KV cache holds per token, 0 where it has none; `query_length` and
    `output_length` are what attention computes with per token; `n_ff` is that of its dense feed-forward block, if any.
    """

    n_head: int = 0
    key_length: int = 0
    value_length: int = 0
    query_length: int = 0
    output_length: int = 0
    n_ff: int = 0
    is_sliding: bool = False
    is_recurrent: bool = False

    @property
    def has_attention(self) -> bool:
        """Whether it attends to earlier tokens, through a KV cache of its own or of another layer."""
        return self.query_length > 0


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of the tensors that llama.cpp loads: what comes before the layers, each layer, and what comes behind.

    `is_tied`: the output is computed with the embeddings of the input.
    """

    input_bytes: int
    layer_bytes: tuple[int, ...]
    output_bytes: int
    is_tied: bool

    @property
    def total_bytes(self) -> int:
        """All of them; tied embeddings once."""
        return self.input_bytes + sum(self.layer_bytes) + self.output_bytes


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What decides a model's memory.

    `n_vocab` and `n_ctx_train` are None where the header does not say, `weights` where its tensors were not read.
    `n_swa` is the window of the sliding layers. `head_lengths` are the sizes of one head's keys and values.
    `n_expert_used` experts of `n_ff_expert` work on a token in each layer without a dense feed-forward block, and
    shared ones of `n_ff_shared` together.
    `latent_length` is the size of one head's keys outside the cache, for multi-head latent attention (MLA), else 0.
    """

    architecture: str
    n_ctx_train: int | None
    n_embd: int
    n_vocab: int | None
    layers: tuple[Layer, ...]
    head_lengths: tuple[int, ...] = ()
    n_swa: int = 0
    n_expert_used: int = 0
    n_ff_expert: int = 0
    n_ff_shared: int = 0
    is_gated: bool = True
    latent_length: int = 0
    n_embd_per_layer: int = 0
    recurrent: Recurrent | None = None
    weights: Weights | None = None


def shape_of(header: GgufHeader, other_shards: Sequence[GgufHeader] = ()) -> ModelShape:
    """The shape of the model whose only or first file begins with `header`.

    Raises:
        GgufError: the header does not say enough, or something impossible.
    """
    keys = _Keys(header)
    n_layer = keys.one("block_count")
    if not 0 < n_layer <= MAX_LAYERS:
        raise GgufError(f"it claims {n_layer} layers")
    n_own = n_layer - min(keys.one("nextn_predict_layers", 0), n_layer - 1)
    n_embd = keys.one("embedding_length")
    heads = keys.each("attention.head_count", n_layer, 0)
    kv_heads = keys.each("attention.head_count_kv", n_layer, None) or heads
    feed_forward = keys.each("feed_forward_length", n_layer, 0)
    attention = _attention(keys, n_embd, max(heads))
    n_swa, sliding = _sliding(keys, n_layer)
    recurrent_layers = _recurrent_layers(keys, kv_heads, feed_forward)
    experts = _experts(keys, n_layer, feed_forward)
    n_with_cache = _n_with_cache(keys, n_layer)

    def layer(index: int) -> Layer:
        n_ff, is_recurrent = feed_forward[index], recurrent_layers[index]
        may_attend = _may_attend(keys.architecture, n_ff, is_recurrent=is_recurrent)
        return _layer(
            attention.of(is_sliding=sliding[index]),
            n_head=heads[index] or max(heads),
            n_head_kv=kv_heads[index] if may_attend else 0,
            n_ff=n_ff if index in experts.dense_layers else 0,
            is_sliding=sliding[index],
            is_recurrent=is_recurrent,
            has_cache=index < n_with_cache,
        )

    layers = tuple(map(layer, range(n_own)))
    loops = max(keys.one("num_loops", 1), 1)
    if len(layers) * loops > MAX_LAYERS:
        raise GgufError(f"it repeats its layers {loops} times")
    return ModelShape(
        architecture=keys.architecture,
        n_ctx_train=keys.one("context_length", 0) or None,
        n_embd=n_embd,
        n_vocab=keys.one("vocab_size", 0) or header.length("tokenizer.ggml.tokens"),
        layers=layers * loops,
        head_lengths=attention.head_lengths,
        n_swa=n_swa if any(layer.is_sliding for layer in layers) else 0,
        n_expert_used=experts.n_used,
        n_ff_expert=experts.n_ff,
        n_ff_shared=experts.n_ff_shared,
        is_gated=keys.architecture not in _UNGATED,
        latent_length=attention.latent_length,
        n_embd_per_layer=keys.one("embedding_length_per_layer_input", 0),
        recurrent=_recurrent(keys, n_embd, max(heads)) if any(layer.is_recurrent for layer in layers) else None,
        weights=_weights((header, *other_shards), n_own),
    )


class _Keys:
    """The architecture's own keys, checked."""

    def __init__(self, header: GgufHeader) -> None:
        self._header = header
        self.architecture = header.architecture

    def one(self, name: str, otherwise: int | None = None) -> int:
        """One number; of an array the largest, as some writers repeat it for each layer."""
        key = f"{self.architecture}.{name}"
        value = self._header.integer(key)
        if value is None:
            value = max(self._header.integers(key) or (), default=otherwise)
        if value is None:
            raise GgufError(f"it does not say {name}")
        return self._checked(name, value)

    def each(self, name: str, n_layer: int, otherwise: int | None) -> tuple[int, ...]:
        """One number for each layer, given once or as an array; empty without it and an `otherwise`."""
        key = f"{self.architecture}.{name}"
        value = self._header.integer(key)
        if value is None:
            values = self._header.integers(key)
            if values is not None:
                if len(values) < n_layer:
                    raise GgufError(f"{name} has {len(values)} entries for {n_layer} layers")
                return tuple(self._checked(name, each) for each in values[:n_layer])
            value = otherwise
        return () if value is None else (self._checked(name, value),) * n_layer

    def listed(self, name: str) -> tuple[int, ...] | None:
        """An array as it stands; None when there is none."""
        return self._header.integers(f"{self.architecture}.{name}")

    def _checked(self, name: str, value: int) -> int:
        if value > MAX_LENGTH:
            raise GgufError(f"its {name} is {value}")
        return value


@dataclass(frozen=True, slots=True)
class _Heads:
    """Sizes of one head: of its keys and values in the cache, and of what attention gives for it."""

    key_length: int
    value_length: int
    output_length: int


@dataclass(frozen=True, slots=True)
class _Attention:
    full: _Heads
    sliding: _Heads
    latent_length: int

    def of(self, *, is_sliding: bool) -> _Heads:
        return self.sliding if is_sliding else self.full

    @property
    def head_lengths(self) -> tuple[int, ...]:
        lengths = {heads.key_length for heads in (self.full, self.sliding)}
        lengths |= {heads.value_length for heads in (self.full, self.sliding)}
        return tuple(sorted(lengths - {0}))


def _attention(keys: _Keys, n_embd: int, n_head: int) -> _Attention:
    """Sizes of the heads. With latent attention the cache holds keys only, whose first part serves as values."""
    default = n_embd // n_head if n_head else 0
    key_length = keys.one("attention.key_length", default)
    value_length = keys.one("attention.value_length", default)
    latent_length = keys.one("attention.key_length_mla", 0)
    latent_value_length = keys.one("attention.value_length_mla", 0)
    if latent_length and latent_value_length:
        latent = _Heads(key_length, 0, latent_value_length)
        return _Attention(latent, latent, latent_length)
    sliding_value_length = keys.one("attention.value_length_swa", value_length)
    return _Attention(
        _Heads(key_length, value_length, value_length),
        _Heads(keys.one("attention.key_length_swa", key_length), sliding_value_length, sliding_value_length),
        latent_length=0,
    )


def _layer(
    heads: _Heads,
    *,
    n_head: int,
    n_head_kv: int,
    n_ff: int,
    is_sliding: bool,
    is_recurrent: bool,
    has_cache: bool,
) -> Layer:
    if n_head_kv == 0:
        return Layer(n_ff=n_ff, is_recurrent=is_recurrent)
    return Layer(
        n_head=n_head,
        key_length=n_head_kv * heads.key_length if has_cache else 0,
        value_length=n_head_kv * heads.value_length if has_cache else 0,
        query_length=n_head * heads.key_length,
        output_length=n_head * heads.output_length,
        n_ff=n_ff,
        is_sliding=is_sliding,
        is_recurrent=is_recurrent,
    )


def _sliding(keys: _Keys, n_layer: int) -> tuple[int, tuple[bool, ...]]:
    """The window, and which layers slide: `set_swa_pattern` and `load_swa_pattern`."""
    nowhere = (False,) * n_layer
    window = _WINDOWS.get(keys.architecture)
    listed = keys.listed("attention.sliding_window_pattern")
    n_swa = keys.one("attention.sliding_window", window.n_swa if window else 0)
    if n_swa == 0 or keys.architecture in _NEVER_SLIDES:
        return 0, nowhere
    if window is None:
        if listed is None or len(listed) < n_layer:
            # All layers with attention, of this one architecture
            return n_swa, (keys.architecture == "lfm2",) * n_layer
    elif window.only_n_layer not in (None, n_layer):
        return 0, nowhere
    elif window.fixed_n_swa is not None:
        n_swa = window.fixed_n_swa
    if listed is not None and len(listed) >= n_layer:
        return n_swa, tuple(map(bool, listed[:n_layer]))
    assert window is not None, "the others were handled above"
    pattern = keys.one("attention.sliding_window_pattern", window.pattern)
    if pattern == 0:
        return n_swa, (True,) * n_layer
    seeing_all = 0 if window.sees_all_first else pattern - 1
    return n_swa, tuple(index % pattern != seeing_all for index in range(n_layer))


@dataclass(frozen=True, slots=True)
class _Experts:
    n_used: int
    n_ff: int
    n_ff_shared: int
    dense_layers: range


def _experts(keys: _Keys, n_layer: int, feed_forward: Sequence[int]) -> _Experts:
    """The experts, and in which layers a dense feed-forward block stands in their place or beside them."""
    n_used = max(keys.each("expert_used_count", n_layer, 0))
    if n_used == 0:
        return _Experts(0, 0, 0, range(n_layer))
    n_ff = max(keys.each("expert_feed_forward_length", n_layer, 0)) or max(feed_forward)
    n_ff_shared = keys.one("expert_shared_feed_forward_length", 0) or keys.one("expert_shared_count", 0) * n_ff
    is_mixed = keys.architecture in _DENSE_BESIDE_EXPERTS or keys.one("interleave_moe_layer_step", 1) > 1
    return _Experts(n_used, n_ff, n_ff_shared, range(n_layer if is_mixed else keys.one("leading_dense_block_count", 0)))


def _recurrent_layers(keys: _Keys, kv_heads: Sequence[int], feed_forward: Sequence[int]) -> tuple[bool, ...]:
    n_layer = len(feed_forward)
    architecture = keys.architecture
    if architecture in _RECURRENT or architecture in _BOTH:
        return (True,) * n_layer
    if architecture in _HYBRID:
        return tuple(n_head_kv == 0 for n_head_kv in kv_heads)
    if architecture in _HYBRID_OR_FEED_FORWARD:
        return tuple(n_head_kv == 0 and n_ff == 0 for n_head_kv, n_ff in zip(kv_heads, feed_forward, strict=True))
    if architecture in _HYBRID_BY_INTERVAL:
        listed = keys.listed("attention.recurrent_layers")
        if listed is not None and len(listed) >= n_layer:
            return tuple(map(bool, listed[:n_layer]))
        interval = max(keys.one("full_attention_interval", _HYBRID_BY_INTERVAL[architecture]), 1)
        return tuple((index + 1) % interval != 0 for index in range(n_layer))
    return (False,) * n_layer


def _may_attend(architecture: str, n_ff: int, *, is_recurrent: bool) -> bool:
    """Whether a layer has attention, if it has heads for it: the `filter_attn` of `create_memory`."""
    if architecture in _RECURRENT:
        return False
    if architecture in _HYBRID_OR_FEED_FORWARD:
        return not is_recurrent and n_ff == 0
    return architecture in _BOTH or not is_recurrent


def _n_with_cache(keys: _Keys, n_layer: int) -> int:
    """How many layers, from the first, have a KV cache of their own; the others use one of these."""
    if keys.architecture == "gemma3n":
        return _GEMMA3N_LAYERS_WITH_CACHE
    return n_layer - min(keys.one("attention.shared_kv_layers", 0), n_layer)


def _recurrent(keys: _Keys, n_embd: int, n_head: int) -> Recurrent:
    """`llama_hparams::n_embd_r` and `n_embd_s`: what the convolution and the state of one layer keep, added up."""
    if wkv_head_size := keys.one("wkv.head_size", 0):
        shifts = keys.one("token_shift_count", _DEFAULT_TOKEN_SHIFTS)
        kind = RecurrentKind.RWKV7 if keys.architecture in ("rwkv7", "arwkv7") else RecurrentKind.RWKV6
        return Recurrent(kind, n_embd * (shifts + wkv_head_size))
    if cached := keys.one("shortconv.l_cache", 0):
        return Recurrent(RecurrentKind.CONVOLUTION, n_embd * (cached - 1))
    kernel = max(keys.one("ssm.conv_kernel", 0), 1)
    if head_size := keys.one("kda.head_dim", 0):
        inner = n_head * head_size
        return Recurrent(
            RecurrentKind.DELTA_NET, inner * (3 * (kernel - 1) + head_size), inner, head_size, n_head, n_head
        )
    if keys.architecture == "minimax-01":
        head_size = keys.one("attention.key_length", n_embd // max(n_head, 1))
        return Recurrent(RecurrentKind.DELTA_NET, head_size**2 * n_head, head_size * n_head, head_size, n_head, n_head)
    inner, state = keys.one("ssm.inner_size"), keys.one("ssm.state_size")
    groups = keys.one("ssm.group_count", 0)
    if keys.architecture in _DELTA_NETS:
        kind = RecurrentKind.DELTA_NET
    else:
        kind = RecurrentKind.MAMBA2 if groups else RecurrentKind.MAMBA
    length = (kernel - 1) * (inner + 2 * groups * state) + state * inner
    return Recurrent(kind, length, inner, state, groups, keys.one("ssm.time_step_rank", 0))


def _weights(headers: Sequence[GgufHeader], n_layer: int) -> Weights | None:
    """The bytes of the tensors, where all files of the model were read to the end and all types are known."""
    if len(headers) != max(headers[0].integer("split.count") or 1, 1):
        return None
    tensors: list[Tensor] = []
    for header in headers:
        if header.tensors is None:
            return None
        tensors += header.tensors
    if not tensors:
        return None
    input_bytes = output_bytes = 0
    layer_bytes = [0] * n_layer
    for tensor in tensors:
        if tensor.size_bytes is None:
            return None
        if found := _OF_LAYER.match(tensor.name):
            # Layers behind the last one predict several tokens at once; they are not loaded.
            if int(found[1]) < n_layer:
                layer_bytes[int(found[1])] += tensor.size_bytes
        elif tensor.name.startswith("output"):
            output_bytes += tensor.size_bytes
        else:
            input_bytes += tensor.size_bytes
    is_tied = not any(tensor.name == "output.weight" for tensor in tensors)
    return Weights(input_bytes, tuple(layer_bytes), output_bytes, is_tied)
