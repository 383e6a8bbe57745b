from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import DownloadChanged, Event, JobCrashed, ModelInstalled, NoticeRaised
from chatdesk.core.hub_models import RemoteModel
from chatdesk.core.model_files import ModelFile
from chatdesk.models.installing import SPARE_BYTES
from chatdesk.services.downloads import DownloadRules
from chatdesk.store.downloads import DownloadStore
from tests.support.scripted_downloads import SIZE, Downloading, content, remote

A, B, C = remote("a.gguf"), remote("b.gguf"), remote("c.gguf")
SPLIT = remote(*(f"sub/s-0000{number}-of-00003.gguf" for number in (1, 2, 3)))
UNREACHABLE = ErrorDetail(ErrorCode.HUB_UNREACHABLE, {"host": "hub", "reason": "gone"})
S = DownloadState


@pytest.fixture
def downloading(tmp_path: Path) -> Iterator[Downloading]:
    made = Downloading(tmp_path)
    with made:
        yield made
    assert made.log.of(JobCrashed) == []


def start_and_hold(downloading: Downloading, model: RemoteModel, size: int = 300) -> Download:
    """Start a download and wait until so many bytes are there; more do not come before `let`."""
    downloading.fetcher.let(model.filename, size)
    downloading.service.start(model)
    assert downloading.fetcher.wait_until_sent(model.filename, size)
    return downloading.wait_for(S.DOWNLOADING, model.name)


# --- from the Hub into the library ---


def test_a_download_becomes_a_model_in_the_library(downloading: Downloading) -> None:
    downloading.service.start(A)
    installed = downloading.log.wait_for(ModelInstalled).model
    downloading.wait_for(S.INSTALLED)
    assert downloading.history() == [S.QUEUED, S.DOWNLOADING, S.VERIFYING, S.PROBING, S.INSTALLED]
    assert Path(installed.path) == downloading.models_folder / "owner" / "repo" / "a.gguf"
    assert Path(installed.path).read_bytes() == content("a.gguf")
    assert downloading.files() == ["owner/repo/a.gguf"]
    assert downloading.library() == ["a"]
    assert downloading.states() == {}
    assert downloading.installed == [installed]


def test_the_last_announcement_tells_of_all_bytes(downloading: Downloading) -> None:
    downloading.service.start(SPLIT)
    download = downloading.wait_for(S.INSTALLED)
    assert (download.done_bytes, download.total_bytes) == (3 * SIZE, 3 * SIZE)


def test_everything_announced_is_on_disk_by_then(downloading: Downloading) -> None:
    unsaved: list[Event] = []

    def check(event: Event) -> None:
        match event:
            case DownloadChanged(download) if download.state.is_over:
                is_saved = downloading.store.all() == ()
            case DownloadChanged(download):
                is_saved = any(
                    (each.id, each.state, each.position) == (download.id, download.state, download.position)
                    for each in downloading.store.all()
                )
            case ModelInstalled(model):
                is_saved = downloading.library() == [model.name] and model.path in downloading.provenance.all()
            case _:
                is_saved = True
        if not is_saved:
            unsaved.append(event)

    downloading.on_event = check
    downloading.service.start(A)
    downloading.wait_for(S.INSTALLED)
    assert unsaved == []


def test_where_a_model_came_from_is_kept_for_each_shard(downloading: Downloading) -> None:
    downloading.service.start(SPLIT)
    installed = downloading.log.wait_for(ModelInstalled).model
    kept = downloading.provenance.all()
    assert sorted(each.filename for each in kept.values()) == [file.filename for file in SPLIT.files]
    first = kept[installed.path]
    assert (first.repo_id, first.revision, first.sha256) == ("owner/repo", "c" * 40, SPLIT.files[0].sha256)
    assert (installed.repo_id, installed.revision, installed.sha256) == ("owner/repo", "c" * 40, first.sha256)


