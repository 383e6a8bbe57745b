"""Heights on top of each other: where each begins, and what stands at a height. No Qt here."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Stack:
    """Heights in pixels from top to bottom. Changing one near the end is cheap, which is where text streams in."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._tops = [0]  # as far as they are known; the last is where the next height begins

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def __setitem__(self, index: int, height: int) -> None:
        if self._heights[index] != height:
            self._heights[index] = height
            del self._tops[index + 1 :]

    def append(self, height: int) -> None:
        """Add a height at the bottom."""
        self._heights.append(height)

    def replace_from(self, index: int, heights: Iterable[int]) -> None:
        """Put `heights` in the place of all from `index` on."""
        del self._heights[index:]
        del self._tops[index + 1 :]
        self._heights += heights

    @property
    def total(self) -> int:
        """The sum of all heights."""
        return self.top(len(self._heights))

    def top(self, index: int) -> int:
        """Where `index` begins; the length of the stack asks where it ends."""
        if index >= len(self._tops):
            last = len(self._tops) - 1
            self._tops += list(accumulate(self._heights[last:], initial=self._tops[last]))[1:]
        return self._tops[index]

    def at(self, y: int) -> int:
        """The index that `y` lies in, or the nearest one; 0 when empty."""
        self.top(len(self._heights))
        return min(max(bisect_right(self._tops, y) - 1, 0), max(len(self._heights) - 1, 0))
