"""How much disk the snapshots of conversations may take."""

from __future__ import annotations

GB = 10**9
# What a person can choose; None: chosen for this disk.
BUDGETS: tuple[int | None, ...] = (None, 0, GB, 2 * GB, 5 * GB, 20 * GB)
DEFAULT_BUDGET = 5 * GB


def snapshot_budget(chosen: int | None, free_bytes: int, taken_bytes: int) -> int:
    """The budget in bytes: what was chosen, but never more than a tenth of what would be free without snapshots."""
    wanted = DEFAULT_BUDGET if chosen is None else chosen
    return min(wanted, (free_bytes + taken_bytes) // 10)
