"""The messages that wait, above the message box: each can be sent now, moved, changed in its place, and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.composer.message_edit import MessageEdit
from chatdesk.ui.elided_label import ElidedLabel
from chatdesk.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.unsent import Unsent

MOST_HEIGHT = 190
MOST_NAME_CHARS = 60


class QueueList(QWidget):
    """The messages that wait in one conversation; hidden when none does."""

    send_requested = Signal(str)  # the id of a message that waits
    remove_requested = Signal(str)
    move_requested = Signal(str, int)
    edit_begun = Signal(str)
    edit_ended = Signal(str)  # as it was
    changed = Signal(str, str)  # id and new text
    lost_marks = Signal(str)  # see MessageEdit

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queue_list")
        self.setAccessibleName(self.tr("Waiting messages"))
        self._rows: dict[str, _QueueRow] = {}
        self._ink = QColor(Qt.GlobalColor.gray)
        self._can_send = False
        self._words = QLabel()
        self._words.setObjectName("queue_words")
        self._words.setIndent(0)
        self._words.setContentsMargins(13, 0, 0, 0)  # level with what the rows say
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        content = QWidget()
        content.setObjectName("queue_content")
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(4)
        self._area = _FittingArea(content)
        self._area.setObjectName("queue_area")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._words)
        column.addWidget(self._area)
        self.hide()

    def set_icon_color(self, color: QColor) -> None:
        """Draw the buttons' icons in `color`."""
        self._ink = color
        for row in self._rows.values():
            row.set_icon_color(color)

    def set_can_send(self, *, can_send: bool) -> None:
        """Whether a message could be sent now: no reply is being written."""
        self._can_send = can_send
        self._words.setText(
            self.tr("Not sent yet. The next one goes when a reply has ended well, or when you send it.")
            if can_send
            else self.tr("Sent one after the other, each when the reply before it has ended well.")
        )
        for row in self._rows.values():
            row.set_can_send(can_send=can_send)

    def show_waiting(self, waiting: Sequence[Unsent]) -> None:
        """Show these, the next one first. One that is being changed stays so."""
        wanted = {unsent.id: unsent for unsent in waiting}
        for unsent_id in [known for known in self._rows if known not in wanted]:
            row = self._rows.pop(unsent_id)
            row.hide()
            row.deleteLater()
        for place, unsent in enumerate(waiting):
            known = self._rows.get(unsent.id)
            row = self._add(unsent) if known is None else known
            row.show_message(unsent, is_first=place == 0, is_last=place == len(waiting) - 1)
            if self._list.indexOf(row) != place:
                self._list.insertWidget(place, row)
                row.show()
        self.setVisible(bool(waiting))
        self._area.updateGeometry()

    def _add(self, unsent: Unsent) -> _QueueRow:
        row = _QueueRow(unsent.id)
        row.set_icon_color(self._ink)
        row.set_can_send(can_send=self._can_send)
        row.send_requested.connect(self.send_requested)
        row.remove_requested.connect(self.remove_requested)
        row.move_requested.connect(self.move_requested)
        row.edit_begun.connect(self.edit_begun)
        row.edit_ended.connect(self.edit_ended)
        row.changed.connect(self.changed)
        row.lost_marks.connect(self.lost_marks)
        self._rows[unsent.id] = row
        return row


