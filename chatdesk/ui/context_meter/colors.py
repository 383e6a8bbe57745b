"""The colours of the map. No meaning is told by colour alone: the legend and the list say everything in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from chatdesk.ui.context_meter.spans import SpanKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.ui.colors import Colors


_LIGHT = {
    SpanKind.SYSTEM: "#6a6862",
    SpanKind.PINNED: "#c77a12",
    SpanKind.SUMMARY: "#23866a",
    SpanKind.READ: "#3f5bd9",
    SpanKind.UNREAD: "#9fb0f2",
    SpanKind.DRAFT: "#a05cc8",
    SpanKind.UNUSED: "#eceae4",
    SpanKind.RESERVED: "#b9b6ad",
}
_DARK = {
    SpanKind.SYSTEM: "#a09f9b",
    SpanKind.PINNED: "#e5a54b",
    SpanKind.SUMMARY: "#57bd97",
    SpanKind.READ: "#8ea2ff",
    SpanKind.UNREAD: "#4c5a9e",
    SpanKind.DRAFT: "#cf9bf0",
    SpanKind.UNUSED: "#36363b",
    SpanKind.RESERVED: "#6b6b73",
}


def span_colors(colors: Colors) -> Mapping[SpanKind, QColor]:
    """The colour of each kind of span beside the window's `colors`."""
    names = _DARK if colors.is_dark else _LIGHT
    return {kind: QColor(name) for kind, name in names.items()}
