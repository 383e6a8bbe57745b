"""Reads a file of conversations, whoever wrote it, one conversation at a time."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from functools import partial
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.exchange import LeftOut, WholeConversation
from chatdesk.exchange import gpt4all, own_format
from chatdesk.exchange.chatgpt import is_chatgpt, read_chatgpt
from chatdesk.exchange.foreign import Talk, whole_from
from chatdesk.exchange.json_items import CutShortError, json_items
from chatdesk.exchange.lm_studio import is_lm_studio, read_lm_studio
from chatdesk.exchange.open_webui import is_open_webui, read_open_webui
from chatdesk.exchange.records import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# What a zip may unpack to, in all. It goes by in pieces, so this bounds time and not memory.
MOST_UNPACKED_BYTES = 2**32
MOST_MEMBERS = 10_000
_ZIP_MAGIC = b"PK\x03\x04"
# Other methods may ask for gigabytes of memory to begin with.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_IS_ENCRYPTED = 0x1
_APPS = (
    (is_chatgpt, read_chatgpt),
    (is_open_webui, read_open_webui),
    (is_lm_studio, read_lm_studio),
)


class ExportReader:
    """The conversations of one file. `left_out` counts what was met and could not be read, while it is read.

    Nothing is unpacked to the disk, and no name inside a zip is ever used as a path.
    """

    def __init__(self, path: Path, most_unpacked_bytes: int = MOST_UNPACKED_BYTES) -> None:
        self._path = path
        self._most_unpacked_bytes = most_unpacked_bytes
        self.left_out: Counter[LeftOut] = Counter()
        self.share = 0.0  # how much of the file was read, from 0 to 1

    def conversations(self) -> Iterator[WholeConversation | None]:
        """Each conversation, and None now and then in between, so that others get a turn.

        Raises:
            UserFacingError: the file cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                magic = file.read(len(_ZIP_MAGIC))
                file.seek(0)
                if magic == _ZIP_MAGIC:
                    yield from self._zip(file)
                elif magic == gpt4all.MAGIC:
                    yield self._gpt4all(file.read(gpt4all.MOST_BYTES))
                else:
                    yield from self._json(self._counted(file.read, self._path.stat().st_size))
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error

    def _zip(self, file: IO[bytes]) -> Iterator[WholeConversation | None]:
        try:
            with zipfile.ZipFile(file) as archive:
                members = _members(archive)
                total = sum(member.file_size for member in members)
                if total > self._most_unpacked_bytes or len(members) > MOST_MEMBERS:
                    self.left_out[LeftOut.TOO_LARGE] += 1
                    return
                if not members:
                    self.left_out[LeftOut.NOT_A_CONVERSATION] += 1
                counted_from = 0
                for member in members:
                    with archive.open(member) as inner:  # which gives no more than the size it states
                        yield from self._json(self._counted(inner.read, total, counted_from))
                    counted_from += member.file_size
        # What a damaged zip ends in depends on where the damage is.
        except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error) as error:
            raise self._unreadable(str(error)) from error

    def _json(self, read: Callable[[int], bytes]) -> Iterator[WholeConversation | None]:
        try:
            for item in json_items(read):
                yield self._taken(partial(_convert, item.value)) if item is not None else None
        except CutShortError as error:
            self.left_out[error.reason] += 1

    def _gpt4all(self, data: bytes) -> WholeConversation | None:
        def convert() -> tuple[WholeConversation, Counter[LeftOut]]:
            try:
                return _whole(gpt4all.read_gpt4all(data))
            except gpt4all.OtherVersionError as error:
                raise _NotTakenError(LeftOut.UNKNOWN_VERSION) from error

        return self._taken(convert)

    def _taken(self, convert: Callable[[], tuple[WholeConversation, Counter[LeftOut]]]) -> WholeConversation | None:
        try:
            whole, left_out = convert()
        except _NotTakenError as error:
            self.left_out[error.reason] += 1
            return None
        except UnreadableError:
            self.left_out[LeftOut.DAMAGED_CONVERSATION] += 1
            return None
        self.left_out.update(left_out)
        if not whole.messages:
            self.left_out[LeftOut.EMPTY_CONVERSATION] += 1
            return None
        return whole

    def _counted(self, read: Callable[[int], bytes], size: int, start: int = 0) -> Callable[[int], bytes]:
        """`read`, keeping count of how much of `size` it has read since `start`."""
        total = start

        def counted(n_bytes: int) -> bytes:
            nonlocal total
            chunk = read(n_bytes)
            total += len(chunk)
            self.share = min(total / max(size, 1), 1.0)
            return chunk

        return counted

    def _unreadable(self, reason: str) -> UserFacingError:
        return UserFacingError(ErrorCode.IMPORT_UNREADABLE, filename=self._path.name, reason=reason)


class _NotTakenError(Exception):
    """One item is nothing that is taken over, for the reason given."""

    def __init__(self, reason: LeftOut) -> None:
        super().__init__(reason)
        self.reason = reason


def _convert(untrusted: Any) -> tuple[WholeConversation, Counter[LeftOut]]:
    """A conversation from one item of a file, by what the item looks like."""
    if not isinstance(untrusted, dict):
        raise _NotTakenError(LeftOut.NOT_A_CONVERSATION)
    if own_format.is_own(untrusted):
        if untrusted.get("version") != own_format.VERSION:
            raise _NotTakenError(LeftOut.NEWER_CONVERSATION)
        return own_format.read_conversation(untrusted)
    for is_one, read in _APPS:
        if is_one(untrusted):
            return _whole(read(untrusted))
    raise _NotTakenError(LeftOut.NOT_A_CONVERSATION)


def _whole(read: tuple[Talk, Counter[LeftOut]]) -> tuple[WholeConversation, Counter[LeftOut]]:
    talk, left_out = read
    whole, mended = whole_from(talk)
    return whole, left_out + mended


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in a zip that may hold conversations: ChatGPT's by their names, else all that are JSON."""
    found = [
        member
        for member in archive.infolist()
        if PurePosixPath(member.filename).suffix.lower() in {".json", ".jsonl"}
        and member.compress_type in _METHODS
        and not member.flag_bits & _IS_ENCRYPTED
    ]
    named = [member for member in found if PurePosixPath(member.filename).name.lower().startswith("conversations")]
    return sorted(named or found, key=lambda member: member.filename)
