"""Rich text from the clipboard as Markdown.

Qt reads the HTML, its styles included, so that bold by style sheet is bold too; nothing that it refers to is loaded.
Qt's own Markdown is not used: it doubles the lines of code, breaks lines at 80 columns and runs emphasis together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QFont, QTextBlock, QTextDocument, QTextFormat, QTextFrame, QTextListFormat, QTextTable

from chatdesk.core.markdown_marks import fenced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Reading holds up the window. A tag takes up to a fortieth of a millisecond; one that stands in many others takes more,
# and what is between them next to nothing. Each character of a style sheet is held against each tag.
MOST_TAGS = 1_500
MOST_HTML_CHARS = 200_000
MOST_DEPTH = 100
MOST_CELLS = 4_000  # of all tables together: a cell may span any number of them
MOST_STYLINGS = 2_000_000
MOST_LEVELS = 12  # of lists and quotes, in what is written: each level indents every line
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
# What has no end, or may be left without one, and does not stand in its like.
_FLAT = frozenset(
    {"area", "base", "body", "br", "col", "colgroup", "dd", "dt", "head", "hr", "html", "img", "input", "li", "link"}
    | {"meta", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
_ROW = re.compile(r"<tr\b", re.IGNORECASE)
# What may be left without an end goes on to the end of all: looked for again and again, it would take minutes.
_ROW_SPAN = re.compile(r"rowspan\s*=[\s\"']*(\d{1,6})", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b(?:[^<>]*colspan\s*=[\s\"']*(\d{1,6}))?", re.IGNORECASE)
_STYLE = re.compile(r"(<style\b[^>]*(?:>|\Z))(.*?)(?=</style|\Z)", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
# What is looked at below, and the margins that tell a line from a paragraph.
_TELLING = re.compile(
    r"(?:^|;)\s*((?:font|font-(?:weight|style|family)|text-decoration|white-space|margin(?:-top|-bottom)?)\s*:[^;]*)",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"""<img\b(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>?""", re.IGNORECASE)
_COMBINED = re.compile(r"[^\s,][\s>+~]+[^\s,]")
_MARKS = re.compile(r"<(?:b|strong|i|em|h[1-6]|[ou]l|table|blockquote|a)\b", re.IGNORECASE)
_FIXED = re.compile(r"mono|courier|consolas|menlo|monaco", re.IGNORECASE)
# Qt looks for the language where Markdown renderers do not put it.
_LANGUAGE = re.compile(r"""<pre[^<>]*>\s*(?=<code[^<>]*class=["'][^"'<>]*(language-[\w+#-]+))""", re.IGNORECASE)
_OPENS_EMPHASIS = re.compile(r"(?<![\w\\*_])([*_])(?=[^\s*_])")
_TICKS = re.compile("`+")
_ANY_SPACE = re.compile(r"\s+")
_NUMBERED = {
    QTextListFormat.Style.ListDecimal,
    QTextListFormat.Style.ListLowerAlpha,
    QTextListFormat.Style.ListUpperAlpha,
}
_OBJECT = "\ufffc"  # stands for a picture
_LINE = "\u2028"


def as_markdown(untrusted_html: str) -> str | None:
    """The Markdown of rich text; None where there is nothing to mark, so that its plain text says it all."""
    html = _bounded(untrusted_html)
    if not html:
        return None
    document = _Document()
    document.setHtml(_LANGUAGE.sub(r"<pre class='\1'>", html))
    pieces = list(_without_blanks(_pieces(document.rootFrame())))
    if not any(piece.is_marked for piece in pieces) or all(piece.kind == "code" for piece in pieces):
        return None
    return _joined(pieces)


def is_marked_at_length(untrusted_html: str) -> bool:
    """Whether there probably is something to mark, and too much text around it for `as_markdown`."""
    return _bounded(untrusted_html) is None and _MARKS.search(untrusted_html) is not None


def _bounded(untrusted_html: str) -> str | None:
    """The HTML without what does not matter; None where reading it would hold up the window all the same."""
    if len(untrusted_html) > MOST_HTML_CHARS:
        return None
    tags = depth = 0
    for closing, name in _TAG.findall(untrusted_html):
        tags += not closing
        if name.lower() not in _FLAT:
            depth = max(depth - 1, 0) if closing else depth + 1
        if tags > MOST_TAGS or depth > MOST_DEPTH:
            return None
    rules = [rule for found in _STYLE.finditer(untrusted_html) for rule in _simple_rules(found[2])]
    if tags * sum(map(len, rules)) > MOST_STYLINGS or _cells(untrusted_html) > MOST_CELLS:
        return None
    html = _PICTURE.sub("", _STYLE.sub("<style>", untrusted_html))
    return f"<style>{''.join(rules)}</style>{html}" if rules else html


def _cells(untrusted_html: str) -> int:
    """How many cells tables have together, or more: all rows are taken to be as wide as the widest."""
    rows = _ROW.split(untrusted_html)[1:]
    heights = (max(map(int, _ROW_SPAN.findall(row)), default=1) for row in rows)
    widths = (sum(int(span or 1) for span in _CELL.findall(row)) for row in rows)
    return sum(heights) * max(widths, default=0)


def _simple_rules(untrusted_css: str) -> Iterator[str]:
    """What matters of the rules that look at one tag: Qt tries every way in which a chain of tags may fit."""
    for rule in _COMMENT.sub("", untrusted_css).split("}"):
        selectors, _, declarations = rule.rpartition("{")
        telling = ";".join(_TELLING.findall(declarations))
        if telling and selectors and not _COMBINED.search(selectors.strip()):
            yield f"{selectors}{{{telling}}}"


class _Document(QTextDocument):
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        del kind, name
        return None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block of the document. Those of one `kind` that follow each other and are close make one paragraph."""

    kind: str
    text: str
    prefix: str = ""  # before each line
    is_close: bool = False
    is_apart: bool = False  # an empty line stands before it
    is_marked: bool = False
    language: str = ""


def _without_blanks(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """The pieces that say something. An empty line keeps those around it apart; in code it is a line."""
    is_apart = False
    for piece in pieces:
        if piece.text.strip() or piece.kind == "code":
            yield replace(piece, is_apart=is_apart)
            is_apart = False
        else:
            is_apart = True


def _pieces(frame: QTextFrame) -> Iterator[_Piece]:
    place = frame.begin()
    while not place.atEnd():
        inner = place.currentFrame()
        if isinstance(inner, QTextTable):
            yield _table(inner)
        elif inner is not None:
            yield from _pieces(inner)
        elif (block := place.currentBlock()).isValid():
            yield _piece(block)
        place += 1


def _piece(block: QTextBlock) -> _Piece:
    kind = block.blockFormat()
    quote = "> " * min(_number(kind, QTextFormat.Property.BlockQuoteLevel), MOST_LEVELS)
    if kind.nonBreakableLines() or kind.hasProperty(QTextFormat.Property.BlockCodeFence):
        language = kind.property(QTextFormat.Property.BlockCodeLanguage)
        text = block.text().replace(_LINE, "\n").replace("\xa0", " ")
        return _Piece("code", text, quote, is_marked=True, language=language if isinstance(language, str) else "")
    if level := kind.headingLevel():
        return _Piece("heading", "#" * level + " " + _inline(block, is_heading=True)[0], quote, is_marked=True)
    text, is_marked = _inline(block)
    if (items := block.textList()) is not None:
        style = items.format()
        indent = "    " * min(max(style.indent() - 1, 0), MOST_LEVELS)
        number = items.itemNumber(block) + style.start() if style.style() in _NUMBERED else 0
        mark = f"{number}." if number else "-"
        return _Piece("item", f"{indent}{mark} {text}", quote, is_close=True, is_marked=True)
    is_close = kind.topMargin() <= 0 and kind.bottomMargin() <= 0
    return _Piece("text", text, quote, is_close=is_close, is_marked=is_marked or bool(quote))


def _number(kind: QTextFormat, name: QTextFormat.Property) -> int:
    return kind.intProperty(name) if kind.hasProperty(name) else 0


def _table(table: QTextTable) -> _Piece:
    rows = [
        [_cell(table, row, column).replace("|", "\\|") for column in range(table.columns())]
        for row in range(table.rows())
    ]
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    lines.insert(1, "|" + " --- |" * table.columns())
    return _Piece("table", "\n".join(lines), is_marked=True)


def _cell(table: QTextTable, row: int, column: int) -> str:
    cell = table.cellAt(row, column)
    if (cell.row(), cell.column()) != (row, column):  # a part of a cell that spans several
        return ""
    texts = []
    block = cell.firstCursorPosition().block()
    last = cell.lastCursorPosition().block()
    while block.isValid():
        texts.append(_inline(block, is_heading=row == 0)[0])
        if block == last:
            break
        block = block.next()
    return _ANY_SPACE.sub(" ", " ".join(texts)).strip()


def _inline(block: QTextBlock, *, is_heading: bool = False) -> tuple[str, bool]:
    """The text of a block with its marks, and whether it has any. Headings are bold as they are."""
    runs = [run for run in _runs(block, is_heading=is_heading) if run[1]]
    marked = "".join(
        _marked("".join(text for _, text in group), marks) for marks, group in groupby(runs, key=lambda run: run[0])
    )
    return marked.strip(), any(marks != ("", "") for marks, _ in runs)


def _runs(block: QTextBlock, *, is_heading: bool) -> Iterator[tuple[tuple[str, str], str]]:
    """Pieces of text, each with its marks and the address it leads to."""
    place = block.begin()
    while not place.atEnd():
        fragment = place.fragment()
        form = fragment.charFormat()
        text = fragment.text().replace(_OBJECT, "").replace(_LINE, "\n").replace("\xa0", " ")
        families = form.fontFamilies() or []
        if form.fontFixedPitch() or any(_FIXED.search(family) for family in families):
            marks = "`"
        else:
            is_bold = form.fontWeight() >= QFont.Weight.DemiBold and not is_heading
            marks = (
                ("~~" if form.fontStrikeOut() else "") + ("**" if is_bold else "") + ("*" if form.fontItalic() else "")
            )
        scheme = QUrl(form.anchorHref()).scheme().lower()
        address = form.anchorHref() if form.isAnchor() and scheme in {"http", "https", "mailto"} else ""
        yield (marks, address), text
        place += 1


def _marked(text: str, marks: tuple[str, str]) -> str:
    """`text` inside its marks, with the white space at its ends outside of them."""
    inner = text.strip()
    if not inner:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    mark, address = marks
    if mark == "`":
        ticks = "`" * (1 + max((len(found) for found in _TICKS.findall(inner)), default=0))
        pad = " " if inner.startswith("`") or inner.endswith("`") else ""
        inner = f"{ticks}{pad}{inner}{pad}{ticks}"
    elif inner != address:
        inner = mark + _OPENS_EMPHASIS.sub(r"\\\1", inner) + mark[::-1]
    if address and inner != address:
        inner = f"[{inner}]({address.replace(' ', '%20').replace(')', '%29')})"
    return before + inner + after


def _joined(pieces: list[_Piece]) -> str:
    """The pieces with the lines between them that Markdown wants."""
    found: list[str] = []
    before: _Piece | None = None
    for is_code, group in groupby(pieces, key=lambda piece: piece.kind == "code"):
        for piece in [_fenced(list(group))] if is_code else group:
            if before is not None:
                found.append(_between(before, piece))
            found.append("\n".join(f"{piece.prefix}{line}".rstrip() for line in piece.text.split("\n")))
            before = piece
    return "".join(found)


def _between(before: _Piece, after: _Piece) -> str:
    if before.is_close and after.is_close and not after.is_apart and before.kind == after.kind:
        return "\n"
    return f"\n{after.prefix.rstrip()}\n" if before.prefix == after.prefix else "\n\n"


def _fenced(lines: list[_Piece]) -> _Piece:
    text = "\n".join(line.text for line in lines).strip("\n")
    return _Piece("fence", fenced(text, lines[0].language), lines[0].prefix)
