"""Snapshots on disk: one file for each conversation and model, read only when everything about it is right.

The file: eight bytes that name the format, the length of a JSON head as a little-endian 32-bit number, the head, the
tokens as little-endian 32-bit numbers, the state as llama.cpp gave it, and an XXH3-128 checksum of all before it.

llama.cpp trusts the states that it is given. A state that another model file, build or cache type wrote, or that was
damaged since, could crash it or change a reply. So the head holds a key that names all of those, and nothing reaches
llama.cpp before key, lengths and checksum are right. A file that is not is removed. The checksum finds damage, not a
forger, who could write to the conversations as well; a cryptographic one was a quarter of the wait after a restart.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import struct
import sys
import threading
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import xxhash

from chatdesk.core.batches import BatchRun, as_numbers, runs_from, token_count
from chatdesk.durable import replace_when_let_go
from chatdesk.engine.base import never
from chatdesk.engine.snapshots import Snapshot, usable_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from chatdesk.engine.base import ShouldStop

MAGIC = b"CDKVS\x00\x00\x03"
SUFFIX = ".kv"
_UNFINISHED = ".tmp"
_CHECKSUM_BYTES = 16
_MAX_HEAD_BYTES = 1 << 20
_LENGTH = struct.Struct("<I")
# What is read and checked between two looks whether to stop: a few milliseconds' worth.
_STEP_BYTES = 1 << 22

_log = logging.getLogger(__name__)


class SnapshotError(ValueError):
    """A file is no snapshot that can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """A snapshot on disk whose head was read: what is needed to know whether it is worth reading."""

    path: Path
    owner: str
    tokens: tuple[int, ...]


