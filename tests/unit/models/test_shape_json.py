"""A shape that was kept is the shape that was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatdesk.models.gguf import read_header
from chatdesk.models.shape import ModelShape, shape_of
from chatdesk.models.shape_json import shape_from_json, shape_to_json
from tests.support.mutated_headers import reader_of
from tests.support.tiny_architectures import ARCHITECTURES, hybrid


def written(architecture: str, folder: Path) -> ModelShape:
    file = ARCHITECTURES[architecture]().write(folder / "model.gguf")
    return shape_of(read_header(reader_of(Path(file.path).read_bytes())))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_there_and_back(architecture: str, tmp_path: Path) -> None:
    shape = written(architecture, tmp_path)
    assert shape_from_json(json.loads(json.dumps(shape_to_json(shape)))) == shape


def test_many_layers_take_little_room(tmp_path: Path) -> None:
    file = hybrid(1, 80).write(tmp_path / "deep.gguf")
    shape = shape_of(read_header(reader_of(Path(file.path).read_bytes())))
    assert len(json.dumps(shape_to_json(shape))) < 2000


@pytest.mark.parametrize("change", [
    {"version": 0}, {"layers": [99]}, {"layer_kinds": [{"colour": 1}]}, {"recurrent": {"kind": "x"}}, {"weights": {}},
    {"colour": 1}, {"head_lengths": None},
])  # fmt: skip
def test_what_is_not_understood_is_unknown(change: dict[str, Any], tmp_path: Path) -> None:
    assert shape_from_json(shape_to_json(written("hybrid", tmp_path)) | change) is None
    assert shape_from_json({}) is None
