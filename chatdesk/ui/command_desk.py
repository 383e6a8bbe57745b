"""Answers commands that were handed over to the window, while its own person goes on using it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from chatdesk.core.commands import Answer, AskRequest, command_id, failed_line
from chatdesk.core.errors import ErrorCode, ErrorDetail

if TYPE_CHECKING:
    from chatdesk.core.events import Event
    from chatdesk.services.commands import CommandService
    from chatdesk.ui.callers import Caller

MOST_CALLERS = 8


class CommandDesk(QObject):
    """One answer for each caller. Call `on_event` with everything that is announced."""

    def __init__(self, commands: CommandService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._answers: dict[Caller, Answer] = {}
        self._stopped: set[Caller] = set()

    def take(self, caller: Caller) -> None:
        """Wait for what a caller asks."""
        caller.asked.connect(lambda request: self._ask(caller, request))
        caller.stop_asked.connect(lambda: self._stop(caller))
        caller.gone.connect(lambda: self._forget(caller))

    @Slot(object)
    def on_event(self, event: Event) -> None:
        """Tell each caller what concerns it."""
        for caller, answer in tuple(self._answers.items()):
            for line in answer.on_event(event):
                caller.say(line)
            if answer.is_over:
                self._forget(caller)
                caller.hang_up()
            elif caller in self._stopped and answer.conversation_id is not None:
                self._stopped.discard(caller)
                self._commands.stop(answer.conversation_id)

    def _ask(self, caller: Caller, request: AskRequest) -> None:
        if len(self._answers) >= MOST_CALLERS:
            caller.say(failed_line(ErrorDetail(ErrorCode.BUSY)))
            caller.hang_up()
            return
        unsent_id = command_id(str(uuid.uuid4()))
        self._answers[caller] = Answer(unsent_id)
        self._commands.ask(request, unsent_id)

    def _stop(self, caller: Caller) -> None:
        """End the caller's reply, now or as soon as it is known which that is."""
        answer = self._answers.get(caller)
        if answer is None:
            return
        if answer.conversation_id is None:
            self._stopped.add(caller)
        else:
            self._commands.stop(answer.conversation_id)

    def _forget(self, caller: Caller) -> None:
        """A caller that hung up: its reply is written all the same, for it is in the conversation."""
        self._answers.pop(caller, None)
        self._stopped.discard(caller)
