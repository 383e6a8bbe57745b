"""Which models to offer for a switch, and in which order: pure rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.core.model_files import ModelFile

MOST_RECENT = 5


class ModelGroup(StrEnum):
    """Why a model stands where it stands in the list, the first group first."""

    FAVOURITES = "favourites"
    RECENT = "recent"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be chosen. `installed` is what is known of it, once its header was read."""

    file: ModelFile
    group: ModelGroup
    installed: InstalledModel | None = None

    @property
    def is_favourite(self) -> bool:
        """Whether a person marked it."""
        return self.installed is not None and self.installed.is_favourite


def choices_of(models: Iterable[ModelFile], installed: Iterable[InstalledModel]) -> tuple[ModelChoice, ...]:
    """`models` with what is known of them: favourites, then the few used last, then the rest, those two by name."""
    known = {described.file.path: described for described in installed}
    by_name = sorted(models, key=lambda model: (_natural(model.name), model.path))

    def used_at(model: ModelFile) -> float:
        described = known.get(model.path)
        return (described.last_used_at or 0.0) if described is not None else 0.0

    favourites = [model for model in by_name if model.path in known and known[model.path].is_favourite]
    marked = {model.path for model in favourites}
    used = sorted(
        (model for model in by_name if used_at(model) and model.path not in marked), key=used_at, reverse=True
    )
    recent = used[:MOST_RECENT]
    placed = marked | {model.path for model in recent}
    others = [model for model in by_name if model.path not in placed]
    groups = ((ModelGroup.FAVOURITES, favourites), (ModelGroup.RECENT, recent), (ModelGroup.OTHERS, others))
    return tuple(ModelChoice(model, group, known.get(model.path)) for group, members in groups for model in members)


def matching(choices: Sequence[ModelChoice], text: str) -> tuple[ModelChoice, ...]:
    """Those whose name, repo, title or architecture contain every word of `text`, whatever its case.

    Where the name alone does, the model stands before the others.
    """
    words = text.casefold().split()
    found = [choice for choice in choices if _has_all(_described(choice), words)]
    return tuple(sorted(found, key=lambda choice: not _has_all(choice.file.name.casefold(), words)))


def _has_all(described: str, words: Sequence[str]) -> bool:
    return all(word in described for word in words)


def _described(choice: ModelChoice) -> str:
    details = choice.installed.details if choice.installed is not None else None
    parts = [choice.file.name, choice.file.repo_id or ""]
    if details is not None:
        parts += [details.architecture, details.title or ""]
    return " ".join(parts).casefold()


def _natural(name: str) -> list[str | int]:
    """A key that puts `8B` before `14B`: text and numbers take turns in it."""
    return [int(part) if place % 2 else part for place, part in enumerate(re.split(r"([0-9]+)", name.casefold()))]