class SnapshotFiles:
    """The snapshots of one key in a folder that others may share. May be used from any thread.

    `key` names everything that a state depends on. `budget_bytes` is for the folder as a whole, whatever the key;
    0 keeps none.
    """

    def __init__(self, folder: Path, key: str, budget_bytes: Callable[[], int]) -> None:
        self._folder = folder
        self._key = key
        self._budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._known: dict[str, SnapshotFile] | None = None  # by owner; None: the folder was not looked at yet

    def best(self, prompt: tuple[int, ...], *, can_go_back: bool) -> tuple[SnapshotFile | None, int]:
        """The file that saves most of `prompt`, and how many tokens that is."""
        with self._lock:
            known = self._files()
            while True:
                best, saved = None, 0
                for file in known.values():
                    usable = usable_prefix(file.tokens, prompt, can_go_back=can_go_back)
                    if usable > saved:
                        best, saved = file, usable
                if best is None or best.path.exists():
                    return best, saved
                del known[best.owner]  # a person had it forgotten

    def holds(self, owner: str, tokens: tuple[int, ...]) -> bool:
        """Whether the owner's file holds exactly these tokens."""
        file = self._of(owner)
        return file is not None and file.tokens == tokens

    def has(self, owner: str) -> bool:
        """Whether there is a file of the owner's, with this key."""
        return self._of(owner) is not None

    def has_any(self, owner: str) -> bool:
        """Whether there is a file of the owner's, whatever its key."""
        return any(self._folder.glob(f"{owner_prefix(owner)}*{SUFFIX}"))

    def read(self, file: SnapshotFile, should_stop: ShouldStop = never) -> Snapshot | None:
        """The snapshot in `file`; None when anything about it is not right, and then the file is gone.

        None too after a stop, and where there is no memory for it now.
        """
        try:
            with file.path.open("rb") as stream:
                snapshot = _read(stream, self._key, should_stop)
            os.utime(file.path)
        except MemoryError:
            _log.warning("there is no memory for the snapshot %s", file.path.name)
            return None
        except (OSError, SnapshotError) as error:
            _log.warning("the snapshot %s is not used: %s", file.path.name, error)
            self._remove(file)
            return None
        return snapshot

    def write(self, snapshot: Snapshot) -> bool:
        """Keep `snapshot` in place of its owner's last one; returns whether it is on disk.

        A disk that takes no more costs the snapshot only: it saves time and nothing else.
        """
        path = self._path(snapshot.owner)
        unfinished = path.with_suffix(_UNFINISHED)
        try:
            budget = self._budget_bytes()
            if snapshot.size_bytes > budget:
                return False
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(budget - snapshot.size_bytes, keep=path)
            with unfinished.open("wb") as stream:
                _write(stream, self._key, snapshot)
            replace_when_let_go(unfinished, path)
        except OSError as error:
            _log.warning("a snapshot could not be kept: %s", error)
            _unlink(unfinished)
            return False
        with self._lock:
            self._files()[snapshot.owner] = SnapshotFile(path, snapshot.owner, snapshot.tokens)
        return True

    def _of(self, owner: str) -> SnapshotFile | None:
        with self._lock:
            file = self._files().get(owner)
        return file if file is not None and file.path.exists() else None

    def _files(self) -> dict[str, SnapshotFile]:
        if self._known is None:
            self._known = {file.owner: file for file in self._look()}
        return self._known

    def _look(self) -> Iterator[SnapshotFile]:
        for path in snapshot_paths(self._folder):
            try:
                with path.open("rb") as stream:
                    head = _read_head(stream, self._key, os.fstat(stream.fileno()).st_size)
            except SnapshotError as error:
                _log.info("the snapshot %s is not of this model: %s", path.name, error)
            except OSError as error:
                _log.info("the snapshot %s cannot be read: %s", path.name, error)
            else:
                yield SnapshotFile(path, head.owner, head.tokens)

    def _path(self, owner: str) -> Path:
        name = hashlib.sha256(f"{owner}\n{self._key}".encode()).hexdigest()[:16]
        return self._folder / f"{owner_prefix(owner)}{name}{SUFFIX}"

    def _remove(self, file: SnapshotFile) -> None:
        with self._lock:
            self._files().pop(file.owner, None)
        _unlink(file.path)

    def _make_room(self, budget: int, keep: Path) -> None:
        """Remove what was used least recently until the rest takes at most `budget` bytes.

        And what was being written when an earlier run ended: one snapshot is written at a time.
        """
        for path in _unfinished_paths(self._folder):
            _unlink(path)
        files = [(path.stat(), path) for path in snapshot_paths(self._folder) if path != keep]
        files.sort(key=lambda found: found[0].st_mtime)
        size = sum(found.st_size for found, _ in files)
        for found, path in files:
            if size <= budget:
                return
            size -= found.st_size
            _unlink(path)
            with self._lock:
                known = self._files()
                for owner in [owner for owner, file in known.items() if file.path == path]:
                    del known[owner]


def snapshot_paths(folder: Path) -> list[Path]:
    """All snapshots of a folder, whatever their key."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def taken_bytes(folder: Path) -> int:
    """What all snapshots of a folder take on disk; one that goes meanwhile counts nothing."""
    total = 0
    for path in snapshot_paths(folder):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total


def owner_prefix(owner: str) -> str:
    """What the names of an owner's snapshots begin with; no owner can name a path."""
    return hashlib.sha256(owner.encode()).hexdigest()[:24] + "-"


def forget_snapshots(folder: Path, owner: str | None = None) -> int:
    """Remove the snapshots of one conversation, of every model; None: all, and what a crash left unfinished.

    Returns:
        How many bytes of the disk are free again.
    """
    prefix = owner_prefix(owner) if owner is not None else ""
    paths = [*snapshot_paths(folder), *_unfinished_paths(folder)]
    return sum(_unlink(path) for path in paths if path.name.startswith(prefix))


def _unfinished_paths(folder: Path) -> list[Path]:
    return list(folder.glob(f"*{_UNFINISHED}")) if folder.is_dir() else []


def _unlink(path: Path) -> int:
    """Remove a file; returns its size, and 0 where it was gone already or stays."""
    try:
        size_bytes = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        _log.warning("the snapshot %s cannot be removed: %s", path.name, error)
        return 0
    return size_bytes


