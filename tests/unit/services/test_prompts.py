"""What of a conversation becomes a prompt, with a scripted engine: its tokens are bytes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatdesk.core.context import STAND_IN, reserved_for_reply
from chatdesk.core.context_map import BlockKind, ContextUse, OverflowPolicy
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.messages import Message, ReplyStatus, Role, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.summaries import Summary
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.prompt_sources import PromptSource
from chatdesk.services.prompts import PromptPlan, TokenCounts, expected_beginning, fitting_prompt

USER, ASSISTANT = Role.USER, Role.ASSISTANT
SUMMARISE = OverflowPolicy.SUMMARISE
MAX_TOKENS = 256


def conversation(turns: int, *, words: int = 4) -> tuple[Message, ...]:
    """User and assistant by turns; each text begins with its message's id."""
    return tuple(
        Message(str(index), "c", None, ASSISTANT if index % 2 else USER, text_parts(f"{index} " + "word " * words), 0.0)
        for index in range(2 * turns)
    )


def pinned(path: Sequence[Message], *ids: str) -> tuple[Message, ...]:
    return tuple(replace(message, is_pinned=message.id in ids) for message in path)


def summary_of(path: Sequence[Message], text: str = "They counted.") -> Summary:
    return Summary("s", "c", tuple(message.id for message in path), text, 0.0, "m")


def source(
    path: Sequence[Message],
    policy: OverflowPolicy = OverflowPolicy.DROP_OLDEST,
    summary: Summary | None = None,
    system_prompt: str = "Be brief.",
) -> PromptSource:
    return PromptSource("c", system_prompt, tuple(path), policy, summary, SamplingParams(max_tokens=MAX_TOKENS))


def engine(n_ctx: int) -> ScriptedEngine:
    return ScriptedEngine(["fine"], n_ctx=n_ctx)


class CountingEngine(ScriptedEngine):
    """Counts how often it is asked how long a text is."""

    asked = 0

    def count_tokens(self, text: str) -> int:
        self.asked += 1
        return super().count_tokens(text)


def plan(n_ctx: int, prompt_source: PromptSource, draft: str | None = "") -> PromptPlan:
    return PromptPlan(engine(n_ctx), prompt_source, TokenCounts(), draft)


def use(n_ctx: int, prompt_source: PromptSource, draft: str = "") -> ContextUse:
    made = plan(n_ctx, prompt_source, draft)
    return made.use(made.fit())


def sent_ids(context: ContextUse) -> list[str]:
    return [block.message_id for block in context.blocks if block.message_id is not None]


def said(tokens: list[int]) -> str:
    return bytes(token for token in tokens if token < 256).decode()


# --- a long conversation ---


@pytest.mark.parametrize("policy", OverflowPolicy)
def test_in_500_turns_no_prompt_is_too_long_and_no_message_is_lost_unsaid(policy: OverflowPolicy) -> None:
    n_ctx, counts = 2048, TokenCounts()
    whole = pinned(conversation(500), "0")
    summary = None
    one = engine(n_ctx)
    step = 3 if policy is OverflowPolicy.DROP_OLDEST else 9
    for turns in range(500 % step, 501, step):
        path = whole[: 2 * turns]
        if policy is SUMMARISE and turns % 60 > 50:
            summary = summary_of(path[: 2 * turns - 40])
        made = PromptPlan(one, source(path, policy, summary), counts, f"message {turns}")
        fitted = made.fit()
        context = made.use(fitted)
        assert len(fitted.tokens) <= n_ctx - reserved_for_reply(n_ctx, MAX_TOKENS)
        assert not fitted.is_too_long
        accounted = [*sent_ids(context), *context.left_out, *context.summarised]
        assert sorted(accounted, key=int) == [message.id for message in path]
        text = said(fitted.tokens)
        assert all(f"{message_id} word" in text for message_id in sent_ids(context))
        assert text.startswith("Be brief.")
        assert text.endswith(f"message {turns}")
        assert "0 word" in text, "what is pinned stays"
        assert (context.summarised == ()) == (summary is None)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=30),
    st.integers(256, 3000),
    st.sampled_from(OverflowPolicy),
    st.integers(0, 12),
)
def test_a_prompt_fits_or_is_refused_and_every_message_is_accounted_for(
    messages: list[tuple[int, bool]], n_ctx: int, policy: OverflowPolicy, covered: int
) -> None:
    path = tuple(
        replace(message, parts=text_parts("é" * length), is_pinned=is_pinned)
        for message, (length, is_pinned) in zip(conversation(len(messages)), messages, strict=False)
    )
    summary = summary_of(path[: 2 * covered]) if 0 < 2 * covered <= len(path) else None
    made = plan(n_ctx, source(path, policy, summary), "next")
    fitted = made.fit()
    context = made.use(fitted)
    assert fitted.is_too_long or len(fitted.tokens) <= n_ctx - reserved_for_reply(n_ctx, MAX_TOKENS)
    accounted = {*sent_ids(context), *context.left_out, *context.summarised}
    assert accounted == {message.id for message in path if message.text}
    assert context.used_tokens == len(fitted.tokens)
    assert {message.id for message in path if message.text and message.is_pinned} <= set(sent_ids(context))


