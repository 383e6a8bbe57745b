"""HTML as a PDF, in a thread of its own: Qt lays documents out with timers, for which other threads have no clock.

Python is held up while Qt reads HTML, but not while it draws, so a page is read piece by piece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QMarginsF, QThread, QUrl
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextCursor, QTextDocument

if TYPE_CHECKING:
    from chatdesk.core.exchange import HtmlPage

MARGIN_MM = 18.0
FONT_POINTS = 10.5
_DPI = 300
_NOTHING = "&#8203;"  # a space of no width


def pdf_of(page: HtmlPage) -> bytes:
    """`page` on sheets of A4. May be called from any thread, which waits for it."""
    printer = _Printer(page)
    printer.start()
    printer.wait()
    if printer.problem is not None:
        raise printer.problem
    return printer.printed


class _Printer(QThread):
    def __init__(self, page: HtmlPage) -> None:
        super().__init__()
        self._page = page
        self.printed = b""
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            self.printed = _print(self._page)
        except Exception as error:  # noqa: BLE001 - the border of the thread: raised where it is waited for
            self.problem = error


def _print(page: HtmlPage) -> bytes:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setCreator("ChatDesk")
    writer.setTitle(page.title)
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    sheet = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(sheet, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter))
    document_of(page).print_(writer)
    del writer  # it writes the end of the file when it goes
    return bytes(buffer.data().data())


def document_of(page: HtmlPage) -> QTextDocument:
    """`page` as a document that fetches nothing."""
    document = _Document()
    font = QFont()
    font.setPointSizeF(FONT_POINTS)
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(page.style)
    cursor = QTextCursor(document)
    for piece in page.pieces:
        # Qt lets the first block of what is inserted melt into the last that is there, and keeps the looks of that.
        cursor.insertHtml(f"<p>{_NOTHING}</p>{piece}")
    return document


class _Document(QTextDocument):
    """Takes nothing from anywhere but what the page holds itself."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        url = QUrl(name)
        return super().loadResource(kind, url) if url.scheme() == "data" else QByteArray()
