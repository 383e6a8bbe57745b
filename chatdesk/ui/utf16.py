"""Places in a text: Qt counts UTF-16 units, in which an emoji is two, and Python characters."""

from __future__ import annotations


def to_units(text: str, index: int) -> int:
    """Where the character at `index` is for Qt."""
    before = text[:index]
    return len(before) if before.isascii() else len(before.encode("utf-16-le", "surrogatepass")) // 2


def from_units(text: str, unit: int) -> int:
    """Which character is at a place of Qt's; within one that Qt counts twice, that one."""
    if text.isascii():
        return unit
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * unit].decode("utf-16-le", "ignore"))
