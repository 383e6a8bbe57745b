"""From the first byte of a download to a model in the library: its files on their way, their place, their last move.

    <models folder>/.downloads/<download id>/<name>.part    arriving
    <models folder>/.downloads/<download id>/<name>         verified, waiting to be tried out
    <models folder>/<owner>/<repo>/<path in the repo>       installed

All three lie in one folder, so on one volume: a file gets its name in one step, and what lies in the library is whole.
The library does not look into folders whose names begin with a dot.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile, ModelOrigin, shard_names
from chatdesk.durable import make_durable, replace_when_let_go
from chatdesk.models.safe_names import is_safe_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from chatdesk.core.hub_models import RemoteFile, RemoteModel

DOWNLOADS_FOLDER = ".downloads"
PART = ".part"
# Left free for chats, for what a model writes beside itself, and for the system.
SPARE_BYTES = 500_000_000
# Folders of downloads that nobody knows: of a database that was lost, or of another data folder that shares the models.
ABANDONED_SECONDS = 7 * 24 * 3600.0
REVISION_CHARS = 8
CHUNK_BYTES = 4 << 20

# A virus scanner on Windows takes its time over a file of gigabytes.
_HELD_WAITS_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


@dataclass(frozen=True, slots=True)
class UnfinishedFiles:
    """The files of one download, wherever each has come to. All methods may raise `OSError`.

    `targets` says where in the library each file goes, in the order of the model's files; empty: not decided yet.
    """

    models_folder: Path
    download_id: str
    model: RemoteModel
    targets: tuple[Path, ...] = ()

    @property
    def folder(self) -> Path:
        """Where they lie until they are installed."""
        return self.models_folder / DOWNLOADS_FOLDER / self.download_id

    def part(self, file: RemoteFile) -> Path:
        """Where `file` arrives."""
        return self.folder / f"{_own_name(file)}{PART}"

    def whole(self, file: RemoteFile) -> Path:
        """Where `file` lies once it is verified, under the name by which llama.cpp finds shards."""
        return self.folder / _own_name(file)

    def create_folder(self) -> None:
        """Make the folder that parts are written to."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def is_part_right(self, file: RemoteFile, should_stop: Callable[[], bool]) -> bool:
        """Whether the part of `file` is whole and has its SHA-256: the app ended before it could say so.

        No when `should_stop` says yes before that is known. Costs nothing where bytes are missing.
        """
        part = self.part(file)
        return file.sha256 is not None and is_there(part, file.size_bytes) and file.sha256 == _sha256(part, should_stop)

    def set_verified(self, file: RemoteFile) -> None:
        """The part of `file` is whole, and what it should be. This survives a restart, the verification with it."""
        with self.part(file).open("r+b") as part:
            os.fsync(part.fileno())
        replace_when_let_go(self.part(file), self.whole(file), _HELD_WAITS_SECONDS)
        make_durable(self.folder)

    def is_verified(self, file: RemoteFile) -> bool:
        """Whether nothing of `file` has to be fetched any more."""
        return is_there(self.whole(file), file.size_bytes) or self._has_moved(file)

    @property
    def have_begun_to_move(self) -> bool:
        """Whether some are in the library already: the app ended while it installed them."""
        return any(map(self._has_moved, self.model.files))

    def present_bytes(self, file: RemoteFile) -> int:
        """How many bytes of `file` are on this disk."""
        return file.size_bytes if self.is_verified(file) else min(_size(self.part(file)), file.size_bytes)

    def done_bytes(self) -> int:
        """How many bytes of all files are on this disk."""
        return sum(map(self.present_bytes, self.model.files))

    def described(self) -> ModelFile:
        """The model where it lies before it is installed, for whoever tries it out."""
        return _described(self.model, [self.whole(file) for file in self.model.files])

    def install(self) -> ModelFile:
        """Move every file to its target, the first shard last: by that one the library knows the model.

        Files that have moved already stay. A file that somebody else put at a target is never replaced.

        Raises:
            FileExistsError: there is one. What has not moved is where it was.
        """
        for file, target in reversed(tuple(zip(self.model.files, self.targets, strict=True))):
            if self._has_moved(file):
                continue
            if os.path.lexists(target):
                raise FileExistsError(f"{target} exists")
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_when_let_go(self.whole(file), target, _HELD_WAITS_SECONDS)
        for folder in {folder for target in self.targets for folder in self._folders_of(target)}:
            make_durable(folder)
        return _described(self.model, self.targets)

    def remove(self) -> None:
        """Remove everything of a download that is given up."""
        for file, target in zip(self.model.files, self.targets, strict=False):
            if self._has_moved(file):
                target.unlink()
        self.remove_folder()

    def remove_folder(self) -> None:
        """Remove what is left once the model is installed."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.folder)

    def _has_moved(self, file: RemoteFile) -> bool:
        """Whether `file` lies in the library: at its target, and no longer here."""
        if not self.targets:
            return False
        target = self.targets[self.model.files.index(file)]
        return is_there(target, file.size_bytes) and not os.path.lexists(self.whole(file))

    def _folders_of(self, target: Path) -> Iterator[Path]:
        """The folders from that of `target` up to the library's own."""
        yield from (folder for folder in target.parents if folder.is_relative_to(self.models_folder))


