"""Puts GGUF headers together byte by byte, right ones and wrong ones."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

U32, STRING, ARRAY, U64 = 4, 8, 9, 10


@dataclass(frozen=True)
class Raw:
    """A value as bytes, with its type."""

    type: int
    content: bytes


def string(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw)) + raw


def array(item_type: int, items: Sequence[bytes], count: int | None = None) -> Raw:
    """An array of packed items; `count` is what it claims to have."""
    content = struct.pack("<IQ", item_type, len(items) if count is None else count) + b"".join(items)
    return Raw(ARRAY, content)


def packed(value: int | str | Raw) -> bytes:
    """A value with its type in front."""
    match value:
        case Raw():
            return struct.pack("<I", value.type) + value.content
        case str():
            return struct.pack("<I", STRING) + string(value)
        case _:
            return struct.pack("<II", U32, value)


def tensor(name: str, dimensions: Sequence[int], tensor_type: int = 0, offset: int = 0) -> bytes:
    return b"".join(
        (
            string(name),
            struct.pack("<I", len(dimensions)),
            *(struct.pack("<Q", each) for each in dimensions),
            struct.pack("<IQ", tensor_type, offset),
        )
    )


def header(
    keys: Mapping[str, int | str | Raw] | Sequence[tuple[str, int | str | Raw]] = (),
    tensors: Sequence[bytes] = (),
    version: int = 3,
    n_tensors: int | None = None,
    n_keys: int | None = None,
) -> bytes:
    """A header; `n_tensors` and `n_keys` are what it claims to have."""
    pairs = list(keys.items()) if isinstance(keys, Mapping) else list(keys)
    claimed = (len(tensors) if n_tensors is None else n_tensors, len(pairs) if n_keys is None else n_keys)
    start = b"GGUF" + struct.pack("<IQQ", version, *claimed)
    return start + b"".join(string(key) + packed(value) for key, value in pairs) + b"".join(tensors)
