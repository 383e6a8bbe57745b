"""The header of a GGUF file: metadata and the list of tensors, from a file on this disk or by HTTP Range.

Written for hostile input: nothing is allocated by a length that the file claims, and keys, strings, arrays, tensors and
bytes read are limited. The format is llama.cpp's (ggml/src/gguf.cpp): magic, version, how many tensors and keys there
are; then the keys with their values; then name, dimensions, type and offset of each tensor. All is little endian.

The tokenizer's arrays are megabytes in the middle of it. What tells a model's shape comes before them, so a reader of
remote files stops there.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Final

from chatdesk.core.installed_models import ModelDetails
from chatdesk.core.untrusted_text import one_line

# (offset, how many bytes at most) -> those bytes; fewer are fine, none means the end of the file
ReadAt = Callable[[int, int], bytes]

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_HEADER_BYTES = 64 * 2**20  # four times the largest that is known, a vocabulary of 262,144 tokens
FIRST_BLOCK_BYTES = 64 * 2**10
LARGEST_BLOCK_BYTES = 2**20
MAX_KEYS = 1024
MAX_KEY_BYTES = 1024
MAX_STRING_BYTES = 2**20
MAX_STRINGS = 2**21  # of all arrays together
MAX_TENSORS = 2**16
MAX_DIMENSIONS = 4
MAX_NAME_BYTES = 63  # GGML_MAX_NAME
# What is longer is skipped; nobody asks for it.
KEPT_STRING_BYTES = 4096
KEPT_ARRAY_ITEMS = 512  # one for each layer, at most
SHOWN_CHARS = 120

_TOKENIZER = "tokenizer."
_STRING, _ARRAY = 8, 9
# type of a value -> how struct spells it
_NUMBER_CODES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_NUMBERS: Final[Mapping[int, struct.Struct]] = {
    number: struct.Struct(f"<{code}") for number, code in _NUMBER_CODES.items()
}
_U32, _U64 = _NUMBERS[4], _NUMBERS[10]

# enum ggml_type -> (numbers in a block, bytes of a block), from ggml/src/ggml.c, `type_traits`
TENSOR_TYPES: Final[Mapping[int, tuple[int, int]]] = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18), 42: (64, 18),
}  # fmt: skip


class GgufError(ValueError):
    """This is no header that can be read. Its text is a short reason, for "…: {reason}"."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A value too long to keep: `count` items of an array, or bytes of a string."""

    count: int


Value = int | float | bool | str | tuple[int | float | bool, ...] | Skipped


@dataclass(frozen=True, slots=True)
class Tensor:
    """What the header says of one tensor. `size_bytes` is None where its type is newer than this app."""

    name: str
    dimensions: tuple[int, ...]
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """`tensors` is None where the reading stopped before them. `bytes_read` counts what was asked of the source."""

    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...] | None
    bytes_read: int

    @property
    def architecture(self) -> str:
        """As llama.cpp spells it.

        Raises:
            GgufError: the header names none.
        """
        name = _shown(self.text("general.architecture") or "")
        if not name:
            raise GgufError("it names no architecture")
        return name

    def text(self, key: str) -> str | None:
        """A value that is text, as it stands in the file: untrusted."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def integer(self, key: str) -> int | None:
        """A value that is a whole number, never negative."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None

    def integers(self, key: str) -> tuple[int, ...] | None:
        """An array of whole numbers or of booleans, never negative."""
        value = self.metadata.get(key)
        if not isinstance(value, tuple):
            return None
        numbers = tuple(int(item) for item in value if isinstance(item, int) and item >= 0)
        return numbers if len(numbers) == len(value) else None

    def length(self, key: str) -> int | None:
        """How many items an array has, kept or not."""
        value = self.metadata.get(key)
        if isinstance(value, Skipped):
            return value.count
        return len(value) if isinstance(value, tuple) else None


