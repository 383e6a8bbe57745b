"""A new version: looked for when somebody asks for it and at no other time, told with what is new, never installed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from chatdesk import __version__
from chatdesk.app import WindowedApp
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import NewVersionsFailed, NewVersionsRead
from chatdesk.core.releases import RELEASE_PAGE, Release, Version
from chatdesk.core.settings import Settings, Theme
from chatdesk.store.settings_file import SettingsFile
from chatdesk.ui.markdown_page import MarkdownPage
from tests.support.clipping import clipped
from tests.support.opened_app import opened_app
from tests.support.refusing_proxy import RefusingProxy
from tests.ui.widgets.finding import find

NEWER = (
    Release(Version(0, 10, 0), date(2027, 2, 1), "## Comfort\n\n- Sooner.\n" + "- And more.\n" * 200),
    Release(Version(0, 4, 0), None, ""),
)
OFFLINE = pytest.mark.parametrize("dressed_app", [Settings(is_offline=True)], indirect=True)
LOOKS = (
    Settings(is_offline=True, theme=Theme.LIGHT, language="en"),
    Settings(is_offline=True, theme=Theme.DARK, language="zh_CN", text_percent=200),
)


@pytest.fixture
def proxy() -> Iterator[RefusingProxy]:
    with RefusingProxy() as proxy:
        yield proxy


def save_settings(folder: Path, settings: Settings) -> Path:
    folder.mkdir()
    SettingsFile(folder / "settings.json").save(settings)
    return folder


def trigger(app: WindowedApp, name: str) -> None:
    find_action = app.window.findChild(QAction, name)
    assert isinstance(find_action, QAction)
    find_action.trigger()


def opened(app: WindowedApp) -> QDialog:
    """The dialog, by the command of the palette."""
    trigger(app, "new_version_action")
    return find(app.window, QDialog, "new_version_dialog")


def title(dialog: QDialog) -> str:
    return find(dialog, QLabel, "dialog_title").text()


def words(dialog: QDialog) -> str:
    return find(dialog, QLabel, "dialog_text").text()


def is_offered(dialog: QDialog, name: str) -> bool:
    return find(dialog, QPushButton, name).isVisible()


def wait_for_answer(dialog: QDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "Looking" not in title(dialog), timeout=10_000)


# --- only when somebody asks ---


def test_nothing_is_asked_before_the_click_and_one_request_after_it(
    tmp_path: Path, qtbot: QtBot, proxy: RefusingProxy
) -> None:
    home = save_settings(tmp_path / "home", Settings(proxy=proxy.address))
    with opened_app(home, qtbot) as app:
        app.start()
        trigger(app, "about_action")
        about = find(app.window, QDialog, "about_dialog")
        qtbot.waitUntil(lambda: bool(find(about, QLabel, "data_size").text()))
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)  # by chance
        assert proxy.asked == []
        qtbot.waitUntil(lambda: app.window.findChild(QDialog, "about_dialog") is None)
        trigger(app, "about_action")
        about = find(app.window, QDialog, "about_dialog")
        find(about, QPushButton, "new_version_button").click()
        dialog = find(app.window, QDialog, "new_version_dialog")
        wait_for_answer(dialog, qtbot)
        assert proxy.asked == ["CONNECT api.github.com:443 HTTP/1.1"]
        assert "the proxy refused" in words(dialog)
        find(dialog, QPushButton, "look_again_button").click()
        assert "Looking" in title(dialog)
        wait_for_answer(dialog, qtbot)
        assert proxy.asked == ["CONNECT api.github.com:443 HTTP/1.1"] * 2
        dialog.reject()
        about.reject()
    assert len(proxy.asked) == 2


def test_in_offline_mode_nothing_is_asked_and_a_sentence_says_so(
    tmp_path: Path, qtbot: QtBot, proxy: RefusingProxy
) -> None:
    home = save_settings(tmp_path / "home", Settings(is_offline=True, proxy=proxy.address))
    with opened_app(home, qtbot) as app:
        dialog = opened(app)
        wait_for_answer(dialog, qtbot)
        assert "offline mode" in words(dialog)
        assert "Settings" in words(dialog)
        dialog.reject()
    assert proxy.asked == []


# --- what is told ---


@OFFLINE
def test_newer_versions_are_told_with_what_is_new_in_each(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    dialog = opened(dressed_app)
    wait_for_answer(dialog, qtbot)
    dressed_app.window.on_event(NewVersionsRead(NEWER))
    assert "0.10.0" in title(dialog)
    assert __version__ in words(dialog)
    lines = find(dialog, MarkdownPage, "change_list").toPlainText().split("\n")
    assert lines[0].startswith("0.10.0 · ")
    assert "February" in lines[0]
    assert lines[1:3] == ["Comfort", "Sooner."]
    assert lines[-2:] == ["0.4.0", "Nothing is written about this version."]
    assert is_offered(dialog, "release_page_button")
    assert not is_offered(dialog, "look_again_button")
    dialog.reject()


@OFFLINE
def test_who_is_far_behind_is_told_where_the_rest_is(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    dialog = opened(dressed_app)
    wait_for_answer(dialog, qtbot)
    dressed_app.window.on_event(NewVersionsRead(NEWER))
    assert "older versions" not in words(dialog)
    many = tuple(Release(Version(1, 0, number), None, "- New.\n" * 2000) for number in (3, 2, 1))
    dressed_app.window.on_event(NewVersionsRead(many))
    assert "older versions" in words(dialog)
    lines = find(dialog, MarkdownPage, "change_list").toPlainText().split("\n")
    assert "1.0.3" in lines
    assert "1.0.1" not in lines
    dialog.reject()


@OFFLINE
def test_the_newest_version_is_told_to_be_it(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    dialog = opened(dressed_app)
    wait_for_answer(dialog, qtbot)
    dressed_app.window.on_event(NewVersionsRead(()))
    assert words(dialog) == f"You have the newest version, {__version__}."
    assert not find(dialog, MarkdownPage, "change_list").isVisible()
    assert not is_offered(dialog, "release_page_button")
    assert not is_offered(dialog, "look_again_button")
    dialog.reject()


@OFFLINE
def test_the_release_page_is_ours_whatever_was_answered(
    dressed_app: WindowedApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toString()))
    dialog = opened(dressed_app)
    wait_for_answer(dialog, qtbot)
    dressed_app.window.on_event(NewVersionsRead(NEWER))
    find(dialog, QPushButton, "release_page_button").click()
    assert shown == [RELEASE_PAGE]
    dialog.reject()


@OFFLINE
def test_an_answer_that_nobody_waits_for_any_more_is_not_told(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    dialog = opened(dressed_app)
    wait_for_answer(dialog, qtbot)
    dialog.reject()
    qtbot.waitUntil(lambda: dressed_app.window.findChild(QDialog, "new_version_dialog") is None)
    dressed_app.window.on_event(NewVersionsRead(NEWER))
    dressed_app.window.on_event(NewVersionsFailed(ErrorDetail(ErrorCode.RELEASES_ERROR, {"reason": "HTTP 500"})))
    assert dressed_app.window.findChild(QDialog, "new_version_dialog") is None


@pytest.mark.parametrize("dressed_app", LOOKS, indirect=True, ids=["light-en-100", "dark-zh-200"])
def test_every_word_has_its_room(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    dialog = opened(dressed_app)
    qtbot.waitUntil(lambda: is_offered(dialog, "look_again_button"))
    failed = ErrorDetail(ErrorCode.RELEASES_UNREACHABLE, {"reason": "it did not answer in time"})
    for event in (NewVersionsRead(()), NewVersionsFailed(failed), NewVersionsRead(NEWER)):
        dressed_app.window.on_event(event)
        for _ in range(3):
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            QApplication.processEvents()
        assert clipped(dialog) == [], event
    dialog.reject()