class _FittingArea(QScrollArea):
    """As high as what it shows, up to a limit beyond which it scrolls."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._content = content
        self.setWidget(content)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._content and event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        return QSize(200, min(self._content.sizeHint().height(), MOST_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(self._content.sizeHint().height(), MOST_HEIGHT // 2))


class _QueueRow(QFrame):
    """One message that waits."""

    send_requested = Signal(str)
    remove_requested = Signal(str)
    move_requested = Signal(str, int)
    edit_begun = Signal(str)
    edit_ended = Signal(str)
    changed = Signal(str, str)
    lost_marks = Signal(str)

    def __init__(self, unsent_id: str) -> None:
        super().__init__()
        self.setObjectName("queue_row")
        self._id = unsent_id
        self._text = ""
        self._can_send = False
        self._icons: dict[QToolButton, str] = {}
        self._label = ElidedLabel()
        self._label.setObjectName("queue_text")
        self._attachments = QLabel()
        self._attachments.setObjectName("queue_attachments")
        self._edit = MessageEdit("queue_edit")
        self._edit.setAccessibleName(self.tr("Waiting message"))
        self._edit.submitted.connect(self._save)
        self._edit.cancelled.connect(self._cancel)
        self._edit.lost_marks.connect(self.lost_marks)
        self._send = self._button("queue_send", "arrow-up")
        self._send.clicked.connect(lambda: self.send_requested.emit(self._id))
        self._up = self._button("queue_up", "chevron-up")
        self._up.clicked.connect(lambda: self.move_requested.emit(self._id, -1))
        self._down = self._button("queue_down", "chevron-down")
        self._down.clicked.connect(lambda: self.move_requested.emit(self._id, 1))
        self._change = self._button("queue_change", "square-pen")
        self._change.clicked.connect(self._begin)
        self._remove = self._button("queue_remove", "trash-2")
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self._id))
        self._keep = self._button("queue_save", "check")
        self._keep.clicked.connect(self._save)
        self._give_up = self._button("queue_cancel", "x")
        self._give_up.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 4, 3)
        row.setSpacing(2)
        row.addWidget(self._label, 1)
        row.addWidget(self._edit, 1)
        row.addWidget(self._attachments)
        row.addSpacing(6)
        for button in self._icons:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._show_editor(is_editing=False)

    def set_icon_color(self, color: QColor) -> None:
        for button, name in self._icons.items():
            button.setIcon(icon(name, color))

    def set_can_send(self, *, can_send: bool) -> None:
        self._can_send = can_send
        self._send.setVisible(can_send and self._edit.isHidden())

    def show_message(self, unsent: Unsent, *, is_first: bool, is_last: bool) -> None:
        self._text = unsent.text
        beginning = one_line(unsent.text, MOST_NAME_CHARS)
        self._label.setText(one_line(unsent.text))
        self.setAccessibleName(self.tr("Waits: {message}").format(message=beginning))
        count = len(unsent.attachments)
        self._attachments.setText(self.tr("%n file(s)", "", count))
        self._attachments.setVisible(count > 0)
        self._up.setEnabled(not is_first)
        self._down.setEnabled(not is_last)
        for button, words in (
            (self._send, self.tr("Send now: {message}")),
            (self._up, self.tr("Send earlier: {message}")),
            (self._down, self.tr("Send later: {message}")),
            (self._change, self.tr("Edit: {message}")),
            (self._remove, self.tr("Remove: {message}")),
            (self._keep, self.tr("Save: {message}")),
            (self._give_up, self.tr("Cancel: {message}")),
        ):
            button.setAccessibleName(words.format(message=beginning))

    def _button(self, name: str, icon_name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        tips = {
            "queue_send": self.tr("Send now"),
            "queue_up": self.tr("Send earlier"),
            "queue_down": self.tr("Send later"),
            "queue_change": self.tr("Edit"),
            "queue_remove": self.tr("Remove"),
            "queue_save": self.tr("Save (Enter)"),
            "queue_cancel": self.tr("Cancel (Esc)"),
        }
        button.setToolTip(tips[name])
        self._icons[button] = icon_name
        return button

    def _begin(self) -> None:
        self._edit.set_text(self._text)
        self._show_editor(is_editing=True)
        self._edit.setFocus()
        self.edit_begun.emit(self._id)

    def _save(self) -> None:
        self._show_editor(is_editing=False)
        self.changed.emit(self._id, self._edit.toPlainText())
        self._change.setFocus()

    def _cancel(self) -> None:
        self._show_editor(is_editing=False)
        self.edit_ended.emit(self._id)
        self._change.setFocus()

    def _show_editor(self, *, is_editing: bool) -> None:
        shown: tuple[QWidget, ...] = (self._edit, self._keep, self._give_up)
        hidden: tuple[QWidget, ...] = (self._label, self._up, self._down, self._change, self._remove)
        for widget in shown:
            widget.setVisible(is_editing)
        for widget in hidden:
            widget.setVisible(not is_editing)
        self._send.setVisible(self._can_send and not is_editing)
        self.updateGeometry()
