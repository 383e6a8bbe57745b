"""The whole app on a data folder of its own, shown, with no model loaded. What it wears goes with it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.store.paths import find_paths
from chatdesk.ui import theme


@contextlib.contextmanager
def opened_app(home: Path, qtbot: QtBot) -> Iterator[WindowedApp]:
    qapp = QApplication.instance()
    assert isinstance(qapp, QApplication)
    app = WindowedApp(find_paths({"CHATDESK_HOME": str(home)}))
    try:
        with qtbot.waitExposed(app.window):
            app.window.show()
        yield app
    finally:
        app.window.close()
        is_all_ended = app.close()
        app.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        theme.apply(qapp, theme.Looks())
    assert is_all_ended
