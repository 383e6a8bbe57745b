"""A model's shape as JSON values, to be kept in a database: a header is read once in the life of a file."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from chatdesk.models.shape import Layer, ModelShape, Recurrent, RecurrentKind, Weights

if TYPE_CHECKING:
    from collections.abc import Mapping

# Counted up when a field changes its meaning: what was kept before is then read from the file again.
VERSION = 1


def shape_to_json(shape: ModelShape) -> dict[str, Any]:
    """`shape` as values that `json` takes. Most layers are alike: each kind is told once."""
    kinds = list(dict.fromkeys(shape.layers))
    values = asdict(replace(shape, layers=()))
    return values | {
        "version": VERSION,
        "layer_kinds": [asdict(kind) for kind in kinds],
        "layers": [kinds.index(layer) for layer in shape.layers],
    }


def shape_from_json(untrusted_values: Mapping[str, Any]) -> ModelShape | None:
    """The shape that `shape_to_json` made `untrusted_values` of; None where another version did, or nobody."""
    values = dict(untrusted_values)
    if values.pop("version", None) != VERSION:
        return None
    try:
        kinds = [Layer(**kind) for kind in values.pop("layer_kinds")]
        layers = tuple(kinds[index] for index in values.pop("layers"))
        values["head_lengths"] = tuple(values["head_lengths"])
        if values["recurrent"] is not None:
            values["recurrent"] = Recurrent(
                **{**values["recurrent"], "kind": RecurrentKind(values["recurrent"]["kind"])}
            )
        if values["weights"] is not None:
            values["weights"] = Weights(**{**values["weights"], "layer_bytes": tuple(values["weights"]["layer_bytes"])})
        return ModelShape(**values, layers=layers)
    except (KeyError, IndexError, TypeError, ValueError):
        return None
