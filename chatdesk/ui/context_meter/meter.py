"""Keeps all that the window shows of the context in step with what was measured.

Two measurements are kept apart: of the conversation as it is, and with the message that is being written. The divider
in the transcript follows the first; the meter, the map and the line above the composer show the second while there is
one. Whoever measures remembers the draft, so after a change of the conversation the first has to be asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from chatdesk.core.context_map import default_policy
from chatdesk.core.context_outlook import Outlook, as_sent, has_draft, is_tight, outlook
from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.context_meter import wording
from chatdesk.ui.context_meter.entries import entries
from chatdesk.ui.context_meter.map_popup import MapPopup
from chatdesk.ui.context_meter.meter_button import MeterButton
from chatdesk.ui.context_meter.outlook_line import OutlookLine
from chatdesk.ui.context_meter.spans import SpanKind
from chatdesk.ui.context_meter.summary_dialog import SummaryDialog
from chatdesk.ui.transcript.divider import NOTHING_UNSENT, Unsent

if TYPE_CHECKING:
    from chatdesk.core.context_map import ContextUse, OverflowPolicy
    from chatdesk.core.conversations import Conversation
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.core.summaries import Summary
    from chatdesk.ui.composer import Composer
    from chatdesk.ui.context_meter.entries import Entry
    from chatdesk.ui.theme import Colors
    from chatdesk.ui.transcript.view import TranscriptView

# Measuring tokenizes the draft: once its writer pauses, not at each key.
PAUSE_MS = 250
OVERDUE_MS = 500  # until it is said that nothing is measured yet; usually it is measured at once
WRITING_STEP = 16  # tokens after which the meter moves while a reply is being written


class ContextVerbs(Protocol):
    """What can be asked about the context; `ChatService` does it."""

    def measure(self, conversation_id: str | None, draft: str | None = None) -> None:
        """Announce what the next prompt would hold."""

    def set_policy(self, conversation_id: str, policy: OverflowPolicy | None) -> None:
        """Choose what happens when the conversation outgrows the context; None: by the model."""

    def edit_summary(self, conversation_id: str, text: str) -> None:
        """Put other words in place of the summary's."""

    def undo_summary(self, conversation_id: str) -> None:
        """Send the messages again in place of their summary."""


