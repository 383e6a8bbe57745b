"""The curated list of models that is shipped with the app, read from its file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chatdesk.core.hub_models import RemoteFile
from chatdesk.core.recommendations import CuratedList, CuratedModel, ModelPurpose

if TYPE_CHECKING:
    from pathlib import Path


def read_curated(path: Path) -> CuratedList:
    """The list at `path`. It is our own: a fault in it is a bug and raises `ValueError` or `KeyError`."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return CuratedList(document["made_on"], tuple(_model(entry) for entry in document["models"]))


def _model(entry: dict[str, Any]) -> CuratedModel:
    """One entry, whose file is named by three of its fields."""
    fields = dict(entry)
    file = RemoteFile(fields.pop("filename"), fields.pop("size_bytes"), fields.pop("sha256"))
    languages, purpose = tuple(fields.pop("languages")), ModelPurpose(fields.pop("purpose"))
    return CuratedModel(file=file, languages=languages, purpose=purpose, **fields)
