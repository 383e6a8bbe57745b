import os
import random
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.batches import BatchRun
from chatdesk.engine.snapshot_files import SUFFIX, SnapshotFiles, forget_snapshots, snapshot_paths, taken_bytes
from chatdesk.engine.snapshots import MemorySnapshots, Snapshot, common_prefix, usable_prefix

KEY = "model, build, types"
TOKENS = tuple(range(100))
PLENTY = 1 << 30


def snapshot(owner: str = "a", tokens: tuple[int, ...] = TOKENS, state: bytes = b"state " * 50) -> Snapshot:
    return Snapshot(owner, tokens, memoryview(bytearray(state)), (BatchRun(len(tokens), len(tokens)),))


def files(folder: Path, key: str = KEY, budget: int = PLENTY) -> SnapshotFiles:
    return SnapshotFiles(folder, key, lambda: budget)


def read_back(folder: Path, key: str = KEY, prompt: tuple[int, ...] = (*TOKENS, 1)) -> Snapshot | None:
    """What a later start finds for a prompt."""
    known = files(folder, key)
    file, _ = known.best(prompt, can_go_back=True)
    return known.read(file) if file is not None else None


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(0, 3), max_size=40))
def test_the_common_prefix_is_what_a_plain_loop_finds(first: list[int], second: list[int]) -> None:
    expected = next(
        (place for place, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(second)),
    )
    assert common_prefix(tuple(first), tuple(second)) == expected


@pytest.mark.parametrize(
    ("tokens", "prompt", "can_go_back", "saved"),
    [
        ((1, 2, 3), (1, 2, 3, 4), True, 3),
        ((1, 2, 3), (1, 2, 3), True, 2),  # the last token of a prompt is processed in any case
        ((1, 2, 3), (1, 2, 9, 9), True, 2),
        ((1, 2, 3), (1, 2, 9, 9), False, 0),
        ((1, 2, 3), (1, 2, 3), False, 0),
        ((1, 2, 3), (1, 2, 3, 4), False, 3),
    ],
)
def test_what_a_cache_saves_of_a_prompt(
    tokens: tuple[int, ...], prompt: tuple[int, ...], can_go_back: bool, saved: int
) -> None:
    assert usable_prefix(tokens, prompt, can_go_back=can_go_back) == saved


def test_memory_keeps_the_newest_of_each_owner_and_lets_the_least_used_go() -> None:
    memory = MemorySnapshots(lambda: 3 * snapshot().size_bytes)
    for owner in "abc":
        memory.keep(KEY, snapshot(owner, (ord(owner), *TOKENS[1:])))
    memory.use(KEY, "a")
    memory.keep(KEY, snapshot("d", (ord("d"), *TOKENS[1:])))
    found = {owner: memory.best(KEY, (ord(owner), *TOKENS[1:], 7), can_go_back=True)[1] for owner in "abcd"}
    assert found == {"a": 100, "b": 0, "c": 100, "d": 100}


def test_memory_never_offers_what_another_key_made() -> None:
    memory = MemorySnapshots(lambda: PLENTY)
    memory.keep("another model", snapshot())
    assert memory.best(KEY, (*TOKENS, 1), can_go_back=True) == (None, 0)


def test_what_is_larger_than_the_budget_is_not_kept() -> None:
    memory = MemorySnapshots(lambda: snapshot().size_bytes - 1)
    memory.keep(KEY, snapshot())
    assert memory.size_bytes == 0


def test_a_snapshot_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    assert files(tmp_path).write(snapshot(owner="你好/../x"))
    found = read_back(tmp_path)
    assert found is not None
    assert (found.owner, found.tokens, bytes(found.state)) == ("你好/../x", TOKENS, b"state " * 50)
    assert [path.parent for path in snapshot_paths(tmp_path)] == [tmp_path]


def test_another_model_build_or_type_finds_nothing(tmp_path: Path) -> None:
    files(tmp_path).write(snapshot())
    assert read_back(tmp_path, "another key") is None


