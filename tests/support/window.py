"""The window over the real services, with a scripted engine that counts bytes, and somebody who uses it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from unittest.mock import Mock, create_autospec

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.events import ContextMeasured, ReplyFinished
from chatdesk.core.fit import Machine
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.downloads import DownloadService
from chatdesk.services.hub import HubService
from chatdesk.services.model_library import ModelLibraryService
from chatdesk.services.model_loading import ModelLoadService
from chatdesk.ui.composer.desk import ComposingVerbs
from chatdesk.ui.main_window import MainWindow
from chatdesk.ui.model_desk import DeskVerbs
from chatdesk.ui.settings_dialog.desk import SettingsVerbs
from chatdesk.ui.sidebar import SidebarVerbs
from chatdesk.ui.transcript.view import TranscriptView
from chatdesk.ui.window_verbs import Verbs
from tests.support.desk import Desk, model

W = TypeVar("W", bound=QWidget)
N_CTX = 800


class Person:
    """Looks at the window and uses it; what services announced reaches it while somebody waits."""

    def __init__(
        self, verbs: Verbs, library: Mock, adjusted: list[tuple[ModelFile, Mapping[str, Any]]], desk: Desk, qtbot: QtBot
    ) -> None:
        self._verbs = verbs
        self.library = library  # of models
        self.adjusted = adjusted  # models, and what was changed among their own settings
        self._desk = desk
        self._qtbot = qtbot
        self._seen = 0
        self.open_window()

    def open_window(self) -> None:
        """Look at a new window on the same data, as after a restart."""
        self.window = MainWindow(self._verbs)
        self._qtbot.addWidget(self.window)
        with self._qtbot.waitExposed(self.window):
            self.window.show()

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
    library = create_autospec(ModelLibraryService)
    adjusted: list[tuple[ModelFile, Mapping[str, Any]]] = []
    models = DeskVerbs(
        library=library,
        hub=create_autospec(HubService),
        downloads=create_autospec(DownloadService),
        loading=create_autospec(ModelLoadService),
        cancel_load=desk.inference.cancel_load,
        remove=lambda _model, *, for_good: None,
        change_overrides=lambda _model, _overrides: None,
        adjust_overrides=lambda file, changes: adjusted.append((file, changes)),
        loaded_model=lambda: desk.inference.model,
        machine=lambda: Machine(16 * 10**9, 8 * 10**9, 4),
        settings=lambda: desk.settings,
        hub_address=lambda: "https://hub.example",
    )
    verbs = Verbs(
        chat=desk.chat,
        history=desk.history,
        sidebar=SidebarVerbs(history=desk.history, organisation=desk.organisation, search=desk.search),
        exchange=desk.exchange,
        replays=desk.replays,
        versions=desk.versions,
        branches=desk.branches,
        composing=ComposingVerbs(desk.drafts, desk.queue, desk.attachments, desk.prompts),
        models=models,
        settings=SettingsVerbs(
            current=lambda: desk.settings,
            adjust=lambda _change: None,
            has_token=lambda: False,
            change_token=lambda _token: None,
            measure_snapshots=lambda: None,
            clear_snapshots=lambda: None,
        ),
        usual_sampling=lambda: desk.settings.sampling,
        add_model=lambda _path: None,
        log_file="",
    )
    person = Person(verbs, library, adjusted, desk, qtbot)
    desk.inference.load(model("Scripted"), LoadOptions())
    person.wait(person.find(QToolButton, "context_meter").isVisible)
    return person
