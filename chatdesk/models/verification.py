"""Whether a model file is still what was downloaded: all of it is read and hashed.

That takes as long as the disk does, so it goes in steps, and other work can come between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import shard_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from chatdesk.core.model_files import ModelFile

STEP_BYTES = 32 * 2**20
CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Verification:
    """`sha256` is in lower-case hexadecimal; of a split model that of the shard that differs, else of the first.

    `is_intact` None: there was nothing to compare with.
    """

    sha256: str
    is_intact: bool | None


Reading = Generator[int, None, Verification]


def verify(model: ModelFile, known_sha256: Sequence[str] | None) -> Reading:
    """Hash all files of `model` and compare them with `known_sha256`, one for each shard in order.

    Each step reads at most `STEP_BYTES` and yields how many bytes have been read so far; the end returns the result.

    Raises:
        UserFacingError: `MODEL_NOT_FOUND`, `MODEL_SHARD_MISSING` or `MODEL_UNREADABLE`.
    """
    first = Path(model.path)
    hashes: list[str] = []
    done_bytes = 0
    for name in shard_names(first.name):
        digest = hashlib.sha256()
        try:
            with first.with_name(name).open("rb") as file:
                while count := _hash_step(file, digest):
                    done_bytes += count
                    yield done_bytes
        except FileNotFoundError as error:
            code = ErrorCode.MODEL_SHARD_MISSING if hashes else ErrorCode.MODEL_NOT_FOUND
            raise UserFacingError(code, model=model.name) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UserFacingError(ErrorCode.MODEL_UNREADABLE, model=model.name, reason=reason) from error
        hashes.append(digest.hexdigest())
    if known_sha256 is None:
        return Verification(hashes[0], is_intact=None)
    known = [sha256.lower() for sha256 in known_sha256]
    differing = [found for found, wanted in zip(hashes, known, strict=False) if found != wanted]
    return Verification((differing or hashes)[0], is_intact=hashes == known)


def _hash_step(file: BinaryIO, digest: hashlib._Hash) -> int:
    """Read and hash one step; returns its bytes, 0 at the end of the file."""
    done = 0
    while done < STEP_BYTES and (chunk := file.read(CHUNK_BYTES)):
        digest.update(chunk)  # lets other threads run meanwhile
        done += len(chunk)
    return done
