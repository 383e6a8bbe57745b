"""The pointer over a transcript: what is under it, pressing buttons and links, selecting text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTextBoundaryFinder, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.code_box import CodeBox
from chatdesk.ui.transcript.message_boxes import FooterBox
from chatdesk.ui.transcript.selection import END, Place, Selection, everything
from chatdesk.ui.transcript.verbs import copy_text
from chatdesk.ui.utf16 import from_units, to_units

if TYPE_CHECKING:
    from chatdesk.ui.transcript.boxes import Box, Button
    from chatdesk.ui.transcript.view import TranscriptView

AUTO_SCROLL_MS = 30
DONE_MS = 1500
# Copying a selection beyond this many characters takes whole messages as they were written: reading the Markdown of
# thousands of messages only to leave out its marks would take seconds.
MAX_RENDERED_CHARS = 300_000
_SPACED_WORD = re.compile(r"(?:(?![\u2e80-\u9fff])[\w'’\-])+")  # of a script that puts spaces between words


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies at a point."""

    message: int | None = None
    box: int = 0
    button: Button | None = None
    link: str = ""
    is_text: bool = False

    @property
    def target(self) -> tuple[int | None, int, ButtonKind | None, str]:
        """What can be pressed here, for comparing."""
        return self.message, self.box, None if self.button is None else self.button.kind, self.link

    @property
    def is_divider(self) -> bool:
        """Whether this is a button of the divider, which belongs to no message."""
        return self.message is None and self.button is not None