def check_names(model: RemoteModel) -> None:
    """Refuse a model whose files cannot lie in the library under their own names.

    Raises:
        UserFacingError: `DOWNLOAD_UNSAFE_NAME`, or `MODEL_SHARD_MISSING` for shards that do not belong together.
    """
    if not is_safe_filename(model.repo_id) or model.repo_id.count("/") > 1:
        raise UserFacingError(ErrorCode.DOWNLOAD_UNSAFE_NAME, filename=model.repo_id)
    for file in model.files:
        if not is_safe_filename(file.filename) or not file.filename.lower().endswith(".gguf"):
            raise UserFacingError(ErrorCode.DOWNLOAD_UNSAFE_NAME, filename=file.filename)
    if tuple(file.filename for file in model.files) != shard_names(model.filename):
        raise UserFacingError(ErrorCode.MODEL_SHARD_MISSING, model=model.name)


def free_targets(models_folder: Path, model: RemoteModel) -> tuple[Path, ...]:
    """Where the files of `model` go: below `<owner>/<repo>`, or if something is in the way, `<owner>/<repo>@<commit>`.

    It is the folder that is another, for shards find each other by their names.

    Raises:
        UserFacingError: see `check_names`.
    """
    check_names(model)
    for folder in _folders(models_folder / model.repo_id, model.revision[:REVISION_CHARS]):
        targets = tuple(folder / file.filename for file in model.files)
        if not any(map(os.path.lexists, targets)):
            return targets
    raise AssertionError("there is always another folder")


def free_bytes(models_folder: Path) -> int:
    """How much more the volume of the library takes."""
    return shutil.disk_usage(models_folder).free


def check_space(model: RemoteModel, missing_bytes: int, free_bytes: int) -> None:
    """Refuse what does not fit: the bytes that have yet to arrive and some to spare.

    Raises:
        UserFacingError: `DOWNLOAD_NO_SPACE` with the shortfall.
    """
    needed = missing_bytes + SPARE_BYTES
    if needed > free_bytes:
        free = max(free_bytes, 0)
        raise UserFacingError(
            ErrorCode.DOWNLOAD_NO_SPACE, model=model.name, needed=needed, free=free, missing=needed - free
        )


def is_there(path: Path, size_bytes: int) -> bool:
    """Whether a file of this size lies at `path`."""
    try:
        return path.stat().st_size == size_bytes
    except (FileNotFoundError, NotADirectoryError):
        return False


def remove_abandoned(models_folder: Path, known_ids: Collection[str], now: float) -> None:
    """Remove what downloads left behind that are not among `known_ids`, and that nothing was written to for a week."""
    with contextlib.suppress(FileNotFoundError):
        for folder in (models_folder / DOWNLOADS_FOLDER).iterdir():
            if folder.name not in known_ids and now - _last_change(folder) > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _folders(folder: Path, revision: str) -> Iterator[Path]:
    yield folder
    yield folder.with_name(f"{folder.name}@{revision}")
    number = 1
    while True:
        number += 1
        yield folder.with_name(f"{folder.name}@{revision}-{number}")


def _own_name(file: RemoteFile) -> str:
    """A file's name without the folders of the repo."""
    return file.filename.rpartition("/")[2]


def _described(model: RemoteModel, paths: Collection[Path]) -> ModelFile:
    """What the library says of the same files."""
    found = [path.stat() for path in paths]
    return ModelFile(
        path=str(next(iter(paths))),
        size_bytes=sum(each.st_size for each in found),
        modified_at=max(each.st_mtime for each in found),
        origin=ModelOrigin.LIBRARY,
        repo_id=model.repo_id,
        revision=model.revision,
        sha256=model.files[0].sha256,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _sha256(path: Path, should_stop: Callable[[], bool]) -> str | None:
    """In hexadecimal digits; None when it was stopped."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK_BYTES):
            if should_stop():
                return None
            digest.update(chunk)
    return digest.hexdigest()


def _last_change(folder: Path) -> float:
    """When something in `folder` was written to last (Unix time)."""
    return max((path.stat().st_mtime for path in (folder, *folder.glob("*"))), default=0.0)
