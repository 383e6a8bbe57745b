"""Chooses the variant that this process computes with, and loads it.

Backends belong to the process, so this is a matter of the process too: `remember_in` is called once, before llama.cpp
is used. A child of this app is told what was chosen (`in_use`). What a person forces through the environment is tried
in a child like any other: nothing that crashes is ever loaded here, and where it does not answer, another is used.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.engine.cpu.backends import Backends
from chatdesk.engine.cpu.in_use import inherited_variant, set_variant_in_use, variant_in_use
from chatdesk.engine.cpu.records import Failure, Record, RecordFile
from chatdesk.engine.cpu.timing import VariantTimer
from chatdesk.engine.cpu.trials import Answer, ChildTrial, known_answer, trial_command
from chatdesk.engine.cpu.variants import PREFIXES, Variant, backend_files, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chatdesk.engine.base import ShouldStop
    from chatdesk.engine.cpu.trials import TryOut

# A person's wish: a variant by its name, or the path of its library.
VARIABLE = "CHATDESK_CPU_VARIANT"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class VariantChooser:
    """Chooses a variant, and remembers the choice in `file`.

    `known` is the right answer, where that is known beforehand. `has_answered`: what was chosen was tried for that.
    """

    file: RecordFile
    version: str
    try_out: TryOut
    known: Answer | None = None
    has_answered: bool = False

    def choose(
        self, possible: Sequence[Variant], wanted: str | None = None, *, is_trusted: bool = True
    ) -> Variant | None:
        """The variant to use among `possible`, the best first: `wanted` if it answers rightly, else as remembered.

        What is remembered is tried anew when it is not trusted.
        """
        if len(possible) <= 1:
            return next(iter(possible), None)
        record = self.file.load(self.version, possible)
        sound = [variant for variant in possible if variant.name not in record.failures]
        forced = next((variant for variant in possible if variant.name == wanted), None)
        if wanted is not None and forced is None:
            _log.warning("the variant %s of llama.cpp cannot be used here: another is", wanted)
        if forced is None and is_trusted:
            remembered = next((variant for variant in sound if variant.name == record.chosen), None)
            if remembered is not None:
                return remembered
        plainest = possible[-1]
        # Behind what is forced, whatever is known of it, and what is remembered, the best come first: the order is
        # stable.
        sound.sort(key=lambda variant: variant.name != record.chosen)
        first = [forced] if forced is not None else []
        others = [variant for variant in sound if variant != forced]
        candidates = [*first, *others, plainest]
        try_out = cache(self.try_out)  # each once
        if self.known is not None and _is_right(try_out(candidates[0]), self.known):
            chosen = candidates[0]
        else:  # of another answer than the known one nothing follows: that may be out of date
            expected = try_out(plainest)
            if not isinstance(expected, Answer):  # the machine is busy, or there is no model: it says nothing of others
                return plainest
            chosen, record = _first_right(candidates, expected, record, try_out)
        if forced is None:
            record = replace(record, chosen=chosen.name)
        elif chosen != forced:
            _log.warning("the variant %s of llama.cpp does not answer rightly here: %s is used", wanted, chosen.name)
        self.file.save(record)
        self.has_answered = True
        return chosen


def _first_right(
    candidates: Sequence[Variant],
    expected: Answer,
    record: Record,
    try_out: Callable[[Variant], Answer | Failure | None],
) -> tuple[Variant, Record]:
    """The first that answers as the plainest does, which is the last, and what is known then."""
    *others, plainest = candidates
    for variant in takewhile(lambda variant: variant != plainest, others):
        answer = try_out(variant)
        if _is_right(answer, expected):
            return variant, record
        failure = Failure.WRONG if isinstance(answer, Answer) else answer
        # A machine that is busy while the app starts may be slow once. What is slow at rest as well, stays out.
        if failure in (Failure.CRASHED, Failure.WRONG):
            record = record.failing(variant.name, failure)
    return plainest, record


def _is_right(answer: Answer | Failure | None, expected: Answer) -> bool:
    return isinstance(answer, Answer) and answer.agrees_with(expected)


@dataclass(slots=True)
class _Trials:
    """Where this process remembers its choice, whether it may rely on it, and on which model it tries: set once.

    `answered` is the variant that was tried on that model, and chosen.
    """

    file: RecordFile | None = None
    model: str | None = None
    is_trusted: bool = True
    answered: Path | None = None


_trials = _Trials()


def remember_in(file: Path, trial_model: str | None, *, is_trusted: bool = True) -> None:
    """Keep the choice in `file`, and try variants on the model file at `trial_model`.

    What is remembered `is_trusted`, unless an earlier run ended without saying why.
    """
    _trials.file, _trials.model, _trials.is_trusted = RecordFile(file), trial_model, is_trusted
    _trials.answered = None


def load_backends(llama_cpp: Any) -> None:
    """Load what a build keeps in libraries of their own: one variant for the processor, and every other backend.

    A backend that cannot be loaded, such as one whose driver is missing, is left out.

    Raises:
        UserFacingError: `ENGINE_INCOMPLETE`, nothing can compute.
    """
    from chatdesk.engine.devices import ggml_libraries

    files = _files(llama_cpp)
    backends = Backends(ggml_libraries(llama_cpp))
    if any(path.name.startswith(PREFIXES) for path in files):
        set_variant_in_use(first_loaded(_variants_to_load(files, _version(llama_cpp)), backends.add))
    for path in files:
        if not path.name.startswith(PREFIXES) and not backends.add(path):
            _log.warning("llama.cpp's backend %s cannot be used here: its driver may be missing", path.name)
    if backends.is_empty:
        raise UserFacingError(ErrorCode.ENGINE_INCOMPLETE)


def first_loaded(candidates: Iterable[Path], load: Callable[[Path], bool]) -> Path:
    """Load the first of `candidates` that can be loaded, and return it.

    Raises:
        UserFacingError: `ENGINE_INCOMPLETE`, none can.
    """
    for path in candidates:
        if load(path):
            return path
        _log.warning("%s cannot be loaded: another of llama.cpp's variants is used", path.name)
    raise UserFacingError(ErrorCode.ENGINE_INCOMPLETE)


def has_computed_with(model: str) -> bool:
    """Whether a child of this process has computed with the model file at this path, as this process will."""
    return _trials.answered is not None and _trials.answered == variant_in_use() and _trials.model == model


def in_use() -> str | None:
    """The name of the variant that computes, None where a build has no variants or llama.cpp is not started."""
    path = variant_in_use()
    return Variant(path, 0).name if path is not None else None


def time_variants(llama_cpp: Any, should_stop: ShouldStop) -> bool:
    """Time what is to be timed for the next start, unless it is to stop. Returns whether nothing is left to do."""
    if _trials.file is None or _trials.model is None:
        return True
    try_out = ChildTrial(trial_command(), _trials.model)
    return VariantTimer(_trials.file, _version(llama_cpp), try_out).run(variants(_files(llama_cpp)), should_stop)


def known_here(llama_cpp: Any) -> Record | None:
    """What is known of the variants on this machine; None where there is no choice."""
    possible = variants(_files(llama_cpp))
    return _trials.file.load(_version(llama_cpp), possible) if _trials.file is not None and possible else None


def _files(llama_cpp: Any) -> list[Path]:
    return backend_files(Path(llama_cpp.__file__).parent)


def _version(llama_cpp: Any) -> str:
    return str(llama_cpp.__version__)


def _variants_to_load(files: Sequence[Path], version: str) -> list[Path]:
    """The variant that is chosen; behind it, should it be gone or held, those that did not fail, the plainest first."""
    inherited = inherited_variant()
    if (given := next((path for path in files if str(path) == inherited), None)) is not None:
        return [given]  # a trial of it says nothing if another answers
    possible = variants(files)
    plainest_first = [variant.path for variant in reversed(possible)]
    if _trials.file is None or _trials.model is None:
        return plainest_first  # nothing to try others on: the plainest is slower and never wrong
    try_out = ChildTrial(trial_command(), _trials.model)
    chooser = VariantChooser(_trials.file, version, try_out, known_answer(_trials.model))
    chosen = chooser.choose(possible, _wanted(), is_trusted=_trials.is_trusted)
    if chosen is None:
        return []
    if chooser.has_answered:
        _trials.answered = chosen.path
    failures = _trials.file.load(version, possible).failures
    others = [variant.path for variant in reversed(possible) if variant.name not in failures and variant != chosen]
    return [chosen.path, *others]


def _wanted() -> str | None:
    """The name of the variant that a person asks for."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return None
    path = Path(wanted)
    return Variant(path, 0).name if path.name.startswith(PREFIXES) else wanted
