import pytest

from chatdesk.ui.transcript.inline import Span, is_link, plain, spans


def test_looks_are_told_apart() -> None:
    assert spans("a **b *c*** ~~d~~ `e*f*`") == (
        Span("a "),
        Span("b ", is_bold=True),
        Span("c", is_bold=True, is_italic=True),
        Span(" "),
        Span("d", is_struck=True),
        Span(" "),
        Span("e*f*", is_code=True),
    )


@pytest.mark.parametrize("text", ["**注意：**请看", "这是**“重点”**的内容", "使用**Ctrl+C。**复制"])
def test_emphasis_works_where_words_are_not_spaced(text: str) -> None:
    assert any(span.is_bold for span in spans(text))
    assert "*" not in plain(text)


@pytest.mark.parametrize("text", ["2 * 3 * 4", "a * b", "snake_case_name", "** not bold **"])
def test_stars_that_mark_nothing_stay(text: str) -> None:
    assert spans(text) == (Span(text),)


def test_html_is_text() -> None:
    assert plain("<b>x</b> <img src=http://a/b> &lt;") == "<b>x</b> <img src=http://a/b> <"


def test_line_breaks_stay() -> None:
    assert plain("roses\nviolets  \nare") == "roses\nviolets\nare"


@pytest.mark.parametrize(
    ("text", "shown", "href"),
    [
        ("[a *b*](https://x.y/z)", "a b", "https://x.y/z"),
        ("<https://x.y>", "https://x.y", "https://x.y"),
        ("<me@x.org>", "me@x.org", "mailto:me@x.org"),
        ("![a cat](https://x.y/cat.png)", "a cat", "https://x.y/cat.png"),
        ("see https://x.y/a_(b)_c.", "see https://x.y/a_(b)_c.", "https://x.y/a_(b)_c"),
        ("见https://x.y/a，然后", "见https://x.y/a，然后", "https://x.y/a"),
    ],
)
def test_web_and_mail_addresses_are_links(text: str, shown: str, href: str) -> None:
    found = spans(text)
    assert "".join(span.text for span in found) == shown
    assert {span.href for span in found} - {""} == {href}


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](file:///etc/passwd)",
        "[x](data:text/html,hi)",
        "[x](other.md)",
        "![x](file:///a.png)",
        "`https://x.y`",
        "[x](https:)",
    ],
)
def test_nothing_else_is_a_link(text: str) -> None:
    assert not any(span.href for span in spans(text))


def test_definitions_make_links_and_footnotes() -> None:
    found = spans("[a *b*][C], [c] and d[^1], [^2]", (("C", "https://x.y"), ("^1", "")))
    assert [(span.text, span.href, span.is_note) for span in found] == [
        ("a ", "https://x.y", False),
        ("b", "https://x.y", False),
        (", ", "", False),
        ("c", "https://x.y", False),
        (" and d", "", False),
        ("[1]", "", True),
        (", [^2]", "", False),
    ]


def test_a_broken_address_is_no_link() -> None:
    assert not is_link("https://[::1")
    assert not is_link("mailto:")


def test_thousands_of_brackets_are_text() -> None:
    assert spans("[" * 5_000) == (Span("[" * 5_000),)
