"""A model file is tried in a child the first time, unless one has just survived it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile
from chatdesk.llama_engines import FirstTry
from chatdesk.store.database import Database
from chatdesk.store.model_records import ModelRecordStore

# Whoever tries it finds nothing there.
GONE = ModelFile("/nowhere/gone.gguf", 1, 0.0)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[ModelRecordStore]:
    database = Database.open(tmp_path / "chatdesk.db")
    yield ModelRecordStore(database)
    database.close()


def goes_on(_fraction: float) -> bool:
    return True


def never() -> bool:
    return False


def test_a_file_that_a_child_has_just_survived_is_good_from_then_on(records: ModelRecordStore) -> None:
    assert not FirstTry(records, lambda model: model == GONE)(GONE, goes_on, never)
    assert not FirstTry(records, lambda _model: False)(GONE, goes_on, never)


def test_any_other_file_is_tried(records: ModelRecordStore) -> None:
    with pytest.raises(UserFacingError) as caught:
        FirstTry(records, lambda _model: False)(GONE, goes_on, never)
    assert caught.value.code is ErrorCode.MODEL_NOT_FOUND


def test_where_there_is_no_choice_of_variants_none_was_tried(records: ModelRecordStore) -> None:
    with pytest.raises(UserFacingError):
        FirstTry(records)(GONE, goes_on, never)
