"""How the window looks: colours, contrast, the size of its text, and how close things stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.settings import LOAD_LIMITS, Accent, Density, Theme
from chatdesk.ui.settings_dialog.fields import Choice, WholeField
from chatdesk.ui.settings_dialog.page import SettingsPage

if TYPE_CHECKING:
    from chatdesk.core.settings import Settings

TEXT_STEP = 10


class LooksPage(SettingsPage):
    """What the whole window wears."""

    def __init__(self, title: str) -> None:
        super().__init__("settings_looks", title)
        self._theme = Choice(
            (
                (self.tr("Like the system"), Theme.SYSTEM),
                (self.tr("Light"), Theme.LIGHT),
                (self.tr("Dark"), Theme.DARK),
            )
        )
        self._accent = Choice(
            (
                (self.tr("Blue"), Accent.BLUE),
                (self.tr("Violet"), Accent.VIOLET),
                (self.tr("Teal"), Accent.TEAL),
                (self.tr("Green"), Accent.GREEN),
                (self.tr("Amber"), Accent.AMBER),
                (self.tr("Rose"), Accent.ROSE),
                (self.tr("Graphite"), Accent.GRAPHITE),
            )
        )
        self._text_percent = WholeField(*LOAD_LIMITS["text_percent"])
        self._text_percent.setSingleStep(TEXT_STEP)
        self._text_percent.setSuffix(" %")
        self._density = Choice(
            ((self.tr("Comfortable"), Density.COMFORTABLE), (self.tr("Compact"), Density.COMPACT)),
        )
        self._high_contrast = Choice(
            ((self.tr("Like the system"), None), (self.tr("On"), True), (self.tr("Off"), False)),
        )
        self.section(title)
        self.row("theme_choice", self.tr("Theme"), self.tr("The colours of the window: light or dark."), self._theme)
        self.row(
            "accent_choice",
            self.tr("Accent colour"),
            self.tr("The colour of buttons, links, and of what has the keyboard."),
            self._accent,
        )
        self.row(
            "text_size_field",
            self.tr("Text size"),
            self.tr("Of chats and of the whole window. Ctrl++ and Ctrl+- change it at any time, Ctrl+0 sets it back."),
            self._text_percent,
        )
        self.row(
            "density_choice",
            self.tr("Density"),
            self.tr("Compact puts more on the screen."),
            self._density,
        )
        self.row(
            "contrast_choice",
            self.tr("High contrast"),
            self.tr("Stronger text, lines and marks of the keyboard, on plain black or white."),
            self._high_contrast,
        )
        self.finish()

    def fill(self, settings: Settings) -> None:
        self._theme.choose(settings.theme)
        self._accent.choose(settings.accent)
        self._text_percent.setValue(settings.text_percent)
        self._density.choose(settings.density)
        self._high_contrast.choose(settings.high_contrast)

    def changed(self, settings: Settings) -> Settings:
        return replace(
            settings,
            theme=Theme(self._theme.currentData()),
            accent=Accent(self._accent.currentData()),
            text_percent=self._text_percent.value(),
            density=Density(self._density.currentData()),
            high_contrast=self._high_contrast.currentData(),
        )
