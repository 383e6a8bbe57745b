from __future__ import annotations

from dataclasses import replace

import pytest

from chatdesk.core.download_queue import Step, due, in_order, moved, promised_bytes, state_after
from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.hub_models import RemoteFile, RemoteModel

STATES = list(DownloadState)


def download(name: str, position: int, state: DownloadState = DownloadState.QUEUED, done_bytes: int = 0) -> Download:
    return Download(
        name, RemoteModel("o/r", "c", (RemoteFile(f"{name}.gguf", 100, None),)), state, position, done_bytes
    )


def queue(*states: DownloadState) -> list[Download]:
    """Downloads a, b, c, … in the order of the queue."""
    return [download(chr(ord("a") + index), index, state) for index, state in enumerate(states)]


def test_a_download_goes_from_the_queue_into_the_library() -> None:
    state = DownloadState.QUEUED
    for step in (Step.TAKE_UP, Step.COMPLETE, Step.VERIFY, Step.INSTALL):
        found = state_after(state, step)
        assert found is not None
        state = found
    assert state is DownloadState.INSTALLED


@pytest.mark.parametrize("state", [DownloadState.INSTALLED, DownloadState.CANCELLED])
@pytest.mark.parametrize("step", Step)
def test_nothing_happens_to_what_is_over(state: DownloadState, step: Step) -> None:
    assert state_after(state, step) is None


@pytest.mark.parametrize("step", Step)
def test_no_step_counts_twice(step: Step) -> None:
    for state in STATES:
        then = state_after(state, step)
        assert then is None or state_after(then, step) is None


@pytest.mark.parametrize("state", [state for state in STATES if not state.is_over])
def test_whatever_is_not_over_can_be_cancelled(state: DownloadState) -> None:
    assert state_after(state, Step.CANCEL) is DownloadState.CANCELLED


def test_only_what_was_tried_out_is_installed() -> None:
    assert [state for state in STATES if state_after(state, Step.INSTALL) is not None] == [DownloadState.PROBING]


def test_what_a_person_stopped_goes_on_only_when_a_person_wants_it() -> None:
    for state in (DownloadState.PAUSED, DownloadState.FAILED):
        assert {step for step in Step if state_after(state, step) is not None} == {Step.RESUME, Step.CANCEL}
        assert state_after(state, Step.RESUME) is DownloadState.QUEUED


def test_the_first_of_the_queue_that_are_willing_are_due() -> None:
    downloads = queue(
        DownloadState.PAUSED,
        DownloadState.QUEUED,
        DownloadState.FAILED,
        DownloadState.DOWNLOADING,
        DownloadState.QUEUED,
    )
    assert due(downloads, 1) == {"b"}
    assert due(downloads, 2) == {"b", "d"}
    assert due(downloads[::-1], 2) == {"b", "d"}
    assert due([], 1) == frozenset()


@pytest.mark.parametrize(
    ("name", "places", "order"),
    [("c", -1, "acb"), ("c", -2, "cab"), ("c", -9, "cab"), ("a", 1, "bac"), ("b", 9, "acb"), ("b", 0, "abc")],
)
def test_a_download_moves_and_the_others_keep_their_order(name: str, places: int, order: str) -> None:
    downloads = [replace(each, position=each.position * 10) for each in queue(*[DownloadState.QUEUED] * 3)]
    changed = {each.id: each for each in moved(downloads, name, places)}
    after = [changed.get(each.id, each) for each in downloads]
    assert "".join(each.id for each in in_order(after)) == order
    assert sorted(each.position for each in after) == [0, 10, 20]
    assert set(changed) == {now for now, before in zip(order, "abc", strict=True) if now != before}


def test_others_have_a_claim_to_the_disk_when_they_work_or_come_first() -> None:
    downloads = [
        download("first", 1, DownloadState.QUEUED, 10),
        download("paused", 2, DownloadState.PAUSED),
        download("own", 3),
        download("working", 4, DownloadState.DOWNLOADING, 60),
        download("later", 5),
    ]
    assert promised_bytes(downloads, downloads[2]) == 90 + 40
