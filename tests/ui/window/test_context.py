"""The window over the real services, with an engine that counts bytes: what is sent, what is not, and what is asked."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from unittest.mock import create_autospec

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.events import ContextMeasured, ConversationOpened, ReplyFinished, SummaryChanged
from chatdesk.core.fit import Machine
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.summaries import Summary
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.downloads import DownloadService
from chatdesk.services.hub import HubService
from chatdesk.services.model_library import ModelLibraryService
from chatdesk.services.model_loading import ModelLoadService
from chatdesk.ui.context_meter.summary_dialog import SummaryDialog
from chatdesk.ui.main_window import MainWindow, Verbs
from chatdesk.ui.model_desk import DeskVerbs
from chatdesk.ui.transcript.view import TranscriptView
from tests.support.desk import Desk, model

W = TypeVar("W", bound=QWidget)
N_CTX = 800
QUESTION = "How far is it from here to the next hut, and is there anything to eat on the way? "


LONG = QUESTION * 6


class Person:
    """Looks at the window and uses it; what services announced reaches it while somebody waits."""

    def __init__(self, window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
        self.window = window
        self._desk = desk
        self._qtbot = qtbot
        self._seen = 0

    def wait(self, is_so: Callable[[], object]) -> None:
        def look() -> bool:
            events = self._desk.log.events[self._seen :]
            self._seen += len(events)
            for event in events:
                self.window.on_event(event)
            return bool(is_so())

        self._qtbot.waitUntil(look, timeout=10_000)

    def find(self, kind: type[W], name: str) -> W:
        found = self.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def write(self, text: str) -> None:
        edit = self.find(QPlainTextEdit, "composer")
        edit.selectAll()
        edit.insertPlainText(text)

    def press_enter(self) -> None:
        self._qtbot.keyClick(self.find(QPlainTextEdit, "composer"), Qt.Key.Key_Return)

    def ask(self, text: str) -> None:
        replies = len(self._desk.log.of(ReplyFinished))
        self.write(text)
        self.press_enter()
        self.wait(lambda: len(self._desk.log.of(ReplyFinished)) > replies)
        self.wait(lambda: self.find(QToolButton, "send_button").isVisible())

    def composed(self) -> str:
        return self.find(QPlainTextEdit, "composer").toPlainText()

    def notices(self) -> list[str]:
        return [label.text() for label in self.window.findChildren(QLabel, "notice_text") if label.isVisible()]

    def line(self) -> str:
        label = self.find(QLabel, "outlook_words")
        return label.text() if label.isVisible() else ""

    def transcript(self) -> TranscriptView:
        return self.find(TranscriptView, "transcript")

    def divider(self) -> str:
        divider = self.transcript().column.divider
        return "" if divider is None else divider.box.words

    def last_use(self) -> ContextMeasured:
        return self._desk.log.of(ContextMeasured)[-1]


@pytest.fixture
def person(desk: Desk, qtbot: QtBot) -> Person:
    QLocale.setDefault(QLocale(QLocale.Language.English))
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=100, seed=1))
    desk.garage.engines["/models/Scripted.gguf"] = ScriptedEngine(["It is two hours on foot."], n_ctx=N_CTX)
    # What is about models is not used here.
    models = DeskVerbs(
        library=create_autospec(ModelLibraryService),
        hub=create_autospec(HubService),
        downloads=create_autospec(DownloadService),
        loading=create_autospec(ModelLoadService),
        cancel_load=desk.inference.cancel_load,
        remove=lambda _model, *, for_good: None,
        change_overrides=lambda _model, _overrides: None,
        loaded_model=lambda: desk.inference.model,
        machine=lambda: Machine(16 * 10**9, 8 * 10**9, 4),
        settings=lambda: desk.settings,
        hub_address=lambda: "https://hub.example",
    )
    window = MainWindow(
        Verbs(
            chat=desk.chat,
            history=desk.history,
            models=models,
            settings=lambda: desk.settings,
            change_settings=lambda _settings: None,
            has_token=lambda: False,
            change_token=lambda _token: None,
            clear_snapshots=lambda: None,
            add_model=lambda _path: None,
            log_file="",
        )
    )
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    person = Person(window, desk, qtbot)
    desk.inference.load(model("Scripted"), LoadOptions())
    person.wait(person.find(QToolButton, "context_meter").isVisible)
    return person


def test_a_conversation_that_outgrows_the_context_shows_where_what_is_sent_begins(person: Person) -> None:
    meter = person.find(QToolButton, "context_meter")
    assert meter.text().endswith(f"/ {N_CTX}")
    before = meter.text()
    for _ in range(3):
        person.ask(QUESTION)
    person.wait(lambda: meter.text() != before)
    assert person.divider() == ""
    for _ in range(4):
        person.ask(QUESTION)
    person.wait(person.divider)
    assert person.divider().endswith("earlier messages are no longer sent")


def test_before_sending_it_is_said_what_would_be_left_out_and_pinned_messages_are_not(
    person: Person, desk: Desk
) -> None:
    person.ask("I eat no nuts.")
    for _ in range(3):
        person.ask(QUESTION)
    first = person.transcript().column.messages[0]
    person.transcript().pin_requested.emit(first.id, True)
    person.wait(lambda: person.transcript().column.messages[0].is_pinned)
    person.write(LONG)
    person.wait(person.line)
    assert person.line().startswith("Sending this leaves out ")
    assert person.divider() == ""
    person.press_enter()
    person.wait(person.divider)
    assert person.line() == ""
    assert first.id not in person.last_use().use.left_out


def test_stop_and_ask_keeps_the_text_until_it_is_told_to_send(person: Person, desk: Desk) -> None:
    for _ in range(3):
        person.ask(QUESTION)
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    desk.chat.set_policy(conversation_id, OverflowPolicy.STOP_AND_ASK)
    for _ in range(2):
        person.write(LONG)
        person.press_enter()
        person.wait(lambda: person.notices() and person.find(QToolButton, "send_button").isEnabled())
    assert len(person.notices()) == 1
    assert "earlier messages are kept from the model" in person.notices()[0]
    assert person.composed() == LONG
    assert len(person.transcript().column.messages) == 6
    button = person.window.findChild(QPushButton, "notice_action")
    assert isinstance(button, QPushButton)
    assert button.text() == "Send anyway"
    button.click()
    person.wait(lambda: len(person.transcript().column.messages) == 8)
    assert person.composed() == ""
    assert not any("kept from the model" in notice for notice in person.notices())
    person.wait(person.divider)


def test_a_question_about_a_message_goes_away_when_another_was_sent(person: Person, desk: Desk) -> None:
    for _ in range(3):
        person.ask(QUESTION)
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    desk.chat.set_policy(conversation_id, OverflowPolicy.STOP_AND_ASK)
    person.write(LONG)
    person.press_enter()
    person.wait(person.notices)
    person.ask("Thanks.")
    assert person.notices() == []


def test_a_summary_is_shown_from_the_divider_also_when_the_conversation_is_opened_again(
    person: Person, desk: Desk
) -> None:
    for _ in range(2):
        person.ask(QUESTION)
    covered = tuple(message.id for message in person.transcript().column.messages[:2])
    conversation_id = person.window.conversation_id
    assert conversation_id is not None
    summary = Summary("s", conversation_id, covered, "They spoke of huts.", 0.0, "Scripted")
    measured = replace(person.last_use().use, summarised=covered)
    path = tuple(person.transcript().column.messages)
    opened = ConversationOpened(desk.store.conversation(conversation_id), path, {}, summary)
    for event in (SummaryChanged(conversation_id, summary), opened):
        person.window.on_event(event)
        person.window.on_event(ContextMeasured(measured))
        assert person.divider() == "2 earlier messages summarised"
        person.transcript().summary_requested.emit()
        dialog = person.find(SummaryDialog, "summary_dialog")
        assert person.find(QPlainTextEdit, "summary_edit").toPlainText() == "They spoke of huts."
        dialog.close()
        QCoreApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
        person.window.on_event(SummaryChanged(conversation_id, None))
