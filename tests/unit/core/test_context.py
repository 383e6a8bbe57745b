from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatdesk.core.context import (
    CLEARED_SHARE,
    STAND_IN,
    VERBATIM_EXCHANGES,
    Piece,
    PromptMessage,
    Spoken,
    fitting,
    prompt_messages,
    reserved_for_reply,
    spoken_messages,
    summarisable,
)
from chatdesk.core.context_map import OverflowPolicy, default_policy
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.messages import Message, ReplyOrigin, Role, text_parts
from chatdesk.core.sampling import SamplingParams

USER, ASSISTANT = Role.USER, Role.ASSISTANT
DROP_OLDEST = OverflowPolicy.DROP_OLDEST
KEEP_FIRST = OverflowPolicy.KEEP_FIRST_AND_LAST
LEAVES_OUT_OLDEST = [policy for policy in OverflowPolicy if policy is not KEEP_FIRST]
STAND_IN_TOKENS = 12


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


def turns(costs: list[int], pinned: frozenset[int] = frozenset()) -> list[Piece]:
    """User and assistant by turns; the last one is the user's."""
    return [
        Piece(USER if (len(costs) - index) % 2 else ASSISTANT, cost, index in pinned)
        for index, cost in enumerate(costs)
    ]


def spoken(*texts: str) -> list[Spoken]:
    return [
        Spoken(str(index), PromptMessage(ASSISTANT if index % 2 else USER, text)) for index, text in enumerate(texts)
    ]


conversations = st.lists(
    st.tuples(st.sampled_from([USER, ASSISTANT]), st.integers(0, 400), st.booleans()), min_size=0, max_size=40
).flatmap(
    lambda said: st.integers(1, 400).map(
        lambda last: [*(Piece(role, tokens, pinned) for role, tokens, pinned in said), Piece(USER, last)]
    )
)
budgets = st.integers(-200, 6000)


# --- from messages to a prompt ---


def test_a_reply_brings_the_tokens_it_was_generated_as() -> None:
    path = [said("1", USER, "hi"), said("2", ASSISTANT, "hello", tokens=(7, 8))]
    assert prompt_messages(spoken_messages(path, "T")) == [
        PromptMessage(USER, "hi"),
        PromptMessage(ASSISTANT, "hello", (7, 8)),
    ]


def test_another_models_tokens_mean_nothing_here() -> None:
    path = [said("1", USER, "hi"), said("2", ASSISTANT, "hello", tokens=(7, 8))]
    assert prompt_messages(spoken_messages(path, "other"))[1] == PromptMessage(ASSISTANT, "hello")


def test_users_around_an_empty_reply_speak_as_one() -> None:
    path = [said("1", USER, "hi"), said("2", ASSISTANT, ""), said("3", USER, "still there?")]
    assert prompt_messages(spoken_messages(path, "T")) == [PromptMessage(USER, "hi\n\nstill there?")]


def test_a_message_refused_as_too_long_is_not_sent_again() -> None:
    path = [
        said("1", USER, "far too long"),
        said("2", ASSISTANT, "", error=ErrorCode.PROMPT_TOO_LONG, parent="1"),
        said("3", USER, "short", parent="2"),
    ]
    assert prompt_messages(spoken_messages(path, "T")) == [PromptMessage(USER, "short")]


def test_a_message_whose_reply_became_too_long_to_go_on_is_sent_again() -> None:
    failed = said("2", ASSISTANT, "a long beginning", error=ErrorCode.PROMPT_TOO_LONG, parent="1")
    path = [said("1", USER, "short"), replace(failed, given_chars=16), said("3", USER, "and?", parent="2")]
    assert [message.text for message in prompt_messages(spoken_messages(path, "T"))] == [
        "short",
        "a long beginning",
        "and?",
    ]


def test_a_pinned_user_message_whose_reply_is_left_out_joins_the_next() -> None:
    sent = prompt_messages(spoken("I am Ada", "Hello Ada", "weather?", "sunny", "who am I?"), {0, 4})
    assert sent == [PromptMessage(USER, "I am Ada\n\nwho am I?")]


def test_a_pinned_reply_whose_question_is_left_out_still_answers_something() -> None:
    sent = prompt_messages(spoken("a long text", "its gist", "weather?", "sunny", "more?"), {1, 4})
    assert sent == [PromptMessage(USER, STAND_IN), PromptMessage(ASSISTANT, "its gist"), PromptMessage(USER, "more?")]


def test_a_summary_begins_the_first_user_message() -> None:
    sent = prompt_messages(spoken("a", "b", "c", "d", "e"), {2, 3, 4}, "They spoke of a.")
    assert sent[0] == PromptMessage(USER, "Summary of the earlier conversation: They spoke of a.\n\nc")
    assert [message.text for message in sent[1:]] == ["d", "e"]


