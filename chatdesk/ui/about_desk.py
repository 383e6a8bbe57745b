"""What the window tells of the app itself: the About dialog, and diagnostics for a report about a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from chatdesk.core.events import AboutRead, DiagnosticsWritten
from chatdesk.ui.about_dialog import AboutDialog
from chatdesk.ui.actions import ActionRow, Group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

    from chatdesk.core.about import Place
    from chatdesk.services.about import AboutService
    from chatdesk.ui.notices import NoticeStrip


@dataclass(frozen=True, slots=True)
class AboutVerbs:
    """Who reads what is told, and where everything lies."""

    service: AboutService
    places: Mapping[Place, str]


class AboutDesk(QObject):
    """Opens the dialog, and takes diagnostics to the clipboard."""

    def __init__(self, verbs: AboutVerbs, notices: NoticeStrip, window: QWidget) -> None:
        super().__init__(window)
        self._verbs = verbs
        self._notices = notices
        self._window = window
        self._dialog: AboutDialog | None = None

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        copy = self._verbs.service.write_diagnostics
        return (
            ActionRow("copy_diagnostics_action", Group.WINDOW, self.tr("Copy diagnostics"), copy, in_menu=False),
            ActionRow("about_action", Group.WINDOW, self.tr("About ChatDesk"), self.show_dialog),
        )

    def show_dialog(self) -> None:
        """Open the dialog; what takes time to read is filled in when it is there."""
        self._dialog = AboutDialog(self._verbs.places, self._window)
        self._dialog.copy_requested.connect(self._verbs.service.write_diagnostics)
        self._dialog.finished.connect(self._forget_dialog)
        self._dialog.open()
        self._verbs.service.read()

    def on_event(self, event: AboutRead | DiagnosticsWritten) -> None:
        """Show what was read."""
        match event:
            case AboutRead(sizes, licences):
                if self._dialog is not None:  # it may be closed by now
                    self._dialog.show_sizes(sizes)
                    self._dialog.show_licences(licences)
            case DiagnosticsWritten(text):
                QGuiApplication.clipboard().setText(text)
                words = self.tr("Diagnostics are on the clipboard. They hold nothing that was said in chats.")
                if self._dialog is not None:
                    self._dialog.say(words)
                else:
                    self._notices.show_notice(words)

    def _forget_dialog(self) -> None:
        self._dialog = None
