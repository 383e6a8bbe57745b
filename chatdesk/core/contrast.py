"""How well one colour can be read on another, by WCAG 2.2, and how to make it readable. Colours are `#rrggbb`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

READABLE = 4.5  # 1.4.3, level AA
HIGH_CONTRAST = 7.0  # 1.4.6, level AAA
BLACK, WHITE = "#000000", "#ffffff"

_STEPS = 50
_LINEAR_BELOW = 0.04045  # as the definition of sRGB has it


def contrast(one: str, other: str) -> float:
    """The contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """The relative luminance, 0 to 1."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(one: str, other: str, share: float) -> str:
    """`one` with a `share` of `other`, 0 to 1, in it."""
    channels = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def readable(ink: str, grounds: Collection[str], ratio: float) -> str:
    """`ink`, as much darker or lighter as it takes to stand out from each of `grounds`; all are light, or all dark."""
    end = ink_on(next(iter(grounds)))
    for step in range(_STEPS):
        color = mixed(ink, end, step / _STEPS)
        if all(contrast(color, ground) >= ratio for ground in grounds):
            return color
    return end


def ink_on(ground: str) -> str:
    """Black or white, whichever is read better on `ground`."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, ground))


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _LINEAR_BELOW else ((channel + 0.055) / 1.055) ** 2.4


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
