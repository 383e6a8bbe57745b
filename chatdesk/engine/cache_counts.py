"""How often the beginning of a conversation's prompt was known, where it was found, and why it was not.

Kept beside the snapshots, for `doctor`: figures, and nothing of what was said.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from chatdesk.durable import replace_when_let_go

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = "counts.json"
_log = logging.getLogger(__name__)


class CacheOutcome(StrEnum):
    """Where a prompt's beginning was found, or why it was not."""

    IN_PLACE = "in_place"
    IN_MEMORY = "in_memory"
    ON_DISK = "on_disk"
    NEW = "new"  # nothing was kept of the conversation
    CHANGED = "changed"  # what was kept begins otherwise: a message was edited, a setting, or what is left out
    OTHER_MODEL = "other_model"  # another model file, build of llama.cpp or type of cache made what was kept
    DAMAGED = "damaged"
    REFUSED = "refused"  # llama.cpp did not take a state that was written for it

    @property
    def is_hit(self) -> bool:
        """Whether it was found."""
        return self in (CacheOutcome.IN_PLACE, CacheOutcome.IN_MEMORY, CacheOutcome.ON_DISK)


class CacheCounts:
    """Counts outcomes over all runs of the app. May be used from any thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """Without a `folder` nothing is kept."""
        self._folder = folder
        self._lock = threading.Lock()
        self._unsaved: Counter[CacheOutcome] = Counter()

    def note(self, outcome: CacheOutcome) -> None:
        """Count one."""
        with self._lock:
            self._unsaved[outcome] += 1

    @property
    def is_saved(self) -> bool:
        """Whether the disk holds all that was counted."""
        return self._folder is None or not self._unsaved

    def save(self) -> None:
        """Add what was counted to what the disk holds. Figures are not worth a word to a person when that fails."""
        if self._folder is None:
            return
        with self._lock:
            unsaved, self._unsaved = self._unsaved, Counter()
        total = Counter(read_counts(self._folder)) + unsaved
        path = self._folder / _NAME
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = path.with_suffix(".tmp")
            unfinished.write_text(json.dumps(total), encoding="utf-8")
            replace_when_let_go(unfinished, path)
        except OSError as error:
            _log.info("what was counted of the cache is not kept: %s", error)


def read_counts(folder: Path) -> Mapping[CacheOutcome, int]:
    """What was counted so far; nothing where there is nothing to read."""
    try:
        untrusted = json.loads((folder / _NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(untrusted, dict):
        return {}
    known = ((outcome, untrusted.get(outcome.value)) for outcome in CacheOutcome)
    return {outcome: count for outcome, count in known if type(count) is int and count > 0}
