"""The colours of the window: light and dark, with a choice of accents, and both in high contrast."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chatdesk.core.contrast import BLACK, HIGH_CONTRAST, READABLE, WHITE, ink_on, mixed, readable
from chatdesk.core.settings import Accent


@dataclass(frozen=True, slots=True)
class Colors:
    """One set of colours, as `#rrggbb`. Text on its ground keeps a contrast of at least 4.5 to 1, or 7 to 1."""

    is_dark: bool
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
    # verdicts, each with the ground of its pill
    good: str
    good_ground: str
    caution: str
    caution_ground: str
    bad: str
    bad_ground: str
    has_high_contrast: bool = False


LIGHT = Colors(
    is_dark=False,
    window="#ffffff",
    sidebar="#f6f5f2",
    raised="#ffffff",
    hover="#ecebe6",
    selected="#e4e2db",
    border="#e7e5df",
    strong_border="#cfccc3",
    text="#1f1e1c",
    muted="#64625c",
    accent="#3f5bd9",
    accent_hover="#344ec4",
    on_accent="#ffffff",
    disabled="#c9c7c1",
    notice="#fdf6e3",
    notice_border="#ecdcae",
    good="#1b6b3f",
    good_ground="#e4f3e9",
    caution="#7a5100",
    caution_ground="#fbefd0",
    bad="#a3262b",
    bad_ground="#fce8e6",
)
DARK = Colors(
    is_dark=True,
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
    good="#86d7a4",
    good_ground="#1f3528",
    caution="#eec679",
    caution_ground="#3a301a",
    bad="#ff9d96",
    bad_ground="#432422",
)
_LIGHT_CONTRAST = replace(
    LIGHT,
    sidebar="#ffffff",
    hover="#e8e8e8",
    selected="#d9d9d9",
    border="#767676",
    strong_border="#000000",
    text="#000000",
    muted="#333333",
    disabled="#767676",
    notice="#fff8dc",
    notice_border="#000000",
    has_high_contrast=True,
)
_DARK_CONTRAST = replace(
    DARK,
    window="#000000",
    sidebar="#000000",
    raised="#000000",
    hover="#262626",
    selected="#333333",
    border="#8c8c8c",
    strong_border="#ffffff",
    text="#ffffff",
    muted="#dcdcdc",
    disabled="#8c8c8c",
    notice="#1f1a00",
    notice_border="#ffffff",
    has_high_contrast=True,
)
# on light grounds, on dark grounds
_ACCENTS = {
    Accent.BLUE: (LIGHT.accent, DARK.accent),
    Accent.VIOLET: ("#7a45c9", "#bb9dff"),
    Accent.TEAL: ("#0f766e", "#5fd0c3"),
    Accent.GREEN: ("#39752f", "#93d285"),
    Accent.AMBER: ("#9a5a00", "#f0b860"),
    Accent.ROSE: ("#b4235f", "#ff9cbc"),
    Accent.GRAPHITE: ("#55534e", "#c4c3bf"),
}


def colors_for(accent: Accent, *, is_dark: bool, has_high_contrast: bool) -> Colors:
    """The colours for what was chosen, every ink as strong as it has to be."""
    if has_high_contrast:
        colors, ratio = _DARK_CONTRAST if is_dark else _LIGHT_CONTRAST, HIGH_CONTRAST
    else:
        colors, ratio = DARK if is_dark else LIGHT, READABLE
    grounds = (colors.window, colors.sidebar, colors.raised, colors.hover, colors.selected)
    color = readable(_ACCENTS[accent][is_dark], grounds, ratio)
    return replace(
        colors,
        accent=color,
        accent_hover=mixed(color, WHITE if is_dark else BLACK, 0.15),
        on_accent=ink_on(color),
        good=readable(colors.good, (colors.good_ground, *grounds), ratio),
        caution=readable(colors.caution, (colors.caution_ground, *grounds), ratio),
        bad=readable(colors.bad, (colors.bad_ground, *grounds), ratio),
    )
