"""From a file to a llama.cpp model with a context, or to a sentence about why not."""

from __future__ import annotations

import ctypes
import math
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil

from chatdesk.core.errors import QT_TRANSLATE_NOOP, ErrorCode, UserFacingError
from chatdesk.core.fit import CacheType
from chatdesk.core.settings import DEFAULT_N_CTX
from chatdesk.engine import llama_runtime
from chatdesk.engine.devices import read_devices
from chatdesk.engine.llama_memory import BufferSizes, buffer_sizes
from chatdesk.engine.llama_runtime import llama_cpp
from chatdesk.engine.model_file_check import path_to_load
from chatdesk.engine.repacking import repacked_share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chatdesk.core.model_files import ModelFile
    from chatdesk.engine.base import LoadOptions, OnLoadProgress
    from chatdesk.engine.llama_runtime import Handle, LlamaLog

# enum llama_load_mode
_READ, _MAP = 0, 1
# A mapped file stays in memory beside what is repacked of it; below this share it does not matter.
_MOST_KEPT_TWICE = 0.05
# enum llama_flash_attn_type
FLASH_ATTENTION = {None: -1, False: 0, True: 1}
FLASH_ATTENTION_CHOSEN = "Flash Attention enabled"  # what llama.cpp logs when it was left to choose
# enum ggml_type, and the bytes that a number takes in it
_CACHE_TYPES = {CacheType.F16: (1, 2.0), CacheType.Q8_0: (8, 34 / 32)}
_N_OUTPUTS = 1  # for how many tokens of a batch logits are wanted: room for all would be 500 MB for a large vocabulary
_NO_POOLING = 0  # enum llama_pooling_type; anything else turns a text into one vector
_N_CTX_STEP = 256  # llama.cpp rounds up to this
_MOST_LAYERS = 512  # LLAMA_MAX_LAYERS
_LEAST_N_CTX = 512
_WORKING_BYTES = 512 * 2**20  # kept free beside the KV cache: compute buffers, and the rest of the machine
_REASON_CHARS = 160

# What llama.cpp logs when a load fails, most telling first. A group named `architecture` or `reason` becomes the
# parameter of that name; the third item is a reason of our own.
_FAILURES: tuple[tuple[ErrorCode, str, str | None], ...] = (
    (ErrorCode.MODEL_UNSUPPORTED, r"unknown model architecture: '(?P<architecture>[^']*)'", None),
    (ErrorCode.MODEL_NOT_FOR_CHAT, r"CLIP cannot be used as main model", "it only reads pictures"),
    (ErrorCode.MODEL_TRUNCATED, r"not within the file bounds|unexpectedly reached end of file", None),
    # A flipped bit may do the same, but a file that is newer than llama.cpp is the likelier cause.
    (
        ErrorCode.MODEL_LOAD_FAILED,
        r"has invalid ggml type",
        "this version of llama.cpp does not know its quantization",
    ),
    # Before memory: a damaged length in a header shows as an allocation that fails.
    (ErrorCode.MODEL_DAMAGED, r"^gguf_\w+: (?P<reason>.*)", None),
    (
        ErrorCode.MODEL_OUT_OF_MEMORY,
        r"failed to allocate|unable to allocate|bad_alloc|[Cc]annot allocate memory|out of memory",
        None,
    ),
    (
        ErrorCode.MODEL_DAMAGED,
        r"error loading model: (?P<reason>.*(?:corrupt|duplicated|expected|invalid|missing|not f|cannot f|wrong).*)",
        None,
    ),
    (ErrorCode.MODEL_LOAD_FAILED, r"error loading model: (?P<reason>.*)", None),
    (ErrorCode.MODEL_LOAD_FAILED, r"failed to initialize the context: (?P<reason>.*)", None),
)
_WHERE = re.compile(r"^(?:error loading model \w+: |\w+: )+")


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model with its context; `free` gives both back. `buffers` is the memory that llama.cpp reported for them."""

    model: Handle
    context: Handle
    buffers: BufferSizes = field(default_factory=BufferSizes)
    cache_type: CacheType = CacheType.F16
    has_flash_attention: bool = True

    def free(self) -> None:
        """Give both back to llama.cpp. Not to be called twice."""
        llama_cpp.llama_free(self.context)
        llama_cpp.llama_model_free(self.model)


def open_model(file: ModelFile, options: LoadOptions, on_progress: OnLoadProgress) -> LoadedModel:
    """Load `file` and make a context for one sequence.

    Raises:
        UserFacingError: any of the `MODEL_…` codes, or `LOAD_CANCELLED`; nothing stays in memory.
    """
    path = path_to_load(file)
    log = llama_runtime.start()
    with log.noting_load():
        return _open(file, path, options, on_progress, log)


def _open(file: ModelFile, path: Path, options: LoadOptions, on_progress: OnLoadProgress, log: LlamaLog) -> LoadedModel:
    load_mode = _load_mode(path, options)
    mark = log.total
    model = _load(file, os.fsencode(path), load_mode, options, on_progress)
    lines = log.since(mark)
    try:
        if model is None:
            unknown = UserFacingError(
                ErrorCode.MODEL_LOAD_FAILED,
                model=file.name,
                reason=QT_TRANSLATE_NOOP("Reasons", "llama.cpp gave no reason"),
            )
            raise _failure(file, lines, otherwise=unknown)
        _refuse_unless_for_chat(file, model)
        loaded = _with_context(file, model, options, log, lines)
    except BaseException:  # whatever it is: the weights must not stay in memory
        if model is not None:
            llama_cpp.llama_model_free(model)
        raise
    reason = _no_writer(loaded)
    if reason is not None:
        loaded.free()
        raise UserFacingError(ErrorCode.MODEL_NOT_FOR_CHAT, model=file.name, reason=reason)
    return loaded


def compute(file: ModelFile, loaded: LoadedModel) -> None:
    """Have the model compute two tokens and look at what comes out: the end of a probe.

    Raises:
        UserFacingError: `MODEL_LOAD_FAILED` when it cannot compute, `MODEL_DAMAGED` when what it computes is no number.
    """
    vocab = llama_cpp.llama_model_get_vocab(loaded.model)
    n_vocab = int(llama_cpp.llama_vocab_n_tokens(vocab))
    token = max(int(llama_cpp.llama_vocab_bos(vocab)), 0)
    batch = (ctypes.c_int32 * 1)(token)
    for _ in range(2):
        result = int(llama_cpp.llama_decode(loaded.context, llama_cpp.llama_batch_get_one(batch, 1)))
        if result != 0:
            reason = f"llama.cpp cannot compute with it (error {result})"
            raise UserFacingError(ErrorCode.MODEL_LOAD_FAILED, model=file.name, reason=reason)
        logits = llama_cpp.llama_get_logits_ith(loaded.context, -1)[:n_vocab]
        if not all(map(math.isfinite, logits)):
            raise UserFacingError(
                ErrorCode.MODEL_DAMAGED,
                model=file.name,
                reason=QT_TRANSLATE_NOOP("Reasons", "it computes no usable numbers"),
            )
        batch[0] = logits.index(max(logits))


def metadata(model: Handle, key: str) -> str | None:
    """A scalar of the file's metadata, as text; None when it is not there."""
    size = 256
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = int(llama_cpp.llama_model_meta_val_str(model, key.encode(), buffer, size))
        if length < 0:
            return None
        if length < size:
            return buffer.value.decode("utf-8", errors="replace")
        size = length + 1


