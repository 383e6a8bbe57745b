from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.context_map import BlockKind, ContextBlock, ContextUse, OverflowPolicy
from chatdesk.core.context_outlook import Outlook, as_sent, has_draft, is_tight, outlook
from chatdesk.core.messages import Role

IDS = st.lists(st.sampled_from([f"m{n}" for n in range(12)]), unique=True).map(tuple)


def use(
    *blocks: ContextBlock,
    left_out: tuple[str, ...] = (),
    summarised: tuple[str, ...] = (),
    policy: OverflowPolicy = OverflowPolicy.DROP_OLDEST,
) -> ContextUse:
    return ContextUse("c", 2048, 512, blocks, left_out, summarised, policy)


def draft(tokens: int) -> ContextBlock:
    return ContextBlock(BlockKind.DRAFT, None, Role.USER, tokens)


def message(message_id: str, tokens: int, kind: BlockKind = BlockKind.MESSAGE) -> ContextBlock:
    return ContextBlock(kind, message_id, Role.USER, tokens)


def test_a_draft_that_fits_changes_nothing() -> None:
    now = use(message("a", 100), left_out=("x", "y"))
    assert outlook(now, replace(now, blocks=(*now.blocks, draft(50)))).is_calm


def test_what_the_draft_pushes_out_is_told_apart_from_what_is_out_already() -> None:
    now = use(left_out=("a", "b"))
    ahead = outlook(now, use(draft(50), left_out=("a", "b", "c", "d")))
    assert (ahead.left_out, ahead.are_first) == (2, False)


def test_the_first_messages_are_called_so_only_when_they_are() -> None:
    drafted = use(draft(50), left_out=("a", "b"))
    assert outlook(use(), drafted).are_first
    assert not outlook(use(), replace(drafted, policy=OverflowPolicy.KEEP_FIRST_AND_LAST)).are_first
    pinned = (message("p", 10, BlockKind.PINNED), *drafted.blocks)
    assert not outlook(use(), replace(drafted, blocks=pinned)).are_first


def test_stop_and_ask_says_that_it_will_ask() -> None:
    assert outlook(None, use(draft(50), left_out=("a",), policy=OverflowPolicy.STOP_AND_ASK)).asks


def test_a_message_that_was_left_out_before_is_not_lost_by_coming_into_the_summary() -> None:
    ahead = outlook(use(left_out=("a",)), use(draft(9), summarised=("a", "b")))
    assert (ahead.left_out, ahead.summarised) == (0, 1)


def test_a_draft_that_does_not_fit_beside_what_always_stays_is_told_with_its_size() -> None:
    pinned = message("p", 600, BlockKind.PINNED)
    assert outlook(None, use(pinned, draft(936))).least_tokens is None
    ahead = outlook(None, use(pinned, draft(937)))
    assert (ahead.least_tokens, ahead.budget) == (1537, 1536)


@given(before=IDS, in_summary=IDS, after=IDS, summarised=IDS)
def test_no_message_is_announced_twice_and_none_that_was_out_before(
    before: tuple[str, ...], in_summary: tuple[str, ...], after: tuple[str, ...], summarised: tuple[str, ...]
) -> None:
    summarised = tuple(known for known in summarised if known not in after)
    ahead = outlook(use(left_out=before, summarised=in_summary), use(left_out=after, summarised=summarised))
    assert ahead.left_out == len(set(after) - set(before))
    assert ahead.left_out + ahead.summarised <= len((set(after) | set(summarised)) - set(before))
    assert ahead.is_calm == (set(after) <= set(before) and set(summarised) <= set(before) | set(in_summary))


def test_a_sent_draft_is_a_message_of_the_same_size() -> None:
    sent = as_sent(use(message("a", 5), draft(50)))
    assert not has_draft(sent)
    assert sent.used_tokens == 55
    assert sent.blocks[-1] == ContextBlock(BlockKind.MESSAGE, None, Role.USER, 50)


def test_the_context_is_tight_when_less_is_left_than_is_kept_for_the_reply() -> None:
    assert not is_tight(use(message("a", 1536)))
    assert is_tight(use(message("a", 1537)))


def test_without_a_draft_there_is_nothing_to_say() -> None:
    assert Outlook().is_calm
