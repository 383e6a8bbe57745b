"""Where a message is changed: in its place in the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from chatdesk.core.messages import Role
from chatdesk.ui.composer.message_edit import MessageEdit
from chatdesk.ui.elided_label import ElidedLabel

if TYPE_CHECKING:
    from chatdesk.core.messages import Message


class MessageEditor(QFrame):
    """A field with what was said, and what can become of it.

    One's own message is saved and sent, or only saved; a reply can only be saved. Ctrl+Enter does the first of these.
    """

    saved = Signal(str, bool)  # the new text; whether a reply to it is wanted
    cancelled = Signal()
    height_changed = Signal()
    lost_marks = Signal(str)  # see MessageEdit

    def __init__(self, message: Message, text: str, most_lines: int, parent: QWidget | None = None) -> None:
        """`text` is what the field holds at first: what was said, or what was made of it before.

        The field is as high as its text, up to `most_lines`.
        """
        super().__init__(parent)
        self.setObjectName("message_editor")
        self.message_id = message.id
        self._sends = message.role is Role.USER
        self._field = _EditField("message_edit", self, most_lines=most_lines)
        self._field.setAccessibleName(self.tr("Edit your message") if self._sends else self.tr("Edit the reply"))
        self._field.set_text(text)
        self._field.submitted.connect(self._save_first)
        self._field.cancelled.connect(self.cancelled)
        self._field.textChanged.connect(self._refresh)
        self._field.focus_changed.connect(self._show_focus)
        self._field.lost_marks.connect(self.lost_marks)
        keys = QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Enter).toString(QKeySequence.SequenceFormat.NativeText)
        hint = ElidedLabel(
            self.tr("{keys} sends it. The version before stays, and what follows it.").format(keys=keys)
            if self._sends
            else self.tr("{keys} saves it. The version before stays, and what follows it.").format(keys=keys)
        )
        hint.setObjectName("editor_hint")
        cancel = self._button("cancel_edit_button", self.tr("Cancel"))
        cancel.clicked.connect(self.cancelled)
        self._save = self._button("save_edit_button", self.tr("Save only") if self._sends else self.tr("Save"))
        self._save.clicked.connect(lambda: self._finish(sends=False))
        self._send = self._button("send_edit_button", self.tr("Save and send"))
        self._send.clicked.connect(lambda: self._finish(sends=True))
        (self._send if self._sends else self._save).setProperty("primary", True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(hint, 1)
        for button in (cancel, self._save, self._send):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 12, 10)
        column.setSpacing(10)
        column.addWidget(self._field)
        column.addLayout(buttons)
        self._send.setVisible(self._sends)  # not before it has a parent: it would be a window of its own
        self.setFocusProxy(self._field)
        self._refresh()

    @property
    def text(self) -> str:
        """What the field holds."""
        return self._field.toPlainText()

    @property
    def is_waiting(self) -> bool:
        """Whether it is being saved."""
        return self._field.isReadOnly()

    def set_waiting(self, *, is_waiting: bool) -> None:
        """Let nothing be changed while it is being saved."""
        self._field.setReadOnly(is_waiting)
        self._refresh()

    def event(self, event: QEvent) -> bool:
        is_taken = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:  # the field has more lines, or fewer
            self.height_changed.emit()
        return is_taken

    def _button(self, name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button

    def _refresh(self) -> None:
        can_save = not self._field.is_blank and not self._field.isReadOnly()
        self._save.setEnabled(can_save)
        self._send.setEnabled(can_save)

    def _show_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        self.setProperty("active", has_focus)
        self.style().unpolish(self)
        self.style().polish(self)

    def _save_first(self) -> None:
        self._finish(sends=self._sends)

    def _finish(self, *, sends: bool) -> None:
        if self._save.isEnabled():
            self.saved.emit(self.text, sends)


class _EditField(MessageEdit):
    """Enter breaks the line here, for replies have many; Ctrl+Enter submits. Esc is not the window's, which stops."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            QPlainTextEdit.keyPressEvent(self, event)
        else:
            super().keyPressEvent(event)
