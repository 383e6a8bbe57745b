"""Everything can be done without a pointer, and one sees where the keyboard is."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QListWidget, QTabBar
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.conversations import Conversation
from chatdesk.core.events import ConversationsListed
from chatdesk.core.settings import Settings, Theme
from chatdesk.ui.choice_list import ChoiceList
from chatdesk.ui.notices import NoticeAction, NoticeStrip
from tests.support.keyboard_walk import unmarked, unreachable
from tests.ui.widgets.finding import find

LOOKS = pytest.mark.parametrize(
    "dressed_app",
    [
        Settings(theme=Theme.LIGHT, language="en"),
        Settings(theme=Theme.DARK, language="en"),
        Settings(theme=Theme.DARK, language="en", high_contrast=True),
    ],
    indirect=True,
    ids=["light", "dark", "strong"],
)


def trigger(app: WindowedApp, name: str) -> None:
    action = app.window.findChild(QAction, name)
    assert isinstance(action, QAction), name
    action.trigger()
    QApplication.processEvents()


def fill(app: WindowedApp) -> None:
    app.window.on_event(ConversationsListed((Conversation("1", "Tea", 1.0, 1.0),), ()))
    find(app.window, NoticeStrip, "notice_strip").show_notice("A thing happened.", [NoticeAction("Undo", lambda: None)])


@LOOKS
def test_in_the_main_window(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    window = dressed_app.window
    fill(dressed_app)
    window.activateWindow()
    assert unreachable(window, qtbot) == []
    assert unmarked(window, qtbot) == []


@LOOKS
def test_in_the_settings(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    trigger(dressed_app, "settings_action")
    dialog = find(dressed_app.window, QDialog, "settings_dialog")
    dialog.activateWindow()
    pages = find(dialog, QListWidget, "settings_pages")
    for row in range(pages.count()):
        pages.setCurrentRow(row)
        QApplication.processEvents()
        assert unreachable(dialog, qtbot) == []
        assert unmarked(dialog, qtbot) == []
    dialog.reject()


@LOOKS
@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("folders_action", "folders_dialog"),
        ("prompts_action", "saved_prompts"),
        ("shortcuts_action", "shortcut_dialog"),
    ],
)
def test_in_the_dialogs(dressed_app: WindowedApp, action: str, name: str, qtbot: QtBot) -> None:
    trigger(dressed_app, action)
    dialog = find(dressed_app.window, QDialog, name)
    dialog.activateWindow()
    assert unreachable(dialog, qtbot) == []
    assert unmarked(dialog, qtbot) == []
    dialog.reject()


@LOOKS
def test_in_the_models_window(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    others = set(QApplication.topLevelWidgets())  # of an earlier test
    trigger(dressed_app, "models_action")
    (manager,) = (w for w in QApplication.topLevelWidgets() if w.objectName() == "model_manager" and w not in others)
    manager.activateWindow()
    qtbot.waitExposed(manager)
    qtbot.waitUntil(manager.isActiveWindow)
    tabs = find(manager, QTabBar, "models_tabs")
    for tab in range(tabs.count()):
        tabs.setCurrentIndex(tab)
        # What is found out of the models meanwhile may show one more button in the middle of a walk.
        qtbot.waitUntil(lambda: unreachable(manager, qtbot) == [], timeout=20_000)
        assert unmarked(manager, qtbot) == []


def test_every_action_of_the_window_is_in_the_palette(app: WindowedApp, qtbot: QtBot) -> None:
    trigger(app, "palette_action")
    view, field = find(app.window, ChoiceList, "palette_list"), find(app.window, QLineEdit, "palette_field")
    actions = [action for action in app.window.actions() if action.isEnabled() and action.text()]
    assert len(actions) > 20
    for action in actions:
        if action.objectName() == "palette_action":
            continue
        field.setText(action.text())
        rows = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
        assert action.text() in rows, action.objectName()
