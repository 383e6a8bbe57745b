"""How large a window is when it opens: larger with larger letters, and never larger than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase, QFontMetrics

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSplitter, QWidget

BESIDE = 80  # pixels of the screen that stay free


def set_first_size(window: QWidget, width: int, height: int) -> None:
    """Give `window` a size, in pixels with text of the usual size."""
    larger, room = _larger_letters(window), window.screen().availableSize()
    window.resize(
        min(round(width * larger), room.width() - BESIDE), min(round(height * larger), room.height() - BESIDE)
    )


def set_first_list_width(splitter: QSplitter, list_width: int, page_width: int) -> None:
    """Give the list beside a page a width, in pixels with text of the usual size; at most as much as the page has."""
    whole = list_width + page_width
    wide = min(round(list_width * _larger_letters(splitter)), whole // 2)
    splitter.setSizes([wide, whole - wide])


def _larger_letters(widget: QWidget) -> float:
    usual = QFontMetrics(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).height()
    return max(widget.fontMetrics().height() / usual, 1.0)
