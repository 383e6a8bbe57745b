"""Python's garbage is looked for while nobody looks at the window.

Once enough was made, Python looks through all that there is: with a long chat open that takes some 80 ms, in the middle
of whatever the window does. What only a full search finds is rare here, and can wait until another program is used.
What is young is looked through as always, which takes no time.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

# How many searches of what is middle-aged come before a full one, where 10 is usual: some millions of objects.
_SELDOM = 1000


class Collector(QObject):
    """Puts off full searches for as long as `application` exists."""

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__(application)
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, _SELDOM)
        application.applicationStateChanged.connect(self._on_state)

    def _on_state(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationInactive:
            gc.collect()
