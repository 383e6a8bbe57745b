"""Replies that wait or are being written, and what is announced of them.

A conversation can be opened while the engine writes into it. What was read from the database is then older than what
was already said, and the words in between would be missing for ever. So everything said of a live reply, and the
opening of a conversation, is announced under one lock: an opened conversation holds exactly the words whose deltas
were announced before it.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import Event, MessageChanged, Post, ReplyFinished

if TYPE_CHECKING:
    from chatdesk.core.events import ConversationOpened
    from chatdesk.core.messages import Message
    from chatdesk.core.replays import ReplyRecipe
    from chatdesk.store.conversations import ConversationStore

log = logging.getLogger(__name__)


class LiveReply(Protocol):
    """A reply on its way."""

    def so_far(self) -> Message:
        """The reply with every word that was announced."""

    def stop(self) -> None:
        """Ask for its end, which follows soon."""

    def answer_now(self) -> None:
        """Ask for the reply itself, if it is still being reasoned."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A reply as it ended, and what it was made from, which the disk did not take."""

    message: Message
    recipe: ReplyRecipe | None


class LiveReplies:
    """At most one live reply per conversation. May be used from any thread."""

    def __init__(self, store: ConversationStore, post: Post) -> None:
        self._store = store
        self._post = post
        self._lock = threading.RLock()
        self._live: dict[str, LiveReply] = {}  # by conversation
        self._unsaved: dict[str, tuple[Message, Unsaved]] = {}  # by message: as it is shown, and as it is to be saved
        self._is_closed = False

    def add(self, conversation_id: str, reply: LiveReply) -> None:
        """A reply begins; after `close` it ends at once."""
        with self._lock:
            self._live[conversation_id] = reply
            is_closed = self._is_closed
        if is_closed:
            reply.stop()

    def is_live(self, conversation_id: str) -> bool:
        """Whether a reply of this conversation waits or is being written."""
        with self._lock:
            return conversation_id in self._live

    def of(self, conversation_id: str) -> LiveReply | None:
        """The conversation's reply that waits or is being written, if there is one."""
        with self._lock:
            return self._live.get(conversation_id)

    def stop(self, conversation_id: str) -> None:
        """End the conversation's reply, if there is one; what was written is kept."""
        reply = self.of(conversation_id)
        if reply is not None:
            reply.stop()

    def answer_now(self, conversation_id: str) -> None:
        """Have the conversation's reply begin, if the model still reasons."""
        reply = self.of(conversation_id)
        if reply is not None:
            reply.answer_now()

    def stop_all(self) -> None:
        """End every reply."""
        with self._lock:
            replies = list(self._live.values())
        for reply in replies:
            reply.stop()

    def close(self) -> None:
        """End every reply, and those that begin yet: the app is going away."""
        with self._lock:
            self._is_closed = True
        self.stop_all()

    def announce(self, say: list[str], text: str, event: Event) -> None:
        """Add `text` to what a reply has said, and announce it, in one step."""
        with self._lock:
            say.append(text)
            self._post(event)

    def announce_opened(self, opened: ConversationOpened) -> None:
        """Announce a conversation that was just read, with the words that are newer than what was read."""
        with self._lock:
            path = tuple(message if message.status.is_final else self._as_it_is(message) for message in opened.path)
            self._post(replace(opened, path=path))

    def end(self, message: Message, unsaved: Unsaved | None = None) -> None:
        """A reply has reached its final state; what is `unsaved` of it is kept to be tried again."""
        with self._lock:
            self._live.pop(message.conversation_id, None)
            if unsaved is not None:
                self._unsaved[message.id] = (message, unsaved)
            self._post(ReplyFinished(message))

    def save_unsaved(self) -> None:
        """Try again to save the replies that the disk did not take; announces `MessageChanged` for each."""
        with self._lock:
            waiting = [unsaved for _, unsaved in self._unsaved.values()]
        for unsaved in waiting:
            try:
                self._store.save_reply(unsaved.message, unsaved.recipe)
            except UserFacingError as error:
                log.warning("a reply still cannot be saved: %s", error)
                return
            with self._lock:
                self._unsaved.pop(unsaved.message.id, None)
                self._post(MessageChanged(unsaved.message))

    def _as_it_is(self, message: Message) -> Message:
        """A message whose row said that it was not finished."""
        live = self._live.get(message.conversation_id)
        if live is not None and live.so_far().id == message.id:
            return live.so_far()
        # It ended after its row was read.
        unsaved = self._unsaved.get(message.id)
        return unsaved[0] if unsaved is not None else self._store.message(message.id)
