import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.conversations import leaf_below, path_to, siblings_of, title_from
from chatdesk.core.messages import Message, ReplyFigures, ReplyStatus, Role, clean_text, text_parts


def message(message_id: str, parent_id: str | None, role: Role = Role.USER, created_at: float = 0.0) -> Message:
    return Message(message_id, "c", parent_id, role, text_parts(message_id), created_at)


@pytest.mark.parametrize(
    ("untrusted", "clean"),
    [
        ("  hello \n", "hello"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("   \n\t ", ""),
        ("\0\0\0", ""),
        ("\ud800\udfff", ""),
        ("a\0b\x1b[31m", "ab[31m"),
        ("tab\there", "tab\there"),
        ("你是谁？", "你是谁？"),
        ("e" + "\u0301" * 10_000, "e" + "\u0301" * 10_000),
    ],
)
def test_clean_text_keeps_what_was_meant_and_drops_what_cannot_be_stored(untrusted: str, clean: str) -> None:
    assert clean_text(untrusted) == clean


@given(st.text(st.characters()))
def test_clean_text_can_always_be_encoded_and_is_clean_already(untrusted: str) -> None:
    clean = clean_text(untrusted)
    assert clean.encode() is not None
    assert clean_text(clean) == clean


def test_speed_needs_two_tokens_and_some_time() -> None:
    assert ReplyFigures(reply_tokens=1, generation_seconds=1.0).tokens_per_second is None
    assert ReplyFigures(reply_tokens=5, generation_seconds=0.0).tokens_per_second is None
    assert ReplyFigures(reply_tokens=5, generation_seconds=2.0).tokens_per_second == 2.0


def test_only_waiting_and_streaming_are_not_final() -> None:
    assert {status for status in ReplyStatus if not status.is_final} == {ReplyStatus.WAITING, ReplyStatus.STREAMING}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Who are you?", "Who are you?"),
        ("\n\n  First   line \nsecond", "First line"),
        ("你" * 100, "你" * 60 + "…"),
        ("word " * 30, "word word word word word word word word word word word word…"),
        ("x" * 100, "x" * 60 + "…"),
        ("", ""),
    ],
)
def test_a_title_is_the_first_line_cut_at_a_word(text: str, title: str) -> None:
    assert title_from(text) == title


def test_the_path_runs_from_the_root_to_the_leaf() -> None:
    tree = [message("a", None), message("b", "a"), message("c", "b"), message("d", "b")]
    assert [node.id for node in path_to("d", tree)] == ["a", "b", "d"]
    assert path_to(None, tree) == ()


def test_a_circle_of_parents_ends_the_path() -> None:
    assert [node.id for node in path_to("a", [message("a", "b"), message("b", "a")])] == ["b", "a"]


def test_versions_hang_on_one_parent_and_lead_to_their_newest_end() -> None:
    tree = [
        message("u", None),
        message("r1", "u", Role.ASSISTANT, 1),
        message("r2", "u", Role.ASSISTANT, 2),
        message("u2", "r1", Role.USER, 3),
        message("r3", "u2", Role.ASSISTANT, 4),
    ]
    assert [node.id for node in siblings_of(tree[2], tree)] == ["r1", "r2"]
    assert leaf_below("r1", tree) == "r3"
    assert leaf_below("r2", tree) == "r2"