def test_no_damage_of_any_kind_gets_through(tmp_path: Path) -> None:
    files(tmp_path).write(snapshot())
    (path,) = snapshot_paths(tmp_path)
    whole = path.read_bytes()
    chance = random.Random(1)
    for number in range(1000):
        damaged = bytearray(whole)
        match number % 4:
            case 0:
                place = chance.randrange(len(damaged))
                damaged[place] ^= 1 << chance.randrange(8)
            case 1:
                del damaged[chance.randrange(len(damaged)) :]
            case 2:
                damaged[chance.randrange(len(damaged)) : 0] = chance.randbytes(chance.randrange(1, 9))
            case _:
                start = chance.randrange(len(damaged))
                damaged[start : start + 16] = chance.randbytes(len(damaged[start : start + 16]))
        if bytes(damaged) == whole:
            continue
        path.write_bytes(damaged)
        found = read_back(tmp_path)
        assert found is None, f"mutation {number}"


def test_a_damaged_snapshot_is_removed_when_it_is_found_out(tmp_path: Path) -> None:
    files(tmp_path).write(snapshot())
    (path,) = snapshot_paths(tmp_path)
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)
    assert read_back(tmp_path) is None
    assert snapshot_paths(tmp_path) == []


def test_the_budget_is_for_the_whole_folder_and_the_least_used_goes_first(tmp_path: Path) -> None:
    files(tmp_path).write(snapshot("a", (1, *TOKENS)))
    size = snapshot_paths(tmp_path)[0].stat().st_size
    for age, owner in enumerate("bc"):
        files(tmp_path, "another key").write(snapshot(owner, (2 + age, *TOKENS)))
    for age, path in enumerate(snapshot_paths(tmp_path)):
        os.utime(path, (1000 + age, 1000 + age))
    oldest = snapshot_paths(tmp_path)[0]
    assert files(tmp_path, budget=3 * size + 100).write(snapshot("d", (9, *TOKENS)))
    assert len(snapshot_paths(tmp_path)) == 3
    assert oldest not in snapshot_paths(tmp_path)


def test_without_a_budget_nothing_is_written(tmp_path: Path) -> None:
    assert not files(tmp_path / "never", budget=0).write(snapshot())
    assert not (tmp_path / "never").exists()


def test_a_folder_that_cannot_be_written_costs_only_the_snapshot(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert not files(tmp_path / "file").write(snapshot())


def test_a_conversation_takes_its_snapshots_along_and_clear_takes_all(tmp_path: Path) -> None:
    for key in (KEY, "another key"):
        for owner in "ab":
            files(tmp_path, key).write(snapshot(owner))
    (tmp_path / "cut off.tmp").write_bytes(b"half")
    size = taken_bytes(tmp_path)
    assert forget_snapshots(tmp_path, "a") == size // 2
    assert len(snapshot_paths(tmp_path)) == 2
    assert read_back(tmp_path) is not None
    assert forget_snapshots(tmp_path) == size // 2 + len(b"half")
    assert list(tmp_path.iterdir()) == []
    assert SUFFIX == ".kv"


def test_what_was_forgotten_is_known_no_more(tmp_path: Path) -> None:
    known = files(tmp_path)
    known.write(snapshot("a"))
    known.write(snapshot("b", tokens=TOKENS[:70]))
    assert known.best(TOKENS, can_go_back=True)[1] == 99
    forget_snapshots(tmp_path, "a")
    assert (known.best(TOKENS, can_go_back=True)[1], known.has("a"), known.has("b")) == (70, False, True)
    forget_snapshots(tmp_path)
    assert known.best(TOKENS, can_go_back=True) == (None, 0)


def test_what_an_earlier_run_was_writing_when_it_ended_goes_with_the_next_snapshot(tmp_path: Path) -> None:
    left = tmp_path / "another conversation.tmp"
    left.write_bytes(b"half a state")
    assert files(tmp_path).write(snapshot())
    assert not left.exists()
    assert read_back(tmp_path) is not None


def test_reading_ends_when_it_is_to_stop_and_the_snapshot_stays(tmp_path: Path) -> None:
    written = snapshot(state=bytes(20 << 20))
    files(tmp_path).write(written)
    known = files(tmp_path)
    file, _ = known.best((*TOKENS, 1), can_go_back=True)
    assert file is not None
    looks = iter([False, True])
    assert known.read(file, lambda: next(looks)) is None
    found = known.read(file)
    assert found is not None
    assert found.state == written.state


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process cannot be given less memory")
def test_a_snapshot_that_does_not_fit_into_memory_is_not_used_now_and_stays(tmp_path: Path) -> None:
    import resource

    files(tmp_path).write(snapshot(state=bytes(1 << 28)))
    most, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + (1 << 26), hard))
    try:
        assert read_back(tmp_path) is None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    assert read_back(tmp_path) is not None
