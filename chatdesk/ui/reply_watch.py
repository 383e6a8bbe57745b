"""Tells of long replies that end while the window is out of sight."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from chatdesk.core.events import Event, MessageAdded, ReplyFinished, ReplyStarted
from chatdesk.core.markdown_marks import plain_words
from chatdesk.core.messages import ReplyStatus
from chatdesk.core.reply_notices import ReplyNotice, is_told
from chatdesk.core.untrusted_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.messages import Message

MOST_CHARS = 200
READ_CHARS = 4 * MOST_CHARS  # that many are made of, marks and all; a reply may be a megabyte


class ReplyWatch(QObject):
    """Knows since when each reply has been awaited."""

    ended = Signal(str, str, str)  # a title, a text and the conversation

    def __init__(
        self,
        wanted: Callable[[], ReplyNotice],
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        is_in_sight: Callable[[], bool] | None = None,
    ) -> None:
        """`wanted` tells what a person set; `clock` gives seconds and never goes back.

        `is_in_sight` says whether somebody looks at the app; None: while one of its windows has the keyboard.
        """
        super().__init__(parent)
        self._wanted = wanted
        self._clock = clock
        self._is_in_sight = is_in_sight or is_application_active
        self._since: dict[str, float] = {}  # reply -> when it was asked for

    def on_event(self, event: Event) -> None:
        """Note what happened to replies."""
        match event:
            case MessageAdded(message) if message.is_reply:
                self._since[message.id] = self._clock()
            case ReplyStarted(message):  # one that goes on was added long ago
                self._since.setdefault(message.id, self._clock())
            case ReplyFinished(message):
                since = self._since.pop(message.id, self._clock())
                # Who stopped it knows.
                if message.status is not ReplyStatus.STOPPED:
                    self._tell(message, self._clock() - since)

    def _tell(self, message: Message, seconds: float) -> None:
        wanted = self._wanted()
        if not is_told(wanted, seconds, is_in_sight=self._is_in_sight()):
            return
        is_good = message.status is ReplyStatus.COMPLETE
        title = self.tr("The reply is ready") if is_good else self.tr("The reply could not be written")
        text = (
            one_line(plain_words(message.text[:READ_CHARS]), MOST_CHARS)
            if wanted is ReplyNotice.WITH_TEXT and is_good
            else ""
        )
        self.ended.emit(title, text, message.conversation_id)


def is_application_active() -> bool:
    """Whether a window of ours has the keyboard."""
    return QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
