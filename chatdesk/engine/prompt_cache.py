"""What is in the KV cache of one context, and the snapshots that can take its place.

One context holds one conversation. When another one is wanted, the state of the first goes to memory and, from the
idle engine, to disk; whichever of them saves most of a prompt is put back.
"""

from __future__ import annotations

import ctypes
import logging
import mmap
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chatdesk.core.batches import add_batch, first_tokens
from chatdesk.engine.base import never
from chatdesk.engine.cache_counts import CacheOutcome
from chatdesk.engine.llama_runtime import llama_cpp
from chatdesk.engine.snapshots import LEAST_TOKENS, Snapshot, usable_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chatdesk.core.batches import BatchRun
    from chatdesk.engine.base import ShouldStop
    from chatdesk.engine.llama_runtime import Handle
    from chatdesk.engine.snapshots import SnapshotShelf

_log = logging.getLogger(__name__)

_SEQUENCE = 0
_TO_THE_END = -1
# A snapshot that saves fewer tokens than this beyond what is there already is not worth putting back.
_WORTHWHILE_TOKENS = 32
# What is touched between two looks whether something more urgent waits: about a millisecond's worth.
_STEP_BYTES = 1 << 22


@dataclass
class _Loan:
    """The first `count` tokens, lent to side work. Once they are spent, only the copy still holds them."""

    count: int
    is_spent: bool = False
    copy: Snapshot | None = None


