"""The window on a data folder: everything is built once by plain constructor calls, and closed in reverse order."""

from __future__ import annotations

import gc
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk import __version__
from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import (
    ConversationKept,
    Event,
    ModelAwaited,
    ModelEvent,
    ModelReady,
    NoticeRaised,
    SavedPromptsChanged,
    SettingsChanged,
    SnapshotsCleared,
    SnapshotsMeasured,
)
from chatdesk.headless import Core, this_apps_paths
from chatdesk.logs import bugs_announced, logging_to, problems_logged
from chatdesk.store.paths import Paths, resource
from chatdesk.store.relocation import Place, Relocation, StoppedError
from chatdesk.store.settings_file import StateKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.chats import Chats
    from chatdesk.core.errors import ErrorDetail
    from chatdesk.ui.application import Application
    from chatdesk.ui.folders_dialog import FolderVerbs
    from chatdesk.ui.window_verbs import Verbs

log = logging.getLogger(__name__)

# Importing llama.cpp's bindings takes the interpreter from the window, which is to be usable first.
LOAD_DELAY_MS = 200
# What only the first reply needs is loaded when the window has long been usable.
WARM_UP_DELAY_MS = 1000


class WindowedApp:
    """The window on a data folder: bridge, core and widgets. Needs a `QApplication` and the claim on the folder."""

    def __init__(self, paths: Paths) -> None:
        """Build everything and show nothing yet.

        Raises:
            UserFacingError: the folders or the database cannot be used.
        """
        from chatdesk.ui.bridge import EventBridge
        from chatdesk.ui.exchange.printing import pdf_of
        from chatdesk.ui.exchange.wording import page_words
        from chatdesk.ui.languages import speak
        from chatdesk.ui.main_window import MainWindow
        from chatdesk.ui.settings_dialog.index import SettingsIndex
        from chatdesk.ui.taskbar import TaskbarProgress
        from chatdesk.ui.transcript.maths import MathsLibrary
        from chatdesk.ui.transcript.typesetter import typesetter_command

        self.bridge = EventBridge()
        self.core = Core(paths, self.bridge.post, page_words, pdf_of)
        speak(self.core.preferences.current().language)
        self._temporary: list[TemporaryChat] = []
        self.maths = MathsLibrary(typesetter_command())
        self._settings_index = SettingsIndex()
        self._taskbar = TaskbarProgress()
        self.window = MainWindow(self.verbs(self.core.chats), self.maths)
        self.window.closed.connect(self._close_temporary)
        self.bridge.received.connect(self.window.on_event)
        self.bridge.received.connect(self._on_event)
        self.window.restore_geometry(
            self.core.state.get(StateKey.WINDOW_GEOMETRY), self.core.state.get(StateKey.WINDOW_STATE)
        )
        self.window.restore_commands((self.core.state.get(StateKey.RECENT_COMMANDS) or "").split("\n"))

    def verbs(self, chats: Chats, keep: Callable[[str], None] | None = None) -> Verbs:
        """What a window on `chats` can ask for; `keep` is there for chats that are not kept otherwise."""
        from chatdesk.ui.about_desk import AboutVerbs
        from chatdesk.ui.composer.desk import ComposingVerbs
        from chatdesk.ui.model_desk import DeskVerbs
        from chatdesk.ui.settings_dialog.desk import SettingsVerbs
        from chatdesk.ui.sidebar import SidebarVerbs
        from chatdesk.ui.window_verbs import Verbs

        core = self.core
        return Verbs(
            chat=chats.chat,
            history=chats.history,
            sidebar=SidebarVerbs(history=chats.history, organisation=chats.organisation, search=chats.search),
            versions=chats.versions,
            branches=chats.branches,
            exchange=chats.exchange,
            replays=chats.replays,
            composing=ComposingVerbs(chats.drafts, chats.queue, chats.attachments, core.prompts),
            models=DeskVerbs(
                library=core.library,
                hub=core.hub,
                downloads=core.downloads,
                loading=core.loading,
                cancel_load=core.inference.cancel_load,
                remove=core.models.remove,
                change_overrides=core.models.change_overrides,
                adjust_overrides=core.models.adjust_overrides,
                loaded_model=core.models.loaded,
                machine=core.models.known_machine,
                settings=core.preferences.current,
                hub_address=core.connection.address,
            ),
            settings=SettingsVerbs(
                current=core.preferences.current,
                adjust=core.preferences.adjust,
                has_token=core.connection.has_token,
                change_token=core.models.change_token,
                measure_snapshots=core.models.measure_snapshots,
                clear_snapshots=core.inference.clear_snapshots,
                folders=self._folder_verbs() if keep is None else None,
                index=self._settings_index,
            ),
            usual_sampling=lambda: core.models.chat_settings().sampling,
            add_model=core.models.add,
            log_file=str(core.paths.log_file),
            open_temporary=self._open_temporary if keep is None else None,
            about=AboutVerbs(core.about, core.new_versions, {place: str(path) for place, path in core.places().items()})
            if keep is None
            else None,
            keep=keep,
        )

    def _folder_verbs(self) -> FolderVerbs:
        from chatdesk.ui.folders_dialog import FolderVerbs

        paths = self.core.paths
        relocation = Relocation(paths.config)

        def move_data(path: str) -> None:
            relocation.wish(Place.DATA, Path(path), paths)

        def move_models(path: str) -> None:
            relocation.wish(Place.MODELS, Path(path), paths)

        movers = (move_data, move_models) if paths.is_movable else (None, None)
        return FolderVerbs(str(paths.data), str(paths.models), *movers)

    def _open_temporary(self) -> None:
        self._temporary.append(TemporaryChat(self, self._temporary.remove))

    def start(self, file: str | None = None) -> None:
        """Show the window, and only then begin the work that fills it; `file` is the model to use first."""
        from PySide6.QtCore import QTimer

        self.core.models.await_first()
        self.window.show()
        QTimer.singleShot(0, self.window, lambda: self._start_work(file))

    def _start_work(self, file: str | None) -> None:
        from PySide6.QtCore import QTimer

        self.core.start()
        if (last := self.core.state.get(StateKey.LAST_CONVERSATION_ID)) is not None:
            self.window.reopen(last)
        QTimer.singleShot(LOAD_DELAY_MS, self.window, lambda: self._load_first_model(file))
        QTimer.singleShot(WARM_UP_DELAY_MS, self.window, self.window.warm_up)

    def _load_first_model(self, file: str | None) -> None:
        gc.enable()  # a start is over: see `chatdesk.__main__`
        self.core.load_first_model(file)

    def _close_temporary(self) -> None:
        for chat in tuple(self._temporary):
            chat.window.close()

    def _on_event(self, event: Event) -> None:
        self._taskbar.on_event(event)
        if isinstance(event, ModelReady):
            # What is loaded by now stays for good. Looked through again in the middle of a stream, it would hold up
            # drawing: Python's full collections take the longer the more there is.
            gc.freeze()

    def close(self) -> bool:
        """Remember where things were, save and end everything. Returns whether every thread ended in time."""
        geometry, state = self.window.saved_geometry()
        with problems_logged("where the window was is not remembered"):
            self.core.state.set(StateKey.WINDOW_GEOMETRY, geometry)
            self.core.state.set(StateKey.WINDOW_STATE, state)
            self.core.state.set(StateKey.LAST_CONVERSATION_ID, self.window.conversation_id)
            self.core.state.set(StateKey.RECENT_COMMANDS, "\n".join(self.window.recent_commands))
        self._taskbar.clear()
        self.maths.close()
        self.bridge.close()
        is_done = self.core.close()
        gc.unfreeze()
        return is_done