def test_nothing_is_listed_before_all_of_it_was_tried_out(downloading: Downloading) -> None:
    listed: list[list[str]] = []

    def look(model: ModelFile) -> None:
        listed.append(downloading.library())
        # llama.cpp finds the other shards by their names.
        assert all((Path(model.path).parent / Path(file.filename).name).is_file() for file in SPLIT.files)
        assert model.size_bytes == 3 * SIZE

    downloading.trial.on_try = look
    downloading.service.start(SPLIT)
    downloading.log.wait_for(ModelInstalled)
    assert listed == [[]]
    assert downloading.library() == ["s"]


def test_another_file_of_that_name_stays_what_it_is(downloading: Downloading) -> None:
    mine = downloading.models_folder / "owner" / "repo" / "a.gguf"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    downloading.service.start(A)
    installed = downloading.log.wait_for(ModelInstalled).model
    assert mine.read_bytes() == b"mine"
    assert Path(installed.path).read_bytes() == content("a.gguf")
    assert Path(installed.path).parent.name == f"repo@{'c' * 8}"


@pytest.mark.parametrize(
    "filename", ["../../x.gguf", "CON.gguf", "x" * 300 + ".gguf", "x\x1b[31m.gguf", "x\u202e.gguf"]
)
def test_a_hostile_name_is_refused_before_anything_is_done(filename: str, downloading: Downloading) -> None:
    downloading.service.start(remote(filename))
    assert downloading.log.wait_for(NoticeRaised).error.code is ErrorCode.DOWNLOAD_UNSAFE_NAME
    assert downloading.states() == {}
    assert downloading.fetcher.started == []
    assert not downloading.models_folder.exists()


# --- asked for twice ---


def test_a_second_start_shows_the_first(downloading: Downloading) -> None:
    first = start_and_hold(downloading, A)
    downloading.forget()
    downloading.service.start(replace(A, revision="d" * 40))  # the same bytes at another commit
    assert downloading.log.wait_for(DownloadChanged).download.id == first.id
    assert list(downloading.states()) == ["a"]
    assert downloading.fetcher.started == ["a.gguf"]


def test_a_second_start_of_what_is_paused_goes_on(downloading: Downloading) -> None:
    download = start_and_hold(downloading, A)
    downloading.service.pause(download.id)
    downloading.service.start(A)
    downloading.fetcher.let("a.gguf")
    assert downloading.wait_for(S.INSTALLED).id == download.id


def test_what_is_installed_is_not_fetched_again_unless_it_is_gone(downloading: Downloading) -> None:
    downloading.service.start(SPLIT)
    downloading.log.wait_for(ModelInstalled)
    downloading.service.start(SPLIT)
    assert downloading.log.wait_for(NoticeRaised).error == ErrorDetail(ErrorCode.DOWNLOAD_EXISTS, {"model": "s"})
    (downloading.models_folder / "owner" / "repo" / SPLIT.files[1].filename).unlink()
    downloading.forget()
    downloading.service.start(SPLIT)
    downloading.wait_for(S.DOWNLOADING)


def test_a_newer_version_is_another_download(downloading: Downloading) -> None:
    downloading.service.start(A)
    downloading.log.wait_for(ModelInstalled)
    downloading.forget()
    newer = replace(A, revision="d" * 40, files=(replace(A.files[0], sha256=None),))
    downloading.service.start(newer)
    installed = downloading.log.wait_for(ModelInstalled).model
    assert Path(installed.path).parent.name == f"repo@{'d' * 8}"
    assert len(downloading.library()) == 2


# --- pause, resume, cancel ---


def test_a_pause_stops_the_bytes_and_loses_none(downloading: Downloading) -> None:
    download = start_and_hold(downloading, A)
    downloading.service.pause(download.id)
    downloading.wait_for(S.PAUSED)
    assert downloading.fetcher.wait_until_idle()
    paused = downloading.listed()["a"]
    assert (paused.state, paused.bytes_per_second) == (S.PAUSED, None)
    downloading.fetcher.let("a.gguf")
    assert downloading.states() == {"a": S.PAUSED}
    downloading.service.resume(download.id)
    downloading.wait_for(S.INSTALLED)
    assert downloading.fetcher.sent == {"a.gguf": SIZE}


