"""Where the messages of a conversation are, of which only those near the viewport have been laid out.

The place that the reader looks at stays where it is on screen while heights above it turn out to be other than
estimated: a place is kept as a box of a message and a distance, never as a distance from the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from chatdesk.ui.transcript.divider import NOTHING_UNSENT, DividerBox, PlacedDivider, last_unsent
from chatdesk.ui.transcript.message_item import NO_VERSIONS, MessageItem, estimated_item_height, is_streaming
from chatdesk.ui.transcript.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chatdesk.core.messages import Message
    from chatdesk.ui.transcript.divider import Unsent
    from chatdesk.ui.transcript.message_item import Frame

MAX_ROUNDS = 40
# This many messages are kept laid out on either side of the viewport.
KEPT_ITEMS = 30


@dataclass(frozen=True, slots=True)
class Anchor:
    """A box of a message, and how far its top is below the top of the viewport."""

    message: int
    box: int
    distance: int


class MessagesLayout:
    """The messages from top to bottom. Heights and tops are in pixels of the whole conversation."""

    def __init__(self, frame: Frame, width: int) -> None:
        self.frame = frame
        self.width = width
        self.messages: list[Message] = []
        self.unfolded: set[str] = set()
        self.divider: PlacedDivider | None = None
        self.cover: tuple[str, int] | None = None  # the message that something stands in for, and how high that is
        self._unsent = NOTHING_UNSENT
        self._versions: dict[str, tuple[int, int]] = {}
        self._index: dict[str, int] = {}
        self._items: dict[int, MessageItem] = {}
        self._stack = Stack()
        self.changed_top: int | None = None  # the uppermost change of height since this was last set to None

    # --- messages ---

    def set_messages(self, messages: Sequence[Message], versions: Mapping[str, tuple[int, int]]) -> None:
        """Show other messages. Those that were there before, unchanged, keep what was laid out."""
        known = {item.message.id: item for item in self._items.values()}
        self.messages = list(messages)
        self._versions = dict(versions)
        self._index = {message.id: index for index, message in enumerate(self.messages)}
        self._items = {}
        for message_id, item in known.items():
            index = self._index.get(message_id)
            if index is not None and self._is_same(item, self.messages[index]):
                if item.message != self.messages[index]:
                    item.set_message(self.messages[index])
                item.set_versions(self._versions.get(message_id, NO_VERSIONS))
                self._items[index] = item
        self.divider = self._made_divider()
        self._stack = Stack(self._height(index) for index in range(len(self.messages)))

    @staticmethod
    def _is_same(item: MessageItem, message: Message) -> bool:
        if item.message == message:
            return True
        # A reply that streams is ahead of what was saved of it.
        return is_streaming(message) and is_streaming(item.message) and item.text.startswith(message.text)

    def add(self, message: Message) -> int:
        """Add a message at the end; returns its index."""
        index = len(self.messages)
        self.messages.append(message)
        self._index[message.id] = index
        self._stack.append(self._height(index))
        return index

    def index_of(self, message_id: str) -> int | None:
        """Where a message is, if it is shown."""
        return self._index.get(message_id)

    def replace(self, index: int, message: Message) -> None:
        """Take a message as it is now."""
        self.messages[index] = message
        if index in self._items:
            self._items[index].set_message(message)
        self.update_height(index)

    def set_cover(self, cover: tuple[str, int] | None) -> None:
        """Leave room for what stands in for a message: `(message id, height)`; None: for the message itself."""
        before, self.cover = self.cover, cover
        for message_id, _ in filter(None, (before, cover)):
            if (index := self.index_of(message_id)) is not None:
                self.update_height(index)

    def is_covered(self, index: int) -> bool:
        """Whether something stands in for a message."""
        return self.cover is not None and self.cover[0] == self.messages[index].id

    def versions_of(self, index: int) -> tuple[int, int]:
        """The number of the version shown, and their count."""
        return self._versions.get(self.messages[index].id, NO_VERSIONS)

    def text_of(self, index: int) -> str:
        """The whole text of a message, as far as it has come."""
        return self._items[index].text if index in self._items else self.messages[index].text

    def reasoning_of(self, index: int) -> str:
        """What was reasoned before a message, as far as it has come."""
        return self._items[index].reasoning if index in self._items else self.messages[index].reasoning

    def status_of(self, index: int) -> str:
        """What is shown of a message besides its text: what it waits for, or why it failed."""
        message = self.messages[index]
        if message.error is not None and message.status.is_final:
            return self.frame.word_error(message.error)
        return self._items[index].waiting_words if index in self._items else ""

    def item(self, index: int) -> MessageItem:
        """The boxes of a message, made when first asked for."""
        if index not in self._items:
            message = self.messages[index]
            made = MessageItem(message, self.frame, self.width, is_unfolded=message.id in self.unfolded)
            made.set_versions(self.versions_of(index))
            self._items[index] = made
            self.update_height(index)
        return self._items[index]

    def whole_item(self, index: int) -> MessageItem:
        """The boxes of a message, all of them, however long it is."""
        item = self.item(index)
        if item.is_behind:
            item.complete()
            self.update_height(index)
        return item

    def known_item(self, index: int) -> MessageItem | None:
        """The boxes of a message if they have been made."""
        return self._items.get(index)

    def restyle(self, frame: Frame, width: int) -> None:
        """Draw everything anew, in other looks or at another width."""
        is_restyled = frame is not self.frame
        if is_restyled:
            self.frame = frame
            streaming = {index: item for index, item in self._items.items() if is_streaming(item.message)}
            self._items.clear()
            for index, item in streaming.items():
                self.item(index).take_stream(item)
        is_resized = width != self.width
        self.width = width
        for item in self._items.values():
            item.set_width(width)
        if self.divider is not None and (is_restyled or is_resized):
            self.divider.box = self._made_divider_box()
            self.update_height(self.divider.below)

    def release_far(self, first: int, last: int) -> None:
        """Let go of what was laid out far from the messages `first` to `last`."""
        if len(self._items) <= 2 * KEPT_ITEMS + last - first:
            return
        for index in [*self._items]:
            is_near = first - KEPT_ITEMS <= index <= last + KEPT_ITEMS
            if not is_near and not is_streaming(self._items[index].message):
                del self._items[index]

    # --- the divider ---

    def set_unsent(self, unsent: Unsent) -> bool:
        """Put the divider below the messages that are not sent. No item changes; returns whether the divider did."""
        if unsent == self._unsent:
            return False
        self._unsent = unsent
        before, self.divider = self.divider, self._made_divider()
        for place in {divider.below for divider in (before, self.divider) if divider is not None}:
            self.update_height(place)
        return before is not None or self.divider is not None

    def _made_divider(self) -> PlacedDivider | None:
        below = last_unsent(self.messages, self._unsent)
        return None if below is None else PlacedDivider(below, self._made_divider_box())

    def _made_divider_box(self) -> DividerBox:
        ids = self._index.keys()
        box = DividerBox(self.frame.style, len(ids & self._unsent.summarised), len(ids & self._unsent.left_out))
        box.lay_out(self.width)
        return box

    @property
    def divider_rect(self) -> QRect | None:
        """Where the divider is, if there is one."""
        if self.divider is None:
            return None
        height = self.divider.box.height
        top = self.top(self.divider.below + 1) - self.frame.style.message_gap - height
        return QRect(0, top, self.width, height)

    # --- places ---

    @property
    def height(self) -> int:
        """Of all messages with the room around them."""
        return self._stack.total + 2 * self.frame.style.margin

    def top(self, index: int) -> int:
        """Where a message begins."""
        return self._stack.top(index) + self.frame.style.margin

    def at(self, y: int) -> int:
        """The message that `y` lies in, or the nearest."""
        return self._stack.at(y - self.frame.style.margin)

    def range_between(self, top: int, bottom: int) -> Iterator[int]:
        """The messages that meet this range."""
        index = self.at(top)
        while index < len(self.messages) and self.top(index) < bottom:
            yield index
            index += 1

    def update_height(self, index: int) -> None:
        """Take over a message's height after its boxes changed."""
        self._stack[index] = self._height(index)

    def _height(self, index: int) -> int:
        return self.height_of(index) + self.gap_below(index)

    def height_of(self, index: int) -> int:
        """How high a message is, or what stands in for it, without the room below."""
        if self.cover is not None and self.is_covered(index):
            return self.cover[1]
        item = self._items.get(index)
        if item is not None:
            return item.height
        return estimated_item_height(self.messages[index], self.frame.style, self.width)

    def gap_below(self, index: int) -> int:
        """The room below a message: an answer stands closer to its question than to the next one.

        The divider stands in the middle of its gap.
        """
        style = self.frame.style
        if self.divider is not None and index == self.divider.below:
            return 2 * style.message_gap + self.divider.box.height
        is_set_off = self.messages[index].is_reply or self.is_covered(index)
        return style.message_gap if is_set_off else style.answer_gap

    # --- laying out ---

    def settle(self, anchor: Anchor | None, height: int) -> int:
        """Lay out what a viewport of `height` shows; returns where it begins.

        The box of `anchor` stays where it is on screen; without one the viewport shows the end.
        """
        top = 0
        for _ in range(MAX_ROUNDS):
            top = self._wanted_top(anchor, height)
            if not self._lay_out_between(top, top + height):
                break
        return top

    def _wanted_top(self, anchor: Anchor | None, height: int) -> int:
        most = max(self.height - height, 0)
        if anchor is None or not self.messages:
            return most
        index = min(anchor.message, len(self.messages) - 1)
        item = self.item(index)
        if item.is_behind:
            item.complete_to(anchor.box)
            self.update_height(index)
        top = self.top(index) + item.box_top(anchor.box) - anchor.distance
        return min(max(top, 0), most)

    def _lay_out_between(self, top: int, bottom: int) -> bool:
        """Returns whether anything turned out to have another height."""
        has_changed = False
        for index in self.range_between(top, bottom):
            before = self._stack[index]
            item = self.item(index)
            item_top = self.top(index)
            changed = item.lay_out_between(top - item_top, bottom - item_top)
            if changed is not None or self._stack[index] != before:
                has_changed = True
                y = item_top + (changed or 0)
                self.changed_top = y if self.changed_top is None else min(self.changed_top, y)
            self.update_height(index)
        return has_changed

    def anchor_at(self, top: int, height: int) -> Anchor | None:
        """The first box in a viewport at `top` whose height is known, or the first at all; None without messages.

        A box that has not been laid out will have another height, which must not push what is already on screen.
        """
        first = None
        for index in self.range_between(top, top + height):
            item, item_top = self._items.get(index), self.top(index)
            if item is None:
                first = first or Anchor(index, 0, item_top - top)
                continue
            for box in range(item.box_at(top - item_top), len(item.boxes)):
                anchor = Anchor(index, box, item_top + item.box_top(box) - top)
                if anchor.distance >= height:
                    break
                if item.boxes[box].laid_out_width == item.width:
                    return anchor
                first = first or anchor
        return first
