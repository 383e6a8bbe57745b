"""Versions and branches as a person uses them: edited in place, gone on with, deleted and brought back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.core.events import ConversationBranched, ConversationEndRead, ReplyFinished
from chatdesk.core.messages import FinishReason, ReplyStatus
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.ui.branching.compare_dialog import CompareDialog
from chatdesk.ui.branching.message_editor import MessageEditor
from chatdesk.ui.branching.tree_list import TreeList
from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.wording import figures_words
from tests.support.desk import Desk, model
from tests.support.window import Person
from tests.ui.transcript.looking import button_point, kinds


class Editing(Person):
    """Somebody who also changes what was said."""

    def texts(self) -> list[str]:
        column = self.transcript().column
        return [column.text_of(index) for index in range(len(column.messages))]

    def go_to(self, index: int) -> None:
        view = self.transcript()
        view.show_message(view.column.messages[index].id)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        widget = QApplication.focusWidget()
        assert widget is not None
        self._qtbot.keyClick(widget, key, modifier)

    def click(self, index: int, kind: ButtonKind) -> None:
        view = self.transcript()
        view.scroll_to_message(index)
        self._qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=button_point(view, index, kind))

    def editor(self) -> MessageEditor | None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self.window.findChild(MessageEditor)

    def field(self) -> QPlainTextEdit:
        return self.find(QPlainTextEdit, "message_edit")

    def rewrite(self, text: str) -> None:
        self.field().selectAll()
        self.field().insertPlainText(text)

    def do(self, index: int, name: str) -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what was closed is not to be found
        assert self.transcript().verbs.run(index, name), name

    def offered(self, index: int) -> list[str]:
        return [verb.name for verb in self.transcript().verbs.of(index)]

    def open_map(self) -> TreeList:
        self.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        self.wait(lambda: self.window.findChild(TreeList) is not None and self.find(TreeList, "tree_list").isVisible())
        return self.find(TreeList, "tree_list")

    def mapped(self) -> list[str]:
        rows = self.find(TreeList, "tree_list").model()
        return [rows.index(place, 0).data() for place in range(rows.rowCount())]

    def notice_button(self, text: str) -> QPushButton:
        buttons = self.window.findChildren(QPushButton)
        return next(button for button in buttons if button.text() == text and button.isVisible())


@pytest.fixture
def editing(person: Person, desk: Desk, qtbot: QtBot) -> Editing:
    person.__class__ = Editing
    assert isinstance(person, Editing)
    return person


def is_there(editing: Editing, *texts: str) -> None:
    editing.wait(lambda: editing.texts() == [*texts])


REPLY = "It is two hours on foot."


def test_a_message_is_edited_in_its_place_and_sent_by_keyboard_alone(editing: Editing) -> None:
    editing.ask("How fra?")
    editing.go_to(0)
    editing.press(Qt.Key.Key_E)
    assert editing.field().hasFocus()
    assert editing.field().toPlainText() == "How fra?"
    editing.rewrite("How far?")
    editing.press(Qt.Key.Key_Return)
    assert editing.field().toPlainText() == "How far?\n", "Enter breaks the line"
    editing.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    is_there(editing, "How far?", REPLY)
    editing.wait(lambda: editing.find(QToolButton, "send_button").isVisible())
    assert editing.editor() is None
    assert editing.transcript().column.versions_of(0) == (2, 2)
    editing.go_to(0)
    editing.press(Qt.Key.Key_Left)
    is_there(editing, "How fra?", REPLY)


def test_escape_leaves_everything_as_it_was_and_the_keyboard_on_the_message(editing: Editing) -> None:
    editing.ask("How far?")
    editing.go_to(1)
    editing.press(Qt.Key.Key_F2)
    editing.rewrite("nonsense")
    editing.press(Qt.Key.Key_Escape)
    assert editing.editor() is None
    assert editing.texts() == ["How far?", REPLY]
    assert editing.transcript().hasFocus()
    assert editing.transcript().focused == 1
    editing.press(Qt.Key.Key_F2)
    assert editing.field().toPlainText() == REPLY


def test_an_edited_reply_says_so_and_can_go_on(editing: Editing, desk: Desk) -> None:
    editing.ask("How far?")
    editing.do(1, "edit")
    assert not editing.find(QPushButton, "send_edit_button").isVisible()
    editing.rewrite("It is two")
    editing.find(QPushButton, "save_edit_button").click()
    is_there(editing, "How far?", "It is two")
    view = editing.transcript()
    assert figures_words(view.column.messages[1]) == "edited"
    assert ButtonKind.CONTINUE in kinds(view, 1)
    editing.click(1, ButtonKind.CONTINUE)
    is_there(editing, "How far?", REPLY)
    assert view.column.versions_of(1) == (3, 3)


def test_a_reply_that_was_cut_short_offers_to_go_on_and_others_do_not(editing: Editing, desk: Desk) -> None:
    editing.ask("How far?")
    assert "continue" not in editing.offered(1)
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=9, seed=1))
    editing.ask("Again?")
    cut = editing.transcript().column.messages[3]
    assert cut.finish_reason is FinishReason.MAX_TOKENS
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=100, seed=1))
    editing.do(3, "continue")
    editing.wait(lambda: editing.texts()[3] == REPLY)
    assert editing.transcript().column.versions_of(3) == (2, 2)


def test_what_was_being_edited_is_there_again_after_a_look_at_another_chat(editing: Editing) -> None:
    editing.ask("How far?")
    first = editing.window.conversation_id
    editing.do(0, "edit")
    editing.rewrite("How far is it to")
    editing.window.new_chat()
    assert editing.editor() is None
    assert first is not None
    editing.window._open(first)
    is_there(editing, "How far?", REPLY)
    editing.do(0, "edit")
    assert editing.field().toPlainText() == "How far is it to"


def test_what_was_being_edited_is_there_again_after_another_message_was_edited(editing: Editing) -> None:
    editing.ask("How far?")
    editing.do(0, "edit")
    editing.rewrite("How far is it to")
    editing.do(1, "edit")
    assert editing.editor() is not None
    assert editing.field().toPlainText() == REPLY
    editing.press(Qt.Key.Key_Escape)
    editing.do(0, "edit")
    assert editing.field().toPlainText() == "How far is it to"


def test_the_field_goes_with_its_chat_also_when_the_end_of_a_long_one_is_shown_first(
    editing: Editing, desk: Desk
) -> None:
    editing.ask("How far?")
    editing.do(0, "edit")
    editing.rewrite("How far is it to")
    other = desk.store.create_conversation("long")
    message = editing.transcript().column.messages[0]
    end = (replace(message, id="end", conversation_id=other.id),)
    editing.window._open(other.id)
    editing.window.on_event(ConversationEndRead(other, end))
    assert editing.editor() is None
    assert editing.transcript().column.cover is None


def test_an_edit_that_cannot_be_sent_stays_in_its_field(editing: Editing, desk: Desk) -> None:
    desk.garage.engines["/models/Slow.gguf"] = ScriptedEngine(["word " * 500], seconds_per_chunk=0.02)
    editing.ask("How far?")
    desk.inference.load(model("Slow"), LoadOptions())
    editing.write("And now?")
    editing.press_enter()
    editing.wait(lambda: len(editing.texts()) == 4)
    editing.do(0, "edit")
    editing.rewrite("How far is it?")
    editing.find(QPushButton, "send_edit_button").click()
    editing.wait(editing.notices)
    assert editing.notices() == ["A reply is still being written. Wait for it, or stop it first."]
    assert editing.field().toPlainText() == "How far is it?"
    assert not editing.field().isReadOnly()


def test_a_reply_on_another_branch_can_still_be_stopped(editing: Editing, desk: Desk) -> None:
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=5000, seed=1))
    desk.garage.engines["/models/Slow.gguf"] = ScriptedEngine(["word " * 500], seconds_per_chunk=0.02, n_ctx=8000)
    editing.ask("How far?")
    desk.inference.load(model("Slow"), LoadOptions())
    editing.write("And now?")
    editing.press_enter()
    editing.wait(lambda: len(editing.texts()) == 4 and editing.texts()[3])
    editing.do(0, "edit")
    editing.rewrite("How far is it?")
    editing.find(QPushButton, "save_edit_button").click()
    is_there(editing, "How far is it?")
    stop = editing.find(QToolButton, "stop_button")
    assert stop.isVisible()
    stop.click()
    editing.wait(lambda: not stop.isVisible())
    assert desk.log.of(ReplyFinished)[-1].message.status is ReplyStatus.STOPPED


def test_a_screen_reader_meets_the_field_where_the_message_was(editing: Editing) -> None:
    editing.ask("How far?")
    node = QAccessible.queryAccessibleInterface(editing.transcript())
    before = node.childCount()
    editing.do(1, "edit")
    assert node.childCount() == before + 1
    editor = editing.editor()
    assert editor is not None
    children = [node.child(place).object() for place in range(node.childCount())]
    assert editor in children
    interface = QAccessible.queryAccessibleInterface(editor)
    assert interface.parent().object() is editing.transcript()
    names = [button.text() for button in editor.findChildren(QPushButton) if button.isVisible()]
    assert names == ["Cancel", "Save"]
    assert editing.field().accessibleName() == "Edit the reply"


def test_a_blank_message_cannot_be_saved(editing: Editing) -> None:
    editing.ask("How far?")
    editing.do(0, "edit")
    editing.rewrite(" \n ")
    assert not editing.find(QPushButton, "send_edit_button").isEnabled()
    editing.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert editing.editor() is not None


def test_a_message_that_was_only_saved_can_be_answered_later(editing: Editing) -> None:
    editing.ask("How fra?")
    editing.do(0, "edit")
    editing.rewrite("How far?")
    editing.find(QPushButton, "save_edit_button").click()
    is_there(editing, "How far?")
    editing.do(0, "answer")
    is_there(editing, "How far?", REPLY)


def test_what_is_deleted_comes_back_by_undo(editing: Editing) -> None:
    for text in ("one", "two"):
        editing.ask(text)
    editing.go_to(2)
    editing.press(Qt.Key.Key_Delete)
    is_there(editing, "one", REPLY)
    assert editing.notices() == ["2 messages were deleted."]
    editing.notice_button("Undo").click()
    is_there(editing, "one", REPLY, "two", REPLY)
    assert editing.notices() == []


def test_the_first_message_can_be_deleted_and_another_sent(editing: Editing) -> None:
    editing.ask("one")
    editing.do(0, "delete")
    is_there(editing)
    editing.ask("another")
    assert editing.texts() == ["another", REPLY]
    editing.notice_button("Undo").click()
    is_there(editing, "one", REPLY)
    assert editing.transcript().column.versions_of(0) == (1, 2)


def test_a_branch_becomes_a_chat_of_its_own(editing: Editing, desk: Desk) -> None:
    for text in ("one", "two"):
        editing.ask(text)
    before = editing.window.conversation_id
    editing.do(1, "copy_branch")
    is_there(editing, "one", REPLY)
    assert editing.window.conversation_id != before
    assert editing.window.windowTitle() == "one (branch) – ChatDesk"
    assert len(desk.log.of(ConversationBranched)) == 1
    editing.ask("three")
    assert len(desk.store.active_path(before or "")) == 4


def test_a_reply_is_written_again_with_another_setting(editing: Editing, desk: Desk) -> None:
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=100, temperature=0.8, seed=1))
    editing.ask("one")
    editing.do(1, "regenerate_with")
    menu = editing.find(QMenu, "regenerate_menu")
    labels = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert labels == [
        "More focused (temperature 0.4)",
        "More varied (temperature 1.2)",
        "Another seed, the same settings",
    ]
    menu.actions()[0].trigger()
    menu.close()
    editing.wait(lambda: editing.transcript().column.versions_of(1) == (2, 2))
    origin = editing.transcript().column.messages[1].origin
    assert origin is not None
    assert (origin.sampling.temperature, origin.sampling.seed) == (0.4, None)


def test_a_reply_is_written_again_by_another_model(editing: Editing, desk: Desk) -> None:
    other = model("Other")
    desk.garage.engines[other.path] = ScriptedEngine(["By the other."], name="Other")
    editing.window._models.picker.set_models([model("Scripted"), other])
    editing.ask("one")
    editing.do(1, "regenerate_with")
    menu = editing.find(QMenu, "regenerate_menu")
    labels = [action.text() for action in menu.actions() if action.objectName() == "model"]
    assert sorted(labels) == ["Other", "Scripted (loaded)"]
    next(action for action in menu.actions() if action.text() == "Other").trigger()
    menu.close()
    is_there(editing, "one", "By the other.")
    origin = editing.transcript().column.messages[1].origin
    assert origin is not None
    assert origin.model_name == "Other"


def test_the_field_stands_where_the_message_was_and_moves_with_it(editing: Editing, qtbot: QtBot) -> None:
    for text in ("one", "two", "three", "four"):
        editing.ask(f"{text} " * 60)
    view = editing.transcript()
    editing.do(4, "edit")
    editor = editing.editor()
    assert editor is not None
    assert editor.geometry() == view.message_rect(4)
    before = editor.y()
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() - 40)
    assert editor.y() == before + 40
    height = editor.height()
    editing.field().insertPlainText("\n\n\n\n")
    qtbot.waitUntil(lambda: editor.height() > height)
    assert view.message_rect(4) == editor.geometry()
    assert view.message_rect(5).top() >= editor.geometry().bottom()


# --- the map ---


def branched(editing: Editing) -> None:
    """A conversation with two versions of its first message, the second shown."""
    editing.ask("one")
    editing.ask("two")
    editing.do(0, "edit")
    editing.rewrite("another")
    editing.find(QPushButton, "send_edit_button").click()
    is_there(editing, "another", REPLY)
    editing.wait(lambda: editing.find(QToolButton, "send_button").isVisible())


def test_the_map_shows_the_whole_tree_with_the_keyboard_on_the_end_of_the_path(editing: Editing) -> None:
    branched(editing)
    tree = editing.open_map()
    assert editing.mapped() == [
        "You: one, version 1 of 2",
        f"Scripted: {REPLY}",
        "You: two",
        f"Scripted: {REPLY}",
        "You: another, version 2 of 2, shown now",
        f"Scripted: {REPLY}, shown now",
    ]
    assert tree.hasFocus()
    assert tree.currentIndex().row() == 5


def test_the_keyboard_moves_along_the_map_and_to_a_message(editing: Editing) -> None:
    branched(editing)
    tree = editing.open_map()
    editing.press(Qt.Key.Key_Up)
    editing.press(Qt.Key.Key_Left)
    assert tree.currentIndex().row() == 0
    editing.press(Qt.Key.Key_Left)
    assert tree.currentIndex().row() == 0, "there is no version before the first"
    editing.press(Qt.Key.Key_Down)
    editing.press(Qt.Key.Key_Down)
    editing.press(Qt.Key.Key_Return)
    is_there(editing, "one", REPLY, "two", REPLY)
    assert not tree.isVisible()
    assert editing.transcript().hasFocus()
    assert editing.transcript().focused == 2


def test_a_message_of_the_shown_path_is_gone_to_without_leaving_it(editing: Editing) -> None:
    branched(editing)
    editing.open_map()
    editing.press(Qt.Key.Key_Up)
    editing.press(Qt.Key.Key_Return)
    editing.wait(lambda: editing.transcript().focused == 0)
    assert editing.texts() == ["another", REPLY]


def test_a_branch_is_deleted_and_restored_in_the_map(editing: Editing) -> None:
    branched(editing)
    tree = editing.open_map()
    editing.press(Qt.Key.Key_Up)
    editing.press(Qt.Key.Key_Left)
    editing.press(Qt.Key.Key_Delete)
    editing.wait(lambda: len(editing.mapped()) == 3)
    editing.wait(tree.isVisible)
    assert editing.mapped()[0] == "You: one, deleted, Enter restores it"
    editing.press(Qt.Key.Key_Home)
    editing.press(Qt.Key.Key_Return)
    is_there(editing, "one", REPLY, "two", REPLY)


def test_a_folded_run_is_opened_where_it_stands(editing: Editing) -> None:
    for text in "abcd":
        editing.ask(text)
    tree = editing.open_map()
    assert [row for row in editing.mapped() if "more messages" in row] == ["6 more messages, shown now"]
    editing.press(Qt.Key.Key_Up)
    editing.press(Qt.Key.Key_Return)
    editing.wait(lambda: len(editing.mapped()) == 8)
    assert tree.currentIndex().row() == 1


def test_escape_closes_the_map_and_gives_the_keyboard_back(editing: Editing) -> None:
    editing.ask("one")
    editing.find(QPlainTextEdit, "composer").setFocus()
    tree = editing.open_map()
    editing.press(Qt.Key.Key_Escape)
    assert not tree.isVisible()
    assert editing.find(QPlainTextEdit, "composer").hasFocus()


def test_a_chat_that_is_not_begun_has_no_map(editing: Editing) -> None:
    editing.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    editing.ask("one")
    assert editing.window.findChild(TreeList) is None


# --- comparing ---


def compared(editing: Editing, first: str, second: str) -> CompareDialog:
    """The comparison of a reply with what was made of it."""
    editing.ask("one")
    for text in (first, second):
        editing.do(1, "edit")
        editing.rewrite(text)
        editing.find(QPushButton, "save_edit_button").click()
        is_there(editing, "one", text)
    editing.do(1, "compare")
    editing.wait(lambda: editing.window.findChild(CompareDialog) is not None)
    return editing.find(CompareDialog, "compare_dialog")


def marked(dialog: CompareDialog, name: str) -> list[str]:
    text = dialog.findChild(QPlainTextEdit, name)
    assert isinstance(text, QPlainTextEdit)
    return [selection.cursor.selectedText() for selection in text.extraSelections()]


def test_two_versions_stand_side_by_side_with_what_differs_marked(editing: Editing) -> None:
    dialog = compared(editing, "𝔸 It is two hours.", "𝔸 It is two days.")
    assert (marked(dialog, "left_text"), marked(dialog, "right_text")) == (["hours"], ["days"])
    assert dialog.findChild(QLabel, "compare_summary").text() == "They differ in one place."  # type: ignore[union-attr]  # none is a failure too
    left = dialog.findChild(QComboBox, "left_choice")
    assert isinstance(left, QComboBox)
    assert [left.itemText(place) for place in range(3)] == [
        f"1/3 · Scripted · {REPLY}",
        "2/3 · Scripted · edited · 𝔸 It is two hours.",
        "3/3 · Scripted · edited · 𝔸 It is two days.",
    ]


def test_another_version_is_chosen_and_shown_in_the_chat(editing: Editing) -> None:
    dialog = compared(editing, "It is two hours.", "It is two days.")
    left = dialog.findChild(QComboBox, "left_choice")
    assert isinstance(left, QComboBox)
    left.setCurrentIndex(0)
    left.activated.emit(0)
    editing.wait(lambda: marked(dialog, "left_text") == ["hours on foot"])
    dialog.findChild(QPushButton, "show_left_button").click()  # type: ignore[union-attr]  # none is a failure too
    is_there(editing, "one", REPLY)
    assert editing.window.findChild(CompareDialog) is None or not dialog.isVisible()


def test_the_keyboard_goes_from_difference_to_difference_and_round(editing: Editing, qtbot: QtBot) -> None:
    dialog = compared(editing, "a one b two c", "a eins b zwei c")
    text = dialog.findChild(QPlainTextEdit, "right_text")
    assert isinstance(text, QPlainTextEdit)
    places = []
    for _ in range(3):
        qtbot.keyClick(dialog, Qt.Key.Key_F3)
        places.append(text.textCursor().position())
    qtbot.keyClick(dialog, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert [*places, text.textCursor().position()] == [2, 9, 2, 9]


def test_a_message_with_one_version_has_nothing_to_compare(editing: Editing) -> None:
    editing.ask("one")
    assert "compare" not in editing.offered(1)
