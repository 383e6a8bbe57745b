"""Keys that belong to the widget with the keyboard, whatever shortcuts the window has: Esc there stops a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from collections.abc import Callable


def keeps_key(event: QEvent, *keys: Qt.Key, when: Callable[[], object] | None = None) -> bool:
    """Whether Qt asks, in a widget's `event`, if a key may be a shortcut, and it is one of `keys`.

    Then it is none, and the widget gets it as a key that is pressed. `when` names what has to be so besides.
    """
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent) or event.key() not in keys:
        return False
    if when is not None and not when():
        return False
    event.accept()
    return True
