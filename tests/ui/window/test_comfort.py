"""The window comes back as it was left, and the first start has its hints once."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.conversations import Conversation
from chatdesk.core.events import ConversationsListed
from chatdesk.ui.choice_list import ChoiceList
from tests.support.opened_app import opened_app
from tests.ui.widgets.finding import find


def test_the_window_and_its_divider_come_back_where_they_were(tmp_path: Path, qtbot: QtBot) -> None:
    with opened_app(tmp_path / "home", qtbot) as app:
        app.window.setGeometry(QRect(60, 40, 700, 500))
        find(app.window, QSplitter, "main_splitter").setSizes([300, 400])
        left = app.window.geometry(), find(app.window, QSplitter, "main_splitter").sizes()
    with opened_app(tmp_path / "home", qtbot) as app:
        assert (app.window.geometry(), find(app.window, QSplitter, "main_splitter").sizes()) == left


@pytest.mark.parametrize("corner", [(50_000, 50_000), (-9_000, 200), (100, -5_000)])
def test_a_window_that_was_on_a_screen_that_is_gone_is_seen(
    corner: tuple[int, int], tmp_path: Path, qtbot: QtBot
) -> None:
    with opened_app(tmp_path / "home", qtbot) as app:
        app.window.setGeometry(QRect(*corner, 700, 500))
    with opened_app(tmp_path / "home", qtbot) as app:
        seen = app.window.frameGeometry().intersected(QGuiApplication.primaryScreen().availableGeometry())
        assert seen.width() >= 200
        assert seen.height() >= 200


def test_what_was_used_last_in_the_palette_is_known_the_next_time(tmp_path: Path, qtbot: QtBot) -> None:
    with opened_app(tmp_path / "home", qtbot) as app:
        open_palette(app)
        qtbot.keyClicks(find(app.window, QLineEdit, "palette_field"), "message box")
        qtbot.keyClick(find(app.window, QLineEdit, "palette_field"), Qt.Key.Key_Return)
    with opened_app(tmp_path / "home", qtbot) as app:
        open_palette(app)
        assert find(app.window, ChoiceList, "palette_list").model().index(0, 0).data() == "Go to the message box"


def test_the_first_start_has_hints_that_never_come_back(tmp_path: Path, qtbot: QtBot) -> None:
    with opened_app(tmp_path / "home", qtbot) as app:
        app.window.on_event(ConversationsListed((), ()))
        assert find(app.window, QLabel, "tour_text").isVisible()
        find(app.window, QPushButton, "tour_skip").click()
        qtbot.waitUntil(lambda: not app.core.preferences.current().shows_hints)
    with opened_app(tmp_path / "home", qtbot) as app:
        app.window.on_event(ConversationsListed((), ()))
        assert not find(app.window, QWidget, "tour").isVisible()


def test_who_has_chats_needs_no_hints(app: WindowedApp) -> None:
    app.window.on_event(ConversationsListed((Conversation("1", "Tea", 1.0, 1.0),), ()))
    assert not find(app.window, QWidget, "tour").isVisible()


def open_palette(app: WindowedApp) -> None:
    action = app.window.findChild(QAction, "palette_action")
    assert isinstance(action, QAction)
    action.trigger()
