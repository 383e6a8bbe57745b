"""Where in the conversation the view is: at the end, which it follows, or at a place that stays put."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from chatdesk.ui.transcript.messages_layout import Anchor

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractScrollArea, QWidget

    from chatdesk.ui.transcript.messages_layout import MessagesLayout

END_TOLERANCE = 4  # pixels from the end that still count as the end
WHEEL_NOTCH = 120  # what Qt reports for one notch of a wheel
WHEEL_LINES = 3


class Scroller:
    """Keeps the scroll bar, the messages' places and the pixels on screen in agreement."""

    def __init__(self, view: QAbstractScrollArea, column: MessagesLayout, jump_button: QWidget) -> None:
        self.anchor: Anchor | None = None  # None: the view follows the end
        self._view = view
        self._column = column
        self._jump_button = jump_button
        self._is_settling = False
        self._wheel_rest = 0.0

    def settle(self, changed_y: int | None = None) -> None:
        """Lay out what is in view and keep the reader's place; repaint from `changed_y` on (None: everything)."""
        bar, height = self._view.verticalScrollBar(), self._view.viewport().height()
        before = bar.value()
        self._column.changed_top = None
        top = self._column.settle(self.anchor, height)
        self._is_settling = True
        bar.setRange(0, max(self._column.height - height, 0))
        bar.setPageStep(height)
        bar.setValue(top)
        self._is_settling = False
        self._repaint(changed_y, bar.value() - before)
        self._jump_button.setVisible(self.anchor is not None and bar.value() < bar.maximum() - END_TOLERANCE)
        if visible := self.visible():
            self._column.release_far(visible[0], visible[-1])

    def _repaint(self, changed_y: int | None, shift: int) -> None:
        viewport, ratio = self._view.viewport(), self._view.devicePixelRatioF()
        moved_above = self._column.changed_top
        is_above = changed_y is None or (moved_above is not None and moved_above < changed_y)
        # At a fractional scale, pixels that are moved would smear.
        if changed_y is None or is_above or (shift and ratio != int(ratio)):
            viewport.update()
            return
        if shift:
            viewport.scroll(0, -shift)
        y = changed_y - self._view.verticalScrollBar().value()
        viewport.update(QRect(0, y, viewport.width(), viewport.height() - y))

    def move_anchor(self, by: int) -> None:
        """What is held in place is so many messages further down."""
        if self.anchor is not None:
            self.anchor = replace(self.anchor, message=self.anchor.message + by)

    def take_scroll(self) -> bool:
        """Keep the place that the scroll bar was moved to. False: it was moved here, not by the reader."""
        if self._is_settling:
            return False
        bar = self._view.verticalScrollBar()
        height = self._view.viewport().height()
        self.anchor = self._column.anchor_at(bar.value(), height)
        if bar.value() >= bar.maximum() - END_TOLERANCE:
            self.anchor = None
        self.settle()
        if self.anchor is not None:
            # Now that all in view is laid out, the uppermost box is what stays where it is.
            self.anchor = self._column.anchor_at(bar.value(), height)
        return True

    def show_message(self, index: int) -> None:
        """Bring a message into view: by as little as needed, its top if it is higher than the view."""
        self._column.item(index)  # whose height is known then
        self._show(index, self._column.top(index), self._column.height_of(index))

    def show_place(self, index: int, box: int, start: int, end: int) -> None:
        """Bring a part of a box's text into view, with some of what stands above and below it."""
        column, height = self._column, self._view.viewport().height()
        item = column.item(index)
        top = item.box_top(box)
        item.lay_out_between(top, top + 1)
        column.update_height(index)
        place = item.boxes[box].place_of(start, end)
        y = column.top(index) + item.box_top(box) + place.top() - self._view.verticalScrollBar().value()
        margin = 2 * column.frame.style.pitch
        if margin <= y and y + place.height() <= height - margin:
            self._view.viewport().update()
            return
        self.anchor = Anchor(index, box, height // 3 - place.top())
        self.settle()
        self.take_scroll()

    def show_divider(self) -> None:
        """Bring the divider into view."""
        if (divider := self._column.divider) is None:
            return
        # By the message that follows it, where there is one: how high the one before is, is known when it is laid out.
        index = min(divider.below + 1, len(self._column.messages) - 1)
        self._column.item(index)
        rect = self._column.divider_rect
        assert rect is not None
        self._show(index, rect.top(), rect.height())

    def _show(self, index: int, top: int, size: int) -> None:
        """Bring what is `size` high at `top` into view; it keeps its distance from the message at `index`."""
        margin, height = self._column.frame.style.margin, self._view.viewport().height()
        value = self._view.verticalScrollBar().value()
        above = self._column.top(index) - top
        if top - margin < value or size > height - 2 * margin:
            self.anchor = Anchor(index, 0, margin + above)
        elif top + size + margin > value + height:
            self.anchor = Anchor(index, 0, height - margin - size + above)
        self.settle()
        self.take_scroll()

    def hold(self, index: int) -> None:
        """Keep a message's top in view while what is below it changes."""
        if self.anchor is None or self.anchor.message >= index:
            top = self._column.top(index) - self._view.verticalScrollBar().value()
            self.anchor = Anchor(index, 0, max(top, 0))

    def hold_box(self, index: int, box: int) -> None:
        """Keep a box of a message where it is on screen while what is below its top changes."""
        top = self._column.top(index) + self._column.item(index).box_top(box)
        self.anchor = Anchor(index, box, top - self._view.verticalScrollBar().value())

    def wheel(self, pixels: int, angle: int) -> None:
        """Scroll by `pixels` where the device tells them, else by lines of text."""
        if not pixels:
            self._wheel_rest += angle * WHEEL_LINES * self._column.frame.style.pitch / WHEEL_NOTCH
            pixels = int(self._wheel_rest)
            self._wheel_rest -= pixels
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() - pixels)

    def visible(self) -> list[int]:
        """The messages in view."""
        top = self._view.verticalScrollBar().value()
        return list(self._column.range_between(top, top + self._view.viewport().height()))
