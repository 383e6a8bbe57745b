"""The repos that a search found, as rows of a list."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from chatdesk.core.hub_models import Gating, HubRepo
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.list_rows import ROW_ROLE, Figure, Index, Row
from chatdesk.ui.model_manager.words import age_words, count_words, date_words, number_words
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Iterable


class RepoItemModel(QAbstractListModel):
    """Search results in the order in which the Hub gave them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._repos: list[HubRepo] = []
        self._rows: dict[int, Row] = {}  # made when first painted

    def set_all(self, repos: Iterable[HubRepo]) -> None:
        """Show these."""
        self.beginResetModel()
        self._repos = list(repos)
        self._rows = {}
        self.endResetModel()

    def repo_at(self, row: int) -> HubRepo:
        """The repo in `row`."""
        return self._repos[row]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._repos)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        repo = self._repos[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one_line(repo.repo_id)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(repo)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tool_tip(self._spoken(repo))
            case _ if role == ROW_ROLE:
                if index.row() not in self._rows:
                    self._rows[index.row()] = _row_of(repo)
                return self._rows[index.row()]
            case _:
                return None

    def _spoken(self, repo: HubRepo) -> str:
        words = [
            one_line(repo.repo_id),
            self.tr("downloads in 30 days: {count}").format(count=number_words(repo.downloads)),
            self.tr("likes: {count}").format(count=number_words(repo.likes)),
        ]
        if repo.updated_at is not None:
            words.append(self.tr("updated: {date}").format(date=date_words(repo.updated_at)))
        if repo.gating is not Gating.NONE:
            words.append(self.tr("its licence must be accepted first"))
        return ", ".join(words)


def _row_of(repo: HubRepo) -> Row:
    owner, _, name = repo.repo_id.rpartition("/")
    return Row(
        title=one_line(name),
        words=one_line(owner),
        aside=age_words(repo.updated_at, time.time()) if repo.updated_at is not None else "",
        figures=(Figure("download", count_words(repo.downloads)), Figure("heart", count_words(repo.likes))),
        trailing_mark="lock" if repo.gating is not Gating.NONE else "",
    )
