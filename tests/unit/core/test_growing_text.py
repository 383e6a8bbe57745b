from chatdesk.core.growing_text import GrowingText


def test_pieces_become_one_text() -> None:
    text = GrowingText("Two")
    assert text.append(3, " hours") == " hours"
    assert text.append(9, " on foot") == " on foot"
    assert (str(text), len(text)) == ("Two hours on foot", 17)
    assert str(text) == "Two hours on foot"


def test_what_is_there_already_comes_in_no_second_time() -> None:
    text = GrowingText("Two hours")
    assert text.append(0, "Two") == ""
    assert text.append(4, "hours on foot") == " on foot"
    assert str(text) == "Two hours on foot"


def test_nothing_is_taken_behind_a_gap() -> None:
    text = GrowingText("Two")
    assert text.append(4, "hours") is None
    assert str(text) == "Two"
