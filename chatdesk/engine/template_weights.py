"""How large a template's values are, so that no single operation on one can take all time or memory."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from chatdesk.engine.template_limits import LimitExceededError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WEIGHT = 4_000_000
# Hashing a tuple recurses in C without a limit of its own; no template or tool description nests nearly so deep.
MAX_DEPTH = 50
_MOST_ITEMS_KNOWN = 1_000_000
_SIZED: tuple[type, ...] = (list, tuple, dict, set, frozenset, type({}.keys()), type({}.values()), type({}.items()))


class Weights:
    """Weighs values: characters and items, each as often as it occurs.

    A list that holds another one twice weighs it twice: comparing, printing and hashing go through both, so a few
    dozen doublings would take for ever in one step that holds Python's lock. What is built is therefore weighed as it
    is built, and refused above `most`. The sandbox lets nobody change a list, so what was weighed once is known.
    """

    def __init__(self) -> None:
        self.most = MAX_WEIGHT
        # By id: the value (while it is here, no other one gets its id), its weight and depth.
        self._known: dict[int, tuple[object, int, int]] = {}
        self._items_known = 0

    def start(self, most: int) -> None:
        """Forget all values; from now on `most` is how much one may weigh."""
        self.most = most
        self._known.clear()
        self._items_known = 0

    def of(self, *values: object) -> int:
        """What `values` weigh together.

        Raises:
            LimitExceededError: more than `most`, or one is nested too deep.
        """
        return self._measured(values)[0]

    def _measured(self, values: Iterable[object]) -> tuple[int, int]:
        """The weight and the depth of what holds `values`. Where it is long, `Limits` ends it as any other code."""
        weight, depth = 1, 0
        for value in values:
            if isinstance(value, str | bytes):
                weight += 1 + len(value)
            elif isinstance(value, _SIZED):
                inner_weight, inner_depth = self._container(value)
                weight += inner_weight
                depth = max(depth, inner_depth)
            else:
                weight += 1
            if weight > self.most:
                raise LimitExceededError("it takes too much memory")
        return weight, depth

    def of_sum(self, total: Any, left: Any, right: Any) -> None:
        """Know what the list `left + right` weighs without going through it."""
        if isinstance(total, list | tuple):
            left_weight, left_depth = self._container(left)
            right_weight, right_depth = self._container(right)
            self._know(total, left_weight + right_weight, max(left_depth, right_depth))

    def _container(self, value: Any) -> tuple[int, int]:
        known = self._known.get(id(value))
        if known is not None:
            return known[1:]
        weight, depth = self._measured(chain(value.keys(), value.values()) if isinstance(value, dict) else value)
        if depth >= MAX_DEPTH:
            raise LimitExceededError("it nests values too deep")
        self._know(value, weight, depth + 1)
        return weight, depth + 1

    def _know(self, value: Any, weight: int, depth: int) -> None:
        """Keep what `value` weighs; with it, `value` stays in memory, so not too many."""
        self._items_known += 1 + len(value)
        if self._items_known > _MOST_ITEMS_KNOWN:
            self._known.clear()
            self._items_known = 0
        self._known[id(value)] = (value, weight, depth)
