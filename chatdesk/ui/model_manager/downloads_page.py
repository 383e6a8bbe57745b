"""The downloads, in the order of their queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from chatdesk.core.download_queue import in_order
from chatdesk.core.downloads import Download, DownloadState
from chatdesk.ui.model_manager.download_row import DownloadRow
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.model_manager.state_panel import StatePanel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.ui.model_manager.verbs import ModelVerbs
    from chatdesk.ui.theme import Colors

MOST_WIDTH = 860


class DownloadsPage(QWidget):
    """A row for each download. What was installed stays until a person takes it off, or the app ends."""

    cancelled = Signal(object)  # the download as it was before
    use_requested = Signal(object)  # a download that is installed
    discover_wanted = Signal()

    def __init__(self, verbs: ModelVerbs, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("downloads")
        self._verbs = verbs
        self._colors = colors
        self._rows: dict[str, DownloadRow] = {}  # by id, in the order shown
        self._state = StatePanel("downloads_state")
        self._state.show_state(
            "download",
            self.tr("No downloads"),
            self.tr("Find a model under Discover and press Download beside one of its files."),
            (("go_discover_button", self.tr("Discover models"), self.discover_wanted.emit),),
        )
        hint = plain_label(
            "downloads_hint",
            self.tr(
                "Downloads go on while this window is closed, and from where they were after a lost connection"
                " or a restart."
            ),
            wraps=True,
        )
        column = QWidget()
        column.setObjectName("downloads_column")
        column.setMaximumWidth(MOST_WIDTH)
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._column.addWidget(hint)
        self._column.addSpacing(GRID // 2)
        self._first_row_at = self._column.count()
        self._column.addStretch()
        page = QWidget()
        page.setObjectName("downloads_page")
        # Side by side with a stretch: a vertical layout would ask for the height of a column wider than it may be.
        outer = QHBoxLayout(page)
        outer.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        outer.addWidget(column, 1000)
        outer.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("downloads_scroll")
        self._scroll.setAccessibleName(self.tr("Downloads"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(page)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._state)
        self._stack.addWidget(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.set_colors(colors)

    @property
    def count(self) -> int:
        """How many downloads are not over."""
        return sum(not row.download.state.is_over for row in self._rows.values())

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._colors = colors
        self._state.set_icon_color(QColor(colors.muted))
        for row in self._rows.values():
            row.set_icon_color(QColor(colors.muted))

    def set_all(self, downloads: Iterable[Download]) -> None:
        """Show these and what was installed meanwhile."""
        listed = {download.id: download for download in downloads}
        for download_id, row in list(self._rows.items()):
            if download_id not in listed and row.download.state is not DownloadState.INSTALLED:
                self._take(download_id)
        for download in listed.values():
            self.put(download)

    def put(self, download: Download) -> None:
        """Show a new download, or what has changed of one; never more than that is drawn again."""
        row = self._rows.get(download.id)
        if download.state is DownloadState.CANCELLED:
            self._take(download.id)
            if row is not None:
                self.cancelled.emit(row.download)
        elif row is None:
            self._add(download)
        else:
            before = row.download
            row.show_download(download)
            if (before.position, before.state.is_over) != (download.position, download.state.is_over):
                self._sort()

    def _add(self, download: Download) -> None:
        row = DownloadRow(download)
        row.set_icon_color(QColor(self._colors.muted))
        row.pause_requested.connect(self._verbs.pause)
        row.resume_requested.connect(self._verbs.resume)
        row.move_requested.connect(self._verbs.move)
        row.cancel_requested.connect(self._verbs.cancel)
        row.use_requested.connect(self._use)
        row.dismissed.connect(self._take)
        row.open_page_requested.connect(self._verbs.open_repo_page)
        self._rows[download.id] = row
        self._column.insertWidget(self._column.count() - 1, row)
        self._sort()
        self._stack.setCurrentWidget(self._scroll)

    def _take(self, download_id: str) -> None:
        row = self._rows.pop(download_id, None)
        if row is None:
            return
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._sort()
        if not self._rows:
            self._stack.setCurrentWidget(self._state)

    def _use(self, download_id: str) -> None:
        self.use_requested.emit(self._rows[download_id].download)

    def _sort(self) -> None:
        """Put each row at its place: what waits by its position, what is installed below."""
        queue = in_order(row.download for row in self._rows.values())
        rows = [self._rows[each.id] for each in sorted(queue, key=lambda each: each.state.is_over)]
        for place, row in enumerate(rows, self._first_row_at):
            item = self._column.itemAt(place)
            if item is None or item.widget() is not row:
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)
        self._rows = {row.download.id: row for row in rows}
        waiting = [row for row in rows if not row.download.state.is_over]
        for row in waiting:
            row.set_place(is_first=row is waiting[0], is_last=row is waiting[-1])
