"""Chats as files, from the window."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QListWidget, QPushButton, QWidget

from chatdesk.core.events import ExchangeProgressed, ExportEnded
from chatdesk.exchange.own_format import write_conversation
from chatdesk.ui.exchange.desk import with_ending
from chatdesk.ui.exchange.progress import ExchangeProgress
from chatdesk.ui.sidebar import Sidebar
from tests.support.desk import Desk
from tests.support.gone import delete_for_good
from tests.support.random_conversations import random_conversation
from tests.support.window import Person


def choose(monkeypatch: pytest.MonkeyPatch, path: Path, file_filter: str) -> None:
    """What a person answers to the next file dialog."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), file_filter))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(path), file_filter))


def do(person: Person, name: str) -> None:
    action = person.window.findChild(QAction, name)
    assert action is not None
    action.trigger()


def test_a_chat_is_exported_and_comes_back_after_it_was_deleted_for_good(
    person: Person, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.ask("How far is the hut?")
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    path = desk.store.active_path(conversation_id)
    choose(monkeypatch, tmp_path / "hut", "ChatDesk, complete (*.json)")
    do(person, "export_action")
    person.wait(person.notices)
    assert person.notices() == ["1 chat(s) written to “hut.json”."]
    delete_for_good(desk.store, conversation_id)
    person.window.new_chat()
    choose(monkeypatch, tmp_path / "hut.json", "")
    do(person, "import_action")
    person.wait(lambda: person.notices()[-1] == "1 chat(s) imported from “hut.json”.")
    show = next(button for button in person.window.findChildren(QPushButton) if button.text() == "Show")
    show.click()
    person.wait(lambda: person.window.conversation_id == conversation_id)
    assert tuple(person.transcript().column.messages) == path


def test_what_was_left_out_is_in_a_report(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.json").write_text(json.dumps([{"a": 1}, {"b": 2}]), encoding="utf-8")
    choose(monkeypatch, tmp_path / "other.json", "")
    do(person, "import_action")
    person.wait(lambda: person.notices() == ["Nothing new was imported from “other.json”."])
    details = person.find(QPushButton, "notice_action")
    details.click()
    lines = person.find(QListWidget, "left_out_list")
    assert [lines.item(row).text() for row in range(lines.count())] == ["2 entries are no chat that ChatDesk knows."]


def test_progress_is_shown_while_it_takes_a_while_and_can_be_cancelled(person: Person) -> None:
    progress = person.window.findChild(ExchangeProgress)
    assert progress is not None
    assert not progress.isVisible()
    person.window.on_event(ExchangeProgressed(0.25, 3))
    assert progress.isVisible()
    with person._qtbot.waitSignal(progress.cancelled):
        person.find(QPushButton, "cancel_exchange_button").click()
    person.window.on_event(ExportEnded("/tmp/all.json", 0, is_cancelled=True))
    assert not progress.isVisible()
    assert person.notices() == []


def drag(window: QWidget, kind: type[QDragEnterEvent | QDropEvent], paths: list[Path]) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = window.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event: QDropEvent
    if kind is QDragEnterEvent:
        event = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, buttons, keys)
    else:
        event = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, buttons, keys)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event


def test_a_file_of_chats_dropped_on_the_window_is_asked_about_first(person: Person, desk: Desk, tmp_path: Path) -> None:
    whole = random_conversation(random.Random(1))
    file, picture = tmp_path / "chats.json", tmp_path / "hut.png"
    file.write_text(f"[{write_conversation(whole, 0.0)}]", encoding="utf-8")
    assert drag(person.window, QDragEnterEvent, [file, picture]).isAccepted()
    assert not drag(person.window, QDragEnterEvent, [picture]).isAccepted()
    assert drag(person.window, QDropEvent, [file, picture]).isAccepted()
    assert person.notices() == ["Import the chats in “chats.json”?"]
    assert desk.store.conversations() == ()
    person.find(QPushButton, "notice_action").click()
    person.wait(lambda: person.notices() == ["1 chat(s) imported from “chats.json”."])
    assert [conversation.id for conversation in desk.store.conversations()] == [whole.conversation.id]


def test_files_that_are_dropped_together_are_asked_about_once(person: Person, desk: Desk, tmp_path: Path) -> None:
    wholes = [random_conversation(random.Random(seed)) for seed in range(5)]
    files = [tmp_path / f"{place}.json" for place in range(5)]
    for file, whole in zip(files, wholes, strict=True):
        file.write_text(f"[{write_conversation(whole, 0.0)}]", encoding="utf-8")
    drag(person.window, QDragEnterEvent, files)
    drag(person.window, QDropEvent, files)
    assert person.notices() == ["Import the chats in 5 files?"]
    person.find(QPushButton, "notice_action").click()
    person.wait(lambda: len(desk.store.conversations()) == 5)


def test_chats_that_are_dragged_become_files_elsewhere(person: Person, desk: Desk) -> None:
    person.ask("How far is the hut?")
    [conversation] = desk.store.conversations()
    dragged = QMimeData()
    person.find(Sidebar, "sidebar").drag_begun.emit(dragged, [conversation, conversation])
    files = [Path(url.toLocalFile()) for url in dragged.urls()]
    assert [file.name for file in files] == ["How far is the hut.md", "How far is the hut (2).md"]
    person.wait(lambda: all(file.exists() for file in files))
    assert "It is two hours on foot." in files[0].read_text(encoding="utf-8")
    person.wait(lambda: len(desk.log.of(ExportEnded)) == 2)
    assert person.notices() == []


def test_the_ending_is_that_of_the_format_and_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    endings = {"md", "pdf", "json"}
    assert with_ending(str(tmp_path / "hut.md"), "md", endings) == str(tmp_path / "hut.md")
    assert with_ending(str(tmp_path / "v1.2 of it"), "md", endings) == str(tmp_path / "v1.2 of it.md")
    assert with_ending(str(tmp_path / "hut.md"), "pdf", endings) == str(tmp_path / "hut.pdf")
    (tmp_path / "hut.pdf").touch()
    assert with_ending(str(tmp_path / "hut.md"), "pdf", endings) == str(tmp_path / "hut (2).pdf")
