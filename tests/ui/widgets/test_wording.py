import pytest

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.ui.wording import error_words, joined_sentences, language_words, plain_tool_tip, size_words


@pytest.mark.parametrize(
    ("size_bytes", "words"), [(0, "0 bytes"), (98_362_432, "98 MB"), (4_100_000_000, "4.1 GB"), (40 * 10**9, "40.0 GB")]
)
def test_sizes_are_decimal(size_bytes: int, words: str) -> None:
    assert size_words(size_bytes) == words


def test_bytes_in_errors_are_worded_as_sizes() -> None:
    params = {"model": "Big", "needed": 11_000_000_000, "free": 6_200_000_000}
    detail = ErrorDetail(ErrorCode.MODEL_TOO_LARGE, params)
    assert error_words(detail).startswith("“Big” needs about 11.0 GB of memory, and 6.2 GB are free.")
    assert detail.english.startswith("“Big” needs about 11,000 MB of memory, and 6,200 MB are free.")


@pytest.mark.parametrize(("count", "words"), [(1, "1 earlier message of this chat is"), (2, "2 earlier messages of")])
def test_an_error_counts_one_message_as_one(count: int, words: str) -> None:
    detail = ErrorDetail(ErrorCode.MESSAGES_LEFT_OUT, {"count": count})
    assert words in error_words(detail)
    assert words in detail.english


def test_what_a_file_or_a_server_put_into_an_error_stays_in_its_line_and_direction() -> None:
    words = error_words(ErrorDetail(ErrorCode.MODEL_EMPTY, {"model": "a\n\x1b[31mb\u202ec"}))
    assert words.startswith("“a [31mbc” is empty.")


def test_a_tool_tip_keeps_its_lines_and_is_no_html() -> None:
    assert plain_tool_tip("<i>one</i>\ntwo") == "<qt>&lt;i&gt;one&lt;/i&gt;<br>two</qt>"


def test_languages_have_names_even_those_that_no_translator_met() -> None:
    assert [language_words(code) for code in ("en", "zh", "eo")] == ["English", "Chinese", "Esperanto"]


def test_sentences_have_no_space_between_them_where_the_language_has_none() -> None:
    assert joined_sentences(("One.", "", "Two.")) == "One. Two."
    assert joined_sentences(("一。", "二。")) == "一。二。"
