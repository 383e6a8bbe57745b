from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.installed_models import HeaderFacts, ModelDetails
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.store.database import Database
from chatdesk.store.migrations import MIGRATIONS
from chatdesk.store.model_records import LOADS_THAT_COUNT, ModelRecord, ModelRecordStore
from tests.unit.store.conftest import Clock

MODEL = ModelFile("/models/模型 é.gguf", 5_000_000_000, 1_700_000_000.123456, ModelOrigin.ADDED)
OTHERS = [
    replace(MODEL, path="/models/other.gguf"),
    replace(MODEL, size_bytes=MODEL.size_bytes + 1),
    replace(MODEL, modified_at=MODEL.modified_at + 0.000001),
]
HEADER = HeaderFacts(ModelDetails("qwen3", 40_960, "apache-2.0", "Qwen3 模型"), {"n_embd": 4096, "layers": [0, 0, 1]})


@pytest.fixture
def records(database: Database, clock: Clock) -> ModelRecordStore:
    return ModelRecordStore(database, clock)


def test_added_files_are_listed_in_the_order_of_adding(records: ModelRecordStore) -> None:
    first, second = replace(MODEL, path="/z.gguf"), replace(MODEL, path="/a.gguf")
    for model in (first, second, first):
        records.add(model)
    assert records.added() == (first, second)


def test_an_added_file_keeps_where_it_came_from(records: ModelRecordStore) -> None:
    blob = replace(MODEL, path="/blobs/sha256-01", shown_name="llama3.2:3b", sha256="01" * 32)
    cached = replace(MODEL, path="/hub/x.gguf", repo_id="owner/repo", revision="c" * 40)
    records.add(blob, cached)
    assert records.added() == (blob, cached)


def test_a_file_that_was_only_probed_is_not_listed(records: ModelRecordStore) -> None:
    records.set_probed(MODEL, "b1")
    assert records.added() == ()


def test_a_file_taken_off_the_list_keeps_what_is_known_of_it(records: ModelRecordStore) -> None:
    records.add(MODEL)
    records.set_favourite(MODEL, is_favourite=True)
    records.remove_from_list(MODEL.path)
    assert records.added() == ()
    assert records.record(MODEL).is_favourite


def test_of_a_file_that_is_forgotten_nothing_is_known(records: ModelRecordStore) -> None:
    records.add(MODEL)
    records.set_favourite(MODEL, is_favourite=True)
    records.forget(MODEL.path)
    assert records.added() == ()
    assert records.record(MODEL) == ModelRecord()


@pytest.mark.parametrize("other", OTHERS)
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
    assert [model.path for model in records.added()] == [MODEL.path]


def test_everything_known_of_a_file_is_read_in_one_go(records: ModelRecordStore, clock: Clock) -> None:
    records.set_header(MODEL, HEADER)
    records.set_favourite(MODEL, is_favourite=True)
    records.set_settings(MODEL, {"n_ctx": 4096, "from_the_future": [1, {"a": None}]})
    records.set_loaded(MODEL, 5_100_000_000, 5_300_000_000)
    unknown = replace(MODEL, path="/models/unknown.gguf")
    known = ModelRecord(
        header=HEADER,
        last_used_at=clock.now,
        is_favourite=True,
        settings={"n_ctx": 4096, "from_the_future": [1, {"a": None}]},
        predicted_bytes=5_100_000_000,
        measured_bytes=5_300_000_000,
    )
    assert records.records([MODEL, unknown]) == {MODEL.path: known, unknown.path: ModelRecord()}
    assert records.record(MODEL) == known


@pytest.mark.parametrize("other", OTHERS[1:])
def test_of_a_changed_file_only_what_a_person_chose_is_still_true(other: ModelFile, records: ModelRecordStore) -> None:
    records.set_header(MODEL, HEADER)
    records.set_favourite(MODEL, is_favourite=True)
    records.set_settings(MODEL, {"top_k": 5})
    records.set_loaded(MODEL, 1, 2)
    chosen = ModelRecord(is_favourite=True, settings={"top_k": 5})
    assert records.record(other) == chosen
    records.set_probed(other, "build")  # from here on the record is about the other file
    assert records.record(other) == chosen
    assert records.record(MODEL) == chosen


def test_a_header_problem_is_kept_too(records: ModelRecordStore) -> None:
    records.set_header(MODEL, HeaderFacts(problem="it is no GGUF file"))
    assert records.record(MODEL).header == HeaderFacts(problem="it is no GGUF file")


def test_a_header_kept_by_another_version_is_read_again(records: ModelRecordStore, database: Database) -> None:
    records.set_header(MODEL, HEADER)
    with database.write() as connection:
        connection.execute('UPDATE model_record SET header = \'{"format": 0, "old": true}\'')
    assert records.record(MODEL).header is None


def test_ratios_are_of_the_last_loads_whose_memory_is_known(records: ModelRecordStore) -> None:
    for number in range(LOADS_THAT_COUNT + 2):
        records.set_loaded(replace(MODEL, path=f"/{number}.gguf"), 100, 100 + number)
    records.set_loaded(replace(MODEL, path="/unknown.gguf"), None, 5)
    records.set_loaded(replace(MODEL, path="/zero.gguf"), 0, 5)
    newest = range(LOADS_THAT_COUNT + 1, 1, -1)
    assert records.memory_ratios() == tuple((100 + number) / 100 for number in newest)


def test_records_of_the_first_shape_are_kept(path: Path) -> None:
    old = Database.open(path, migrations=MIGRATIONS[:2])
    with old.write() as connection:
        connection.execute(
            "INSERT INTO model_record (path, size_bytes, modified_at, added_at, probed_build) VALUES (?, ?, ?, 1, 'b')",
            (MODEL.path, MODEL.size_bytes, MODEL.modified_at),
        )
    old.close()
    database = Database.open(path)
    records = ModelRecordStore(database)
    assert records.added() == (MODEL,)
    assert records.is_probed(MODEL, "b")
    assert records.record(MODEL) == ModelRecord()
    database.close()
