import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.markdown_marks import MOST_JOINED_CHARS, fenced, joined_lines, plain_words, without_inner_marks


@pytest.mark.parametrize(("markdown", "plain"), [
    ("a **bold** and *slanted* word", "a bold and slanted word"),
    ("**bo**ld ***both*** ~~old~~ __strong__ _soft_", "bold both old strong soft"),
    ("**bold with `code` and [a link](https://x.y/(z) 'title')**", "bold with code and a link"),
    ("![a picture](p.png)", "a picture"),
    ("`a * b * c` and ``x ` y``", "a * b * c and x ` y"),
    ("```python\nx = 2**3**4\n```\nend", "x = 2**3**4\n\nend"),
    ("## Title\n\n> quoted\n\n- item", "Title\n\nquoted\n\n- item"),
    ("| a | b |\n|---|:-:|\n| c | d |", "a | b\nc | d"),
    ("snake_case_name, 2 * 3 * 4, [0], f(x)", "snake_case_name, 2 * 3 * 4, [0], f(x)"),
    ("\\*not slanted\\*", "*not slanted*"),
    ("**open at the end", "**open at the end"),
    ("**温度**控制`随机`性", "温度控制随机性"),
])  # fmt: skip
def test_marks_go_and_words_stay(markdown: str, plain: str) -> None:
    assert plain_words(markdown) == plain


@given(st.text(st.sampled_from("ab *_`~[]()!|>#-\\\n&;"), max_size=60))
def test_no_letter_is_lost_but_those_of_addresses_and_languages(markdown: str) -> None:
    letters = [character for character in markdown if character in "ab"]
    kept = [character for character in plain_words(markdown) if character in "ab"]
    if "](" not in markdown and "```" not in markdown and "~~~" not in markdown:
        assert kept == letters


@pytest.mark.parametrize("piece", ["*a", "[", "](", "`", "**a ", "_", "a](b", "~~~\n", "| ", "![", "\\"])
def test_time_grows_with_the_text_and_not_faster(piece: str) -> None:
    started = time.perf_counter()
    plain_words(piece * (20_000 // len(piece)))
    without_inner_marks(piece * (20_000 // len(piece)))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(("markdown", "lines"), [
    ("first\na **bo**ld word\nlast", ["a bold word"]),
    ("see [the docs](https://x.y/(z)) first", ["see the docs first"]),
    ("`List`s and `a*b*c`", ["Lists and a*b*c"]),
    ("**bold** and `code` and *slanted*", []),
    ("```python\nx = a*b*c\n```\na~~b~~c", ["abc"]),
    ("  - item\n\n    ~~~~\n    x = a*b*c\n    ~~~\n    y = a*b*c\n    ~~~~\n", []),
    ("```\nx = a*b*c", []),
    ("```a*b*c``` is code", ["a*b*c is code"]),
])  # fmt: skip
def test_lines_with_marks_within_words_are_told_from_others_and_from_code(markdown: str, lines: list[str]) -> None:
    assert [plain for _, plain in joined_lines(markdown)] == lines


def test_of_a_very_long_text_only_so_many_marks_are_looked_for() -> None:
    started = time.perf_counter()
    assert sum(len(line) for line, _ in joined_lines("a**b *c ~~d\n" * 100_000)) <= MOST_JOINED_CHARS
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("run", ["`" * 500_000 + "x`\n", "`" * 500_000, "~" * 500_000])
def test_a_very_long_run_of_marks_that_fences_nothing_is_passed_over(run: str) -> None:
    started = time.perf_counter()
    assert [plain for _, plain in joined_lines(f"a~~b~~c\n{run}")][:1] == ["abc"]
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(("code", "language", "markdown"), [
    ("x", "", "```\nx\n```"),
    ("a ` b", "python", "```python\na ` b\n```"),
    ("```\nx\n````", "", "`````\n```\nx\n````\n`````"),
])  # fmt: skip
def test_code_is_fenced_by_more_backticks_than_it_holds(code: str, language: str, markdown: str) -> None:
    assert fenced(code, language) == markdown