_EVENTS_OF_ALL_WINDOWS = (ModelEvent, SavedPromptsChanged, SettingsChanged, SnapshotsCleared, SnapshotsMeasured)


class TemporaryChat:
    """A window on a chat that is kept nowhere. All of it is gone when the window closes."""

    def __init__(self, app: WindowedApp, when_closed: Callable[[TemporaryChat], None]) -> None:
        from chatdesk.ui.bridge import EventBridge
        from chatdesk.ui.main_window import MainWindow

        self._core, self._shared = app.core, app.bridge
        self._when_closed = when_closed
        self._kept_id: str | None = None  # the conversation that is to be kept
        self._bridge = EventBridge()
        self._chats = self._core.open_temporary(self._bridge.post)
        self.window = MainWindow(app.verbs(self._chats, keep=self._keep), app.maths)
        self._bridge.received.connect(self.window.on_event)
        self._shared.received.connect(self._on_shared_event)
        self.window.closed.connect(self._on_closed)
        inference = self._core.inference
        if (loaded := inference.loaded) is not None:
            self.window.on_event(ModelReady(*loaded))
        elif inference.has_model:
            self.window.on_event(ModelAwaited())
        self._core.library.scan()
        self.window.show()

    def _on_shared_event(self, event: Event) -> None:
        """What happens to models, settings and saved prompts concerns every window, and so do problems of no chat."""
        if isinstance(event, ConversationKept) and event.temporary_id == self._kept_id:
            self.window.close()  # and not before: a disk that is full would lose it
        is_problem_of_all = isinstance(event, NoticeRaised) and event.conversation_id is None
        if is_problem_of_all or isinstance(event, _EVENTS_OF_ALL_WINDOWS):
            self.window.on_event(event)

    def _keep(self, conversation_id: str) -> None:
        self._kept_id = conversation_id
        self._core.keep(self._chats, conversation_id)

    def _on_closed(self) -> None:
        self._shared.received.disconnect(self._on_shared_event)
        self._bridge.close()
        self._core.close_temporary(self._chats)
        self.window.deleteLater()
        self._when_closed(self)


