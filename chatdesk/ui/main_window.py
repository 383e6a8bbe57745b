"""The window: panes, menu, shortcuts, and which event goes to which pane."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QColor, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSplitter

from chatdesk.core.events import (
    AboutEvent,
    ConversationCreated,
    ConversationsListed,
    Event,
    JobCrashed,
    MessageAdded,
    ModelEvent,
    NoticeRaised,
    PromptProcessed,
    ReplayEvent,
    ReplyDelta,
    ReplyFinished,
    ReplyStarted,
    SettingsChanged,
    SnapshotsCleared,
    SnapshotsMeasured,
    UnsentEvent,
)
from chatdesk.core.palette import Entry, EntryKind
from chatdesk.ui import theme
from chatdesk.ui.about_desk import AboutDesk
from chatdesk.ui.actions import ActionRow, ActionTable, Group
from chatdesk.ui.branching.desk import BranchDesk, BranchingVerbs
from chatdesk.ui.chat_settings import ChatSettings
from chatdesk.ui.code_saving import CodeSaving
from chatdesk.ui.command_palette import CommandPalette
from chatdesk.ui.composer import Composer
from chatdesk.ui.composer.desk import ComposerDesk
from chatdesk.ui.composer.sending import Sending
from chatdesk.ui.context_meter.meter import ContextMeter
from chatdesk.ui.conversation_desk import ConversationDesk, Panes
from chatdesk.ui.conversation_pane import ConversationPane
from chatdesk.ui.crash_dialog import CrashDialog
from chatdesk.ui.exchange.desk import ExchangeDesk
from chatdesk.ui.find_bar import FindBar
from chatdesk.ui.model_desk import ModelDesk
from chatdesk.ui.notices import NoticeStrip
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
    from collections.abc import Iterator, Sequence

    from chatdesk.ui.transcript.maths import MathsLibrary
    from chatdesk.ui.window_verbs import Verbs


SIDEBAR_WIDTH = 248  # with text of the usual size


class MainWindow(QMainWindow):
    """Shows one conversation beside the list of all. Draws what events say, and passes on what a person does."""

    closed = Signal()

    def __init__(self, verbs: Verbs, maths: MathsLibrary | None = None) -> None:
        # Before the window, which is a widget too.
        theme.set_text_size(_application(), theme.looks_of(verbs.settings.current()))
        super().__init__()
        self._verbs = verbs
        self.setObjectName("main_window")
        self._set_title("")
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
        self._sending = Sending(
            verbs.chat, verbs.composing.queue, self._composer, self._desk, self._reasoning, self._notices
        )
        self._context = ContextMeter(verbs.chat, self._composer, self._transcript)
        self._looks: theme.Looks | None = None  # what is worn
        self._crash: CrashDialog | None = None  # while it is open
        self._branching = BranchDesk(self._branching_verbs(), self._transcript, self._notices, self)
        self._settings = SettingsDesk(verbs.settings, self)
        self._chat_settings = ChatSettings(verbs.chat, verbs.usual_sampling, self)
        self._system = SystemNotices(self)
        self._watch = ReplyWatch(lambda: verbs.settings.current().reply_notice, self)
        self._tour = Tour()
        self._tour.finished.connect(self._remember_hints)
        self._composer.put_above(self._tour)
        self._actions = ActionTable(self)
        self._palette = CommandPalette(self._palette_entries, theme.LIGHT, self)
        self._build()
        self._conversation = ConversationDesk(verbs.chat, verbs.history, self._panes(), self)
        self._connect()
        self._build_actions()
        self._apply_theme()
        self._conversation.refresh()
        self._desk.open()
        self._composer.setFocus()

    @property
    def conversation_id(self) -> str | None:
        """The conversation shown, or None for one not begun."""
        return self._conversation.conversation_id

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
        percent = self._verbs.settings.current().text_percent
        sidebar = min(SIDEBAR_WIDTH * percent // 100, self.width() // 3)
        self._splitter.setSizes([sidebar, self.width() - sidebar])
        self.setCentralWidget(self._splitter)
        is_temporary = self._verbs.keep is not None
        self._temporary_bar.setVisible(is_temporary)
        self._sidebar.setHidden(is_temporary)

    def _panes(self) -> Panes:
        return Panes(
            sidebar=self._sidebar,
            conversation=self._pane,
            temporary_bar=self._temporary_bar,
            notices=self._notices,
            transcript=self._transcript,
            composer=self._composer,
            desk=self._desk,
            sending=self._sending,
            reasoning=self._reasoning,
            context=self._context,
            chat_settings=self._chat_settings,
            branching=self._branching,
            models=self._models,
        )

    def _connect(self) -> None:
        verbs = self._verbs
        self._conversation.titled.connect(self._set_title)
        self._conversation.offered.connect(self._offer_for_chat)
        self._sidebar.new_requested.connect(self.new_chat)
        self._sidebar.open_requested.connect(self._open)
        self._sidebar.message_requested.connect(self._show_found)
        self._sidebar.search_ended.connect(self._end_marks)
        self._sidebar.export_requested.connect(self._export)
        self._sidebar.drag_begun.connect(self._exchange.add_files)
        if verbs.keep is not None:
            self._temporary_bar.keep_requested.connect(verbs.keep)
        self._composer.send_requested.connect(self._sending.send)
        self._composer.stop_requested.connect(self._conversation.stop)
        self._models.file_chosen.connect(verbs.add_model)
        self._models.settings_requested.connect(self._settings.show_network)
        self._welcome.suggested.connect(self._suggest)
        self._welcome.manager_requested.connect(self._models.show_manager)
        self._transcript.regenerate_requested.connect(verbs.chat.regenerate)
        self._transcript.answer_now_requested.connect(self._conversation.answer_now)
        self._transcript.pin_requested.connect(verbs.chat.pin)
        self._transcript.save_requested.connect(CodeSaving(self._notices, self).ask)
        self._transcript.attachment_requested.connect(self._desk.look_at)
        self._desk.take_drops(self._pane.stage)
        self._desk.lost_marks.connect(self._notices.show_notice)
        self._context.told.connect(self._notices.show_notice)
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
        stop = self._conversation.stop
        yield ActionRow("stop_action", this_chat, self.tr("Stop the reply"), stop, "Esc", in_menu=False)
        yield from self._context.rows()
        yield from self._chat_settings.rows()
        yield from self._branching.rows()
        words = self.tr("Reasoning on or off")
        yield ActionRow("reasoning_action", this_chat, words, self._switch_reasoning, "Ctrl+R", in_menu=False)
        words = self.tr("Go to the message box")
        yield ActionRow("write_action", this_chat, words, self._composer.setFocus, "Ctrl+L", in_menu=False)
        yield from self._models.rows()
        yield ActionRow("palette_action", window, self.tr("Command palette"), self._palette.toggle, "Ctrl+K")
        yield ActionRow("shortcuts_action", window, self.tr("Keyboard shortcuts"), self._show_shortcuts, "Ctrl+/")
        yield from self._settings.rows()
        if self._about is not None:
            yield from self._about.rows()
        yield ActionRow("quit_action", window, self.tr("Quit"), self.close, key.Quit)

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
        self._conversation.begin_new()

    def reopen(self, conversation_id: str) -> None:
        """Show the conversation that was shown last, if it is still there."""
        self._conversation.open(conversation_id)

    def _open(self, conversation_id: str) -> None:
        self._conversation.open(conversation_id)

    def _switch_reasoning(self) -> None:
        if self._reasoning.can_switch:
            self._reasoning.click()
        else:
            self._notices.show_notice(self.tr("The model in use cannot switch its reasoning on or off."))

    def _show_found(self, conversation_id: str, message_id: str, text: str) -> None:
        self._find.dismiss()
        self._conversation.show_found(conversation_id, message_id, text)

    def _end_marks(self) -> None:
        """What a search found is marked as long as the search goes on."""
        if self._find.isHidden():
            self._transcript.marks.mark(None)

    def _export(self, conversation_id: str | None = None) -> None:
        wanted = conversation_id or self.conversation_id
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
        """Load what the first reply and the command palette will need, now that the window stands."""
        self._transcript.warm_up()
        self._models.picker.warm_up()
        self._settings.warm_up()

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
                self._conversation.on_event(event)
            case ModelEvent():
                self._models.on_event(event)
                self._conversation.on_model_event(event)
            case UnsentEvent():
                self._desk.on_event(event)
            case SettingsChanged():
                self._apply_theme()
            case SnapshotsMeasured() | SnapshotsCleared():
                self._settings.on_event(event)
            case NoticeRaised() | JobCrashed():
                self._models.on_event(event)
                self._tell_trouble(event)
            case ReplayEvent():
                self._replays.on_event(event)
            case AboutEvent() if self._about is not None:
                self._about.on_event(event)
            case _:
                self._guide(event)
                panes = (self._sidebar, self._conversation, self._branching)
                if not any(pane.on_event(event) for pane in panes):
                    self._exchange.on_event(event)

    def _tell_trouble(self, event: NoticeRaised | JobCrashed) -> None:
        if isinstance(event, NoticeRaised):
            self._conversation.show_notice(event)
            return
        if self._crash is None:
            self._crash = CrashDialog(self._verbs.log_file, self)
            self._crash.finished.connect(self._forget_crash)
        self._crash.add(event.traceback)
        self._crash.show()

    def _forget_crash(self) -> None:
        self._crash = None

    # --- looks ---

    @Slot(str)
    def _set_title(self, title: str) -> None:
        kind = self.tr("Temporary chat") if self._verbs.keep is not None else ""
        self.setWindowTitle(" – ".join(part for part in (title, kind, "ChatDesk") if part))

    @Slot(bool)
    def _offer_for_chat(self, has_chat: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._actions.offer_for_chat(has_chat=has_chat)

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
