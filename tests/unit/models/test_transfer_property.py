"""Whatever happens on the way, a transfer that returns has left exactly the file, and one that raises none."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.models.part_file import STEP_BYTES, record_path
from chatdesk.models.transfer import TransferStopped
from tests.support.fetching import CONTENT, Fetching, fetching_from
from tests.support.loopback_hub import LoopbackHub

# Few enough that hypothesis comes upon the edges: around steps and the end.
OFFSETS = st.sampled_from(
    [0, 1, 1000, STEP_BYTES - 1, STEP_BYTES, STEP_BYTES + 1, 2 * STEP_BYTES, len(CONTENT) - 1, len(CONTENT)]
)
FAULTS = st.one_of(
    st.builds(lambda at: {"drop_after": at}, OFFSETS),
    st.builds(lambda at: {"drop_after": at, "is_chunked": True}, OFFSETS),
    st.builds(lambda at: {"drop_after": at, "ignores_range": True}, OFFSETS),
    st.builds(lambda at: {"flip_at": at}, OFFSETS),
    st.sampled_from([{"status": 500}, {"status": 416}, {"content_range": "bytes 1-2/*"}, {"ignores_range": True}]),
    st.sampled_from([{"body": b"<html>", "content_type": "text/html"}, {"extra": b"more", "is_chunked": True}]),
)
# What becomes of the part between two calls
DAMAGES = st.one_of(
    st.just(None),
    st.tuples(st.sampled_from(["zeros in the part", "part cut", "record cut", "record gone"]), OFFSETS),
)
CALLS = st.lists(st.tuples(st.lists(FAULTS, max_size=3), OFFSETS, DAMAGES), max_size=4)


@pytest.fixture(scope="module")
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        yield hub


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=CALLS)
def test_any_drops_stops_and_resumes_give_exactly_the_file_or_none(
    hub: LoopbackHub, calls: list[tuple[list[dict[str, Any]], int, tuple[str, int] | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, fetching_from(hub, Path(folder)) as fetching:
        for faults, stop_at, damage in calls:
            hub.heal()
            for fault in faults:
                hub.fail(**fault)
            if _is_fetched(fetching, stop_at):
                return
            _damage(fetching.part, damage)
        hub.heal()
        if not _is_fetched(fetching, None):
            # Only a wrong byte that came over the network is an excuse, and then nothing of it is left.
            assert any("flip_at" in fault for faults, _, _ in calls for fault in faults)
            assert _is_fetched(fetching, None)


def _is_fetched(fetching: Fetching, stop_at: int | None) -> bool:
    """Fetch until the end, or until `stop_at` bytes are there; what came of it must be in order."""
    fetching.lengths.clear()
    try:
        fetching.fetch(lambda: stop_at is not None and bool(fetching.lengths) and fetching.lengths[-1] >= stop_at)
    except TransferStopped:
        return False
    except UserFacingError as error:
        left = [path for path in (fetching.part, record_path(fetching.part)) if path.exists()]
        if error.code is ErrorCode.DOWNLOAD_DAMAGED and not left:
            return False
        raise
    assert fetching.is_right()
    return True


def _damage(part: Path, damage: tuple[str, int] | None) -> None:
    if damage is None or not part.exists():
        return
    what, at = damage
    record = record_path(part)
    size = part.stat().st_size
    match what:
        case "zeros in the part" if at < size:
            with part.open("r+b") as file:
                file.seek(at)
                file.write(bytes(size - at))
        case "part cut" if at < size:
            with part.open("r+b") as file:
                file.truncate(at)
        case "record cut":
            with record.open("r+b") as file:
                file.truncate(min(record.stat().st_size, at % 100))
        case "record gone":
            record.unlink()
