"""Text goes in and comes out whole, however long and strange it is."""

from __future__ import annotations

import pytest

from chatdesk.engine.vocabulary import PIECE_CHARS, _short_pieces


@pytest.mark.parametrize("text", [
    "", "a", "a" * 10_001, " " * 10_000, "word " * 5000, "汉字，" * 5000, "\n" * 9000, "one\n\ntwo  three " * 900,
], ids=repr)  # fmt: skip
def test_pieces_are_short_and_make_up_the_text(text: str) -> None:
    pieces = list(_short_pieces(text))
    assert "".join(pieces) == text
    assert all(len(piece) <= PIECE_CHARS for piece in pieces)


def test_text_with_words_is_cut_between_them() -> None:
    pieces = list(_short_pieces("some words " * 2000))
    assert len(pieces) > 3
    assert all(piece.startswith(" ") for piece in pieces[1:])
