"""Times the variants that answer rightly, one child after another, and decides which the next start uses."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatdesk.engine.cpu.records import Failure
from chatdesk.engine.cpu.trials import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.engine.base import ShouldStop
    from chatdesk.engine.cpu.records import Record, RecordFile
    from chatdesk.engine.cpu.trials import TryOut
    from chatdesk.engine.cpu.variants import Variant

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class VariantTimer:
    """Times variants, and remembers in `file` what came of each, so that it can end at any time and go on later."""

    file: RecordFile
    version: str
    try_out: TryOut

    def run(self, possible: Sequence[Variant], should_stop: ShouldStop) -> bool:
        """Time what is not timed yet of `possible`, the best first. Returns whether nothing is left to do.

        Also when it cannot be done now, because no child can be started or the plainest does not answer.
        """
        record = self.file.load(self.version, possible)
        if len(possible) <= 1 or record.next_to_time is None:
            return True
        by_name = {variant.name: variant for variant in possible}
        expected = self.try_out(possible[-1], should_stop=should_stop)
        if not isinstance(expected, Answer):
            return not should_stop()
        was_uncertain: str | None = None
        while (name := record.next_to_time) is not None:
            found = self.try_out(by_name[name], is_timed=True, should_stop=should_stop)
            if found is None:
                return not should_stop()
            if _is_uncertain(found) and was_uncertain != name:
                was_uncertain = name  # the machine slept, or others kept it busy: it may have its say once more
                continue
            was_uncertain = None
            record = _with(record, name, found, expected)
            if record.next_to_time is None:
                record = replace(record, chosen=record.fastest)
                _log.info("of llama.cpp's variants %s is used from the next start on", record.chosen)
            self.file.save(record)
        return True


def _is_uncertain(found: Answer | Failure) -> bool:
    """Whether a timed trial came to no time, of which something else may be the cause."""
    return found is Failure.SLOW or (isinstance(found, Answer) and found.timing is None)


def _with(record: Record, name: str, found: Answer | Failure, expected: Answer) -> Record:
    """The record with what a timed trial found; `expected` is what the plainest answers."""
    match found:
        case Failure():
            return record.failing(name, found)
        case Answer(timing=timing) if timing is not None and found.agrees_with(expected):
            return record.timed(name, timing)
        case _:
            return record.failing(name, Failure.WRONG)