def _load_mode(path: Path, options: LoadOptions) -> int:
    """Map the file, so that unused parts may leave memory; read it where the processor gets a copy of its own."""
    computes_here = read_devices().n_gpu_layers(options.n_gpu_layers, _MOST_LAYERS) == 0
    return _READ if computes_here and repacked_share(path) > _MOST_KEPT_TWICE else _MAP


def _load(
    file: ModelFile, path: bytes, load_mode: int, options: LoadOptions, on_progress: OnLoadProgress
) -> Handle | None:
    """The model, or None when llama.cpp refused it. What `on_progress` raises comes out here."""
    raised: list[Exception] = []
    cancelled = False

    def report(fraction: float, _user_data: object) -> bool:
        nonlocal cancelled
        try:
            cancelled = not on_progress(min(fraction, 1.0))
        except Exception as error:  # noqa: BLE001 - must not enter C; raised again below
            raised.append(error)
            cancelled = True
        return not cancelled

    params = llama_cpp.llama_model_default_params()
    params.load_mode = load_mode
    params.n_gpu_layers = options.n_gpu_layers
    params.progress_callback = callback = llama_cpp.llama_progress_callback(report)
    model = llama_cpp.llama_model_load_from_file(path, params)
    del callback  # it had to live until here
    if cancelled:
        if model is not None:
            llama_cpp.llama_model_free(model)
        if raised:
            raise raised[0]
        raise UserFacingError(ErrorCode.LOAD_CANCELLED, model=file.name)
    return model


def _with_context(
    file: ModelFile, model: Handle, options: LoadOptions, log: LlamaLog, load_lines: Sequence[str]
) -> LoadedModel:
    """`model`, of whose load `load_lines` tell, with a context.

    Its cache is of the type that was asked for or, where the model's heads do not allow that, in half precision.

    Raises:
        UserFacingError: `MODEL_OUT_OF_MEMORY`, or why else there is none.
    """
    lines: tuple[str, ...] = ()
    for cache_type in dict.fromkeys((options.cache_type, CacheType.F16)):
        params = _context_params(file, model, options, cache_type)
        mark = log.total
        context = llama_cpp.llama_init_from_model(model, params)
        lines = log.since(mark)
        if context is not None:
            is_said = any(FLASH_ATTENTION_CHOSEN in line for line in lines)
            has_flash_attention = params.flash_attn_type == FLASH_ATTENTION[True] or is_said
            return LoadedModel(model, context, buffer_sizes([*load_lines, *lines]), cache_type, has_flash_attention)
    raise _failure(file, lines, otherwise=UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model=file.name))