class Pointer:
    """Follows the mouse. The view passes its events on."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self.hit = Hit()
        self.done: tuple[int, int, ButtonKind] | None = None  # the button just used, which shows a tick
        self.selection: Selection | None = None
        self._pressed: Hit | None = None
        self._is_selecting = False
        self._last = QPoint()
        self._scroll_timer = QTimer(view)
        self._scroll_timer.setInterval(AUTO_SCROLL_MS)
        self._scroll_timer.timeout.connect(self._auto_scroll)
        self._done_timer = QTimer(view)
        self._done_timer.setSingleShot(True)
        self._done_timer.setInterval(DONE_MS)
        self._done_timer.timeout.connect(self._forget_done)

    # --- what is where ---

    def hit_at(self, point: QPoint) -> Hit:
        """What lies at a point of the viewport."""
        column, place = self._view.column, self._view.to_content(point)
        if not column.messages:
            return Hit()
        if column.divider is not None and column.divider_rect is not None and column.divider_rect.contains(place):
            return Hit(button=_button_at(column.divider.box, place - column.divider_rect.topLeft()))
        index = column.at(place.y())
        item = column.known_item(index)
        top = column.top(index)
        if item is None or not 0 <= place.y() - top < item.height:
            return Hit()
        box_index = item.box_at(place.y() - top)
        box = item.boxes[box_index]
        inner = place - QPoint(0, top + item.box_top(box_index))
        if box.laid_out_width != item.width:
            return Hit(index, box_index)
        if (button := _button_at(box, inner)) is not None:
            return Hit(index, box_index, button)
        return Hit(index, box_index, None, box.link_at(inner), box.is_text_at(inner))

    def tooltip_at(self, point: QPoint) -> str:
        """What a button does, where a link leads, or what a reply was made with over its figures; else empty."""
        hit = self.hit_at(point)
        if hit.message is not None and hit.button is None and self._is_on_figures(hit.message, hit.box):
            return wording.details_words(self._view.column.messages[hit.message])
        return hit.link or (hit.button.label if hit.button is not None else "")

    def _is_on_figures(self, index: int, box: int) -> bool:
        item = self._view.column.known_item(index)
        return item is not None and isinstance(item.boxes[box], FooterBox)

    def place_at(self, point: QPoint) -> Place:
        """The place in the text that is nearest to a point of the viewport."""
        column, content = self._view.column, self._view.to_content(point)
        index = column.at(content.y())
        item = column.item(index)
        y = content.y() - column.top(index)
        box_index = item.box_at(y)
        box = item.boxes[box_index]
        top = item.box_top(box_index)
        if not box.text or box.laid_out_width != item.width:
            return Place(index, (box_index, 0))
        if y > top + box.height:
            return Place(index, (box_index, len(box.text)))
        return Place(index, (box_index, box.offset_at(QPoint(content.x(), max(y - top, 0)))))

    def move_code(self, point: QPoint, pixels: int) -> bool:
        """Move the code at a point of the viewport sideways. Returns whether it moved."""
        hit = self.hit_at(point)
        item = None if hit.message is None else self._view.column.known_item(hit.message)
        box = None if item is None else item.boxes[hit.box]
        if not isinstance(box, CodeBox) or not box.block.move(pixels):
            return False
        self._view.viewport().update()
        return True

    # --- events ---

    def move(self, point: QPoint, buttons: Qt.MouseButton) -> None:
        """The mouse is at `point`."""
        self._last = point
        if self._is_selecting and buttons & Qt.MouseButton.LeftButton and self.selection is not None:
            self._select_to(point)
            is_outside = not self._view.viewport().rect().contains(point)
            if is_outside and not self._scroll_timer.isActive():
                self._scroll_timer.start()
            elif not is_outside:
                self._scroll_timer.stop()
            return
        self.hover(self.hit_at(point))

    def hover(self, hit: Hit) -> None:
        """Show what the pointer is on."""
        previous, self.hit = self.hit, hit
        if hit.button is not None or hit.link:
            shape = Qt.CursorShape.PointingHandCursor
        else:
            shape = Qt.CursorShape.IBeamCursor if hit.is_text else Qt.CursorShape.ArrowCursor
        self._view.viewport().setCursor(shape)
        if hit.target != previous.target:
            self._view.show_link(hit.link)
            if hit.is_divider or previous.is_divider:
                self._view.update_divider()
            for index in {previous.message, hit.message} - {None}:
                assert index is not None
                self._view.update_message_rect(index)

    def press(self, point: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """The left button went down."""
        self._pressed = hit = self.hit_at(point)
        if hit.button is not None or not self._view.column.messages:
            return
        place = self.place_at(point)
        if modifiers & Qt.KeyboardModifier.ShiftModifier and self.selection is not None:
            self._set_selection(Selection(self.selection.anchor, place))
        else:
            self._set_selection(Selection(place, place))
        self._is_selecting = True

    def release(self, point: QPoint) -> None:
        """The left button came up: a button or link that it went down on is pressed."""
        pressed, self._pressed = self._pressed, None
        self._is_selecting = False
        self._scroll_timer.stop()
        if self.selection is not None and self.selection.is_empty:
            self._set_selection(None)
        elif self.selection is not None:
            clipboard = QGuiApplication.clipboard()
            if clipboard.supportsSelection():
                clipboard.setText(self.selected_text(), QClipboard.Mode.Selection)
            return
        hit = self.hit_at(point)
        if pressed is None or hit.target != pressed.target:
            return
        if hit.is_divider and hit.button is not None:
            self._view.verbs.press_divider(hit.button.kind)
        elif hit.message is None:
            return
        elif hit.button is not None:
            if hit.button.kind in {ButtonKind.COPY_MESSAGE, ButtonKind.COPY_CODE}:
                self.done = (hit.message, hit.box, hit.button.kind)
                self._done_timer.start()
            self._view.verbs.press(hit.message, hit.box, hit.button)
            self._view.update_message_rect(hit.message)
        elif hit.link:
            self._view.link_activated.emit(hit.link)

    def double_click(self, point: QPoint) -> None:
        """Select the word at `point`."""
        hit = self.hit_at(point)
        if hit.message is None or hit.button is not None:
            self._pressed = hit
            return
        place = self.place_at(point)
        text = self._view.column.item(hit.message).boxes[place.at[0]].text
        start, end = word_at(text, place.at[1])
        box = place.at[0]
        self._set_selection(Selection(Place(hit.message, (box, start)), Place(hit.message, (box, end))))
        self._pressed = None

    def leave(self) -> None:
        """The mouse left the viewport."""
        self.hover(Hit())

    def after_scroll(self) -> None:
        """What is under a mouse that did not move has changed."""
        viewport = self._view.viewport()
        if viewport.underMouse() and not self._is_selecting:
            self.hover(self.hit_at(viewport.mapFromGlobal(viewport.cursor().pos())))

    def forget(self) -> None:
        """Other messages are shown."""
        self.hit = Hit()
        self.done = None
        self._pressed = None
        self._is_selecting = False
        self._scroll_timer.stop()
        self._set_selection(None)

    # --- selecting ---

    def has_selection(self) -> bool:
        """Whether there is something to copy."""
        return self.selection is not None and not self.selection.is_empty

    def select_all(self) -> None:
        """Select every message."""
        if self._view.column.messages:
            self._set_selection(everything(len(self._view.column.messages)))

    def clear_selection(self) -> None:
        """Select nothing."""
        self._set_selection(None)

    def copy_selection(self, *, as_markdown: bool = False) -> None:
        """Put what is selected on the clipboard."""
        if self.has_selection():
            copy_text(self.selected_text(as_markdown=as_markdown))

    def selected_text(self, *, as_markdown: bool = False) -> str:
        """What is selected, as plain text or as Markdown."""
        if self.selection is None or self.selection.is_empty:
            return ""
        column = self._view.column
        first, last = self.selection.start.message, min(self.selection.end.message, len(column.messages) - 1)
        is_huge = sum(len(column.text_of(index)) for index in range(first, last + 1)) > MAX_RENDERED_CHARS
        texts = []
        for index in range(first, last + 1):
            selected = self.selection.within(index)
            if selected is None:
                continue
            is_whole = selected[0] <= (0, 0) and selected[1] == END
            if is_whole and (is_huge or as_markdown):
                texts.append(column.text_of(index))
            else:
                texts.append(column.whole_item(index).selected_text(*selected, as_markdown=as_markdown))
        return "\n\n".join(text for text in texts if text)

    def _set_selection(self, selection: Selection | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self._view.viewport().update()

    def _select_to(self, point: QPoint) -> None:
        if self.selection is not None:
            rect = self._view.viewport().rect()
            inside = QPoint(point.x(), min(max(point.y(), rect.top()), rect.bottom()))
            self._set_selection(Selection(self.selection.anchor, self.place_at(inside)))

    def _auto_scroll(self) -> None:
        rect: QRect = self._view.viewport().rect()
        beyond = self._last.y() - rect.bottom() if self._last.y() > rect.bottom() else self._last.y() - rect.top()
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + max(min(beyond // 2, 60), -60))
        self._select_to(self._last)

    def _forget_done(self) -> None:
        if self.done is not None:
            index = self.done[0]
            self.done = None
            if index < len(self._view.column.messages):
                self._view.update_message_rect(index)


def _button_at(box: Box, point: QPoint) -> Button | None:
    """The button that can be pressed at `point`, which is relative to the box."""
    return next((button for button in box.buttons() if button.is_enabled and button.rect.contains(point)), None)


def word_at(text: str, offset: int) -> tuple[int, int]:
    """Where the word around `offset` begins and ends; a word of a script without spaces by its own rules."""
    for match in _SPACED_WORD.finditer(text):
        if match.start() <= offset < match.end() or (offset == match.end() == len(text)):
            return match.span()
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Word, text)
    finder.setPosition(to_units(text, offset + 1))
    start = finder.toPreviousBoundary()
    end = finder.toNextBoundary()
    if 0 <= start < end:
        return from_units(text, start), from_units(text, end)
    return offset, min(offset + 1, len(text))
