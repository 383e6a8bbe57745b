"""How far all downloads are, together, on the taskbar or dock, where the platform has a place for it.

Linux docks listen to the `com.canonical.Unity.LauncherEntry` signal, which carries a fraction; the application's name
in it is that of its desktop file. Elsewhere Qt puts a number on the icon: the percentage.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from chatdesk.core.events import DownloadChanged, DownloadsListed, Event

if TYPE_CHECKING:
    from chatdesk.core.downloads import Download

_PATH = "/org/chatdesk/ChatDesk"
_INTERFACE = "com.canonical.Unity.LauncherEntry"


class TaskbarProgress:
    """There is one for the app, however many windows it has. It tells the desktop of whole per cents only."""

    def __init__(self) -> None:
        self._under_way: dict[str, Download] = {}
        self.percent: int | None = None  # what is shown; None: nothing

    def on_event(self, event: Event) -> None:
        """Show what happened to downloads."""
        match event:
            case DownloadsListed(downloads):
                self._under_way = {download.id: download for download in downloads}
            case DownloadChanged(download):
                self._under_way[download.id] = download
            case _:
                return
        active = [download for download in self._under_way.values() if download.state.is_active]
        total = sum(download.total_bytes for download in active)
        self._show(round(100 * sum(download.done_bytes for download in active) / total) if total else None)

    def clear(self) -> None:
        """Show nothing."""
        self._show(None)

    def _show(self, percent: int | None) -> None:
        if percent == self.percent:
            return
        self.percent = percent
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
