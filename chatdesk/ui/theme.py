"""What the whole application wears: colours, the size of its text, and how close things stand."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QPalette

from chatdesk.core.settings import Density, Theme
from chatdesk.ui.colors import DARK, LIGHT, Colors, colors_for
from chatdesk.ui.resources import read_resource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from chatdesk.core.settings import Settings

__all__ = ["DARK", "LIGHT", "Colors", "Looks", "apply", "looks_of"]

# The sizes in the style sheet are those of 100 %. Of distances only those grow that make room for what grows.
_SCALED = ("font-size", "icon-size", "(?:min-|max-)?(?:width|height)", "padding-(?:left|right)", "border-radius")
_SIZE = re.compile(rf"(?<![-\w])(?P<what>{'|'.join(_SCALED)}): (?P<pixels>\d+)px")
# Above and below the words of a row, a button, a card: pixels, comfortable and compact.
_PADDINGS = {"row": (7, 3), "button": (5, 2), "card": (12, 8)}
_WORN = "looks"  # the property of the application that holds what it wears


@dataclass(frozen=True, slots=True)
class Looks:
    """What the settings, and the system where they leave it to it, mean at the moment."""

    colors: Colors = LIGHT
    text_percent: int = 100
    is_compact: bool = False


def looks_of(settings: Settings) -> Looks:
    """What to wear now."""
    hints = QGuiApplication.styleHints()
    is_dark = settings.theme is Theme.DARK
    if settings.theme is Theme.SYSTEM:
        is_dark = hints.colorScheme() is Qt.ColorScheme.Dark
    has_high_contrast = settings.high_contrast
    if has_high_contrast is None:
        has_high_contrast = hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast
    return Looks(
        colors_for(settings.accent, is_dark=is_dark, has_high_contrast=has_high_contrast),
        settings.text_percent,
        settings.density is Density.COMPACT,
    )


def apply(application: QApplication, looks: Looks) -> None:
    """Dress the whole application, if it does not wear this already: a window more is no reason to dress all others.

    Palette and font come first, for what no style sheet reaches.
    """
    if application.property(_WORN) == looks:
        return
    application.setProperty(_WORN, looks)
    application.setPalette(_palette(looks.colors))
    set_text_size(application, looks)
    application.setStyleSheet(_sheet(looks))


def set_text_size(application: QApplication, looks: Looks) -> None:
    """Write in letters of the chosen size.

    Until the event loop runs, Qt tells no widget of a new font: a window's first has to be there before its widgets.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * looks.text_percent / 100)
    else:
        font.setPixelSize(round(font.pixelSize() * looks.text_percent / 100))
    application.setFont(font)


def _sheet(looks: Looks) -> str:
    def scaled(size: re.Match[str]) -> str:
        return f"{size['what']}: {round(int(size['pixels']) * looks.text_percent / 100)}px"

    paddings = {name: f"{pixels[looks.is_compact]}px" for name, pixels in _PADDINGS.items()}
    names = ("style.qss", "style_high_contrast.qss") if looks.colors.has_high_contrast else ("style.qss",)
    sheet = _SIZE.sub(scaled, "".join(map(read_resource, names)))
    return Template(sheet).substitute(asdict(looks.colors) | paddings)


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
