"""Show a file where it lies, in the system's own file manager, selected where that is possible."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def reveal(path: str) -> None:
    """Open the folder of `path` with the file selected; the folder alone where nothing can select it."""
    match sys.platform:
        case "win32":
            # One string, for Explorer takes it apart by rules of its own; no Windows path holds a quotation mark.
            subprocess.Popen(f'explorer.exe /select,"{path}"')  # noqa: S603 - no shell reads it
        case "darwin":
            if not QProcess.startDetached("open", ["-R", path])[0]:
                _open_folder(path)
        case _:
            _show_through_bus(path)


def _show_through_bus(path: str) -> None:
    """Ask the desktop's file manager: https://www.freedesktop.org/wiki/Specifications/file-manager-interface/.

    Nobody waits for its answer: it may have to be started first.
    """
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        _open_folder(path)
        return
    name = "org.freedesktop.FileManager1"
    message = QDBusMessage.createMethodCall(name, "/org/freedesktop/FileManager1", name, "ShowItems")
    message.setArguments([[QUrl.fromLocalFile(path).toString(QUrl.ComponentFormattingOption.FullyEncoded)], ""])
    watcher = QDBusPendingCallWatcher(bus.asyncCall(message), QCoreApplication.instance())

    def look() -> None:
        if watcher.isError():
            _open_folder(path)
        watcher.deleteLater()

    watcher.finished.connect(look)


def _open_folder(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).parent)))
