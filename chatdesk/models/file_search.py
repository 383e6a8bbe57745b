"""GGUF files below a folder that nobody promised to be small.

Links are followed but not in circles; depth and number of entries are bounded.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from chatdesk.core.model_files import shard_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GGUF = ".gguf"
# A library is a folder of models. One that is a whole disk by mistake must not keep the app busy for minutes.
MAX_DEPTH = 5
MAX_ENTRIES = 20_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file, and the one spelling of its path with which two findings of the same file can be told."""

    path: str
    real_path: str


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    real_path: str
    depth: int


def gguf_files(root: str, max_depth: int = MAX_DEPTH, max_entries: int = MAX_ENTRIES) -> Iterator[FoundFile]:
    """Whole models and first shards below `root`, in no order; what cannot be looked into is left out."""
    waiting = [_Folder(root, real_path(root), 0)]
    seen: set[str] = set()
    entries_left = max_entries
    while waiting:
        folder = waiting.pop()
        if folder.real_path in seen:
            continue
        seen.add(folder.real_path)
        try:
            with os.scandir(folder.path) as entries:
                listed = list(islice(entries, entries_left))
        except OSError as error:
            _log.info("cannot look into %s: %s", folder.path, error)
            continue
        entries_left -= len(listed)
        beginning = os.path.join(folder.real_path, "")  # noqa: PTH118 - with the separator behind it
        for entry in listed:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                if folder.depth < max_depth:
                    waiting.append(_Folder(entry.path, _real_path(entry, beginning), folder.depth + 1))
            elif is_model_name(entry.name):
                yield FoundFile(entry.path, _real_path(entry, beginning))
    if entries_left <= 0:
        _log.warning("%s holds more than %d files; not all were looked at", root, max_entries)


def real_path(path: str) -> str:
    """The one spelling of a file's path: links followed, and one case where the system ignores case."""
    return os.path.normcase(os.path.realpath(path))


def is_model_name(filename: str) -> bool:
    """Whether a file is a model, or the first shard of one, by its name. Vision projectors are none by themselves."""
    lower = filename.lower()
    if not lower.endswith(GGUF) or "mmproj" in lower:
        return False
    number, _ = shard_of(filename) or (1, 1)
    return number == 1


def _real_path(entry: os.DirEntry[str], beginning: str) -> str:
    """`real_path(entry.path)`, which begins with its folder's where that can be told without asking the system.

    Asking for each of some hundred files would take most of a scan.
    """
    if entry.is_symlink() or _is_reparse_point(entry):
        return real_path(entry.path)
    return beginning + os.path.normcase(entry.name)


def _is_reparse_point(entry: os.DirEntry[str]) -> bool:
    """Whether it may lead elsewhere on Windows, as junctions do, which are no symbolic links."""
    if sys.platform != "win32":
        return False
    return bool(entry.stat(follow_symlinks=False).st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one; a link to itself is none."""
    if entry.is_symlink():
        return os.path.isdir(entry.path)  # noqa: PTH112 - `entry.is_dir()` raises for a link to itself
    try:
        return entry.is_dir()
    except OSError:  # gone since it was listed, or on a disk that fails
        return False
