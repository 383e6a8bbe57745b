from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.search import MOST_TERMS, Matcher, SearchQuery, Term, fold, joined_text, parse_query, search_text

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
QUERY_LIKE = st.text(alphabet='ab 你好"“”:：in model before after2026-01*()^', max_size=40)


def found(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in Matcher(parse_query(query)).places(text)]


def test_words_an_exact_phrase_and_limits_are_told_apart() -> None:
    query = parse_query('tea "hot Water" in:"My kitchen" model:llama before:2026-02-01 after:2025 kett')
    assert query == SearchQuery(
        (Term(("tea",)), Term(("hot", "water")), Term(("kett",), is_prefix=True)),
        "My kitchen",
        "llama",
        date(2026, 2, 1),
        date(2025, 1, 1),
    )


def test_only_the_word_at_the_end_may_be_unfinished() -> None:
    assert parse_query("one two ").terms == (Term(("one",)), Term(("two",), is_prefix=True))
    assert parse_query('one "two"').terms == (Term(("one",)), Term(("two",)))
    assert parse_query("one model:x").terms == (Term(("one",)),)


@pytest.mark.parametrize("text", ["before:yesterday", "after:2026-13", "before:2026-02-30", "after:1", "before:"])
def test_an_operator_without_sense_is_searched_as_words(text: str) -> None:
    query = parse_query(text)
    assert (query.before, query.after) == (None, None)
    assert query.terms[0].words[0] in ("before", "after")


def test_chinese_punctuation_does_as_well() -> None:
    assert parse_query("model：“Qwen 3” “今天 天气”") == SearchQuery((Term(("今", "天", "天", "气")),), model="Qwen 3")


@pytest.mark.parametrize("text", ["", "   ", '"', '""', "!!! ???", "model:", "“”"])
def test_nothing_to_search_for(text: str) -> None:
    assert parse_query(text).terms in ((), (Term(("model",), is_prefix=True),))


@given(st.one_of(ANY_TEXT, QUERY_LIKE))
def test_anything_typed_is_a_query_of_words(text: str) -> None:
    query = parse_query(text)
    assert all(word.isalnum() for term in query.terms for word in term.words)
    matcher = Matcher(query)
    assert all(0 <= start < end <= len(text) for start, end in matcher.places(text))


@given(ANY_TEXT)
def test_folding_keeps_places_and_what_is_indexed_is_indexed_the_same_again(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
    assert search_text(search_text(text)).split() == search_text(text).split()


@given(ANY_TEXT)
def test_a_text_is_found_by_itself(text: str) -> None:
    words = " ".join(
        word for term in parse_query(text.replace(":", " ").replace("：", " ")).terms for word in term.words
    )
    assert Matcher(parse_query(f'"{words}"')).matches(text)


@pytest.mark.parametrize(("query", "text", "expected"), [
    ("cat", "A Cat, a CATALOGUE and a bobcat", ["Cat", "CAT"]),
    ('"cat"', "A Cat, a CATALOGUE", ["Cat"]),
    ("cafe", "Café, cafe\u0301, CAFÉS", ["Café", "cafe\u0301", "CAFÉ"]),
    ("天", "今天天气很好", ["天", "天"]),
    ("天气", "今天天气很好", ["天气"]),
    ("gpt", "用GPT写，ｇｐｔ", ["GPT", "ｇｐｔ"]),
    ('"gpt"', "用GPT写GPTs", ["GPT"]),
    ("学校", "학교 学校に行く", ["学校"]),
    ("학교", "오늘 학교에서 배웠다", ["학교"]),
    ("行っ", "学校に行った", ["行っ"]),
    ("snake_case", "a snake_case name, snake case", ["snake_case", "snake case"]),
    ("straße", "STRASSE Straße", ["Straße"]),
    ("ΣΊΣΥΦΟΣ", "σίσυφος", ["σίσυφος"]),
])  # fmt: skip
def test_words_are_found_as_they_are_written(query: str, text: str, expected: list[str]) -> None:
    assert found(query, text) == expected


def test_all_words_have_to_be_there() -> None:
    matcher = Matcher(parse_query("hot tea"))
    assert matcher.matches("Tea, while it is hot")
    assert not matcher.matches("hot water")


def test_a_snippet_is_one_line_around_the_first_word_found() -> None:
    text = "Begin.\n" + "filler words " * 30 + "\n\nthe   needle\nis here " + "more " * 60
    snippet = Matcher(parse_query("needle")).snippet(text)
    assert snippet.text.startswith("…words the needle")
    assert snippet.text.endswith("…")
    assert "\n" not in snippet.text
    assert "the needle is here" in snippet.text
    assert [snippet.text[start:end] for start, end in snippet.highlights] == ["needle"]


@given(ANY_TEXT, ANY_TEXT)
def test_a_snippet_fits_on_a_line_and_its_places_are_in_it(query: str, text: str) -> None:
    snippet = Matcher(parse_query(query)).snippet(text)
    assert len(snippet.text) <= 142
    assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.highlights)


def test_of_a_page_that_is_pasted_the_first_words_are_searched() -> None:
    page = " ".join(f"word{number} word{number}" for number in range(1000))
    assert parse_query(page).terms == tuple(Term((f"word{number}",)) for number in range(MOST_TERMS))


@pytest.mark.parametrize(("markdown", "words"), [
    ("a **bo**ld word\n\nand *others*", ["a", "bold", "word"]),
    ("see [the docs](https://example.org) first", ["see", "the", "docs", "first"]),
    ("安装 [Python](https://python.org)教程", ["安", "装", "python", "教", "程"]),
    ("**温度**控制`随机`性", []),  # whose characters are words already
    ("**bold**, `code` and 2*3 = 6", []),
    ("`a*b*c`", []),
])  # fmt: skip
def test_lines_that_read_as_other_words_than_are_written_go_into_the_index_as_well(
    markdown: str, words: list[str]
) -> None:
    assert [word for word in joined_text(markdown).split() if word.isalnum()] == words


@pytest.mark.parametrize(
    "markdown", ["a **bo**ld word", "a [bo](https://x.y)ld word", "a b&#111;ld word", "a bold word"]
)
def test_the_place_of_a_word_is_told_through_the_marks_in_it(markdown: str) -> None:
    place = Matcher(parse_query('"bold word"')).first_place(f"{'filler ' * 2000}\n\n{markdown}\n\n{'filler ' * 2000}")
    assert abs(place - 14_004) < 10
