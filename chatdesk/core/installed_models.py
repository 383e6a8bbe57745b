"""What the library tells of each model file on this disk, beyond where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.core.fit import Fit
    from chatdesk.core.model_files import ModelFile

LEAST_LOADS = 2  # one load tells no habit of the machine from an accident
CORRECTION_LIMITS = (0.8, 1.25)


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What a file's header says for people to read. `n_ctx_train` in tokens; None: the header does not say."""

    architecture: str
    n_ctx_train: int | None = None
    licence: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What is kept of a file's header, so that it is read once.

    `shape` is what the memory estimate needs of it, as JSON values by name; empty: unknown. `problem` says in a few
    words why the header could not be read.
    """

    details: ModelDetails | None = None
    shape: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model file with what is known of it. `overrides` are its own settings, sparse, by name.

    `problem` says in a few words why the header could not be read. `measured_bytes` is what the last load took,
    `predicted_bytes` what had been predicted for it.
    """

    file: ModelFile
    details: ModelDetails | None = None
    problem: str | None = None
    last_used_at: float | None = None
    is_favourite: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)
    fit: Fit | None = None
    predicted_bytes: int | None = None
    measured_bytes: int | None = None


def correction_from(ratios: Sequence[float]) -> float:
    """The factor by which predictions of memory are off on this machine.

    `ratios` are measured ÷ predicted of the last loads, the predictions before any correction. Their median counts,
    within bounds: what lies beyond is more likely a fault than a habit of the machine.
    """
    if len(ratios) < LEAST_LOADS:
        return 1.0
    from statistics import median  # late: it is not needed by what the window waits for

    least, most = CORRECTION_LIMITS
    return min(max(median(ratios), least), most)
