import pytest

from chatdesk.core.replays import same_beginning, word_at


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("the cat sat", 4, "cat"),
        ("the cat sat", 6, "cat"),
        ("the cat sat", 7, "sat"),  # between two words: the one that comes
        ("the cat", 7, ""),  # the text ends there
        ("", 0, ""),
        ("从前有一只猫", 3, "从前有一只猫"),
        ("x" * 200, 100, "x" * 40),
    ],
)
def test_the_word_at_a_place(text: str, place: int, word: str) -> None:
    assert word_at(text, place) == word


@pytest.mark.parametrize(
    ("one", "other", "length"), [("", "", 0), ("abc", "abc", 3), ("abc", "abd", 2), ("ab", "abc", 2), ("x", "y", 0)]
)
def test_the_beginning_that_two_texts_share(one: str, other: str, length: int) -> None:
    assert same_beginning(one, other) == length
