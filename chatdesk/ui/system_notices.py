"""What the system shows outside of the window, one notification at a time."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon

from chatdesk.ui.desktop_notice import DesktopNotice


class SystemNotices(QObject):
    """Tells something; `clicked` says that it was clicked, by the tag that it was told with."""

    clicked = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notice: DesktopNotice | None = None
        self._tray: QSystemTrayIcon | None = None
        self._tag = ""

    def tell(self, title: str, text: str, tag: str) -> None:
        """Show a notification in place of the one before."""
        self.take_back()
        self._tag = tag
        if sys.platform == "linux":
            self._notice = DesktopNotice(title, text, lambda: self.clicked.emit(tag))
            return
        # Windows and macOS show notifications of what has an icon in the tray, so there is one for as long.
        self._tray = QSystemTrayIcon(QGuiApplication.windowIcon(), self)
        self._tray.messageClicked.connect(lambda: self.clicked.emit(self._tag))
        self._tray.show()
        self._tray.showMessage(title, text, QGuiApplication.windowIcon())

    def take_back(self) -> None:
        """It was seen, or the window closes."""
        if self._notice is not None:
            self._notice.close()
            self._notice = None
        if self._tray is not None:
            self._tray.hide()
            self._tray.deleteLater()
            self._tray = None
