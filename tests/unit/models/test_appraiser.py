from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatdesk.core.fit import CacheType, FitLabel, Machine
from chatdesk.core.hub_models import RemoteFile
from chatdesk.core.installed_models import HeaderFacts
from chatdesk.core.model_files import ModelFile
from chatdesk.core.recommendations import CuratedModel, ModelPurpose
from chatdesk.core.settings import Settings
from chatdesk.models.appraiser import Appraiser
from tests.support.tiny_gguf import TinyModel

GIB = 2**30


@pytest.fixture
def appraiser() -> Appraiser:
    return Appraiser(Settings, lambda: Machine(16 * GIB, 10 * GIB, 4))


def test_a_header_is_read_once_and_assessed_from_what_was_kept(appraiser: Appraiser, tiny_model: ModelFile) -> None:
    header = appraiser.read_header(tiny_model)
    assert header.problem is None
    assert header.details is not None
    assert (header.details.architecture, header.details.title, header.details.n_ctx_train) == ("llama", "tiny", 4096)
    Path(tiny_model.path).unlink()
    fit = appraiser.assess(tiny_model, json.loads(json.dumps(header.shape)), {}, 1.0)
    assert (fit.label, fit.n_ctx) == (FitLabel.FITS, 4096)
    assert 0 < fit.need.weights_bytes <= tiny_model.size_bytes


def test_a_verdict_heeds_what_is_set_for_the_app_and_for_the_model(tiny_model: ModelFile) -> None:
    appraiser = Appraiser(lambda: Settings(n_ctx=2048), lambda: Machine(16 * GIB, 10 * GIB, 4))
    shape = appraiser.read_header(tiny_model).shape
    plain = appraiser.assess(tiny_model, shape, {}, 1.0)
    longer = appraiser.assess(tiny_model, shape, {"n_ctx": 4096}, 1.0)
    smaller = appraiser.assess(tiny_model, shape, {"cache_type": CacheType.Q8_0.value}, 1.0)
    assert (plain.n_ctx, longer.n_ctx) == (2048, 4096)
    assert smaller.need.kv_bytes < plain.need.kv_bytes < longer.need.kv_bytes


def test_a_machine_whose_models_take_more_than_predicted_holds_less() -> None:
    file = RemoteFile("big-Q4_K_M.gguf", 9 * GIB, None)
    model = CuratedModel("Big", "o/r", file, "mit", ("en",), ModelPurpose.CHAT, 14_000_000_000, "Good.", "好。")
    appraiser = Appraiser(Settings, lambda: Machine(16 * GIB, 12 * GIB, 4))
    assert appraiser.assess_curated(model, 1.0).label is FitLabel.FITS
    assert appraiser.assess_curated(model, 1.25).label is not FitLabel.FITS


def test_a_file_that_is_no_gguf_has_a_problem_in_words(appraiser: Appraiser, tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"<!doctype html>")
    header = appraiser.read_header(ModelFile(str(tmp_path / "x.gguf"), 15, 1.0))
    assert header == HeaderFacts(problem=header.problem)
    assert header.problem


def test_an_architecture_whose_needs_are_not_known_is_described_all_the_same(
    appraiser: Appraiser, tmp_path: Path
) -> None:
    model = TinyModel(architecture="llama").write(tmp_path / "x.gguf")
    content = Path(model.path).read_bytes()
    Path(model.path).write_bytes(content.replace(b"llama.block_count", b"llama.block_found"))
    header = appraiser.read_header(model)
    assert header.details is not None
    assert header.shape == {}


def test_a_file_that_cannot_be_read_now_is_no_problem_of_the_file(appraiser: Appraiser, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        appraiser.read_header(ModelFile(str(tmp_path / "gone.gguf"), 1, 1.0))