@given(conversations, budgets, st.sampled_from(OverflowPolicy), st.booleans())
def test_roles_alternate_whatever_is_left_out(
    pieces: list[Piece], budget: int, policy: OverflowPolicy, has_summary: bool
) -> None:
    # As a tree's path is: user and assistant by turns, but for replies that failed.
    pieces = [
        piece
        for index, piece in enumerate(pieces)
        if piece.role is USER or (index > 0 and pieces[index - 1].role is USER)
    ]
    path = [Spoken(str(index), PromptMessage(piece.role, str(index))) for index, piece in enumerate(pieces)]
    kept = fitting(pieces, budget, policy, stand_in_tokens=STAND_IN_TOKENS).kept
    roles = [message.role for message in prompt_messages(path, kept, "gist" if has_summary else "")]
    assert roles[0] is roles[-1] is USER
    assert all(before is not after for before, after in pairwise(roles))


# --- what fits ---


def test_everything_stays_when_it_fits() -> None:
    assert fitting(turns([10, 10, 10]), 30, DROP_OLDEST).kept == {0, 1, 2}


def test_the_oldest_exchanges_go_first_and_make_room_for_later_turns() -> None:
    # 90 tokens, 80 allowed: one exchange would do, but then the next turn would change the prompt's beginning again.
    assert min(fitting(turns([10] * 9), 80, DROP_OLDEST).kept) == 4


@given(conversations, budgets, st.sampled_from(OverflowPolicy))
def test_what_is_sent_is_within_the_budget_or_nothing_less_could_be_sent(
    pieces: list[Piece], budget: int, policy: OverflowPolicy
) -> None:
    sent = fitting(pieces, budget, policy, stand_in_tokens=STAND_IN_TOKENS)
    least = fitting(pieces, -(10**6), policy, stand_in_tokens=STAND_IN_TOKENS)
    assert sent.tokens <= budget or sent == least


@given(conversations, budgets, st.sampled_from(OverflowPolicy), st.integers(0, 40))
def test_pinned_messages_and_the_last_one_always_stay(
    pieces: list[Piece], budget: int, policy: OverflowPolicy, n_summarised: int
) -> None:
    sent = fitting(pieces, budget, policy, n_summarised=n_summarised, stand_in_tokens=STAND_IN_TOKENS)
    assert {index for index, piece in enumerate(pieces) if piece.is_pinned} | {len(pieces) - 1} <= sent.kept


@given(conversations, budgets, st.sampled_from(OverflowPolicy))
@example(  # a pinned reply behind a short reply whose question is long
    [Piece(USER, 100), Piece(Role.ASSISTANT, 0), Piece(Role.ASSISTANT, 0, is_pinned=True), Piece(USER, 1)],
    0,
    OverflowPolicy.SUMMARISE,
)
def test_the_tokens_told_are_those_of_what_is_sent(pieces: list[Piece], budget: int, policy: OverflowPolicy) -> None:
    sent = fitting(pieces, budget, policy, stand_in_tokens=STAND_IN_TOKENS)
    path = [Spoken(str(index), PromptMessage(piece.role, str(index))) for index, piece in enumerate(pieces)]
    stand_ins = sum(message.text.count(STAND_IN) for message in prompt_messages(path, sent.kept))
    assert sent.tokens == sum(pieces[index].tokens for index in sent.kept) + stand_ins * STAND_IN_TOKENS


@given(conversations, budgets, st.integers(1, 2000), st.sampled_from(LEAVES_OUT_OLDEST), st.integers(0, 40))
def test_more_room_never_keeps_less(
    pieces: list[Piece], budget: int, more: int, policy: OverflowPolicy, n_summarised: int
) -> None:
    less, plenty = (
        fitting(pieces, room, policy, n_summarised=n_summarised, stand_in_tokens=STAND_IN_TOKENS)
        for room in (budget, budget + more)
    )
    assert less.kept <= plenty.kept


@given(conversations, budgets, st.integers(1, 2000))
def test_more_room_never_keeps_less_beside_the_first_exchange(pieces: list[Piece], budget: int, more: int) -> None:
    less, plenty = (
        fitting(pieces, room, KEEP_FIRST, stand_in_tokens=STAND_IN_TOKENS) for room in (budget, budget + more)
    )
    # Where the first exchange fits at last, it takes the place of later ones.
    assert less.tokens <= plenty.tokens
    assert less.kept <= plenty.kept or (0 in plenty.kept and 0 not in less.kept)


@given(conversations, budgets, st.sampled_from(LEAVES_OUT_OLDEST))
def test_but_for_what_is_pinned_only_whole_exchanges_go_and_only_the_oldest(
    pieces: list[Piece], budget: int, policy: OverflowPolicy
) -> None:
    loose = [Piece(piece.role, piece.tokens) for piece in pieces]
    kept = fitting(loose, budget, policy).kept
    assert kept == set(range(min(kept), len(pieces)))
    assert min(kept) == 0 or pieces[min(kept)].role is USER


