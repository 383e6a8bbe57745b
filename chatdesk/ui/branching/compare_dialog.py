"""Two versions of a message side by side, with what differs marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from chatdesk.ui.branching import wording
from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.flow_row import FlowRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from chatdesk.core.events import VersionsCompared
    from chatdesk.core.messages import Message
    from chatdesk.core.text_diff import Span
    from chatdesk.ui.theme import Colors

# More marks than this make a text edit slow, and tell nobody anything.
MOST_MARKS = 2000


class CompareDialog(QDialog):
    """Each side chooses its version; F3 and Shift+F3 go from one difference to the next on both sides."""

    comparison_requested = Signal(str, str)  # message ids of the two versions
    show_requested = Signal(str)  # message id of the version to show in the chat

    def __init__(self, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Compare versions"))
        self._versions: Sequence[Message] = ()
        self._at = -1  # the difference that was gone to last
        self._left = _Side("left", self.tr("Version on the left"), colors.bad_ground)
        self._right = _Side("right", self.tr("Version on the right"), colors.good_ground)
        self._summary = QLabel()
        self._summary.setObjectName("compare_summary")
        self._previous = self._button("previous_difference_button", self.tr("Previous difference (Shift+F3)"))
        self._previous.clicked.connect(lambda: self._go(-1))
        self._next = self._button("next_difference_button", self.tr("Next difference (F3)"))
        self._next.clicked.connect(lambda: self._go(1))
        close = self._button("close_compare_button", self.tr("Close"))
        close.clicked.connect(self.accept)
        sides = QHBoxLayout()
        sides.setSpacing(12)
        for side in (self._left, self._right):
            sides.addWidget(side, 1)
            side.choice.activated.connect(self._request)
            side.show_requested.connect(self._show)
        below = QHBoxLayout()
        below.addWidget(self._summary, 1)
        below.addWidget(FlowRow((self._previous, self._next, close)))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(12)
        column.addLayout(sides, 1)
        column.addLayout(below)
        self._left.follow(self._right)
        self._right.follow(self._left)
        set_first_size(self, 980, 640)

    def show_comparison(self, compared: VersionsCompared) -> None:
        """Show what was compared."""
        self._versions = compared.versions
        self._at = -1
        self._left.show_version(compared.versions, compared.left, compared.diff.left)
        self._right.show_version(compared.versions, compared.right, compared.diff.right)
        count = len(compared.diff.left)
        self._summary.setText(wording.differences_words(count))
        self._previous.setEnabled(count > 0)
        self._next.setEnabled(count > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F3:
            self._go(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _button(self, name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button

    def _request(self) -> None:
        left, right = self._left.choice.currentIndex(), self._right.choice.currentIndex()
        if left != right:
            self.comparison_requested.emit(self._versions[left].id, self._versions[right].id)

    def _show(self, place: int) -> None:
        self.show_requested.emit(self._versions[place].id)
        self.accept()

    def _go(self, step: int) -> None:
        count = self._left.mark_count
        if count:
            self._at = (self._at + step) % count if self._at >= 0 else (0 if step > 0 else count - 1)
            self._left.go_to(self._at)
            self._right.go_to(self._at)


class _Choice(QComboBox):
    """Ends what is too long for it in an ellipsis: Qt's own just cuts it."""

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width() - 2
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)


class _Side(QWidget):
    """One of the two: which version, its text, and what of it the other has not."""

    show_requested = Signal(int)  # the place of the version

    def __init__(self, side: str, name: str, ground: str) -> None:
        super().__init__()
        self._ground = QColor(ground)
        self._spans: Sequence[Span] = ()
        self.choice = _Choice()
        self.choice.setObjectName(f"{side}_choice")
        self.choice.setAccessibleName(name)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(8)
        self._text = QPlainTextEdit()
        self._text.setObjectName(f"{side}_text")
        self._text.setAccessibleName(name)
        self._text.setReadOnly(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setTabChangesFocus(True)
        show = QPushButton(self.tr("Show in the chat"))
        show.setObjectName(f"show_{side}_button")
        show.setAutoDefault(False)
        show.clicked.connect(lambda: self.show_requested.emit(self.choice.currentIndex()))
        above = QHBoxLayout()
        above.addWidget(self.choice, 1)
        above.addWidget(show)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(above)
        column.addWidget(self._text, 1)

    @property
    def mark_count(self) -> int:
        """How many differences there are to go to."""
        return len(self._spans)

    def show_version(self, versions: Sequence[Message], place: int, spans: Sequence[Span]) -> None:
        """Show the version at `place`, with `spans` marked."""
        self._spans = spans[:MOST_MARKS]
        with QSignalBlocker(self.choice):
            self.choice.clear()
            self.choice.addItems(
                [wording.version_words(version, number, len(versions)) for number, version in enumerate(versions, 1)]
            )
            self.choice.setCurrentIndex(place)
        text = versions[place].text
        self._text.setPlainText(text)
        units = _utf16_offsets(text)
        self._text.setExtraSelections([self._mark(units[start], units[end]) for start, end in self._spans])
        self._places = [units[start] for start, _ in self._spans]

    def follow(self, other: _Side) -> None:
        """Scroll along with the other side, by the share of its length."""
        mine, its = self._text.verticalScrollBar(), other._text.verticalScrollBar()

        def scroll(value: int) -> None:
            if its.maximum():
                with QSignalBlocker(mine):
                    mine.setValue(round(value / its.maximum() * mine.maximum()))
                self._text.viewport().update()

        its.valueChanged.connect(scroll)

    def go_to(self, mark: int) -> None:
        """Bring a difference into view, the text cursor before it."""
        cursor = self._text.textCursor()
        cursor.setPosition(self._places[mark])
        self._text.setTextCursor(cursor)
        self._text.centerCursor()

    def _mark(self, start: int, end: int) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self._text.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        look.setBackground(self._ground)
        # Not by colour alone.
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        look.setUnderlineColor(self._text.palette().color(QPalette.ColorRole.Text))
        selection.cursor = cursor
        selection.format = look
        return selection


def _utf16_offsets(text: str) -> Sequence[int]:
    """Where each character of `text`, and its end, is for Qt, which counts some characters twice."""
    if not text or max(text) <= "\uffff":
        return range(len(text) + 1)
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + (2 if character > "\uffff" else 1))
    return offsets
