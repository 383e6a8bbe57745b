"""All of the window that is about the conversation that is shown: its messages as they come, and what can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from chatdesk.core.composing import composer_state
from chatdesk.core.events import (
    ContextMeasured,
    ConversationBranched,
    ConversationChanged,
    ConversationCreated,
    ConversationEndRead,
    ConversationKept,
    ConversationOpened,
    ConversationsDeleted,
    ConversationsRestored,
    Event,
    MessageAdded,
    MessageChanged,
    ModelFailed,
    ModelLoadProgressed,
    ModelReady,
    ModelUnloaded,
    NoticeRaised,
    PromptProcessed,
    ReplyDelta,
    ReplyFinished,
    ReplyStarted,
    SendFailed,
    SummaryChanged,
)
from chatdesk.core.search import Matcher, parse_query
from chatdesk.core.unsent import is_draft
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.conversations import Conversation
    from chatdesk.core.messages import Message
    from chatdesk.core.summaries import Summary
    from chatdesk.services.chat import ChatService
    from chatdesk.services.history import HistoryService
    from chatdesk.ui.branching.desk import BranchDesk
    from chatdesk.ui.chat_settings import ChatSettings
    from chatdesk.ui.composer.composer import Composer
    from chatdesk.ui.composer.desk import ComposerDesk
    from chatdesk.ui.composer.sending import Sending
    from chatdesk.ui.context_meter.meter import ContextMeter
    from chatdesk.ui.conversation_pane import ConversationPane
    from chatdesk.ui.model_desk import ModelDesk
    from chatdesk.ui.notices import NoticeStrip
    from chatdesk.ui.reasoning_switch import ReasoningSwitch
    from chatdesk.ui.sidebar import Sidebar
    from chatdesk.ui.temporary_bar import TemporaryBar
    from chatdesk.ui.transcript.view import TranscriptView


@dataclass(frozen=True, slots=True)
class Panes:
    """What of the window follows the conversation that is shown."""

    sidebar: Sidebar
    conversation: ConversationPane
    temporary_bar: TemporaryBar
    notices: NoticeStrip
    transcript: TranscriptView
    composer: Composer
    desk: ComposerDesk
    sending: Sending
    reasoning: ReasoningSwitch
    context: ContextMeter
    chat_settings: ChatSettings
    branching: BranchDesk
    models: ModelDesk


class ConversationDesk(QObject):
    """Has all panes show the same conversation, and knows in which ones a reply is under way."""

    titled = Signal(str)  # what is shown is called so; empty: it is not begun
    offered = Signal(bool)  # there is a chat that something can be done with, or there is none

    def __init__(self, chat: ChatService, history: HistoryService, panes: Panes, window: QObject) -> None:
        super().__init__(window)
        self._chat = chat
        self._history = history
        self._panes = panes
        self._wanted_id: str | None = None  # the one that was asked for last; others that arrive late are not shown
        self._wanted_place: tuple[str, str] | None = None  # message to show with its conversation, and what to mark
        self._replies: dict[str, str] = {}  # conversation -> its reply that waits or is written
        self._kept_notices: dict[str, list[str]] = {}  # conversation -> what to say when it is shown
        self.conversation_id: str | None = None  # the one that is shown; None: a new one that has no row yet
        panes.sending.changed.connect(self.refresh)

    # --- what a person does ---

    def begin_new(self) -> None:
        """Show an empty conversation; it gets a row with its first message."""
        panes = self._panes
        self.conversation_id = self._wanted_id = None
        panes.sidebar.select(None)
        panes.transcript.set_messages((), {})
        panes.branching.show_messages(None)
        panes.context.show_conversation(None)
        panes.reasoning.show_conversation(None)
        panes.chat_settings.show_conversation(None)
        panes.desk.show_conversation(None)
        panes.conversation.show_welcome()
        self.titled.emit("")
        self.offered.emit(False)
        self.refresh()
        panes.composer.setFocus()

    def open(self, conversation_id: str) -> None:
        """Show a conversation."""
        self._wanted_place = None
        self._wanted_id = conversation_id
        self._history.open(conversation_id)

    def show_found(self, conversation_id: str, message_id: str, text: str) -> None:
        """Show a message that a search for `text` found, in its conversation."""
        self._wanted_id = conversation_id
        self._wanted_place = (message_id, text)
        self._history.show_message(message_id)

    def answer_now(self) -> None:
        """Have the model reason no longer."""
        if self.conversation_id is not None:
            self._chat.answer_now(self.conversation_id)

    def stop(self) -> None:
        """Stop the reply."""
        if self.conversation_id is not None:
            self._chat.stop(self.conversation_id)

    # --- what services announce ---

    def on_event(self, event: Event) -> bool:
        """Draw what happened. Returns whether it was for this part of the window."""
        match event:
            case ReplyDelta() | PromptProcessed() | MessageAdded() | ReplyStarted() | ReplyFinished():
                self._on_reply_event(event)
            case ContextMeasured() | SummaryChanged() | MessageChanged():
                self._on_context_event(event)
            case SendFailed():
                self._panes.sending.note_failed(event)
            case _:
                return self._on_conversation_event(event)
        return True

    def _on_conversation_event(self, event: Event) -> bool:
        match event:
            case ConversationEndRead(conversation, end):
                self._show_end(conversation, end)
            case ConversationOpened():
                self._show_opened(event)
            case ConversationCreated(conversation):
                self._begin(conversation)
            case ConversationChanged(conversation):
                self._panes.context.update_conversation(conversation)
                self._panes.reasoning.update_conversation(conversation)
                self._panes.chat_settings.update_conversation(conversation)
                self._set_title(conversation)
            case ConversationBranched(conversation) | ConversationKept(conversation):
                self.open(conversation.id)
            case ConversationsRestored(conversations):
                self.open(conversations[-1].id)
            case ConversationsDeleted(conversations):
                if {self.conversation_id, self._wanted_id} & {conversation.id for conversation in conversations}:
                    self.begin_new()
            case _:
                return False
        return True

    def on_model_event(self, event: Event) -> None:
        """Another model answers, none does, or one is on its way."""
        panes = self._panes
        match event:
            case ModelLoadProgressed(_, fraction):
                words = self.tr("Loading the model… {percent} %").format(percent=round(fraction * 100))
                for message_id in self._replies.values():
                    panes.transcript.set_status_text(message_id, words)
            case ModelReady(_, info):
                panes.context.set_model(info)
                panes.desk.count_again()
                panes.reasoning.set_model(info)
                self._chat.prepare(self.conversation_id)
            case ModelFailed() | ModelUnloaded():
                if not panes.models.has_model:
                    panes.context.set_model(None)
                    panes.reasoning.set_model(None)
        self.refresh()

    def show_notice(self, raised: NoticeRaised) -> None:
        """Say what went wrong; what is about another conversation is said once that is shown."""
        words, conversation_id = error_words(raised.error), raised.conversation_id
        if conversation_id is None or conversation_id == self.conversation_id:
            self._panes.notices.show_notice(words)
        else:
            self._kept_notices.setdefault(conversation_id, []).append(words)

    def refresh(self) -> None:
        """Show what can be sent now, and where replies are under way."""
        panes = self._panes
        panes.sidebar.set_running(self._replies)
        panes.desk.set_state(
            composer_state(
                is_sending=panes.sending.is_under_way,
                is_replying=self.conversation_id in self._replies,
                has_model=panes.models.has_model,
            )
        )

    # --- which conversation is shown ---

    def _show_end(self, conversation: Conversation, end: tuple[Message, ...]) -> None:
        """Show the end of a long conversation, until all of it is there; what is written goes to it from now on."""
        if conversation.id != self._wanted_id or conversation.id == self.conversation_id or self._wanted_place:
            return
        panes = self._panes
        self.conversation_id = conversation.id
        panes.transcript.set_messages(end, {})
        panes.branching.show_messages(conversation.id)
        panes.reasoning.show_conversation(conversation)
        panes.chat_settings.show_conversation(conversation)
        panes.desk.show_conversation(conversation.id)
        panes.conversation.show_transcript()
        panes.sidebar.select(conversation.id)
        self._set_title(conversation)

    def _show_opened(self, event: ConversationOpened) -> None:
        if event.conversation.id in (self._wanted_id, self.conversation_id):
            self._show(event.conversation, event.path, event.versions, event.summary)

    def _begin(self, conversation: Conversation) -> None:
        """Show a conversation that begins with the message that is being sent."""
        if self._panes.sending.is_under_way and self.conversation_id is None:
            self._panes.context.begin(conversation)
            self._panes.desk.begin(conversation.id)
            self._wanted_id = self._wanted_id or conversation.id
            self._show(conversation, (), {})

    def _show(
        self,
        conversation: Conversation,
        path: tuple[Message, ...],
        versions: Mapping[str, tuple[int, int]],
        summary: Summary | None = None,
    ) -> None:
        panes = self._panes
        self.conversation_id = conversation.id
        panes.transcript.set_messages(path, versions)
        panes.context.show_conversation(conversation, summary)
        panes.reasoning.show_conversation(conversation)
        panes.chat_settings.show_conversation(conversation)
        panes.desk.show_conversation(conversation.id)
        panes.conversation.show_transcript()
        panes.sidebar.select(conversation.id)
        self._set_title(conversation)
        self.offered.emit(True)
        self._note_reply(conversation.id, path)
        for words in self._kept_notices.pop(conversation.id, ()):
            panes.notices.show_notice(words)
        panes.sidebar.note_seen(conversation)
        self.refresh()
        panes.composer.setFocus()
        panes.branching.show_messages(conversation.id)
        self._go_to_found()

    def _note_reply(self, conversation_id: str, path: tuple[Message, ...]) -> None:
        """Note whether the last message is a reply under way; otherwise the next one may be prepared."""
        last = path[-1] if path else None
        if last is not None and last.is_reply and not last.status.is_final:
            self._replies[conversation_id] = last.id
            return
        if self._replies.get(conversation_id) in {message.id for message in path}:
            del self._replies[conversation_id]  # otherwise it is being written on another branch
        self._chat.prepare(conversation_id)

    def _go_to_found(self) -> None:
        """Go to the message that was asked for, once a path that holds it is shown."""
        if self._wanted_place is not None and self._panes.transcript.message(self._wanted_place[0]) is not None:
            message_id, text = self._wanted_place
            self._wanted_place = None
            self._panes.transcript.marks.show_found(message_id, Matcher(parse_query(text)))

    def _set_title(self, conversation: Conversation) -> None:
        if conversation.id == self.conversation_id:
            self._panes.temporary_bar.set_conversation(conversation.id)
            self.titled.emit(conversation.title)
            self._panes.branching.set_title(conversation.title)

    # --- its messages ---

    def _on_reply_event(
        self, event: ReplyDelta | PromptProcessed | MessageAdded | ReplyStarted | ReplyFinished
    ) -> None:
        panes = self._panes
        match event:
            case ReplyDelta(message_id, offset, text, tokens, kind):
                if panes.transcript.append_text(message_id, offset, text, kind):
                    panes.context.note_written(len(tokens))
            case PromptProcessed(message_id, processed, total, cached):
                panes.transcript.set_progress(message_id, processed, total, cached)
            case MessageAdded(message, unsent_id):
                self._add_message(message, was_draft=is_draft(unsent_id))
            case ReplyStarted(message):
                panes.transcript.update_message(message)
            case ReplyFinished(message):
                if self._replies.get(message.conversation_id) == message.id:
                    del self._replies[message.conversation_id]
                panes.sidebar.note_reply(message.conversation_id)
                panes.transcript.finish(message)
                panes.context.note_changed()
                self.refresh()

    def _add_message(self, message: Message, *, was_draft: bool) -> None:
        panes = self._panes
        if message.is_reply:
            self._replies[message.conversation_id] = message.id
        elif was_draft:
            if message.conversation_id == self.conversation_id:
                panes.context.note_sent()
            panes.sending.note_saved(message.conversation_id)
        if message.conversation_id == self.conversation_id:
            panes.transcript.add_message(message)
        self.refresh()

    def _on_context_event(self, event: ContextMeasured | SummaryChanged | MessageChanged) -> None:
        panes = self._panes
        match event:
            case ContextMeasured(use):
                panes.context.take(use)
                panes.reasoning.take(use)
            case SummaryChanged(conversation_id, summary):
                panes.context.set_summary(conversation_id, summary)
            case MessageChanged(message):
                panes.transcript.update_message(message)
                panes.context.note_changed()
