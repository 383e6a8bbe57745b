"""Weights that the processor gets a copy of are not kept twice."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from chatdesk.core.model_files import ModelFile
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.devices import read_devices
from chatdesk.engine.llama import load_llama
from chatdesk.engine.repacking import repacked_share
from tests.support.tiny_architectures import dense

FEATURES = read_devices().cpu_features
REPACKS_Q4_0 = "REPACK" in FEATURES and bool({"AVX2", "DOTPROD"} & set(FEATURES))
needs_repacking = pytest.mark.skipif(not REPACKS_Q4_0, reason="this build repacks nothing on this processor")


def quantized(source: ModelFile, path: Path, kind: gguf.GGMLQuantizationType) -> ModelFile:
    """The model with its matrices in another type, still zero."""
    reader = gguf.GGUFReader(source.path)
    writer = gguf.GGUFWriter(str(path), "qwen2")
    for field in reader.fields.values():
        if field.name.startswith(("GGUF.", "general.architecture")):
            continue
        value_type = field.types[0]
        writer.add_key_value(
            field.name,
            field.contents(),
            value_type,
            field.types[-1] if value_type is gguf.GGUFValueType.ARRAY else None,
        )
    for tensor in reader.tensors:
        if len(tensor.shape) > 1:
            rows = gguf.quantize(np.zeros(tuple(reversed(tensor.shape)), dtype=np.float32), kind)
            writer.add_tensor(tensor.name, rows, raw_dtype=kind)
        else:
            writer.add_tensor(tensor.name, np.asarray(tensor.data))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return ModelFile(str(path), path.stat().st_size, 0.0)


@pytest.fixture
def half_precision(tmp_path: Path) -> ModelFile:
    return dense(2, 6).write(tmp_path / "f16.gguf")


@needs_repacking
def test_a_model_that_is_repacked_takes_its_size_once(half_precision: ModelFile, tmp_path: Path) -> None:
    model = quantized(half_precision, tmp_path / "q4_0.gguf", gguf.GGMLQuantizationType.Q4_0)
    assert repacked_share(Path(model.path)) > 0.9
    engine = load_llama(model, LoadOptions(n_ctx=256), lambda _: True)
    engine.close()
    # Tied embeddings lie there as they are and as the output
    assert 0.9 < engine.info.weights_bytes / model.size_bytes < 1.25


def test_what_stays_as_it_is_is_mapped(half_precision: ModelFile) -> None:
    assert repacked_share(Path(half_precision.path)) == 0
    engine = load_llama(half_precision, LoadOptions(n_ctx=256), lambda _: True)
    engine.close()
    assert 0.9 < engine.info.weights_bytes / half_precision.size_bytes < 1


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\x03\0\0\0" + b"\xff" * 100])
def test_what_cannot_be_read_has_no_share(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(content)
    assert repacked_share(tmp_path / "bad.gguf") == 0
    assert repacked_share(tmp_path / "none.gguf") == 0
