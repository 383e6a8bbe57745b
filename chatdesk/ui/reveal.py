"""Show a file where it lies, in the system's own file manager, selected where that is possible."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def reveal(path: str) -> None:
    """Open the folder of `path` with the file selected; the folder alone where nothing can select it."""
    is_shown = False
    match sys.platform:
        case "win32":
            # One string, for Explorer takes it apart by rules of its own; no Windows path holds a quotation mark.
            subprocess.Popen(f'explorer.exe /select,"{path}"')  # noqa: S603 - no shell reads it
            is_shown = True
        case "darwin":
            is_shown = QProcess.startDetached("open", ["-R", path])[0]
        case _:
            is_shown = _show_through_bus(path)
    if not is_shown:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).parent)))


def _show_through_bus(path: str) -> bool:
    """Ask the desktop's file manager: https://www.freedesktop.org/wiki/Specifications/file-manager-interface/."""
    from PySide6.QtDBus import QDBus, QDBusConnection, QDBusInterface, QDBusMessage

    name = "org.freedesktop.FileManager1"
    manager = QDBusInterface(name, "/org/freedesktop/FileManager1", name, QDBusConnection.sessionBus())
    if not manager.isValid():
        return False
    address = QUrl.fromLocalFile(path).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    answer = manager.callWithArgumentList(QDBus.CallMode.NoBlock, "ShowItems", [[address], ""])
    return answer.type() is not QDBusMessage.MessageType.ErrorMessage
