"""A look at an attachment, which changes nothing: a text with its lines, or a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QIODevice, QSaveFile, QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from chatdesk.ui.composer.attachment_chips import figures_words
from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.transcript.pictures import PictureLibrary

if TYPE_CHECKING:
    from chatdesk.core.attachments import Attachment

# Of a longer text only the beginning is shown: all of it goes to the model, and can be saved.
MOST_CHARS = 400_000
MOST_PX = QSize(2400, 2400)


class AttachmentView(QDialog):
    """Shows `content`, None if it is gone; it can be copied and saved."""

    def __init__(self, attachment: Attachment, content: bytes | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachment_view")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(attachment.name)
        set_first_size(self, 760, 560)
        self._attachment = attachment
        self._content = content or b""
        self._text = ""
        facts = QLabel(figures_words(attachment, None))
        facts.setObjectName("attachment_facts")
        facts.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(facts)
        if content is None:
            column.addWidget(self._words(self.tr("This file is not kept any more.")), 1)
        elif attachment.is_image:
            column.addWidget(self._picture(), 1)
        else:
            self._text = content.decode(errors="replace")
            column.addWidget(self._lines(), 1)
            if len(self._text) > MOST_CHARS:
                column.addWidget(self._words(self.tr("The beginning is shown; the model is given all of it.")))
        self._problem = self._words("")
        self._problem.setObjectName("setting_problem")
        self._problem.hide()
        column.addWidget(self._problem)
        column.addWidget(self._buttons())

    def _words(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _lines(self) -> QPlainTextEdit:
        edit = QPlainTextEdit()
        edit.setObjectName("attachment_text")
        edit.setAccessibleName(self._attachment.name)
        edit.setReadOnly(True)
        edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        edit.setPlainText(self._text[:MOST_CHARS])
        return edit

    def _picture(self) -> QWidget:
        label = self._words("")
        label.setObjectName("attachment_picture")
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        area = QScrollArea()
        area.setWidget(label)
        area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        pictures = PictureLibrary(self, MOST_PX)
        pictures.load = lambda _sha256: self._content

        def show() -> None:
            image = pictures.picture(self._attachment.sha256)
            if image is None:
                return
            if image.isNull():
                label.setText(self.tr("This picture cannot be read."))
            else:
                label.setAccessibleName(self._attachment.name)
                label.setPixmap(QPixmap.fromImage(image))
            label.adjustSize()

        pictures.arrived.connect(show)
        show()
        return area

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        if self._text:
            copy = QPushButton(self.tr("Copy"))
            copy.setObjectName("attachment_copy")
            copy.setAccessibleName(self.tr("Copy"))
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
            box.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        if self._content:
            save = QPushButton(self.tr("Save as…"))
            save.setObjectName("attachment_save")
            save.setAccessibleName(self.tr("Save as…"))
            save.clicked.connect(self._save)
            box.addButton(save, QDialogButtonBox.ButtonRole.ActionRole)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("attachment_close")
        close.setAccessibleName(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.close)
        box.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        return box

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the attachment"), self._attachment.name)
        if path:
            self.save_to(path)

    def save_to(self, path: str) -> None:
        """Write the content to `path`, whole or not at all."""
        file = QSaveFile(path)
        is_saved = file.open(QIODevice.OpenModeFlag.WriteOnly)
        is_saved = is_saved and file.write(QByteArray(self._content)) == len(self._content) and file.commit()
        self._problem.setVisible(not is_saved)
        if not is_saved:
            self._problem.setText(self.tr("It could not be saved: {reason}").format(reason=file.errorString()))
