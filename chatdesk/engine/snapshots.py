"""Snapshots of the KV cache as values, and the ones that are kept in memory.

A snapshot holds what llama.cpp computed for a run of tokens. Put back, a prompt that begins with those tokens goes on
where they end, as if the conversation had never been left.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatdesk.engine.cache_counts import CacheCounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.batches import BatchRun
    from chatdesk.engine.snapshot_files import SnapshotFiles

# Fewer tokens are processed faster than a snapshot of them is kept.
LEAST_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a KV cache that held `tokens`, which were processed in `batches`.

    `owner` is the conversation whose words they are.
    """

    owner: str
    tokens: tuple[int, ...]
    state: memoryview
    batches: tuple[BatchRun, ...]

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, and about what it takes on disk."""
        return len(self.state) + 4 * len(self.tokens)


def common_prefix(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    """How many tokens two runs share from their beginning."""
    limit = min(len(first), len(second))
    if first[:limit] == second[:limit]:
        return limit
    # Halving compares slices in C; looking at each token from Python takes as long as drawing a frame.
    low, high = 0, limit
    while high - low > 1:
        middle = (low + high) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle
    return low


def usable_prefix(tokens: tuple[int, ...], prompt: tuple[int, ...], *, can_go_back: bool) -> int:
    """How many tokens of `prompt` need not be processed when the cache holds `tokens`.

    The last token of a prompt always is, for the logits that the reply begins with. A model that cannot go back in
    part uses all of a snapshot or nothing.
    """
    common = min(common_prefix(tokens, prompt), len(prompt) - 1)
    return common if can_go_back or common == len(tokens) else 0


class MemorySnapshots:
    """Snapshots in memory, within a budget; what was used least recently goes first.

    One for each owner and key, and beside it one checkpoint; a key names everything that a state depends on. They
    outlive the engines that made them, so that a model can be left and come back to.
    """

    def __init__(self, budget_bytes: Callable[[], int]) -> None:
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[tuple[str, str, bool], Snapshot] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """What all of them take."""
        return sum(snapshot.size_bytes for snapshot in self._kept.values())

    def of(self, key: str, owner: str) -> Snapshot | None:
        """The owner's snapshot, checkpoints aside."""
        return self._kept.get((key, owner, False))

    def has(self, key: str | None, owner: str) -> bool:
        """Whether anything is kept for an owner; a key of None: whatever made it."""
        return any(its_owner == owner and key in (None, its_key) for its_key, its_owner, _ in self._kept)

    def keep(self, key: str, snapshot: Snapshot, *, is_checkpoint: bool = False) -> None:
        """Keep `snapshot` in place of its owner's last one of its kind, if the budget has room for it at all."""
        name = (key, snapshot.owner, is_checkpoint)
        self._kept.pop(name, None)
        budget = self._budget_bytes()
        if snapshot.size_bytes > budget:
            return
        self._kept[name] = snapshot
        while self.size_bytes > budget:
            self._kept.popitem(last=False)

    def best(self, key: str, prompt: tuple[int, ...], *, can_go_back: bool) -> tuple[Snapshot | None, int]:
        """The snapshot that saves most of `prompt`, and how many tokens that is; None and 0 when none saves any."""
        best, saved = None, 0
        for (its_key, _, _), snapshot in self._kept.items():
            if its_key == key:
                usable = usable_prefix(snapshot.tokens, prompt, can_go_back=can_go_back)
                if usable > saved:
                    best, saved = snapshot, usable
        return best, saved

    def use(self, key: str, owner: str) -> None:
        """Note that one of the owner's snapshots was used."""
        for name in [name for name in self._kept if name[:2] == (key, owner)]:
            self._kept.move_to_end(name)

    def forget(self, owner: str | None) -> None:
        """Drop what was said in one conversation, with every model; None: all."""
        for name in [name for name in self._kept if owner in (None, name[1])]:
            del self._kept[name]


@dataclass(frozen=True, slots=True)
class SnapshotShelf:
    """Where snapshots are kept: in `memory` and, unless `files` is None, on disk. `key` names what states depend on.

    `counts` are how often they were of use.
    """

    key: str
    memory: MemorySnapshots
    files: SnapshotFiles | None = None
    counts: CacheCounts = field(default_factory=CacheCounts)