def test_a_resume_waits_until_the_paused_thread_has_let_go(downloading: Downloading) -> None:
    downloading.fetcher.ignores_stop = True
    download = start_and_hold(downloading, A)
    for _ in range(3):
        downloading.service.pause(download.id)
        downloading.service.resume(download.id)
    assert downloading.states() == {"a": S.QUEUED}
    downloading.fetcher.ignores_stop = False
    downloading.fetcher.let("a.gguf")
    downloading.wait_for(S.INSTALLED)
    assert downloading.fetcher.most_at_once == 1
    assert downloading.fetcher.sent == {"a.gguf": SIZE}


def test_second_clicks_mean_nothing(downloading: Downloading) -> None:
    download = start_and_hold(downloading, A)
    downloading.service.resume(download.id)
    for order in (downloading.service.pause, downloading.service.pause):
        order(download.id)
    assert downloading.fetcher.wait_until_idle()
    downloading.service.cancel(download.id)
    downloading.service.cancel(download.id)
    downloading.service.pause(download.id)
    downloading.service.resume(download.id)
    downloading.service.move(download.id, 1)
    downloading.service.pause("no such download")
    assert downloading.states() == {}
    assert downloading.history() == [S.QUEUED, S.DOWNLOADING, S.PAUSED, S.CANCELLED]


def test_what_is_being_verified_can_be_paused(downloading: Downloading) -> None:
    downloading.fetcher.holds_whole = True
    downloading.service.start(A)
    download = downloading.wait_for(S.VERIFYING)
    downloading.service.pause(download.id)
    assert downloading.fetcher.wait_until_idle()
    assert downloading.states() == {"a": S.PAUSED}
    downloading.fetcher.holds_whole = False
    downloading.forget()
    downloading.service.resume(download.id)
    downloading.wait_for(S.INSTALLED)
    assert downloading.fetcher.sent == {"a.gguf": SIZE}


def test_a_pause_that_comes_while_it_is_tried_out_comes_too_late(downloading: Downloading) -> None:
    downloading.trial.holds.clear()
    downloading.service.start(A)
    downloading.service.pause(downloading.wait_for(S.PROBING).id)
    assert downloading.states() == {"a": S.PROBING}
    downloading.trial.holds.set()
    downloading.wait_for(S.INSTALLED)


@pytest.mark.parametrize("state", [S.QUEUED, S.DOWNLOADING, S.PAUSED, S.VERIFYING, S.PROBING, S.FAILED])
def test_whatever_is_cancelled_leaves_nothing(state: DownloadState, downloading: Downloading) -> None:
    match state:
        case S.QUEUED:
            start_and_hold(downloading, B)
        case S.DOWNLOADING | S.PAUSED:
            downloading.fetcher.let("a.gguf", 500)
        case S.VERIFYING:
            downloading.fetcher.holds_whole = True
        case S.PROBING:
            downloading.trial.holds.clear()
        case S.FAILED:
            downloading.trial.error = UserFacingError(ErrorCode.MODEL_CRASHES, model="a", reason="SIGSEGV")
    downloading.service.start(A)
    download = downloading.wait_for(S.DOWNLOADING if state is S.PAUSED else state, "a")
    if state is S.PAUSED:
        downloading.service.pause(download.id)
    downloading.service.cancel(download.id)
    downloading.wait_for(S.CANCELLED)
    assert "a" not in downloading.states()
    downloading.wait_until_removed(download.id)
    assert [file for file in downloading.files() if "a.gguf" in file] == []
    assert downloading.library() == []
    assert downloading.log.of(ModelInstalled) == []
    assert downloading.trial.was_stopped.is_set() == (state is S.PROBING)


def test_the_same_model_can_be_started_again_while_a_cancelled_one_still_ends(downloading: Downloading) -> None:
    downloading.fetcher.ignores_stop = True
    first = start_and_hold(downloading, A)
    downloading.service.cancel(first.id)
    downloading.service.start(A)
    second = downloading.wait_for(S.QUEUED)
    downloading.fetcher.ignores_stop = False
    downloading.fetcher.let("a.gguf")
    assert downloading.wait_for(S.INSTALLED).id != first.id
    assert second.model == A
    downloading.wait_until_removed(first.id)
    assert downloading.files() == ["owner/repo/a.gguf"]


# --- the queue ---


