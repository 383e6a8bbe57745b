"""What the app tells of itself: where its files lie, and by whose leave its parts are shipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Place(StrEnum):
    """Something of ours on this disk."""

    DATA = "data"
    MODELS = "models"
    SETTINGS = "settings"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence of a part that is shipped: a short name such as `MIT`, and all of its text."""

    part: str
    name: str
    text: str = field(repr=False)
