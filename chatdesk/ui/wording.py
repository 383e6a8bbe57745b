"""Errors, states and figures in the words of the window's language."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from chatdesk.core.errors import ENGLISH

if TYPE_CHECKING:
    from chatdesk.core.errors import ErrorDetail


def error_words(detail: ErrorDetail) -> str:
    """The sentence and the next step."""
    locale = QLocale()
    params = {name: locale.toString(value) if type(value) is int else value for name, value in detail.params.items()}
    sentences = [QCoreApplication.translate("Errors", text) for text in ENGLISH[detail.code] if text]
    try:
        return " ".join(sentence.format(**params) for sentence in sentences)
    except KeyError:
        # A row of an older version may lack a parameter; English shows the gap by its name.
        return detail.english


def size_words(size_bytes: int) -> str:
    """`92 MB`, `4.1 GB`: decimal units, as shops and systems write them."""
    return QLocale().formattedDataSize(
        size_bytes, 1 if size_bytes >= 10**9 else 0, QLocale.DataSizeFormat.DataSizeSIFormat
    )


def plain_tool_tip(text: str) -> str:
    """`text` as a tool tip that Qt does not take for HTML, whatever it holds."""
    return f"<qt>{html.escape(text)}</qt>"
