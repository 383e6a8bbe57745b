from pathlib import Path

import pytest

from chatdesk.engine.cache_counts import CacheCounts, CacheOutcome, read_counts


def test_counts_add_up_over_runs(tmp_path: Path) -> None:
    folder = tmp_path / "not made yet"
    for _ in range(2):
        counts = CacheCounts(folder)
        assert counts.is_saved
        counts.note(CacheOutcome.ON_DISK)
        counts.note(CacheOutcome.NEW)
        assert not counts.is_saved
        counts.save()
        assert counts.is_saved
    assert read_counts(folder) == {CacheOutcome.ON_DISK: 2, CacheOutcome.NEW: 2}


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    counts = CacheCounts()
    counts.note(CacheOutcome.NEW)
    assert counts.is_saved
    counts.save()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[1]", b"\xff", b'{"new": "many", "on_disk": -1, "x": 3}'])
def test_what_is_no_count_counts_nothing_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "counts.json").write_bytes(content)
    assert read_counts(tmp_path) == {}
    counts = CacheCounts(tmp_path)
    counts.note(CacheOutcome.CHANGED)
    counts.save()
    assert read_counts(tmp_path) == {CacheOutcome.CHANGED: 1}


def test_a_disk_that_takes_nothing_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "a file").write_bytes(b"")
    counts = CacheCounts(tmp_path / "a file")
    counts.note(CacheOutcome.NEW)
    counts.save()
