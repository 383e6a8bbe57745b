"""Which model a file holds, told by its content: its name, its place and its age do not count."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.model_files import shard_names

if TYPE_CHECKING:
    from chatdesk.core.model_files import ModelFile

_HEAD_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 16
_BLOCKS = 64


def fingerprint(model: ModelFile) -> str:
    """A digest of the sizes, beginnings, ends and 64 blocks between of a model's files; takes milliseconds.

    Two quantizations or trainings of one model differ in nearly every block. A single flipped bit may go unseen: this
    tells models apart, and is no check of their integrity.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    path = Path(model.path)
    for name in shard_names(path.name):
        with path.with_name(name).open("rb") as stream:
            size = stream.seek(0, 2)
            digest.update(size.to_bytes(8, "little"))
            stream.seek(0)
            digest.update(stream.read(_HEAD_BYTES))
            for block in range(1, _BLOCKS + 1):
                stream.seek(max(size - _BLOCK_BYTES, 0) * block // _BLOCKS)
                digest.update(stream.read(_BLOCK_BYTES))
    return digest.hexdigest()
