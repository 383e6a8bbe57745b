"""Search the Hub, and look at one of the repos that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.hub_models import HubSort
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.field_icon import FieldIcon
from chatdesk.ui.first_size import set_first_list_width
from chatdesk.ui.model_manager.labels import GRID
from chatdesk.ui.model_manager.list_rows import RowDelegate, RowList
from chatdesk.ui.model_manager.repo_page import RepoPageView
from chatdesk.ui.model_manager.repo_results import RepoItemModel
from chatdesk.ui.model_manager.state_panel import PanelButton, StatePanel
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.downloads import Download
    from chatdesk.core.events import HubSearched, HubSearchFailed, RepoFailed, RepoShown
    from chatdesk.core.fit import Fit
    from chatdesk.ui.model_manager.here import ModelsHere
    from chatdesk.ui.model_manager.verbs import ModelVerbs
    from chatdesk.ui.theme import Colors

LIST_WIDTH, PAGE_WIDTH = 360, 640
LONGEST_QUERY = 500
# What waiting a moment cannot mend, but a setting can.
_MENDED_IN_SETTINGS = frozenset(
    {ErrorCode.HUB_OFFLINE, ErrorCode.HUB_UNREACHABLE, ErrorCode.HUB_GATED, ErrorCode.HUB_TOKEN_REFUSED}
)


class Discover(QWidget):
    """The search field, the results on the left, and one repo on the right."""

    downloads_wanted = Signal()
    installed_wanted = Signal(object)

    def __init__(self, verbs: ModelVerbs, here: ModelsHere, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("discover")
        self._verbs = verbs
        self._searched: tuple[str, HubSort] | None = None  # what the Hub was last asked for
        self._is_searching = False
        self._has_results = False
        self._asked_repo_id: str | None = None  # the repo that was chosen from the results, until it arrives
        self._query = self._make_query()
        self._sort = self._make_sort()
        self._button = QPushButton(self.tr("Search"))
        self._button.setObjectName("search_button")
        self._button.setAccessibleName(self.tr("Search"))
        self._button.setProperty("primary", True)
        self._button.clicked.connect(self._search)
        self._repos = RepoItemModel(self)
        self._list = RowList("repo_list", self.tr("Search results"), RowDelegate(colors, self))
        self._list.setModel(self._repos)
        self._list.opened.connect(self._open)
        self._list_state = StatePanel("search_state")
        self._list_stack = QStackedWidget()
        self._list_stack.setObjectName("search_results")
        self._list_stack.addWidget(self._list_state)
        self._list_stack.addWidget(self._list)
        self._page = RepoPageView(here, colors)
        self._page.download_requested.connect(verbs.download)
        self._page.downloads_wanted.connect(self.downloads_wanted)
        self._page.installed_wanted.connect(self.installed_wanted)
        self._page.open_page_requested.connect(verbs.open_repo_page)
        self._page.settings_requested.connect(verbs.show_settings)
        self._page_state = StatePanel("repo_state")
        self._page_stack = QStackedWidget()
        self._page_stack.addWidget(self._page_state)
        self._page_stack.addWidget(self._page)
        self._build()
        self.set_colors(colors)
        self._invite()
        self.setFocusProxy(self._query)

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._list.set_colors(colors)
        self._page.set_colors(colors)
        self._list_state.set_icon_color(QColor(colors.muted))
        self._page_state.set_icon_color(QColor(colors.muted))
        self._glass.set_color(QColor(colors.muted))

    def search_for(self, query: str) -> None:
        """Search as if a person had written `query`."""
        self._query.setText(query)
        self._search()

    # --- what services announce ---

    def show_results(self, event: HubSearched) -> None:
        """Show what was found, unless a person has searched for something else since."""
        if (event.query, event.sort) != self._searched:
            return
        self._is_searching = False
        self._repos.set_all(event.repos)
        self._has_results = bool(event.repos)
        if event.repos:
            self._list_stack.setCurrentWidget(self._list)
            self._list.scrollToTop()
            return
        self._say(
            self._list_state,
            "package-open",
            self.tr("Nothing found"),
            self.tr("Try fewer or other words: the name of a model family and a size work best, such as “qwen 8b”."),
        )

    def show_search_failure(self, event: HubSearchFailed) -> None:
        """Say why there are no results."""
        if self._searched is None or event.query != self._searched[0]:
            return
        self._is_searching = self._has_results = False
        title = self.tr("The Hub could not be searched")
        self._say_error(self._list_state, title, event.error, ("retry_search_button", self.tr("Retry"), self._search))

    def show_repo(self, event: RepoShown) -> None:
        """Show a repo's page."""
        self._end_address_search(event.page.repo.repo_id)
        self._page.show_page(event.page, event.wanted_filename)
        self._page_stack.setCurrentWidget(self._page)

    def show_repo_failure(self, event: RepoFailed) -> None:
        """Say why a repo cannot be shown."""
        self._end_address_search(event.repo_id)
        title = self.tr("“{repo_id}” could not be shown").format(repo_id=one_line(event.repo_id))
        retry = ("retry_repo_button", self.tr("Retry"), lambda: self._ask_repo(event.repo_id))
        self._say_error(self._page_state, title, event.error, retry)

    def set_fits(self, repo_id: str, fits: Mapping[str, Fit]) -> None:
        """Show verdicts on the files of a repo, if it is the one shown."""
        if repo_id == self._page.repo_id:
            self._page.set_fits(fits)

    def refresh_here(self) -> None:
        """Show anew what is on this computer."""
        self._page.refresh_here()

    def refresh_download(self, download: Download) -> None:
        """Show how far a download is, if its file is on the page."""
        if download.model.repo_id == self._page.repo_id:
            self._page.refresh_file(download.model.filename)

    def stop_waiting(self, error: ErrorDetail) -> None:
        """No answer will come."""
        retry = ("retry_search_button", self.tr("Retry"), self._search)
        if self._is_searching:
            self._is_searching = False
            self._say_error(self._list_state, self.tr("The Hub could not be searched"), error, retry)
        if (repo_id := self._asked_repo_id) is not None:
            self._asked_repo_id = None
            title = self.tr("“{repo_id}” could not be shown").format(repo_id=one_line(repo_id))
            retry = ("retry_repo_button", self.tr("Retry"), lambda: self._ask_repo(repo_id))
            self._say_error(self._page_state, title, error, retry)

    # --- what a person does ---

    def _search(self) -> None:
        self._searched = (self._query.text(), HubSort(self._sort.currentData()))
        self._is_searching = True
        self._say(self._list_state, "search", self.tr("Searching the Hub…"), "")
        self._verbs.search(*self._searched)

    def _sort_anew(self) -> None:
        if self._searched is not None:
            self._search()

    def _open(self, index: QModelIndex) -> None:
        self._ask_repo(self._repos.repo_at(index.row()).repo_id)

    def _ask_repo(self, repo_id: str) -> None:
        self._asked_repo_id = repo_id
        if self._page.repo_id != repo_id or self._page_stack.currentWidget() is not self._page:
            self._say(self._page_state, "compass", self.tr("Opening {repo_id}…").format(repo_id=one_line(repo_id)), "")
        self._verbs.show_repo(repo_id)

    def _end_address_search(self, repo_id: str) -> None:
        """A pasted address brings a repo's page in place of results: those of before are shown again."""
        was_asked = repo_id == self._asked_repo_id
        self._asked_repo_id = None
        if not self._is_searching or was_asked:
            return
        self._is_searching = False
        if self._has_results:
            self._list_stack.setCurrentWidget(self._list)
        else:
            self._say_invitation()

    # --- building ---

    def _make_query(self) -> QLineEdit:
        query = QLineEdit()
        query.setObjectName("search_field")
        query.setAccessibleName(self.tr("Search the Hugging Face Hub"))
        query.setPlaceholderText(self.tr("Words, owner/name or a pasted address"))
        query.setMaxLength(LONGEST_QUERY)
        query.setClearButtonEnabled(True)
        query.returnPressed.connect(self._search)
        self._glass = FieldIcon("search", query)
        return query

    def _make_sort(self) -> QComboBox:
        sort = QComboBox()
        sort.setObjectName("sort_choice")
        sort.setAccessibleName(self.tr("Order of the results"))
        sort.addItem(self.tr("Most downloaded"), HubSort.DOWNLOADS)
        sort.addItem(self.tr("Most liked"), HubSort.LIKES)
        sort.addItem(self.tr("Recently updated"), HubSort.RECENT)
        sort.activated.connect(self._sort_anew)
        return sort

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID + 4)
        top.setSpacing(GRID)
        top.addWidget(self._query, 1)
        top.addWidget(self._sort)
        top.addWidget(self._button)
        results = QWidget()
        column = QVBoxLayout(results)
        column.setContentsMargins(GRID, 0, GRID, 0)
        column.addWidget(self._list_stack)
        results.setMinimumWidth(220)
        self._page_stack.setMinimumWidth(320)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("discover_splitter")
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(results)
        splitter.addWidget(self._page_stack)
        splitter.setStretchFactor(1, 1)
        set_first_list_width(splitter, LIST_WIDTH, PAGE_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(splitter, 1)

    def _invite(self) -> None:
        self._say_invitation()
        self._say(
            self._page_state,
            "package-open",
            self.tr("No model is open"),
            self.tr("Choose one of the results to see its files, and which of them fit this computer."),
        )

    def _say_invitation(self) -> None:
        self._say(
            self._list_state,
            "compass",
            self.tr("Find a model"),
            self.tr(
                "Write what you look for, such as “qwen 8b” or “coder”."
                " Search with nothing written shows what most people download."
            ),
        )

    def _say(
        self, panel: StatePanel, icon_name: str, title: str, text: str, buttons: tuple[PanelButton, ...] = ()
    ) -> None:
        panel.show_state(icon_name, title, text, buttons)
        stack = self._list_stack if panel is self._list_state else self._page_stack
        stack.setCurrentWidget(panel)

    def _say_error(self, panel: StatePanel, title: str, error: ErrorDetail, retry: PanelButton) -> None:
        is_offline = error.code in (ErrorCode.HUB_OFFLINE, ErrorCode.HUB_UNREACHABLE)
        buttons = [retry]
        if error.code in _MENDED_IN_SETTINGS:
            buttons.append(("hub_settings_button", self.tr("Settings…"), self._verbs.show_settings))
        self._say(panel, "wifi-off" if is_offline else "triangle-alert", title, error_words(error), tuple(buttons))
