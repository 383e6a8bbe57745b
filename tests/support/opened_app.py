"""The whole app on a data folder of its own, shown, with no model loaded."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.store.paths import find_paths


@contextlib.contextmanager
def opened_app(home: Path, qtbot: QtBot) -> Iterator[WindowedApp]:
    app = WindowedApp(find_paths({"CHATDESK_HOME": str(home)}))
    with qtbot.waitExposed(app.window):
        app.window.show()
    yield app
    app.window.close()
    assert app.close()
    app.window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
