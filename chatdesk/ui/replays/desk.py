"""Opens the explanation of a reply, and brings it what happens to its replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from chatdesk.core.events import ReplayEvent, ReplayFinished, ReplayProgressed, ReplyExplained
from chatdesk.ui.replays.origin_dialog import OriginDialog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from chatdesk.services.replays import ReplayService


class ReplayDesk(QObject):
    """One dialog at a time: another reply takes the place of the one that is explained."""

    def __init__(self, replays: ReplayService, window: QWidget) -> None:
        super().__init__(window)
        self._replays = replays
        self._window = window
        self._dialog: OriginDialog | None = None
        self._wanted_id = ""  # the reply that was asked for last
        self._is_to_replay = False

    def explain(self, message_id: str, is_to_replay: bool) -> None:  # noqa: FBT001 - a signal's
        """Show what a reply was made from, and write it again at once if that is asked for."""
        self._wanted_id, self._is_to_replay = message_id, is_to_replay
        self._replays.explain(message_id)

    def on_event(self, event: ReplayEvent) -> None:
        """Show what happened."""
        match event:
            case ReplyExplained() if event.message.id == self._wanted_id:
                self._open(event)
            case ReplayProgressed(message_id, done, total):
                if self._dialog is not None and self._dialog.message_id == message_id:
                    self._dialog.show_progress(done, total)
            case ReplayFinished(message_id, result):
                if self._dialog is not None and self._dialog.message_id == message_id:
                    self._dialog.show_result(result)

    def _open(self, explained: ReplyExplained) -> None:
        self._wanted_id = ""
        if self._dialog is not None and self._dialog.message_id == explained.message.id:
            dialog = self._dialog  # what is announced of its replay is of no other one then
        else:
            dialog = self._made_dialog(explained)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        if self._is_to_replay and not dialog.is_running:
            self._replay(dialog)

    def _made_dialog(self, explained: ReplyExplained) -> OriginDialog:
        if self._dialog is not None:
            self._dialog.reject()
        dialog = OriginDialog(explained.message, explained.recipe, self._window)
        dialog.replay_requested.connect(lambda: self._replay(dialog))
        dialog.stop_requested.connect(self._replays.stop)
        dialog.finished.connect(lambda _code: self._forget(dialog))
        self._dialog = dialog
        return dialog

    def _replay(self, dialog: OriginDialog) -> None:
        dialog.begin()
        self._replays.replay(dialog.message_id)

    def _forget(self, dialog: OriginDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None
