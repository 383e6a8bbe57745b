"""Fields that each show one setting. They leave the wheel to the page: scrolling must not change settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPlainTextEdit

if TYPE_CHECKING:
    from collections.abc import Sequence

TEMPLATE_HEIGHT = 140
DECIMALS = 3
TEXT_INDENT = 7


class NumberField(QDoubleSpinBox):
    """A number; a whole one unless `step` is a fraction. With `unset`, a value below the least shows that word: None.

    `least_words` stand in place of the least number. Qt's field for whole numbers ends at half of the seeds, so this
    is the one with decimals throughout.
    """

    def __init__(self, limits: tuple[float, float], *, step: float = 1, unset: str = "", least_words: str = "") -> None:
        super().__init__()
        self._is_whole = step == int(step)
        self._has_unset = bool(unset)
        least, most = limits
        self.setDecimals(0 if self._is_whole else DECIMALS)
        self.setRange(least - 1 if self._has_unset else least, most)
        self.setSingleStep(step)
        self.setGroupSeparatorShown(True)
        self.setSpecialValueText(unset or least_words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # A style sheet's padding does not reach the text inside.
        self.lineEdit().setTextMargins(TEXT_INDENT, 0, 0, 0)

    def setting(self) -> Any:
        """The number shown, or None for the word in its place."""
        if self._has_unset and self.value() == self.minimum():
            return None
        return int(self.value()) if self._is_whole else round(self.value(), DECIMALS)

    def show_setting(self, setting: Any) -> None:
        """Show a number, or the word for None."""
        self.setValue(self.minimum() if setting is None else float(setting))

    def textFromValue(self, value: float) -> str:
        """0.70, and 0.025 where the last one says something."""
        text = super().textFromValue(value)
        return text if self._is_whole else text.removesuffix("0")

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceField(QComboBox):
    """One of a few values, each with its words."""

    def __init__(self, choices: Sequence[tuple[str, Any]]) -> None:
        super().__init__()
        self._settings = [setting for _, setting in choices]
        self.addItems([words for words, _ in choices])
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def setting(self) -> Any:
        """The value chosen."""
        return self._settings[self.currentIndex()]

    def show_setting(self, setting: Any) -> None:
        """Show this value; one that is none of the choices shows the first."""
        self.setCurrentIndex(self._settings.index(setting) if setting in self._settings else 0)

    def set_possible(self, setting: Any, *, is_possible: bool) -> None:
        """Let this value be chosen, or grey it out."""
        item = self.model().item(self._settings.index(setting))  # type: ignore[attr-defined]  # a combo box's own item model
        item.setEnabled(is_possible)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class TextField(QPlainTextEdit):
    """A text of several lines; an empty one is None."""

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setFixedHeight(TEMPLATE_HEIGHT)

    def setting(self) -> str | None:
        """The text shown, or None for white space."""
        text = self.toPlainText()
        return text if text.strip() else None

    def show_setting(self, setting: Any) -> None:
        """Show this text, or none."""
        self.setPlainText("" if setting is None else str(setting))


SettingField = NumberField | ChoiceField | TextField
