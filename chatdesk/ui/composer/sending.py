"""Sends what stands in the message box; where that would push other messages out of the context, asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from chatdesk.core.commands import is_command
from chatdesk.core.errors import ErrorCode
from chatdesk.core.unsent import draft_id, is_draft
from chatdesk.ui.notices import NoticeAction
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from chatdesk.core.events import SendFailed
    from chatdesk.services.chat import ChatService
    from chatdesk.services.queued_messages import QueueService
    from chatdesk.ui.composer.composer import Composer
    from chatdesk.ui.composer.desk import ComposerDesk
    from chatdesk.ui.notices import NoticeStrip
    from chatdesk.ui.reasoning_switch import ReasoningSwitch


class Sending(QObject):
    """Knows whether what is written is on its way: from Enter until it is saved, or until it is known why not."""

    changed = Signal()

    def __init__(
        self,
        chat: ChatService,
        queue: QueueService,
        composer: Composer,
        desk: ComposerDesk,
        reasoning: ReasoningSwitch,
        notices: NoticeStrip,
    ) -> None:
        super().__init__(composer)
        self._chat = chat
        self._queue = queue
        self._composer = composer
        self._desk = desk
        self._reasoning = reasoning
        self._notices = notices
        self._question = ""  # asked about the message that would push others out
        self.is_under_way = False

    def send(self, text: str) -> None:
        """Send what is written in the conversation that is shown."""
        self.is_under_way = True
        self._desk.flush()
        self._send(self._desk.conversation_id, text)

    def note_saved(self, conversation_id: str) -> None:
        """What was written in a conversation is a message of it now."""
        self.is_under_way = False
        if conversation_id == self._desk.conversation_id:
            self._composer.clear()
            self._notices.take_back(self._question)

    def note_failed(self, failed: SendFailed) -> None:
        """A message was not sent: say why, but for one that waits now, or that came from elsewhere."""
        if is_command(failed.unsent_id):
            return
        if is_draft(failed.unsent_id):
            self.is_under_way = False
        self.changed.emit()
        if not self._desk.take_back(failed):
            self._say(failed)

    def _say(self, failed: SendFailed) -> None:
        words = error_words(failed.error)
        if failed.error.code is not ErrorCode.CONTEXT_WOULD_OVERFLOW:
            self._notices.show_notice(words)
            return
        self._notices.take_back(self._question)
        self._question = words
        send = NoticeAction(self.tr("Send anyway"), lambda: self._send_anyway(failed))
        self._notices.show_notice(words, [send])

    def _send_anyway(self, failed: SendFailed) -> None:
        text = failed.text
        if failed.unsent_id is not None and not is_draft(failed.unsent_id):
            self._queue.send(failed.unsent_id, allows_leaving_out=True)
            return
        if failed.conversation_id == self._desk.conversation_id:
            text = self._composer.text()  # it is still there, and may have been changed since
            self.is_under_way = True
            self._desk.flush()
            self.changed.emit()
        self._send(failed.conversation_id, text, allows_leaving_out=True)

    def _send(self, conversation_id: str | None, text: str, *, allows_leaving_out: bool = False) -> None:
        self._chat.send(
            conversation_id,
            text,
            unsent_id=draft_id(conversation_id),
            overrides=self._reasoning.overrides,
            allows_leaving_out=allows_leaving_out,
        )
