"""Where messages are written: a box that grows with its text, and one button that sends or stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from chatdesk.core.composing import ComposerState, can_queue, can_send, can_stop
from chatdesk.ui.composer.attachment_chips import AttachmentChips
from chatdesk.ui.composer.message_edit import MessageEdit
from chatdesk.ui.elided_label import ElidedLabel
from chatdesk.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.core.attachments import Attachment
    from chatdesk.ui.theme import Colors

COLUMN_WIDTH = 760
FRAME = 20  # the box stands out from the column above it by this much on each side


class Composer(QWidget):
    """The box, its button and the lines around it.

    `send_requested` and `queue_requested` carry the text; the box keeps it until `clear`.
    """

    send_requested = Signal(str)
    queue_requested = Signal(str)  # to be sent when the reply that is being written has ended
    stop_requested = Signal()
    attach_requested = Signal()  # somebody wants to choose files
    changed = Signal()  # the text, or what is attached

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ComposerState.READY
        self._is_locked = False
        self._is_reading = False
        self._attachments: tuple[Attachment, ...] = ()
        self._edit = MessageEdit("composer", self)
        self._edit.submitted.connect(self._send)
        self._edit.cancelled.connect(self._stop)
        self._edit.textChanged.connect(self._refresh)
        self._edit.textChanged.connect(self.changed)
        self._edit.focus_changed.connect(self._show_focus)
        self._send_button = self._button("send_button", self.tr("Send"), self.tr("Send (Enter)"))
        self._send_button.clicked.connect(self._on_clicked)
        self._queue_button = self._button(
            "queue_button", self.tr("Send after this reply"), self.tr("Send after this reply (Enter)")
        )
        self._queue_button.clicked.connect(self._on_clicked)
        self._stop_button = self._button("stop_button", self.tr("Stop"), self.tr("Stop writing (Esc)"))
        self._stop_button.clicked.connect(self._stop)
        self._attach_button = self._button("attach_button", self.tr("Attach files"), self.tr("Attach files"))
        self._attach_button.clicked.connect(self.attach_requested)
        self.chips = AttachmentChips()
        self._hint = ElidedLabel()
        self._hint.setObjectName("composer_hint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._frame = QFrame()
        self._frame.setObjectName("composer_frame")
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(8, 8, 8, 8)
        inside.setSpacing(6)
        inside.addWidget(self.chips)
        row = QHBoxLayout()
        row.setSpacing(6)
        inside.addLayout(row)
        row.addWidget(self._attach_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._edit, 1)
        row.addWidget(self._send_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._queue_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._stop_button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 4, 24, 10)
        column.setSpacing(6)
        column.addWidget(self._frame)
        # The same room on both sides keeps the hint in the middle whatever stands beside it.
        self._below = QGridLayout()
        self._below.setColumnStretch(0, 1)
        self._below.setColumnStretch(2, 1)
        self._below.addWidget(self._hint, 0, 1)
        column.addLayout(self._below)
        self._column_width = COLUMN_WIDTH
        self.setFocusProxy(self._edit)
        # Tab comes to the box by its proxy, and would leave out what stands before it.
        self.setTabOrder(self._edit, self._attach_button)
        self._refresh()

    def set_colors(self, colors: Colors) -> None:
        """Draw the buttons' icons in these."""
        on_accent = QColor(colors.on_accent)
        self._send_button.setIcon(icon("arrow-up", on_accent))
        self._queue_button.setIcon(icon("list-plus", QColor(colors.text)))
        self._attach_button.setIcon(icon("paperclip", QColor(colors.muted)))
        self.chips.set_icon_color(QColor(colors.muted))
        self._stop_button.setIcon(icon("square", on_accent))

    def put_above(self, widget: QWidget) -> None:
        """Let `widget` stand above the box, as wide as it."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, widget)

    def put_on_box(self, widget: QWidget) -> None:
        """Let `widget` stand right above the box, below all else that stands there."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(self._frame), widget)

    def put_beside_hint(self, widget: QWidget) -> None:
        """Let `widget` stand at the end of the line below the box."""
        self._below.addWidget(widget, 0, 2, Qt.AlignmentFlag.AlignRight)

    def put_before_hint(self, widget: QWidget) -> None:
        """Let `widget` stand at the beginning of the line below the box."""
        self._below.addWidget(widget, 0, 0, Qt.AlignmentFlag.AlignLeft)

    def set_state(self, state: ComposerState) -> None:
        """Show what is possible now."""
        self._state = state
        self._refresh()

    def set_locked(self, *, is_locked: bool) -> None:
        """Keep what is written as it is: it is being saved elsewhere."""
        self._is_locked = is_locked
        self._refresh()

    def set_reading(self, *, is_reading: bool) -> None:
        """Files are being read that are to go along: sending waits for them."""
        self._is_reading = is_reading
        self._refresh()

    def text(self) -> str:
        """What is written."""
        return self._edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Put `text` into the box, the cursor behind it."""
        self._edit.set_text(text)

    def clear(self) -> None:
        """Empty the box: its message is saved."""
        self._attachments = ()
        self.chips.show_attachments((), {})
        self._edit.clear()

    @property
    def edit(self) -> MessageEdit:
        """The field that is written in."""
        return self._edit

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self._attachments and self._edit.is_blank

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What goes along."""
        return self._attachments

    def show_attachments(self, attachments: Sequence[Attachment], tokens: Mapping[str, int]) -> None:
        """Let these go along; `tokens` are by SHA-256, as far as they are known."""
        before, self._attachments = self._attachments, tuple(attachments)
        self.chips.show_attachments(attachments, tokens)
        if before != self._attachments:
            self._refresh()
            self.changed.emit()

    def set_column_width(self, width: int) -> None:
        """Go with a column of this width above."""
        self._column_width = width
        self._fit_column()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_column()

    def _fit_column(self) -> None:
        side = max(24, (self.width() - self._column_width) // 2 - FRAME)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(side, 4, side, 10)

    def _button(self, name: str, accessible_name: str, tool_tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(accessible_name)
        button.setToolTip(tool_tip)
        return button

    def _refresh(self) -> None:
        is_stoppable = can_stop(self._state)
        is_empty = self.is_empty
        buttons = (self._send_button, self._queue_button, self._stop_button)
        focused = next((button for button in buttons if button.hasFocus()), None)
        self._send_button.setVisible(not is_stoppable)
        self._stop_button.setVisible(is_stoppable)
        self._queue_button.setVisible(can_queue(self._state, is_empty=is_empty))
        if focused is not None and focused.isHidden():
            self._edit.setFocus()
        self._send_button.setEnabled(can_send(self._state, is_empty=is_empty) and not self._is_reading)
        self._queue_button.setEnabled(not self._is_reading)
        self._edit.setReadOnly(self._is_locked or self._state is ComposerState.SENDING)
        has_no_model = self._state is ComposerState.NO_MODEL
        advice = self.tr("Choose a model above to begin")
        placeholder = advice if has_no_model else self.tr("Write a message")
        if placeholder != self._edit.placeholderText():
            self._edit.setPlaceholderText(placeholder)
            # Qt repaints only when a placeholder comes or goes, not when its words change.
            self._edit.viewport().update()
        if self._is_reading:
            self._hint.setText(self.tr("Reading files…"))
        elif has_no_model and not is_empty:
            self._hint.setText(advice)  # what is written stands before the placeholder
        elif is_stoppable:
            self._hint.setText(self.tr("Enter sends after this reply · Esc stops the reply"))
        else:
            self._hint.setText(self.tr("Enter sends · Shift+Enter breaks the line · replies can be wrong"))

    def _on_clicked(self) -> None:
        # A click leaves the keyboard where it is, and what an input method still shows is meant too.
        QGuiApplication.inputMethod().commit()
        self._send()

    def _send(self) -> None:
        if self._is_locked or self._is_reading:
            return
        text = self._edit.toPlainText()
        if can_queue(self._state, is_empty=self.is_empty):
            self.queue_requested.emit(text)
        elif can_send(self._state, is_empty=self.is_empty):
            self.set_state(ComposerState.SENDING)
            self.send_requested.emit(text)

    def _stop(self) -> None:
        if can_stop(self._state):
            self.stop_requested.emit()

    def _show_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        self._frame.setProperty("active", has_focus)
        self._frame.style().unpolish(self._frame)
        self._frame.style().polish(self._frame)
