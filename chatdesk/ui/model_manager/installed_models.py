"""The installed models as rows of a list, in the order and with the filter that a person chose."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from chatdesk.core.installed_models import InstalledModel
from chatdesk.core.model_files import ModelOrigin
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.labels import tone_of
from chatdesk.ui.model_manager.list_rows import ROW_ROLE, Index, Row
from chatdesk.ui.model_manager.words import fit_words, short_fit_words
from chatdesk.ui.wording import plain_tool_tip, size_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatdesk.core.model_files import ModelFile


class InstalledOrder(StrEnum):
    """What the list is ordered by; favourites come first in each."""

    LAST_USED = "last_used"
    NAME = "name"
    SIZE = "size"


class InstalledItemModel(QAbstractListModel):
    """What is installed. Rows whose place stays are only drawn anew; anything else resets the model.

    It sorts and filters by itself: a proxy model would ask Python for each comparison, which 500 rows make slow.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: dict[str, InstalledModel] = {}  # by path
        self._shown: list[InstalledModel] = []
        self._loaded_path: str | None = None
        self._order = InstalledOrder.LAST_USED
        self._filter: list[str] = []

    @property
    def models(self) -> Sequence[InstalledModel]:
        """All that is installed, whatever the filter."""
        return tuple(self._all.values())

    @property
    def loaded_path(self) -> str | None:
        """The path of the loaded model, or None."""
        return self._loaded_path

    def set_described(self, installed: Iterable[InstalledModel]) -> None:
        """Show these and no others."""
        self._all = {model.file.path: model for model in installed}
        self._arrange()

    def set_files(self, files: Iterable[ModelFile]) -> bool:
        """Show these and no others, with what is known of each. Returns whether nothing is known of some yet."""
        before = self._all
        self._all = {}
        has_unknown = False
        for file in files:
            known = before.get(file.path)
            is_known = known is not None and known.file == file
            has_unknown |= not is_known
            self._all[file.path] = known if known is not None and is_known else InstalledModel(file)
        self._arrange()
        return has_unknown

    def set_loaded(self, path: str | None) -> None:
        """Show that this one is loaded."""
        self._loaded_path = path
        self._redraw()

    def set_order(self, order: InstalledOrder) -> None:
        """Order by this from now on."""
        self._order = order
        self._arrange()

    def set_filter(self, text: str) -> None:
        """Show what contains every word of `text`; case does not count."""
        self._filter = text.casefold().split()
        self._arrange()

    def find(self, path: str) -> InstalledModel | None:
        """The model with this path, or None; the filter may hide it."""
        return self._all.get(path)

    def model_at(self, row: int) -> InstalledModel:
        """The model in `row`."""
        return self._shown[row]

    def row_of(self, path: str | None) -> int | None:
        """Where the model with this path is shown, or None."""
        return next((row for row, model in enumerate(self._shown) if model.file.path == path), None)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        model = self._shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one_line(model.file.name)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tool_tip(self._spoken(model))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(model)
            case _ if role == ROW_ROLE:
                return self._row_of(model)
            case _:
                return None

    def _arrange(self) -> None:
        shown = sorted((model for model in self._all.values() if self._matches(model)), key=self._key)
        if [model.file.path for model in shown] == [model.file.path for model in self._shown]:
            self._shown = shown
            self._redraw()
            return
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def _redraw(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))

    def _matches(self, model: InstalledModel) -> bool:
        if not self._filter:
            return True
        parts = [model.file.name, model.file.repo_id or ""]
        if model.details is not None:
            parts += [model.details.architecture, model.details.title or "", model.details.licence or ""]
        text = " ".join(parts).casefold()
        return all(word in text for word in self._filter)

    def _key(self, model: InstalledModel) -> tuple[bool, float, str, str]:
        match self._order:
            case InstalledOrder.LAST_USED:
                figure = -(model.last_used_at or 0.0)
            case InstalledOrder.SIZE:
                figure = -float(model.file.size_bytes)
            case InstalledOrder.NAME:
                figure = 0.0
        return (not model.is_favourite, figure, model.file.name.casefold(), model.file.path)

    def _row_of(self, model: InstalledModel) -> Row:
        words = [one_line(model.file.quantization or "")]
        if model.details is not None:
            words.append(one_line(model.details.architecture))
        if model.file.origin is ModelOrigin.STARTER:
            words.append(self.tr("starter model"))
        if model.problem is not None:
            words.append(self.tr("cannot be read"))
        return Row(
            title=one_line(model.file.name),
            words=" · ".join(word for word in words if word),
            aside=size_words(model.file.size_bytes),
            highlight=self.tr("In use") if model.file.path == self._loaded_path else "",
            verdict=short_fit_words(model.fit) if model.fit is not None else "",
            tone=tone_of(model.fit.label) if model.fit is not None else "",
            leading_mark="star-filled" if model.is_favourite else "",
        )

    def _spoken(self, model: InstalledModel) -> str:
        row = self._row_of(model)
        words = [row.title, self.tr("favourite") if model.is_favourite else "", row.highlight, row.aside, row.words]
        words.append(fit_words(model.fit) if model.fit is not None else "")
        return ", ".join(word for word in words if word)
