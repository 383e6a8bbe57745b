"""ChatDesk without a window and with the real llama.cpp, used as a person uses it."""

import threading
from collections.abc import Callable
from typing import TypeVar

from chatdesk.core.events import ConversationCreated, Event, ModelReady, ReplayFinished, ReplyFinished
from chatdesk.core.messages import Message
from chatdesk.core.model_files import ModelFile
from chatdesk.core.replays import ReplayResult
from chatdesk.headless import Core
from chatdesk.services.worker import Priority
from chatdesk.store.paths import Paths
from tests.support.desk import EventLog

E = TypeVar("E")


class App:
    """One run of ChatDesk on a data folder."""

    def __init__(self, paths: Paths) -> None:
        self.log = EventLog()
        self.log.listeners.append(self._show)
        self.core = Core(paths, self.log.post)

    def _show(self, event: Event) -> None:
        """As the window shows what was begun in it."""
        if isinstance(event, ConversationCreated):
            self.core.chat.prepare(event.conversation.id)

    def use(self, model: ModelFile) -> None:
        self.next(ModelReady, lambda: self.core.loading.use(model))

    def ask(self, text: str, conversation_id: str | None = None) -> Message:
        return self.next(ReplyFinished, lambda: self.core.chat.send(conversation_id, text)).message

    def replay(self, message: Message) -> ReplayResult:
        return self.next(ReplayFinished, lambda: self.core.replays.replay(message.id)).result

    def rest(self) -> None:
        """Wait until the engine has nothing to do any more; idle work may ask for more idle work."""
        for _ in range(4):
            done = threading.Event()
            self.core.inference.run("rest", lambda _engine, done=done: done.set(), Priority.CLOSE)  # type: ignore[misc]  # mypy cannot type a lambda's defaults
            assert done.wait(60)

    def next(self, kind: type[E], act: Callable[[], object]) -> E:
        """The event that an act leads to."""
        before = len(self.log.of(kind))
        act()
        self.log.wait_for(kind, lambda _event: len(self.log.of(kind)) > before)
        return self.log.of(kind)[before]

    def close(self) -> None:
        assert self.core.close()


Start = Callable[[], App]