def test_one_at_a_time_in_the_order_of_the_queue(downloading: Downloading) -> None:
    start_and_hold(downloading, A)
    downloading.service.start(B)
    downloading.service.start(C)
    assert downloading.states() == {"a": S.DOWNLOADING, "b": S.QUEUED, "c": S.QUEUED}
    downloading.fetcher.let("a.gguf")
    downloading.wait_for(S.INSTALLED, "c")
    assert downloading.fetcher.started == ["a.gguf", "b.gguf", "c.gguf"]
    assert downloading.fetcher.most_at_once == 1


def test_how_many_work_at_once_can_change_meanwhile(downloading: Downloading) -> None:
    downloading.rules = DownloadRules(most_at_once=2)
    for model in (A, B, C):
        downloading.fetcher.let(model.filename, 500)
        downloading.service.start(model)
    assert downloading.states() == {"a": S.DOWNLOADING, "b": S.DOWNLOADING, "c": S.QUEUED}
    downloading.rules = DownloadRules(most_at_once=1)
    downloading.service.rules_changed()
    assert downloading.states() == {"a": S.DOWNLOADING, "b": S.QUEUED, "c": S.QUEUED}
    downloading.rules = DownloadRules(most_at_once=2)
    downloading.service.rules_changed()
    for model in (A, B, C):
        downloading.fetcher.let(model.filename)
    downloading.wait_for(S.INSTALLED, "c")
    assert downloading.fetcher.most_at_once == 2
    assert downloading.fetcher.sent == {"a.gguf": SIZE, "b.gguf": SIZE, "c.gguf": SIZE}


def test_who_is_moved_to_the_front_has_the_turn(downloading: Downloading) -> None:
    start_and_hold(downloading, A)
    for model in (B, C):
        downloading.fetcher.let(model.filename, 500)
        downloading.service.start(model)
    downloading.service.move(downloading.listed()["c"].id, -2)
    downloading.wait_for(S.DOWNLOADING, "c")
    assert downloading.states() == {"c": S.DOWNLOADING, "a": S.QUEUED, "b": S.QUEUED}
    for model in (A, B, C):
        downloading.fetcher.let(model.filename)
    downloading.wait_for(S.INSTALLED, "b")
    assert downloading.fetcher.sent["a.gguf"] == SIZE  # what it had was not sent again


def test_a_paused_one_lets_the_next_work(downloading: Downloading) -> None:
    download = start_and_hold(downloading, A)
    downloading.service.start(B)
    downloading.service.pause(download.id)
    downloading.wait_for(S.INSTALLED, "b")
    assert downloading.states() == {"a": S.PAUSED}


# --- trouble ---


def test_what_makes_it_wait_is_told_until_it_goes_on(downloading: Downloading) -> None:
    start_and_hold(downloading, A)
    downloading.fetcher.trouble(UNREACHABLE)
    troubled = downloading.log.wait_for(DownloadChanged, lambda event: event.download.error == UNREACHABLE).download
    assert (troubled.state, troubled.bytes_per_second) == (S.DOWNLOADING, None)
    downloading.forget()
    downloading.fetcher.trouble(None)
    assert downloading.log.wait_for(DownloadChanged).download.error is None
    downloading.fetcher.let("a.gguf")
    downloading.wait_for(S.INSTALLED)


def test_what_fails_says_why_lets_the_next_work_and_can_be_tried_again(downloading: Downloading) -> None:
    downloading.fetcher.errors["a.gguf"] = UserFacingError(ErrorCode.HUB_GATED, repo_id="owner/repo", url="u")
    downloading.service.start(A)
    failed = downloading.wait_for(S.FAILED)
    assert failed.error is not None
    assert failed.error.code is ErrorCode.HUB_GATED
    downloading.service.start(B)
    downloading.wait_for(S.INSTALLED, "b")
    assert downloading.states() == {"a": S.FAILED}
    downloading.service.resume(failed.id)
    assert downloading.wait_for(S.INSTALLED, "a").error is None


def test_a_disk_that_fails_is_told(downloading: Downloading) -> None:
    downloading.fetcher.errors["a.gguf"] = OSError(5, "Input/output error")
    downloading.service.start(A)
    assert downloading.wait_for(S.FAILED).error == ErrorDetail(ErrorCode.DISK_ERROR, {"reason": "Input/output error"})


