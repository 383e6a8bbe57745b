"""Finding, fetching and switching models in the real window, against a hub on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import (
    Event,
    MessageAdded,
    ModelAwaited,
    ModelFailed,
    ModelInstalled,
    ModelReady,
    ModelsRecommended,
    NoModelCame,
    ReplyFinished,
)
from chatdesk.core.settings import Settings
from chatdesk.store.paths import find_paths, resource
from chatdesk.store.settings_file import SettingsFile, StateFile, StateKey
from chatdesk.ui.resources import set_resource_folder
from tests.support.loopback_hub import LoopbackHub
from tests.support.tiny_gguf import TinyModel

PATIENCE_MS = 60_000
REPO = "owner/tiny-GGUF"
W = TypeVar("W", bound=QWidget)
E = TypeVar("E", bound=Event)


class Person:
    """Uses one window, and sees what it announces."""

    def __init__(self, home: Path, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.home = home
        self.app = WindowedApp(find_paths({"CHATDESK_HOME": str(home)}))
        self.events: list[Event] = []
        self.app.bridge.received.connect(self.events.append)
        qtbot.addWidget(self.app.window)
        self.app.start()

    def wait(self, is_so: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(is_so()), timeout=PATIENCE_MS)

    def hears(self, kind: type[E], is_it: Callable[[E], bool] = lambda _event: True) -> E:
        def heard() -> list[E]:
            return [event for event in self.events if isinstance(event, kind) and is_it(event)]

        self.wait(heard)
        return heard()[-1]

    def find(self, kind: type[W], name: str, within: QWidget | None = None) -> W:
        found = next((w for w in (within or self.app.window).findChildren(kind, name) if w.isVisible()), None)
        assert found is not None, name
        return found

    def manager(self) -> QWidget:
        return next(w for w in QApplication.topLevelWidgets() if w.objectName() == "model_manager" and w.isVisible())

    def click(self, button: QWidget) -> None:
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, field: QWidget, text: str) -> None:
        self._qtbot.keyClicks(field, text)
        self._qtbot.keyClick(field, Qt.Key.Key_Return)

    def trigger(self, name: str) -> None:
        next(action for action in self.app.window.actions() if action.objectName() == name).trigger()

    def installed(self) -> list[Path]:
        return [path for path in (self.home / "models").rglob("*.gguf") if ".downloads" not in path.parts]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        monkeypatch.setenv("HF_ENDPOINT", made.endpoint)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield made


@pytest.fixture
def start(tmp_path: Path, qtbot: QtBot, qapp: object) -> Iterator[Callable[[], Person]]:
    set_resource_folder(resource(""))
    people: list[Person] = []

    def start() -> Person:
        people.append(Person(tmp_path / "home", qtbot))
        return people[-1]

    yield start
    for person in people:
        person.app.window.close()
        assert person.app.close()


def tiny(folder: Path) -> bytes:
    return Path(TinyModel().write(folder / "written.gguf").path).read_bytes()


@pytest.mark.starter
def test_a_model_is_found_fetched_and_answers(start: Callable[[], Person], hub: LoopbackHub, tmp_path: Path) -> None:
    hub.add_repo(REPO, {"tiny-Q4_K_M.gguf": tiny(tmp_path), "README.md": b"# Tiny\n"})
    person = start()
    person.hears(ModelReady)
    person.trigger("models_action")
    manager = person.manager()
    person.type(person.find(QLineEdit, "search_field", manager), f"https://huggingface.co/{REPO}")
    person.wait(lambda: [w for w in manager.findChildren(QWidget, "download_button") if w.isVisible()])
    person.click(person.find(QWidget, "download_button", manager))
    installed = person.hears(ModelInstalled).model
    assert [str(path) for path in person.installed()] == [installed.path]
    manager.close()
    person.trigger("choose_model_action")
    field, view = person.find(QLineEdit, "model_filter"), person.find(QListView, "model_list")
    person._qtbot.keyClicks(field, "tiny-q4")
    person.wait(lambda: view.currentIndex().data() == "tiny-Q4_K_M")
    person._qtbot.keyClick(field, Qt.Key.Key_Return)
    ready = person.hears(ModelReady, lambda event: event.model.path == installed.path)
    assert ready.model.repo_id == REPO
    composer = person.find(QPlainTextEdit, "composer")
    person.type(composer, "Hello")
    assert person.hears(ReplyFinished).message.text == "Hello there, this is a scripted reply."


def test_a_message_written_before_a_model_is_chosen_is_answered_by_it(
    start: Callable[[], Person], tmp_path: Path
) -> None:
    (tmp_path / "home" / "models").mkdir(parents=True)
    file = TinyModel().write(tmp_path / "home" / "models" / "tiny.gguf")
    StateFile(tmp_path / "home" / "state.json").set(StateKey.LAST_MODEL_PATH, file.path)
    person = start()
    person.hears(ModelAwaited)
    person.type(person.find(QPlainTextEdit, "composer"), "Hello")
    saved = person.hears(MessageAdded, lambda event: not event.message.is_reply).message
    assert person.app.core.chats.conversations.message(saved.id).text == "Hello"
    reply = person.hears(ReplyFinished).message
    assert (reply.parent_id, reply.text) == (saved.id, "Hello there, this is a scripted reply.")
    assert reply.origin is not None
    assert reply.origin.model_path == file.path


@pytest.mark.starter
def test_where_no_model_can_be_loaded_a_message_says_what_to_do(start: Callable[[], Person], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    SettingsFile(tmp_path / "home" / "settings.json").save(Settings(n_ctx=1_048_576))
    person = start()
    person.hears(ModelAwaited)
    composer, hint = person.find(QPlainTextEdit, "composer"), person.find(QLabel, "composer_hint")
    person.type(composer, "Hello")
    error = person.hears(ReplyFinished).message.error
    assert error is not None
    assert error.code is ErrorCode.NO_MODEL
    person.hears(NoModelCame)
    assert composer.toPlainText() == ""
    person.type(composer, "Is anybody there?")
    assert (composer.toPlainText(), hint.text()) == ("Is anybody there?", "Choose a model above to begin")


@pytest.mark.starter
def test_models_that_fit_are_recommended_and_nothing_is_fetched_unasked(
    start: Callable[[], Person], hub: LoopbackHub
) -> None:
    person = start()
    found = person.hears(ModelsRecommended).recommendations
    assert 2 <= len(found) <= 5
    person.hears(ModelReady)
    assert hub.requests == []


def test_a_broken_download_is_never_offered_and_says_so(
    start: Callable[[], Person], hub: LoopbackHub, tmp_path: Path
) -> None:
    repo = hub.add_repo(REPO, {"tiny-Q4_K_M.gguf": tiny(tmp_path)})
    hub.fail(times=20, flip_at=5000)
    person = start()
    person.app.core.downloads.start(repo.model("tiny-Q4_K_M.gguf"))
    person.trigger("models_action")
    manager = person.manager()
    person.wait(lambda: any("checksum is wrong" in label.text() for label in manager.findChildren(QLabel)))
    assert person.installed() == []


@pytest.mark.starter
def test_what_will_not_fit_is_refused_with_buttons_and_the_model_in_use_answers_on(
    start: Callable[[], Person], tmp_path: Path
) -> None:
    (tmp_path / "home" / "models").mkdir(parents=True)
    SettingsFile(tmp_path / "home" / "settings.json").save(Settings(n_ctx=1_048_576))
    TinyModel().write(tmp_path / "home" / "models" / "tiny.gguf")
    person = start()
    refused = person.hears(ModelFailed)
    assert refused.error.code == "model_too_large"
    words = person.find(QLabel, "notice_text").text()
    assert "needs about" in words
    buttons = [
        button.text()
        for button in person.app.window.findChildren(QAbstractButton, "notice_action")
        if button.isVisible()
    ]
    assert any("tokens" in text for text in buttons), buttons
    assert "Load anyway" in buttons


def test_closing_the_window_closes_the_other_one_too(start: Callable[[], Person]) -> None:
    person = start()
    person.trigger("models_action")
    manager = person.manager()
    person.app.window.close()
    assert not manager.isVisible()


def test_five_hundred_files_are_in_the_picker_and_found_by_typing(start: Callable[[], Person], tmp_path: Path) -> None:
    folder = tmp_path / "home" / "models"
    folder.mkdir(parents=True)
    for number in range(500):
        (folder / f"model-{number:03d}-Q4_0.gguf").write_bytes(b"GGUF")
    person = start()
    person.wait(lambda: person.find(QToolButton, "model_picker").isEnabled())
    person.trigger("choose_model_action")
    view = person.app.window.findChild(QListView, "model_list")
    assert view is not None
    person.wait(lambda: view.isVisible() and view.model().rowCount() >= 500)
    field = person.find(QLineEdit, "model_filter")
    person._qtbot.keyClicks(field, "model-417")
    person.wait(lambda: view.currentIndex().data() == "model-417-Q4_0")
