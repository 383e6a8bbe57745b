from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from chatdesk.core.fit import FitLabel, Machine
from chatdesk.core.model_files import quantization_of, shard_of
from chatdesk.core.recommendations import CuratedList, ModelPurpose, recommend
from chatdesk.models.curated import read_curated
from chatdesk.models.fit import estimate_without_header
from chatdesk.store.paths import resource

HAN = re.compile(r"[\u4e00-\u9fff]")
LANGUAGE = re.compile(r"[a-z]{2}")


@pytest.fixture(scope="module")
def curated() -> CuratedList:
    return read_curated(resource("models.json"))


def test_the_list_says_when_it_was_made(curated: CuratedList) -> None:
    assert date.fromisoformat(curated.made_on) >= date(2026, 11, 1)


def test_each_entry_is_whole(curated: CuratedList) -> None:
    assert len(curated.models) >= 14
    for model in curated.models:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", model.repo_id), model
        assert model.file.filename.endswith(".gguf"), model
        assert quantization_of(model.file.filename), model
        assert shard_of(model.file.filename) is None, f"{model}: one file is fetched, not one shard"
        assert model.file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", model.file.sha256), model
        assert 100_000_000 < model.file.size_bytes < 60_000_000_000, model
        assert 2 < 8 * model.file.size_bytes / model.n_params < 10, f"{model}: bits for each parameter"
        assert model.licence, model
        assert model.languages, model
        assert all(LANGUAGE.fullmatch(language) for language in model.languages), model
        assert len(set(model.languages)) == len(model.languages), model


def test_each_entry_has_one_sentence_in_both_languages(curated: CuratedList) -> None:
    for model in curated.models:
        assert 20 < len(model.sentence) < 140, model
        assert model.sentence.endswith("."), model
        assert not HAN.search(model.sentence), model
        assert HAN.search(model.sentence_zh), model
        assert model.sentence_zh.endswith("。"), model


def test_no_two_entries_are_the_same(curated: CuratedList) -> None:
    for key in (
        [model.title for model in curated.models],
        [(model.repo_id, model.file.filename) for model in curated.models],
        [model.file.sha256 for model in curated.models if model.file.sha256 is not None],
    ):
        assert len(set(key)) == len(key)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("gigabytes", "least"), [(4, 2), (8, 3), (16, 3), (32, 3), (64, 3)])
def test_machines_of_every_size_get_recommendations(
    gigabytes: int, least: int, language: str, curated: CuratedList
) -> None:
    # A computer in use: its system and a browser take a share of its memory.
    machine = Machine(gigabytes * 2**30, round((gigabytes - min(gigabytes / 2, 6)) * 2**30), 4)
    fits = {model: estimate_without_header(model.file.size_bytes, machine, model.n_params) for model in curated.models}
    found = recommend(curated.models, fits, language)
    assert least <= len(found) <= 5
    assert language in found[0].model.languages[:2]
    assert {"en", "zh"} <= {code for each in found for code in each.model.languages}
    assert all(each.fit.label is not FitLabel.TOO_LARGE for each in found)
    assert len(set(found)) == len(found)
    if gigabytes >= 8:
        assert {each.model.purpose for each in found} == set(ModelPurpose)
        # What is recommended uses the machine: the best chat model takes a good part of it.
        assert found[0].model.file.size_bytes > machine.free_bytes / 4


def test_a_list_with_a_fault_is_a_bug_and_looks_like_one(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    path.write_text('{"made_on": "2026-11-24", "models": [{"title": "x"}]}', encoding="utf-8")
    with pytest.raises(KeyError):
        read_curated(path)
