"""The bytes of a model file: from the Hub into a part on this disk, resumed where it ended, verified as they arrive."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.models.answer_reader import AnswerReader
from chatdesk.models.hub_answers import unexpected, unreachable
from chatdesk.models.hub_http import Asked, HubHttp
from chatdesk.models.part_file import PartFile
from chatdesk.models.patience import BackOff, Patience
from chatdesk.models.ranges import body_start, changed, ensure_same_file, entity_tag, range_from

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.hub_models import RemoteFile, RemoteModel
    from chatdesk.models.answer_reader import Head
    from chatdesk.models.hub_access import AccessNow, HubAccess

OnBytes = Callable[[int], None]
ShouldStop = Callable[[], bool]
OnTrouble = Callable[["ErrorDetail | None"], None]

SLEEP_STEP_SECONDS = 0.2  # between two looks at whether to stop
GOOD_WAY_BYTES = 1 << 16  # an attempt that got so far makes earlier failures forgotten
MOST_RESTARTS = 5  # from byte 0, of one file
RANGE_SECONDS = 30.0  # for a small range, all of it


class TransferStopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """The transfer ended because it was told to. The part stays and can be resumed."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Time and chance: a clock in seconds, a way to wait, and numbers from 0 to 1."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


class Transfer:
    """Fetches files; several at once when asked from several threads."""

    def __init__(self, access: AccessNow, patience: Patience | None = None, timing: Timing | None = None) -> None:
        self._access = access
        self._patience = patience or Patience()
        self._timing = timing or Timing()
        self._http = HubHttp()

    def fetch(
        self,
        model: RemoteModel,
        file: RemoteFile,
        part: Path,
        on_bytes: OnBytes,
        should_stop: ShouldStop,
        on_trouble: OnTrouble = lambda _trouble: None,
    ) -> None:
        """Bring all of `file` into `part`, going on where an earlier call ended.

        Returns when it is whole, verified and safely on the disk. Trouble with the network is waited out: `on_trouble`
        is told of it, and gets None when bytes flow again. `on_bytes` gets the number of bytes that are on this disk;
        it goes back when the file must start over. `should_stop` is asked several times a second.

        Raises:
            TransferStopped: `should_stop` said so.
            UserFacingError: the Hub refuses, the trouble lasts too long, the disk has a problem, or
                `DOWNLOAD_CHANGED`, and the part stays; `DOWNLOAD_DAMAGED`, and the part is gone.
        """
        self._access().ensure_online()
        with PartFile(part) as kept:
            fetch = _Fetch(self._http, self._access, self._patience, self._timing, model, file, kept, should_stop)
            fetch.run(on_bytes, on_trouble)

    def read_range(self, model: RemoteModel, file: RemoteFile, offset: int, size: int) -> bytes:
        """`size` bytes of `file` from `offset` on, fewer only at its end. Asks once and takes no longer than a minute.

        Raises:
            UserFacingError: the Hub refuses or cannot be reached, or `DOWNLOAD_CHANGED`.
        """
        size = min(size, file.size_bytes - offset)
        if size <= 0:
            return b""
        ends_at = self._timing.now() + RANGE_SECONDS
        access = self._access()
        asked = _asked(access, model, file, range_from(offset, size), RANGE_SECONDS / 2)
        found = bytearray()
        with self._http.get(access, asked) as answer:
            response = answer.response
            ensure_same_file(answer.hub_headers, model, file)
            if body_start(response.status_code, response.headers, offset, file) != offset:
                raise unexpected("it does not send parts of a file")
            for chunk in response.iter_raw():
                found += chunk[: size - len(found)]
                if len(found) == size:
                    return bytes(found)
                if self._timing.now() > ends_at:
                    break
        raise unreachable(_host(asked), "its answer broke off or took too long")

    def close(self) -> None:
        """Close all connections; nothing can be fetched any more."""
        self._http.close()


