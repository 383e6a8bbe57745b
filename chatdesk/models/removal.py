"""Model files leave the library: to the system's trash, or for good."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile, ModelOrigin, shard_names
from chatdesk.models.file_search import real_path

if TYPE_CHECKING:
    from collections.abc import Callable


def to_trash(path: Path) -> None:
    """Move a file to the system's trash.

    Raises:
        OSError: it stays where it is.
    """
    from send2trash import send2trash  # type: ignore[import-untyped]  # late: it looks for the desktop's bindings

    send2trash(str(path))


class Removal:
    """Removes what lies in the library folder and nothing else."""

    def __init__(self, models_folder: Path, to_trash: Callable[[Path], None] = to_trash) -> None:
        self._models_folder = models_folder
        self._to_trash = to_trash

    def remove(self, model: ModelFile, *, for_good: bool) -> None:
        """Remove `model` with all its shards, and the folders that are empty then.

        Raises:
            UserFacingError: `MODEL_NOT_OURS`, `MODEL_NOT_FOUND`, or `MODEL_NOT_REMOVED`: the model is still in the
                library, and what is left of it can be removed again.
        """
        first = Path(model.path)
        self._require_ours(model, first)
        files = [first.with_name(name) for name in shard_names(first.name)]
        present = [file for file in files if os.path.isfile(file)]  # noqa: PTH113 - says no where a folder is closed to us
        if not present:
            raise UserFacingError(ErrorCode.MODEL_NOT_FOUND, model=model.name)
        take_away = Path.unlink if for_good else self._to_trash
        try:
            # The first shard, by which the library knows the model, goes last: no piece is left behind unseen.
            for file in reversed(present):
                take_away(file)
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            raise UserFacingError(ErrorCode.MODEL_NOT_REMOVED, model=model.name, reason=reason) from error
        self._remove_empty_folders(first.parent)

    def _require_ours(self, model: ModelFile, path: Path) -> None:
        """Refuse what is another app's, and a path that links lead out of the library."""
        files = [path.with_name(name) for name in shard_names(path.name)]
        is_ours = model.origin is ModelOrigin.LIBRARY and all(self._is_inside(file) for file in files)
        if not is_ours:
            raise UserFacingError(ErrorCode.MODEL_NOT_OURS, model=model.name)

    def _is_inside(self, path: Path) -> bool:
        return Path(real_path(str(path))).is_relative_to(real_path(str(self._models_folder)))

    def _remove_empty_folders(self, folder: Path) -> None:
        """Remove `folder` and those above it, up to the library's own, as far as they are empty."""
        library = real_path(str(self._models_folder))
        with contextlib.suppress(OSError):  # not empty, or not allowed: it stays
            while real_path(str(folder)) != library and self._is_inside(folder):
                os.rmdir(folder)  # noqa: PTH106 - says what is meant: only an empty one
                folder = folder.parent
