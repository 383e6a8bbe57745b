"""The curated list of models, and which of them to recommend for a machine and a language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chatdesk.core.fit import FitLabel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import RemoteFile

RECOMMENDED = 5
BEST_LANGUAGES = 2  # of those of a model, which lists its best first
# Of the same purpose a second model is worth a place when it is so much smaller that it is felt to be quicker.
QUICKER_SHARE = 0.6


class ModelPurpose(StrEnum):
    """What a model is best at."""

    CHAT = "chat"
    CODE = "code"
    REASONING = "reasoning"


@dataclass(frozen=True, slots=True)
class CuratedModel:
    """One entry of the list. `languages` are ISO 639-1 codes, the best first.

    `sentence` says what it is good for, in English and in Chinese. The file's `size_bytes` is rounded where only that
    is known, and its `sha256` is None where it is not known: the Hub is asked for both before a download.
    """

    title: str
    repo_id: str
    file: RemoteFile
    licence: str
    languages: tuple[str, ...]
    purpose: ModelPurpose
    n_params: int
    sentence: str
    sentence_zh: str


@dataclass(frozen=True, slots=True)
class CuratedList:
    """The list as it is shipped. `made_on` is the date on which its facts were looked up: 2026-11-24."""

    made_on: str
    models: tuple[CuratedModel, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A curated model with the verdict on this machine."""

    model: CuratedModel
    fit: Fit


def recommend(
    curated: Iterable[CuratedModel], fits: Mapping[CuratedModel, Fit], language: str, count: int = RECOMMENDED
) -> tuple[Recommendation, ...]:
    """At most `count` models for this machine, the first to try first; none that does not fit.

    The best of each purpose, chat before the others; then for each a smaller one, which answers sooner. The best is
    the largest that fits well. Models that are best at `language` (`zh`, `en`, …) go before those that only speak it,
    and those before the rest.
    """
    ranked = sorted(
        (Recommendation(model, fits[model]) for model in curated if _can_run(fits.get(model))),
        key=lambda found: _rank(found, language),
    )
    by_purpose = [[found for found in ranked if found.model.purpose is purpose] for purpose in ModelPurpose]
    best = [found[0] for found in by_purpose if found]
    best.sort(key=lambda found: _fluency(found, language))
    quicker = [_quicker(found) for found in by_purpose if found]
    return (*best, *(found for found in quicker if found is not None))[:count]


def _can_run(fit: Fit | None) -> bool:
    return fit is not None and fit.label is not FitLabel.TOO_LARGE


def _fluency(found: Recommendation, language: str) -> int:
    """0: `language` is one of the model's best; 1: it speaks it; 2: it does not."""
    languages = found.model.languages
    return 0 if language in languages[:BEST_LANGUAGES] else 1 if language in languages else 2


def _rank(found: Recommendation, language: str) -> tuple[int, bool, int, str]:
    """Sorts the best first."""
    fits_well = found.fit.label is FitLabel.FITS
    return (_fluency(found, language), not fits_well, -found.model.file.size_bytes, found.model.repo_id)


def _quicker(ranked: Sequence[Recommendation]) -> Recommendation | None:
    """The first that is well below the size of the best."""
    most = QUICKER_SHARE * ranked[0].model.file.size_bytes
    return next((found for found in ranked if found.model.file.size_bytes <= most), None)
