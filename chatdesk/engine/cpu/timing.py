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
    from chatdesk.engine.cpu.records import RecordFile
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
        while (name := record.next_to_time) is not None:
            found = self.try_out(by_name[name], is_timed=True, should_stop=should_stop)
            match found:
                case None:
                    return not should_stop()
                case Failure():
                    record = record.failing(name, found)
                case Answer(timing=timing) if timing is not None and found.agrees_with(expected):
                    record = record.timed(name, timing)
                case _:
                    record = record.failing(name, Failure.WRONG)
            if record.next_to_time is None:
                record = replace(record, chosen=record.fastest)
                _log.info("of llama.cpp's variants %s is used from the next start on", record.chosen)
            self.file.save(record)
        return True