def _context_params(file: ModelFile, model: Handle, options: LoadOptions, cache_type: CacheType) -> Any:
    params = llama_cpp.llama_context_default_params()
    params.n_ctx = _n_ctx(file, model, options, cache_type)
    params.n_batch = options.n_batch
    params.n_ubatch = min(options.n_ubatch, options.n_batch)
    params.n_seq_max = 1  # a context is split between its sequences
    params.n_outputs_max = _N_OUTPUTS
    params.type_k = params.type_v = _CACHE_TYPES[cache_type][0]
    # Quantized values need flash attention.
    wants_flash_attention = options.flash_attention if cache_type is CacheType.F16 else True
    params.flash_attn_type = FLASH_ATTENTION[wants_flash_attention]
    n_threads = options.n_threads or psutil.cpu_count(logical=False) or os.cpu_count() or 1
    params.n_threads = params.n_threads_batch = n_threads
    params.no_perf = True
    return params


def _n_ctx(file: ModelFile, model: Handle, options: LoadOptions, cache_type: CacheType) -> int:
    """The context length to ask for: as set, or the least of trained length, 8,192 and what fits in free memory.

    A length that was set but cannot fit is refused here: llama.cpp would get the memory promised, touch all of it,
    and the system would end some program.
    """
    available = int(psutil.virtual_memory().available)
    per_token = _kv_bytes_per_token(model, options, cache_type)
    if options.n_ctx is not None:
        if options.n_ctx * per_token > available:
            raise UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model=file.name)
        return options.n_ctx
    wanted = min(int(llama_cpp.llama_model_n_ctx_train(model)), DEFAULT_N_CTX)
    fitting = int((available - _WORKING_BYTES) / per_token) // _N_CTX_STEP * _N_CTX_STEP
    return min(wanted, max(fitting, _LEAST_N_CTX))


def _kv_bytes_per_token(model: Handle, options: LoadOptions, cache_type: CacheType) -> float:
    """What the KV cache takes of main memory per token: keys and values, of the layers that lie there. At least 1.

    An estimate from above: layers with a sliding window or without attention take less.
    """
    n_layers = int(llama_cpp.llama_model_n_layer(model))
    n_layers -= read_devices().n_layers_elsewhere(options.n_gpu_layers, n_layers)
    architecture = metadata(model, "general.architecture") or ""
    n_embd_head = int(llama_cpp.llama_model_n_embd(model)) // max(int(llama_cpp.llama_model_n_head(model)), 1)

    def length_of(part: str) -> int:
        value = metadata(model, f"{architecture}.attention.{part}_length") or ""
        return int(value) if value.isdecimal() else n_embd_head

    heads = n_layers * int(llama_cpp.llama_model_n_head_kv(model))
    return max(heads * (length_of("key") + length_of("value")) * _CACHE_TYPES[cache_type][1], 1.0)


def _refuse_unless_for_chat(file: ModelFile, model: Handle) -> None:
    """Refuse what is known not to write text before a context is made for it."""
    vocab = llama_cpp.llama_model_get_vocab(model)
    reason = None
    if llama_cpp.llama_vocab_type(vocab) == 0 or llama_cpp.llama_vocab_n_tokens(vocab) == 0:
        reason = QT_TRANSLATE_NOOP("Reasons", "it has no vocabulary")
    elif llama_cpp.llama_model_has_encoder(model) or not llama_cpp.llama_model_has_decoder(model):
        reason = QT_TRANSLATE_NOOP("Reasons", "it is made to encode text")
    elif llama_cpp.llama_model_is_diffusion(model):
        reason = QT_TRANSLATE_NOOP("Reasons", "it is a diffusion model")
    if reason is not None:
        raise UserFacingError(ErrorCode.MODEL_NOT_FOR_CHAT, model=file.name, reason=reason)


def _no_writer(loaded: LoadedModel) -> str | None:
    """Why the context cannot write token after token, or None when it can."""
    embeds = llama_cpp.llama_pooling_type(loaded.context) > _NO_POOLING
    if embeds or not llama_cpp.llama_get_memory(loaded.context) or not llama_cpp.llama_get_causal_attn(loaded.context):
        return "it is an embedding model"
    return None


def _failure(file: ModelFile, lines: Sequence[str], *, otherwise: UserFacingError) -> UserFacingError:
    """A failed load in words, from what llama.cpp logged about it; `otherwise` when that says nothing."""
    for code, pattern, reason in _FAILURES:
        for line in lines:
            if found := re.search(pattern, line):
                params = {name: _short(text) for name, text in found.groupdict().items()}
                if reason is not None:
                    params["reason"] = reason
                return UserFacingError(code, model=file.name, **params)
    return otherwise


def _short(text: str) -> str:
    """What llama.cpp says, without where in its code, and short enough for a sentence."""
    return " ".join(_WHERE.sub("", text).split()).rstrip(".")[:_REASON_CHARS]
