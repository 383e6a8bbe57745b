"""Markers are found, hidden and split at as promised, whatever surrounds them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatdesk.engine.markers import BREAK, Marker, Markers, without_reserved

THINK = Marker(7, "<think>", is_user_defined=True)
END = Marker(5, "<|end|>", strips_right=True)
LEFT = Marker(6, "<left>", strips_left=True)
LONGER = Marker(8, "<|end|>>")
MARKERS = Markers([THINK, END, LEFT, LONGER, Marker(9, "|x"), Marker(10, "x|"), Marker(11, "  "), Marker(12, "a")])


def test_partition_takes_the_longest_marker_and_keeps_the_rest() -> None:
    assert list(MARKERS.partition("a<|end|>>b<think>c")) == ["a", LONGER, "b", THINK, "c"]


def test_markers_swallow_white_space_on_the_side_they_say() -> None:
    assert list(MARKERS.partition("a \n<|end|> \n b<left>c \t<left> d")) == ["a \n", END, "b", LEFT, "c", LEFT, " d"]


def test_runs_of_space_and_single_letters_are_ordinary_text() -> None:
    assert list(MARKERS.partition("a  b")) == ["a  b"]
    assert MARKERS.hidden("a  b") == f"{BREAK}a  b{BREAK}"


def test_overlapping_markers_are_all_hidden() -> None:
    hidden = MARKERS.hidden("|x|")
    assert hidden == f"{BREAK}|{BREAK}x|{BREAK}".replace("x|", f"x{BREAK}|")
    assert [run for run in MARKERS.partition(hidden) if isinstance(run, Marker)] == []


def test_white_space_at_the_ends_can_still_be_trimmed_by_a_template() -> None:
    assert without_reserved(MARKERS.hidden(" \n text \n ").strip()) == "text"
    assert MARKERS.hidden("") == ""
    assert MARKERS.hidden(" \n") == " \n"


def test_literal_pieces_cut_only_what_llama_cpp_would_recognise() -> None:
    assert MARKERS.literal_pieces("a<think>b<|end|>") == ["a<", "think>b<|end|>"]


def test_a_user_defined_marker_does_not_hide_behind_a_longer_one() -> None:
    markers = Markers([Marker(1, "<|im_end|>"), Marker(2, "<|im", is_user_defined=True)])
    assert markers.literal_pieces("a<|im_end|>b<|im") == ["a<", "|im_end|>b<", "|im"]


def test_a_vocabulary_without_markers_finds_none() -> None:
    assert list(Markers([]).partition("<|end|>")) == ["<|end|>"]
    assert Markers([]).literal_pieces("<|end|>") == ["<|end|>"]


_FRAGMENTS = st.sampled_from(["<", "|", "end", ">", "<|end|>", "<think>", "x", "|x", " ", "\n", "<left", "a", "漢"])
_TEXTS = st.lists(_FRAGMENTS, max_size=12).map("".join)


@given(_TEXTS, _TEXTS, _TEXTS)
def test_hidden_text_never_makes_a_marker_not_even_with_its_neighbours(before: str, text: str, after: str) -> None:
    alone = [run for side in (before, after) for run in MARKERS.partition(side) if isinstance(run, Marker)]
    core_is_empty = not text.strip()
    whole = list(MARKERS.partition(before + MARKERS.hidden(text) + after))
    if not core_is_empty:
        assert [run for run in whole if isinstance(run, Marker)] == alone


@given(_TEXTS)
def test_hiding_changes_nothing_that_is_read(text: str) -> None:
    assert without_reserved(MARKERS.hidden(text)) == text
    assert "".join(MARKERS.literal_pieces(text)) == text
