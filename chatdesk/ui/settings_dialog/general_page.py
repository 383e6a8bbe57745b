"""How the window looks, and what every chat begins with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPlainTextEdit

from chatdesk.core.settings import Theme
from chatdesk.ui.settings_dialog.fields import Choice
from chatdesk.ui.settings_dialog.page import SettingsPage

if TYPE_CHECKING:
    from chatdesk.core.settings import Settings


class GeneralPage(SettingsPage):
    """Appearance and system prompt."""

    def __init__(self, title: str) -> None:
        super().__init__("settings_general", title)
        self._theme = Choice(
            (
                (self.tr("Like the system"), Theme.SYSTEM),
                (self.tr("Light"), Theme.LIGHT),
                (self.tr("Dark"), Theme.DARK),
            )
        )
        self._system_prompt = QPlainTextEdit()
        self._system_prompt.setFixedHeight(120)
        self._system_prompt.setTabChangesFocus(True)
        self.section(title)
        self.row("theme_choice", self.tr("Appearance"), self.tr("The colours of the window."), self._theme)
        self.wide_row(
            "system_prompt_edit",
            self.tr("System prompt"),
            self.tr("What the model is told before every chat: how it should answer. Empty: as its maker intended."),
            self._system_prompt,
        )
        self.finish()

    def fill(self, settings: Settings) -> None:
        self._theme.choose(settings.theme)
        self._system_prompt.setPlainText(settings.system_prompt)

    def changed(self, settings: Settings) -> Settings:
        return replace(
            settings, theme=Theme(self._theme.currentData()), system_prompt=self._system_prompt.toPlainText()
        )
