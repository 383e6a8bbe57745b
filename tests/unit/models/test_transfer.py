import errno
import hashlib
import io
import itertools
import os
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path, PosixPath, WindowsPath
from typing import Any

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.models.part_file import STEP_BYTES, record_path
from chatdesk.models.patience import Patience
from chatdesk.models.transfer import TransferStopped
from tests.support.fetching import CONTENT, HALF, NAME, Fetching, fetching_from
from tests.support.loopback_hub import LoopbackHub


@pytest.fixture
def fetching(tmp_path: Path) -> Iterator[Fetching]:
    with LoopbackHub() as hub, fetching_from(hub, tmp_path) as made:
        yield made


def test_a_file_arrives_whole_and_says_how_far_it_is(fetching: Fetching) -> None:
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.lengths == sorted(fetching.lengths)
    assert (fetching.lengths[0], fetching.lengths[-1]) == (0, len(CONTENT))
    assert fetching.troubles == []


def test_it_is_asked_for_at_the_commit_it_was_chosen_at(fetching: Fetching) -> None:
    fetching.fetch()
    assert fetching.hub.requests[0].path == f"/owner/repo/resolve/{fetching.repo.revision}/{NAME}"


def test_a_pause_keeps_every_byte_and_the_rest_is_asked_for_alone(fetching: Fetching) -> None:
    fetching.fetch_half()
    assert fetching.part.read_bytes() == CONTENT[:HALF]
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={HALF}-"]
    assert fetching.lengths[0] == HALF


def test_a_part_that_is_whole_already_is_verified_without_the_network(fetching: Fetching) -> None:
    def crash_at_the_end(length: int) -> None:
        if length == len(CONTENT):
            raise RuntimeError

    file = fetching.model.files[0]
    with pytest.raises(RuntimeError):
        fetching.transfer().fetch(fetching.model, file, fetching.part, crash_at_the_end, lambda: False)
    assert record_path(fetching.part).exists()
    fetching.hub.requests.clear()
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.hub.requests == []


def test_stop_is_obeyed_within_a_second_while_nothing_arrives(fetching: Fetching) -> None:
    fetching.patience = Patience(stall_seconds=60)
    stalled = fetching.hub.fail(stall_after=1000)
    asked_at: list[float] = []

    def should_stop() -> bool:
        if stalled.happened.is_set():
            asked_at.append(time.monotonic())
        return bool(asked_at)

    with pytest.raises(TransferStopped):
        fetching.fetch(should_stop)
    assert time.monotonic() - asked_at[0] < 1
    assert fetching.part.read_bytes() == CONTENT[:1000][: fetching.part.stat().st_size]


def test_stop_is_obeyed_while_no_answer_comes(fetching: Fetching) -> None:
    fetching.patience = Patience(stall_seconds=60)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transfer = fetching.transfer(endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}")
        looks: list[float] = []

        def should_stop() -> bool:
            looks.append(time.monotonic())
            return len(looks) > 3

        with pytest.raises(TransferStopped):
            transfer.fetch(fetching.model, fetching.model.files[0], fetching.part, fetching.lengths.append, should_stop)
        assert max(later - earlier for earlier, later in itertools.pairwise(looks)) < 1


def test_stop_is_obeyed_during_a_wait(fetching: Fetching) -> None:
    fetching.hub.fail(times=100, status=500)
    with pytest.raises(TransferStopped):
        fetching.fetch(lambda: len(fetching.waited) >= 2)
    assert fetching.waited == [0.2, 0.2]


def test_stop_is_obeyed_while_a_part_is_verified(fetching: Fetching) -> None:
    fetching.fetch_half()
    with pytest.raises(TransferStopped):
        fetching.fetch(lambda: True)
    assert fetching.hub.requests == []
    assert fetching.part.read_bytes() == CONTENT[:HALF]


def test_a_wrong_byte_is_found_and_the_part_is_thrown_away(fetching: Fetching) -> None:
    fetching.hub.fail(flip_at=STEP_BYTES + 5)
    error = fetching.error()
    assert (error.code, error.params) == (ErrorCode.DOWNLOAD_DAMAGED, {"model": NAME})
    assert list(fetching.part.parent.iterdir()) == []


def test_after_a_power_cut_only_what_the_disk_lost_comes_again(fetching: Fetching) -> None:
    fetching.fetch_half()
    with fetching.part.open("r+b") as part:  # the last bytes were never written: the file system left zeros
        part.seek(STEP_BYTES + 10)
        part.write(bytes(HALF - STEP_BYTES - 10))
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={STEP_BYTES}-"]


def test_a_part_without_its_record_is_not_trusted(fetching: Fetching) -> None:
    fetching.fetch_half()
    record_path(fetching.part).unlink()
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [None]


def test_a_part_of_another_file_is_not_continued(fetching: Fetching) -> None:
    fetching.fetch_half()
    other = random.Random(2).randbytes(len(CONTENT))
    fetching.repo.put(NAME, other)
    fetching.fetch()
    assert fetching.part.read_bytes() == other
    assert fetching.ranges == [None]


