"""Markdown of others on a page: what it looks like, and that none of it is run, loaded or opened."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QTextBlock,
    QTextBlockFormat,
    QTextFormat,
    QTextList,
    QTextListFormat,
)
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatdesk.ui import theme
from chatdesk.ui.markdown_page import MOST_INDENTS, STEP_PARAGRAPHS, MarkdownPage

HOSTILE = """\
<script>alert(1)</script>

<img src="http://127.0.0.1:9/a.png"> and ![seen](http://127.0.0.1:9/b.png) and ![](file:///etc/hosts)

[js](javascript:alert(1)) [file](file:///etc/passwd) [share](//host/share) [web](https://example.org/a)
"""

PIECES = [
    *"-*+>#|`~[]()!_$:\\",
    "\n",
    "\n\n",
    "  ",
    "    ",
    "1. ",
    "- ",
    "[ ] ",
    "[x] ",
    "[^a]: ",
    "<b>",
    "$$",
    "```",
    "| a |\n|---|\n",
]


@pytest.fixture
def page(qtbot: QtBot) -> MarkdownPage:
    page = MarkdownPage("page", "Page")
    qtbot.addWidget(page)
    return page


def write(page: MarkdownPage, markdown: str) -> None:
    page.show_sections([("Title", markdown)])


def paragraphs(page: MarkdownPage) -> list[str]:
    return page.toPlainText().split("\n")


def list_of(block: QTextBlock) -> QTextList | None:
    return block.textList()


def fragments(page: MarkdownPage) -> dict[str, QTextFormat]:
    found: dict[str, QTextFormat] = {}
    block = page.document().begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            found[iterator.fragment().text()] = iterator.fragment().charFormat()
            iterator += 1
        block = block.next()
    return found


def test_html_and_pictures_are_text_and_only_web_addresses_are_links(page: MarkdownPage) -> None:
    write(page, HOSTILE)
    text = page.toPlainText()
    assert "<script>alert(1)</script>" in text
    assert '<img src="http://127.0.0.1:9/a.png">' in text
    assert "\ufffc" not in text  # what stands for a picture
    links = {form.toCharFormat().anchorHref() for form in fragments(page).values()} - {""}
    assert links == {"http://127.0.0.1:9/a.png", "http://127.0.0.1:9/b.png", "https://example.org/a"}


def test_a_link_opens_in_the_browser_by_the_keyboard(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    page = MarkdownPage("page", "Page")
    qtbot.addWidget(page)
    write(page, "See https://example.org.")
    with qtbot.waitExposed(page):
        page.show()
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Tab)
    qtbot.keyClick(page, Qt.Key.Key_Return)
    assert opened == ["https://example.org"]
    assert page.toPlainText() == "Title\nSee https://example.org."


def test_lines_are_joined_and_code_keeps_its_own(page: MarkdownPage) -> None:
    write(page, "One\ntwo.\n\n```\na\n  b\n```\n| x | y |\n|---|---|\n| 1 | 2 |")
    assert paragraphs(page) == ["Title", "One two.", "a", "  b", "x | y", "1 | 2"]


def test_lists_have_their_labels_and_depths(page: MarkdownPage) -> None:
    write(page, "- a\n  1. b\n\n     c\n- d\n\n7. e")
    found = []
    block = page.document().begin().next()
    while block.isValid():
        of = list_of(block)
        style = None if of is None else of.format().style()
        depth = block.blockFormat().indent() + (0 if of is None else of.format().indent())
        found.append((block.text(), style, depth))
        block = block.next()
    disc, decimal = QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListDecimal
    assert found == [("a", disc, 1), ("b", decimal, 2), ("c", None, 2), ("d", disc, 1), ("e", decimal, 1)]


def test_a_title_is_no_markdown_and_what_stands_before_it_cannot_swallow_it(page: MarkdownPage) -> None:
    page.show_sections([("before", "before")])
    page.show_sections([("0.5.0 **new**", "```\nnever closed"), ("0.4.0", "- old")])
    assert paragraphs(page) == ["0.5.0 **new**", "never closed", "0.4.0", "old"]


def test_tasks_have_a_box_whatever_list_they_are_of(page: MarkdownPage) -> None:
    write(page, "- [ ] a\n\n1. [x] b\n2. c")
    block = page.document().begin().next()
    found = []
    while block.isValid():
        of = list_of(block)
        assert of is not None
        found.append((block.text(), block.blockFormat().marker(), of.format().style()))
        block = block.next()
    kind, style = QTextBlockFormat.MarkerType, QTextListFormat.Style
    assert found == [
        ("a", kind.Unchecked, style.ListDisc),
        ("b", kind.Checked, style.ListDisc),  # a number would be drawn across the box
        ("c", kind.NoMarker, style.ListDecimal),
    ]


@pytest.mark.parametrize(
    "notes",
    [
        "- a\n" * 2_500,
        "- " * 40 + "a\n",
        ("- - - - - - a\n" * 800)[:10_000],
        "a\n\n" * 3_000,
        "".join("  " * depth + "- a\n" for depth in range(80)),
    ],
)
def test_however_much_there_is_it_is_written_step_by_step_to_its_end(
    page: MarkdownPage, qtbot: QtBot, notes: str
) -> None:
    page.show_sections([("Title", notes), ("After", "- b\n- c")])
    counts = [page.document().blockCount()]
    while page.is_writing:
        QCoreApplication.processEvents()
        counts.append(page.document().blockCount())
    assert max(later - before for before, later in pairwise([1, *counts])) <= STEP_PARAGRAPHS
    assert page.toPlainText().count("a") == notes.count("a")
    assert paragraphs(page)[-3:] == ["After", "b", "c"]
    block = page.document().begin()
    while block.isValid():
        assert block.blockFormat().indent() <= MOST_INDENTS
        block = block.next()


def test_what_is_shown_next_takes_the_place_of_what_is_still_being_written(page: MarkdownPage) -> None:
    write(page, "a\n\n" * 3_000)
    assert page.is_writing
    write(page, "b")
    assert not page.is_writing
    assert paragraphs(page) == ["Title", "b"]


def test_links_are_of_the_ink_of_the_looks_that_are_worn(
    page: MarkdownPage, wear: Callable[[theme.Looks], None]
) -> None:
    wear(theme.Looks(theme.DARK))
    write(page, "See [there](https://example.org/).")
    wear(theme.Looks(theme.LIGHT))
    assert fragments(page)["there"].foreground().color() == QColor(theme.LIGHT.accent)


@pytest.fixture(scope="module")
def one_page(qapp: QApplication) -> MarkdownPage:
    del qapp
    return MarkdownPage("page", "Page")


@given(strategies.lists(strategies.sampled_from(PIECES) | strategies.text(max_size=6), max_size=20).map("".join))
@example("1. [x] done")
@example("999999999. a\n1000000000. b")
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_shown(one_page: MarkdownPage, markdown: str) -> None:
    one_page.show_sections([("Title", markdown), ("After", "")])
    assert paragraphs(one_page)[0] == "Title"
    assert paragraphs(one_page)[-1] == "After"