def test_a_bug_is_seen_and_can_be_tried_again(tmp_path: Path) -> None:
    with Downloading(tmp_path) as downloading:
        downloading.fetcher.errors["a.gguf"] = ZeroDivisionError("a bug")
        downloading.service.start(A)
        failed = downloading.wait_for(S.FAILED)
        assert failed.error is not None
        assert failed.error.code is ErrorCode.INTERNAL
        assert "ZeroDivisionError" in downloading.log.wait_for(JobCrashed).traceback
        downloading.service.resume(failed.id)
        downloading.wait_for(S.INSTALLED)


def test_bytes_that_are_thrown_away_are_no_longer_counted(downloading: Downloading) -> None:
    downloading.fetcher.restarts.add("a.gguf")
    downloading.service.start(A)
    downloading.wait_for(S.INSTALLED)
    assert downloading.history() == [
        *(S.QUEUED, S.DOWNLOADING, S.VERIFYING, S.DOWNLOADING, S.VERIFYING, S.PROBING, S.INSTALLED),
    ]


def test_progress_is_told_five_times_a_second_with_a_speed(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    now = [0.0]
    downloading.clock = lambda: now[0]

    def tick() -> None:
        now[0] += 0.0625  # 160 bytes a second, for 6.25 seconds

    downloading.fetcher.before_chunk = tick
    with downloading:
        downloading.service.start(A)
        downloading.wait_for(S.INSTALLED)
    told = [event.download for event in downloading.log.of(DownloadChanged) if event.download.state is S.DOWNLOADING]
    assert 23 <= len(told) <= 28
    assert [each.done_bytes for each in told] == sorted(each.done_bytes for each in told)
    speeds = [each.bytes_per_second for each in told if each.bytes_per_second is not None]
    assert speeds == pytest.approx([160] * len(speeds))
    assert len(speeds) >= 15
    last = next(each for each in reversed(told) if each.bytes_per_second is not None)
    assert last.seconds_left == pytest.approx((SIZE - last.done_bytes) / 160)


def test_the_speed_goes_down_while_nothing_comes_and_then_there_is_nothing_to_tell(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    now = [0.0]
    downloading.clock = lambda: now[0]

    def tick() -> None:
        now[0] += 0.0625

    def wait_for_speed(speed: float) -> None:
        downloading.log.wait_for(
            DownloadChanged, lambda event: event.download.bytes_per_second == pytest.approx(speed, rel=0.01)
        )

    downloading.fetcher.before_chunk = tick
    with downloading:
        start_and_hold(downloading, A, 500)
        wait_for_speed(160)
        now[0] += 1
        wait_for_speed(500 / 4.125)
        now[0] += 100
        wait_for_speed(0)
        downloading.listed()
        downloading.forget()
        now[0] += 100
        downloading.fetcher.trouble(UNREACHABLE)
        downloading.log.wait_for(DownloadChanged)
        now[0] += 100
        downloading.fetcher.let("a.gguf")
        downloading.wait_for(S.INSTALLED)
        told = [event.download for event in downloading.log.of(DownloadChanged)]
        assert [each.error for each in told[:2]] == [UNREACHABLE, None]
        assert told[1].done_bytes > 500


# --- space ---


def test_what_does_not_fit_is_told_before_the_first_byte(downloading: Downloading) -> None:
    downloading.free = SIZE + SPARE_BYTES - 7
    downloading.service.start(A)
    failed = downloading.wait_for(S.FAILED)
    assert failed.error == ErrorDetail(
        ErrorCode.DOWNLOAD_NO_SPACE,
        {"model": "a", "needed": SIZE + SPARE_BYTES, "free": SIZE + SPARE_BYTES - 7, "missing": 7},
    )
    assert downloading.fetcher.started == []
    downloading.free += 7
    downloading.service.resume(failed.id)
    downloading.wait_for(S.INSTALLED)


def test_what_is_there_already_needs_no_more_space(downloading: Downloading) -> None:
    download = start_and_hold(downloading, A, 600)
    downloading.service.pause(download.id)
    assert downloading.fetcher.wait_until_idle()
    downloading.free = 400 + SPARE_BYTES
    downloading.fetcher.let("a.gguf")
    downloading.service.resume(download.id)
    downloading.wait_for(S.INSTALLED)


def test_space_that_others_in_the_queue_will_take_is_not_free(downloading: Downloading) -> None:
    downloading.free = 2 * SIZE + SPARE_BYTES - 1
    start_and_hold(downloading, A, 0)
    downloading.service.start(B)
    error = downloading.wait_for(S.FAILED, "b").error
    assert error is not None
    assert (error.code, error.params["missing"]) == (ErrorCode.DOWNLOAD_NO_SPACE, 1)


def test_a_disk_that_fills_up_meanwhile_says_how_much_is_missing(downloading: Downloading) -> None:
    download = start_and_hold(downloading, A, 600)
    downloading.free = 0
    downloading.fetcher.errors["a.gguf"] = UserFacingError(ErrorCode.DISK_FULL)
    error = downloading.wait_for(S.FAILED).error
    assert error is not None
    assert (error.code, error.params["missing"]) == (ErrorCode.DOWNLOAD_NO_SPACE, 400 + SPARE_BYTES)
    downloading.free = 10**12
    downloading.fetcher.let("a.gguf")
    downloading.service.resume(download.id)
    downloading.wait_for(S.INSTALLED)
    assert downloading.fetcher.sent == {"a.gguf": SIZE}


def test_a_download_that_fails_is_told_even_when_that_cannot_be_saved(tmp_path: Path) -> None:
    class FullStore(DownloadStore):
        def save(self, download: Download) -> None:
            if download.state is S.FAILED:
                raise UserFacingError(ErrorCode.DISK_FULL)
            super().save(download)

    downloading = Downloading(tmp_path)
    downloading.make_store = FullStore
    downloading.fetcher.errors["a.gguf"] = UserFacingError(ErrorCode.DISK_FULL)
    with downloading:
        downloading.service.start(A)
        assert downloading.wait_for(S.FAILED).error == ErrorDetail(ErrorCode.DISK_FULL)
        downloading.service.start(B)
        downloading.wait_for(S.INSTALLED, "b")


# --- offline ---


def test_offline_they_wait_and_say_why_and_go_on_when_it_ends(downloading: Downloading) -> None:
    downloading.rules = DownloadRules(is_offline=True)
    downloading.service.start(A)
    downloading.log.wait_for(DownloadChanged, lambda event: event.download.error == ErrorDetail(ErrorCode.HUB_OFFLINE))
    assert downloading.states() == {"a": S.QUEUED}
    assert downloading.fetcher.started == []
    downloading.rules = DownloadRules()
    downloading.service.rules_changed()
    assert downloading.wait_for(S.DOWNLOADING).error is None
    downloading.wait_for(S.INSTALLED)


def test_going_offline_stops_what_is_under_way(downloading: Downloading) -> None:
    start_and_hold(downloading, A)
    downloading.rules = DownloadRules(is_offline=True)
    downloading.service.rules_changed()
    assert downloading.fetcher.wait_until_idle()
    waiting = downloading.listed()["a"]
    assert (waiting.state, waiting.error) == (S.QUEUED, ErrorDetail(ErrorCode.HUB_OFFLINE))
    downloading.fetcher.let("a.gguf")
    downloading.rules = DownloadRules()
    downloading.service.rules_changed()
    downloading.wait_for(S.INSTALLED)
    assert downloading.fetcher.sent == {"a.gguf": SIZE}


def test_what_is_here_already_is_tried_out_offline(downloading: Downloading) -> None:
    downloading.trial.error = UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model="a")
    downloading.service.start(A)
    failed = downloading.wait_for(S.FAILED)
    downloading.trial.error = None
    downloading.rules = DownloadRules(is_offline=True)
    downloading.service.resume(failed.id)
    downloading.wait_for(S.INSTALLED)


def test_a_fetcher_that_knows_of_another_reason_to_stay_offline_is_not_asked_again_and_again(
    downloading: Downloading,
) -> None:
    downloading.fetcher.errors["a.gguf"] = UserFacingError(ErrorCode.HUB_OFFLINE)
    downloading.service.start(A)
    downloading.service.start(B)
    downloading.log.wait_for(
        DownloadChanged,
        lambda event: event.download.model == B and event.download.error == ErrorDetail(ErrorCode.HUB_OFFLINE),
    )
    assert downloading.states() == {"a": S.QUEUED, "b": S.QUEUED}
    assert downloading.fetcher.started == ["a.gguf"]
    downloading.service.rules_changed()
    downloading.wait_for(S.INSTALLED, "b")


# --- the trial ---


def test_what_llama_cpp_would_not_survive_is_kept_aside_and_only_tried_again(downloading: Downloading) -> None:
    downloading.trial.error = UserFacingError(ErrorCode.MODEL_CRASHES, model="a", reason="SIGSEGV")
    downloading.service.start(A)
    failed = downloading.wait_for(S.FAILED)
    assert failed.error == downloading.trial.error.detail
    assert failed.done_bytes == SIZE
    assert downloading.files() == [".downloads/a.gguf"]
    assert downloading.library() == []
    assert downloading.log.of(ModelInstalled) == []
    downloading.trial.error = None
    downloading.forget()
    downloading.service.resume(failed.id)
    downloading.wait_for(S.INSTALLED)
    assert downloading.fetcher.started == ["a.gguf"]
    assert S.VERIFYING in downloading.history()


# --- restarts ---


def test_what_was_under_way_goes_on_by_itself_after_a_restart(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    with downloading:
        start_and_hold(downloading, A, 400)
        downloading.service.start(B)
    downloading.fetcher.let("a.gguf")
    with downloading:
        before = downloading.listed()
        assert [(each.state, each.done_bytes) for each in before.values()] == [(S.QUEUED, 400), (S.QUEUED, 0)]
        assert downloading.fetcher.started == ["a.gguf"]
        downloading.service.take_up()
        downloading.wait_for(S.INSTALLED, "b")
    assert downloading.fetcher.sent == {"a.gguf": SIZE, "b.gguf": SIZE}
    assert downloading.library() == ["a", "b"]


def test_what_was_paused_or_failed_stays_so(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    downloading.trial.error = UserFacingError(ErrorCode.MODEL_CRASHES, model="a", reason="SIGSEGV")
    with downloading:
        downloading.service.start(A)
        downloading.wait_for(S.FAILED)
        downloading.service.pause(start_and_hold(downloading, B).id)
    with downloading:
        downloading.service.take_up()
        listed = downloading.listed()
        assert [each.state for each in listed.values()] == [S.FAILED, S.PAUSED]
        assert listed["a"].error == downloading.trial.error.detail


def test_only_what_a_person_asks_for_goes_on_where_nothing_is_taken_up(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    with downloading:
        start_and_hold(downloading, A)
        downloading.fetcher.let("b.gguf", 100)
        downloading.service.start(B)
    downloading.fetcher.let("b.gguf")
    with downloading:
        downloading.service.start(B)
        downloading.wait_for(S.INSTALLED, "b")
        assert downloading.states() == {"a": S.QUEUED}


def test_the_order_of_the_queue_survives(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    with downloading:
        start_and_hold(downloading, A)
        downloading.service.start(B)
        downloading.service.start(C)
        downloading.service.move(downloading.listed()["c"].id, -1)
        assert list(downloading.states()) == ["a", "c", "b"]
    with downloading:
        assert list(downloading.states()) == ["a", "c", "b"]


@pytest.mark.parametrize("moves", [0, 1, 2, 3])
def test_an_end_in_the_middle_of_installing_is_gone_on_with(moves: int, tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    downloading.trial.error = UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model="s")
    with downloading:
        downloading.service.start(SPLIT)
        failed = downloading.wait_for(S.FAILED)
        # As a process leaves it that dies while it moves the files.
        targets = [downloading.models_folder / "owner" / "repo" / file.filename for file in SPLIT.files]
        downloading.store.set_targets(failed.id, [str(target) for target in targets])
        downloading.store.save(replace(failed, state=S.PROBING))
        targets[0].parent.mkdir(parents=True)
        for target in targets[3 - moves :]:
            (downloading.models_folder / ".downloads" / failed.id / target.name).rename(target)
    downloading.trial.error = None
    downloading.trial.tried.clear()
    downloading.fetcher.started.clear()
    with downloading:
        assert downloading.listed()["s"].done_bytes == 3 * SIZE
        downloading.service.take_up()
        downloading.log.wait_for(ModelInstalled)
        downloading.wait_for(S.INSTALLED)
        assert downloading.files() == [f"owner/repo/{file.filename}" for file in SPLIT.files]
        assert len(downloading.provenance.all()) == 3
    assert downloading.fetcher.started == []
    assert len(downloading.trial.tried) == (1 if moves == 0 else 0)


def test_an_end_in_the_middle_of_cancelling_is_gone_on_with(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    with downloading:
        download = start_and_hold(downloading, A)
        downloading.service.pause(download.id)
        assert downloading.fetcher.wait_until_idle()
        downloading.listed()
        downloading.store.save(replace(download, state=S.CANCELLED))
    with downloading:
        assert downloading.states() == {}
        assert downloading.files() == []
        assert downloading.store.all() == ()


def test_closing_stops_everything_and_remembers_it(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    downloading.rules = DownloadRules(most_at_once=2)
    downloading.trial.holds.clear()
    with downloading:
        downloading.service.start(A)
        downloading.wait_for(S.PROBING)
        start_and_hold(downloading, B)
        assert downloading.service.close(5)
        assert downloading.service.close(0)  # nothing is left to be waited for
        assert downloading.fetcher.at_once == 0
        assert downloading.trial.was_stopped.is_set()
        assert [each.state for each in downloading.store.all()] == [S.PROBING, S.DOWNLOADING]


def test_closing_does_not_wait_longer_than_it_may(tmp_path: Path) -> None:
    downloading = Downloading(tmp_path)
    with downloading:
        downloading.fetcher.ignores_stop = True
        start_and_hold(downloading, A)
        assert not downloading.service.close(0.05)
        downloading.fetcher.ignores_stop = False


# --- whatever is done ---


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_ordered_whenever_every_model_arrives_and_no_byte_twice(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    downloading = Downloading(tmp_path)
    models = (A, B, C, SPLIT)
    all_files = [file for model in models for file in model.files]
    for file in all_files:
        downloading.fetcher.let(file.filename, 0)
    for _ in range(3):  # restarts
        with downloading:
            downloading.service.take_up()
            for model in models:
                downloading.service.start(model)
            for _ in range(15):
                order_something(downloading, chance)
    downloading.rules = DownloadRules(most_at_once=2)
    for file in all_files:
        downloading.fetcher.let(file.filename)
    with downloading:
        downloading.service.take_up()
        for model in models:
            downloading.service.start(model)
        for name in downloading.states():
            downloading.wait_for(S.INSTALLED, name)
        assert downloading.states() == {}
        assert downloading.store.all() == ()
    assert sorted(downloading.library()) == ["a", "b", "c", "s"]
    installed = downloading.models_folder / "owner" / "repo"
    assert all((installed / file.filename).read_bytes() == content(file.filename) for file in all_files)
    assert downloading.fetcher.sent == {file.filename: SIZE for file in all_files}
    assert downloading.fetcher.most_at_once <= 2
    assert downloading.log.of(JobCrashed) == []


def order_something(downloading: Downloading, chance: random.Random) -> None:
    """What a restless person does, and a network that lets a few more bytes through."""
    service = downloading.service
    listed = list(downloading.listed().values())
    someone = chance.choice(listed).id if listed else "nobody"
    match chance.randrange(6):
        case 0:
            service.pause(someone)
        case 1 | 2:
            service.resume(someone)
        case 3:
            service.move(someone, chance.randrange(-3, 4))
        case 4:
            downloading.rules = DownloadRules(chance.randrange(1, 3), is_offline=chance.random() < 0.3)
            service.rules_changed()
        case 5:
            file = chance.choice(chance.choice((A, B, C, SPLIT)).files)
            downloading.fetcher.let(file.filename, chance.randrange(0, SIZE + 1, 10))
