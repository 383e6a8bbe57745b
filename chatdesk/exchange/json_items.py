"""The items of a large JSON file, one after the other, without the whole of it in memory.

Takes one array, one object, or several of either behind each other (JSON Lines among them): the items of arrays, and
the objects themselves.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chatdesk.core.exchange import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK_BYTES = 2**20
# One conversation may be large: its attachments are in it. What it takes in memory is bounded by both.
MOST_ITEM_CHARS = 2**29
MOST_ITEM_VALUES = 2**23

_BETWEEN = re.compile(r"[\s,\]\[\ufeff]*")
# What may end in the middle of a token (an escape, a number, `false`) is looked at again with more of the file.
_NEAR_THE_END = 16


class Item(NamedTuple):
    """One item of the file."""

    value: Any


class CutShortError(Exception):
    """Nothing more can be read of the file, for the reason given."""

    def __init__(self, reason: LeftOut) -> None:
        super().__init__(reason)
        self.reason = reason


def json_items(
    read: Callable[[int], bytes],
    most_chars: int = MOST_ITEM_CHARS,
    most_values: int = MOST_ITEM_VALUES,
) -> Iterator[Item | None]:
    """The items, and None each time that some of the file was read, so that others get a turn.

    Raises:
        CutShortError: what follows is no JSON, or too much at once.
    """
    decoder = json.JSONDecoder(strict=False)
    characters = codecs.getincrementaldecoder("utf-8")(errors="replace")
    buffer, is_over = "", False
    while True:
        start = _end_of_space(buffer, 0)
        while start < len(buffer):
            try:
                value, end = decoder.raw_decode(buffer, start)
            except json.JSONDecodeError as error:
                if is_over or not _may_go_on(error, len(buffer)):
                    raise CutShortError(LeftOut.DAMAGED_REST) from error
                break
            except RecursionError as error:
                raise CutShortError(LeftOut.TOO_DEEP) from error
            except ValueError as error:  # a number of thousands of digits
                raise CutShortError(LeftOut.DAMAGED_REST) from error
            if end == len(buffer) and not is_over and not isinstance(value, dict | str):
                break  # a number may go on
            yield Item(value)
            start = _end_of_space(buffer, end)
        if is_over:
            return
        buffer = buffer[start:]
        if len(buffer) > most_chars or sum(buffer.count(mark) for mark in ",[{") > most_values:
            raise CutShortError(LeftOut.TOO_LARGE)
        # Twice as much each time, so that a large item is not looked through again and again.
        chunk = read(max(CHUNK_BYTES, len(buffer)))
        is_over = not chunk
        buffer += characters.decode(chunk, is_over)
        yield None


def _end_of_space(buffer: str, start: int) -> int:
    found = _BETWEEN.match(buffer, start)
    return found.end() if found is not None else start


def _may_go_on(error: json.JSONDecodeError, length: int) -> bool:
    """Whether an error may come only of the end of what was read so far."""
    return error.msg.startswith("Unterminated string") or error.pos >= length - _NEAR_THE_END
