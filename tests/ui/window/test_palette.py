"""The command palette and the list of shortcuts, in the real window on a data folder of its own."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QTreeWidget, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.conversations import Conversation
from chatdesk.core.events import ConversationsListed
from chatdesk.core.settings import Settings
from chatdesk.ui.choice_list import HEADING_ROLE, ChoiceList
from tests.ui.widgets.finding import find

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def field(app: WindowedApp, qtbot: QtBot) -> QLineEdit:
    """The palette's field, opened by its shortcut from where messages are written."""
    qtbot.keyClick(find(app.window, QPlainTextEdit, "composer"), Qt.Key.Key_K, CONTROL)
    field = find(app.window, QLineEdit, "palette_field")
    qtbot.waitUntil(field.hasFocus)
    assert find(app.window, QWidget, "command_palette").height() > 200
    return field


def rows(app: WindowedApp) -> list[str]:
    view = find(app.window, ChoiceList, "palette_list")
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())] if view.isVisible() else []


def headings(app: WindowedApp) -> list[str]:
    model = find(app.window, ChoiceList, "palette_list").model()
    names = [model.index(row, 0).data(HEADING_ROLE) for row in range(model.rowCount())]
    return [name for name in names if name]


def spoken(app: WindowedApp) -> str:
    """The first row as a screen reader says it."""
    return str(
        find(app.window, ChoiceList, "palette_list").model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    )


def is_shown(app: WindowedApp) -> bool:
    return find(app.window, QWidget, "command_palette").isVisible()


def test_letters_and_enter_do_an_action_and_the_keyboard_is_back(
    app: WindowedApp, field: QLineEdit, qtbot: QtBot
) -> None:
    done: list[str] = []
    find_action(app, "new_chat_action").triggered.connect(lambda: done.append("new"))
    qtbot.keyClicks(field, "new ch")
    assert rows(app) == ["New chat"]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert done == ["new"]
    assert not is_shown(app)
    assert find(app.window, QPlainTextEdit, "composer").hasFocus()


def test_what_was_used_last_is_first_the_next_time(app: WindowedApp, field: QLineEdit, qtbot: QtBot) -> None:
    assert headings(app)[0] == "Actions"
    qtbot.keyClicks(field, "message box")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    find_action(app, "palette_action").trigger()
    assert rows(app)[0] == "Go to the message box"
    assert headings(app)[:2] == ["Used last", "Actions"]


def test_arrow_keys_go_through_the_list_and_letters_typed_there_narrow_it(
    app: WindowedApp, field: QLineEdit, qtbot: QtBot
) -> None:
    view = find(app.window, ChoiceList, "palette_list")
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert view.hasFocus()
    assert view.currentIndex().row() == 1
    qtbot.keyClicks(view, "quit")
    assert field.text() == "quit"
    assert field.hasFocus()
    assert rows(app)[0] == "Quit"


def test_chats_models_and_pages_of_the_settings_are_found(app: WindowedApp, field: QLineEdit, qtbot: QtBot) -> None:
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    chats = (Conversation("1", "Tea & cake", 1.0, 2.0), Conversation("2", "<b>Loud</b>", 1.0, 1.0))
    app.window.on_event(ConversationsListed(chats, ()))
    find_action(app, "palette_action").trigger()
    qtbot.keyClicks(field, "tea &")
    assert rows(app) == ["Tea & cake"]
    field.clear()
    qtbot.keyClicks(field, "network")
    assert rows(app)[0] == "Models and network"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    dialog = find(app.window, QDialog, "settings_dialog")
    assert find(dialog, QWidget, "settings_network").isVisible()
    dialog.reject()


