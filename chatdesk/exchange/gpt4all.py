"""GPT4All's chat files (`gpt4all-….chat`): a stream of Qt values, big-endian, of a line of prompts and responses.

The layout is that of GPT4All's own `Chat::serialize` in the versions 11 and 12 of its format (GPT4All 3.5 and later):
earlier ones hold the state of the model too, whose layout changed with each.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from chatdesk.core.exchange import LeftOut
from chatdesk.core.messages import FinishReason, Role
from chatdesk.exchange.foreign import Said, Talk, attached, text_and_reasoning
from chatdesk.exchange.records import UnreadableError, moment

if TYPE_CHECKING:
    from chatdesk.core.exchange import AttachedContent
    from chatdesk.core.messages import Part

APP = "gpt4all"
MAGIC = b"\xf5\xd5\x53\xcc"
MOST_BYTES = 2**28
_FIRST_VERSION, _WITH_SUB_ITEMS, _LAST_VERSION = 11, 12, 12
_NULL = 0xFFFFFFFF
_MOST_DEPTH = 20
_LEAST_BYTES = 4  # of any item: a list cannot hold more than that lets it
_SOURCE_TEXTS = 7
_SOURCE_NUMBERS = 3
_RESPONSE, _TEXT, _TOOL_CALL, _TOOL_RESPONSE = "Response: ", "Text: ", "ToolCall: ", "ToolResponse: "
_ROLES = {"Prompt: ": Role.USER, _RESPONSE: Role.ASSISTANT, "System: ": Role.SYSTEM}
_QSTRING = 10  # QMetaType


class OtherVersionError(Exception):
    """A chat in a version of the format that is not read here."""


class _Item(NamedTuple):
    name: str
    text: str
    is_stopped: bool
    files: tuple[tuple[Part, AttachedContent], ...]


def read_gpt4all(data: bytes) -> tuple[Talk, Counter[LeftOut]]:
    """The one conversation of a file.

    Raises:
        UnreadableError: it is damaged.
        OtherVersionError: it is of another version.
    """
    stream = _Stream(data)
    if stream.take(len(MAGIC)) != MAGIC:
        raise UnreadableError("no chat of GPT4All")
    version = stream.int32()
    if not _FIRST_VERSION <= version <= _LAST_VERSION:
        raise OtherVersionError
    left_out: Counter[LeftOut] = Counter()
    created_at = moment(stream.int64())
    key, title = stream.text(), stream.text()
    stream.text()  # the user's name
    model = stream.text()
    for _ in range(stream.length(stream.uint32())):
        stream.text()  # a collection of documents
    items = [_item(stream, version, left_out) for _ in range(stream.length(stream.int32()))]
    said = tuple(_said(place, item, model, left_out) for place, item in enumerate(items))
    return Talk(
        app=APP,
        key=key,
        title=title,
        said=said,
        created_at=created_at,
        updated_at=created_at,
        current_id=said[-1].id if said else None,
        attachments=tuple(content for item in items for _, content in item.files),
    ), left_out


def _said(place: int, item: _Item, model: str, left_out: Counter[LeftOut]) -> Said:
    parent_id = str(place - 1) if place else None
    role = _ROLES.get(item.name)
    if role is None:
        left_out[LeftOut.UNKNOWN_ROLE] += 1
        return Said(str(place), parent_id)
    is_reply = role is Role.ASSISTANT
    return Said(
        str(place),
        parent_id,
        role,
        (*text_and_reasoning(item.text), *(part for part, _ in item.files)),
        model=model if is_reply else "",
        finish_reason=FinishReason.STOPPED if is_reply and item.is_stopped else None,
    )


def _item(stream: _Stream, version: int, left_out: Counter[LeftOut]) -> _Item:
    name, text = stream.text(), stream.text()
    stream.text()  # what the user would have answered
    stream.truth()  # whether it is still written
    is_stopped = stream.truth()
    stream.truth()  # thumbs up
    stream.truth()  # thumbs down
    if name == _RESPONSE:
        stream.truth()  # whether it is an error
    for _ in range(stream.length(stream.int64())):  # passages of documents
        for _ in range(_SOURCE_TEXTS):
            stream.text()
        for _ in range(_SOURCE_NUMBERS):
            stream.int32()
    files: list[tuple[Part, AttachedContent]] = []
    for _ in range(stream.length(stream.int64())):  # attachments
        address = stream.data().decode(errors="replace")
        taken = attached(unquote(address.rpartition("/")[2]), stream.data())
        if taken is None:
            left_out[LeftOut.FILE] += 1
        else:
            files.append(taken)
    steps: list[str] = []
    if version >= _WITH_SUB_ITEMS:
        for _ in range(stream.length(stream.int64())):
            _sub_item(stream, steps, left_out)
    return _Item(name, "\n\n".join(filter(None, (*steps, text))), is_stopped, tuple(files))


def _sub_item(stream: _Stream, steps: list[str], left_out: Counter[LeftOut], depth: int = 0) -> None:
    """A step of a response, with steps of its own."""
    if depth > _MOST_DEPTH:
        raise UnreadableError("nested too deeply")
    name, text = stream.text(), stream.text()
    if name == _TOOL_CALL:
        _skip_call(stream)
    if name in {_TOOL_CALL, _TOOL_RESPONSE}:
        left_out[LeftOut.TOOL_USE] += name == _TOOL_CALL
    elif name in {_RESPONSE, _TEXT}:
        steps.append(text)
    else:
        raise UnreadableError("a step of an unknown kind")
    for _ in range(stream.length(stream.int64())):
        _sub_item(stream, steps, left_out, depth + 1)


def _skip_call(stream: _Stream) -> None:
    stream.text()  # the tool
    for _ in range(stream.length(stream.int64())):
        stream.text()  # a parameter's name
        stream.int32()  # its type
        kind = stream.uint32()
        is_null = stream.truth()
        if kind == _QSTRING:
            stream.text()
        elif not is_null or kind:
            raise UnreadableError("a parameter of an unknown kind")
    stream.text()  # the result
    stream.int32()  # the error's number
    stream.text()  # the error


class _Stream:
    """Values as Qt's `QDataStream` writes them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, n_bytes: int) -> bytes:
        """The next bytes."""
        end = self._position + n_bytes
        if not 0 <= n_bytes <= len(self._data) - self._position:
            raise UnreadableError("cut short")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def length(self, untrusted: int) -> int:
        """How many items follow, checked against what is left of the file."""
        if not 0 <= untrusted <= (len(self._data) - self._position) // _LEAST_BYTES:
            raise UnreadableError("a list longer than the file")
        return untrusted

    def truth(self) -> bool:
        """A bool."""
        return self.take(1) != b"\0"

    def int32(self) -> int:
        """An int."""
        return int.from_bytes(self.take(4), "big", signed=True)

    def uint32(self) -> int:
        """An unsigned int."""
        return int.from_bytes(self.take(4), "big")

    def int64(self) -> int:
        """A long long, or a length."""
        return int.from_bytes(self.take(8), "big", signed=True)

    def data(self) -> bytes:
        """A QByteArray, or a QUrl."""
        n_bytes = self.uint32()
        return b"" if n_bytes == _NULL else self.take(n_bytes)

    def text(self) -> str:
        """A QString."""
        return self.data().decode("utf-16-be", errors="replace")
