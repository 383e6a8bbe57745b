"""A repo's card (its README) as plain text: what a person reads, and nothing that could run or be fetched."""

from __future__ import annotations

import html
import re

from chatdesk.core.untrusted_text import several_lines

MOST_CHARS = 40_000
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# Bounded, so that text made of brackets alone costs no more than other text.
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\](?:\([^()\s]{0,2000}[^()\n]{0,200}\)|\[[^\[\]\n]{0,200}\])")
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]\(([^()\s]{0,2000})[^()\n]{0,200}\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]{0,30})(?:[\s/][^<>]{0,5000})?>")
_BREAKING = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "hr"})
# What is never shown, from where it begins to where it ends.
_UNREAD = tuple(
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE))
    for opening, closing in (
        ("<!--", "-->"),
        *((rf"<{name}(?:[\s/][^<>]{{0,5000}})?>", rf"</{name}\s*>") for name in ("script", "style", "svg")),
    )
)
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


def plain_card(untrusted_markdown: str) -> str:
    """The card without front matter, HTML, pictures and addresses of links; code blocks as they are."""
    text = several_lines(without_front_matter(untrusted_markdown.removeprefix("\ufeff")), MOST_CHARS)
    pieces: list[str] = []
    prose: list[str] = []
    fence = ""  # the one that opened the code block
    for line in text.split("\n"):
        found = _FENCE.match(line)
        is_code = bool(fence)
        if fence and found and found[1].startswith(fence) and not line[found.end() :].strip():
            fence = ""
        elif not fence and found:
            fence = found[1]
            is_code = True
        if is_code:
            if prose:
                pieces.append(_plain_prose("\n".join(prose)))
                prose = []
            pieces.append(line)
        else:
            prose.append(line)
    pieces.append(_plain_prose("\n".join(prose)))
    # Again, for what HTML had spelled as `&#27;`.
    return several_lines(_EMPTY_LINES.sub("\n\n", "\n".join(pieces)), 2 * MOST_CHARS)


def without_front_matter(text: str) -> str:
    """`text` without the YAML that the Hub keeps between two lines of `---` at the top."""
    lines = text.lstrip().split("\n")
    if lines[0].rstrip() != "---":
        return text
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), None)
    return text if end is None else "\n".join(lines[end + 1 :])


def _plain_prose(markdown: str) -> str:
    text = markdown
    for opening, closing in _UNREAD:
        text = _without_between(text, opening, closing)
    text = _IMAGE.sub("", text)
    text = _LINK.sub(lambda found: found[1], text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _TAG.sub(lambda found: "\n" if found[1].lower() in _BREAKING else "", text)
    # Last: what was written as text stays text, and what it turns into is never read as HTML.
    return html.unescape(text)


def _without_between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """`text` without what stands from each `opening` to the next `closing`, or to the end if there is none."""
    kept: list[str] = []
    position = 0
    while (start := opening.search(text, position)) is not None:
        kept.append(text[position : start.start()])
        end = closing.search(text, start.end())
        if end is None:
            return "".join(kept)
        position = end.end()
    return "".join((*kept, text[position:]))
