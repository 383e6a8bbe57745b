from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QTextOption
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.core.composing import ComposerState
from chatdesk.ui.composer import Composer


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    composer = Composer()
    qtbot.addWidget(composer)
    composer.resize(700, 200)
    composer.show()
    qtbot.waitExposed(composer)
    composer.setFocus()
    return composer


def edit(composer: Composer) -> QPlainTextEdit:
    found = composer.findChild(QPlainTextEdit, "composer")
    assert isinstance(found, QPlainTextEdit)
    return found


def button(composer: Composer, name: str) -> QToolButton:
    found = composer.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def test_without_a_model_what_to_do_is_said_once_in_the_box_or_below_what_is_written(composer: Composer) -> None:
    hint = composer.findChild(QLabel, "composer_hint")
    assert isinstance(hint, QLabel)
    composer.set_state(ComposerState.NO_MODEL)
    advice = edit(composer).placeholderText()
    assert hint.text() != advice
    composer.set_text("Hello")
    assert hint.text() == advice


def test_enter_sends_and_the_box_keeps_its_text_until_it_is_saved(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(composer), "Who are you?")
    with qtbot.waitSignal(composer.send_requested) as sent:
        qtbot.keyClick(edit(composer), Qt.Key.Key_Return)
    assert sent.args == ["Who are you?"]
    assert composer.text() == "Who are you?"
    composer.clear()
    assert composer.text() == ""


def test_a_double_enter_sends_once(composer: Composer, qtbot: QtBot) -> None:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    qtbot.keyClicks(edit(composer), "Hi")
    for _ in range(2):
        qtbot.keyClick(edit(composer), Qt.Key.Key_Return)
    button(composer, "send_button").click()
    assert sent == ["Hi"]


def test_shift_enter_breaks_the_line_and_the_box_grows(composer: Composer, qtbot: QtBot) -> None:
    low = edit(composer).height()
    qtbot.keyClicks(edit(composer), "one")
    qtbot.keyClick(edit(composer), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(edit(composer), "two")
    assert composer.text() == "one\ntwo"
    assert edit(composer).height() > low


def test_a_very_long_text_does_not_push_the_window_apart(composer: Composer) -> None:
    composer.set_text("line\n" * 500)
    assert edit(composer).height() < 300


def test_white_space_is_no_message(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(composer), "   ")
    assert not button(composer, "send_button").isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(edit(composer), Qt.Key.Key_Return)


def test_while_a_reply_is_written_the_button_and_escape_stop_it(composer: Composer, qtbot: QtBot) -> None:
    composer.set_state(ComposerState.REPLYING)
    assert button(composer, "stop_button").isVisible()
    assert not button(composer, "send_button").isVisible()
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.keyClick(edit(composer), Qt.Key.Key_Escape)
    with qtbot.waitSignal(composer.stop_requested):
        button(composer, "stop_button").click()


def test_a_message_can_be_written_while_a_reply_streams(composer: Composer, qtbot: QtBot) -> None:
    composer.set_state(ComposerState.REPLYING)
    qtbot.keyClicks(edit(composer), "next")
    assert composer.text() == "next"
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(edit(composer), Qt.Key.Key_Return)


def test_enter_belongs_to_the_input_method_while_it_composes(composer: Composer, qtbot: QtBot) -> None:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    qtbot.keyClicks(edit(composer), "In ")
    for letters in ("n", "ni", "ni hao"):
        QCoreApplication.sendEvent(edit(composer), QInputMethodEvent(letters, []))
        qtbot.keyClick(edit(composer), Qt.Key.Key_Return)
    assert (sent, composer.text()) == ([], "In ")
    chosen = QInputMethodEvent("", [])
    chosen.setCommitString("你好")
    QCoreApplication.sendEvent(edit(composer), chosen)
    assert composer.text() == "In 你好"
    qtbot.keyClick(edit(composer), Qt.Key.Key_Return)
    assert sent == ["In 你好"]


@pytest.fixture
def rich_clipboard() -> Iterator[None]:
    rich = QMimeData()
    rich.setHtml("<p>some <b>bold</b> words</p>")
    rich.setText("some bold words")
    QGuiApplication.clipboard().setMimeData(rich)
    yield
    # Qt's clipboard without a screen would destroy an object of Python's after Python has ended.
    QGuiApplication.clipboard().clear()


@pytest.mark.usefixtures("rich_clipboard")
def test_rich_text_is_pasted_as_markdown_and_undone_in_one_step(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(composer), "Here: ")
    edit(composer).paste()
    assert composer.text() == "Here: some **bold** words"
    edit(composer).undo()
    assert composer.text() == "Here: "
    edit(composer).redo()
    assert composer.text() == "Here: some **bold** words"


@pytest.mark.usefixtures("rich_clipboard")
def test_its_words_alone_are_pasted_with_shift(composer: Composer, qtbot: QtBot) -> None:
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(edit(composer), Qt.Key.Key_V, modifiers)
    assert composer.text() == "some bold words"
    edit(composer).undo()
    assert composer.text() == ""


@pytest.mark.parametrize("state", ComposerState)
def test_every_control_has_a_name(composer: Composer, state: ComposerState) -> None:
    composer.set_state(state)
    assert edit(composer).accessibleName()
    assert button(composer, "send_button").accessibleName()
    assert button(composer, "stop_button").accessibleName()


def test_a_word_of_a_megabyte_is_wrapped_anywhere_and_ordinary_text_at_words_again(composer: Composer) -> None:
    composer.set_text("x" * 1_000_000)
    assert edit(composer).wordWrapMode() is QTextOption.WrapMode.WrapAnywhere
    composer.clear()
    assert edit(composer).wordWrapMode() is QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
