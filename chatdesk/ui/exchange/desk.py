"""Asks where a conversation goes or comes from, and says what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTemporaryDir, QUrl
from PySide6.QtWidgets import QFileDialog, QWidget

from chatdesk.core.events import Event, ExchangeProgressed, ExportEnded, ImportEnded
from chatdesk.core.exchange import ExportFormat
from chatdesk.core.export_names import file_name, free_name
from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.exchange.drops import ChatFileDrops
from chatdesk.ui.exchange.progress import ExchangeProgress
from chatdesk.ui.exchange.report_dialog import ReportDialog
from chatdesk.ui.exchange.wording import (
    all_chats_filters,
    export_words,
    import_filter,
    import_words,
    offer_words,
    one_chat_filters,
)
from chatdesk.ui.notices import NoticeAction
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtCore import QMimeData

    from chatdesk.core.conversations import Conversation
    from chatdesk.core.exchange import ImportReport
    from chatdesk.services.exchange import ExchangeService
    from chatdesk.ui.notices import NoticeStrip

MOST_DRAGGED = 50


class ExchangeDesk(QObject):
    """The window's dealings with files of conversations. `progress` is the row to be placed by the window."""

    def __init__(
        self,
        exchange: ExchangeService,
        notices: NoticeStrip,
        show: Callable[[str], None],
        window: QWidget,
        *,
        takes_drops: bool,
    ) -> None:
        """`show` opens a conversation; `takes_drops`: files that are dropped on the window may be imported."""
        super().__init__(window)
        self._exchange = exchange
        self._notices = notices
        self._show = show
        self._window = window
        self._dragged_folder: QTemporaryDir | None = None  # made when something is dragged
        self._dragged: list[str] = []  # the files of what was dragged
        self.progress = ExchangeProgress()
        self.progress.cancelled.connect(exchange.cancel)
        if takes_drops:
            ChatFileDrops(window, self.offer_import)

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        return (
            ActionRow("import_action", Group.CHATS, self.tr("Import chats…"), self.import_chats),
            ActionRow("export_all_action", Group.CHATS, self.tr("Export all chats…"), self.export_all),
        )

    def export_one(self, conversation: Conversation) -> None:
        """Ask where to, and write one conversation."""
        chosen = self._ask_where(self.tr("Export this chat"), conversation.title, one_chat_filters())
        if chosen is not None:
            path, export_format = chosen
            self._exchange.export([conversation.id], export_format, path)

    def export_all(self) -> None:
        """Ask where to, and write all conversations."""
        chosen = self._ask_where(self.tr("Export all chats"), self.tr("ChatDesk chats"), all_chats_filters())
        if chosen is not None:
            path, export_format = chosen
            self._exchange.export(None, export_format, path)

    def add_files(self, dragged: QMimeData, conversations: Sequence[Conversation]) -> None:
        """Let conversations that are dragged become files where they are dropped outside of the window.

        They are written while the pointer is on its way, into a folder that goes with the window.
        """
        if self._dragged_folder is None:
            self._dragged_folder = QTemporaryDir()
        folder = Path(self._dragged_folder.path()) / str(len(self._dragged))
        folder.mkdir(exist_ok=True)
        taken: set[str] = set()
        chosen = conversations[:MOST_DRAGGED]
        names = [free_name(file_name(each.title, ExportFormat.MARKDOWN.value), taken) for each in chosen]
        paths = [str(folder / name) for name in names]
        self._dragged += paths
        dragged.setUrls([QUrl.fromLocalFile(path) for path in paths])
        for conversation, path in zip(chosen, paths, strict=True):
            self._exchange.export([conversation.id], ExportFormat.MARKDOWN, path)

    def import_chats(self) -> None:
        """Ask for a file, and read it."""
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Import chats"), "", import_filter())
        if path:
            self._exchange.import_file(path)

    def offer_import(self, paths: Sequence[str]) -> None:
        """Ask once whether files are to be imported."""

        def do() -> None:
            for path in paths:
                self._exchange.import_file(path)

        names = [Path(path).name for path in paths]
        self._notices.show_notice(offer_words(names), [NoticeAction(self.tr("Import"), do)])

    def on_event(self, event: Event) -> None:
        """Say what happened. The last of the window's panes to be asked."""
        match event:
            case ExchangeProgressed(share, n_conversations):
                if share < 1:
                    self.progress.show_share(share, n_conversations)
            case ExportEnded(path, n_conversations, problem, is_cancelled):
                self.progress.hide()
                if problem is not None:
                    self._notices.show_notice(error_words(problem))
                elif not is_cancelled and path not in self._dragged:
                    self._notices.show_notice(export_words(n_conversations, Path(path).name))
            case ImportEnded(report):
                self.progress.hide()
                self._say_imported(report)
            case _:
                # Without what it holds: that may have been said in a chat.
                raise AssertionError(f"nobody draws {type(event).__name__}")

    def _say_imported(self, report: ImportReport) -> None:
        actions = []
        if report.n_added and (first_id := report.first_id) is not None:
            actions.append(NoticeAction(self.tr("Show"), lambda: self._show(first_id)))
        if report.left_out or report.problem is not None:
            actions.append(
                NoticeAction(self.tr("What was left out"), lambda: ReportDialog(report, self._window).open())
            )
        self._notices.show_notice(import_words(report), actions)

    def _ask_where(self, title: str, name: str, filters: Mapping[str, ExportFormat]) -> tuple[str, ExportFormat] | None:
        """The path and the format that a person chooses; the ending is added where it was left away."""
        first = next(iter(filters))
        suggested = file_name(name, _ending(first))
        path, chosen = QFileDialog.getSaveFileName(self._window, title, suggested, ";;".join(filters))
        if not path:
            return None
        chosen = chosen or first
        return with_ending(path, _ending(chosen), {_ending(each) for each in filters}), filters[chosen]


def with_ending(path: str, ending: str, others: set[str]) -> str:
    """`path` with the ending of the format that was chosen, in place of another format's.

    A dialog asks before a file is replaced, but only about the name it knows: another one is made free.
    """
    name = Path(path)
    if name.suffix.lower() == f".{ending}":
        return path
    stem = name.stem if name.suffix.lower().lstrip(".") in others else name.name
    taken = {file.name.casefold() for file in name.parent.iterdir()} if name.parent.is_dir() else set()
    return str(name.with_name(free_name(f"{stem}.{ending}", taken)))


def _ending(file_filter: str) -> str:
    """The ending that a filter such as `Markdown (*.md)` names."""
    return file_filter.rpartition("*.")[2].rstrip(")")
