from hypothesis import given
from hypothesis import strategies as st

from chatdesk.ui.transcript.reading_aloud import PAUSE_SECONDS, ReadingAloud


def test_whole_sentences_are_said_and_not_each_token() -> None:
    aloud = ReadingAloud()
    said = [aloud.piece("r", "Tea is a drink. It is hot. And"[:end], end / 10) for end in range(31)]
    assert [piece for piece in said if piece] == ["Tea is a drink."]
    assert aloud.piece("r", "Tea is a drink. It is hot. And", 10) == "It is hot."
    assert aloud.rest("r", "Tea is a drink. It is hot. And good.") == "And good."


def test_there_is_time_between_two_pieces() -> None:
    aloud = ReadingAloud()
    assert aloud.piece("r", "One. ", 0.0) == "One."
    assert aloud.piece("r", "One. Two. ", PAUSE_SECONDS - 0.1) == ""
    assert aloud.piece("r", "One. Two. ", PAUSE_SECONDS) == "Two."


def test_chinese_sentences_have_no_spaces() -> None:
    assert ReadingAloud().piece("r", "茶是饮料。它是热", 0.0) == "茶是饮料。"


def test_a_short_reply_is_said_at_its_end() -> None:
    aloud = ReadingAloud()
    assert not aloud.has_begun("r")
    assert aloud.rest("r", "Yes.") == "Yes."


@given(st.text("aB. 。\n!"), st.lists(st.integers(1, 9), max_size=30))
def test_every_word_is_said_once(text: str, steps: list[int]) -> None:
    aloud, said, end = ReadingAloud(), [], 0
    for now, step in enumerate(steps):
        end += step
        said.append(aloud.piece("r", text[:end], now * PAUSE_SECONDS))
    said.append(aloud.rest("r", text))
    assert "".join("".join(said).split()) == "".join(text.split())
