"""A slash in the empty message box, and the page of saved prompts."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.saved_prompts import SavedPrompt
from chatdesk.store.saved_prompts import SavedPromptStore
from chatdesk.ui.saved_prompts_dialog import SavedPromptsDialog
from tests.support.desk import Desk
from tests.support.window import Person

TRANSLATE = "Translate into {{language}}: 🙂 {{text}}"


@pytest.fixture
def writer(person: Person, desk: Desk) -> Person:
    """Somebody with two saved prompts."""
    desk.prompts.save(SavedPrompt("1", "Translate", TRANSLATE))
    desk.prompts.save(SavedPrompt("2", "Explain", "Explain this."))
    person.wait(lambda: len(person.window._desk._saved_prompts) == 2)
    return person


def edit(person: Person) -> QPlainTextEdit:
    found = person.find(QPlainTextEdit, "composer")
    assert isinstance(found, QPlainTextEdit)
    return found


def is_open(person: Person) -> bool:
    return person.find(QWidget, "prompt_list").isVisible()


def listed(person: Person) -> list[str]:
    choices = person.find(QListWidget, "prompt_choices")
    assert isinstance(choices, QListWidget)
    return [choices.item(row).text() for row in range(choices.count())]


def test_a_slash_lists_the_prompts_and_words_narrow_them(writer: Person, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(writer), "/")
    assert is_open(writer)
    assert [text.partition(" – ")[0] for text in listed(writer)] == ["Explain", "Translate"]
    qtbot.keyClicks(edit(writer), "tra")
    assert len(listed(writer)) == 1
    qtbot.keyClicks(edit(writer), "x")
    assert not is_open(writer)


def test_a_prompt_is_taken_and_its_gaps_filled_in_one_after_the_other(writer: Person, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(writer), "/tra")
    qtbot.keyClick(edit(writer), Qt.Key.Key_Return)
    assert edit(writer).textCursor().selectedText() == "{{language}}"
    qtbot.keyClicks(edit(writer), "German")
    qtbot.keyClick(edit(writer), Qt.Key.Key_Tab)
    assert edit(writer).textCursor().selectedText() == "{{text}}"
    qtbot.keyClicks(edit(writer), "Hello")
    assert writer.composed() == "Translate into German: 🙂 Hello"
    qtbot.keyClick(edit(writer), Qt.Key.Key_Tab)
    assert not edit(writer).hasFocus()


def test_taking_a_prompt_is_undone_in_one_step(writer: Person, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(writer), "/exp")
    qtbot.keyClick(edit(writer), Qt.Key.Key_Tab)
    assert writer.composed() == "Explain this."
    edit(writer).undo()
    assert writer.composed() == "/exp"


def test_arrows_choose_and_escape_closes_without_stopping_anything(writer: Person, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(writer), "/")
    qtbot.keyClick(edit(writer), Qt.Key.Key_Down)
    qtbot.keyClick(edit(writer), Qt.Key.Key_Return)
    assert writer.composed() == TRANSLATE
    edit(writer).clear()
    qtbot.keyClicks(edit(writer), "/")
    qtbot.keyClick(edit(writer), Qt.Key.Key_Escape)
    assert not is_open(writer)
    assert writer.composed() == "/"


def test_a_message_that_begins_with_a_slash_can_be_sent(writer: Person, qtbot: QtBot) -> None:
    writer.ask("/etc/passwd is what?")
    assert writer.transcript().column.messages[0].text == "/etc/passwd is what?"


def page(person: Person) -> SavedPromptsDialog:
    found = person.find(SavedPromptsDialog, "saved_prompts")
    assert isinstance(found, SavedPromptsDialog)
    return found


def test_without_prompts_enter_opens_the_page_where_one_is_written(person: Person, desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(person), "/")
    assert person.find(QWidget, "prompt_empty").isVisible()
    qtbot.keyClick(edit(person), Qt.Key.Key_Return)
    name, text = page(person).findChild(QLineEdit, "saved_prompt_name"), page(person).findChild(QPlainTextEdit)
    assert isinstance(name, QLineEdit)
    assert isinstance(text, QPlainTextEdit)
    qtbot.keyClicks(name, "Explain")
    qtbot.keyClicks(text, "Explain this.")
    page(person).close()
    person.wait(lambda: len(person.window._desk._saved_prompts) == 1)
    assert [(each.name, each.text) for each in SavedPromptStore(desk.database).prompts()] == [
        ("Explain", "Explain this.")
    ]


def press(person: Person, name: str) -> None:
    button = page(person).findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    button.click()


def test_a_prompt_is_changed_deleted_and_brought_back(writer: Person, desk: Desk, qtbot: QtBot) -> None:
    writer.window._desk.manage_prompts()
    text = page(writer).findChild(QPlainTextEdit)
    assert isinstance(text, QPlainTextEdit)
    assert text.toPlainText() == "Explain this."
    text.selectAll()
    qtbot.keyClicks(text, "Explain that.")
    writer.wait(lambda: "Explain that." in [each.text for each in writer.window._desk._saved_prompts])
    assert text.toPlainText() == "Explain that."
    press(writer, "saved_prompt_delete")
    writer.wait(lambda: len(writer.window._desk._saved_prompts) == 1)
    press(writer, "saved_prompt_undo")
    writer.wait(lambda: len(writer.window._desk._saved_prompts) == 2)
    page(writer).close()


def test_what_is_written_is_kept_as_a_prompt(writer: Person, desk: Desk) -> None:
    writer.write("Write a haiku about {{subject}}.")
    writer.window._desk.save_as_prompt()
    writer.wait(lambda: len(writer.window._desk._saved_prompts) == 3)
    assert page(writer).findChild(QPlainTextEdit).toPlainText() == "Write a haiku about {{subject}}."  # type: ignore[union-attr]  # none is a failure too
    page(writer).close()


def test_prompts_go_out_and_come_in(writer: Person, desk: Desk, tmp_path: Path) -> None:
    writer.window._desk.manage_prompts()
    page(writer).export_to(str(tmp_path / "prompts.json"))
    page(writer).close()
    for prompt in SavedPromptStore(desk.database).prompts():
        desk.prompts.delete(prompt.id)
    writer.wait(lambda: writer.window._desk._saved_prompts == ())
    desk.prompts.import_file(str(tmp_path / "prompts.json"))
    writer.wait(lambda: len(writer.window._desk._saved_prompts) == 2)
    desk.prompts.import_file(str(tmp_path / "gone.json"))
    writer.wait(writer.notices)
    assert "gone.json" in writer.notices()[0]


def test_every_control_of_the_page_has_a_name(writer: Person) -> None:
    writer.window._desk.manage_prompts()
    for kind in (QLineEdit, QPlainTextEdit, QPushButton, QListWidget):
        for control in page(writer).findChildren(kind):
            assert control.accessibleName(), control.objectName()
    page(writer).close()
