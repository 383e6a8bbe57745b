"""Every word on the main screens has its room: in small and large windows, at the usual and the largest text."""

import threading

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import QApplication, QDialog, QListWidget, QPlainTextEdit, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.conversations import Conversation
from chatdesk.core.events import AboutRead, ConversationsListed, Event
from chatdesk.core.settings import Density, Settings, Theme
from chatdesk.services.worker import Priority
from chatdesk.ui.notices import NoticeStrip
from tests.support.clipping import clipped
from tests.ui.widgets.finding import find

SIZES = [(900, 600), (1280, 720), (3840, 2160)]
CHOSEN = [
    Settings(theme=Theme.LIGHT, language="en"),
    Settings(theme=Theme.DARK, language="zh_CN", density=Density.COMPACT),
    Settings(theme=Theme.LIGHT, language="zh_CN", text_percent=200),
    Settings(theme=Theme.DARK, language="en", text_percent=200),
    Settings(theme=Theme.DARK, language="en", text_percent=80, high_contrast=True),
]
SMALL_DIALOGS = (
    ("folders_action", "folders_dialog"),
    ("prompts_action", "saved_prompts"),
)
EACH = pytest.mark.parametrize(
    "dressed_app", CHOSEN, indirect=True, ids=[f"{s.theme}-{s.language}-{s.text_percent}" for s in CHOSEN]
)


def resize(window: QWidget, size: tuple[int, int], qtbot: QtBot) -> None:
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    settle()


def settle() -> None:
    for _ in range(3):  # a layout may change the size of what lies within
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QApplication.processEvents()


def trigger(app: WindowedApp, name: str) -> None:
    action = app.window.findChild(QAction, name)
    assert isinstance(action, QAction)
    action.trigger()
    settle()


def rest(app: WindowedApp, qtbot: QtBot) -> None:
    """Until all that was asked for of models is drawn: other words that come while one measures have no place yet."""
    heard: list[Event] = []
    app.bridge.received.connect(heard.append)
    while True:
        heard.clear()
        is_idle = threading.Event()
        app.core.models.worker.submit("rest", is_idle.set, Priority.SPARE)
        qtbot.waitUntil(is_idle.is_set)
        settle()
        if not heard:
            return


@EACH
def test_in_the_main_window_and_the_palette(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    window = dressed_app.window
    find(window, NoticeStrip, "notice_strip").show_notice("Something went wrong, and this is what to do next.")
    archived = Conversation("1", "Taxes", 1.7e9, 1.7e9, archived_at=1.7e9)
    window.on_event(ConversationsListed((archived,), ()))
    for size in SIZES:
        resize(window, size, qtbot)
        assert clipped(window) == [], size
    composer = find(window, QPlainTextEdit, "composer")
    assert composer.viewport().height() >= composer.fontMetrics().lineSpacing()
    resize(window, SIZES[0], qtbot)
    trigger(dressed_app, "palette_action")
    assert clipped(window) == []


@EACH
def test_in_the_dialogs(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    trigger(dressed_app, "shortcuts_action")
    shortcuts = find(dressed_app.window, QDialog, "shortcut_dialog")
    assert clipped(shortcuts) == []
    shortcuts.reject()
    with qtbot.waitSignal(dressed_app.bridge.received, check_params_cb=lambda event: isinstance(event, AboutRead)):
        trigger(dressed_app, "about_action")
    settle()
    about = find(dressed_app.window, QDialog, "about_dialog")
    assert clipped(about) == []
    about.reject()
    for action, name in SMALL_DIALOGS:
        trigger(dressed_app, action)
        shown = find(dressed_app.window, QDialog, name)
        assert clipped(shown) == []
        shown.reject()
    trigger(dressed_app, "settings_action")
    rest(dressed_app, qtbot)
    dialog = find(dressed_app.window, QDialog, "settings_dialog")
    pages = find(dialog, QListWidget, "settings_pages")
    for size in ((700, 560), (1200, 800)):
        resize(dialog, size, qtbot)
        for row in range(pages.count()):
            pages.setCurrentRow(row)
            settle()
            assert clipped(dialog) == []
    dialog.reject()


@EACH
def test_in_the_models_window(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    trigger(dressed_app, "models_action")
    manager = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "model_manager" and w.isVisible())
    resize(manager, (800, 600), qtbot)
    rest(dressed_app, qtbot)
    tabs = find(manager, QTabBar, "models_tabs")
    for tab in range(tabs.count()):
        tabs.setCurrentIndex(tab)
        settle()
        assert clipped(manager) == []


@pytest.mark.parametrize("dressed_app", [Settings(text_percent=200)], indirect=True)
def test_large_letters_are_there_from_the_start(dressed_app: WindowedApp) -> None:
    usual = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
    names = ("new_chat_button", "chat_search", "conversation_list", "model_picker")
    widgets = [dressed_app.window, *(find(dressed_app.window, QWidget, name) for name in names)]
    assert {widget.objectName(): widget.font().pointSizeF() for widget in widgets} == dict.fromkeys(
        ("main_window", *names), 2 * usual
    )
