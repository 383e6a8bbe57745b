"""How the window looks: colours, contrast, the size of its text, and how close things stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.settings import LOAD_LIMITS, Accent, Density, Theme
from chatdesk.ui.actions import native_keys
from chatdesk.ui.setting_fields import ChoiceField, NumberField
from chatdesk.ui.settings_dialog.page import SettingsPage

if TYPE_CHECKING:
    from chatdesk.core.settings import Settings

TEXT_STEP = 10


class LooksPage(SettingsPage):
    """What the whole window wears."""

    def __init__(self, title: str) -> None:
        super().__init__("settings_looks", title)
        self._theme = ChoiceField(
            (
                (self.tr("Like the system"), Theme.SYSTEM),
                (self.tr("Light"), Theme.LIGHT),
                (self.tr("Dark"), Theme.DARK),
            )
        )
        self._accent = ChoiceField(
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
        self._text_percent = NumberField(LOAD_LIMITS["text_percent"], step=TEXT_STEP)
        self._text_percent.setSuffix(" %")
        self._density = ChoiceField(
            ((self.tr("Comfortable"), Density.COMFORTABLE), (self.tr("Compact"), Density.COMPACT)),
        )
        self._high_contrast = ChoiceField(
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
            self.tr(
                "Of chats and of the whole window. {larger} and {smaller} change it at any time, {usual} sets it back."
            ).format(larger=native_keys("Ctrl++"), smaller=native_keys("Ctrl+-"), usual=native_keys("Ctrl+0")),
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
        self._theme.show_setting(settings.theme)
        self._accent.show_setting(settings.accent)
        self._text_percent.show_setting(settings.text_percent)
        self._density.show_setting(settings.density)
        self._high_contrast.show_setting(settings.high_contrast)

    def changed(self, settings: Settings) -> Settings:
        return replace(
            settings,
            theme=self._theme.setting(),
            accent=self._accent.setting(),
            text_percent=self._text_percent.setting(),
            density=self._density.setting(),
            high_contrast=self._high_contrast.setting(),
        )
