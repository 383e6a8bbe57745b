"""The bar to find words in the conversation that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from chatdesk.core.finding import TextFinder
from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.icons import icon
from chatdesk.ui.own_keys import keeps_key

if TYPE_CHECKING:
    from chatdesk.ui.transcript.view import TranscriptView

DEBOUNCE_MS = 80
FIELD_WIDTH = 260


class FindBar(QFrame):
    """Says which of how many matches is shown. Enter and F3 go on, Shift and they go back, Escape closes."""

    def __init__(self, transcript: TranscriptView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transcript = transcript
        self._goes_to_first = False  # what is typed was not gone to yet
        self.setObjectName("find_bar")
        self._field = QLineEdit()
        self._field.setObjectName("find_field")
        self._field.setPlaceholderText(self.tr("Find in this chat"))
        self._field.setAccessibleName(self.tr("Find in this chat"))
        self._field.setMaximumWidth(FIELD_WIDTH)
        self._state = QLabel()
        self._state.setObjectName("find_state")
        self._previous = self._button(
            "find_previous", self.tr("Previous match"), self.tr("Previous match (Shift+Enter)")
        )
        self._next = self._button("find_next", self.tr("Next match"), self.tr("Next match (Enter)"))
        self._close = self._button("find_close", self.tr("Close the find bar"), self.tr("Close (Esc)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.addStretch()
        for widget in (self._field, self._state, self._previous, self._next, self._close):
            row.addWidget(widget)
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._find)
        self._field.textChanged.connect(self._timer.start)
        self._previous.clicked.connect(self.find_previous)
        self._next.clicked.connect(self.find_next)
        self._close.clicked.connect(self.dismiss)
        transcript.marks.counted.connect(self._on_counted)
        self.hide()

    def _button(self, name: str, words: str, tool_tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(tool_tip)
        return button

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        key, group = QKeySequence.StandardKey, Group.THIS_CHAT
        following, previous = self.tr("Find the next match"), self.tr("Find the previous match")
        return (
            ActionRow("find_action", group, self.tr("Find in this chat"), self.open, key.Find, needs_chat=True),
            ActionRow("find_next_action", group, following, self.find_next, key.FindNext, in_menu=False),
            ActionRow("find_previous_action", group, previous, self.find_previous, key.FindPrevious, in_menu=False),
        )

    def set_color(self, color: QColor) -> None:
        """Draw icons in `color`."""
        for button, name in ((self._previous, "chevron-up"), (self._next, "chevron-down"), (self._close, "x")):
            button.setIcon(icon(name, color))

    def open(self) -> None:
        """Show the bar with the keyboard in it."""
        if self.isHidden():
            self.show()
            self._find()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def dismiss(self) -> None:
        """Close; what was found stays in view, with the keyboard on it."""
        if self.isVisible():
            self.hide()
            self._timer.stop()
            self._transcript.marks.mark(None)
            self._transcript.setFocus()

    def find_next(self) -> None:
        """Go to the next match."""
        self._step(1)

    def find_previous(self) -> None:
        """Go to the match before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.isHidden():
            self.open()
        elif self._timer.isActive():
            self._timer.stop()
            self._find()
        else:
            self._goes_to_first = False
            self._transcript.marks.step(by)
            self._say()

    def _find(self) -> None:
        text = self._field.text()
        self._goes_to_first = bool(text.strip())
        self._transcript.marks.mark(TextFinder(text) if text.strip() else None)
        self._say()

    def _on_counted(self) -> None:
        if self.isHidden():
            return
        if self._goes_to_first and self._transcript.marks.step(1):
            self._goes_to_first = False
        self._say()

    def _say(self) -> None:
        number, count = self._transcript.marks.position()
        if not self._field.text().strip():
            words = ""
        elif count:
            whole = QLocale().toString
            words = self.tr("{number} of {count}").format(number=whole(number), count=whole(count))
        elif self._transcript.marks.is_counting:
            words = self.tr("Looking…")
        else:
            words = self.tr("Nothing found")
        if words != self._state.text() and not self._transcript.marks.is_counting and QAccessible.isActive():
            # The keyboard stays in the field, so a screen reader has to be told.
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self._state.setText(words)
        for button in (self._previous, self._next):
            button.setEnabled(count > 0)

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.dismiss()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            case _:
                super().keyPressEvent(event)
