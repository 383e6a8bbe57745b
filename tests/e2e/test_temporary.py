"""A temporary chat with the real llama.cpp leaves no trace on the disk, unless it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.app import TemporaryChat, WindowedApp
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import Event, JobCrashed, ModelReady, NoticeRaised, ReplyDelta, ReplyFinished
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.engine.snapshot_files import owner_prefix
from chatdesk.logs import logging_to
from chatdesk.store.paths import Paths, find_paths, resource
from chatdesk.store.settings_file import SettingsFile
from chatdesk.ui.notices import NoticeStrip
from chatdesk.ui.resources import set_resource_folder
from tests.support.desk import EventLog
from tests.support.headless_app import Start
from tests.support.talking import wait_until
from tests.support.tiny_gguf import TinyModel

SECRET = "The hut key lies under the seventh stone"
KEPT = "The kettle hangs beside the door"
W = TypeVar("W", bound=QWidget)


class Person:
    """Uses the windows of a running app."""

    def __init__(self, app: WindowedApp, qtbot: QtBot) -> None:
        self.app = app
        self.qtbot = qtbot
        self.events: list[Event] = []
        app.bridge.received.connect(self.events.append)

    def wait(self, is_so: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(is_so()), timeout=30_000)
        assert not [event for event in self.events if isinstance(event, JobCrashed)]

    def open_temporary(self) -> TemporaryChat:
        action = self.app.window.findChild(QAction, "temporary_action")
        assert action is not None
        action.trigger()
        chat = self.app._temporary[-1]
        chat._bridge.received.connect(self.events.append)
        return chat

    def find(self, window: QWidget, kind: type[W], name: str) -> W:
        found = window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def say(self, window: QWidget, text: str) -> None:
        before = self.n_replies()
        edit = self.find(window, QPlainTextEdit, "composer")
        edit.setPlainText(text)
        self.find(window, QToolButton, "send_button").click()
        self.wait(lambda: self.n_replies() > before)

    def n_replies(self) -> int:
        return sum(isinstance(event, ReplyFinished) for event in self.events)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths({"CHATDESK_HOME": str(tmp_path / "home")})
    paths.create()
    SettingsFile(paths.settings).save(Settings(sampling=SamplingParams(max_tokens=24, seed=1), n_ctx=1024))
    return paths


@pytest.fixture
def person(paths: Paths, tmp_path: Path, qtbot: QtBot) -> Iterator[Person]:
    set_resource_folder(resource(""))
    model: ModelFile = TinyModel().write(tmp_path / "tiny.gguf")
    with logging_to(paths.log_file):
        app = WindowedApp(paths)
        person = Person(app, qtbot)
        app.window.show()
        app.core.loading.use(model)
        person.wait(lambda: any(isinstance(event, ModelReady) for event in person.events))
        yield person
        app.window.close()
        assert app.close()
        app.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def traces(paths: Paths, words: str) -> list[str]:
    """The files of the data folder that hold `words`, in any spelling that is used on disk."""
    spelled = [words.encode(), words.encode("utf-16-le"), words.lower().encode(), words.rsplit(maxsplit=1)[-1].encode()]
    return [
        str(file.relative_to(paths.data))
        for file in paths.data.rglob("*")
        if file.is_file() and any(spelling in file.read_bytes() for spelling in spelled)
    ]


def snapshots(paths: Paths, owner: str) -> list[str]:
    """The files of what a model has processed for a conversation; they hold no text, but it can be told from them."""
    return [file.name for file in paths.snapshots.glob(f"{owner_prefix(owner)}*")]


def test_nothing_of_a_temporary_chat_is_on_the_disk_while_it_is_open_or_after(person: Person, paths: Paths) -> None:
    chat = person.open_temporary()
    window = chat.window
    assert not person.find(window, QWidget, "sidebar").isVisible()
    assert person.find(window, QWidget, "temporary_bar").isVisible()
    person.say(window, f"{SECRET}. " * 20)
    person.say(window, f"{SECRET}, again.")
    person.find(window, QPlainTextEdit, "composer").setPlainText(f"{SECRET}, not sent.")
    # Another chat takes the engine over, and back: what it holds of one that is left is put aside.
    person.say(person.app.window, f"{KEPT}. " * 20)
    kept_id, temporary_id = person.app.window.conversation_id, window.conversation_id
    assert kept_id is not None
    assert temporary_id is not None
    person.wait(lambda: snapshots(paths, kept_id))
    person.say(window, f"{SECRET}, once more.")
    assert traces(paths, SECRET) == []
    assert traces(paths, KEPT) != []
    assert snapshots(paths, temporary_id) == snapshots(paths, "") == []
    window.close()
    person.wait(lambda: chat not in person.app._temporary)
    person.say(person.app.window, "Go on.")
    person.app.core.history.list()
    assert traces(paths, SECRET) == []
    assert snapshots(paths, temporary_id) == snapshots(paths, "") == []
    assert len(person.app.window._sidebar.conversations.all()) == 1


def test_closing_the_app_in_the_middle_of_a_temporary_reply_leaves_nothing(person: Person, paths: Paths) -> None:
    window = person.open_temporary().window
    person.find(window, QPlainTextEdit, "composer").setPlainText(SECRET)
    person.find(window, QToolButton, "send_button").click()
    person.app.window.close()
    assert person.app._temporary == []
    assert traces(paths, SECRET) == []


def test_the_window_of_a_temporary_chat_says_so_in_its_title(person: Person) -> None:
    window = person.open_temporary().window
    assert window.windowTitle() == "Temporary chat – ChatDesk"
    person.say(window, "Hello")
    assert window.windowTitle() == "Hello – Temporary chat – ChatDesk"
    assert "Temporary" not in person.app.window.windowTitle()


def test_a_temporary_chat_can_be_kept(person: Person, paths: Paths) -> None:
    window = person.open_temporary().window
    keep = person.find(window, QPushButton, "keep_button")
    assert not keep.isEnabled()
    person.say(window, KEPT)
    said = [message.text for message in window._transcript.column.messages]
    assert keep.isEnabled()
    keep.click()
    main = person.app.window
    person.wait(lambda: main.conversation_id is not None)
    person.wait(lambda: [message.text for message in main._transcript.column.messages] == said)
    assert person.app._temporary == []
    assert [row.title for row in main._sidebar.conversations.all()] == [KEPT]
    assert traces(paths, KEPT) != []
    person.say(main, "Go on.")


def test_a_chat_that_the_disk_does_not_take_is_not_closed_with_another(person: Person) -> None:
    database, kept, other = person.app.core.database, person.open_temporary(), person.open_temporary()
    person.say(other.window, f"{SECRET}. " * 2000)
    person.say(kept.window, KEPT)
    with database.write() as connection:
        (most_pages,) = connection.execute("PRAGMA max_page_count").fetchone()
        connection.execute("PRAGMA max_page_count = 1")  # no more than there are
    person.find(other.window, QPushButton, "keep_button").click()
    person.wait(lambda: any(isinstance(event, NoticeRaised) for event in person.events))
    with database.write() as connection:
        connection.execute(f"PRAGMA max_page_count = {most_pages}")
    person.find(kept.window, QPushButton, "keep_button").click()
    person.wait(lambda: kept not in person.app._temporary)
    assert person.app._temporary == [other]


def test_another_model_writes_a_version_in_a_temporary_chat_too(start: Start, paths: Paths, tmp_path: Path) -> None:
    app, log = start(), EventLog()
    app.use(TinyModel().write(tmp_path / "tiny.gguf"))
    chats = app.core.open_temporary(log.post)
    chats.chat.send(None, "Hello")
    first = log.wait_for(ReplyFinished).message
    chats.versions.regenerate_with(first.id, TinyModel().write(tmp_path / "other.gguf"))
    second = log.wait_for(ReplyFinished, lambda event: event.message.id != first.id).message
    assert (first.origin and first.origin.model_name, second.parent_id) == ("tiny", first.parent_id)
    assert second.origin is not None
    assert second.origin.model_name == "other"


def test_what_still_waits_for_a_temporary_chat_comes_too_late(start: Start, paths: Paths, tmp_path: Path) -> None:
    SettingsFile(paths.settings).save(Settings(sampling=SamplingParams(max_tokens=2000, seed=1), n_ctx=4096))
    app = start()
    app.use(TinyModel(ends=False).write(tmp_path / "tiny.gguf"))
    for _ in range(5):
        log = EventLog()
        chats = app.core.open_temporary(log.post)
        chats.chat.send(None, "Hello")
        log.wait_for(ReplyDelta)
        app.core.close_temporary(chats)
        chats.chat.send(None, "Too late")
        chats.drafts.save(None, "Too late")
        app.rest()
    assert wait_until(lambda: app.core._temporary == [])  # the store comes to it after the engine
    assert app.log.of(JobCrashed) == []


def test_a_problem_that_is_of_no_chat_is_told_in_the_temporary_window_too(person: Person) -> None:
    window = person.open_temporary().window
    person.app.bridge.post(NoticeRaised(ErrorDetail(ErrorCode.DISK_FULL)))
    person.app.bridge.post(NoticeRaised(ErrorDetail(ErrorCode.BUSY), "another chat"))
    texts = person.find(window, NoticeStrip, "notice_strip").texts
    person.wait(lambda: any("The disk is full" in text for text in texts()))
    assert len(texts()) == 1
