"""What is marked in the transcript because somebody looks for it, and which of it they are at.

Marks are found in the text of the boxes as they are drawn, each time they are drawn. Counting them goes through
messages that are not laid out: their boxes are made for the moment, in slices, so that ten thousand messages hold
nothing up.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from chatdesk.ui.transcript.message_item import MessageItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.core.messages import Message
    from chatdesk.ui.transcript.boxes import Box
    from chatdesk.ui.transcript.messages_layout import MessagesLayout

SLICE_SECONDS = 0.008

Range = tuple[int, int]
Mark = tuple[int, int, int]  # box, from, to


class Finder(Protocol):
    """Says where something is in a text."""

    def places(self, text: str) -> Sequence[Range]:
        """Each place from a character up to another."""

    def may_be_in(self, markdown: str) -> bool:
        """Whether it may be in what `markdown` is drawn as."""


class Marks(QObject):
    """Counts what a finder finds in the messages of a column. `counted` tells of progress, and of the end."""

    counted = Signal()

    def __init__(self, column: MessagesLayout, parent: QObject) -> None:
        super().__init__(parent)
        self._column = column
        self.finder: Finder | None = None
        self.current: tuple[str, int] | None = None  # message, and which of its marks
        self._counts: dict[str, tuple[Message, int]] = {}  # by message, with what was looked through
        self._todo: Iterator[int] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._count_some)

    @property
    def is_counting(self) -> bool:
        """Whether there are messages that were not looked through yet."""
        return self._timer.isActive()

    def set_finder(self, finder: Finder | None, first: int = 0) -> None:
        """Mark what `finder` finds, or nothing; count from the message at `first` on, and then from the top."""
        self.finder = finder
        self.current = None
        self._counts = {}
        self.count_again(first)

    def count_again(self, first: int = 0) -> None:
        """Count in messages that are new or changed."""
        count = len(self._column.messages)
        self._todo = iter([*range(first, count), *range(min(first, count))])
        if self.finder is None:
            self._timer.stop()
        else:
            self._timer.start()

    def of(self, index: int) -> int:
        """How many marks a message has, as far as is known."""
        return self._counts.get(self._column.messages[index].id, (None, 0))[1]

    def position(self) -> tuple[int, int]:
        """The number of the current mark, from 1 (0: there is none), and how many there are, as far as is known."""
        number = total = 0
        for index, message in enumerate(self._column.messages):
            if self.current is not None and message.id == self.current[0]:
                number = total + self.current[1] + 1
            total += self.of(index)
        return number, total

    def step(self, by: int, start: int) -> tuple[str, int] | None:
        """Go to the next mark (`by` 1) or the one before (-1), around the end; the first time from message `start`."""
        messages = self._column.messages
        if not messages:
            return None
        here = self._column.index_of(self.current[0]) if self.current is not None else None
        if here is not None and self.current is not None:
            ordinal = self.current[1] + by
            if 0 <= ordinal < self.of(here):
                self.current = (messages[here].id, ordinal)
                return self.current
        begin = start if here is None else here + by
        for distance in range(len(messages)):
            index = (begin + distance * by) % len(messages)
            if self.of(index):
                self.current = (messages[index].id, 0 if by > 0 else self.of(index) - 1)
                return self.current
        return self.current

    def in_boxes(self, boxes: Sequence[Box]) -> list[Mark]:
        """The marks in a message, in order."""
        finder = self.finder
        if finder is None:
            return []
        return [(box, start, end) for box, made in enumerate(boxes) for start, end in finder.places(made.text)]

    def _count_some(self) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < until:
            index = next(self._todo, None)
            if index is None:
                self._timer.stop()
                break
            self._count(index)
        self.counted.emit()

    def _count(self, index: int) -> None:
        column = self._column
        if index >= len(column.messages) or self.finder is None:
            return
        message = column.messages[index]
        known = self._counts.get(message.id)
        if known is not None and known[0] == message:
            return
        text = f"{column.reasoning_of(index)}\n{column.text_of(index)}"
        count = 0
        if self.finder.may_be_in(text):
            # Unfolded, for what is folded is found as well, and unfolded when somebody goes there.
            item = MessageItem(message, column.frame, column.width, is_unfolded=True)
            count = len(self.in_boxes(item.boxes))
        self._counts[message.id] = (message, count)