class _Fetch:
    """One call of `Transfer.fetch`: attempts until the part is whole."""

    def __init__(
        self,
        http: HubHttp,
        access: AccessNow,
        patience: Patience,
        timing: Timing,
        model: RemoteModel,
        file: RemoteFile,
        kept: PartFile,
        should_stop: ShouldStop,
    ) -> None:
        self._http = http
        self._access = access
        self._patience = patience
        self._timing = timing
        self._model = model
        self._file = file
        self._kept = kept
        self._should_stop = should_stop
        self._restarts = 0

    def run(self, on_bytes: OnBytes, on_trouble: OnTrouble) -> None:
        self._resume()
        on_bytes(self._kept.length)
        back_off = BackOff(self._patience, self._timing.jitter)
        is_in_trouble = False
        while self._kept.length < self._file.size_bytes:
            offset = self._kept.length
            try:
                for length in self._attempt():
                    on_bytes(length)
                    if is_in_trouble:
                        on_trouble(None)
                        is_in_trouble = False
            except UserFacingError as error:
                if self._kept.length - offset >= GOOD_WAY_BYTES:
                    back_off.forget()
                seconds = back_off.seconds_after(error)
                on_trouble(error.detail)
                is_in_trouble = True
                self._wait(seconds)
        self._finish()

    def _resume(self) -> None:
        """Find out how much of this very file is there already."""
        known = self._identity(None)
        if known is not None and not self._kept.is_of(known):
            self._kept.restart(known)
        for _ in self._kept.verify():
            self._ensure_wanted()
        if self._kept.length > self._file.size_bytes:
            self._kept.restart(known or "")

    def _attempt(self) -> Iterator[int]:
        """Ask once for what is missing; yields the part's length as it grows.

        Raises:
            UserFacingError: it did not become whole, for a reason that may pass or not.
        """
        offset = self._kept.length
        access, stall_seconds = self._access(), self._patience.stall_seconds
        asked = _asked(access, self._model, self._file, range_from(offset), stall_seconds)
        with AnswerReader(
            partial(self._http.get, access, asked), _host(asked), stall_seconds, self._timing.now
        ) as reader:
            while (head := reader.head()) is None:
                self._ensure_wanted()
            ensure_same_file(head.hub_headers, self._model, self._file)
            is_continued = self._is_continued(head, offset)
            if self._kept.length < offset:
                yield self._kept.length
            if not is_continued:
                return  # asked again without a range
            for block in reader.blocks():
                self._ensure_wanted()
                missing = self._file.size_bytes - self._kept.length
                if len(block) > missing and self._file.sha256 is None:
                    self._kept.restart("")
                    raise changed(self._file)
                self._kept.append(block[:missing])
                if block:
                    yield self._kept.length
                if len(block) >= missing and self._file.sha256 is not None:
                    return  # whether more would follow does not matter: the sum tells
        if self._kept.length < self._file.size_bytes:
            raise unreachable(_host(asked), "the connection ended early")

    def _is_continued(self, head: Head, offset: int) -> bool:
        """Whether the body goes on where the part ends; else the part was emptied, and must be asked for anew."""
        start = body_start(head.status, head.headers, offset, self._file)
        identity = self._identity(head)
        if start == offset and offset > 0 and identity is not None and self._kept.is_of(identity):
            return True
        if start is None and offset == 0:
            raise unexpected("it refuses a range where none was asked for")
        if offset > 0:
            self._restarts += 1
            if self._restarts > MOST_RESTARTS:
                raise unexpected("it does not let a download go on where it ended")
        self._kept.restart(identity or "")
        return start == 0

    def _identity(self, head: Head | None) -> str | None:
        """What the part is the beginning of; None where nothing tells two versions of the file apart."""
        if self._file.sha256 is not None:
            return f"sha256 {self._file.sha256}"
        etag = entity_tag(head.headers.get("ETag", "")) if head is not None else ""
        where = f"{self._model.repo_id} {self._model.revision} {self._file.filename} {self._file.size_bytes}"
        return f"etag {where} {etag}" if etag else None

    def _finish(self) -> None:
        if self._file.sha256 is not None and self._kept.sha256() != self._file.sha256:
            self._kept.discard()
            raise UserFacingError(ErrorCode.DOWNLOAD_DAMAGED, model=self._file.filename)
        self._kept.finish()

    def _wait(self, seconds: float) -> None:
        while seconds > 0:
            self._ensure_wanted()
            step = min(seconds, SLEEP_STEP_SECONDS)
            self._timing.sleep(step)
            seconds -= step
        self._ensure_wanted()

    def _ensure_wanted(self) -> None:
        if self._should_stop():
            raise TransferStopped


def _asked(access: HubAccess, model: RemoteModel, file: RemoteFile, headers: dict[str, str], seconds: float) -> Asked:
    """The request for a file at the very commit that its size and hash were read from."""
    revision = quote(model.revision, safe="")
    url = f"{access.endpoint}/{quote(model.repo_id)}/resolve/{revision}/{quote(file.filename)}"
    return Asked(url, headers, seconds, model.repo_id, file.filename)


def _host(asked: Asked) -> str:
    return urlsplit(asked.url).hostname or asked.url
