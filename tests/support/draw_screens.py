"""Opens every screen of the real app in a child process, draws each into a file, and says which words do not fit.

`python draw_screens.py FOLDER LANGUAGE THEME TEXT_PERCENT WIDTH HEIGHT`, with CHATDESK_HOME set to a new home and the
scale in QT_SCALE_FACTOR. Prints one line of JSON: the pictures, and the faults.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

from chatdesk.app import WindowedApp, make_application
from chatdesk.core.messages import FinishReason, ReplyFigures, ReplyOrigin, ReplyStatus, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings, Theme
from chatdesk.headless import this_apps_paths
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.paths import Paths
from chatdesk.store.settings_file import SettingsFile, StateFile, StateKey
from chatdesk.ui.transcript.view import TranscriptView

# What these open is drawn; other actions act on the computer or only move the focus.
SHOWN_ACTIONS = (
    "new_chat_action",
    "palette_action",
    "shortcuts_action",
    "context_action",
    "choose_model_action",
    "models_action",
    "settings_action",
    "about_action",
)
PATIENCE_MS = 60_000
SETTLE_MS = 400
QUESTION = "How does a hash table work? 请用中文再说一遍。"
REPLY = """A **hash table** keeps values under *keys*. 哈希表把值存放在键之下。

1. A hash function turns the key into a number.
2. The number, modulo the size, is the bucket.

```python
def bucket(key: str, size: int) -> int:
    return hash(key) % size
```

| Operation | Average | Worst |
|:--|--:|--:|
| Look up | $O(1)$ | $O(n)$ |
| 插入 | $O(1)$ | $O(n)$ |

