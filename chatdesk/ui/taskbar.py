"""Download progress on the taskbar or dock, where the platform has a place for it.

Linux docks listen to the `com.canonical.Unity.LauncherEntry` signal, which carries a fraction; the application's name
in it is that of its desktop file. Elsewhere Qt puts a number on the icon: the percentage.
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QGuiApplication

_PATH = "/org/chatdesk/ChatDesk"
_INTERFACE = "com.canonical.Unity.LauncherEntry"


class TaskbarProgress:
    """Shows one fraction, and tells the desktop only when its whole per cent changes."""

    def __init__(self) -> None:
        self._shown: int | None = None

    def show(self, fraction: float | None) -> None:
        """Show progress from 0 to 1; None takes it away."""
        percent = None if fraction is None else round(fraction * 100)
        if percent == self._shown:
            return
        self._shown = percent
        if sys.platform == "linux":
            _tell_docks(percent)
        else:
            QGuiApplication.setBadgeNumber(percent or 0)


def _tell_docks(percent: int | None) -> None:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage  # late: most starts download nothing

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return
    message = QDBusMessage.createSignal(_PATH, _INTERFACE, "Update")
    name = f"application://{QGuiApplication.desktopFileName()}.desktop"
    message.setArguments([name, {"progress": (percent or 0) / 100, "progress-visible": percent is not None}])
    bus.send(message)
