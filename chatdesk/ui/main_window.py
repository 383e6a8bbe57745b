"""The window: panes, menu, shortcuts, and which event goes to which pane."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QColor, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QMenu,
    QSplitter,
)

from chatdesk.core.commands import is_command
from chatdesk.core.composing import ComposerState
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import (
    AboutRead,
    ContextMeasured,
    ConversationBranched,
    ConversationChanged,
    ConversationCreated,
    ConversationEndRead,
    ConversationKept,
    ConversationOpened,
    ConversationsDeleted,
    ConversationsListed,
    ConversationsRestored,
    DiagnosticsWritten,
    Event,
    JobCrashed,
    MessageAdded,
    MessageChanged,
    ModelFailed,
    ModelLoadProgressed,
    ModelReady,
    ModelUnloaded,
    NewVersionsFailed,
    NewVersionsRead,
    NoticeRaised,
    PromptProcessed,
    ReplayFinished,
    ReplayProgressed,
    ReplyDelta,
    ReplyExplained,
    ReplyFinished,
    ReplyStarted,
    SendFailed,
    SettingsChanged,
    SummaryChanged,
)
from chatdesk.core.palette import Entry, EntryKind
from chatdesk.core.search import Matcher, parse_query
from chatdesk.core.unsent import draft_id, is_draft
from chatdesk.ui import theme
from chatdesk.ui.about_desk import AboutDesk
from chatdesk.ui.actions import ActionRow, ActionTable, Group
from chatdesk.ui.branching.desk import BranchDesk, BranchingVerbs
from chatdesk.ui.code_saving import CodeSaving
from chatdesk.ui.command_palette import CommandPalette
from chatdesk.ui.composer import Composer
from chatdesk.ui.composer.desk import UNSENT_EVENTS, ComposerDesk
from chatdesk.ui.context_meter.meter import ContextMeter
from chatdesk.ui.conversation_pane import ConversationPane
from chatdesk.ui.crash_dialog import CrashDialog
from chatdesk.ui.exchange.desk import ExchangeDesk
from chatdesk.ui.find_bar import FindBar
from chatdesk.ui.model_desk import MODEL_EVENTS, ModelDesk
from chatdesk.ui.notices import NoticeAction, NoticeStrip
from chatdesk.ui.reasoning_switch import ReasoningSwitch
from chatdesk.ui.replays.desk import ReplayDesk
from chatdesk.ui.reply_watch import ReplyWatch
from chatdesk.ui.settings_dialog.desk import SettingsDesk
from chatdesk.ui.shortcut_list import ShortcutList
from chatdesk.ui.sidebar import Sidebar, action_rows
from chatdesk.ui.system_notices import SystemNotices
from chatdesk.ui.temporary_bar import LIST_ACTIONS, TemporaryBar
from chatdesk.ui.tour import Tour
from chatdesk.ui.transcript.view import TranscriptView
from chatdesk.ui.transcript.worn import transcript_style
from chatdesk.ui.welcome import Welcome
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chatdesk.core.conversations import Conversation
    from chatdesk.core.messages import Message
    from chatdesk.core.summaries import Summary
    from chatdesk.ui.transcript.maths import MathsLibrary
    from chatdesk.ui.window_verbs import Verbs


class MainWindow(QMainWindow):
    """Shows one conversation beside the list of all. Draws what events say, and passes on what a person does."""

    closed = Signal()

    def __init__(self, verbs: Verbs, maths: MathsLibrary | None = None) -> None:
        # Before the window, which is a widget too.
        theme.set_text_size(_application(), theme.looks_of(verbs.settings.current()))
        super().__init__()
        self._verbs = verbs
        self._conversation_id: str | None = None  # the one shown; None: a new one that has no row yet
        self._is_sending = False  # a message is being saved
        self._wanted_place: tuple[str, str] | None = None  # message to show with its conversation, and what to mark
        self._wanted_id: str | None = None  # the one that was asked for last; others that arrive late are not shown
        self._replies: dict[str, str] = {}  # conversation -> its reply that waits or is written
        self._kept_notices: dict[str, list[str]] = {}  # conversation -> what to say when it is shown
        self.setObjectName("main_window")
        self._name_window()
        self.setMinimumSize(640, 440)
        room = self.screen().availableSize()
        self.resize(min(1120, room.width() - 80), min(760, room.height() - 80))
        self._notices = NoticeStrip()
        self._sidebar = Sidebar(verbs.sidebar, self._notices)
        self._welcome = Welcome()
        self._models = ModelDesk(verbs.models, self._notices, self._welcome.recommended, self)
        self._transcript = TranscriptView(transcript_style(theme.Looks()), error_words, maths=maths)
        self._temporary_bar = TemporaryBar()
        self._find = FindBar(self._transcript)
        self._exchange = ExchangeDesk(verbs.exchange, self._notices, self._open, self, takes_drops=verbs.keep is None)
        self._replays = ReplayDesk(verbs.replays, self)
        self._about = AboutDesk(verbs.about, self._notices, self) if verbs.about is not None else None
        self._composer = Composer()
        self._desk = ComposerDesk(verbs.composing, self._composer)
        self._reasoning = ReasoningSwitch(verbs.chat)
        self._composer.put_before_hint(self._reasoning)
        self._context = ContextMeter(verbs.chat, self._composer, self._transcript)
        self._looks: theme.Looks | None = None  # what is worn
        self._branching = BranchDesk(self._branching_verbs(), self._transcript, self._notices, self)
        self._overflow_question = ""  # asked about the message that would push others out
        self._settings = SettingsDesk(verbs.settings, self)
        self._system = SystemNotices(self)
        self._watch = ReplyWatch(lambda: verbs.settings.current().reply_notice, self)
        self._tour = Tour()
        self._tour.finished.connect(self._remember_hints)
        self._composer.put_above(self._tour)
        self._actions = ActionTable(self)
        self._palette = CommandPalette(self._palette_entries, theme.LIGHT, self)
        self._build()
        self._connect()
        self._build_actions()
        self._apply_theme()
        self._refresh_composer()
        self._desk.open()
        self._composer.setFocus()

    @property
    def conversation_id(self) -> str | None:
        """The conversation shown, or None for one not begun."""
        return self._conversation_id

    # --- building ---

    def _build(self) -> None:
        strips = (self._temporary_bar, self._notices, self._exchange.progress, self._find)
        self._pane = ConversationPane(self._models.picker, strips, self._welcome, self._transcript, self._composer)
        self._splitter = QSplitter()
        self._splitter.setObjectName("main_splitter")
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._sidebar)
        self._splitter.addWidget(self._pane)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([248, 832])
        self.setCentralWidget(self._splitter)
        is_temporary = self._verbs.keep is not None
        self._temporary_bar.setVisible(is_temporary)
        self._sidebar.setHidden(is_temporary)

    def _connect(self) -> None:
        verbs = self._verbs
        self._sidebar.new_requested.connect(self.new_chat)
        self._sidebar.open_requested.connect(self._open)
        self._sidebar.message_requested.connect(self._show_found)
        self._sidebar.search_ended.connect(self._end_marks)
        self._sidebar.export_requested.connect(self._export)
        self._sidebar.drag_begun.connect(self._exchange.add_files)
        if verbs.keep is not None:
            self._temporary_bar.keep_requested.connect(verbs.keep)
        self._composer.send_requested.connect(self._send)
        self._composer.stop_requested.connect(self._stop)
        self._models.file_chosen.connect(verbs.add_model)
        self._models.settings_requested.connect(self._settings.show_network)
        self._welcome.suggested.connect(self._suggest)
        self._welcome.manager_requested.connect(self._models.show_manager)
        self._transcript.regenerate_requested.connect(verbs.chat.regenerate)
        self._transcript.answer_now_requested.connect(self._answer_now)
        self._transcript.pin_requested.connect(verbs.chat.pin)
        self._transcript.save_requested.connect(CodeSaving(self._notices, self).ask)
        self._transcript.attachment_requested.connect(self._desk.look_at)
        self._desk.take_drops(self._pane.stage)
        self._desk.lost_marks.connect(self._notices.show_notice)
        self._transcript.set_picture_source(verbs.composing.attachments.content)
        self._transcript.origin_requested.connect(self._replays.explain)
        self._transcript.version_requested.connect(verbs.history.show_version)
        self._transcript.link_activated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        self._watch.ended.connect(self._system.tell)
        self._system.clicked.connect(self._return_to)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._apply_theme)
        hints.accessibility().contrastPreferenceChanged.connect(self._apply_theme)

    def _build_actions(self) -> None:
        table = self._actions
        table.add(*self._rows())
        menu = QMenu(self)
        table.add_menu(Group.CHATS, self._sidebar.deleted_menu)
        table.fill(menu)
        if self._verbs.keep is not None:
            for name in {*LIST_ACTIONS, *(row.name for row in action_rows(self._sidebar))}:
                table.named(name).setEnabled(False)
                table.named(name).setVisible(False)
        table.offer_for_chat(has_chat=False)
        self._pane.set_menu(menu)

    def _rows(self) -> Iterator[ActionRow]:
        """The rows of the window and of its panes, in the order in which those of one group are listed."""
        key = QKeySequence.StandardKey
        chats, this_chat, window = Group.CHATS, Group.THIS_CHAT, Group.WINDOW
        yield ActionRow("new_chat_action", chats, self.tr("New chat"), self.new_chat, key.New)
        if (open_temporary := self._verbs.open_temporary) is not None:
            yield ActionRow("temporary_action", chats, self.tr("Temporary chat"), open_temporary, "Ctrl+Shift+N")
        yield from action_rows(self._sidebar)
        yield from self._exchange.rows()
        yield ActionRow("export_action", this_chat, self.tr("Export this chat…"), self._export, needs_chat=True)
        yield from self._desk.rows()
        yield from self._find.rows()
        yield ActionRow("stop_action", this_chat, self.tr("Stop the reply"), self._stop, "Esc", in_menu=False)
        yield from self._context.rows()
        yield from self._branching.rows()
        words = self.tr("Reasoning on or off")
        yield ActionRow("reasoning_action", this_chat, words, self._switch_reasoning, "Ctrl+R", in_menu=False)
        words = self.tr("Go to the message box")
        yield ActionRow("write_action", this_chat, words, self._composer.setFocus, "Ctrl+L", in_menu=False)
        yield from self._models.rows()
        yield ActionRow("palette_action", window, self.tr("Command palette"), self._palette.toggle, "Ctrl+K")
        yield ActionRow("shortcuts_action", window, self.tr("Keyboard shortcuts"), self._show_shortcuts, "Ctrl+/")
        yield from self._settings.rows()
        yield ActionRow("quit_action", window, self.tr("Quit"), self.close, key.Quit)
        if self._about is not None:
            yield from self._about.rows()

    def _palette_entries(self) -> list[Entry]:
        chats = self._sidebar.conversations.all()
        return [
            *(entry for entry in self._actions.entries() if entry.key != "action:palette_action"),
            *(Entry(f"chat:{c.id}", EntryKind.CHAT, c.title, partial(self._open, c.id)) for c in chats),
            *self._models.entries(),
            *self._settings.entries(),
        ]

    def _branching_verbs(self) -> BranchingVerbs:
        verbs = self._verbs
        return BranchingVerbs(
            verbs.versions,
            verbs.branches,
            verbs.chat.regenerate,
            self._models.picker.files,
            verbs.models.loaded_model,
            verbs.history.show_message,
            copies_branches=verbs.keep is None,  # a temporary chat has no list to find them in
        )

    def _show_shortcuts(self) -> None:
        dialog = ShortcutList(self._actions, theme.looks_of(self._verbs.settings.current()).colors, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # --- what a person does ---

    @Slot()
    def new_chat(self) -> None:
        """Show an empty conversation; it gets a row with its first message."""
        self._conversation_id = self._wanted_id = None
        self._sidebar.select(None)
        self._transcript.set_messages((), {})
        self._branching.show_messages(None)
        self._context.show_conversation(None)
        self._reasoning.show_conversation(None)
        self._desk.show_conversation(None)
        self._pane.show_welcome()
        self._name_window()
        self._actions.offer_for_chat(has_chat=False)
        self._refresh_composer()
        self._composer.setFocus()

    def reopen(self, conversation_id: str) -> None:
        """Show the conversation that was shown last, if it is still there."""
        self._wanted_id = conversation_id
        self._verbs.history.reopen(conversation_id)

    def _open(self, conversation_id: str) -> None:
        self._wanted_place = None
        self._wanted_id = conversation_id
        self._verbs.history.open(conversation_id)

    def _send(self, text: str) -> None:
        self._is_sending = True
        self._desk.flush()
        self._verbs.chat.send(
            self._conversation_id,
            text,
            unsent_id=draft_id(self._conversation_id),
            overrides=self._reasoning.overrides,
        )

    def _switch_reasoning(self) -> None:
        if self._reasoning.can_switch:
            self._reasoning.click()
        else:
            self._notices.show_notice(self.tr("The model in use cannot switch its reasoning on or off."))

    def _answer_now(self) -> None:
        if self._conversation_id is not None:
            self._verbs.chat.answer_now(self._conversation_id)

    def _stop(self) -> None:
        if self._conversation_id is not None:
            self._verbs.chat.stop(self._conversation_id)

    def _show_found(self, conversation_id: str, message_id: str, text: str) -> None:
        """Show a message that a search found, in its conversation."""
        self._find.dismiss()
        self._wanted_id = conversation_id
        self._wanted_place = (message_id, text)
        self._verbs.history.show_message(message_id)

    def _end_marks(self) -> None:
        """What a search found is marked as long as the search goes on."""
        if self._find.isHidden():
            self._transcript.mark(None)

    def _export(self, conversation_id: str | None = None) -> None:
        wanted = conversation_id or self._conversation_id
        conversation = self._sidebar.conversations.conversation(wanted) if wanted is not None else None
        if conversation is not None:
            self._exchange.export_one(conversation)

    def _suggest(self, text: str) -> None:
        self._composer.set_text(text)
        self._composer.setFocus()

    def _guide(self, event: Event) -> None:
        """Hints are for who has no chat yet."""
        match event:
            case ConversationsListed((), ()) if self._verbs.settings.current().shows_hints:
                self._tour.begin()
            case ConversationCreated():
                self._tour.end()

    def _remember_hints(self) -> None:
        self._verbs.settings.adjust(lambda settings: replace(settings, shows_hints=False))
        self._composer.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._desk.flush()
        self._system.take_back()
        self._models.close()
        super().closeEvent(event)
        self.closed.emit()

    def warm_up(self) -> None:
        """Load what the first reply will need, now that the window stands."""
        self._transcript.warm_up()
        self._models.picker.warm_up()

    def saved_geometry(self) -> tuple[str, str]:
        """Where the window and its divider are, as text for `restore_geometry`."""
        return bytes(self.saveGeometry().toBase64().data()).decode(), bytes(
            self._splitter.saveState().toBase64().data()
        ).decode()

    @property
    def recent_commands(self) -> tuple[str, ...]:
        """What was chosen in the command palette, the last first."""
        return self._palette.recent

    def restore_commands(self, recent: Sequence[str]) -> None:
        """Say what was chosen before this start."""
        self._palette.set_recent(recent)

    def restore_geometry(self, geometry: str | None, state: str | None) -> None:
        """Put the window and its divider where they were; Qt ignores what is none of its own."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        if state:
            self._splitter.restoreState(QByteArray.fromBase64(state.encode()))

    def bring_to_front(self) -> None:
        """Show the window above the others, as far as the desktop lets us."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    @Slot(str)
    def _return_to(self, conversation_id: str) -> None:
        """A notification about a conversation was clicked."""
        self.bring_to_front()
        self._open(conversation_id)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self._system.take_back()  # what it told of is seen now

    # --- what services announce ---

    @Slot(object)
    def on_event(self, event: Event) -> None:
        """Draw what happened."""
        match event:
            case ReplyDelta() | PromptProcessed() | ReplyStarted() | ReplyFinished() | MessageAdded():
                self._watch.on_event(event)
                self._on_reply_event(event)
            case _ if isinstance(event, MODEL_EVENTS):
                self._on_model_event(event)
            case _ if isinstance(event, UNSENT_EVENTS):
                self._on_unsent_event(event)
            case ContextMeasured() | SummaryChanged() | MessageChanged():
                self._on_context_event(event)
            case SettingsChanged():
                self._apply_theme()
            case NoticeRaised(error, conversation_id):
                self._models.on_event(event)
                if conversation_id in (None, self._conversation_id):
                    self._notices.show_notice(error_words(error))
                elif conversation_id is not None:
                    self._kept_notices.setdefault(conversation_id, []).append(error_words(error))
            case JobCrashed(_, traceback):
                self.show_crash(traceback)
            case _:
                self._on_conversation_event(event)

    def show_crash(self, details: str) -> None:
        """Show a bug."""
        CrashDialog(details, self._verbs.log_file, self).show()

    def _on_conversation_event(self, event: Event) -> None:
        self._guide(event)
        if self._sidebar.on_event(event):
            return
        match event:
            case ConversationEndRead(conversation, end):
                self._show_end(conversation, end)
            case ConversationOpened():
                self._show_opened(event)
            case ConversationCreated(conversation):
                self._begin(conversation)
            case ConversationChanged(conversation):
                self._context.update_conversation(conversation)
                self._reasoning.update_conversation(conversation)
                self._set_title(conversation)
            case ConversationBranched(conversation) | ConversationKept(conversation):
                self._open(conversation.id)
            case ConversationsRestored(conversations):
                self._open(conversations[-1].id)
            case ConversationsDeleted(conversations):
                if {self._conversation_id, self._wanted_id} & {conversation.id for conversation in conversations}:
                    self.new_chat()
            case _:
                self._on_desk_event(event)

    def _on_desk_event(self, event: Event) -> None:
        match event:
            case ReplyExplained() | ReplayProgressed() | ReplayFinished():
                self._replays.on_event(event)
            case AboutRead() | DiagnosticsWritten() | NewVersionsRead() | NewVersionsFailed() if (
                self._about is not None
            ):
                self._about.on_event(event)
            case _:
                if not self._branching.on_event(event):
                    self._exchange.on_event(event)

    def _show_end(self, conversation: Conversation, end: tuple[Message, ...]) -> None:
        """Show the end of a long conversation, until all of it is there; what is written goes to it from now on."""
        if conversation.id != self._wanted_id or conversation.id == self._conversation_id or self._wanted_place:
            return
        self._conversation_id = conversation.id
        self._transcript.set_messages(end, {})
        self._branching.show_messages(conversation.id)
        self._desk.show_conversation(conversation.id)
        self._pane.show_transcript()
        self._sidebar.select(conversation.id)
        self._set_title(conversation)

    def _show_opened(self, event: ConversationOpened) -> None:
        if event.conversation.id in (self._wanted_id, self._conversation_id):
            self._show_conversation(event.conversation, event.path, event.versions, event.summary)

    def _begin(self, conversation: Conversation) -> None:
        """Show a conversation that begins with the message that is being sent."""
        if self._is_sending and self._conversation_id is None:
            self._context.begin(conversation)
            self._desk.begin(conversation.id)
            self._show_conversation(conversation, (), {})

    def _show_conversation(
        self,
        conversation: Conversation,
        path: tuple[Message, ...],
        versions: Mapping[str, tuple[int, int]],
        summary: Summary | None = None,
    ) -> None:
        self._conversation_id = self._wanted_id = conversation.id
        self._transcript.set_messages(path, versions)
        self._context.show_conversation(conversation, summary)
        self._reasoning.show_conversation(conversation)
        self._desk.show_conversation(conversation.id)
        self._pane.show_transcript()
        self._sidebar.select(conversation.id)
        self._set_title(conversation)
        self._actions.offer_for_chat(has_chat=True)
        last = path[-1] if path else None
        if last is not None and last.is_reply and not last.status.is_final:
            self._replies[conversation.id] = last.id
        else:
            if self._replies.get(conversation.id) in {message.id for message in path}:
                del self._replies[conversation.id]  # otherwise it is being written on another branch
            self._verbs.chat.prepare(conversation.id)
        for words in self._kept_notices.pop(conversation.id, ()):
            self._notices.show_notice(words)
        self._sidebar.note_seen(conversation)
        self._refresh_composer()
        self._composer.setFocus()
        self._branching.show_messages(conversation.id)
        self._go_to_found()

    def _go_to_found(self) -> None:
        """Go to the message that was asked for, once a path that holds it is shown."""
        if self._wanted_place is not None and self._transcript.message(self._wanted_place[0]) is not None:
            message_id, text = self._wanted_place
            self._wanted_place = None
            self._transcript.show_found(message_id, Matcher(parse_query(text)))

    def _set_title(self, conversation: Conversation) -> None:
        if conversation.id == self._conversation_id:
            self._temporary_bar.set_conversation(conversation.id)
            self._name_window(conversation.title)
            self._branching.set_title(conversation.title)

    def _name_window(self, title: str = "") -> None:
        kind = self.tr("Temporary chat") if self._verbs.keep is not None else ""
        self.setWindowTitle(" – ".join(part for part in (title, kind, "ChatDesk") if part))

    def _on_reply_event(self, event: Event) -> None:
        match event:
            case ReplyDelta(message_id, offset, text, tokens, kind):
                if self._transcript.append_text(message_id, offset, text, kind):
                    self._context.note_written(len(tokens))
            case PromptProcessed(message_id, processed, total, cached):
                self._transcript.set_progress(message_id, processed, total, cached)
            case MessageAdded(message, unsent_id):
                self._add_message(message, was_draft=is_draft(unsent_id))
            case ReplyStarted(message):
                self._transcript.update_message(message)
            case ReplyFinished(message):
                if self._replies.get(message.conversation_id) == message.id:
                    del self._replies[message.conversation_id]
                self._sidebar.note_reply(message.conversation_id)
                self._transcript.finish(message)
                self._context.note_changed()
                self._refresh_composer()

    def _add_message(self, message: Message, *, was_draft: bool) -> None:
        if message.is_reply:
            self._replies[message.conversation_id] = message.id
        elif was_draft:
            self._is_sending = False
            if message.conversation_id == self._conversation_id:
                self._context.note_sent()
                self._composer.clear()
                self._notices.take_back(self._overflow_question)
        if message.conversation_id == self._conversation_id:
            self._transcript.add_message(message)
        self._refresh_composer()

    # --- the context: what is sent and what is not ---

    def _on_context_event(self, event: ContextMeasured | SummaryChanged | MessageChanged) -> None:
        match event:
            case ContextMeasured(use):
                self._context.take(use)
                self._reasoning.take(use)
            case SummaryChanged(conversation_id, summary):
                self._context.set_summary(conversation_id, summary)
            case MessageChanged(message):
                self._transcript.update_message(message)
                self._context.note_changed()

    # --- what is not sent yet ---

    def _on_unsent_event(self, event: Event) -> None:
        if not isinstance(event, SendFailed):
            self._desk.on_event(event)
            return
        if is_command(event.unsent_id):
            return
        self._is_sending = self._is_sending and not is_draft(event.unsent_id)
        self._refresh_composer()
        if not self._desk.take_back(event):
            self._say_not_sent(event)

    def _say_not_sent(self, failed: SendFailed) -> None:
        words = error_words(failed.error)
        if failed.error.code is not ErrorCode.CONTEXT_WOULD_OVERFLOW:
            self._notices.show_notice(words)
            return
        self._notices.take_back(self._overflow_question)
        self._overflow_question = words
        send = NoticeAction(self.tr("Send anyway"), lambda: self._send_anyway(failed))
        self._notices.show_notice(words, [send])

    def _send_anyway(self, failed: SendFailed) -> None:
        text = failed.text
        if failed.unsent_id is not None and not is_draft(failed.unsent_id):
            self._verbs.composing.queue.send(failed.unsent_id, allows_leaving_out=True)
            return
        if failed.conversation_id == self._conversation_id:
            text = self._composer.text()  # it is still there, and may have been changed since
            self._is_sending = True
            self._desk.flush()
            self._refresh_composer()
        self._verbs.chat.send(
            failed.conversation_id,
            text,
            unsent_id=draft_id(failed.conversation_id),
            overrides=self._reasoning.overrides,
            allows_leaving_out=True,
        )

    def _on_model_event(self, event: Event) -> None:
        self._models.on_event(event)
        match event:
            case ModelLoadProgressed(_, fraction):
                words = self.tr("Loading the model… {percent} %").format(percent=round(fraction * 100))
                for message_id in self._replies.values():
                    self._transcript.set_status_text(message_id, words)
            case ModelReady(_, info):
                self._context.set_model(info)
                self._desk.count_again()
                self._reasoning.set_model(info)
                self._verbs.chat.prepare(self._conversation_id)
            case ModelFailed() | ModelUnloaded():
                if not self._models.has_model:
                    self._context.set_model(None)
                    self._reasoning.set_model(None)
        self._refresh_composer()

    # --- looks ---

    def _refresh_composer(self) -> None:
        self._sidebar.set_running(self._replies)
        if self._is_sending:
            state = ComposerState.SENDING
        elif self._conversation_id is not None and self._conversation_id in self._replies:
            state = ComposerState.REPLYING
        elif not self._models.has_model:
            state = ComposerState.NO_MODEL
        else:
            state = ComposerState.READY
        self._desk.set_state(state)

    def _apply_theme(self) -> None:
        looks = theme.looks_of(self._verbs.settings.current())
        if looks == self._looks:
            return
        self._looks = looks
        theme.apply(_application(), looks)
        colors = looks.colors
        muted = QColor(colors.muted)
        self._sidebar.set_looks(looks)
        self._models.set_colors(colors)
        self._notices.set_icon_color(muted)
        self._find.set_color(muted)
        self._pane.set_icon_color(muted)
        self._desk.set_colors(colors)
        style = transcript_style(looks)
        self._transcript.set_style(style)
        self._composer.set_column_width(style.column_width)
        self._context.set_colors(colors)
        self._branching.set_colors(colors)
        self._palette.set_colors(colors)


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application
