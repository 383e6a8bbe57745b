"""A page as a PDF."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from chatdesk.core.exchange import HtmlPage
from chatdesk.ui.exchange.printing import document_of, pdf_of

LIST = "<ol><li>one</li><li>two</li></ol>"


def test_a_page_is_printed_from_another_thread(qtbot: QtBot) -> None:
    printed: list[bytes] = []
    page = HtmlPage("Huts", "p { color: #123456; }", tuple(f"<p>Hut {n}</p>" for n in range(200)))
    thread = threading.Thread(target=lambda: printed.append(pdf_of(page)))
    thread.start()
    qtbot.waitUntil(lambda: bool(printed), timeout=10_000)
    thread.join()
    assert printed[0].startswith(b"%PDF-")
    assert printed[0].rstrip().endswith(b"%%EOF")
    assert printed[0].count(b"/Type /Page\n") >= 4


@pytest.mark.usefixtures("qtbot")
def test_each_piece_keeps_its_own_looks() -> None:
    document = document_of(
        HtmlPage("", "p.grey { background: #eeeeee; }", (LIST, "<p>after</p>", '<p class="grey">g</p>'))
    )
    blocks = [document.findBlockByNumber(number) for number in range(document.blockCount())]
    by_text = {block.text().strip("\u200b"): block for block in blocks}
    assert by_text["two"].textList() is not None
    assert by_text["after"].textList() is None
    assert not by_text["after"].blockFormat().hasProperty(by_text["g"].blockFormat().Property.BackgroundBrush)
    assert by_text["g"].blockFormat().background().color().name() == "#eeeeee"


@pytest.mark.usefixtures("qtbot")
def test_nothing_is_read_from_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "style.css"
    secret.write_text("p { color: #ff0000; }", encoding="utf-8")
    document = document_of(HtmlPage("", "", ("<p>text</p>",)))
    found = document.resource(QTextDocument.ResourceType.StyleSheetResource, QUrl(secret.as_uri()))
    assert not found
    assert QTextDocument().resource(QTextDocument.ResourceType.StyleSheetResource, QUrl(secret.as_uri()))
