"""One repo of the Hub: what it is, what its licence asks for, and its files with their verdicts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from chatdesk.core.untrusted_text import one_line, several_lines
from chatdesk.ui.markdown_page import MarkdownPage
from chatdesk.ui.model_manager.file_list import FileList
from chatdesk.ui.model_manager.labels import GRID, ElidedLabel, Fact, plain_label
from chatdesk.ui.model_manager.words import age_words, date_words, number_words, tokens_words
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import HubRepo, RepoPage
    from chatdesk.ui.model_manager.here import ModelsHere
    from chatdesk.ui.theme import Colors

MOST_CARD_CHARS = 20_000  # as much as is laid out before anybody notices
FILES, CARD = 0, 1  # the parts of the page


class RepoPageView(QWidget):
    """Draws a `RepoPage`."""

    download_requested = Signal(object)
    downloads_wanted = Signal()
    installed_wanted = Signal(object)
    open_page_requested = Signal(str)
    settings_requested = Signal()

    def __init__(self, here: ModelsHere, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("repo_page")
        self._page: RepoPage | None = None
        self._is_card_filled = False
        self._title = plain_label("repo_title", wraps=True)
        self._owner = ElidedLabel("repo_owner")
        self._licence, self._context, self._architecture = self._make_facts()
        self._tabs = self._make_tabs()
        self._files = FileList(here, colors)
        self._card = self._make_card()
        self._parts = QStackedWidget()
        self._connect()
        self._build()
        self.set_colors(colors)

    @property
    def repo_id(self) -> str:
        """The repo shown, or nothing."""
        return self._page.repo.repo_id if self._page is not None else ""

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._files.set_colors(colors)

    def show_page(self, page: RepoPage, wanted_filename: str | None) -> None:
        """Show a repo; `wanted_filename` is the file that a pasted address named."""
        self._page = page
        owner, _, name = page.repo.repo_id.rpartition("/")
        self._title.setText(one_line(name))
        self._owner.set_text(
            " · ".join([self.tr("by {owner}").format(owner=one_line(owner)), *self._counts(page.repo)])
        )
        unknown = self.tr("not told")
        self._licence.set_value(one_line(page.licence or unknown))
        self._context.set_value(tokens_words(page.n_ctx_train) if page.n_ctx_train else unknown)
        self._architecture.set_value(one_line(page.architecture or unknown))
        self._files.show_models(page.models, page.repo.gating, wanted_filename)
        self._card.show_sections(())
        self._is_card_filled = False
        self._tabs.setCurrentIndex(FILES)

    def set_fits(self, fits: Mapping[str, Fit]) -> None:
        """Show verdicts, by file name."""
        self._files.set_fits(fits)

    def refresh_here(self) -> None:
        """Show anew what of it is on this computer."""
        self._files.refresh_here()

    def refresh_file(self, filename: str) -> None:
        """The same for one file."""
        self._files.refresh_file(filename)

    def _show_part(self, part: int) -> None:
        # Laying out a long text can wait until somebody wants to read it.
        if part == CARD and self._page is not None and not self._is_card_filled:
            self._is_card_filled = True
            text = several_lines(self._page.card, MOST_CARD_CHARS)
            self._card.show_markdown(text or self.tr("Its authors wrote nothing about it."))
        self._parts.setCurrentIndex(part)

    def _counts(self, repo: HubRepo) -> list[str]:
        downloads, likes = number_words(repo.downloads), number_words(repo.likes)
        words = [
            self.tr("{count} downloads in 30 days").format(count=downloads)
            if repo.downloads != 1
            else self.tr("1 download in 30 days"),
            self.tr("{count} likes").format(count=likes) if repo.likes != 1 else self.tr("1 like"),
        ]
        if repo.updated_at is not None:
            words.append(self.tr("updated {age}").format(age=age_words(repo.updated_at, time.time())))
            self._owner.setToolTip(plain_tool_tip(date_words(repo.updated_at)))
        return words

    # --- building ---

    def _make_facts(self) -> tuple[Fact, Fact, Fact]:
        tokens = self.tr(
            "How much text the model can see at once: the chat and its reply. A token is a word or a part of one."
        )
        allowed = self.tr("What its authors allow. The model's page on the Hub has the text.")
        family = self.tr("The family of models it belongs to.")
        return (
            Fact("repo_licence", self.tr("Licence"), allowed),
            Fact("repo_context", self.tr("Context length"), tokens),
            Fact("repo_architecture", self.tr("Architecture"), family),
        )

    def _make_tabs(self) -> QTabBar:
        tabs = QTabBar()
        tabs.setObjectName("repo_tabs")
        tabs.setAccessibleName(self.tr("Parts of the page"))
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.addTab(self.tr("Files"))
        tabs.addTab(self.tr("About this model"))
        return tabs

    def _make_card(self) -> MarkdownPage:
        card = MarkdownPage("repo_card", self.tr("About this model"))
        card.setTabChangesFocus(True)
        return card

    def _connect(self) -> None:
        files = self._files
        files.download_requested.connect(self.download_requested)
        files.downloads_wanted.connect(self.downloads_wanted)
        files.installed_wanted.connect(self.installed_wanted)
        files.open_page_requested.connect(lambda: self.open_page_requested.emit(self.repo_id))
        files.settings_requested.connect(self.settings_requested)
        self._tabs.currentChanged.connect(self._show_part)

    def _build(self) -> None:
        facts = QHBoxLayout()
        facts.setSpacing(3 * GRID)
        for fact in (self._licence, self._context, self._architecture):
            facts.addWidget(fact, 1)
        head = QVBoxLayout()
        head.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, GRID)
        head.setSpacing(GRID // 2)
        head.addWidget(self._title)
        head.addWidget(self._owner)
        head.addSpacing(GRID)
        head.addLayout(facts)
        head.addSpacing(GRID)
        head.addWidget(self._tabs)
        self._parts.addWidget(self._files)
        self._parts.addWidget(self._card)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._parts, 1)
