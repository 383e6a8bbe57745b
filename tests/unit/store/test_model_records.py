from __future__ import annotations

from dataclasses import replace

import pytest

from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.store.database import Database
from chatdesk.store.model_records import ModelRecordStore

MODEL = ModelFile("/models/模型 é.gguf", 5_000_000_000, 1_700_000_000.123456, ModelOrigin.ADDED)


@pytest.fixture
def records(database: Database) -> ModelRecordStore:
    return ModelRecordStore(database)


def test_added_files_are_listed_in_the_order_of_adding(records: ModelRecordStore) -> None:
    first, second = replace(MODEL, path="/z.gguf"), replace(MODEL, path="/a.gguf")
    for model in (first, second, first):
        records.add(model)
    assert records.added_paths() == ("/z.gguf", "/a.gguf")


def test_a_file_that_was_only_probed_is_not_listed(records: ModelRecordStore) -> None:
    records.set_probed(MODEL, "b1")
    assert records.added_paths() == ()


@pytest.mark.parametrize(
    "other",
    [
        replace(MODEL, path="/models/other.gguf"),
        replace(MODEL, size_bytes=MODEL.size_bytes + 1),
        replace(MODEL, modified_at=MODEL.modified_at + 0.000001),
    ],
)
def test_a_probe_counts_for_the_same_file_and_build_only(other: ModelFile, records: ModelRecordStore) -> None:
    records.set_probed(MODEL, "build 1")
    assert records.is_probed(MODEL, "build 1")
    assert not records.is_probed(MODEL, "build 2")
    assert not records.is_probed(other, "build 1")


def test_another_file_at_the_same_path_starts_afresh_and_stays_listed(records: ModelRecordStore) -> None:
    records.add(MODEL)
    records.set_probed(MODEL, "build 1")
    changed = replace(MODEL, size_bytes=1)
    records.set_probed(changed, "build 2")
    assert not records.is_probed(changed, "build 1")
    assert not records.is_probed(MODEL, "build 1")
    assert records.added_paths() == (MODEL.path,)
