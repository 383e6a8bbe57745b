from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.context import PromptMessage, first_kept, prompt_messages, reserved_for_reply
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.messages import Message, ReplyOrigin, Role, text_parts
from chatdesk.core.sampling import SamplingParams

USER, ASSISTANT = Role.USER, Role.ASSISTANT


def said(
    message_id: str,
    role: Role,
    text: str,
    *,
    tokens: tuple[int, ...] = (),
    error: ErrorCode | None = None,
    parent: str = "",
) -> Message:
    origin = ReplyOrigin("m", "/m", SamplingParams(), "", tokenizer_hash="T", token_ids=tokens)
    return Message(
        message_id,
        "c",
        parent or None,
        role,
        text_parts(text),
        0.0,
        origin=origin if role is ASSISTANT else None,
        error=ErrorDetail(error) if error is not None else None,
    )


def test_a_reply_brings_the_tokens_it_was_generated_as() -> None:
    path = [said("1", USER, "hi"), said("2", ASSISTANT, "hello", tokens=(7, 8))]
    assert prompt_messages(path, "T") == [PromptMessage(USER, "hi"), PromptMessage(ASSISTANT, "hello", (7, 8))]


def test_another_models_tokens_mean_nothing_here() -> None:
    path = [said("1", USER, "hi"), said("2", ASSISTANT, "hello", tokens=(7, 8))]
    assert prompt_messages(path, "other")[1] == PromptMessage(ASSISTANT, "hello")


def test_users_around_an_empty_reply_speak_as_one() -> None:
    path = [said("1", USER, "hi"), said("2", ASSISTANT, ""), said("3", USER, "still there?")]
    assert prompt_messages(path, "T") == [PromptMessage(USER, "hi\n\nstill there?")]


def test_a_message_refused_as_too_long_is_not_sent_again() -> None:
    path = [
        said("1", USER, "far too long"),
        said("2", ASSISTANT, "", error=ErrorCode.PROMPT_TOO_LONG, parent="1"),
        said("3", USER, "short", parent="2"),
    ]
    assert prompt_messages(path, "T") == [PromptMessage(USER, "short")]


def test_everything_stays_when_it_fits() -> None:
    messages = [PromptMessage(USER, "a"), PromptMessage(ASSISTANT, "b"), PromptMessage(USER, "c")]
    assert first_kept(messages, [10, 10, 10], 30) == 0


def test_the_oldest_exchanges_go_first_and_make_room_for_later_turns() -> None:
    messages = [PromptMessage(role, "") for role in (USER, ASSISTANT) * 4] + [PromptMessage(USER, "")]
    # 90 tokens, 80 allowed: one exchange would do, but then the next turn would change the prompt's beginning again.
    assert first_kept(messages, [10] * 9, 80) == 4


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=41).filter(lambda costs: len(costs) % 2 == 1),
    st.integers(1, 3000),
)
def test_what_is_kept_begins_with_a_user_message_and_fits_if_its_last_one_does(costs: list[int], budget: int) -> None:
    messages = [PromptMessage(USER if index % 2 == 0 else ASSISTANT, "") for index in range(len(costs))]
    kept = first_kept(messages, costs, budget)
    assert messages[kept].role is USER
    assert sum(costs[kept:]) <= budget or kept == len(messages) - 1


def test_the_beginning_of_the_prompt_stays_for_several_turns_once_something_is_left_out() -> None:
    messages = [PromptMessage(USER if index % 2 == 0 else ASSISTANT, "") for index in range(81)]
    kept = [first_kept(messages[:length], [50] * length, 1000) for length in range(1, 81, 2)]
    assert kept == sorted(kept)
    changes = sum(1 for before, after in pairwise(kept) if before != after)
    # 20 messages fit; each clearing makes room for at least two more exchanges before the next.
    assert 0 < changes <= (81 - 20) / 4


def test_a_small_context_keeps_a_quarter_free() -> None:
    assert reserved_for_reply(512, 2048) == 128
    assert reserved_for_reply(100_000, 2048) == 1024
    assert reserved_for_reply(100_000, 50) == 50