def make_application() -> Application:
    """Qt, ready for windows."""
    from PySide6.QtGui import QIcon

    from chatdesk.ui import scroll_areas
    from chatdesk.ui.application import Application
    from chatdesk.ui.collector import Collector
    from chatdesk.ui.languages import speak
    from chatdesk.ui.resources import set_resource_folder

    application = Application(sys.argv[:1])
    scroll_areas.install()
    Collector(application)
    application.setApplicationName("ChatDesk")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("chatdesk")
    application.setStyle("Fusion")
    set_resource_folder(resource(""))
    speak(None)
    application.setWindowIcon(QIcon("resources:app.svg"))
    return application


def run_window(file: str | None = None) -> int:
    """Show the window, with the model at `file` if there is one, until it is closed. Returns the exit code."""
    application = make_application()
    try:
        return run_application(application, this_apps_paths(), file)
    except UserFacingError as error:
        print(error, file=sys.stderr)  # which may be None in a windowed app
        _show_problem(error)
        return 1


def run_application(application: Application, paths: Paths, file: str | None = None) -> int:
    """Be the one window on this data folder until it is closed, or raise the one that is there.

    The model file at `file` is used first, in whichever window it is.

    Raises:
        UserFacingError: the folder or the database cannot be used.
    """
    from chatdesk.ui.command_desk import CommandDesk
    from chatdesk.ui.single_instance import SingleInstance
    from chatdesk.ui.termination import TerminationSignals

    paths.create()
    instance = SingleInstance(paths.data)
    if not instance.claim(file):
        return 0
    problem = None
    if paths.is_movable and Relocation(paths.config).is_wished:
        problem = _move(paths)
        instance.release()
        paths = this_apps_paths()
        paths.create()
        instance = SingleInstance(paths.data)
        if not instance.claim(file):
            return 0
    with logging_to(paths.log_file):
        app = WindowedApp(paths)
        with bugs_announced(app.bridge.post):
            instance.raise_requested.connect(app.window.bring_to_front)
            instance.file_requested.connect(app.core.models.add)
            application.file_opened.connect(app.core.models.add)
            commands = CommandDesk(app.core.commands, instance)
            instance.called.connect(commands.take)
            app.bridge.received.connect(commands.on_event)
            termination = TerminationSignals()
            termination.requested.connect(app.window.close)
            app.start(file)
            if problem is not None:
                app.bridge.post(NoticeRaised(problem))
            code = application.exec()
            is_done = app.close()
            termination.close()
        instance.release()
    if not is_done:
        # A thread is still inside llama.cpp. What was said is saved; waiting for it would only hold up the user.
        os._exit(code)
    return code


def _move(paths: Paths) -> ErrorDetail | None:
    """Move the folder that is to be moved, while nothing in it is open. Returns why it stayed, if it did."""
    from chatdesk.ui.moving_dialog import move_with_progress

    problems: list[ErrorDetail] = []

    def move(on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> None:
        try:
            Relocation(paths.config).carry_out(paths, on_progress, should_stop)
        except UserFacingError as error:
            problems.append(error.detail)
        except StoppedError:
            log.info("the folders stay where they are")

    move_with_progress(move)
    return next(iter(problems), None)


def _show_problem(error: UserFacingError) -> None:
    """Say why there is no window, where there is a screen to say it on."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QMessageBox

    from chatdesk.ui.wording import error_words

    if QGuiApplication.platformName() not in {"offscreen", "minimal"}:
        box = QMessageBox(QMessageBox.Icon.Critical, "ChatDesk", error_words(error.detail))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.exec()
