"""For bugs only: what happened, where the log is, and a button that copies it all."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from chatdesk.ui.first_size import set_first_size

MOST_TOLD = 10  # what else there is stands in the log file


class CrashDialog(QDialog):
    """Shows tracebacks. The app goes on: the jobs that crashed are over, the others are not touched."""

    def __init__(self, log_file: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crash_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Something went wrong in ChatDesk"))
        words = QLabel(
            self.tr(
                "This is a fault in ChatDesk, not something you did. Your chats are safe.\n"
                "Please report it with the details below. The log file is {log_file}."
            ).format(log_file=log_file)
        )
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        self._told: list[str] = []
        self._details = QPlainTextEdit()
        self._details.setObjectName("crash_details")
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setReadOnly(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy details"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copy_crash_button")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._details.toPlainText()))
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(words)
        layout.addWidget(self._details, 1)
        layout.addWidget(buttons)
        set_first_size(self, 640, 420)

    def add(self, details: str) -> None:
        """Show one more. What happens again is told once: a fault in drawing comes with every frame."""
        if details not in self._told and len(self._told) < MOST_TOLD:
            self._told.append(details)
            self._details.setPlainText("\n".join(self._told))