# --- the policies ---


def test_the_first_exchange_and_the_last_stay() -> None:
    sent = sent_ids(use(1200, source(conversation(40), OverflowPolicy.KEEP_FIRST_AND_LAST)))
    assert sent[:2] == ["0", "1"]
    assert sent[-1] == "79"
    assert int(sent[2]) > 2


def test_a_summary_takes_the_place_of_what_it_covers_even_where_that_would_fit() -> None:
    path = conversation(6)
    fitted = plan(4096, source(path, SUMMARISE, summary_of(path[:8])), "next").fit()
    assert said(fitted.tokens).startswith("Be brief.Summary of the earlier conversation: They counted.\n\n8 word")
    assert use(4096, source(path, SUMMARISE, summary_of(path[:8]))).summarised == tuple("01234567")
    assert fitted.left_out == ()


def test_under_another_policy_a_summary_stands_for_nothing() -> None:
    path = conversation(6)
    assert "Summary" not in said(plan(4096, source(path, summary=summary_of(path[:8])), "next").fit().tokens)


def test_without_a_summary_the_oldest_are_left_out_and_that_is_told() -> None:
    context = use(1200, source(conversation(40), SUMMARISE))
    assert context.left_out
    assert context.left_out == use(1200, source(conversation(40))).left_out


def test_what_is_pinned_among_the_summarised_is_still_sent_word_for_word() -> None:
    path = pinned(conversation(6, words=20), "3")
    text = said(plan(4096, source(path, SUMMARISE, summary_of(path[:8])), "next").fit().tokens)
    assert f"They counted.\n\n{STAND_IN}3 word" in text


# --- what cannot be sent ---


def test_one_message_too_large_is_refused_with_its_tokens() -> None:
    path = (*conversation(3), Message("x", "c", None, USER, text_parts("x" * 700), 0.0))
    with pytest.raises(UserFacingError) as caught:
        fitting_prompt(engine(800), source(path), TokenCounts())
    assert caught.value.detail == ErrorDetail(ErrorCode.PROMPT_TOO_LONG, {"tokens": 700, "n_ctx": 800})


def test_what_is_pinned_is_not_left_out_to_make_room() -> None:
    path = (*pinned(conversation(3, words=60), "0"), Message("x", "c", None, USER, text_parts("x" * 350), 0.0))
    assert not plan(800, source(path[-1:]), None).fit().is_too_long
    with pytest.raises(UserFacingError) as caught:
        fitting_prompt(engine(800), source(path), TokenCounts())
    assert caught.value.code is ErrorCode.PROMPT_TOO_LONG
    assert caught.value.detail.params["tokens"] == 350


def test_a_message_that_was_refused_is_told_among_what_is_not_sent() -> None:
    failed = Message(
        "y", "c", "x", ASSISTANT, (), 0.0, ReplyStatus.FAILED, error=ErrorDetail(ErrorCode.PROMPT_TOO_LONG)
    )
    path = (Message("x", "c", None, USER, text_parts("x" * 5000), 0.0), failed)
    context = use(800, source(path), "shorter")
    assert context.left_out == ("x",)
    assert plan(800, source(path), "shorter").fit().left_out == ()


# --- what is shown of it ---


def test_the_blocks_are_those_of_the_prompt_in_its_order() -> None:
    path = pinned(conversation(6), "8")
    made = plan(4096, source(path, SUMMARISE, summary_of(path[:6])), "and now?")
    fitted = made.fit()
    context = made.use(fitted)
    assert [(block.kind, block.message_id) for block in context.blocks] == [
        (BlockKind.SYSTEM, None),
        (BlockKind.SUMMARY, None),
        (BlockKind.MESSAGE, "6"),
        (BlockKind.MESSAGE, "7"),
        (BlockKind.PINNED, "8"),
        (BlockKind.MESSAGE, "9"),
        (BlockKind.MESSAGE, "10"),
        (BlockKind.MESSAGE, "11"),
        (BlockKind.DRAFT, None),
    ]
    assert context.used_tokens == len(fitted.tokens)
    assert (context.n_ctx, context.reserved_tokens, context.policy) == (4096, MAX_TOKENS, SUMMARISE)


def test_a_message_that_is_not_written_yet_takes_no_room() -> None:
    before, after = (use(4096, source(conversation(2)), draft) for draft in ("", "x" * 100))
    assert BlockKind.DRAFT not in {block.kind for block in before.blocks}
    assert after.used_tokens == before.used_tokens + after.blocks[-1].tokens
    assert after.blocks[-1].tokens >= 100


