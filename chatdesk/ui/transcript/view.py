"""The transcript: messages painted in one scrolling column.

One widget paints everything, because a conversation may hold ten thousand messages and a reply two thousand lines.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from chatdesk.core.messages import PartKind, Role
from chatdesk.ui.transcript import accessible, wording
from chatdesk.ui.transcript.cover import Cover
from chatdesk.ui.transcript.floating import JumpButton, LinkLabel
from chatdesk.ui.transcript.highlighting import LexerLibrary
from chatdesk.ui.transcript.keyboard import Keyboard
from chatdesk.ui.transcript.markdown import parser
from chatdesk.ui.transcript.marks import Marks
from chatdesk.ui.transcript.maths import NoMaths
from chatdesk.ui.transcript.message_item import Frame, is_streaming
from chatdesk.ui.transcript.messages_layout import MessagesLayout
from chatdesk.ui.transcript.painting import RING_MARGIN, paint_messages
from chatdesk.ui.transcript.pictures import PictureLibrary
from chatdesk.ui.transcript.pointer import Pointer
from chatdesk.ui.transcript.progress import ProgressClock
from chatdesk.ui.transcript.reading_aloud import ReadingAloud
from chatdesk.ui.transcript.refresher import Refresher
from chatdesk.ui.transcript.scroller import Scroller
from chatdesk.ui.transcript.verbs import Verbs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.messages import Message
    from chatdesk.ui.transcript.code_box import CodeBlock
    from chatdesk.ui.transcript.divider import Unsent
    from chatdesk.ui.transcript.maths import Maths, MathsLibrary
    from chatdesk.ui.transcript.style import TranscriptStyle


class TranscriptView(QAbstractScrollArea):
    """Shows a conversation. It follows a reply that streams in only while the reader is at the end."""

    regenerate_requested = Signal(str)  # message id
    version_requested = Signal(str, int)  # message id; -1 for the version before, 1 for the next
    answer_now_requested = Signal(str)  # id of a reply that is still being reasoned
    link_activated = Signal(str)
    save_requested = Signal(str, str)  # code; a name for its file
    attachment_requested = Signal(object)  # an Attachment that somebody wants to look at
    pin_requested = Signal(str, bool)  # message id; whether it is to be pinned
    origin_requested = Signal(str, bool)  # message id; whether the reply is to be replayed
    summary_requested = Signal()  # somebody wants to read or change the summary that the divider speaks of
    summary_undo_requested = Signal()
    context_requested = Signal()  # somebody asks what is sent and what is not

    def __init__(
        self,
        style: TranscriptStyle,
        word_error: Callable[[ErrorDetail], str],
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
        maths: MathsLibrary | None = None,
    ) -> None:
        """`clock` gives seconds and never goes back. Without `maths`, LaTeX is shown as it is written."""
        super().__init__(parent)
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Conversation"))
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._library = LexerLibrary()
        self._maths: Maths = NoMaths() if maths is None else maths
        self._word_error = word_error
        self._clock = clock
        self._pictures = PictureLibrary(self)
        self._pictures.arrived.connect(self.viewport().update)
        self.column = MessagesLayout(self._frame(style), style.column_width)
        self.focused: int | None = None  # the message that the keyboard is on
        self.is_divider_focused = False  # it is on the divider instead
        self._node: accessible.ViewNode | None = None  # once assistive technology has asked for it
        self._nodes: list[accessible.ViewNode] = []
        self.aloud = ReadingAloud()
        self._progress: dict[str, ProgressClock] = {}
        self.verbs = Verbs(self)
        self.pointer = Pointer(self)
        self._keyboard = Keyboard(self)
        self._jump_button = JumpButton(self)
        self._jump_button.clicked.connect(self.scroll_to_end)
        self._link_label = LinkLabel(self)
        self._scroller = Scroller(self, self.column, self._jump_button)
        self.marks = Marks(self, self._scroller)
        self.cover = Cover(self, self._scroller, self._jump_button)
        self.refresher = Refresher(self, self._scroller, self._library, clock)
        if maths is not None:
            maths.typeset.connect(self.refresher.note_maths)
        accessible.install()
        self.set_style(style)

    def _frame(self, style: TranscriptStyle) -> Frame:
        return Frame(style, self._word_error, self._library, self._maths, self._pictures)

    # --- what is shown ---

    def warm_up(self) -> None:
        """Import what drawing a first reply needs, in the background. For when the window is shown."""
        threading.Thread(target=parser, name="markdown", daemon=True).start()
        self._library.lexer("python")

    def set_picture_source(self, load: Callable[[str], bytes | None]) -> None:
        """Draw attached pictures: `load` reads one by its SHA-256, on any thread."""
        self._pictures.load = load

    def set_style(self, style: TranscriptStyle) -> None:
        """Draw everything in other colours, fonts or sizes; the reader's place stays."""
        self.column.restyle(self._frame(style), self._column_width(style))
        self.verticalScrollBar().setSingleStep(style.pitch)
        self._jump_button.set_style(style)
        self._link_label.set_style(style)
        self.settle()

    def set_messages(self, path: Sequence[Message], versions: Mapping[str, tuple[int, int]]) -> None:
        """Show a conversation's path, at its end; the same conversation as before at the reader's place.

        `versions` gives `(number, count)` for messages that have several versions.
        """
        old = self.column.messages
        is_same = bool(old and path and old[0].conversation_id == path[0].conversation_id)
        self.column.set_messages(path, versions)
        self.refresher.forget()
        self._progress.clear()
        self.pointer.forget()
        if not is_same:
            self._scroller.anchor = None
            self.focused = None
            self.is_divider_focused = False
            self.column.unfolded.clear()
        else:
            self._keep_place(self.column.index_of(old[0].id) or 0)
        self.settle()
        if not is_same:
            self.marks.current = None
        self.marks.count_again()
        accessible.announce_reset(self._node)

    def _keep_place(self, come_before: int) -> None:
        """So many messages have come before those that were shown: the end of a long conversation is shown first."""
        self._scroller.move_anchor(come_before)
        if self.focused is not None:
            self.focused += come_before
            if self.focused >= len(self.column.messages):
                self.focused = None

    def set_unsent(self, unsent: Unsent) -> None:
        """Draw the divider below the messages that are not sent. Every message stays as it is drawn."""
        if not self.column.set_unsent(unsent):
            return
        self.is_divider_focused = self.is_divider_focused and self.column.divider is not None
        self.settle()
        self.pointer.after_scroll()
        accessible.announce_reset(self._node)

    def message(self, message_id: str) -> Message | None:
        """A message that is shown, as far as it is saved; None when it is not shown."""
        index = self.column.index_of(message_id)
        return None if index is None else self.column.messages[index]

    def show_message(self, message_id: str) -> None:
        """Bring a message into view and put the keyboard on it; one that is not shown changes nothing."""
        index = self.column.index_of(message_id)
        if index is not None:
            self.setFocus()
            self._keyboard.go_to(index)

    def add_message(self, message: Message) -> None:
        """Show one more message at the end, or a known one as it is now. One's own message brings the end into view."""
        if self.column.index_of(message.id) is not None:
            self.update_message(message)
            return
        last = len(self.column.messages) - 1
        self.column.add(message)
        if message.role is Role.USER:
            self._scroller.anchor = None
        if last >= 0:
            self.update_message_rect(last)
        self.settle()
        self.marks.count_again()
        accessible.announce_added(self._node, len(self.column.messages) - 1)

    def update_message(self, message: Message) -> None:
        """Take a message as it is now: a reply's status and the model that writes it."""
        index = self.column.index_of(message.id)
        if index is None:
            return
        self.refresher.note_drawn(index)
        self.column.replace(index, message)
        self.settle()

    def finish(self, message: Message) -> None:
        """Take a reply as it was saved at its end."""
        self._progress.pop(message.id, None)
        self.update_message(message)
        self.marks.count_again()
        index = self.column.index_of(message.id)
        if index is not None:
            accessible.announce_finished(self._node, index)

    def append_text(self, message_id: str, offset: int, text: str, kind: PartKind = PartKind.TEXT) -> bool:
        """Add text to a reply, or to what is reasoned before it, at `offset` characters of that.

        What is there already is ignored, so replays do no harm.

        Returns False, and adds nothing, when text before `offset` is missing or the reply is not shown.
        """
        index = self.column.index_of(message_id)
        if index is None:
            return False
        item = self.column.item(index)
        if not is_streaming(item.message):
            return True
        if kind is PartKind.REASONING:
            is_taken = item.append_reasoning(offset, text, self._clock())
        else:
            item.tick(self._clock())
            is_taken = item.append(offset, text)
        if not is_taken:
            return False
        self.refresher.note_text(index)
        return True

    def set_progress(self, message_id: str, processed: int, total: int, cached: int) -> None:
        """Show how much of a reply's prompt has been read, in tokens; `cached` of `processed` were there before."""
        clock = self._progress.setdefault(message_id, ProgressClock(cached))
        seconds = clock.seconds_left(self._clock(), processed, total)
        self.set_status_text(message_id, wording.progress_words(processed, total, seconds))

    def set_status_text(self, message_id: str, text: str) -> None:
        """Show what a reply waits for, until its first word comes. An empty text shows "Waiting…"."""
        index = self.column.index_of(message_id)
        if index is not None:
            self.column.item(index).set_status_text(text)
            self.settle()

    def unfold(self, index: int, *, is_unfolded: bool) -> None:
        """Show all of a long message, or its beginning."""
        message_id = self.column.messages[index].id
        (self.column.unfolded.add if is_unfolded else self.column.unfolded.discard)(message_id)
        self._scroller.hold(index)
        self.column.item(index).set_unfolded(is_unfolded=is_unfolded)
        self.column.update_height(index)
        self.settle()

    def wrap_code(self, index: int, box: int, block: CodeBlock, *, is_wrapped: bool) -> None:
        """Break the long lines of some code, or leave them whole. `box` is the block's first in its message."""
        self._scroller.hold_box(index, box)
        block.set_wrapped(is_wrapped=is_wrapped)
        self.column.item(index).measure_again(block.boxes)
        self.column.update_height(index)
        self.settle()

    # --- scrolling ---

    def settle(self, changed_y: int | None = None) -> None:
        """Draw what changed from `changed_y` of the column on, or everything, at the reader's place."""
        self._scroller.settle(changed_y)
        self.cover.place()
        self.refresher.watch()

    @property
    def follows(self) -> bool:
        """Whether the view stays at the end when text is added."""
        return self._scroller.anchor is None

    def scroll_to_end(self) -> None:
        """Show the end, and follow it."""
        self._scroller.anchor = None
        self.settle()

    def scroll_to_message(self, index: int) -> None:
        """Bring a message into view."""
        self._scroller.show_message(index)

    def scroll_to_divider(self) -> None:
        """Bring the divider into view."""
        self._scroller.show_divider()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The scroll bar moved, by hand or by keys: keep that place from now on."""
        del dx, dy
        if self._scroller.take_scroll():
            self.cover.place()
            self.pointer.after_scroll()
            self.refresher.watch()

    # --- places ---

    def _column_width(self, style: TranscriptStyle) -> int:
        return max(min(style.column_width, self.viewport().width() - 2 * style.margin), style.text_px * 8)

    @property
    def column_left(self) -> int:
        """Where the column begins in the viewport: in the middle of the view, whether it has a scroll bar or not."""
        most = self.viewport().width() - self.column.width
        return max(min((self.width() - self.column.width) // 2 - self.viewport().x(), most), 0)

    def to_content(self, point: QPoint) -> QPoint:
        """From the viewport to the column."""
        return QPoint(point.x() - self.column_left, point.y() + self.verticalScrollBar().value())

    def from_content(self, point: QPoint) -> QPoint:
        """From the column to the viewport."""
        return QPoint(point.x() + self.column_left, point.y() - self.verticalScrollBar().value())

    def message_rect(self, index: int) -> QRect:
        """Where a message is in the viewport, shown or not."""
        top = self.from_content(QPoint(0, self.column.top(index)))
        height = self.column.top(index + 1) - self.column.top(index) - self.column.gap_below(index)
        return QRect(top.x(), top.y(), self.column.width, height)

    def divider_rect(self) -> QRect:
        """Where the divider is in the viewport, shown or not; empty without one."""
        rect = self.column.divider_rect
        return QRect() if rect is None else QRect(self.from_content(rect.topLeft()), rect.size())

    def menu_place(self, rect: QRect) -> QPoint:
        """Where on the screen a menu opens for what is at `rect` of the viewport: below it, or where it leaves view."""
        y = min(max(rect.bottom(), 0), self.viewport().height() - self.column.frame.style.pitch)
        return self.viewport().mapToGlobal(QPoint(rect.left(), y))

    def update_message_rect(self, index: int) -> None:
        """Repaint one message."""
        self._update_with_ring(self.message_rect(index))

    def update_divider(self) -> None:
        """Repaint the divider."""
        self._update_with_ring(self.divider_rect())

    def _update_with_ring(self, rect: QRect) -> None:
        margin = RING_MARGIN + 2
        self.viewport().update(rect.adjusted(-margin, -margin, margin, margin))

    def is_active(self, index: int) -> bool:
        """Whether a message shows its quiet buttons: under the pointer, under the keyboard, and the last reply."""
        is_last = index == len(self.column.messages) - 1 and self.column.messages[index].is_reply
        return is_last or index == self.pointer.hit.message or (index == self.focused and self.hasFocus())

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the messages that meet the event's rectangle."""
        with QPainter(self.viewport()) as painter:
            paint_messages(self, painter, event.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the visible lines anew; the others when they come into view."""
        super().resizeEvent(event)
        self.column.restyle(self.column.frame, self._column_width(self.column.frame.style))
        self._jump_button.place()
        self._link_label.place()
        self.settle()

    # --- mouse and keys ---

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover, or select."""
        self.pointer.move(event.position().toPoint(), event.buttons())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to press or to select."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.focused = None
            self.is_divider_focused = False
            self.viewport().update()
            self.pointer.press(event.position().toPoint(), event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Press, or end selecting."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.pointer.release(event.position().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.pointer.double_click(event.position().toPoint())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by pixels where the device tells them, else by lines of text; sideways in code with whole lines."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not angle.x():
            pixels, angle = pixels.transposed(), angle.transposed()
        sideways = pixels.x() or angle.x() // 2
        if abs(angle.x()) <= abs(angle.y()) or not self.pointer.move_code(event.position().toPoint(), -sideways):
            self._scroller.wheel(event.pixelDelta().y(), event.angleDelta().y())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll, move from message to message, copy, open the menu."""
        if self._keyboard.press(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the message under the pointer."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._keyboard.open_menu()
            return
        hit = self.pointer.hit_at(self.viewport().mapFromGlobal(event.globalPos()))
        self.verbs.menu(hit.message, hit.link, is_detailed=False).popup(event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        """Tooltips, and the pointer leaving."""
        if event.type() is QEvent.Type.Leave:
            self.pointer.leave()
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.pointer.tooltip_at(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def show_link(self, address: str) -> None:
        """Show where a link leads; nothing for an empty address."""
        self._link_label.show_address(address)

    def add_accessible_node(self, node: accessible.ViewNode) -> None:
        """Keep the view's accessible interface, because Qt keeps no reference that Python counts.

        The one that Qt asked for last speaks for the view; others live until Qt deletes them with the view.
        """
        self._node = node
        self._nodes.append(node)

    def floating_widgets(self) -> tuple[QWidget, ...]:
        """The widgets above the messages."""
        return (self._jump_button,) if self.cover.widget is None else (self.cover.widget, self._jump_button)

    def announce_focus(self, index: int) -> None:
        """Tell assistive technology that the keyboard is on a message."""
        accessible.announce_focus(self._node, index)

    def announce_streamed(self, index: int, now: float) -> None:
        """Have assistive technology read what has come of a reply; `now` is seconds on a clock that never goes back."""
        accessible.announce_streamed(self._node, index, now)

    def announce_divider_focus(self) -> None:
        """Tell assistive technology that the keyboard is on the divider."""
        accessible.announce_divider_focus(self._node)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Put the keyboard on the last message when it comes by Tab, so that focus is seen."""
        super().focusInEvent(event)
        if event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self._keyboard.enter()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The focus ring goes."""
        super().focusOutEvent(event)
        self.viewport().update()