def test_the_first_exchange_stays_with_as_many_of_the_last_as_fit() -> None:
    kept = fitting(turns([10] * 21), 100, KEEP_FIRST).kept
    assert {0, 1, 18, 19, 20} <= kept
    assert kept == {0, 1} | set(range(min(kept - {0, 1}), 21))
    assert len(kept) < 10


def test_a_first_exchange_that_is_too_long_makes_room_for_the_last() -> None:
    pieces = turns([500, 500, 10, 10, 10, 10, 10])
    assert fitting(pieces, 100, KEEP_FIRST).kept == {2, 3, 4, 5, 6}


def test_what_a_summary_stands_for_is_not_sent_but_for_what_is_pinned() -> None:
    sent = fitting(turns([10] * 9, frozenset({2})), 1000, OverflowPolicy.SUMMARISE, n_summarised=6)
    assert sent.kept == {2, 6, 7, 8}


def test_a_question_no_longer_than_what_would_stand_for_it_stays() -> None:
    sent = fitting(turns([5, 50, 300, 50, 10], frozenset({1, 3})), 150, DROP_OLDEST, stand_in_tokens=STAND_IN_TOKENS)
    assert sent.kept == {0, 1, 3, 4}
    assert sent.tokens == 5 + 50 + STAND_IN_TOKENS + 50 + 10


@given(st.lists(st.integers(1, 60), min_size=40, max_size=120), st.integers(1000, 4000))
def test_the_beginning_of_the_prompt_stays_for_many_turns_and_never_goes_back(costs: list[int], budget: int) -> None:
    beginnings = [
        min(fitting(turns(costs[:length]), budget, DROP_OLDEST).kept)
        for length in range(1 + (len(costs) + 1) % 2, len(costs) + 1, 2)
    ]
    assert beginnings == sorted(beginnings)
    steps = [sum(costs[before:after]) for before, after in pairwise(beginnings) if before != after]
    # An exchange is 120 tokens at most, by which a step may be less round than it could be.
    assert all(step > budget * CLEARED_SHARE / 2 - 240 for step in steps)


def test_in_a_long_conversation_the_prompt_seldom_begins_anew() -> None:
    beginnings = [min(fitting(turns([50] * length), 1000, DROP_OLDEST).kept) for length in range(1, 401, 2)]
    changes = sum(before != after for before, after in pairwise(beginnings))
    # 200 turns of 100 tokens, a quarter of a thousand cleared at once.
    assert 0 < changes <= 200 * 100 / (1000 * CLEARED_SHARE) * 1.3


# --- what a summary should stand for ---


def test_the_next_summary_stands_for_all_but_the_last_few_exchanges() -> None:
    pieces = [Piece(role, 20) for role in (USER, ASSISTANT) * 20]
    # Seven exchanges of forty tokens are what a share of 0.3 has room for.
    assert summarisable(pieces, 1000, 10_000) == len(pieces) - 7 * 2


def test_the_last_two_exchanges_are_never_summarised_however_long() -> None:
    pieces = [Piece(role, 400) for role in (USER, ASSISTANT) * 4]
    assert summarisable(pieces, 1000, 10_000) == len(pieces) - 2 * VERBATIM_EXCHANGES


def test_no_more_is_summarised_than_can_be_read_at_once() -> None:
    pieces = [Piece(role, 50) for role in (USER, ASSISTANT) * 20]
    assert summarisable(pieces, 1000, 450) == 8
    assert summarisable(pieces, 1000, 450, n_summarised=8) == 16
    assert summarisable(pieces, 1000, 99) == 0


@given(conversations, st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 40))
def test_a_summary_ends_where_an_exchange_ends_and_goes_beyond_the_last_one(
    pieces: list[Piece], budget: int, room: int, n_summarised: int
) -> None:
    stop = summarisable(pieces, budget, room, n_summarised=n_summarised)
    assert stop == 0 or n_summarised < stop < len(pieces)
    assert stop == 0 or pieces[stop].role is USER


# --- budgets ---


def test_a_small_context_keeps_a_quarter_free() -> None:
    assert reserved_for_reply(512, 2048) == 128
    assert reserved_for_reply(100_000, 2048) == 1024
    assert reserved_for_reply(100_000, 50) == 50


@pytest.mark.parametrize(("n_params", "policy"), [
    (0, DROP_OLDEST), (2_999_999_999, DROP_OLDEST), (3_000_000_000, OverflowPolicy.SUMMARISE),
])  # fmt: skip
def test_models_summarise_from_a_size_at_which_they_can(n_params: int, policy: OverflowPolicy) -> None:
    assert default_policy(n_params) is policy
