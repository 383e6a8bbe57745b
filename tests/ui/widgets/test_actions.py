import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from chatdesk.ui.actions import ActionRow, ActionTable, Group, group_words

done: list[str] = []


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    done.clear()
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


def row(name: str, group: Group = Group.CHATS, shortcut: str = "", *, in_menu: bool = True) -> ActionRow:
    return ActionRow(f"{name}_action", group, name.title(), lambda: done.append(name), shortcut, in_menu=in_menu)


def test_what_has_a_shortcut_is_done_by_it_without_a_menu(window: QMainWindow, qtbot: QtBot) -> None:
    ActionTable(window).add(row("first", shortcut="Ctrl+J"))
    with qtbot.waitExposed(window):
        window.show()
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert done == ["first"]


def test_the_menu_lists_the_rows_group_by_group(window: QMainWindow) -> None:
    table = ActionTable(window)
    table.add(row("quit", Group.WINDOW), row("new"), row("palette", Group.WINDOW, in_menu=False))
    table.add_menu(Group.CHATS, QMenu("Restore", window))
    table.add(row("last"))
    menu = QMenu(window)
    table.fill(menu)
    assert [action.text() for action in menu.actions()] == ["New", "Restore", "Last", "", "Quit"]
    assert menu.actions()[3].isSeparator()
    assert [action.text() for action in table.of(Group.WINDOW)] == ["Quit", "Palette"]


def test_a_platform_may_have_several_keys_for_one_thing(window: QMainWindow) -> None:
    table = ActionTable(window)
    key = QKeySequence.StandardKey.ZoomIn
    table.add(ActionRow("larger_action", Group.WINDOW, "Larger", lambda: None, key))
    assert table.named("larger_action").shortcuts() == QKeySequence.keyBindings(key)


@pytest.mark.parametrize("group", Group)
def test_every_group_has_a_name(group: Group) -> None:
    assert group_words(group)
