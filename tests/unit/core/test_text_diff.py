"""What differs is marked, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.text_diff import MOST_PAIRS, text_diff


def marked(left: str, right: str) -> tuple[str, str]:
    """Both texts with what differs in brackets."""
    diff = text_diff(left, right)

    def mark(text: str, spans: tuple[tuple[int, int], ...]) -> str:
        for start, end in reversed(spans):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
        return text

    return mark(left, diff.left), mark(right, diff.right)


@pytest.mark.parametrize(("left", "right", "expected"), [
    ("the same", "the same", ("the same", "the same")),
    ("", "", ("", "")),
    ("", "new", ("[]", "[new]")),
    ("two hours on foot", "two days on foot", ("two [hours] on foot", "two [days] on foot")),
    ("a b", "a c b", ("a []b", "a [c ]b")),
    ("one\ntwo\nthree", "one\ntwo!\nthree", ("one\ntwo[]\nthree", "one\ntwo[!]\nthree")),
    ("我走两小时", "我走三小时", ("我走[两]小时", "我走[三]小时")),
    ("x = 1\ny = 2\n", "y = 2\n", ("[x = 1\n]y = 2\n", "[]y = 2\n")),
])  # fmt: skip
def test_words_that_differ_are_marked(left: str, right: str, expected: tuple[str, str]) -> None:
    assert marked(left, right) == expected


def test_very_long_passages_differ_as_a_whole() -> None:
    count = int(MOST_PAIRS**0.5) + 1
    left, right = "a " * count, "b " * count
    assert text_diff(left, right).left == ((0, len(left)),)


TEXTS = st.text(alphabet="ab \n，字.", max_size=40)


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_on_both_sides(left: str, right: str) -> None:
    diff = text_diff(left, right)
    assert len(diff.left) == len(diff.right)

    def unmarked(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
        edges = [0, *(edge for span in spans for edge in span), len(text)]
        assert edges == sorted(edges)
        return [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]

    assert unmarked(left, diff.left) == unmarked(right, diff.right)
    assert all(left[slice(*ours)] != right[slice(*theirs)] for ours, theirs in zip(diff.left, diff.right, strict=True))