def read_header(read_at: ReadAt, *, stops_at_tokenizer: bool = False, max_bytes: int = MAX_HEADER_BYTES) -> GgufHeader:
    """The header of the file that `read_at` reads from.

    With `stops_at_tokenizer` it ends at the first array of the tokenizer, if the architecture's keys came before; that
    is within the first kilobytes. Of that array only the length is known then.

    Raises:
        GgufError: it is no GGUF header, is cut off, or breaks a limit. What `read_at` raises comes out as it is.
    """
    source = _Source(read_at, max_bytes)
    if source.take(len(MAGIC)) != MAGIC:
        raise GgufError("it is no GGUF file")
    _check_version(source.take(4))
    n_tensors, n_keys = source.number(_U64), source.number(_U64)
    if n_tensors > MAX_TENSORS:
        raise GgufError(f"it claims {n_tensors} tensors")
    if n_keys > MAX_KEYS:
        raise GgufError(f"it claims {n_keys} keys")
    metadata: dict[str, Value] = {}
    for _ in range(n_keys):
        key = source.text(MAX_KEY_BYTES, "key")
        if not key:
            raise GgufError("a key is empty")
        if key in metadata:
            raise GgufError(f"the key {_shown(key)} is there twice")
        value_type = source.number(_U32)
        if value_type == _ARRAY:
            item_type, count = source.number(_U32), source.number(_U64)
            if stops_at_tokenizer and key.startswith(_TOKENIZER) and _knows_shape(metadata):
                metadata[key] = Skipped(count)
                return GgufHeader(MappingProxyType(metadata), None, source.bytes_read)
            metadata[key] = source.array(item_type, count)
        else:
            metadata[key] = source.value(value_type)
    tensors = _tensors(source, n_tensors)
    return GgufHeader(MappingProxyType(metadata), tensors, source.bytes_read)


def details_of(header: GgufHeader) -> ModelDetails:
    """What a header says for people to read, made safe to be shown.

    Raises:
        GgufError: the header names no architecture.
    """
    architecture = header.architecture
    licence = header.text("general.license") or header.text("general.license.name")
    return ModelDetails(
        architecture=architecture,
        n_ctx_train=header.integer(f"{architecture}.context_length") or None,
        licence=_shown(licence or "") or None,
        title=_shown(header.text("general.name") or "") or None,
    )


def _shown(untrusted_text: str) -> str:
    return one_line(untrusted_text, SHOWN_CHARS)


def _check_version(raw: bytes) -> None:
    version = int(_U32.unpack(raw)[0])
    if version in VERSIONS:
        return
    if int.from_bytes(raw, "big") in VERSIONS:
        raise GgufError("it is written for big-endian processors")
    raise GgufError(f"its version is {version}; known are 2 and 3")


def _knows_shape(metadata: Mapping[str, Value]) -> bool:
    """Whether the architecture's own keys were read. Some writers sort all keys by name."""
    return f"{metadata.get('general.architecture')}.block_count" in metadata


def _tensors(source: _Source, count: int) -> tuple[Tensor, ...]:
    tensors: list[Tensor] = []
    names: set[str] = set()
    for _ in range(count):
        name = source.text(MAX_NAME_BYTES, "tensor's name")
        if name in names:
            raise GgufError(f"the tensor {_shown(name)} is there twice")
        names.add(name)
        n_dimensions = source.number(_U32)
        if n_dimensions > MAX_DIMENSIONS:
            raise GgufError(f"a tensor has {n_dimensions} dimensions")
        dimensions = tuple(source.number(_U64) for _ in range(n_dimensions))
        tensor_type, _offset = source.number(_U32), source.number(_U64)
        tensors.append(Tensor(name, dimensions, _size_bytes(name, dimensions, tensor_type)))
    return tuple(tensors)


def _size_bytes(name: str, dimensions: tuple[int, ...], tensor_type: int) -> int | None:
    if tensor_type not in TENSOR_TYPES:
        return None
    block_numbers, block_bytes = TENSOR_TYPES[tensor_type]
    n_elements = prod(dimensions)
    if n_elements >= 2**63 or (dimensions and dimensions[0] % block_numbers):
        raise GgufError(f"the tensor {_shown(name)} has an impossible shape")
    return n_elements // block_numbers * block_bytes


