"""How much memory llama.cpp allocates for a model of a given shape, in bytes.

Each formula names the function of llama.cpp (commit 0c1e570) that it repeats. The KV cache and the weights are exact.
The compute buffer is what ggml's allocator (ggml/src/ggml-alloc.c) packs the widest part of the graph into; its
formulas were found by having llama.cpp plan contexts for some seventy published models (`no_alloc`), one size changed
at a time, and agree with these plans to a few per cent. Small buffers are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatdesk.core.fit import CacheType, MemoryNeed
from chatdesk.models.shape import RecurrentKind

if TYPE_CHECKING:
    from chatdesk.models.shape import Layer, ModelShape, Recurrent

N_CTX_STEP = 256  # llama_context pads n_ctx to it, and llama_kv_cache_iswa the cache of sliding layers
N_UBATCH = 512
_F32_BYTES = 4
_F16_BYTES = 2
# cache type -> (bytes of a block, elements in it)
_BLOCKS = {CacheType.F16: (2, 1), CacheType.Q8_0: (34, 32)}
# llama_init_from_model switches flash attention off for it.
_WITHOUT_FLASH_ATTENTION = frozenset({"grok"})
# What a token's text, score, type and merges take in llama_vocab: measured 140 (SentencePiece) to 390 (BPE with twice
# as many merges as tokens).
_BYTES_PER_TOKEN_OF_VOCABULARY = 200


@dataclass(frozen=True, slots=True)
class ContextPlan:
    """How a context will be made; as the engine does it, where nothing else is said.

    `flash_attention` None: where llama.cpp can. `swa_full`: layers with a sliding window cache all tokens
    nevertheless, so that a conversation can be taken back to any point; it is llama.cpp's default.
    """

    n_ctx: int
    cache_type: CacheType = CacheType.F16
    flash_attention: bool | None = None
    n_ubatch: int = N_UBATCH
    swa_full: bool = True

    @property
    def n_cells(self) -> int:
        """How many tokens a cache holds that is not shortened."""
        return _padded(self.n_ctx)

    @property
    def n_tokens(self) -> int:
        """How many tokens are computed at once, at most."""
        return min(self.n_ctx, self.n_ubatch)


def memory_need(
    shape: ModelShape,
    size_bytes: int,
    n_ctx: int,
    cache_type: CacheType = CacheType.F16,
    *,
    flash_attention: bool | None = None,
) -> MemoryNeed:
    """What a model of `shape`, in files of `size_bytes`, takes with a context of `n_ctx` tokens.

    The files' size stands for the weights where the tensors are not known: too much by the header, some megabytes.
    """
    plan = ContextPlan(n_ctx, cache_type, flash_attention)
    return MemoryNeed(
        weights_bytes=size_bytes if shape.weights is None else shape.weights.total_bytes,
        kv_bytes=sum(layer_cache_bytes(shape, plan)),
        compute_bytes=compute_bytes(shape, plan),
        other_bytes=(shape.n_vocab or 0) * _BYTES_PER_TOKEN_OF_VOCABULARY,
    )


def usable_cache_type(shape: ModelShape, cache_type: CacheType) -> CacheType:
    """`cache_type`, or half precision where a model cannot have it.

    `llama_init_from_model`: blocks must divide a head, and values are quantized with flash attention only.
    """
    _, block = _BLOCKS[cache_type]
    is_possible = all(length % block == 0 for length in shape.head_lengths)
    if cache_type is CacheType.F16 or (is_possible and shape.architecture not in _WITHOUT_FLASH_ATTENTION):
        return cache_type
    return CacheType.F16


def layer_cache_bytes(shape: ModelShape, plan: ContextPlan) -> tuple[int, ...]:
    """What the cache takes for each layer: keys and values of each token, and a recurrent state in single precision.

    `llama_kv_cache`, `llama_kv_cache_iswa` and `llama_memory_recurrent`, with one sequence and no rollback states.
    """
    plan = _resolved(shape, plan)
    # Without flash attention values lie transposed, and all layers get the room of the largest.
    widest_values = 0 if plan.flash_attention else max(layer.value_length for layer in shape.layers)
    block_bytes, block = _BLOCKS[plan.cache_type]

    def cache_bytes(layer: Layer) -> int:
        value_length = max(layer.value_length, widest_values) if layer.value_length else 0
        cells = _cells(shape, plan, is_sliding=layer.is_sliding)
        state = shape.recurrent.state_length if layer.is_recurrent and shape.recurrent is not None else 0
        return (layer.key_length + value_length) * cells * block_bytes // block + state * _F32_BYTES

    return tuple(cache_bytes(layer) for layer in shape.layers)


def compute_bytes(shape: ModelShape, plan: ContextPlan) -> int:
    """What the compute buffer and the output buffer take.

    `llama_context::sched_reserve` and `output_reserve`, with logits for one token of a batch. Live at the widest place
    of the graph are: the residual stream before and behind a norm and behind attention (three rows of `n_embd`), the
    masks, inputs made for each layer, and within a layer either attention, or its output and the feed-forward block,
    or the recurrent block.
    """
    plan = _resolved(shape, plan)
    tokens = plan.n_tokens
    kinds = {layer.is_sliding for layer in shape.layers if layer.has_attention}
    mask_bytes = _F16_BYTES if plan.flash_attention else _F32_BYTES
    masks = sum(_cells(shape, plan, is_sliding=kind) for kind in kinds) * tokens * mask_bytes
    residual = 3 * shape.n_embd + 2 * shape.n_embd_per_layer * len(shape.layers)
    widest = max(_widest_elements(shape, layer, plan) for layer in set(shape.layers))
    n_vocab = shape.n_vocab or 0
    return masks + max(tokens * residual + widest, n_vocab) * _F32_BYTES + n_vocab * _F32_BYTES


def _widest_elements(shape: ModelShape, layer: Layer, plan: ContextPlan) -> int:
    """The numbers that are live at the widest place within `layer`, for all tokens of a batch."""
    tokens = plan.n_tokens
    elements = tokens * (layer.output_length + _feed_forward_length(shape, layer))
    if layer.has_attention:
        elements = max(elements, tokens * _attention_length(shape, layer, plan))
    if layer.is_recurrent and shape.recurrent is not None:
        # The state is copied before it is changed.
        states = 2 * shape.recurrent.state_length
        elements = max(elements, tokens * _recurrent_length(shape.recurrent, shape.n_embd) + states)
    return elements


def _attention_length(shape: ModelShape, layer: Layer, plan: ContextPlan) -> int:
    """`llm_graph_context::build_attn_mha`: without flash attention each head scores all tokens of the cache."""
    cells = _cells(shape, plan, is_sliding=layer.is_sliding)
    scores = 0 if plan.flash_attention else layer.n_head * cells
    if shape.latent_length:
        # deepseek2.cpp: queries are projected into the space of the latent keys, and come back from there.
        return 2 * (layer.query_length + layer.n_head * shape.latent_length) + scores
    return 2 * layer.query_length + layer.key_length + layer.value_length + scores


def _feed_forward_length(shape: ModelShape, layer: Layer) -> int:
    """`llm_graph_context::build_ffn` and `build_moe_ffn`: gate, up and their product, of each expert that is used."""
    dense = layer.n_ff * (3 if shape.is_gated else 1)
    if shape.n_expert_used == 0:
        return dense
    experts = 3 * shape.n_expert_used * shape.n_ff_expert
    if shape.n_embd > 2 * shape.n_ff_expert:
        # What the experts give does not fit into the place of gate and up.
        experts += shape.n_expert_used * shape.n_embd
    shared = 3 * shape.n_ff_shared + shape.n_embd if shape.n_ff_shared else 0
    return max(dense, experts, shared)


def _recurrent_length(recurrent: Recurrent, n_embd: int) -> int:
    """What mamba-base.cpp, delta-net-base.cpp, lfm2.cpp, rwkv6-base.cpp and rwkv7-base.cpp (in src/models) build."""
    inner, rank = recurrent.inner_size, recurrent.time_step_rank
    grouped = 2 * recurrent.n_groups * recurrent.state_size
    projected, convolved = 2 * inner + grouped + rank, inner + grouped
    match recurrent.kind:
        case RecurrentKind.MAMBA:
            return 5 * inner + rank + 2 * recurrent.state_size
        case RecurrentKind.MAMBA2:
            return 2 * projected + convolved
        case RecurrentKind.DELTA_NET:
            return projected + convolved
        case RecurrentKind.CONVOLUTION:
            return 4 * n_embd
        case RecurrentKind.RWKV6:
            return 11 * n_embd
        case RecurrentKind.RWKV7:
            return 16 * n_embd


def _resolved(shape: ModelShape, plan: ContextPlan) -> ContextPlan:
    """`plan` with what llama.cpp and the engine make of it for this model."""
    cache_type = usable_cache_type(shape, plan.cache_type)
    can_flash = shape.architecture not in _WITHOUT_FLASH_ATTENTION
    wants_flash = plan.flash_attention is not False or cache_type is not CacheType.F16
    return replace(plan, cache_type=cache_type, flash_attention=can_flash and wants_flash)


def _cells(shape: ModelShape, plan: ContextPlan, *, is_sliding: bool) -> int:
    if not is_sliding or plan.swa_full:
        return plan.n_cells
    return _padded(min(plan.n_cells, shape.n_swa + plan.n_ubatch))


def _padded(n_ctx: int) -> int:
    return -(-n_ctx // N_CTX_STEP) * N_CTX_STEP
