"""A model file as a person knows it: its name, its quantization, and where it lies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

_QUANTIZATION = re.compile(
    r"(?:^|[-._ ])((?:UD-)?(?:I?Q[1-9](?:_[0-9A-Z]+)*|TQ[12]_0|MXFP4(?:_MOE)?|BF16|FP?16|FP?32))(?=$|[-._ ])",
    re.IGNORECASE,
)
_SHARD = re.compile(r"-([0-9]{5})-of-([0-9]{5})\Z")
MAX_SHARDS = 1000  # a name that promises more is no model's


class ModelOrigin(StrEnum):
    """Why a model file is listed."""

    STARTER = "starter"
    LIBRARY = "library"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF file on this disk. `modified_at` is Unix time; with path and size it tells whether the file is the same.

    `repo_id`, `revision` and `sha256` are known for files that came from the Hub; the hash is that of the file at
    `path`. `shown_name` stands for the file's name where that says nothing: another app's `sha256-6a0746a1ec1a…`.
    """

    path: str
    size_bytes: int
    modified_at: float
    origin: ModelOrigin = ModelOrigin.LIBRARY
    repo_id: str | None = None
    revision: str | None = None
    sha256: str | None = None
    shown_name: str | None = None

    @property
    def filename(self) -> str:
        """The file's own name."""
        return PurePath(self.path).name

    @property
    def name(self) -> str:
        """What people read in the picker: the file's name without its ending."""
        return self.shown_name or display_name(self.filename)

    @property
    def quantization(self) -> str | None:
        """As llama.cpp spells it (`Q4_K_M`), read from the name."""
        return quantization_of(self.shown_name or self.filename)


def display_name(filename: str) -> str:
    """`SmolLM2-135M-Instruct.Q4_1.gguf` → `SmolLM2-135M-Instruct.Q4_1`; a shard's number goes too."""
    return _SHARD.sub("", _without_gguf(filename)[0])


def quantization_of(filename: str) -> str | None:
    """The quantization that a file's name tells, or None."""
    found = _QUANTIZATION.findall(display_name(filename))
    return str(found[-1]).upper() if found else None


def shard_names(filename: str) -> tuple[str, ...]:
    """The names of all files of the model that `filename` belongs to, the first shard first; itself for a whole one."""
    found = shard_of(filename)
    if found is None or not 0 < found[1] <= MAX_SHARDS:
        return (filename,)
    stem, ending = _without_gguf(filename)
    _, count = found
    return tuple(f"{_SHARD.sub('', stem)}-{number:05d}-of-{count:05d}{ending}" for number in range(1, count + 1))


def shard_of(filename: str) -> tuple[int, int] | None:
    """`(number, count)` of a split file, counted from 1, or None for a whole one."""
    found = _SHARD.search(_without_gguf(filename)[0])
    return (int(found[1]), int(found[2])) if found else None


def _without_gguf(filename: str) -> tuple[str, str]:
    """`filename` without its ending, and the ending; that may be missing."""
    return (filename[:-5], filename[-5:]) if filename.lower().endswith(".gguf") else (filename, "")
