"""What is known of the variants is kept, and nothing else is believed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.doctor import variants_in_words
from chatdesk.engine.cpu.records import Failure, Record, RecordFile, Timing
from chatdesk.engine.cpu.variants import Variant

POSSIBLE = (Variant(Path("libggml-cpu-zen4.so"), 9), Variant(Path("libggml-cpu-haswell.so"), 5))
FRESH = Record("1", {"zen4": 9, "haswell": 5})
KNOWN = FRESH.failing("zen4", Failure.CRASHED).timed("haswell", Timing(0.5, 0.25)).timed("haswell", Timing(0.75, 0.25))


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "variants.json")
    file.save(KNOWN)
    assert file.load("1", POSSIBLE) == KNOWN
    assert file.load("2", POSSIBLE) == Record("2", FRESH.scores)
    assert [path.name for path in tmp_path.iterdir()] == ["variants.json"]


@pytest.mark.parametrize("part", [None, True, 1, "x", [], ["zen4"], [[1]], {}, {"zen4": None}, {"zen4": [[1, 2, 3]]}])
def test_a_file_may_say_anything(tmp_path: Path, part: object) -> None:
    said = {"version": "1", "scores": dict(FRESH.scores), "variant": part, "failures": part, "timings": part}
    (tmp_path / "variants.json").write_text(json.dumps(said), encoding="utf-8")
    record = RecordFile(tmp_path / "variants.json").load("1", POSSIBLE)
    assert (record.chosen, record.failures, record.seconds) == (None, {}, {})


@pytest.mark.parametrize("pair", [[1, True], ["1", 1], [1, -1], [0, 1], [1, 1e9], [10**400, 1], [float("nan"), 1]])
def test_times_that_cannot_be_true_are_not_believed(tmp_path: Path, pair: list[object]) -> None:
    said = {"version": "1", "scores": dict(FRESH.scores), "timings": {"zen4": [pair], "haswell": [[1, 2]]}}
    (tmp_path / "variants.json").write_text(json.dumps(said), encoding="utf-8")
    assert RecordFile(tmp_path / "variants.json").load("1", POSSIBLE).seconds == {"haswell": 3}


@pytest.mark.parametrize("text", ["", "[" * 50_000, '{"version": "1"', "null"])
def test_a_file_that_is_none_is_as_no_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "variants.json").write_text(text, encoding="utf-8")
    assert RecordFile(tmp_path / "variants.json").load("1", POSSIBLE) == FRESH


def test_the_best_of_the_rounds_counts() -> None:
    assert KNOWN.seconds == {"haswell": 0.75}


@pytest.mark.parametrize(
    ("zen4", "haswell", "fastest"),
    [
        ((1.0, 1.1), (0.8, 0.9), "haswell"),
        ((1.0, 1.1), (0.8, 0.95), "zen4"),
        ((1.0, 9.0), (0.95, 0.95), "zen4"),  # another program was busy in one round
        ((1.0, 1.0), (0.5, 4.0), "zen4"),
    ],
)
def test_a_faster_variant_is_faster_in_each_round(
    zen4: tuple[float, float], haswell: tuple[float, float], fastest: str
) -> None:
    record = replace(FRESH, chosen="zen4")
    for mine, its in zip(zen4, haswell, strict=True):
        record = record.timed("zen4", Timing(mine / 2, mine / 2)).timed("haswell", Timing(its / 2, its / 2))
    assert record.fastest == fastest


def test_a_record_that_cannot_take_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "choice.json"
    RecordFile(file).save(FRESH)
    assert list(tmp_path.iterdir()) == [file]
    file.unlink()
    file.mkdir()
    RecordFile(file).save(FRESH)
    assert list(tmp_path.iterdir()) == [file]


def test_doctor_tells_what_is_known() -> None:
    assert variants_in_words(FRESH, "zen4") == "zen4 in use; not timed yet"
    timed = FRESH.timed("zen4", Timing(1, 1))
    assert variants_in_words(timed, "zen4") == "zen4 in use; time taken so far: zen4 1.00"
    record = Record("1", {"sapphirerapids": 20, **FRESH.scores}, "haswell", {"sapphirerapids": Failure.CRASHED})
    for timing in (Timing(1, 1), Timing(1.25, 1)):
        record = record.timed("zen4", timing).timed("haswell", Timing(0.7, 1))
    assert variants_in_words(record, "zen4") == (
        "zen4 in use; time taken: haswell 0.85, zen4 1.00; crashed: sapphirerapids; at the next start: haswell"
    )
