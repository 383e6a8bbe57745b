import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.finding import TextFinder
from chatdesk.core.search import Matcher, parse_query

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(("wanted", "text", "expected"), [
    ("tea", "Tea, teapot and steam", ["Tea", "tea", "tea"]),
    ("hot  tea", "hot tea, hot\ntea", ["hot tea", "hot\ntea"]),
    ("cafe", "Café", ["Café"]),
    ("天气", "今天天气", ["天气"]),
    ("f(x) = a*", "so f(x) = a*b", ["f(x) = a*"]),
    ("aa", "aaaa", ["aa", "aa"]),
    ("", "text", []),
    ("   ", "text", []),
])  # fmt: skip
def test_a_text_is_found_wherever_it_stands(wanted: str, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in TextFinder(wanted).places(text)] == expected


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_what_is_there_is_found_and_not_passed_over(before: str, wanted: str, after: str) -> None:
    finder = TextFinder(wanted)
    text = before + wanted + after
    if wanted.strip():
        assert finder.places(text)
        assert finder.may_be_in(text)
    assert all(0 <= start < end <= len(text) for start, end in finder.places(text))


def test_markdown_between_words_passes_nothing_over() -> None:
    assert TextFinder("bold words").may_be_in("**bold** words")
    assert not TextFinder("bold words").may_be_in("**bold** letters")


@pytest.mark.parametrize("markdown", [
    "a **bo**ld word", "bo*l*d", "`bo`ld", "bo[ld](https://x.y/(a)b)", "[bo][ref]ld", "bo~~l~~d", "![bo](p.png)ld",
    "bo\\ld", "b&#111;ld", "bo`ld` in a [link](https://x.y)",
])  # fmt: skip
def test_marks_within_a_word_pass_nothing_over(markdown: str) -> None:
    assert TextFinder("bold").may_be_in(markdown)
    assert Matcher(parse_query("bold")).may_be_in(markdown)
