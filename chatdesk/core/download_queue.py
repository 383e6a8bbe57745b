"""The rules of the download queue: what each download may do next, whose turn it is, and what it takes of the disk."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from chatdesk.core.downloads import DownloadState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from chatdesk.core.downloads import Download
    from chatdesk.core.hub_models import RemoteModel


class Step(StrEnum):
    """What can happen to a download."""

    TAKE_UP = "take_up"  # its turn has come
    PUT_BACK = "put_back"  # it has to wait for its turn again: the app was restarted, or went offline
    PAUSE = "pause"
    RESUME = "resume"  # also: try again what failed
    COMPLETE = "complete"  # the last byte has arrived
    FALL_BACK = "fall_back"  # bytes that had arrived were thrown away
    VERIFY = "verify"  # the files are what they should be
    INSTALL = "install"
    FAIL = "fail"
    CANCEL = "cancel"


_S = DownloadState
_AT_WORK = (_S.DOWNLOADING, _S.VERIFYING, _S.PROBING)
_NEXT: Mapping[Step, Mapping[DownloadState, DownloadState]] = {
    Step.TAKE_UP: {_S.QUEUED: _S.DOWNLOADING},
    Step.PUT_BACK: dict.fromkeys(_AT_WORK, _S.QUEUED),
    # Trying it out takes seconds and is followed by the end: there is nothing to pause.
    Step.PAUSE: dict.fromkeys((_S.QUEUED, _S.DOWNLOADING, _S.VERIFYING), _S.PAUSED),
    Step.RESUME: dict.fromkeys((_S.PAUSED, _S.FAILED), _S.QUEUED),
    Step.COMPLETE: {_S.DOWNLOADING: _S.VERIFYING},
    Step.FALL_BACK: {_S.VERIFYING: _S.DOWNLOADING},
    Step.VERIFY: {_S.VERIFYING: _S.PROBING},
    Step.INSTALL: {_S.PROBING: _S.INSTALLED},
    Step.FAIL: dict.fromkeys((_S.QUEUED, *_AT_WORK), _S.FAILED),
    Step.CANCEL: dict.fromkeys((_S.QUEUED, _S.PAUSED, _S.FAILED, *_AT_WORK), _S.CANCELLED),
}


def state_after(state: DownloadState, step: Step) -> DownloadState | None:
    """The state that `step` leads to, or None where it means nothing: a second click, or news that came too late."""
    return _NEXT[step].get(state)


def due(downloads: Collection[Download], most_at_once: int) -> frozenset[str]:
    """The ids of those whose turn it is: the first of the queue that neither wait for a person nor are over."""
    willing = (each for each in downloads if each.state is DownloadState.QUEUED or each.state.is_active)
    return frozenset(each.id for each in in_order(willing)[:most_at_once])


def in_order(downloads: Iterable[Download]) -> list[Download]:
    """The queue, the first first."""
    return sorted(downloads, key=lambda each: (each.position, each.id))


def moved(downloads: Collection[Download], download_id: str, places: int) -> tuple[Download, ...]:
    """The downloads that stand elsewhere after one moved by so many places, forward if negative; each as it is then."""
    queue = in_order(downloads)
    index = next(index for index, each in enumerate(queue) if each.id == download_id)
    positions = [each.position for each in queue]
    queue.insert(min(max(index + places, 0), len(queue) - 1), queue.pop(index))
    return tuple(
        replace(each, position=position)
        for each, position in zip(queue, positions, strict=True)
        if each.position != position
    )


def promised_bytes(downloads: Collection[Download], to: Download) -> int:
    """How much of the free disk is others': of those under way, and of those whose turn comes before that of `to`."""
    return sum(
        each.total_bytes - each.done_bytes
        for each in downloads
        if each.id != to.id
        and (each.state.is_active or (each.state is DownloadState.QUEUED and each.position < to.position))
    )


def is_same_content(one: RemoteModel, other: RemoteModel) -> bool:
    """Whether two are the same files of the same repo. A commit that changed only others makes no difference."""
    return one.repo_id == other.repo_id and _contents(one) == _contents(other)


def _contents(model: RemoteModel) -> tuple[tuple[str, str], ...]:
    return tuple((file.filename, file.sha256 or model.revision) for file in model.files)
