"""What is marked in the transcript because somebody looks for it, and which of it they are at.

Marks are found in the text of the boxes as they are drawn, each time they are drawn. Counting them goes through
messages that are not laid out: their boxes are made for the moment, in slices, so that neither ten thousand messages
nor a very long one hold anything up.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from chatdesk.ui.transcript.message_item import MessageItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.core.messages import Message
    from chatdesk.ui.transcript.boxes import Box
    from chatdesk.ui.transcript.scroller import Scroller
    from chatdesk.ui.transcript.view import TranscriptView

SLICE_SECONDS = 0.008

Range = tuple[int, int]
Mark = tuple[int, int, int]  # box, from, to


class Finder(Protocol):
    """Says where something is in a text."""

    def places(self, text: str) -> Sequence[Range]:
        """Each place from a character up to another."""

    def may_be_in(self, markdown: str) -> bool:
        """Whether it may be in what `markdown` is drawn as."""


@dataclass(frozen=True, slots=True)
class _Count:
    """How many marks there are in `message`, and in which boxes of it: (box, how many), where all of it is shown."""

    message: Message
    total: int = 0
    boxes: tuple[tuple[int, int], ...] = ()


class Marks(QObject):
    """Marks what a finder finds in the messages of a view, counts it, and goes from one mark to the next.

    `counted` tells of progress in counting, and of its end.
    """

    counted = Signal()

    def __init__(self, view: TranscriptView, scroller: Scroller) -> None:
        super().__init__(view)
        self._view = view
        self._column = view.column
        self._scroller = scroller
        self.finder: Finder | None = None
        self.current: tuple[str, int] | None = None  # message, and which of its marks
        self._counts: dict[str, _Count] = {}  # by the message's id
        self._todo: Iterator[None] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._count_some)

    # --- what is looked for ---

    def mark(self, finder: Finder | None) -> None:
        """Mark what `finder` finds in all messages, counted from what is in view on; None marks nothing."""
        self.finder = finder
        self.current = None
        self._counts = {}
        self.count_again(self._first_visible())
        self._view.viewport().update()

    def show_found(self, message_id: str, finder: Finder) -> None:
        """Mark what `finder` finds, and bring the first mark of a message into view, with the keyboard on it."""
        self._view.show_message(message_id)
        self.mark(finder)
        self.current = (message_id, 0)
        self._show_current()

    # --- from one to the next ---

    def step(self, by: int) -> bool:
        """Bring the next mark (`by` 1) or the one before (-1) into view, around the end.

        The first time it is the next one from what is in view on. Returns whether there is any.
        """
        self.current = self._next(by)
        if self.current is not None:
            self._show_current()
        return self.current is not None

    def _next(self, by: int) -> tuple[str, int] | None:
        messages, current = self._column.messages, self.current
        here = self._column.index_of(current[0]) if current is not None else None
        if current is not None and here is not None and 0 <= current[1] + by < self._count_of(here):
            return current[0], current[1] + by
        begin = self._first_visible() if here is None else here + by
        for distance in range(len(messages)):
            index = (begin + distance * by) % len(messages)
            if count := self._count_of(index):
                return messages[index].id, 0 if by > 0 else count - 1
        return current

    def _first_visible(self) -> int:
        return next(iter(self._scroller.visible()), 0)

    def _show_current(self) -> None:
        """Bring the current mark into view, and unfold its message if it is not all there."""
        index = self._column.index_of(self.current[0]) if self.current is not None else None
        if index is None:
            return
        if self._column.item(index).is_folded and self._is_hidden(index):
            self._view.unfold(index, is_unfolded=True)
        self._column.whole_item(index)
        if (mark := self.current_in(index)) is not None:
            self._scroller.show_place(index, *mark)
        self._view.viewport().update()

    def _is_hidden(self, index: int) -> bool:
        """Whether there may be marks in what is folded of a message."""
        item = self._column.item(index)
        if self.finder is None or item.message.is_reply:
            return self.finder is not None and self.finder.may_be_in(item.reasoning)
        return len(self.finder.places(item.text)) > sum(1 for _ in self._in_boxes(item.boxes))

    # --- where they are ---

    def position(self) -> tuple[int, int]:
        """The number of the current mark, from 1 (0: there is none), and how many there are, as far as is known."""
        number = total = 0
        for index, message in enumerate(self._column.messages):
            if self.current is not None and message.id == self.current[0]:
                number = total + self.current[1] + 1
            total += self._count_of(index)
        return number, total

    def current_in(self, index: int) -> Mark | None:
        """The mark that somebody is at, if it is in this message, as it is drawn now."""
        current, item = self.current, self._column.known_item(index)
        if current is None or item is None or item.message.id != current[0]:
            return None
        number, first = current[1], 0
        counted = self._counts.get(current[0])
        if counted is not None and not item.is_folded:
            # Only the box that it is in is looked through: reading all of a long reply takes its time.
            for box, count in counted.boxes:
                first = box
                if number < count:
                    break
                number -= count
        return next(islice(self._in_boxes(item.boxes, first), number, None), None)

    def _in_boxes(self, boxes: Sequence[Box], first: int = 0) -> Iterator[Mark]:
        """The marks in a message, in order, from a box on."""
        if self.finder is not None:
            for box in range(first, len(boxes)):
                for start, end in self.finder.places(boxes[box].text):
                    yield box, start, end

    # --- counting ---

    @property
    def is_counting(self) -> bool:
        """Whether there are messages that were not looked through yet."""
        return self._timer.isActive()

    def count_again(self, first: int = 0) -> None:
        """Count in messages that are new or changed, from the one at `first` on, and then from the top."""
        self._todo = iter(())
        if self.finder is None:
            self._timer.stop()
            return
        count = len(self._column.messages)
        self._todo = self._counting(self.finder, [*range(first, count), *range(min(first, count))])
        self._timer.start()

    def _count_of(self, index: int) -> int:
        """How many marks a message has, as far as is known."""
        counted = self._counts.get(self._column.messages[index].id)
        return 0 if counted is None else counted.total

    def _count_some(self) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < until:
            if next(self._todo, self) is self:
                self._timer.stop()
                break
        self.counted.emit()

    def _counting(self, finder: Finder, indexes: Sequence[int]) -> Iterator[None]:
        """Counts in these messages, a little at each step. Other messages being shown is a reason to begin anew."""
        column = self._column
        for index in indexes:
            yield
            message = column.messages[index]
            known = self._counts.get(message.id)
            if known is not None and known.message == message:
                continue
            counts: list[tuple[int, int]] = []
            if finder.may_be_in(f"{column.reasoning_of(index)}\n{column.text_of(index)}"):
                # Unfolded, for what is folded is found as well, and unfolded when somebody goes there.
                item = MessageItem(message, column.frame, column.width, is_unfolded=True)
                while item.is_behind:
                    yield
                    item.sync()
                for place, box in enumerate(item.boxes):
                    yield
                    if count := len(finder.places(box.text)):
                        counts.append((place, count))
            self._counts[message.id] = _Count(message, sum(count for _, count in counts), tuple(counts))
