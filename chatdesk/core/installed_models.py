"""What the library tells of each model file on this disk, beyond where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.fit import Fit
    from chatdesk.core.model_files import ModelFile


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What a file's header says for people to read. `n_ctx_train` in tokens; None: the header does not say."""

    architecture: str
    n_ctx_train: int | None = None
    licence: str | None = None
    title: str | None = None


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
