import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.conversations import TITLE_LENGTH
from chatdesk.core.titles import asks_for_titles, title_of
from chatdesk.core.untrusted_text import is_unwanted


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A walk to the hut", "A walk to the hut"),
        ('"A walk to the hut."', "A walk to the hut"),
        ("**Title:** A walk", "A walk"),
        ("Title: “A walk”", "A walk"),
        ("Chat title: A walk", "A walk"),
        ("标题：《去小屋的路》", "去小屋的路"),
        ("# A walk\n\nThis title tells of a walk.", "A walk"),
        ("Here is a title:\n\n- A walk", "A walk"),
        ("<think>The user walks.\nSo:</think>\n\nA walk", "A walk"),
        ("<think>The user walks and walks", ""),
        ("  A\t walk \u2028 to", "A walk"),
        ("Why is 2 + 2 = 4?", "Why is 2 + 2 = 4?"),
        ("The title: a history of names", "a history of names"),
        ("Titles in the nobility", "Titles in the nobility"),
        ("Rust's borrow checker", "Rust's borrow checker"),
        ("", ""),
        ("***", ""),
        ("\x00\x07", ""),
        ("very " * 20 + "long", ""),
        ("Sure! Here is one:", ""),
    ],
)
def test_a_title_is_one_line_of_plain_words(written: str, title: str) -> None:
    assert title_of(written) == title


@given(st.text())
def test_whatever_a_model_writes_a_title_is_short_and_on_one_line(written: str) -> None:
    title = title_of(written)
    assert len(title) <= TITLE_LENGTH
    assert title == title.strip()
    assert not any(map(is_unwanted, title))


@pytest.mark.parametrize(
    ("setting", "n_params", "asks"),
    [(None, 135_000_000, False), (None, 4_000_000_000, True), (True, 135_000_000, True), (False, 10**10, False)],
)
def test_small_models_write_titles_only_when_they_are_told_to(setting: bool | None, n_params: int, asks: bool) -> None:
    assert asks_for_titles(setting, n_params) is asks
