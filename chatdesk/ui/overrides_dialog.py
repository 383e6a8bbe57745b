"""Settings of one thing that each either follow what counts otherwise, or are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.overrides import OVERRIDE_NAMES, usable_overrides
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.sampling_fields import sampling_fields
from chatdesk.ui.setting_fields import SettingField, TextField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.sampling import SamplingParams


class OverridesDialog(QDialog):
    """`saved` carries the own settings by name, sparse: what follows is left out.

    A subclass adds sections and rows, and calls `finish`.
    """

    saved = Signal(object)

    def __init__(
        self, title: str, whose: str, overrides: Mapping[str, Any], follows: str, parent: QWidget | None = None
    ) -> None:
        """`whose` settings they are, by name; `follows` stands beside each box that is checked while one follows."""
        super().__init__(parent)
        self.setObjectName("overrides_dialog")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._whose = whose
        self._overrides = overrides
        self._follows = follows
        self._rows: list[_OverrideRow] = []
        self._page = QWidget()
        self._page.setObjectName("settings_page")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        self._column.setSpacing(2 * GRID)

    def section(self, title: str) -> None:
        """A heading for the rows that follow."""
        heading = plain_label("settings_section", title)
        heading.setIndent(0)
        self._column.addWidget(heading)

    def row(self, name: str, explanation: str, field: SettingField, otherwise: Any, follows: str = "") -> None:
        """One setting; `otherwise` is what counts while it follows, said in other words than usual with `follows`."""
        row = _OverrideRow(name, explanation, field, otherwise, follows or self._follows)
        own = usable_overrides(self._overrides)
        if name in own:
            row.set_own(own[name])
        self._rows.append(row)
        self._column.addWidget(row)

    def sampling_rows(self, otherwise: SamplingParams) -> None:
        """A section with all that says how replies are written."""
        self.section(self.tr("How replies are written"))
        for each in sampling_fields():
            self.row(each.name, each.explanation, each.field, getattr(otherwise, each.name))

    def finish(self, text: str, reset_words: str) -> None:
        """All rows are there; `text` stands above them, `reset_words` on the button that has all of them follow."""
        self._column.addStretch()
        widest = max(row.field_width for row in self._rows)
        for row in self._rows:
            row.set_field_width(widest)
        head = QVBoxLayout()
        head.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, GRID)
        head.setSpacing(GRID // 2)
        head.addWidget(plain_label("dialog_title", one_line(self._whose), wraps=True))
        head.addWidget(plain_label("dialog_text", text, wraps=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(_Scroll(self._page), 1)
        layout.addLayout(self._buttons(reset_words))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_first_size(self, 720, 680)

    def _buttons(self, reset_words: str) -> QHBoxLayout:
        reset = self._button("reset_overrides_button", reset_words)
        reset.clicked.connect(self._reset)
        save = self._button("save_overrides_button", self.tr("Save"))
        save.setProperty("primary", True)
        save.setDefault(True)
        save.clicked.connect(self._save)
        cancel = self._button("cancel_overrides_button", self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(3 * GRID, GRID + 4, 3 * GRID, 2 * GRID)
        buttons.setSpacing(GRID)
        buttons.addWidget(reset)
        buttons.addStretch()
        buttons.addWidget(save)
        buttons.addWidget(cancel)
        return buttons

    def _button(self, object_name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(object_name)
        button.setAccessibleName(words)
        button.setAutoDefault(False)
        return button

    def _reset(self) -> None:
        for row in self._rows:
            row.follow()

    def _save(self) -> None:
        # Those of another version of ChatDesk stay.
        overrides = {name: setting for name, setting in self._overrides.items() if name not in OVERRIDE_NAMES}
        for row in self._rows:
            overrides |= row.overrides()
        self.saved.emit(overrides)
        self.accept()


class _Scroll(QScrollArea):
    """Scrolls up and down only, and is never narrower than its page needs, however large text is."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)

    def minimumSizeHint(self) -> QSize:
        page, bar = self.widget(), self.verticalScrollBar()
        width = page.minimumSizeHint().width() if page is not None else 0
        return QSize(width + bar.sizeHint().width(), super().minimumSizeHint().height())


class _OverrideRow(QWidget):
    """A setting's name and explanation, a box that is checked while it follows, and the field."""

    def __init__(self, name: str, explanation: str, field: SettingField, otherwise: Any, follows: str) -> None:
        super().__init__()
        self._name = name
        self._otherwise = otherwise
        self._field = field
        field.setObjectName(f"{name}_override")
        field.setAccessibleName(name)
        field.setAccessibleDescription(explanation)
        self._box = QCheckBox(follows)
        self._box.setObjectName(f"{name}_follows")
        self._box.setAccessibleName(f"{name}: {follows}")
        self._box.toggled.connect(self._on_toggled)
        words = QVBoxLayout()
        words.setSpacing(GRID // 4)
        words.addStretch()
        words.addWidget(plain_label("setting_name", name))
        words.addWidget(plain_label("setting_explanation", explanation, wraps=True))
        words.addStretch()
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addLayout(words, 1)
        top.addWidget(self._box, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        if isinstance(field, TextField):
            layout.addWidget(field)
        else:
            top.addWidget(field, 0, Qt.AlignmentFlag.AlignVCenter)
        self.follow()

    @property
    def field_width(self) -> int:
        """How much room the field needs beside the words; 0 for one that stands below them."""
        self._field.ensurePolished()
        return 0 if isinstance(self._field, TextField) else self._field.minimumSizeHint().width()

    def set_field_width(self, width: int) -> None:
        """Give it as much as all others have."""
        if not isinstance(self._field, TextField):
            self._field.setFixedWidth(width)

    def follow(self) -> None:
        """Follow what counts otherwise, and show it."""
        self._box.setChecked(True)
        self._field.show_setting(self._otherwise)
        self._field.setEnabled(False)

    def set_own(self, setting: Any) -> None:
        """There is one of its own."""
        self._box.setChecked(False)
        self._field.show_setting(setting)

    def overrides(self) -> dict[str, Any]:
        """The setting by its name, or nothing while it follows."""
        if self._box.isChecked():
            return {}
        setting = self._field.setting()
        return {} if isinstance(self._field, TextField) and setting is None else {self._name: setting}

    def _on_toggled(self, follows: bool) -> None:  # noqa: FBT001  # Qt passes it so
        self._field.setEnabled(not follows)
        if follows:
            self._field.show_setting(self._otherwise)
        elif self.isVisible():
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
