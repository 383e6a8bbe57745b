"""The summary that stands for earlier messages: to read, and to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from chatdesk.ui.first_size import set_first_size

if TYPE_CHECKING:
    from chatdesk.core.summaries import Summary


class SummaryDialog(QDialog):
    """`saved` carries the new text. A blank one cannot be saved: Undo takes a summary away."""

    saved = Signal(str)

    def __init__(self, summary: Summary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("summary_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Summary of earlier messages"))
        self._before = summary.text
        count = len(summary.covers)
        words = self.tr("The model is sent this in place of %n earlier message(s), still in the chat.", "", count)
        explanation = QLabel(words)
        explanation.setTextFormat(Qt.TextFormat.PlainText)
        explanation.setWordWrap(True)
        author = QLabel(self.tr("Written by {model}").format(model=summary.model_name))
        author.setObjectName("summary_author")
        author.setTextFormat(Qt.TextFormat.PlainText)
        author.setVisible(bool(summary.model_name))
        self._edit = QPlainTextEdit(summary.text)
        self._edit.setObjectName("summary_edit")
        self._edit.setAccessibleName(self.windowTitle())
        self._edit.setTabChangesFocus(True)
        self._edit.textChanged.connect(self._refresh)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._save_button = buttons.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._save_button.setObjectName("save_summary_button")
        self._save_button.setProperty("primary", True)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(explanation)
        layout.addWidget(self._edit, 1)
        layout.addWidget(author)
        layout.addWidget(buttons)
        set_first_size(self, 540, 380)
        self._refresh()
        self._edit.setFocus()

    def _refresh(self) -> None:
        text = self._edit.toPlainText()
        self._save_button.setEnabled(bool(text.strip()) and text != self._before)

    def _save(self) -> None:
        self.saved.emit(self._edit.toPlainText())
        self.accept()
