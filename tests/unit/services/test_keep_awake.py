from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import DownloadChanged, ReplyFinished, ReplyStarted, SettingsChanged
from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.core.messages import Message, ReplyStatus, Role
from chatdesk.core.settings import Settings
from chatdesk.services.keep_awake import PATIENCE_SECONDS, KeepAwake, sleep_prevented

DOWNLOAD = Download(
    "d1", RemoteModel("o/r", "c", (RemoteFile("m.gguf", 100, None),)), DownloadState.DOWNLOADING, position=1
)
UNREACHABLE = ErrorDetail(ErrorCode.HUB_UNREACHABLE, {"host": "hub", "reason": "gone"})
REPLY = Message("m1", "c1", None, Role.ASSISTANT, (), 0.0, status=ReplyStatus.STREAMING)


class Computer:
    """Remembers whether it may sleep, on which thread it was told so, and lets a test wait for it."""

    def __init__(self) -> None:
        self.told: list[bool] = []
        self.threads: set[int] = set()
        self.error: Exception | None = None
        self.is_wanted = True
        self.was_asked_in_vain = threading.Event()
        self.now = 1000.0
        self._changed = threading.Condition()
        self.awake = KeepAwake(self.ask, self.sleep_prevented, lambda: self.now)

    def ask(self) -> bool:
        if not self.is_wanted:
            self.was_asked_in_vain.set()
        return self.is_wanted

    @contextmanager
    def sleep_prevented(self) -> Iterator[None]:
        if self.error is not None:
            self._tell(may_sleep=True)
            raise self.error
        self._tell(may_sleep=False)
        yield
        self._tell(may_sleep=True)

    def _tell(self, *, may_sleep: bool) -> None:
        with self._changed:
            self.told.append(may_sleep)
            self.threads.add(threading.get_ident())
            self._changed.notify_all()

    def wait_until_told(self, *told: bool) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= len(told), 10), self.told
            assert self.told == list(told)

    def say(self, download: Download) -> None:
        self.awake.on_event(DownloadChanged(download))


@pytest.fixture
def computer() -> Iterator[Computer]:
    made = Computer()
    yield made
    assert made.awake.close(5)


@pytest.mark.parametrize("state", [DownloadState.DOWNLOADING, DownloadState.VERIFYING, DownloadState.PROBING])
def test_it_stays_awake_while_something_is_done_for_a_download(state: DownloadState, computer: Computer) -> None:
    computer.say(replace(DOWNLOAD, state=state))
    computer.wait_until_told(False)
    computer.say(replace(DOWNLOAD, state=DownloadState.INSTALLED))
    computer.wait_until_told(False, True)


def test_it_stays_awake_while_a_reply_is_written(computer: Computer) -> None:
    computer.awake.on_event(ReplyStarted(REPLY))
    computer.wait_until_told(False)
    computer.awake.on_event(ReplyFinished(REPLY))
    computer.wait_until_told(False, True)


def test_it_may_sleep_only_when_the_last_reason_is_gone(computer: Computer) -> None:
    second = replace(DOWNLOAD, id="d2")
    for each in (DOWNLOAD, second, replace(DOWNLOAD, state=DownloadState.PAUSED)):
        computer.say(each)
    computer.wait_until_told(False)
    computer.say(replace(second, state=DownloadState.FAILED))
    computer.wait_until_told(False, True)


@pytest.mark.parametrize("state", [state for state in DownloadState if not state.is_active])
def test_what_only_waits_keeps_nobody_awake(state: DownloadState, computer: Computer) -> None:
    computer.say(replace(DOWNLOAD, state=state))
    assert computer.awake.close(5)
    assert computer.told == []


def test_the_setting_counts_at_once(computer: Computer) -> None:
    computer.is_wanted = False
    computer.say(DOWNLOAD)
    for is_wanted, told in ((True, [False]), (False, [False, True]), (True, [False, True, False])):
        computer.is_wanted = is_wanted
        computer.awake.on_event(SettingsChanged(Settings()))
        computer.wait_until_told(*told)


def test_a_lost_connection_is_waited_for_but_not_all_night(computer: Computer) -> None:
    troubled = replace(DOWNLOAD, error=UNREACHABLE)
    computer.say(DOWNLOAD)
    computer.wait_until_told(False)
    computer.say(troubled)
    computer.now += PATIENCE_SECONDS - 1
    computer.say(troubled)  # said again: the wait does not begin anew
    computer.awake.on_event(SettingsChanged(Settings()))
    assert computer.told == [False]
    computer.now += 2
    computer.awake.on_event(SettingsChanged(Settings()))
    computer.wait_until_told(False, True)
    computer.say(DOWNLOAD)
    computer.wait_until_told(False, True, False)


def test_everything_is_said_on_one_thread_that_is_not_the_caller_s(computer: Computer) -> None:
    for state in (DownloadState.DOWNLOADING, DownloadState.PAUSED):
        computer.say(replace(DOWNLOAD, state=state))
        computer.wait_until_told(*[False, True][: 1 + (state is DownloadState.PAUSED)])
    assert len(computer.threads) == 1
    assert threading.get_ident() not in computer.threads


def test_closing_lets_it_sleep(computer: Computer) -> None:
    computer.say(DOWNLOAD)
    computer.wait_until_told(False)
    assert computer.awake.close(5)
    assert computer.told == [False, True]
    assert computer.awake.close(5)


def test_a_system_that_fails_is_logged_and_asked_again_next_time(
    computer: Computer, caplog: pytest.LogCaptureFixture
) -> None:
    computer.error = OSError("no such service")
    with caplog.at_level(logging.INFO):
        computer.say(DOWNLOAD)
        computer.wait_until_told(True)
        computer.is_wanted = False
        computer.awake.on_event(SettingsChanged(Settings()))
        assert computer.was_asked_in_vain.wait(10)
        computer.error, computer.is_wanted = None, True
        computer.awake.on_event(SettingsChanged(Settings()))
        computer.wait_until_told(True, False)
    assert "no such service" in caplog.text
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_the_real_means_fails_quietly_or_works(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WAKEPY_FORCE_FAILURE", "1")
    with caplog.at_level(logging.INFO), sleep_prevented():
        pass
    assert "cannot be kept awake" in caplog.text
    assert {record.levelno for record in caplog.records} <= {logging.DEBUG, logging.INFO}
    monkeypatch.delenv("WAKEPY_FORCE_FAILURE")
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "1")
    caplog.clear()
    with sleep_prevented():
        pass
    assert "cannot be kept awake" not in caplog.text