class _Source:
    """Reads forwards from `read_at`, in blocks that grow, never beyond `max_bytes`.

    `_block` holds what is in memory of the file, `_position` is where in it the next value begins; that may lie beyond
    its end, after something was skipped.
    """

    def __init__(self, read_at: ReadAt, max_bytes: int) -> None:
        self._read_at = read_at
        self._max_bytes = max_bytes
        self._block = b""
        self._block_offset = 0
        self._position = 0
        self._next_block_bytes = FIRST_BLOCK_BYTES
        self._strings_left = MAX_STRINGS
        self.bytes_read = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes; the caller has checked that these are few."""
        if self._position + count > len(self._block):
            self._load(count)
        taken = self._block[self._position : self._position + count]
        self._position += count
        return taken

    def number(self, kind: struct.Struct) -> int:
        """The next whole number."""
        return int(kind.unpack(self.take(kind.size))[0])

    def text(self, most_bytes: int, what: str) -> str:
        """The next string. What is no UTF-8 in it is replaced."""
        length = self.number(_U64)
        if length > most_bytes:
            raise GgufError(f"a {what} claims {length} bytes")
        return self.take(length).decode("utf-8", errors="replace")

    def value(self, value_type: int) -> Value:
        """The next value, of a type that is no array."""
        if value_type == _STRING:
            length = self.number(_U64)
            if length <= KEPT_STRING_BYTES:
                return self.take(length).decode("utf-8", errors="replace")
            if length > MAX_STRING_BYTES:
                raise GgufError(f"a string claims {length} bytes")
            self._skip(length)
            return Skipped(length)
        kind = _number_kind(value_type)
        value: int | float | bool = kind.unpack(self.take(kind.size))[0]
        return value

    def array(self, item_type: int, count: int) -> Value:
        """The next array, whose type and length were read."""
        if item_type == _STRING:
            self._skip_strings(count)
            return Skipped(count)
        if item_type == _ARRAY:
            raise GgufError("it holds an array of arrays")
        kind = _number_kind(item_type)
        if count > KEPT_ARRAY_ITEMS:
            self._skip(count * kind.size)
            return Skipped(count)
        raw = self.take(count * kind.size)
        return tuple(item for (item,) in kind.iter_unpack(raw))

    def _skip(self, count: int) -> None:
        """Pass over bytes; those that are not in memory yet are never read."""
        self._check_limit(count)
        self._position += count

    def _skip_strings(self, count: int) -> None:
        """Pass over an array of strings. A vocabulary has hundreds of thousands, so this loop is kept short."""
        if count > self._strings_left:
            raise GgufError(f"it claims {count} strings in an array")
        self._strings_left -= count
        unpack_length, position, block_end = _U64.unpack_from, self._position, len(self._block)
        for _ in range(count):
            if position + 8 > block_end:
                self._position = position
                self._load(8)
                position, block_end = self._position, len(self._block)
            (length,) = unpack_length(self._block, position)
            if length > MAX_STRING_BYTES:
                raise GgufError(f"a string claims {length} bytes")
            position += 8 + length
        self._position = position
        self._check_limit(0)

    def _load(self, count: int) -> None:
        """Have at least `count` bytes from the position on in memory."""
        self._check_limit(count)
        kept = self._block[self._position :]
        self._block_offset += self._position
        self._position = 0
        pieces, held = [kept], len(kept)
        while held < count:
            offset = self._block_offset + held
            wanted = min(max(self._next_block_bytes, count - held), self._max_bytes - offset)
            piece = self._read_at(offset, wanted)[:wanted]
            if not piece:
                raise GgufError("it ends within its header")
            self.bytes_read += len(piece)
            pieces.append(piece)
            held += len(piece)
            self._next_block_bytes = min(2 * self._next_block_bytes, LARGEST_BLOCK_BYTES)
        self._block = b"".join(pieces)

    def _check_limit(self, count: int) -> None:
        if self._block_offset + self._position + count > self._max_bytes:
            raise GgufError(f"its header is longer than {self._max_bytes:,} bytes")


def _number_kind(value_type: int) -> struct.Struct:
    kind = _NUMBERS.get(value_type)
    if kind is None:
        raise GgufError(f"a value has the unknown type {value_type}")
    return kind