class PromptCache:
    """The KV cache of a context. Not thread-safe: it belongs to the engine's thread, like the context.

    `tokens` are those whose keys and values are there, in order, `batches` those they were processed in, and `owner` is
    the conversation they belong to. All are kept true whatever llama.cpp answers. `can_go_back`: the model can take
    back a part of what it processed.
    """

    def __init__(self, model: Handle, context: Handle, shelf: SnapshotShelf) -> None:
        self._shelf = shelf
        self._context = context
        self._kv = llama_cpp.llama_get_memory(context)
        self.can_go_back = not (llama_cpp.llama_model_is_recurrent(model) or llama_cpp.llama_model_is_hybrid(model))
        self.tokens: list[int] = []
        self.batches: list[BatchRun] = []
        self.owner = ""
        self._loan: _Loan | None = None

    def begin(self, prompt: Sequence[int], owner: str, should_stop: ShouldStop = never) -> int | None:
        """Make the KV cache hold as much of the beginning of `prompt` as is known anywhere.

        Returns how many tokens that is; the last one of a prompt never counts. None after a stop, which leaves all as
        it was. What was there before is kept in memory when it is another conversation's.
        """
        wanted = tuple(prompt)
        live = usable_prefix(tuple(self.tokens), wanted, can_go_back=self.can_go_back)
        outcome, snapshot = self._better_than(live, wanted, should_stop)
        # What would be overwritten is kept: all of another conversation, or what this one held beyond a change.
        if live < len(self.tokens) and (owner != self.owner or snapshot is not None):
            self._kept(should_stop)
        if should_stop():
            return None
        if snapshot is not None:
            if self._put_back(snapshot):
                live = usable_prefix(snapshot.tokens, wanted, can_go_back=self.can_go_back)
            else:
                live, outcome = 0, CacheOutcome.REFUSED
        is_known = owner == self.owner or self._is_kept(owner)
        self.owner = owner
        kept = self.keep(live)
        if owner:
            in_place = CacheOutcome.IN_PLACE if kept >= _WORTHWHILE_TOKENS else self._why_not(owner, is_known=is_known)
            self._shelf.counts.note(outcome or in_place)
        return kept

    def known(self, prompt: Sequence[int]) -> int:
        """How many tokens of `prompt` `begin` would find; changes nothing."""
        wanted = tuple(prompt)
        live = usable_prefix(tuple(self.tokens), wanted, can_go_back=self.can_go_back)
        shelf = self._shelf
        _, saved = shelf.memory.best(shelf.key, wanted, can_go_back=self.can_go_back)
        if shelf.files is not None:
            saved = max(saved, shelf.files.best(wanted, can_go_back=self.can_go_back)[1])
        return max(saved if saved >= live + _WORTHWHILE_TOKENS else live, 0)

    def checkpoint(self) -> None:
        """Keep what is there in memory as the place to come back to, whatever is kept of what follows."""
        snapshot = self._copy() if self._is_worth_keeping else None
        if snapshot is not None:
            self._shelf.memory.keep(self._shelf.key, snapshot, is_checkpoint=True)

    def stash(self) -> None:
        """Keep what is there in memory, where it is worth it."""
        self._kept()

    def unsaved_writer(self, should_stop: ShouldStop = never) -> Callable[[], object] | None:
        """What writes a copy of what is there to disk, on any thread; None when the disk holds it already.

        The copy is kept in memory too, so that whoever leaves the conversation later need not wait for another. A stop
        gives it up.
        """
        files, counts = self._shelf.files, self._shelf.counts
        is_held = files is None or files.holds(self.owner, tuple(self.tokens))
        snapshot = None if is_held else self._kept(should_stop)
        if snapshot is None and counts.is_saved:
            return None

        def write() -> bool:
            counts.save()
            return files is not None and snapshot is not None and files.write(snapshot)

        return write

    def add(self, tokens: Sequence[int]) -> None:
        """Note that llama.cpp processed these tokens, in one batch."""
        self.tokens += tokens
        add_batch(self.batches, len(tokens))

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Lend the KV cache, and all that is in it, to side work; afterwards it holds what it held, for its owner.

        What is added behind it is taken back, which costs nothing. A copy is made only where side work begins
        otherwise, or the model cannot go back.
        """
        assert self._loan is None, "side work has no side work"
        owner = self.owner
        self._loan = loan = _Loan(len(self.tokens))
        if not self.can_go_back:
            self._spend(loan)
        self.owner = ""
        try:
            yield
        finally:
            self._loan = None
            if loan.is_spent and (loan.copy is None or not self._put_back(loan.copy)):
                self.keep(0)
            self.keep(min(loan.count, len(self.tokens)))
            self.owner = owner

    def keep(self, count: int) -> int:
        """Drop all but the first `count` tokens from the KV cache; returns how many are left.

        That is 0 where a model cannot go back in part (recurrent ones, some with a sliding window).
        """
        if self._loan is not None and count < self._loan.count:
            self._spend(self._loan)
        if count == 0 or not llama_cpp.llama_memory_seq_rm(self._kv, _SEQUENCE, count, _TO_THE_END):
            llama_cpp.llama_memory_clear(self._kv, False)
            count = 0
        del self.tokens[count:]
        self.batches = first_tokens(self.batches, count)
        return count

    def forget(self, owner: str | None) -> None:
        """Drop what was said in one conversation (None: in all), here and in memory."""
        self._shelf.memory.forget(owner)
        if owner in (None, self.owner):
            self.keep(0)
            self.owner = ""

    def _better_than(
        self, live: int, prompt: tuple[int, ...], should_stop: ShouldStop
    ) -> tuple[CacheOutcome | None, Snapshot | None]:
        """The snapshot that saves most of `prompt`, if that is worth its while, and where it was found."""
        shelf, least, trouble = self._shelf, live + _WORTHWHILE_TOKENS, None
        snapshot, saved = shelf.memory.best(shelf.key, prompt, can_go_back=self.can_go_back)
        if shelf.files is not None:
            file, saved_by_file = shelf.files.best(prompt, can_go_back=self.can_go_back)
            if file is not None and saved_by_file >= max(least, saved + _WORTHWHILE_TOKENS):
                from_disk = shelf.files.read(file, should_stop)
                if from_disk is not None:
                    return CacheOutcome.ON_DISK, from_disk
                trouble = CacheOutcome.DAMAGED
        if snapshot is None or saved < least:
            return trouble, None
        shelf.memory.use(shelf.key, snapshot.owner)
        return CacheOutcome.IN_MEMORY, snapshot

    def _is_kept(self, owner: str) -> bool:
        """Whether something is kept of a conversation that this model made."""
        shelf = self._shelf
        return shelf.memory.has(shelf.key, owner) or (shelf.files is not None and shelf.files.has(owner))

    def _why_not(self, owner: str, *, is_known: bool) -> CacheOutcome:
        """Why nothing that is kept was of use to a conversation."""
        if is_known:
            return CacheOutcome.CHANGED
        shelf = self._shelf
        is_others = shelf.memory.has(None, owner) or (shelf.files is not None and shelf.files.has_any(owner))
        return CacheOutcome.OTHER_MODEL if is_others else CacheOutcome.NEW

    def _put_back(self, snapshot: Snapshot) -> bool:
        """Replace what is in the KV cache by `snapshot`; False, with an empty cache, where llama.cpp refuses it."""
        self.keep(0)
        if len(snapshot.tokens) > int(llama_cpp.llama_n_ctx(self._context)):
            return False
        size = len(snapshot.state)
        state = (ctypes.c_uint8 * size).from_buffer(snapshot.state)
        read = int(llama_cpp.llama_state_seq_set_data(self._context, state, size, _SEQUENCE))
        if read != size:
            llama_cpp.llama_memory_clear(self._kv, False)
            return False
        self.tokens = list(snapshot.tokens)
        self.batches = list(snapshot.batches)
        return True

    @property
    def _is_worth_keeping(self) -> bool:
        return len(self.tokens) >= LEAST_TOKENS and bool(self.owner)

    def _kept(self, should_stop: ShouldStop = never) -> Snapshot | None:
        """A snapshot of what is there, in memory as far as its budget goes; None where it is not worth one."""
        if not self._is_worth_keeping:
            return None
        shelf = self._shelf
        snapshot = shelf.memory.of(shelf.key, self.owner)
        if snapshot is None or snapshot.tokens != tuple(self.tokens):
            snapshot = self._copy(should_stop)
            if snapshot is not None:
                shelf.memory.keep(shelf.key, snapshot)
        return snapshot

    def _spend(self, loan: _Loan) -> None:
        """What is lent will not be found in place: copy it first."""
        if not loan.is_spent:
            loan.is_spent = True
            loan.copy = self._copy() if self.tokens else None

    def _copy(self, should_stop: ShouldStop = never) -> Snapshot | None:
        """A copy of what is there; None after a stop, where llama.cpp gives none, or there is no memory for it."""
        size = int(llama_cpp.llama_state_seq_get_size(self._context, _SEQUENCE))
        state = _memory(size, should_stop) if size > 0 else None
        if state is None:
            return None
        buffer = (ctypes.c_uint8 * size).from_buffer(state)
        written = int(llama_cpp.llama_state_seq_get_data(self._context, buffer, size, _SEQUENCE))
        if not 0 < written <= size:
            return None
        return Snapshot(self.owner, tuple(self.tokens), state[:written], tuple(self.batches))


def _memory(size: int, should_stop: ShouldStop) -> memoryview | None:
    """As many bytes, which the system has really given; None where it has not as many, or after a stop.

    A page is given when it is first touched, which takes several times as long as copying into it. llama.cpp cannot be
    stopped while it copies, but touching can.
    """
    try:
        # Neither filled with zeros first, as by ctypes, nor in small pages: twice as fast for 70 MB.
        memory = np.empty(size, np.uint8)
    except MemoryError:
        _log.warning("there is no memory for a snapshot of %d bytes", size)
        return None
    for start in range(0, size, _STEP_BYTES):
        if should_stop():
            return None
        memory[start : start + _STEP_BYTES : mmap.PAGESIZE] = 0
    return memory.data
