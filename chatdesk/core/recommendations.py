"""The curated list of models, and which of them to recommend for a machine and a language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import RemoteFile


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
class Recommendation:
    """A curated model with the verdict on this machine."""

    model: CuratedModel
    fit: Fit
