"""What all pages of settings are: rows of a name, a sentence and a field, on something that scrolls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from chatdesk.ui.model_manager.labels import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.settings import Settings

FIELD_WIDTH = 180
MARGIN = 24
GAP = 24  # between the words and the field
LEAST_WORDS = 26  # characters: where there is less room for them, the field stands below


@dataclass(frozen=True, slots=True)
class _Row:
    """One setting: all of it, its name, and what it is found by."""

    whole: QWidget
    title: QLabel
    field: QWidget
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one setting where it is not shown: where it is, its name, and what it is found by."""

    page: str
    page_title: str
    field: str
    name: str
    text: str


class SettingsPage(QScrollArea):
    """One page. It edits some fields of a `Settings` and leaves the others alone."""

    def __init__(self, object_name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.title = title
        self._page = QWidget()
        self._page.setObjectName("settings_page")
        self._rows = QVBoxLayout(self._page)
        self._rows.setContentsMargins(MARGIN, 12, MARGIN, 20)
        self._rows.setSpacing(14)
        self._settings: list[_Row] = []
        self._headings: list[QLabel] = []
        self._sides: list[QHBoxLayout] = []  # of the rows whose field stands beside its words

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest = max((self._field_of(row).sizeHint().width() for row in self._sides), default=0)
        field_width = max(widest, FIELD_WIDTH)
        room = self.viewport().width() - 2 * MARGIN - GAP - field_width
        is_narrow = room < LEAST_WORDS * self.fontMetrics().averageCharWidth()
        for row in self._sides:
            row.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)
            row.setSpacing(GAP // 4 if is_narrow else GAP)
            side = Qt.AlignmentFlag.AlignLeft if is_narrow else Qt.AlignmentFlag.AlignRight
            field = self._field_of(row)
            row.setAlignment(field, Qt.AlignmentFlag.AlignVCenter | side)
            if not isinstance(field, QCheckBox):
                field.setMinimumWidth(field_width)  # they stand one below the other

    @staticmethod
    def _field_of(row: QHBoxLayout) -> QWidget:
        item = row.itemAt(1)
        field = item.widget() if item is not None else None
        assert field is not None
        return field

    def fill(self, settings: Settings) -> None:
        """Show `settings`."""
        raise NotImplementedError

    def changed(self, settings: Settings) -> Settings:
        """`settings` with what was edited here."""
        raise NotImplementedError

    def wrong_field(self) -> QWidget | None:
        """The first field that holds nothing that can be saved, after saying so beside it; None: all is well."""
        return None

    def finish(self) -> None:
        """All rows are there."""
        self._rows.addStretch(1)
        self.setWidget(self._page)

    def section(self, title: str) -> None:
        """A heading for the rows that follow."""
        label = plain_label("settings_section", title, wraps=True)
        label.setIndent(0)
        self._headings.append(label)
        self._rows.addWidget(label)

    def row(self, object_name: str, name: str, explanation: str, field: QWidget) -> None:
        """A field at the end of its name and explanation."""
        _name(field, object_name, name, explanation)
        if not isinstance(field, QCheckBox):
            field.setMinimumWidth(FIELD_WIDTH)
            field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        title, words = _words(name, explanation, field)
        # Beside a field that is higher they stay together, in the middle.
        words.insertStretch(0)
        words.addStretch()
        row.addLayout(words, 1)
        row.addWidget(field, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        self._sides.append(row)
        self._add(whole, title, field, explanation)

    def wide_row(self, object_name: str, name: str, explanation: str, field: QWidget) -> QLabel:
        """A field below its name and explanation. Returns a label under it, for what may be wrong."""
        _name(field.focusProxy() or field, object_name, name, explanation)
        problem = plain_label("setting_problem", wraps=True)
        problem.hide()
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        title, words = _words(name, explanation, field)
        column.addLayout(words)
        column.addSpacing(4)
        column.addWidget(field)
        column.addWidget(problem)
        self._add(whole, title, field, explanation)
        return problem

    def index(self) -> list[Setting]:
        """All that can be set here."""
        page, title = self.objectName(), self.title
        return [
            Setting(page, title, (row.field.focusProxy() or row.field).objectName(), row.title.text(), row.text)
            for row in self._settings
        ]

    def go_to(self, field_name: str) -> None:
        """Bring a field into view, with the keyboard in it; the page must be shown."""
        field = self.findChild(QWidget, field_name)
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.ensureWidgetVisible(field)

    def narrow(self, words: Sequence[str]) -> QWidget | None:
        """Show only the settings that contain each of `words`, which are case-folded, and mark them; none: show all.

        All that are on a page are found by its title. Returns the first field that is found.
        """
        found = [row for row in self._settings if all(word in row.text for word in words)]
        for row in self._settings:
            row.whole.setVisible(row in found)
            row.title.setProperty("found", bool(words) and row in found)
            row.title.style().unpolish(row.title)
            row.title.style().polish(row.title)
        for heading in self._headings:
            heading.setVisible(not words)
        return found[0].field if found else None

    def _add(self, whole: QWidget, title: QLabel, field: QWidget, explanation: str) -> None:
        choices = [field.itemText(row) for row in range(field.count())] if isinstance(field, QComboBox) else []
        text = " ".join((self.title, title.text(), explanation, *choices)).casefold()
        self._settings.append(_Row(whole, title, field, text))
        self._rows.addWidget(whole)


def _name(field: QWidget, object_name: str, name: str, explanation: str) -> None:
    field.setObjectName(object_name)
    field.setAccessibleName(name)
    field.setAccessibleDescription(explanation)


def _words(name: str, explanation: str, field: QWidget) -> tuple[QLabel, QVBoxLayout]:
    title = plain_label("setting_name", name, wraps=True)
    title.setBuddy(field)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(title)
    words.addWidget(plain_label("setting_explanation", explanation, wraps=True))
    return title, words