def test_a_killed_process_costs_at_most_one_step(fetching: Fetching) -> None:
    fetching.fetch_half()
    # What a process that is killed does not get to write: the sum of the last, unfinished step.
    with record_path(fetching.part).open("r+b") as record:
        record.truncate(record.seek(0, os.SEEK_END) - hashlib.sha256().digest_size)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={HALF // STEP_BYTES * STEP_BYTES}-"]


def test_a_part_longer_than_its_file_starts_over(fetching: Fetching) -> None:
    fetching.fetch_half()
    fetching.part.write_bytes(fetching.part.read_bytes() + CONTENT)
    fetching.fetch()
    assert fetching.is_right()


class _FullFile(io.FileIO):
    """A file on a disk that has room for so many bytes more."""

    room = 0

    def write(self, data: Any) -> int:
        piece = memoryview(data)[: type(self).room]
        if not piece:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        type(self).room -= len(piece)
        return super().write(piece)


class _FullDisk(WindowsPath if os.name == "nt" else PosixPath):  # type: ignore[misc]  # as this system has it
    def open(self, mode: str = "r", *_args: Any, **_options: Any) -> Any:
        return _FullFile(self, mode.replace("b", ""))


def test_a_full_disk_is_said_and_keeps_the_part(fetching: Fetching) -> None:
    part = fetching.part
    fetching.part = _FullDisk(part)
    _FullFile.room = HALF
    assert fetching.error().code is ErrorCode.DISK_FULL
    fetching.part = part
    kept = part.stat().st_size
    assert HALF - 1000 <= kept <= HALF
    fetching.hub.requests.clear()
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={kept // STEP_BYTES * STEP_BYTES}-"]


def test_a_folder_that_is_not_there_is_a_disk_problem(fetching: Fetching) -> None:
    fetching.part = fetching.part.parent / "gone" / "x.part"
    assert fetching.error().code is ErrorCode.DISK_ERROR


def test_offline_mode_opens_no_socket_and_no_file(fetching: Fetching) -> None:
    transfer = fetching.transfer(is_offline=True)
    file = fetching.model.files[0]
    for ask in (
        lambda: transfer.fetch(fetching.model, file, fetching.part, fetching.lengths.append, lambda: False),
        lambda: transfer.read_range(fetching.model, file, 0, 100),
    ):
        with pytest.raises(UserFacingError) as caught:
            ask()
        assert caught.value.code is ErrorCode.HUB_OFFLINE
    assert fetching.hub.requests == []
    assert list(fetching.part.parent.iterdir()) == []


def test_shards_are_fetched_one_by_one_with_their_own_hashes(fetching: Fetching) -> None:
    names = [f"big-Q8_0-0000{number}-of-00002.gguf" for number in (1, 2)]
    for number, name in enumerate(names):
        fetching.repo.put(name, CONTENT[number * 1000 : 2000 + number * 1000])
    model = fetching.repo.model(names[0])
    transfer = fetching.transfer()
    for number, file in enumerate(model.files):
        part = fetching.part.with_name(f"{number}.part")
        transfer.fetch(model, file, part, fetching.lengths.append, lambda: False)
        assert hashlib.sha256(part.read_bytes()).hexdigest() == file.sha256


# --- parts of a remote file, for its header ---


def test_a_range_is_read_and_nothing_more(fetching: Fetching) -> None:
    transfer, file = fetching.transfer(), fetching.model.files[0]
    assert transfer.read_range(fetching.model, file, 0, 1000) == CONTENT[:1000]
    assert transfer.read_range(fetching.model, file, 70_000, 100_000) == CONTENT[70_000:170_000]
    assert transfer.read_range(fetching.model, file, len(CONTENT) - 10, 1000) == CONTENT[-10:]
    assert transfer.read_range(fetching.model, file, len(CONTENT), 1000) == b""
    assert fetching.ranges == ["bytes=0-999", "bytes=70000-169999", f"bytes={len(CONTENT) - 10}-{len(CONTENT) - 1}"]


def test_a_beginning_can_be_read_where_ranges_are_ignored_but_no_middle(fetching: Fetching) -> None:
    transfer, file = fetching.transfer(), fetching.model.files[0]
    fetching.hub.fail(times=2, ignores_range=True)
    assert transfer.read_range(fetching.model, file, 0, 1000) == CONTENT[:1000]
    with pytest.raises(UserFacingError) as caught:
        transfer.read_range(fetching.model, file, 1000, 1000)
    assert caught.value.code is ErrorCode.HUB_ERROR


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"drop_after": 10}, ErrorCode.HUB_UNREACHABLE),
        ({"cut_to": 10}, ErrorCode.HUB_UNREACHABLE),
        ({"status": 503}, ErrorCode.HUB_ERROR),
        ({"content": CONTENT[:-1]}, ErrorCode.DOWNLOAD_CHANGED),
        ({"body": b"<html>", "content_type": "text/html"}, ErrorCode.HUB_ERROR),
    ],
)
def test_a_range_that_does_not_come_is_said_at_once(fetching: Fetching, fault: dict[str, Any], code: ErrorCode) -> None:
    fetching.hub.fail(**fault)
    with pytest.raises(UserFacingError) as caught:
        fetching.transfer().read_range(fetching.model, fetching.model.files[0], 0, 1000)
    assert caught.value.code is code
    assert fetching.waited == []