> Collisions are what makes it interesting.
"""
TITLES = (
    "How does a hash table work?",
    "一周的素食菜单",
    "Letter to the landlord about the heating",
    "旅行计划",
    "Ideas",
)


def fill(paths: Paths, settings: Settings) -> None:
    """Settings, and chats to look at."""
    paths.create()
    SettingsFile(paths.settings).save(settings)
    database = Database.open(paths.database)
    store = ConversationStore(database)
    origin = ReplyOrigin("SmolLM2-135M-Instruct", "/nowhere.gguf", SamplingParams(), "", seed=7)
    for title in reversed(TITLES):
        conversation, question, reply = store.add_exchange(None, QUESTION, origin)
        figures = ReplyFigures(44, 0, 180, 0.4, 6.0)
        store.save_reply(
            replace(
                reply,
                parts=text_parts(REPLY),
                status=ReplyStatus.COMPLETE,
                finish_reason=FinishReason.END_OF_TURN,
                figures=figures,
            )
        )
        store.rename(conversation.id, title)
    other = store.add_reply(question.id, origin)
    store.save_reply(replace(other, parts=text_parts(REPLY.replace("keys", "names")), status=ReplyStatus.STOPPED))
    StateFile(paths.state).set(StateKey.LAST_CONVERSATION_ID, conversation.id)
    database.close()


class Artist:
    """Draws the windows of one app into a folder."""

    def __init__(self, app: WindowedApp, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self.pictures: list[str] = []
        self.faults: list[str] = []

    def wait(self, is_so: Callable[[], object]) -> None:
        """Let the app run until something is so."""
        deadline = QDeadlineTimer(PATIENCE_MS)
        while not is_so():
            assert not deadline.hasExpired()
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)

    def settle(self) -> None:
        """Let what was begun be drawn."""
        deadline = QDeadlineTimer(SETTLE_MS)
        self.wait(deadline.hasExpired)

    def draw(self, widget: QWidget, name: str) -> None:
        """Draw `widget` and look at its words."""
        self.settle()
        path = self._folder / f"{name}.png"
        assert widget.grab().save(str(path))
        self.pictures.append(path.name)
        self.faults += [f"{name}: {fault}" for fault in clipped(widget)]

    def draw_opened(self, action: QAction) -> None:
        """Trigger `action`, draw what it opens or changes, page by page, and leave it again."""
        name = action.objectName().removesuffix("_action")
        before = shown_windows()
        action.trigger()
        self.settle()
        opened = [widget for widget in shown_windows() if widget not in before]
        for widget in opened:
            self._draw_pages(widget, name)
            widget.close()
        if not opened:
            self.draw(self._app.window, name)
        self.settle()

    def _draw_pages(self, widget: QWidget, name: str) -> None:
        pages = widget.findChild(QListWidget, "settings_pages")
        tabs = widget.findChild(QTabBar, "models_tabs")
        if pages is not None:
            for row in range(pages.count()):
                pages.setCurrentRow(row)
                self.draw(widget, f"{name}-{row + 1}")
        elif tabs is not None:
            for tab in range(tabs.count()):
                tabs.setCurrentIndex(tab)
                self.draw(widget, f"{name}-{tab + 1}")
        else:
            self.draw(widget, name)


def shown_windows() -> list[QWidget]:
    """Windows and popups on screen."""
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


def clipped(widget: QWidget) -> list[str]:
    """Words in `widget` that have less room than they need."""
    faults = []
    for label in widget.findChildren(QLabel):
        if is_seen(label) and label.text() and type(label) is QLabel:
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            is_cut = not label.wordWrap() and label.sizeHint().width() > label.width()
            if is_cut or needed > label.height():
                faults.append(f"label “{label.text()}” has {label.width()}×{label.height()}, needs {needed} in height")
    contents = [
        (area.objectName(), area.viewport().width(), content.width())
        for area in widget.findChildren(QScrollArea)
        if is_seen(area) and (content := area.widget()) is not None
    ]
    faults += [f"{name} shows {room} of {width} across" for name, room, width in contents if width > room]
    kinds: tuple[type[QWidget], ...] = (QPushButton, QComboBox, QCheckBox)
    buttons = [button for kind in kinds for button in widget.findChildren(kind) if is_seen(button)]
    faults += [
        f"{button.objectName()} is {button.width()} wide, needs {button.sizeHint().width()}"
        for button in buttons
        if button.sizeHint().width() > button.width()
    ]
    return faults


def is_seen(widget: QWidget) -> bool:
    """Whether it is shown at all: scrolled out of sight counts too."""
    return widget.isVisible() and widget.width() > 0


def draw_versions(artist: Artist, app: WindowedApp) -> None:
    """Draw what is done with messages and their versions, and leave everything as it was."""
    view = app.window.findChild(TranscriptView)
    assert view is not None
    view.setFocus()
    for index, name in enumerate(("edit-message", "edit-reply")):
        view.verbs.run(index, "edit")
        artist.draw(app.window, name)
        cancel = app.window.findChild(QPushButton, "cancel_edit_button")
        assert cancel is not None
        cancel.click()
        artist.settle()
    view.verbs.run(1, "compare")
    artist.wait(lambda: app.window.findChild(QDialog, "compare_dialog"))
    dialog = app.window.findChild(QDialog, "compare_dialog")
    assert dialog is not None
    artist.draw(dialog, "compare")
    dialog.close()
    artist.settle()
    for action in app.window.actions():
        if action.objectName() == "map_action":
            artist.draw_opened(action)


def main() -> int:
    """Draw everything."""
    folder, language, theme = Path(sys.argv[1]), sys.argv[2], Theme(sys.argv[3])
    text_percent, width, height = map(int, sys.argv[4:7])
    paths = this_apps_paths()
    fill(paths, Settings(language=language, theme=theme, text_percent=text_percent))
    application = make_application()
    app = WindowedApp(paths)
    artist = Artist(app, folder)
    app.start()
    app.window.resize(width, height)
    picker = app.window.findChild(QToolButton, "model_picker")
    details = app.window.findChild(QLabel, "model_details")
    assert picker is not None
    assert details is not None
    artist.wait(details.text)
    artist.draw(app.window, "chat")
    draw_versions(artist, app)
    for action in list(app.window.actions()):
        if action.objectName() in SHOWN_ACTIONS and action.isEnabled():
            artist.draw_opened(action)
    app.window.close()
    assert app.close()
    application.processEvents()
    print(json.dumps({"pictures": artist.pictures, "faults": artist.faults}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
