"""The beginning of a file that is on its way, and how far its bytes on the disk are those that came.

Beside the part lies its record: which file it is the beginning of, and the SHA-256 of all bytes up to each full step.
After a crash or a power cut the part is compared with it and cut where they differ: some file systems leave zeros where
the last bytes should be, and a single wrong byte would otherwise be found only when everything has arrived.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from chatdesk.core.disk_errors import disk_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

STEP_BYTES = 1 << 20  # what a crash costs at most, beside what had not reached the disk
_DIGEST_BYTES = hashlib.sha256().digest_size


class PartFile:
    """A part that is open for reading and appending. Nothing is kept back: what was appended survives the process.

    All methods raise `UserFacingError` for what the disk reports: `DISK_FULL`, `FOLDER_NOT_WRITABLE`, `DISK_ERROR`.
    The part and its record stay as they are then.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0  # of what is known to be right
        self._hash = hashlib.sha256()
        with self._disk_problems_named():
            self._part = path.open("a+b", buffering=0)
            try:
                self._record = record_path(path).open("a+b", buffering=0)
            except OSError:
                self._part.close()
                raise

    def is_of(self, identity: str) -> bool:
        """Whether this is the beginning of the file that `identity` names."""
        with self._disk_problems_named():
            self._record.seek(0)
            return self._record.read(_DIGEST_BYTES) == _digest(identity)

    def restart(self, identity: str) -> None:
        """Throw away what is there and begin the file that `identity` names."""
        with self._disk_problems_named():
            self._part.truncate(0)
            self._record.truncate(0)
            self._record.write(_digest(identity))
        self.length = 0
        self._hash = hashlib.sha256()

    def verify(self) -> Iterator[None]:
        """Read what is there, step by step, and cut off what is not as it came. Yields after each step."""
        with self._disk_problems_named():
            self._part.seek(0)
            self._record.seek(_DIGEST_BYTES)
            size = os.fstat(self._part.fileno()).st_size
            while self.length < size:
                hashed = self._hash.copy()
                step = self._read(min(STEP_BYTES, size - self.length))
                hashed.update(step)
                if self._record.read(_DIGEST_BYTES) != hashed.digest():
                    break
                self._hash = hashed
                self.length += len(step)
                yield
            self._part.truncate(self.length)
            # The sum of a last step that is not full is only right while nothing follows.
            self._record.truncate(_DIGEST_BYTES * (1 + self.length // STEP_BYTES))

    def append(self, data: bytes) -> None:
        """Add what comes next."""
        left = memoryview(data)
        with self._disk_problems_named():
            while left:
                piece = left[: STEP_BYTES - self.length % STEP_BYTES]
                written = self._part.write(piece)
                self._hash.update(piece[:written])
                self.length += written
                left = left[written:]
                if self.length % STEP_BYTES == 0:
                    self._record.write(self._hash.digest())

    def sha256(self) -> str:
        """The SHA-256 of all bytes so far, in hexadecimal digits."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """The file is whole: see it safely on the disk and remove its record."""
        with self._disk_problems_named():
            os.fsync(self._part.fileno())
            self._part.close()
            self._record.close()
            record_path(self.path).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the part and its record."""
        self._close_files()
        with self._disk_problems_named():
            discard_part(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._record.closed:
            return
        try:
            if self.length % STEP_BYTES:
                self._record.write(self._hash.digest())
        except OSError:
            pass  # then the last step comes again
        finally:
            self._close_files()

    def _read(self, size: int) -> bytes:
        """`size` bytes of the part; a read may return fewer than asked."""
        pieces = []
        while size > 0 and (piece := self._part.read(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _close_files(self) -> None:
        self._part.close()
        self._record.close()

    @contextmanager
    def _disk_problems_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise disk_problem(error, self.path.parent) from error


def record_path(part: Path) -> Path:
    """Where the record of a part lies."""
    return part.with_name(f"{part.name}.sums")


def discard_part(part: Path) -> None:
    """Remove a part that nobody works on, and its record; either may be missing.

    Raises:
        OSError: one of them cannot be removed.
    """
    part.unlink(missing_ok=True)
    record_path(part).unlink(missing_ok=True)


def _digest(identity: str) -> bytes:
    return hashlib.sha256(identity.encode()).digest()
