"""The transcript's style for what the whole application wears."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from chatdesk.core.contrast import HIGH_CONTRAST, mixed, readable
from chatdesk.ui.transcript.style import CodeColors, TranscriptStyle, dark_style, light_style

if TYPE_CHECKING:
    from collections.abc import Collection

    from chatdesk.ui.theme import Colors, Looks

TEXT_PX = 15  # at 100 %
COMPACT_LINE_HEIGHT = 1.4
COMPACT_GAPS = 0.65
_SELECTION_SHARE = {True: 0.38, False: 0.26}  # of the accent in the ground of selected text, by whether it is dark


def transcript_style(looks: Looks) -> TranscriptStyle:
    """Colours, sizes and distances that go with the rest of the window."""
    colors = looks.colors
    text_px = round(TEXT_PX * looks.text_percent / 100)
    style = dark_style(text_px) if colors.is_dark else light_style(text_px)
    style = replace(
        style,
        accent=QColor(colors.accent),
        selection=QColor(mixed(colors.window, colors.accent, _SELECTION_SHARE[colors.is_dark])),
        column_width=round(style.column_width * max(looks.text_percent, 100) / 100),
    )
    if looks.is_compact:
        style = replace(style, line_height=COMPACT_LINE_HEIGHT, gaps=COMPACT_GAPS)
    return _in_high_contrast(style, colors) if colors.has_high_contrast else style


def _in_high_contrast(style: TranscriptStyle, colors: Colors) -> TranscriptStyle:
    ground, tint = colors.window, colors.hover
    return replace(
        style,
        background=QColor(ground),
        text=QColor(colors.text),
        muted=QColor(colors.muted),
        border=QColor(colors.border),
        bubble=QColor(tint),
        code_background=QColor(tint),
        inline_code=QColor(tint),
        hover=QColor(tint),
        error=_strong(style.error, (ground, style.error_background.name())),
        code=CodeColors(**{kind.name: _strong(getattr(style.code, kind.name), (tint,)) for kind in fields(CodeColors)}),
    )


def _strong(ink: QColor, grounds: Collection[str]) -> QColor:
    return QColor(readable(ink.name(), grounds, HIGH_CONTRAST))
