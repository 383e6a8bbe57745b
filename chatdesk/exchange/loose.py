"""Reads JSON of other apps, whose formats nobody promises: what is not as expected counts as not being there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatdesk.exchange.records import without_halves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_COUNT = 2**53


def record(untrusted: object) -> Mapping[str, Any]:
    """An object."""
    return untrusted if isinstance(untrusted, dict) else {}


def records(untrusted: object) -> Sequence[Mapping[str, Any]]:
    """The objects of a list."""
    return [each for each in untrusted if isinstance(each, dict)] if isinstance(untrusted, list) else []


def text(untrusted: object) -> str:
    """A text."""
    return without_halves(untrusted) if isinstance(untrusted, str) else ""


def count(untrusted: object) -> int:
    """A number of things."""
    if isinstance(untrusted, bool) or not isinstance(untrusted, int):
        return 0
    return untrusted if 0 <= untrusted <= _MOST_COUNT else 0


def seconds(untrusted: object) -> float:
    """A length of time, or another amount."""
    if isinstance(untrusted, bool) or not isinstance(untrusted, int | float):
        return 0.0
    return float(untrusted) if 0 <= untrusted <= _MOST_COUNT else 0.0
