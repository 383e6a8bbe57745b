"""The models to choose from, as rows: favourites, then those used last, then the rest; narrowed by a few words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from chatdesk.core.model_choices import ModelChoice, ModelGroup, choices_of, matching
from chatdesk.core.model_files import ModelOrigin
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.choice_list import HEADING_ROLE
from chatdesk.ui.model_manager.labels import tone_of
from chatdesk.ui.model_manager.list_rows import ROW_ROLE, Index, Row
from chatdesk.ui.model_manager.words import fit_words, need_words, short_fit_words
from chatdesk.ui.wording import plain_tool_tip, size_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.core.model_files import ModelFile


@dataclass(frozen=True, slots=True)
class ModelUse:
    """The model that is loaded and holds `held_bytes` of memory; or, with `percent`, how much of it is loaded yet."""

    path: str
    held_bytes: int = 0
    percent: int | None = None


class ModelChoiceItemModel(QAbstractListModel):
    """The models of the library, in the order in which a person looks for them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[ModelFile, ...] = ()
        self._installed: tuple[InstalledModel, ...] = ()
        self._choices: tuple[ModelChoice, ...] = ()
        self._repeated: frozenset[str] = frozenset()  # names that several files share
        self._filter = ""
        self._rows: tuple[ModelChoice, ...] = ()
        self._use: ModelUse | None = None
        self._failed: dict[str, str] = {}  # path -> why it could not be loaded

    # --- what there is ---

    def set_models(self, models: Sequence[ModelFile]) -> None:
        """These can be chosen."""
        if tuple(models) != self._models:
            self._models = tuple(models)
            self._arrange()

    def set_installed(self, installed: Sequence[InstalledModel]) -> None:
        """This is known of them."""
        if tuple(installed) != self._installed:
            self._installed = tuple(installed)
            self._arrange()

    def set_use(self, use: ModelUse | None) -> None:
        """Mark the model that is loaded or being loaded."""
        before, self._use = self._use, use
        if use is not None:
            self._failed.pop(use.path, None)
        for changed in {part.path for part in (before, use) if part is not None}:
            self._redraw(changed)

    def set_failed(self, path: str, reason: str) -> None:
        """Mark a model that could not be loaded, until it is tried again."""
        self._failed[path] = reason
        self._redraw(path)

    def set_filter(self, text: str) -> None:
        """Show only what contains each word of `text`."""
        if text != self._filter:
            self._filter = text
            self._show()

    # --- what is shown ---

    def files(self) -> tuple[ModelFile, ...]:
        """All models, favourites and those used last before the others."""
        return tuple(choice.file for choice in self._choices)

    def installed(self, path: str) -> InstalledModel | None:
        """What is known of a model, or None."""
        return next((choice.installed for choice in self._choices if choice.file.path == path), None)

    def offers(self, path: str) -> bool:
        """Whether a model can be chosen, shown or not."""
        return any(model.path == path for model in self._models)

    def choice_at(self, row: int) -> ModelChoice:
        """The model in `row`."""
        return self._rows[row]

    def row_of(self, path: str) -> int | None:
        """Where a model stands, or None while it is not shown."""
        return next((row for row, choice in enumerate(self._rows) if choice.file.path == path), None)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        choice = self._rows[index.row()]
        value: Any = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = one_line(choice.file.name)
            case Qt.ItemDataRole.AccessibleTextRole:
                value = self._spoken(choice)
            case Qt.ItemDataRole.ToolTipRole:
                value = plain_tool_tip(self._in_full(choice))
            case _ if role == ROW_ROLE:
                value = self._row(choice)
            case _ if role == HEADING_ROLE:
                value = self._heading(index.row())
        return value

    def _arrange(self) -> None:
        self._choices = choices_of(self._models, self._installed)
        counts = Counter(model.name for model in self._models)
        self._repeated = frozenset(name for name, count in counts.items() if count > 1)
        self._show()

    def _show(self) -> None:
        self.beginResetModel()
        self._rows = matching(self._choices, self._filter)
        self.endResetModel()

    def _redraw(self, path: str) -> None:
        row = self.row_of(path)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index)

    # --- in words ---

    def _heading(self, row: int) -> str:
        group = self._rows[row].group
        if self._filter.strip() or (row > 0 and self._rows[row - 1].group is group):
            return ""
        if self._rows[-1].group is self._rows[0].group:
            return ""  # a heading over everything says nothing
        match group:
            case ModelGroup.FAVOURITES:
                return self.tr("Favourites")
            case ModelGroup.RECENT:
                return self.tr("Used last")
            case ModelGroup.OTHERS:
                return self.tr("All others")

    def _row(self, choice: ModelChoice) -> Row:
        fit = choice.installed.fit if choice.installed is not None else None
        return Row(
            title=one_line(choice.file.name),
            words=" · ".join(self._facts(choice)),
            aside=self._state(choice),
            verdict=short_fit_words(fit) if fit is not None else "",
            tone=tone_of(fit.label) if fit is not None else "",
            leading_mark="check" if self._is_loaded(choice) else "",
            trailing_mark="star" if choice.is_favourite else "",
        )

    def _facts(self, choice: ModelChoice) -> list[str]:
        file = choice.file
        facts = [file.quantization] if file.quantization else []
        facts.append(size_words(file.size_bytes))
        if file.origin is ModelOrigin.STARTER:
            facts.append(self.tr("starter model"))
        if file.name in self._repeated:
            facts.append(one_line(PurePath(file.path).parent.name))
        return facts

    def _state(self, choice: ModelChoice) -> str:
        path = choice.file.path
        if self._use is not None and self._use.path == path:
            if self._use.percent is not None:
                return self.tr("Loading… {percent} %").format(percent=self._use.percent)
            return self.tr("Holds {size} of memory").format(size=size_words(self._use.held_bytes))
        return self.tr("Did not load") if path in self._failed else ""

    def _is_loaded(self, choice: ModelChoice) -> bool:
        return self._use is not None and self._use.percent is None and self._use.path == choice.file.path

    def _spoken(self, choice: ModelChoice) -> str:
        fit = choice.installed.fit if choice.installed is not None else None
        words = [one_line(choice.file.name), *self._facts(choice)]
        if fit is not None:
            words.append(fit_words(fit))
        if choice.is_favourite:
            words.append(self.tr("favourite"))
        if self._is_loaded(choice):
            words.append(self.tr("loaded"))
        if state := self._state(choice):
            words.append(state)
        return ", ".join(words)

    def _in_full(self, choice: ModelChoice) -> str:
        installed = choice.installed
        lines = [one_line(choice.file.path, 1000)]
        if installed is not None and installed.fit is not None:
            lines.append(need_words(installed.fit))
        if installed is not None and installed.predicted_bytes and installed.measured_bytes:
            lines.append(
                self.tr("When it was loaded last: predicted {predicted}, measured {measured}").format(
                    predicted=size_words(installed.predicted_bytes), measured=size_words(installed.measured_bytes)
                )
            )
        if reason := self._failed.get(choice.file.path):
            lines.append(reason)
        return "\n".join(lines)
