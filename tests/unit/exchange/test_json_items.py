"""Large JSON is read item by item; anything else ends in a reason."""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatdesk.core.exchange import LeftOut
from chatdesk.exchange.json_items import CutShortError, Item, json_items

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def in_bits(data: bytes, sizes: random.Random) -> Callable[[int], bytes]:
    """Reads as slowly as a reader may."""
    file = io.BytesIO(data)
    return lambda n_bytes: file.read(min(n_bytes, sizes.randint(1, 7)))


def items_of(read: Callable[[int], bytes], **limits: int) -> list[Any]:
    return [item.value for item in json_items(read, **limits) if isinstance(item, Item)]


@settings(max_examples=50)
@given(
    items=st.lists(st.dictionaries(st.text(), VALUES, max_size=4)),
    seed=st.integers(),
    indent=st.sampled_from([None, 2]),
)
def test_items_come_as_they_are_however_the_file_is_cut(items: list[Any], seed: int, indent: int | None) -> None:
    data = json.dumps(items, indent=indent, ensure_ascii=False).encode(errors="surrogatepass")
    expected = json.loads(data.decode(errors="replace"))
    assert items_of(in_bits(data, random.Random(seed))) == expected


def test_an_object_alone_objects_on_lines_and_a_mark_at_the_beginning_are_read_too() -> None:
    assert items_of(io.BytesIO(b'{"a": 1}').read) == [{"a": 1}]
    assert items_of(io.BytesIO(b'\xef\xbb\xbf[{"a": 1}]').read) == [{"a": 1}]
    assert items_of(io.BytesIO(b'{"a": 1}\n{"b": [2]}\n').read) == [{"a": 1}, {"b": [2]}]
    assert items_of(io.BytesIO(b"12").read) == [12]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'[{"a": 1}, {"b": ', LeftOut.DAMAGED_REST),
        (b'[{"a": 1}, {"b": tru', LeftOut.DAMAGED_REST),
        (b'[{"a": 1}, {"b": "unclosed', LeftOut.DAMAGED_REST),
        (b'[{"a": 1}, what is this? ' + b"x" * 5_000, LeftOut.DAMAGED_REST),
        (b'[{"a": 1}, {"b": ' + b"9" * 5_000 + b"}]", LeftOut.DAMAGED_REST),
        (b'[{"a": 1}, {"b": ' + b"[" * 200_000, LeftOut.TOO_DEEP),
        (b'[{"a": 1}, {"b": [' + b"1," * 2_000_000, LeftOut.TOO_LARGE),
        (b'[{"a": 1}, {"b": "' + b"x" * 5_000_000, LeftOut.TOO_LARGE),
    ],
    ids=range(8),
)
def test_what_comes_before_the_damage_is_read_and_the_rest_has_a_reason(data: bytes, reason: LeftOut) -> None:
    found: list[Any] = []

    def read_all() -> None:
        items = json_items(io.BytesIO(data).read, most_chars=4_000_000, most_values=1_500_000)
        found.extend(item.value for item in items if item is not None)

    with pytest.raises(CutShortError) as caught:
        read_all()
    assert (found, caught.value.reason) == ([{"a": 1}], reason)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_items_or_a_reason(data: bytes) -> None:
    with contextlib.suppress(CutShortError):
        items_of(io.BytesIO(data).read)


def test_a_gigabyte_of_nothing_is_passed_by_in_pieces() -> None:
    given_out = 0

    def spaces(n_bytes: int) -> bytes:
        nonlocal given_out
        n_bytes = min(n_bytes, 2**26 - given_out)
        given_out += n_bytes
        assert n_bytes <= 2**20
        return b" " * n_bytes

    pauses = sum(item is None for item in json_items(spaces))
    assert pauses >= 64
