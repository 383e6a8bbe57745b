"""The page of saved prompts: write, change, delete, bring in and out of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QIODevice, QSaveFile, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.saved_prompts import MOST_NAME_CHARS, SavedPrompt
from chatdesk.ui.first_size import set_first_size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatdesk.services.saved_prompts import SavedPromptService

SAVE_MS = 400


class SavedPromptsDialog(QDialog):
    """A list of names, and beside it the name and the text of the chosen one, kept as they are typed."""

    def __init__(
        self,
        prompts: Sequence[SavedPrompt],
        service: SavedPromptService,
        draft: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`draft` is what a new prompt begins with."""
        super().__init__(parent)
        self.setObjectName("saved_prompts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Saved prompts"))
        set_first_size(self, 720, 480)
        self._service = service
        self._draft = draft
        self._prompts: list[SavedPrompt] = []
        self._shown_id: str | None = None
        self._deleted: SavedPrompt | None = None
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._save_soon.timeout.connect(self._save)
        self._list = QListWidget()
        self._list.setObjectName("saved_prompt_names")
        self._list.setAccessibleName(self.tr("Saved prompts"))
        self._list.currentRowChanged.connect(self._show)
        self._name = QLineEdit()
        self._name.setObjectName("saved_prompt_name")
        self._name.setAccessibleName(self.tr("Name"))
        self._name.setPlaceholderText(self.tr("Name"))
        self._name.setMaxLength(MOST_NAME_CHARS)
        self._name.textEdited.connect(self._save_soon.start)
        self._text = QPlainTextEdit()
        self._text.setObjectName("saved_prompt_text")
        self._text.setAccessibleName(self.tr("Text of the prompt"))
        self._text.setPlaceholderText(self.tr("Translate into {{language}}: {{text}}"))
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._save_soon.start)
        self._hint = _words(
            self.tr(
                "Write / in an empty message box to find a prompt."
                " What stands in {{double braces}} is filled in there, with Tab from one to the next."
            )
        )
        self._hint.setObjectName("setting_explanation")
        self._problem = _words("")
        self._problem.setObjectName("setting_problem")
        self._problem.hide()
        self._undo = self._button("saved_prompt_undo", self.tr("Undo the deletion"), self._restore)
        self._undo.hide()
        self._delete = self._button("saved_prompt_delete", self.tr("Delete"), self._remove)
        self._build()
        self.show_prompts(prompts)
        if draft.strip() or not prompts:
            self._new()

    def _build(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self._list, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self._button("saved_prompt_new", self.tr("New prompt"), self._new))
        buttons.addWidget(self._delete)
        left.addLayout(buttons)
        right = QVBoxLayout()
        right.addWidget(self._name)
        right.addWidget(self._text, 1)
        right.addWidget(self._hint)
        right.addWidget(self._problem)
        files = QHBoxLayout()
        files.addWidget(self._button("saved_prompt_import", self.tr("Import…"), self._import))
        files.addWidget(self._button("saved_prompt_export", self.tr("Export…"), self._export))
        files.addWidget(self._undo)
        files.addStretch(1)
        close = self._button("saved_prompt_close", self.tr("Close"), self.close)
        close.setProperty("primary", True)
        files.addWidget(close)
        right.addLayout(files)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 20, 20, 16)
        row.setSpacing(16)
        left.setSpacing(12)
        right.setSpacing(12)
        buttons.setSpacing(8)
        files.setSpacing(8)
        row.addLayout(left, 2)
        row.addLayout(right, 3)

    def show_prompts(self, prompts: Sequence[SavedPrompt]) -> None:
        """These are saved. The one that is shown stays, with what is being written in it."""
        shown = self._written()
        self._prompts = list(prompts)
        ids = [prompt.id for prompt in prompts]
        if shown is not None and shown.id not in ids:
            self._prompts.append(shown)
            ids.append(shown.id)
        self._list.blockSignals(True)
        self._list.clear()
        for prompt in self._prompts:
            self._list.addItem(QListWidgetItem(prompt.name or self.tr("New prompt")))
        self._list.setCurrentRow(ids.index(shown.id) if shown is not None else min(0, len(ids) - 1))
        self._list.blockSignals(False)
        if shown is None:
            self._show(self._list.currentRow())

    def _written(self) -> SavedPrompt | None:
        """The prompt that is shown, as it is written by now."""
        if self._shown_id is None:
            return None
        return SavedPrompt(self._shown_id, self._name.text(), self._text.toPlainText())

    def _show(self, row: int) -> None:
        self._flush()
        prompt = self._prompts[row] if 0 <= row < len(self._prompts) else None
        self._shown_id = prompt.id if prompt is not None else None
        self._text.blockSignals(True)
        self._name.setText(prompt.name if prompt is not None else "")
        self._text.setPlainText(prompt.text if prompt is not None else "")
        self._text.blockSignals(False)
        for widget in (self._name, self._text, self._delete):
            widget.setEnabled(prompt is not None)

    def _flush(self) -> None:
        """Save what is still to be saved."""
        if self._save_soon.isActive():
            self._save_soon.stop()
            self._save()

    def _save(self) -> None:
        prompt = self._written()
        if prompt is not None:
            self._prompts = [prompt if known.id == prompt.id else known for known in self._prompts]
            self._service.save(prompt)

    def _new(self) -> None:
        prompt = self._service.new("", self._draft)
        self._draft = ""
        self._prompts.append(prompt)
        self._list.addItem(QListWidgetItem(prompt.name or self.tr("New prompt")))
        self._list.setCurrentRow(len(self._prompts) - 1)
        self._save()
        self._name.setFocus()

    def _remove(self) -> None:
        self._save_soon.stop()
        prompt, row = self._written(), self._list.currentRow()
        if prompt is None:
            return
        self._deleted = prompt if prompt.text.strip() else None
        self._undo.setVisible(self._deleted is not None)
        self._shown_id = None
        del self._prompts[row]
        self._list.takeItem(row)
        self._show(self._list.currentRow())
        self._service.delete(prompt.id)

    def _restore(self) -> None:
        if self._deleted is not None:
            self._service.save(self._deleted)
        self._deleted = None
        self._undo.hide()
        self._list.setFocus()

    def _import(self) -> None:
        kinds = self.tr("Prompts (*.json *.txt *.md);;All files (*)")
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Import prompts"), "", kinds)
        for path in paths:
            self._service.import_file(path)

    def _export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export prompts"), "prompts.json")
        if path:
            self.export_to(path)

    def export_to(self, path: str) -> None:
        """Write all prompts to `path`, whole or not at all."""
        self._flush()
        content = self._service.as_file(tuple(prompt for prompt in self._prompts if prompt.text))
        file = QSaveFile(path)
        is_saved = file.open(QIODevice.OpenModeFlag.WriteOnly)
        is_saved = is_saved and file.write(QByteArray(content)) == len(content) and file.commit()
        self._problem.setVisible(not is_saved)
        if not is_saved:
            self._problem.setText(self.tr("It could not be saved: {reason}").format(reason=file.errorString()))

    def _button(self, name: str, text: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: do())
        return button

    def closeEvent(self, event: QCloseEvent) -> None:
        self._flush()
        super().closeEvent(event)


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