class ContextMeter(QObject):
    """The meter beside the composer, the line above it, the map, and the transcript's divider, for one conversation."""

    told = Signal(str)  # why nothing opens

    def __init__(self, chat: ContextVerbs, composer: Composer, transcript: TranscriptView) -> None:
        super().__init__(composer)
        self._chat = chat
        self._composer = composer
        self._transcript = transcript
        self._conversation_id: str | None = None
        self._policy: OverflowPolicy | None = None  # as it was chosen; None: it follows the model
        self._summary: Summary | None = None
        self._model: ModelInfo | None = None
        self._colors: Colors | None = None
        self._now: ContextUse | None = None
        self._drafted: ContextUse | None = None
        self._is_stale = True  # the conversation has changed since `_now` was measured
        self._writing_tokens = 0  # of the reply that is being written, reasoning among them
        self._is_uncounted = False  # which is said; a measurement takes long
        self._is_asked = False  # for a measurement with the draft, which has not come yet
        self._popup: MapPopup | None = None
        self._button = MeterButton()
        self._button.clicked.connect(self.open_map)
        self._line = OutlookLine()
        self._line.details_requested.connect(self.open_map)
        composer.put_beside_hint(self._button)
        composer.put_above(self._line)
        composer.changed.connect(self._on_text_changed)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._measure_draft)
        self._overdue = QTimer(self, singleShot=True, interval=OVERDUE_MS)
        self._overdue.timeout.connect(self._say_uncounted)
        transcript.summary_requested.connect(self._show_summary)
        transcript.summary_undo_requested.connect(self._undo_summary)
        transcript.context_requested.connect(self.open_map)
        self._refresh()

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        return (
            ActionRow("context_action", Group.THIS_CHAT, self.tr("What the model is sent"), self.open_map, "Ctrl+I"),
        )

    def set_colors(self, colors: Colors) -> None:
        """Draw everything in these."""
        self._colors = colors
        self._button.set_colors(colors)
        if self._popup is not None:
            self._popup.set_colors(colors)

    # --- what is shown and announced ---

    def set_model(self, model: ModelInfo | None) -> None:
        """Another model answers, or none does."""
        self._model = model
        self._forget()
        self._measure()

    def show_conversation(self, conversation: Conversation | None, summary: Summary | None = None) -> None:
        """Another conversation is shown, or the same one anew; None: one that is not begun."""
        conversation_id = None if conversation is None else conversation.id
        is_same = conversation_id == self._conversation_id
        self._conversation_id = conversation_id
        self._policy = None if conversation is None else conversation.overflow_policy
        self._summary = summary
        self._is_stale = True
        if not is_same:
            self._writing_tokens = 0
            self._forget()
            self._measure()

    def begin(self, conversation: Conversation) -> None:
        """The conversation that was not begun now is, by sending what was written."""
        self._conversation_id = conversation.id
        if self._drafted is not None:
            self._drafted = replace(self._drafted, conversation_id=conversation.id)

    def note_sent(self) -> None:
        """What was written is now a message."""
        drafted, self._drafted = self._drafted, None
        self._is_asked = False
        if drafted is not None:
            self._show_now(as_sent(drafted))
            self._refresh()
        self._is_stale = True

    def note_changed(self) -> None:
        """Other messages are to be sent than when the conversation was measured last; it is being measured again."""
        self._is_stale = True
        self._writing_tokens = 0

    def note_written(self, tokens: int) -> None:
        """The reply that is being written in the conversation grew by so many tokens."""
        before, self._writing_tokens = self._writing_tokens, self._writing_tokens + tokens
        if before // WRITING_STEP != self._writing_tokens // WRITING_STEP:
            self._refresh()

    def update_conversation(self, conversation: Conversation) -> None:
        """A conversation changed; only the policy of the one shown matters here."""
        if conversation.id == self._conversation_id:
            self._is_stale = self._is_stale or conversation.overflow_policy is not self._policy
            self._policy = conversation.overflow_policy
            self._refresh()

    def set_summary(self, conversation_id: str, summary: Summary | None) -> None:
        """Another summary stands for the beginning of a conversation; None: none does."""
        if conversation_id == self._conversation_id:
            self._summary = summary
            self._is_stale = True

    def take(self, use: ContextUse) -> None:
        """The context of a conversation was measured."""
        if use.conversation_id != self._conversation_id:
            return
        self._overdue.stop()
        self._is_uncounted = False
        if not has_draft(use):
            self._show_now(use)
            self._is_stale = False
            if self._has_text() and not self._is_asked:
                self._pause.start()
        elif self._has_text():
            self._is_asked = False
            self._drafted = use
            if self._is_stale:
                self._measure()
        self._refresh()

    def _show_now(self, use: ContextUse) -> None:
        self._now = use
        self._transcript.set_unsent(Unsent(frozenset(use.left_out), frozenset(use.summarised)))

    # --- the draft ---

    def _has_text(self) -> bool:
        return not self._composer.is_empty

    def _on_text_changed(self) -> None:
        if self._has_text():
            self._pause.start()
            return
        self._pause.stop()
        if self._is_asked or self._drafted is not None:
            self._is_asked = False
            self._drafted = None
            self._measure()
        self._refresh()

    def _measure_draft(self) -> None:
        if self._is_stale:
            self._measure()
        elif self._model is not None and self._has_text():
            self._is_asked = True
            self._chat.measure(self._conversation_id, self._composer.text())

    def _measure(self) -> None:
        if self._model is not None:
            self._overdue.start()
            self._chat.measure(self._conversation_id)

    # --- the map ---

    def open_map(self) -> None:
        """Show what the model is sent."""
        use = self._drafted or self._now
        if use is None or self._model is None or self._colors is None:
            if self._model is not None:
                self.told.emit(wording.uncounted_name())
            return
        if self._popup is None:
            self._popup = MapPopup(self._button)
            self._popup.entry_chosen.connect(self._go_to)
            self._popup.policy_chosen.connect(self._choose_policy)
            self._popup.set_colors(self._colors)
        self._show_in_map(self._popup, use)
        self._popup.open_above(self._button)

    def _show_in_map(self, popup: MapPopup, use: ContextUse) -> None:
        popup.show_use(use, entries(use, self._transcript.message, self._composer.text()))
        default = None if self._model is None else default_policy(self._model.n_params)
        popup.policy_choice.show_policy(
            self._policy or default or use.policy, default, can_choose=self._conversation_id is not None
        )

    def _go_to(self, entry: Entry) -> None:
        if entry.kind is SpanKind.SUMMARY:
            self._close_map()
            self._show_summary()
        elif entry.kind is SpanKind.DRAFT:
            self._close_map()
            self._composer.setFocus()
        elif entry.message_id is not None:
            self._close_map()
            self._transcript.show_message(entry.message_id)

    def _close_map(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    def _choose_policy(self, policy: OverflowPolicy | None) -> None:
        if self._conversation_id is not None:
            self._chat.set_policy(self._conversation_id, policy)

    # --- the summary ---

    def _show_summary(self) -> None:
        summary = self._summary
        if summary is None:
            return
        dialog = SummaryDialog(summary, self._composer.window())
        dialog.saved.connect(lambda text: self._chat.edit_summary(summary.conversation_id, text))
        dialog.open()

    def _undo_summary(self) -> None:
        if self._conversation_id is not None:
            self._chat.undo_summary(self._conversation_id)

    # --- drawing ---

    def _forget(self) -> None:
        self._now = self._drafted = None
        self._is_stale = True
        self._is_asked = self._is_uncounted = False
        self._pause.stop()
        self._overdue.stop()
        self._close_map()
        self._transcript.set_unsent(NOTHING_UNSENT)
        self._refresh()

    def _say_uncounted(self) -> None:
        """The model is busy, with a reply in another chat most likely, and nobody else counts tokens."""
        if self._now is None and self._drafted is None:
            self._is_uncounted = True
            self._button.show_uncounted()
            self._refresh()

    def _refresh(self) -> None:
        use = self._drafted or self._now
        ahead = outlook(self._now, self._drafted) if self._drafted is not None else Outlook()
        self._line.say(wording.outlook_words(ahead))
        self._button.setVisible(self._is_uncounted or (use is not None and self._model is not None))
        if use is None:
            return
        use = replace(use, writing_tokens=self._writing_tokens)
        self._button.show_use(use, is_caution=is_tight(use) or not ahead.is_calm)
        if self._popup is not None and self._popup.isVisible():
            self._show_in_map(self._popup, use)
