"""Inline Markdown as spans of text. No Qt here, and no HTML: what looks like a tag is text."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chatdesk.ui.transcript.definitions import MAX_BRACKETS, NOTE_MARK
from chatdesk.ui.transcript.markdown import parser
from chatdesk.ui.transcript.segments import SegmentKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from chatdesk.ui.transcript.segments import Segment

LINK_SCHEMES = frozenset({"http", "https", "mailto"})

# A text with more marks of emphasis and code is shown as it is: pairing them would take longer than a frame.
MAX_MARKS = 1_500

_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"'`\[\]{}|\\^，。；：！？、）】》」』”’]+")
_TRAILING = ".,;:!?*_~"


@dataclass(frozen=True, slots=True)
class Span:
    """Text that looks the same throughout. A line break is a newline.

    `destination` is what a link names, whatever that is. `is_note` tells a reference to a footnote, `is_maths` a
    formula, of which `text` is the LaTeX with its marks.
    """

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_struck: bool = False
    is_code: bool = False
    destination: str = ""
    is_note: bool = False
    is_maths: bool = False

    @property
    def href(self) -> str:
        """Where the text leads when it is clicked, or an empty string: most destinations are not opened."""
        return self.destination if is_link(self.destination) else ""


# All but the text, in order. A text may have thousands of spans, and `replace` takes ten times as long.
_look_of = attrgetter(*(field.name for field in fields(Span) if field.name != "text"))


def spans(text: str, definitions: Sequence[tuple[str, str]] = ()) -> tuple[Span, ...]:
    """The spans of inline Markdown `text`. Line breaks stay: models break the lines of poems and addresses.

    `definitions` are those of the segment (see there).
    """
    if text.count("[") > MAX_BRACKETS or sum(map(text.count, "*_`~")) > MAX_MARKS:
        return (Span(text),)
    links = {label: {"href": address, "title": ""} for label, address in definitions if label[0] != NOTE_MARK}
    notes = {f":{label[1:]}": -1 for label, _ in definitions if label[0] == NOTE_MARK}
    tokens: list[Token] = []
    parser().inline.parse(text, parser(), {"references": links, "footnotes": {"refs": notes, "list": {}}}, tokens)
    return tuple(_merged(_linked(_read(tokens, Span("")))))


def segment_spans(segment: Segment) -> tuple[Span, ...]:
    """The spans of a paragraph or heading; HTML is one of plain text."""
    if segment.kind is SegmentKind.LITERAL:
        return (Span(segment.text),)
    return spans(segment.text, segment.definitions)


def plain(text: str, definitions: Sequence[tuple[str, str]] = ()) -> str:
    """`text` as it reads, without its marks."""
    return "".join(span.text for span in spans(text, definitions))


def is_link(href: str) -> bool:
    """Whether `href` may be opened: a web or mail address, and nothing that a reader cannot see through."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme.lower() in LINK_SCHEMES and bool(
        parts.path if parts.scheme.lower() == "mailto" else parts.netloc
    )


def _read(tokens: list[Token], look: Span) -> Iterator[Span]:
    outer: list[Span] = []
    for token in tokens:
        match token.type:
            case "text" | "text_special" | "html_inline":
                yield Span(token.content, *_look_of(look))
            case "softbreak" | "hardbreak":
                yield Span("\n", *_look_of(look))
            case "code_inline":
                yield replace(look, text=token.content, is_code=True)
            case "strong_open" | "em_open" | "s_open" | "link_open":
                outer.append(look)
                look = _within(look, token)
            case "strong_close" | "em_close" | "s_close" | "link_close":
                look = outer.pop()
            case "image":
                yield _image(token, look)
            case "maths_inline":
                yield replace(look, text=token.content, is_maths=True)
            case "footnote_ref":
                yield replace(look, text=f"[{token.meta['label']}]", is_note=True)
            case other:
                raise AssertionError(f"the parser is not set up to make {other!r}")


def _within(look: Span, token: Token) -> Span:
    match token.type:
        case "strong_open":
            return replace(look, is_bold=True)
        case "em_open":
            return replace(look, is_italic=True)
        case "s_open":
            return replace(look, is_struck=True)
        case _:
            return replace(look, destination=str(token.attrs.get("href", "")))


def _image(token: Token, look: Span) -> Span:
    """An image is never loaded: its alternative text stands for it and leads to it."""
    source = str(token.attrs.get("src", ""))
    alternative = "".join(span.text for span in _read(token.children or [], Span("")))
    return replace(look, text=alternative or source, destination=look.destination or source)


def _linked(found: Iterator[Span]) -> Iterator[Span]:
    """Addresses that stand in the text become links."""
    for span in _merged(found):
        if span.destination or span.is_code or span.is_maths or "://" not in span.text:
            yield span
            continue
        start = 0
        for match in _BARE_ADDRESS.finditer(span.text):
            address = _trimmed(match[0])
            if not is_link(address):
                continue
            yield replace(span, text=span.text[start : match.start()])
            yield replace(span, text=address, destination=address)
            start = match.start() + len(address)
        yield replace(span, text=span.text[start:])


def _trimmed(address: str) -> str:
    """`address` without the punctuation of the sentence around it."""
    address = address.rstrip(_TRAILING)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_TRAILING)
    return address


def _merged(found: Iterator[Span]) -> Iterator[Span]:
    """Neighbours that look alike as one span."""
    texts: list[str] = []
    current = Span("")
    for span in found:
        if texts and (span.is_maths or _look_of(span) != _look_of(current)):
            yield Span("".join(texts), *_look_of(current))
            texts.clear()
        if span.text:
            texts.append(span.text)
            current = span
    if texts:
        yield Span("".join(texts), *_look_of(current))