@pytest.mark.parametrize(
    ("typed", "title", "name"),
    [
        ("temperature", "temperature", "temperature_field"),
        ("theme", "Theme", "theme_choice"),
        ("proxy", "Proxy", "proxy_field"),
        ("access tok", "Access token", "token_field"),
        ("sleep by itself", "Keep the computer awake", "keeps_awake_switch"),
    ],
)
def test_single_settings_are_found_and_gone_to(
    typed: str, title: str, name: str, app: WindowedApp, field: QLineEdit, qtbot: QtBot
) -> None:
    assert title not in rows(app)
    qtbot.keyClicks(field, typed)
    assert rows(app)[0] == title
    qtbot.keyClick(field, Qt.Key.Key_Return)
    dialog = find(app.window, QDialog, "settings_dialog")
    wanted = find(dialog, QWidget, name)
    qtbot.waitUntil(wanted.hasFocus)
    assert wanted.visibleRegion().boundingRect().size() == wanted.size()
    dialog.reject()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("theme", "Theme, Settings: Appearance"),
        ("models and netw", "Models and network, Settings"),
        ("new ch", "New chat, Ctrl+N, Action"),
    ],
)
def test_a_row_is_read_with_its_kind_and_that_once(
    typed: str, words: str, app: WindowedApp, field: QLineEdit, qtbot: QtBot
) -> None:
    qtbot.keyClicks(field, typed)
    assert spoken(app) == words


@pytest.mark.parametrize("dressed_app", [Settings(language="zh_CN")], indirect=True)
def test_settings_are_found_by_their_chinese_words(dressed_app: WindowedApp) -> None:
    find_action(dressed_app, "palette_action").trigger()
    field = find(dressed_app.window, QLineEdit, "palette_field")
    for typed, title in (("温度", "temperature"), ("主题", "主题"), ("代理", "代理"), ("上下文长度", "n_ctx")):
        field.setText(typed)
        assert title in rows(dressed_app)


@pytest.mark.parametrize("dressed_app", [Settings(text_percent=150)], indirect=True)
def test_large_letters_have_a_wider_palette_as_far_as_the_window_goes(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    window = dressed_app.window
    window.resize(2000, 900)
    find_action(dressed_app, "palette_action").trigger()
    palette = find(window, QWidget, "command_palette")
    assert palette.width() >= 90 * palette.fontMetrics().averageCharWidth()
    window.resize(700, 600)
    qtbot.waitUntil(lambda: window.rect().contains(palette.geometry()))


def test_nothing_found_is_said_and_escape_closes(app: WindowedApp, field: QLineEdit, qtbot: QtBot) -> None:
    qtbot.keyClicks(field, "zzzz")
    assert rows(app) == []
    assert find(app.window, QWidget, "palette_empty").isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert is_shown(app)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not is_shown(app)


def test_every_shortcut_of_the_window_is_in_the_list_and_no_two_are_alike(app: WindowedApp, qtbot: QtBot) -> None:
    qtbot.keyClick(app.window, Qt.Key.Key_Slash, CONTROL)
    tree = find(find(app.window, QDialog, "shortcut_dialog"), QTreeWidget, "shortcut_list")
    listed = [row.text(1) for row in leaves(tree)]
    keys = [key.toString() for action in app.window.actions() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert keys
    for action in app.window.actions():
        if not action.shortcut().isEmpty():
            assert any(action.shortcut().toString() in words for words in listed), action.objectName()


def test_the_list_of_shortcuts_can_be_narrowed(app: WindowedApp, qtbot: QtBot) -> None:
    find_action(app, "shortcuts_action").trigger()
    dialog = find(app.window, QDialog, "shortcut_dialog")
    qtbot.keyClicks(find(dialog, QLineEdit, "shortcut_filter"), "palette")
    shown = [row.text(0) for row in leaves(find(dialog, QTreeWidget, "shortcut_list")) if not row.isHidden()]
    assert shown == ["Command palette"]


def find_action(app: WindowedApp, name: str) -> QAction:
    action = app.window.findChild(QAction, name)
    assert isinstance(action, QAction)
    return action


def leaves(tree: QTreeWidget) -> list[QTreeWidgetItem]:
    sections = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    rows = [section.child(row) for section in sections if section for row in range(section.childCount())]
    return [row for row in rows if row is not None]


def test_what_is_done_with_a_chat_is_offered_only_while_one_is_shown(app: WindowedApp, qtbot: QtBot) -> None:
    names = ("rename_action", "pin_action", "delete_chat_action", "export_action", "find_action", "map_action")
    assert [name for name in names if find_action(app, name).isEnabled()] == []
    store = app.core.chats.conversations
    conversation = store.create_conversation("Shown")
    app.window.reopen(conversation.id)
    qtbot.waitUntil(lambda: app.window.windowTitle().startswith("Shown"), timeout=20_000)
    assert [name for name in names if not find_action(app, name).isEnabled()] == []
    app.window.new_chat()
    assert [name for name in names if find_action(app, name).isEnabled()] == []
