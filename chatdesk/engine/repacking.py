"""Would llama.cpp keep weights twice: as they are in the file, and in the order that this processor likes best?

It repacks some quantizations when it loads them for the CPU. The copies are memory of their own, and a file that is
mapped stays in memory besides: a model in Q4_0 takes nearly twice its size. Read instead of mapped, it does not.
"""

from __future__ import annotations

import ctypes
import os
from enum import IntEnum
from typing import TYPE_CHECKING

from chatdesk.core.model_files import shard_names
from chatdesk.engine.devices import cpu_features, ggml_libraries
from chatdesk.engine.llama_runtime import llama_cpp

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


class _TensorType(IntEnum):
    """Of enum ggml_type."""

    Q4_0 = 2
    Q8_0 = 8
    Q2_K = 10
    Q4_K = 12
    Q5_K = 13
    Q6_K = 14
    IQ4_NL = 20
    MXFP4 = 39


# An instruction set -> what is repacked for it: `ggml_repack_get_optimal_repack_type` in ggml/src/ggml-cpu/repack.cpp
_REPACKED = {
    "AVX2": {_TensorType.Q4_0, _TensorType.Q4_K, _TensorType.IQ4_NL, _TensorType.MXFP4},
    "AVX512": {_TensorType.Q2_K},
    "DOTPROD": set(_TensorType) - {_TensorType.Q2_K},
}


class _InitParams(ctypes.Structure):
    """struct gguf_init_params."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


def repacked_share(path: Path) -> float:
    """The share of the weights in the model at `path`, all its shards together, that would be kept twice; 0 to 1.

    Read by llama.cpp's own reader of headers, which takes a tenth of a second at most; 0 where that cannot read it.
    """
    features = cpu_features(llama_cpp.llama_print_system_info().decode())
    types: set[int] = set().union(*(_REPACKED.get(feature, ()) for feature in features))
    if "REPACK" not in features or not types:
        return 0.0
    totals = [_bytes_of(path.with_name(name), types) for name in shard_names(path.name)]
    repacked, total = map(sum, zip(*totals, strict=True))
    return repacked / total if total else 0.0


def _bytes_of(path: Path, types: Collection[int]) -> tuple[int, int]:
    """Bytes of the tensors of `types`, and of all, in the file at `path`."""
    library = next((each for each in ggml_libraries(llama_cpp) if hasattr(each, "gguf_init_from_file")), None)
    if library is None:
        return 0, 0
    # Fresh objects, so that nobody else's declarations are changed
    read, free, count = (library[f"gguf_{name}"] for name in ("init_from_file", "free", "get_n_tensors"))
    tensor_type, tensor_size = library["gguf_get_tensor_type"], library["gguf_get_tensor_size"]
    read.argtypes, read.restype = (ctypes.c_char_p, _InitParams), ctypes.c_void_p
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    count.argtypes, count.restype = (ctypes.c_void_p,), ctypes.c_int64
    tensor_type.argtypes, tensor_type.restype = (ctypes.c_void_p, ctypes.c_int64), ctypes.c_int
    tensor_size.argtypes, tensor_size.restype = (ctypes.c_void_p, ctypes.c_int64), ctypes.c_size_t
    header = read(os.fsencode(path), _InitParams(no_alloc=True, ctx=None))
    if header is None:
        return 0, 0
    sizes = [(int(tensor_type(header, index)), int(tensor_size(header, index))) for index in range(count(header))]
    free(header)
    return sum(size for kind, size in sizes if kind in types), sum(size for _, size in sizes)
