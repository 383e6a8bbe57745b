"""Inline Markdown as spans of text. No Qt here, and no HTML: what looks like a tag is text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chatdesk.ui.transcript.markdown import parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

# Beyond this many opening brackets, finding the links among them takes longer than a frame.
MAX_BRACKETS = 500
LINK_SCHEMES = frozenset({"http", "https", "mailto"})

_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"'`\[\]{}|\\^，。；：！？、）】》」』”’]+")
_TRAILING = ".,;:!?*_~"


@dataclass(frozen=True, slots=True)
class Span:
    """Text that looks the same throughout. `href` is where it leads, or empty. A line break is a newline."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_struck: bool = False
    is_code: bool = False
    href: str = ""


def spans(text: str) -> tuple[Span, ...]:
    """The spans of inline Markdown `text`. Line breaks stay: models break the lines of poems and addresses."""
    if text.count("[") > MAX_BRACKETS:
        return (Span(text),)
    tokens: list[Token] = []
    parser().inline.parse(text, parser(), {}, tokens)
    return tuple(_merged(_linked(_read(tokens, Span("")))))


def plain(text: str) -> str:
    """`text` as it reads, without its marks."""
    return "".join(span.text for span in spans(text))


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
            case "text" | "text_special":
                yield replace(look, text=token.content)
            case "softbreak" | "hardbreak":
                yield replace(look, text="\n")
            case "code_inline":
                yield replace(look, text=token.content, is_code=True)
            case "strong_open" | "em_open" | "s_open" | "link_open":
                outer.append(look)
                look = _within(look, token)
            case "strong_close" | "em_close" | "s_close" | "link_close":
                look = outer.pop()
            case "image":
                yield _image(token, look)
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
            href = str(token.attrs.get("href", ""))
            return replace(look, href=href) if is_link(href) else look


def _image(token: Token, look: Span) -> Span:
    """An image is never loaded: its alternative text stands for it and leads to it."""
    source = str(token.attrs.get("src", ""))
    alternative = "".join(span.text for span in _read(token.children or [], Span("")))
    href = source if is_link(source) else look.href
    return replace(look, text=alternative or source, href=href)


def _linked(found: Iterator[Span]) -> Iterator[Span]:
    """Addresses that stand in the text become links."""
    for span in _merged(found):
        if span.href or span.is_code or "://" not in span.text:
            yield span
            continue
        start = 0
        for match in _BARE_ADDRESS.finditer(span.text):
            address = _trimmed(match[0])
            if not is_link(address):
                continue
            yield replace(span, text=span.text[start : match.start()])
            yield replace(span, text=address, href=address)
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
        if texts and not _look_alike(span, current):
            yield replace(current, text="".join(texts))
            texts.clear()
        if span.text:
            texts.append(span.text)
            current = span
    if texts:
        yield replace(current, text="".join(texts))


def _look_alike(one: Span, other: Span) -> bool:
    return (one.is_bold, one.is_italic, one.is_struck, one.is_code, one.href) == (
        other.is_bold,
        other.is_italic,
        other.is_struck,
        other.is_code,
        other.href,
    )
