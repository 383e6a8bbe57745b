"""Colours, the style sheet and the palette, for light and dark."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from chatdesk.core.settings import Theme
from chatdesk.ui.resources import read_resource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Colors:
    """One set of colours, as `#rrggbb`. Text on its ground keeps a contrast of at least 4.5 to 1."""

    window: str
    sidebar: str
    raised: str  # the composer, menus, dialogs
    hover: str
    selected: str
    border: str
    strong_border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    disabled: str
    notice: str
    notice_border: str
    caution: str  # words that ask for attention


LIGHT = Colors(
    window="#ffffff",
    sidebar="#f6f5f2",
    raised="#ffffff",
    hover="#ecebe6",
    selected="#e4e2db",
    border="#e7e5df",
    strong_border="#cfccc3",
    text="#1f1e1c",
    muted="#6a6862",
    accent="#3f5bd9",
    accent_hover="#344ec4",
    on_accent="#ffffff",
    disabled="#c9c7c1",
    notice="#fdf6e3",
    notice_border="#ecdcae",
    caution="#94520a",
)
DARK = Colors(
    window="#1c1c1e",
    sidebar="#161617",
    raised="#26262a",
    hover="#2a2a2e",
    selected="#323238",
    border="#2e2e33",
    strong_border="#45454c",
    text="#ececea",
    muted="#a09f9b",
    accent="#8ea2ff",
    accent_hover="#a5b5ff",
    on_accent="#14151c",
    disabled="#55555c",
    notice="#2f2a1c",
    notice_border="#4d4428",
    caution="#f0b35e",
)


def is_dark(theme: Theme) -> bool:
    """Whether `theme` means dark colours on this system now."""
    if theme is Theme.SYSTEM:
        return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return theme is Theme.DARK


def colors_of(theme: Theme) -> Colors:
    """The colours that `theme` means on this system now."""
    return DARK if is_dark(theme) else LIGHT


def apply(application: QApplication, colors: Colors) -> None:
    """Give the whole application these colours: palette first, for what no style sheet reaches."""
    application.setPalette(_palette(colors))
    sheet = Template(read_resource("style.qss"))
    application.setStyleSheet(sheet.substitute(asdict(colors)))


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colors.window,
        QPalette.ColorRole.WindowText: colors.text,
        QPalette.ColorRole.Base: colors.raised,
        QPalette.ColorRole.AlternateBase: colors.sidebar,
        QPalette.ColorRole.Text: colors.text,
        QPalette.ColorRole.PlaceholderText: colors.muted,
        QPalette.ColorRole.Button: colors.raised,
        QPalette.ColorRole.ButtonText: colors.text,
        QPalette.ColorRole.ToolTipBase: colors.raised,
        QPalette.ColorRole.ToolTipText: colors.text,
        QPalette.ColorRole.Highlight: colors.accent,
        QPalette.ColorRole.HighlightedText: colors.on_accent,
        QPalette.ColorRole.Link: colors.accent,
        QPalette.ColorRole.LinkVisited: colors.accent,
        QPalette.ColorRole.Accent: colors.accent,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.disabled))
    return palette
