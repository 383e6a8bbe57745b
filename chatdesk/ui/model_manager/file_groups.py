"""The models of a repo for people who do not know what a quantization is: in groups, with one suggestion."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from chatdesk.core.fit import FitLabel
from chatdesk.core.quantizations import QuantizationLabel, best_default, in_listing_order, label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import RemoteModel

# What may be suggested, the better verdict first.
_WORTH_A_TRY = (FitLabel.FITS, FitLabel.SHORTER_CONTEXT)


class FileGroup(StrEnum):
    """What the models of a group have in common, in the order shown."""

    SMALLER = "smaller"
    BALANCED = "balanced"
    BETTER = "better"
    OTHER = "other"


def group_of(quantization: str | None) -> FileGroup:
    """The group that a quantization belongs to."""
    match label_of(quantization):
        case QuantizationLabel.SMALLER:
            return FileGroup.SMALLER
        case QuantizationLabel.BALANCED:
            return FileGroup.BALANCED
        case QuantizationLabel.BETTER:
            return FileGroup.BETTER
        case None:
            return FileGroup.OTHER


def group_files(models: Iterable[RemoteModel]) -> list[tuple[FileGroup, list[RemoteModel]]]:
    """The models of each group that has any, from the smallest to the best."""
    groups: dict[FileGroup, list[RemoteModel]] = {group: [] for group in FileGroup}
    for model in in_listing_order(models):
        groups[group_of(model.quantization)].append(model)
    return [(group, members) for group, members in groups.items() if members]


def suggested_file(models: Sequence[RemoteModel], fits: Mapping[str, Fit]) -> RemoteModel | None:
    """The one to take for somebody without a wish of their own on this machine; None: none fits, or that is unknown."""
    for label in _WORTH_A_TRY:
        fitting = [model for model in models if (fit := fits.get(model.filename)) is not None and fit.label is label]
        if fitting:
            return best_default(fitting)
    return None


def group_words(group: FileGroup) -> tuple[str, str]:
    """The name of a group, and what it means."""
    match group:
        case FileGroup.SMALLER:
            return (
                QCoreApplication.translate("Models", "Smaller"),
                QCoreApplication.translate("Models", "Takes the least memory and answers fastest, and less well."),
            )
        case FileGroup.BALANCED:
            return (
                QCoreApplication.translate("Models", "Balanced"),
                QCoreApplication.translate("Models", "About 4 bits per weight: the right choice for most people."),
            )
        case FileGroup.BETTER:
            return (
                QCoreApplication.translate("Models", "Better"),
                QCoreApplication.translate("Models", "Closest to the original; takes more memory and answers slower."),
            )
        case FileGroup.OTHER:
            return (
                QCoreApplication.translate("Models", "Other"),
                QCoreApplication.translate("Models", "Their names do not tell how far they are compressed."),
            )


def quantization_words(quantization: str | None) -> str:
    """What a quantization means, for a tool tip."""
    name, meaning = group_words(group_of(quantization))
    return f"{name}. {meaning}"
