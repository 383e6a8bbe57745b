"""The field that a message is written in: in the composer, and wherever one is changed later."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from chatdesk.core.composing import is_blank
from chatdesk.ui.composer.rich_text import as_markdown, is_marked_at_length
from chatdesk.ui.own_keys import keeps_key

MOST_LINES = 9
PASTE_PLAIN = QKeySequence("Ctrl+Shift+V")
LEAST_HEIGHT = 34
_ENDLESS_WORD = re.compile(r"\S{3000}")


class MessageEdit(QPlainTextEdit):
    """Enter submits, Shift+Enter breaks the line, Esc cancels; as tall as its text up to nine lines or `most_lines`.

    Qt has no spelling of its own: where the platform's input method corrects, it does so here, for no hint forbids it.
    """

    submitted = Signal()
    cancelled = Signal()
    focus_changed = Signal(bool)
    files_offered = Signal(list)  # paths that were dropped or pasted, while files are taken
    picture_offered = Signal(QImage)  # one that was pasted
    lost_marks = Signal(str)  # only the words of what was pasted are there: this says why

    def __init__(self, name: str, parent: QWidget | None = None, *, most_lines: int = MOST_LINES) -> None:
        """`name` is the object's name, which assistive technology takes for its id."""
        super().__init__(parent)
        self._most_lines = most_lines
        self.takes_files = False
        self._is_composing = False
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Message"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setInputMethodHints(Qt.InputMethodHint.ImhMultiLine)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._grow)
        self._grow()

    @property
    def is_composing(self) -> bool:
        """Whether an input method shows letters that are not chosen yet."""
        return self._is_composing

    # --- its text ---

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written: asked often, so it looks no further than the first line that says something."""
        block = self.document().firstBlock()
        while block.isValid():
            if not is_blank(block.text()):
                return False
            block = block.next()
        return True

    def set_text(self, text: str) -> None:
        """Hold `text` and nothing that could be undone, the cursor behind it."""
        self._wrap_for(text)
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def clear(self) -> None:
        """Empty the field, and forget what could be undone."""
        super().clear()
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)

    def insert(self, text: str) -> None:
        """Put `text` at the cursor, in place of what is selected, in one step that can be undone."""
        self._wrap_for(text)
        cursor = self.textCursor()
        # As a block, or Qt would undo it together with what was typed before it.
        cursor.beginEditBlock()
        cursor.insertText(text)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def replace_text(self, text: str) -> None:
        """Hold `text` instead, the cursor behind it, in one step that can be undone."""
        self.selectAll()
        self.insert(text)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        is_file = self.takes_files and (bool(local_files(source)) or source.hasImage())
        return is_file or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.takes_files and (paths := local_files(source)):
            self.files_offered.emit(paths)
        elif self.takes_files and source.hasImage() and not source.text().strip():
            # A word processor puts a picture beside the text that it copies: then the text is meant.
            self.picture_offered.emit(QImage(source.imageData()))
        else:
            html = source.html() if source.hasHtml() else ""
            markdown = as_markdown(html)
            self.insert(source.text() if markdown is None else markdown)
            if is_marked_at_length(html):
                self.lost_marks.emit(
                    self.tr(
                        "Pasted as plain text: so much formatted text would take too long. Smaller parts keep theirs."
                    )
                )

    def paste_plain(self) -> None:
        """Paste the words alone."""
        if not self.isReadOnly():
            self.insert(QGuiApplication.clipboard().text())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu(event.pos())
        plain = QAction(self.tr("Paste as plain text"), menu)
        plain.setObjectName("paste_plain")
        plain.setShortcut(PASTE_PLAIN)
        plain.setEnabled(not self.isReadOnly() and QGuiApplication.clipboard().mimeData().hasText())
        plain.triggered.connect(self.paste_plain)
        menu.addAction(plain)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _wrap_for(self, text: str) -> None:
        if _ENDLESS_WORD.search(text):
            # Looking for a word's end to wrap at, Qt takes 50 s for a word of a megabyte; cut anywhere, half a second.
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)

    # --- keys ---

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if is_enter and not shift:
            # While an input method is at work, Enter is its own, also where it lets the key through.
            if not event.isAutoRepeat() and not self._is_composing:
                self.submitted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif QKeySequence(event.keyCombination()) == PASTE_PLAIN:
            self.paste_plain()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    # --- focus and size ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._grow()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def _grow(self) -> None:
        lines = 0
        block = self.document().firstBlock()
        while block.isValid() and lines < self._most_lines:
            lines += max(1, block.layout().lineCount())
            block = block.next()
        lines = min(max(lines, 1), self._most_lines)
        height = round(lines * self.fontMetrics().lineSpacing() + 2 * self.document().documentMargin()) + 6
        self.setFixedHeight(max(height, LEAST_HEIGHT))
        # A single line stands in the middle, level with the buttons beside it.
        self.setViewportMargins(0, max(LEAST_HEIGHT - height, 0) // 2, 0, 0)
        overflows = lines == self._most_lines
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if overflows else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )


def local_files(source: QMimeData) -> list[str]:
    """The files on this computer that are dropped or pasted; none when an address is among them."""
    urls = source.urls()
    return [url.toLocalFile() for url in urls] if urls and all(url.isLocalFile() for url in urls) else []
