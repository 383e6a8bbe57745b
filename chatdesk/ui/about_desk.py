"""What the window tells of the app itself: About, new versions, and diagnostics for a report about a fault.

The dialogs are imported when they are opened: the window must not wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from chatdesk.core.events import AboutEvent, AboutRead, DiagnosticsWritten, NewVersionsFailed, NewVersionsRead
from chatdesk.ui.actions import ActionRow, Group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

    from chatdesk.core.about import Place
    from chatdesk.services.about import AboutService
    from chatdesk.services.new_versions import NewVersionService
    from chatdesk.ui.about_dialog import AboutDialog
    from chatdesk.ui.new_version_dialog import NewVersionDialog
    from chatdesk.ui.notices import NoticeStrip


@dataclass(frozen=True, slots=True)
class AboutVerbs:
    """Who reads what is told, who looks for new versions, and where everything lies."""

    service: AboutService
    new_versions: NewVersionService
    places: Mapping[Place, str]


class AboutDesk(QObject):
    """Opens the dialogs, and takes diagnostics to the clipboard."""

    def __init__(self, verbs: AboutVerbs, notices: NoticeStrip, window: QWidget) -> None:
        super().__init__(window)
        self._verbs = verbs
        self._notices = notices
        self._window = window
        self._dialog: AboutDialog | None = None
        self._new_version: NewVersionDialog | None = None

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        copy, look = self._verbs.service.write_diagnostics, self.look_for_new_version
        return (
            ActionRow("copy_diagnostics_action", Group.WINDOW, self.tr("Copy diagnostics"), copy, in_menu=False),
            ActionRow("new_version_action", Group.WINDOW, self.tr("Look for a new version"), look, in_menu=False),
            ActionRow("about_action", Group.WINDOW, self.tr("About ChatDesk"), self.show_dialog),
        )

    def show_dialog(self) -> None:
        """Open the dialog; what takes time to read is filled in when it is there."""
        from chatdesk.ui.about_dialog import AboutDialog

        self._dialog = AboutDialog(self._verbs.places, self._window)
        self._dialog.copy_requested.connect(self._verbs.service.write_diagnostics)
        self._dialog.new_version_requested.connect(self.look_for_new_version)
        self._dialog.finished.connect(self._forget_dialog)
        self._dialog.open()
        self._verbs.service.read()

    def look_for_new_version(self) -> None:
        """Ask the release page, once, and show what it answers."""
        from chatdesk.ui.new_version_dialog import NewVersionDialog

        self._new_version = NewVersionDialog(self._dialog or self._window)
        self._new_version.look_requested.connect(self._verbs.new_versions.look)
        self._new_version.finished.connect(self._forget_new_version)
        self._new_version.look()

    def on_event(self, event: AboutEvent) -> None:
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
            case NewVersionsRead(releases):
                if self._new_version is not None:
                    self._new_version.show_newer(releases)
            case NewVersionsFailed(error):
                if self._new_version is not None:
                    self._new_version.show_problem(error)

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _forget_new_version(self) -> None:
        self._new_version = None
