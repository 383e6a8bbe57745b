"""Values of `core` as JSON objects and back, field by field under their own names.

Fields are found by their annotations, so that one which is added to a value travels by itself. What is read is checked
against the annotation: a field that is missing takes its default, and one that cannot be what it should is
`UnreadableError`. Token ids travel packed: a number a token would take more room than the text.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.errors import ErrorDetail, kept_error
from chatdesk.core.messages import FinishReason, Part, PartKind, ReplyFigures, ReplyOrigin, ReplyStatus, Role
from chatdesk.core.sampling import SamplingParams

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
E = TypeVar("E", bound=StrEnum)

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_MOST_WHOLE = 2**63 - 1  # what SQLite can keep
_MOST_SECONDS = 3e10  # the year 2920, for Windows knows of none after 3000; beyond, it is milliseconds
LEAST_SECONDS = 2 * 86_400.0  # Windows knows of no local time before 1970, wherever it is
_MOST_DEPTH = 100  # of objects and lists in each other; whoever reads them later may have little room left for more
_TOKEN_BYTES = 4


class UnreadableError(Exception):
    """Something read is not what it should be. For the reader of the file, not for people."""


# --- writing ---


def as_json(value: Any, leave_out: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a value of `core` as what `json.dumps` takes."""
    record = {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name not in leave_out}
    for field in fields(value):
        if field.type == _PACKED and field.name in record:
            record[field.name] = _packed(getattr(value, field.name))
    return record


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return as_json(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _packed(token_ids: Iterable[int]) -> str:
    ids = tuple(token_ids)
    return base64.b64encode(struct.pack(f"<{len(ids)}i", *ids)).decode()


# --- reading ---


def from_json(kind: type[T], untrusted: object, **given: Any) -> T:
    """A value of `core` from a JSON object; `given` fields are not looked for in it.

    Raises:
        UnreadableError: a field is missing or is not what it should be.
    """
    record = mapping(untrusted)
    values = dict(given)
    for field in fields(kind):
        if field.name in given:
            continue
        if field.name in record:
            try:
                values[field.name] = _reader(field)(record[field.name])
            except UnreadableError as error:
                raise UnreadableError(f"{field.name}: {error}") from error
        elif field.default is MISSING and field.default_factory is MISSING:
            raise UnreadableError(f"{field.name} is missing")
    return kind(**values)


def _reader(field: Field[Any]) -> Callable[[object], Any]:
    """What reads a field; a moment is told by its name, for not every number is on the calendar."""
    if not field.name.endswith("_at"):
        return _READERS[str(field.type)]
    return _or_none(_unix_time) if str(field.type) == "float | None" else _unix_time


def mapping(untrusted: object) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(untrusted, dict):
        raise UnreadableError(f"an object was expected, not {type(untrusted).__name__}")
    return untrusted


def text(untrusted: object) -> str:
    """Text."""
    if not isinstance(untrusted, str):
        raise UnreadableError(f"text was expected, not {type(untrusted).__name__}")
    return without_halves(untrusted)


def without_halves(untrusted_text: str) -> str:
    """A text in which halves of characters, which cannot be kept, are marks instead."""
    return _LONE_SURROGATES.sub("\ufffd", untrusted_text)


def moment(untrusted: object) -> float | None:
    """Unix time in seconds from seconds or milliseconds; None when it is neither."""
    try:
        number = _number(untrusted)
    except UnreadableError:
        return None
    if number > _MOST_SECONDS:
        number /= 1000
    return number if LEAST_SECONDS <= number <= _MOST_SECONDS else None


def _whole(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or abs(untrusted) > _MOST_WHOLE:
        raise UnreadableError("a whole number was expected")
    return untrusted


def _number(untrusted: object) -> float:
    if isinstance(untrusted, bool) or not isinstance(untrusted, int | float):
        raise UnreadableError("a number was expected")
    try:
        number = float(untrusted)
    except OverflowError as error:
        raise UnreadableError("the number is too large") from error
    if not math.isfinite(number):
        raise UnreadableError("the number is not finite")
    return number


def _unix_time(untrusted: object) -> float:
    number = _number(untrusted)
    if not 0 <= number <= _MOST_SECONDS:
        raise UnreadableError("the time is not on the calendar")
    return number


def _kept_mapping(untrusted: object) -> Mapping[str, Any]:
    """A JSON object that is kept as it is, all of which can be written as JSON and text again."""
    mapping(untrusted)
    kept: dict[str, Any] = _kept_value(untrusted, 0)
    return kept


def _kept_value(untrusted: object, depth: int) -> Any:
    if depth > _MOST_DEPTH:
        raise UnreadableError("nested too deeply")
    match untrusted:
        case str():
            return without_halves(untrusted)
        case dict():
            return {without_halves(name): _kept_value(value, depth + 1) for name, value in untrusted.items()}
        case list():
            return [_kept_value(value, depth + 1) for value in untrusted]
        case float():
            return _number(untrusted)
        case bool() | None:
            return untrusted
    return _whole(untrusted)


def _truth(untrusted: object) -> bool:
    if not isinstance(untrusted, bool):
        raise UnreadableError("true or false was expected")
    return untrusted


def _token_ids(untrusted: object) -> tuple[int, ...]:
    try:
        packed = base64.b64decode(text(untrusted).encode(), validate=True)
    except binascii.Error as error:
        raise UnreadableError("token ids are not packed as they should be") from error
    if len(packed) % _TOKEN_BYTES:
        raise UnreadableError("token ids are cut short")
    return struct.unpack(f"<{len(packed) // _TOKEN_BYTES}i", packed)


def _one_of(kind: type[E]) -> Callable[[object], E]:
    def read(untrusted: object) -> E:
        try:
            return kind(text(untrusted))
        except ValueError as error:
            raise UnreadableError(str(error)) from error

    return read


def _or_none(read: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda untrusted: None if untrusted is None else read(untrusted)


def _parts(untrusted: object) -> tuple[Part, ...]:
    if not isinstance(untrusted, list):
        raise UnreadableError("a list was expected")
    return tuple(from_json(Part, part) for part in untrusted)


def _error(untrusted: object) -> ErrorDetail:
    record = mapping(untrusted)
    return kept_error(text(record.get("code")), _kept_mapping(record.get("params", {})))


_PACKED = "tuple[int, ...]"

# By annotation. A new one in a value that travels needs its reader here; a test says so.
_READERS: Mapping[str, Callable[[object], Any]] = {
    "str": text,
    "str | None": _or_none(text),
    "int": _whole,
    "int | None": _or_none(_whole),
    "float": _number,
    "float | None": _or_none(_number),
    "bool": _truth,
    "bool | None": _or_none(_truth),
    _PACKED: _token_ids,
    "Mapping[str, Any] | None": _or_none(_kept_mapping),
    "tuple[Part, ...]": _parts,
    "Role": _one_of(Role),
    "PartKind": _one_of(PartKind),
    "ReplyStatus": _one_of(ReplyStatus),
    "FinishReason | None": _or_none(_one_of(FinishReason)),
    "OverflowPolicy | None": _or_none(_one_of(OverflowPolicy)),
    "ErrorDetail | None": _or_none(_error),
    "SamplingParams": lambda untrusted: from_json(SamplingParams, untrusted),
    "ReplyFigures": lambda untrusted: from_json(ReplyFigures, untrusted),
    "ReplyOrigin | None": _or_none(lambda untrusted: from_json(ReplyOrigin, untrusted)),
}
