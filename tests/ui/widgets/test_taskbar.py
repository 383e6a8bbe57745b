"""How far downloads are, where the desktop shows it."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from chatdesk.core.downloads import DownloadState
from chatdesk.core.events import DownloadChanged, DownloadsListed
from chatdesk.ui.taskbar import TaskbarProgress
from tests.support.opened_app import opened_app
from tests.ui.model_manager.world import GB, download, remote


def test_all_downloads_under_way_are_told_as_one(qtbot: QtBot) -> None:
    taskbar = TaskbarProgress()
    waiting = download("2", DownloadState.QUEUED, 1, 0, model=remote("Q8_0"))
    taskbar.on_event(DownloadsListed((download("1", done_bytes=2 * GB), waiting)))
    assert taskbar.percent == 40
    taskbar.on_event(DownloadChanged(download("2", DownloadState.DOWNLOADING, 1, 0, model=remote("Q8_0"))))
    assert taskbar.percent == 20
    for number in ("1", "2"):
        taskbar.on_event(DownloadChanged(download(number, DownloadState.PAUSED)))
    assert taskbar.percent is None


def test_a_temporary_window_that_closes_takes_nothing_away(tmp_path: Path, qtbot: QtBot) -> None:
    with opened_app(tmp_path / "home", qtbot) as app:
        app.bridge.received.emit(DownloadsListed((download("1", done_bytes=2 * GB),)))
        app._open_temporary()
        app._temporary[0].window.close()
        assert app._taskbar.percent == 40
