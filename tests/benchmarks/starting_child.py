"""The child process of `starting`: opens ChatDesk or an empty window, and says on stdout when it is usable.

Usable is when the event loop first comes to rest with everything on screen. Times are in seconds from the moment
that the parent process noted before it started this one, so that the interpreter's start counts.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path

STARTED_AT = float(sys.argv[2])
QUIT_AFTER_MS = 1000  # leave time for the model to load, so that the next start finds nothing unfinished

sys.path.insert(0, str(Path(__file__).parents[2]))


def empty_window() -> None:
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication(sys.argv[:1])
    _when_at_rest(lambda: True)
    window = QMainWindow()
    window.show()
    application.exec()


def chatdesk_window(conversations: int) -> None:
    """As `chatdesk.__main__` does it."""
    import chatdesk.__main__

    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    chatdesk.__main__._parser().parse_args([])
    gc.disable()
    from chatdesk.app import make_application, run_application
    from chatdesk.headless import this_apps_paths

    application = make_application()

    def is_filled() -> bool:
        from PySide6.QtWidgets import QAbstractItemView

        from chatdesk.ui.main_window import MainWindow

        window = next(window for window in application.topLevelWidgets() if isinstance(window, MainWindow))
        view = window.findChild(QAbstractItemView, "conversation_list")
        assert view is not None
        return view.model().rowCount() >= conversations and window.conversation_id is not None

    _when_at_rest(is_filled)
    run_application(application, this_apps_paths())


def _when_at_rest(is_filled: object) -> None:
    """Say when the event loop rests with the window on screen, and with `is_filled()`; then quit."""
    from PySide6.QtCore import QAbstractEventDispatcher, QTimer
    from PySide6.QtWidgets import QApplication

    assert callable(is_filled)
    said: dict[str, float] = {}
    dispatcher = QAbstractEventDispatcher.instance()

    def look() -> None:
        handles = [window.windowHandle() for window in QApplication.topLevelWidgets() if window.isVisible()]
        if not any(handle.isExposed() for handle in handles):
            return
        said.setdefault("drawn", time.monotonic() - STARTED_AT)
        if is_filled():
            said["usable"] = time.monotonic() - STARTED_AT
            dispatcher.aboutToBlock.disconnect(look)
            print(json.dumps(said), flush=True)
            QTimer.singleShot(QUIT_AFTER_MS, QApplication.quit)

    dispatcher.aboutToBlock.connect(look)


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty_window()
    else:
        chatdesk_window(int(sys.argv[3]))
