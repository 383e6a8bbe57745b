"""A conversation as HTML: nothing in it can run or fetch, whatever was said."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.conversations import Conversation
from chatdesk.core.exchange import AttachedContent, PageWords, WholeConversation
from chatdesk.core.messages import Message, Part, PartKind, ReplyOrigin, Role
from chatdesk.core.sampling import SamplingParams
from chatdesk.exchange.html_page import html_file, html_page

ORIGIN = ReplyOrigin("Tiny <1>", "", SamplingParams(), "")
PICTURE = b"\x89PNG not really"
MARKS = [*"<>\"'&[]()!`\n=|*", "](", "javascript:", "script", "a", "https://x.example", "onload"]
SHA256 = hashlib.sha256(PICTURE).hexdigest()


class Tags(HTMLParser):
    """What elements a page has, and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(*parts: Part, role: Role = Role.ASSISTANT, title: str = "A talk", media_type: str = "image/png") -> str:
    message = Message("m", "c", None, role, parts, 1.8e9, origin=ORIGIN if role is Role.ASSISTANT else None)
    whole = WholeConversation(
        Conversation("c", title, 1.8e9, 1.8e9, "m"),
        (message,),
        attachments={SHA256: AttachedContent(SHA256, media_type, PICTURE)},
    )
    return html_file(html_page(whole, PageWords()))


def says(text: str, role: Role = Role.ASSISTANT) -> Tags:
    return Tags(page(Part(PartKind.TEXT, text), role=role))


def assert_harmless(tags: Tags) -> None:
    for tag, attributes in tags.found:
        assert tag not in {"script", "iframe", "object", "embed", "link", "form", "svg", "base", "video", "audio"}
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("src") or "data:").startswith("data:")
        address = (attributes.get("href") or "#").strip().lower()
        assert not address.startswith(("javascript:", "vbscript:", "file:", "data:text"))
    names = [tag for tag, _ in tags.found]
    assert (names.count("html"), names.count("body"), names.count("style"), names.count("title")) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![track](https://tracker.example/x.png)",
        "[click](javascript:alert(1))",
        "[a](<data:text/html,<script>alert(1)</script>>)",
        "</body></html><iframe src='https://x.example'>",
        '```html" onmouseover="alert(1)\n<b>\n```',
        "<!-- comment --> <style>body{display:none}</style>",
        "| <b> | </td><script> |\n|---|---|\n| x | y |",
        "[^1]\n\n[^1]: <script>alert(1)</script>",
    ],
)
def test_what_would_run_or_fetch_is_text(text: str) -> None:
    for role in Role:
        assert_harmless(says(text, role))


@given(st.lists(st.sampled_from(MARKS), max_size=40).map("".join))
def test_no_mixture_of_marks_gets_through(text: str) -> None:
    assert_harmless(says(text))
    assert_harmless(Tags(page(Part(PartKind.TOOL_CALL, text), Part(PartKind.REASONING, text), title=text)))


def test_markdown_is_drawn_code_is_coloured_and_maths_stays() -> None:
    tags = says("# Head\n\n```python\nreturn 1\n```\n\n| a |\n|---|\n| b |\n\n~~old~~ $x^2$")
    names = [tag for tag, _ in tags.found]
    assert {"h1", "pre", "code", "table", "s"} <= set(names)
    assert ("span", {"class": "k"}) in tags.found
    assert any("$x^2$" in text for text in tags.text)


def test_a_picture_from_elsewhere_is_a_link_by_its_description() -> None:
    tags = says("![A hut](https://example.org/hut.png)")
    assert "img" not in [tag for tag, _ in tags.found]
    assert ("a", {"href": "https://example.org/hut.png", "rel": "noopener noreferrer"}) in tags.found
    assert "A hut" in tags.text


def test_an_attached_picture_lies_in_the_page_and_another_file_is_named() -> None:
    part = Part(PartKind.ATTACHMENT, "", SHA256, {"name": 'hut".png'})
    data = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
    assert ("img", {"alt": 'hut".png', "src": data}) in Tags(page(part)).found
    tags = Tags(page(part, media_type="image/svg+xml"))
    assert "img" not in [tag for tag, _ in tags.found]
    assert 'Attachment: hut".png' in "".join(tags.text)


def test_it_says_who_speaks_and_forbids_what_it_does_not_need() -> None:
    tags = says("Hello")
    assert "Tiny <1>" in tags.text
    policy = next(attributes for tag, attributes in tags.found if attributes.get("http-equiv"))
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
