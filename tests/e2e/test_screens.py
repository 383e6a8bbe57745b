"""Pictures of the main screens in `build/screens`, for people to look at: light and dark, English and Chinese, 100 and
200 %. That each has the light of its theme is all that a test can say of them.
"""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication, QDialog, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.contrast import luminance
from chatdesk.core.conversations import Conversation
from chatdesk.core.events import ConversationOpened, ConversationsListed
from chatdesk.core.settings import Settings, Theme
from chatdesk.store.paths import resource
from chatdesk.store.settings_file import SettingsFile
from chatdesk.ui import theme
from chatdesk.ui.languages import speak
from chatdesk.ui.notices import NoticeStrip
from chatdesk.ui.resources import set_resource_folder
from chatdesk.ui.settings_dialog import SettingsDialog, page_titles
from tests.support.opened_app import opened_app
from tests.ui.transcript.messages import reply, user
from tests.ui.widgets.finding import find

FOLDER = Path(__file__).parents[2] / "build" / "screens"
SIZE = (1280, 800)
ANSWER = """## Three ways

1. **Slowly**, with [a map](https://example.org)
2. `quickly`

```python
def walk(km: float) -> str:
    # one step after the other
    return "far" if km > 20 else "near"
```

| Hut | Hours |
|---|--:|
| Upper | 2 |
| 下面的小屋 | 5 |

> 慢慢来 – there is time.
"""
CHATS = tuple(
    Conversation(str(number), title, 1.7e9, 1.7e9 + number)
    for number, title in enumerate(
        ("A walk in the hills", "关于春天的诗", "Tea & cake for twelve people", "Rust lifetimes")
    )
)


@pytest.fixture(autouse=True)
def _undressed(qapp: QApplication) -> Iterator[None]:
    set_resource_folder(resource(""))
    yield
    speak("en")
    theme.apply(qapp, theme.Looks())


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def trigger(app: WindowedApp, name: str) -> None:
    action = app.window.findChild(QAction, name)
    assert isinstance(action, QAction), name
    action.trigger()
    settle()


def screens(app: WindowedApp) -> Iterator[tuple[str, QWidget]]:
    """Each screen under its name, as it is to be seen."""
    window = app.window
    window.resize(*SIZE)
    window.on_event(ConversationsListed((), ()))
    settle()
    yield "first start", window
    window.on_event(ConversationsListed(CHATS, ()))
    asked = user("u", "How do I get to the hut?", CHATS[0].id)
    window.reopen(CHATS[0].id)
    answer = reply("r", ANSWER)
    window.on_event(ConversationOpened(CHATS[0], (asked, answer), {}, None))
    find(window, NoticeStrip, "notice_strip").show_notice("…")
    settle()
    yield "chat", window
    trigger(app, "palette_action")
    yield "palette", window
    trigger(app, "palette_action")
    trigger(app, "shortcuts_action")
    shortcuts = find(window, QDialog, "shortcut_dialog")
    yield "shortcuts", shortcuts
    shortcuts.reject()
    trigger(app, "settings_action")
    dialog = find(window, SettingsDialog, "settings_dialog")
    for page in page_titles():
        dialog.show_page(page)
        settle()
        yield page.replace("_", " "), dialog
    dialog.reject()
    trigger(app, "models_action")
    manager = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "model_manager" and w.isVisible())
    tabs = find(manager, QTabBar, "models_tabs")
    for tab in range(tabs.count()):
        tabs.setCurrentIndex(tab)
        settle()
        yield f"models {tab + 1}", manager


def light_of(picture: QImage) -> float:
    """The mean luminance, from 0 to 1."""
    small = picture.scaled(16, 16)
    return sum(luminance(small.pixelColor(x, y).name()) for x in range(16) for y in range(16)) / 256


@pytest.mark.parametrize(
    ("wanted", "language", "percent"), [*product((Theme.LIGHT, Theme.DARK), ("en", "zh_CN"), (100, 200))]
)
def test_every_screen_can_be_looked_at(
    wanted: Theme, language: str, percent: int, tmp_path: Path, qtbot: QtBot
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    SettingsFile(home / "settings.json").save(Settings(theme=wanted, language=language, text_percent=percent))
    folder = FOLDER / f"{wanted}-{language}-{percent}"
    folder.mkdir(parents=True, exist_ok=True)
    with opened_app(home, qtbot) as app:
        for name, widget in screens(app):
            picture = widget.grab().toImage()
            assert picture.save(str(folder / f"{name}.png"))
            assert (light_of(picture) < 0.3) is (wanted is Theme.DARK), name
