"""Up in the empty message box."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.support.desk import Desk
from tests.support.window import Person


@pytest.fixture
def talked(person: Person) -> Person:
    person.ask("elsewhere")
    person.window.new_chat()
    person.ask("first\nof two lines")
    person.ask("second")
    return person


def press(person: Person, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(person.find(QPlainTextEdit, "composer"), key)


def test_up_goes_back_through_this_chat_and_then_through_all(talked: Person, qtbot: QtBot) -> None:
    press(talked, qtbot, Qt.Key.Key_Up)
    talked.wait(lambda: talked.composed() == "second")
    shown = []
    for _ in range(3):
        press(talked, qtbot, Qt.Key.Key_Up)
        shown.append(talked.composed())
    assert shown == ["first\nof two lines", "elsewhere", "elsewhere"]


def test_down_comes_back_to_the_empty_box(talked: Person, qtbot: QtBot) -> None:
    press(talked, qtbot, Qt.Key.Key_Up)
    talked.wait(talked.composed)
    press(talked, qtbot, Qt.Key.Key_Up)
    for expected in ("second", "", ""):
        press(talked, qtbot, Qt.Key.Key_Down)
        assert talked.composed() == expected


def test_a_text_that_was_changed_is_ones_own_again(talked: Person, qtbot: QtBot) -> None:
    press(talked, qtbot, Qt.Key.Key_Up)
    talked.wait(talked.composed)
    qtbot.keyClicks(talked.find(QPlainTextEdit, "composer"), "!")
    press(talked, qtbot, Qt.Key.Key_Up)
    assert talked.composed() == "second!"


def test_what_was_deleted_before_is_brought_back_by_undo(talked: Person, qtbot: QtBot) -> None:
    box = talked.find(QPlainTextEdit, "composer")
    talked.write("a long thought")
    box.selectAll()
    qtbot.keyClick(box, Qt.Key.Key_Delete)
    press(talked, qtbot, Qt.Key.Key_Up)
    talked.wait(talked.composed)
    box.undo()
    box.undo()
    assert talked.composed() == "a long thought"


def test_what_is_being_written_is_not_replaced(talked: Person, qtbot: QtBot) -> None:
    talked.write("new")
    press(talked, qtbot, Qt.Key.Key_Up)
    assert talked.composed() == "new"


def test_what_was_just_sent_comes_first(talked: Person, qtbot: QtBot, desk: Desk) -> None:
    press(talked, qtbot, Qt.Key.Key_Up)
    talked.wait(talked.composed)
    talked.ask("third")
    press(talked, qtbot, Qt.Key.Key_Up)
    talked.wait(lambda: talked.composed() == "third")