def test_blocks_are_told_apart_by_what_is_processed_already() -> None:
    one, path = engine(4096), conversation(4)
    prompt = fitting_prompt(one, source(path[:5]), TokenCounts()).tokens
    for _ in one.generate(prompt, SamplingParams(), lambda: False, "c"):
        pass
    made = PromptPlan(one, source(path), TokenCounts(), "next")
    cached = [block.message_id for block in made.use(made.fit()).blocks if block.is_cached]
    assert cached == [None, "0", "1", "2", "3", "4"]
    assert not any(block.is_cached for block in use(4096, source(path), "next").blocks)


@pytest.mark.parametrize("policy", [OverflowPolicy.DROP_OLDEST, OverflowPolicy.STOP_AND_ASK])
def test_what_falls_out_next_is_what_is_left_out_when_the_draft_grows(policy: OverflowPolicy) -> None:
    path = pinned(conversation(13), "2")
    shown = use(1200, source(path, policy), "x")
    assert shown.left_out == ()
    marked = [block.message_id for block in shown.blocks if block.falls_out_next]
    growing = (use(1200, source(path, policy), "x" * length) for length in range(1, 600, 5))
    fallen = next(context.left_out for context in growing if context.left_out)
    assert "0" in marked
    assert "2" not in marked
    assert set(fallen) <= set(marked) or set(marked) <= set(fallen)


def test_what_is_summarised_next_falls_out_next() -> None:
    context = use(1200, source(pinned(conversation(13), "2"), SUMMARISE))
    marked = [block.message_id for block in context.blocks if block.falls_out_next]
    assert marked[:3] == ["0", "1", "3"]
    assert "25" not in marked


# --- what comes next ---


@pytest.mark.parametrize("policy", OverflowPolicy)
@pytest.mark.parametrize("turns", [1, 3, 40])
def test_whatever_comes_next_follows_the_expected_beginning(policy: OverflowPolicy, turns: int) -> None:
    one = engine(1200)
    beginning = expected_beginning(one, source(conversation(turns), policy), TokenCounts())
    for text in ("Why?", "1 2 3", "为什么"):
        tokens = PromptPlan(one, source(conversation(turns), policy), TokenCounts(), text).fit().tokens
        assert tokens[: len(beginning)] == beginning
        assert len(tokens) - len(beginning) < len(text.encode()) + 4


def test_where_nothing_more_fits_nothing_is_read_ahead() -> None:
    path = pinned(conversation(3, words=200), "0", "2")
    assert expected_beginning(engine(800), source(path), TokenCounts()) == []


# --- asking for a summary ---


def test_the_request_for_a_summary_goes_on_where_the_conversation_is_cached() -> None:
    path = conversation(20)
    made = plan(2048, source(path, SUMMARISE, summary_of(path[:8])), None)
    count = made.summarisable(300)
    assert 8 < count < 40
    request = made.request(count, "Summarise.")
    assert len(request) < 2048 - 300
    prompt = plan(2048, source(path, SUMMARISE, summary_of(path[:8])), "next").fit().tokens
    shared = next(index for index, pair in enumerate(zip(prompt, request, strict=False)) if pair[0] != pair[1])
    assert len(request) - shared < len("Summarise.") + 4
    assert made.last_summarised(count) == str(count - 1)


def test_a_reply_that_failed_goes_along_with_what_is_summarised() -> None:
    path = list(conversation(20))
    count = plan(2048, source(path, SUMMARISE), None).summarisable(300)
    path[count - 1] = replace(path[count - 1], parts=())
    made = plan(2048, source(path, SUMMARISE), None)
    assert made.last_summarised(count - 1) == str(count - 1)


def test_texts_are_counted_once_for_each_tokenizer() -> None:
    counts, first = TokenCounts(), ScriptedEngine(["x"])
    second = ScriptedEngine(["x"])
    second.info = replace(second.info, tokenizer_hash="other")
    assert [counts.of(first, "héllo"), counts.of(first, "héllo"), counts.of(second, "héllo")] == [6, 6, 6]
    counted: list[str] = []

    class Counting(ScriptedEngine):
        def count_tokens(self, text: str) -> int:
            counted.append(text)
            return super().count_tokens(text)

    third = Counting(["x"])
    for _ in range(3):
        counts.of(third, "héllo")
    assert counted == ["héllo"]


def test_what_was_counted_is_remembered_but_not_each_draft_with_a_long_file() -> None:
    counts, counting, file = TokenCounts(), CountingEngine(["x"]), "x" * 3_000_000
    drafts = [file + "?" * letters for letters in range(5)]
    for _ in range(2):
        assert counts.of(counting, drafts[0]) == len(drafts[0])
    assert counting.asked == 1
    for draft in drafts:
        counts.of(counting, draft)
    assert counting.asked == 5
    counts.of(counting, drafts[0])
    assert counting.asked == 6, "all of them would take 15 MB"
