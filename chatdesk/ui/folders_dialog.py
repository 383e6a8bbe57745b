"""Where chats and models lie, and moving them somewhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.errors import UserFacingError
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.labels import ElidedLabel
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_PATH_CHARS = 500


@dataclass(frozen=True, slots=True)
class FolderVerbs:
    """Where the folders are, and what has them moved at the next start; None where something else says where they are.

    `move_data` and `move_models` take a path and raise `UserFacingError`.
    """

    data: str
    models: str
    move_data: Callable[[str], None] | None
    move_models: Callable[[str], None] | None


class FoldersDialog(QDialog):
    """One row for each folder."""

    def __init__(self, verbs: FolderVerbs, quit_app: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("folders_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Folders"))
        self._said = QLabel()
        self._said.setObjectName("folders_said")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._quit_button = QPushButton(self.tr("Quit now"), self)
        self._quit_button.setObjectName("quit_to_move_button")
        self._quit_button.hide()  # until there is a reason
        self._quit_button.setAccessibleName(self.tr("Quit now"))
        self._quit_button.clicked.connect(self.accept)
        self._quit_button.clicked.connect(quit_app)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self._row("data", self.tr("Chats and settings of models"), verbs.data, verbs.move_data))
        layout.addLayout(self._row("models", self.tr("Models"), verbs.models, verbs.move_models))
        if verbs.move_data is None:
            self._said.setText(
                self.tr(
                    "CHATDESK_HOME or a folder beside the app says where they lie, so they are not moved from here."
                )
            )
        layout.addWidget(self._said)
        layout.addStretch()
        layout.addWidget(self._buttons)
        self.setMinimumWidth(520)

    def _row(self, name: str, heading: str, path: str, move: Callable[[str], None] | None) -> QVBoxLayout:
        title = QLabel(heading)
        title.setObjectName("caption")
        shown = ElidedLabel(f"{name}_path", one_line(path, MOST_PATH_CHARS))
        open_button = QPushButton(self.tr("Open"))
        open_button.setObjectName(f"open_{name}_button")
        open_button.setAccessibleName(self.tr("Open the folder: {folder}").format(folder=heading))
        open_button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))
        move_button = QPushButton(self.tr("Move…"))
        move_button.setObjectName(f"move_{name}_button")
        move_button.setAccessibleName(self.tr("Move the folder: {folder}").format(folder=heading))
        move_button.setEnabled(move is not None)
        if move is not None:
            move_button.clicked.connect(lambda: self._ask(move))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(shown, 1)
        line.addWidget(open_button)
        line.addWidget(move_button)
        rows = QVBoxLayout()
        rows.setSpacing(4)
        rows.addWidget(title)
        rows.addLayout(line)
        return rows

    def _ask(self, move: Callable[[str], None]) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Choose an empty folder"))
        if not path:
            return
        try:
            move(path)
        except UserFacingError as error:
            self._said.setText(error_words(error.detail))
            return
        words = self.tr("Everything is moved to {folder} when ChatDesk starts the next time, and checked on the way.")
        self._said.setText(words.format(folder=one_line(path, MOST_PATH_CHARS)))
        self._buttons.addButton(self._quit_button, QDialogButtonBox.ButtonRole.ActionRole)
