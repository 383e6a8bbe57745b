"""A conversation as a page to read: its active path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.exchange import ExportFormat
from chatdesk.exchange.markdown_page import markdown_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chatdesk.core.exchange import PageWords, WholeConversation


def make_pages(words: Callable[[], PageWords]) -> Mapping[ExportFormat, Callable[[WholeConversation], bytes]]:
    """What writes a page in each format, in `words`."""
    return {ExportFormat.MARKDOWN: lambda whole: markdown_page(whole, words()).encode()}
