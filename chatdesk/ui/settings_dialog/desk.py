"""All of the window that is about the app's settings: the dialog, the size of the text, where the folders lie."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from chatdesk.core.events import SnapshotsCleared, SnapshotsMeasured
from chatdesk.core.palette import Entry, EntryKind
from chatdesk.core.settings import stepped_text, with_changes
from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.folders_dialog import FoldersDialog
from chatdesk.ui.settings_dialog.dialog import SettingsDialog, page_titles
from chatdesk.ui.settings_dialog.index import SettingsIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from chatdesk.core.settings import Settings
    from chatdesk.ui.folders_dialog import FolderVerbs
    from chatdesk.ui.settings_dialog.page import Setting


@dataclass(frozen=True, slots=True)
class SettingsVerbs:
    """The settings in force, and what changes them: `adjust` takes what makes new ones of them.

    `folders` is None in a window from which they are not moved.
    """

    current: Callable[[], Settings]
    adjust: Callable[[Callable[[Settings], Settings]], None]
    has_token: Callable[[], bool]
    change_token: Callable[[str], None]
    measure_snapshots: Callable[[], None]
    clear_snapshots: Callable[[], None]
    folders: FolderVerbs | None = None
    index: SettingsIndex = field(default_factory=SettingsIndex)


class SettingsDesk(QObject):
    """Opens what settings are changed in, and changes those that have keys of their own."""

    def __init__(self, verbs: SettingsVerbs, window: QWidget) -> None:
        super().__init__(window)
        self._verbs = verbs
        self._window = window
        self._dialog: SettingsDialog | None = None  # while it is open

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        group = Group.WINDOW
        larger, smaller, usual = self.tr("Larger text"), self.tr("Smaller text"), self.tr("Normal text size")
        rows = (
            ActionRow("settings_action", group, self.tr("Settings…"), self.show_general, "Ctrl+,"),
            ActionRow(
                "larger_text_action", group, larger, partial(self._step_text, 1), "Ctrl++; Ctrl+=", in_menu=False
            ),
            ActionRow("smaller_text_action", group, smaller, partial(self._step_text, -1), "Ctrl+-", in_menu=False),
            ActionRow("usual_text_action", group, usual, self._reset_text, "Ctrl+0", in_menu=False),
        )
        if self._verbs.folders is None:
            return rows
        return (*rows, ActionRow("folders_action", group, self.tr("Data and model folders…"), self._show_folders))

    def warm_up(self) -> None:
        """Read what the palette offers, a page at a time: all at once would hold the window up."""
        if self._verbs.index.read_page():
            QTimer.singleShot(0, self, self.warm_up)

    def entries(self) -> list[Entry]:
        """The pages of the dialog and all that can be set on them, for the command palette."""
        return [
            *(
                Entry(f"settings:{page}", EntryKind.SETTINGS, title, partial(self._show, page))
                for page, title in page_titles().items()
            ),
            *map(self._entry, self._verbs.index.all()),
        ]

    def _entry(self, setting: Setting) -> Entry:
        return Entry(
            f"setting:{setting.field}",
            EntryKind.SETTING,
            setting.name,
            partial(self._show, setting.page, setting),
            self.tr("Settings: {page}").format(page=setting.page_title),
            setting.text,
        )

    def show_general(self) -> None:
        """Open the dialog at its first page."""
        self._show("settings_general")

    def show_network(self) -> None:
        """Open the dialog where the network and the access token are."""
        self._show("settings_network")

    def _show(self, page: str, setting: Setting | None = None) -> None:
        dialog = self._dialog = self._dialog or self._made_dialog()
        dialog.show_page(page)
        dialog.open()
        dialog.raise_()  # it may have been asked for in the window "Models", and be open already
        dialog.activateWindow()
        if setting is not None:
            dialog.show_setting(setting)

    def _made_dialog(self) -> SettingsDialog:
        before = self._verbs.current()
        dialog = SettingsDialog(before, self._window, has_token=self._verbs.has_token())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(lambda after: self._verbs.adjust(lambda current: with_changes(current, before, after)))
        dialog.token_changed.connect(self._verbs.change_token)
        dialog.clear_requested.connect(self._verbs.clear_snapshots)
        dialog.finished.connect(self._forget_dialog)
        self._verbs.measure_snapshots()
        return dialog

    def _forget_dialog(self) -> None:
        self._dialog = None

    def on_event(self, event: SnapshotsMeasured | SnapshotsCleared) -> None:
        """Show what happened, where it is shown."""
        if self._dialog is None:
            return
        match event:
            case SnapshotsMeasured(size_bytes):
                self._dialog.show_snapshots(size_bytes)
            case SnapshotsCleared(freed_bytes):
                self._dialog.show_freed(freed_bytes)

    def _step_text(self, step: int) -> None:
        self._verbs.adjust(lambda settings: stepped_text(settings, step))

    def _reset_text(self) -> None:
        self._verbs.adjust(lambda settings: replace(settings, text_percent=100))

    def _show_folders(self) -> None:
        assert self._verbs.folders is not None
        FoldersDialog(self._verbs.folders, self._window.close, self._window).open()
