"""When what is in view is drawn anew: text that streams in, the dots of waiting, and what comes late.

Text is drawn about 15 times a second, whatever the speed of the model: one single-shot timer gathers what came, the
last block is parsed and laid out again, and the rectangle from it downwards is painted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer

from chatdesk.ui.transcript.message_item import is_streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.ui.transcript.highlighting import LexerLibrary
    from chatdesk.ui.transcript.scroller import Scroller
    from chatdesk.ui.transcript.view import TranscriptView

REFRESH_MS = 66
DOTS_MS = 450
LEXER_MS = 60
MATHS_MS = 40  # formulas that are typeset within this time are drawn together


class Refresher(QObject):
    """Has the view settled when there is something new to draw. `clock` gives seconds and never goes back."""

    def __init__(
        self, view: TranscriptView, scroller: Scroller, library: LexerLibrary, clock: Callable[[], float]
    ) -> None:
        super().__init__(view)
        self._view = view
        self._scroller = scroller
        self._library = library
        self._clock = clock
        self._dirty: set[int] = set()  # messages to which text was added
        self._refreshed_at = 0.0
        self._text_timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._text_timer.timeout.connect(self.refresh)
        self._dots_timer = QTimer(self, interval=DOTS_MS)
        self._dots_timer.timeout.connect(self._step_dots)
        self._lexer_timer = QTimer(self, interval=LEXER_MS)
        self._lexer_timer.timeout.connect(self._take_lexers)
        self._maths_timer = QTimer(self, singleShot=True, interval=MATHS_MS)
        self._maths_timer.timeout.connect(view.settle)
        self._reading_timer = QTimer(self, singleShot=True, interval=0)
        self._reading_timer.timeout.connect(self._read_on)

    # --- text ---

    def note_text(self, index: int) -> None:
        """Text was added to a message: it is drawn soon."""
        self._dirty.add(index)
        if not self._text_timer.isActive():
            since = (self._clock() - self._refreshed_at) * 1000
            self._text_timer.start(max(REFRESH_MS - int(since), 0))

    def note_drawn(self, index: int) -> None:
        """A message was drawn anew for another reason."""
        self._dirty.discard(index)

    def forget(self) -> None:
        """Other messages are shown."""
        self._dirty.clear()

    def refresh(self) -> None:
        """Draw what has come since the last time, from the first box that changed downwards."""
        self._refreshed_at = self._clock()
        column, changed_y = self._view.column, None
        for index in sorted(self._dirty):
            item = column.item(index)
            box = item.sync()
            # The gap above the box may have changed as well.
            y = column.top(index) + item.box_top(box) - 2 * column.frame.style.text_px
            changed_y = y if changed_y is None else min(changed_y, y)
            column.update_height(index)
            self._view.announce_streamed(index, self._refreshed_at)
        self._dirty.clear()
        if changed_y is not None:
            self._view.settle(changed_y)

    # --- what moves, and what comes late ---

    def watch(self) -> None:
        """Look again at some intervals, as long as something in view may change by itself."""
        if self._library.is_loading and not self._lexer_timer.isActive():
            self._lexer_timer.start()
        if self._is_waiting() != self._dots_timer.isActive():
            (self._dots_timer.stop if self._dots_timer.isActive() else self._dots_timer.start)()
        if self._unread() is not None:
            self._reading_timer.start()

    def note_maths(self) -> None:
        """A formula is typeset: it is drawn soon."""
        if not self._maths_timer.isActive():
            self._maths_timer.start()

    def _is_waiting(self) -> bool:
        """Whether the last message waits for its first word, or may: one out of view is not read for the answer."""
        column, last = self._view.column, len(self._view.column.messages) - 1
        if last < 0:
            return False
        item = column.known_item(last)
        return is_streaming(column.messages[last]) if item is None else item.is_waiting or item.is_reasoning

    def _unread(self) -> int | None:
        """The first message in view of which there is more to draw."""
        for index in self._scroller.visible():
            item = self._view.column.known_item(index)
            if item is not None and item.is_behind:
                return index
        return None

    def _read_on(self) -> None:
        """Draw more of a long message: its beginning was drawn at once, and the window is not held up for the rest."""
        index = self._unread()
        if index is not None:
            self._view.column.item(index).sync()
            self._view.column.update_height(index)
            self._view.settle()

    def _step_dots(self) -> None:
        view, column = self._view, self._view.column
        for index in self._scroller.visible():
            item = column.known_item(index)
            found = item.status_box() if item is not None else None
            if item is not None and found is not None:
                box_index, box = found
                box.step += 1
                at = view.from_content(QPoint(0, column.top(index) + item.box_top(box_index)))
                view.viewport().update(box.dots_rect.translated(at))
            if item is not None and item.is_reasoning:
                item.tick(self._clock())
                view.update_message_rect(index)

    def _take_lexers(self) -> None:
        if not self._library.is_loading:
            self._lexer_timer.stop()
        self._view.settle()
