"""Saving code from a reply as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QIODevice, QObject, QSaveFile, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

if TYPE_CHECKING:
    from chatdesk.ui.notices import NoticeStrip


class CodeSaving(QObject):
    """Asks where to put code, and says so if it cannot be put there."""

    def __init__(self, notices: NoticeStrip, window: QWidget) -> None:
        super().__init__(window)
        self._notices = notices
        self._window = window

    @Slot(str, str)
    def ask(self, code: str, file_name: str) -> None:
        """Ask for a place; `file_name` is proposed."""
        path, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save code"), file_name)
        if path:
            self.save(code, path)

    def save(self, code: str, path: str) -> None:
        """Write `code` to `path` as UTF-8, whole or not at all."""
        content = QByteArray((code + "\n").encode("utf-8", "replace"))
        file = QSaveFile(path)
        is_saved = file.open(QIODevice.OpenModeFlag.WriteOnly)
        is_saved = is_saved and file.write(content) == content.size() and file.commit()
        if not is_saved:
            words = self.tr("The code could not be saved: {reason}. Choose another place.")
            self._notices.show_notice(words.format(reason=file.errorString()))
