"""What writes a conversation as a page to read, by format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from chatdesk.core.exchange import ExportFormat, WholeConversation
from chatdesk.exchange.html_page import html_file, html_page
from chatdesk.exchange.markdown_page import markdown_page

if TYPE_CHECKING:
    from chatdesk.core.exchange import HtmlPage, PageWords

Pages = Mapping[ExportFormat, Callable[[WholeConversation], bytes]]


def make_pages(words: Callable[[], PageWords], print_pdf: Callable[[HtmlPage], bytes] | None = None) -> Pages:
    """The writers of all formats but JSON, in `words`. Without `print_pdf` there is no PDF."""
    pages: dict[ExportFormat, Callable[[WholeConversation], bytes]] = {
        ExportFormat.MARKDOWN: lambda whole: markdown_page(whole, words()).encode(),
        ExportFormat.HTML: lambda whole: html_file(html_page(whole, words())).encode(),
    }
    if print_pdf is not None:
        pages[ExportFormat.PDF] = lambda whole: print_pdf(html_page(whole, words()))
    return pages