def _write(stream: BinaryIO, key: str, snapshot: Snapshot) -> None:
    head = json.dumps(
        {
            "key": key,
            "owner": snapshot.owner,
            "tokens": len(snapshot.tokens),
            "state": len(snapshot.state),
            "batches": as_numbers(snapshot.batches),
        }
    ).encode()
    checksum = xxhash.xxh3_128()
    for part in (MAGIC, _LENGTH.pack(len(head)), head, _packed(snapshot.tokens), snapshot.state):
        checksum.update(part)
        stream.write(part)
    stream.write(checksum.digest())
    stream.flush()
    os.fsync(stream.fileno())


@dataclass(frozen=True, slots=True)
class _Head:
    """What a file says before its state, of which `state_bytes` follow."""

    owner: str
    tokens: tuple[int, ...]
    batches: tuple[BatchRun, ...]
    state_bytes: int


def _read_head(stream: BinaryIO, key: str, size_bytes: int) -> _Head:
    """The head of a file that is as long as it says it is and has this key.

    Raises:
        SnapshotError: it is not.
    """
    start = stream.read(len(MAGIC) + _LENGTH.size)
    if start[: len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + _LENGTH.size:
        raise SnapshotError("it is no snapshot of this version")
    (length,) = _LENGTH.unpack(start[len(MAGIC) :])
    if length > _MAX_HEAD_BYTES:
        raise SnapshotError("its head is too long")
    untrusted_head = stream.read(length)
    try:
        untrusted = json.loads(untrusted_head)
        its_key, owner, n_tokens, n_state = (untrusted[name] for name in ("key", "owner", "tokens", "state"))
        batches = runs_from(untrusted["batches"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SnapshotError("its head cannot be read") from error
    if its_key != key or not isinstance(owner, str):
        raise SnapshotError("another model, build or setting made it")
    if type(n_tokens) is not int or type(n_state) is not int or n_tokens < 0 or n_state < 0:
        raise SnapshotError("its head cannot be read")
    if token_count(batches) != n_tokens:
        raise SnapshotError("its batches are not those of its tokens")
    if size_bytes != len(start) + length + 4 * n_tokens + n_state + _CHECKSUM_BYTES:
        raise SnapshotError("it has another length than it says")
    return _Head(owner, _unpacked(stream.read(4 * n_tokens)), batches, n_state)


def _read(stream: BinaryIO, key: str, should_stop: ShouldStop) -> Snapshot | None:
    """The whole snapshot; None after a stop.

    Raises:
        SnapshotError: it is not exactly what was written.
        MemoryError: it does not fit into memory.
    """
    size_bytes = os.fstat(stream.fileno()).st_size
    head = _read_head(stream, key, size_bytes)
    head_bytes = stream.tell()
    stream.seek(0)
    import numpy as np  # late: the window must not wait for it

    body = np.empty(size_bytes - _CHECKSUM_BYTES, np.uint8).data  # not filled with zeros first
    checksum = xxhash.xxh3_128()
    for start in range(0, len(body), _STEP_BYTES):
        if should_stop():
            return None
        step = body[start : start + _STEP_BYTES]
        if stream.readinto(step) != len(step):  # type: ignore[attr-defined]  # files opened as bytes have it
            raise SnapshotError("it was cut short")
        checksum.update(step)
    if stream.read(_CHECKSUM_BYTES) != checksum.digest():
        raise SnapshotError("it is damaged")
    return Snapshot(head.owner, head.tokens, body[head_bytes : head_bytes + head.state_bytes], head.batches)


def _packed(tokens: Sequence[int]) -> bytes:
    packed = array("i", tokens)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _unpacked(content: bytes) -> tuple[int, ...]:
    tokens = array("i")
    tokens.frombytes(content)
    if sys.byteorder == "big":
        tokens.byteswap()
    return tuple(tokens)
