import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.looking import clipboard, screen_y
from tests.ui.transcript.messages import reply, talk, user

ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


def give_keyboard(view: TranscriptView, qtbot: QtBot) -> None:
    view.activateWindow()
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.hasFocus)


def open_menu(view: TranscriptView, qtbot: QtBot) -> QMenu:
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_tab_puts_a_visible_ring_on_the_last_message(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(3), {})
    before = view.viewport().grab().toImage()
    give_keyboard(view, qtbot)
    assert view.focused == 5
    assert view.viewport().grab().toImage() != before


def test_alt_and_arrows_move_from_message_to_message_and_bring_it_into_view(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(30), {})
    give_keyboard(view, qtbot)
    for _ in range(10):
        qtbot.keyClick(view, Qt.Key.Key_Up, ALT)
    assert view.focused == 49
    assert 0 <= screen_y(view, 49) < view.viewport().height()
    for _ in range(20):
        qtbot.keyClick(view, Qt.Key.Key_Down, ALT)
    assert view.focused == 59


# The platform without a screen has no window manager to raise a menu.
@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_of_a_message_offers_all_that_a_pointer_finds(view: TranscriptView, qtbot: QtBot) -> None:
    text = "See [a](https://example.org/?a=1&b=2).\n\n```python\nprint(1)\n```\n"
    view.set_messages([user("u", "go"), reply("r", text)], {"r": (2, 2)})
    give_keyboard(view, qtbot)
    menu = open_menu(view, qtbot)
    groups = " / ".join(action.text() for action in menu.actions()).split(" /  / ")  # separators have no words
    assert [group.split(" / ") for group in groups] == [
        ["Copy message", "Copy message as plain text", "Copy details (seed and settings)"],
        ["Regenerate"],
        ["Previous version"],
        ["Pin (always sent)"],
        ["What it was made from…", "Check that it comes out the same"],
        [
            "Open https://example.org/?a=1&&b=2",
            "Copy code: print(1)",
            "Save code as a file: print(1)",
            "Do not break long lines: print(1)",
        ],
        ["Select all"],
    ]
    actions = {action.objectName(): action for action in menu.actions()}
    actions["copy_code"].trigger()
    assert clipboard() == "print(1)"
    with qtbot.waitSignal(view.link_activated) as opened:
        actions["open_link"].trigger()
    assert opened.args == ["https://example.org/?a=1&b=2"]
    with qtbot.waitSignal(view.regenerate_requested):
        actions["regenerate"].trigger()
    menu.close()


def test_arrows_turn_the_versions_of_the_focused_message(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi")], {"r": (1, 2)})
    give_keyboard(view, qtbot)
    with qtbot.waitSignal(view.version_requested) as turned:
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert turned.args == ["r", 1]
    with qtbot.assertNotEmitted(view.version_requested, wait=50):
        qtbot.keyClick(view, Qt.Key.Key_Left)


def test_copy_takes_the_focused_message_when_nothing_is_selected(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi **you**")], {})
    give_keyboard(view, qtbot)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "hi **you**"


def test_escape_clears_a_selection_and_is_otherwise_left_to_the_window(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go")], {})
    view.pointer.select_all()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not view.pointer.has_selection()


def test_keys_in_an_empty_transcript_do_nothing(view: TranscriptView, qtbot: QtBot) -> None:
    give_keyboard(view, qtbot)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_Return, Qt.Key.Key_Right):
        qtbot.keyClick(view, key)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(view, key, ALT)
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert view.focused is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_open_menu_does_nothing_to_another_message_that_has_come_into_its_place(
    view: TranscriptView, qtbot: QtBot
) -> None:
    view.set_messages([user("u", "go"), reply("r", "first")], {})
    give_keyboard(view, qtbot)
    menu = open_menu(view, qtbot)
    pins: list[str] = []
    view.pin_requested.connect(lambda message_id, _is_pinned: pins.append(message_id))
    view.set_messages([user("u", "go"), reply("r2", "second")], {})
    QApplication.clipboard().setText("before")
    for action in menu.actions():
        if action.objectName() in {"copy", "copy_plain", "pin"}:
            action.trigger()
    view.set_messages([], {})
    for action in menu.actions():
        if action.objectName() in {"copy", "pin"}:
            action.trigger()
    menu.close()
    assert (clipboard(), pins) == ("before", [])
