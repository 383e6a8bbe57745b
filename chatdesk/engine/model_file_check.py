"""What can be said of a model file without llama.cpp: is it there, readable, whole pieces, a GGUF at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import shard_names

if TYPE_CHECKING:
    from chatdesk.core.model_files import ModelFile

MAGIC = b"GGUF"
HEADER_BYTES = 24  # magic, version, number of tensors, number of metadata keys


def path_to_load(model: ModelFile) -> Path:
    """The path to give llama.cpp: the file itself, or the first shard of a split one.

    Raises:
        UserFacingError: the file is missing, a folder, unreadable, empty, cut short, no GGUF, or lacks a shard.
    """
    name = model.name
    path = Path(model.path)
    shards = [path.with_name(shard) for shard in shard_names(path.name)]
    # The file that was asked for comes first: its own trouble is the better thing to report.
    for piece in dict.fromkeys((path, *shards)):
        try:
            with piece.open("rb") as file:
                header = file.read(HEADER_BYTES)
        except FileNotFoundError:
            code = ErrorCode.MODEL_NOT_FOUND if piece == path else ErrorCode.MODEL_SHARD_MISSING
            raise UserFacingError(code, model=name) from None
        except OSError as error:
            if piece.is_dir():  # Windows calls opening a folder a missing permission
                raise UserFacingError(ErrorCode.MODEL_NOT_A_FILE, model=name) from None
            reason = error.strerror or type(error).__name__
            raise UserFacingError(ErrorCode.MODEL_UNREADABLE, model=name, reason=reason) from error
        if not header:
            raise UserFacingError(ErrorCode.MODEL_EMPTY, model=name)
        if not header.startswith(MAGIC[: len(header)]):
            raise UserFacingError(ErrorCode.MODEL_NOT_GGUF, model=name)
        if len(header) < HEADER_BYTES:
            raise UserFacingError(ErrorCode.MODEL_TRUNCATED, model=name)
    return shards[0]
