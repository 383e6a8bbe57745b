"""How far the move of a folder has come, before there is a window."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QProgressDialog

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 1000
LOOK_MS = 50


def move_with_progress(move: Callable[[Callable[[float], None], Callable[[], bool]], None]) -> None:
    """Run `move` in a thread of its own, which is told how to say how far it is, and whether to stop."""
    stop, shares = threading.Event(), [0.0]
    dialog = QProgressDialog(_tr("Moving your files to their new folder…"), _tr("Leave them where they are"), 0, STEPS)
    dialog.setObjectName("moving_dialog")
    dialog.setWindowTitle("ChatDesk")
    dialog.setWindowModality(Qt.WindowModality.ApplicationModal)
    dialog.setAutoClose(False)
    dialog.setAutoReset(False)
    dialog.setMinimumDuration(0)
    dialog.canceled.connect(stop.set)

    def on_progress(share: float) -> None:
        shares[0] = share

    thread = threading.Thread(target=lambda: move(on_progress, stop.is_set), name="move")

    def look() -> None:
        dialog.setValue(round(shares[0] * STEPS))
        if not thread.is_alive():
            dialog.accept()

    timer = QTimer(dialog)
    timer.timeout.connect(look)
    timer.start(LOOK_MS)
    thread.start()
    while thread.is_alive():
        dialog.exec()
    thread.join()


def _tr(text: str) -> str:
    return QCoreApplication.translate("Moving", text)
