"""What a model reasons is kept beside its reply: saved as it comes, never said again, switched and bounded."""

from dataclasses import replace

import pytest

from chatdesk.core.events import ContextMeasured, ConversationChanged, ConversationOpened, ReplyDelta, ReplyFinished
from chatdesk.core.messages import FinishReason, PartKind, ReplyOrigin, ReplyStatus, Role, reply_parts
from chatdesk.core.reasoning import ReasoningKind, most_reasoning_tokens
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.engine.scripted import ScriptedEngine
from tests.support.desk import Desk
from tests.support.talking import ask, load, rest, wait_until

REASONED = "<think>\nTwo and two.\n</think>\n\nFour."


def thinker(*replies: str, kind: ReasoningKind = ReasoningKind.ON_BY_DEFAULT, pace: float = 0.0) -> ScriptedEngine:
    return ScriptedEngine(replies or [REASONED], reasoning=kind, n_ctx=8192, seconds_per_chunk=pace)


def set_sampling(desk: Desk, **changes: object) -> None:
    desk.settings = Settings(sampling=replace(SamplingParams(), **changes))  # type: ignore[arg-type]  # names of its fields


def test_it_is_a_part_of_the_reply_and_none_of_its_text(desk: Desk) -> None:
    load(desk, thinker())
    reply = ask(desk, "2 + 2?").message
    assert reply.parts == reply_parts("Two and two.", "Four.")
    assert (reply.reasoning, reply.text) == ("Two and two.", "Four.")
    assert desk.store.message(reply.id) == reply
    assert reply.figures.reply_tokens == len(REASONED)
    assert reply.figures.reasoning_tokens == len(REASONED) - len("Four.")
    assert reply.origin is not None
    assert bytes(reply.origin.token_ids).decode() == REASONED
    assert bytes(reply.text_token_ids).decode() == "Four."


def test_each_kind_of_text_has_offsets_of_its_own(desk: Desk) -> None:
    load(desk, thinker("<think>one two three</think>four five six"))
    reply = ask(desk, "Hi").message
    texts = dict.fromkeys((PartKind.REASONING, PartKind.TEXT), "")
    for delta in desk.log.of(ReplyDelta):
        assert delta.offset == len(texts[delta.kind])
        texts[delta.kind] += delta.text
    assert (texts[PartKind.REASONING], texts[PartKind.TEXT]) == (reply.reasoning, reply.text)


def test_time_is_taken_for_reasoning_alone(desk: Desk) -> None:
    load(desk, thinker("<think>one two three four</think> five six seven eight", pace=0.02))
    figures = ask(desk, "Hi").message.figures
    assert 0.04 < figures.reasoning_seconds < figures.generation_seconds


def test_it_is_not_said_again_in_later_turns(desk: Desk) -> None:
    engine = thinker()
    load(desk, engine)
    first = ask(desk, "2 + 2?").message
    ask(desk, "Sure?", first.conversation_id)
    sent = engine.prompts[-1]
    assert [(message.role, message.text) for message in sent] == [
        (Role.USER, "2 + 2?"),
        (Role.ASSISTANT, "Four."),
        (Role.USER, "Sure?"),
    ]
    assert bytes(sent[1].token_ids or ()).decode() == "Four."


def test_the_conversation_is_read_again_without_it_before_the_next_message(desk: Desk) -> None:
    engine = thinker()
    load(desk, engine)
    reply = ask(desk, "2 + 2?").message
    desk.chat.prepare(reply.conversation_id)
    rest(desk)
    engine.prepared.clear()
    ask(desk, "Sure?", reply.conversation_id)
    assert wait_until(lambda: engine.prepared == [reply.conversation_id])
    rest(desk)
    third = ask(desk, "Really?", reply.conversation_id).message
    assert third.figures.prompt_tokens - third.figures.cached_tokens <= len("Really?") + 3


def test_what_was_reasoned_before_a_stop_or_a_crash_is_kept(desk: Desk) -> None:
    load(desk, thinker("<think>" + "word " * 1000, pace=0.01))
    desk.chat.send(None, "Hi")
    delta = desk.log.wait_for(ReplyDelta)
    saved = desk.store.message
    assert wait_until(lambda: len(saved(delta.message_id).reasoning) > 20), "saved while it is written"
    assert saved(delta.message_id).parts[0].kind is PartKind.REASONING
    desk.chat.stop(saved(delta.message_id).conversation_id)
    reply = desk.log.wait_for(ReplyFinished).message
    assert reply.status is ReplyStatus.STOPPED
    assert (reply.text, reply.reasoning) == ("", "".join(d.text for d in desk.log.of(ReplyDelta)))
    assert saved(reply.id) == reply


def test_a_row_cut_off_in_mid_reasoning_keeps_it(desk: Desk) -> None:
    conversation, _, reply = desk.store.add_exchange(None, "Hi", origin_of_a_reply(desk))
    desk.store.save_reply(replace(reply, status=ReplyStatus.STREAMING))
    desk.store.checkpoint(reply.id, reply_parts("Hm", ""), [1])
    desk.store.checkpoint(reply.id, reply_parts("Hm.", "Y"), [1, 2, 3])
    desk.database.mark_interrupted()
    kept = desk.store.message(reply.id)
    assert kept.parts == reply_parts("Hm.", "Y")
    assert kept.text_token_ids == (), "where the text begins among the tokens is not known"
    assert conversation.title == "Hi"


def origin_of_a_reply(desk: Desk) -> ReplyOrigin:
    load(desk, thinker())
    origin = ask(desk, "first").message.origin
    assert origin is not None
    return origin


def test_a_conversation_opened_in_mid_reasoning_holds_every_word_announced_before(desk: Desk) -> None:
    load(desk, thinker("<think>" + "word " * 300, pace=0.005))
    desk.chat.send(None, "Hi")
    delta = desk.log.wait_for(ReplyDelta, lambda event: event.offset > 100)
    conversation_id = desk.store.message(delta.message_id).conversation_id
    desk.history.open(conversation_id)
    opened = desk.log.wait_for(ConversationOpened)
    shown = opened.path[-1].reasoning
    assert opened.path[-1].figures.reasoning_seconds > 0
    desk.chat.stop(conversation_id)
    reply = desk.log.wait_for(ReplyFinished).message
    for event in desk.log.events[desk.log.events.index(opened) :]:
        if isinstance(event, ReplyDelta):
            assert event.offset == len(shown)
            shown += event.text
    assert shown == reply.reasoning


def test_it_is_switched_for_one_conversation(desk: Desk) -> None:
    load(desk, thinker())
    first = ask(desk, "one").message
    desk.chat.set_overrides(first.conversation_id, {"reasoning": False})
    changed = desk.log.wait_for(ConversationChanged, lambda event: event.conversation.overrides is not None)
    assert changed.conversation.overrides == {"reasoning": False}
    quiet = ask(desk, "two", first.conversation_id).message
    assert (quiet.reasoning, quiet.text) == ("", "Four.")
    assert quiet.origin is not None
    assert quiet.origin.sampling.reasoning is False
    assert ask(desk, "other").message.reasoning == "Two and two."


def test_a_conversation_can_begin_with_it_switched(desk: Desk) -> None:
    load(desk, thinker())
    desk.chat.send(None, "Hi", overrides={"reasoning": False})
    reply = desk.log.wait_for(ReplyFinished).message
    assert reply.reasoning == ""
    assert desk.store.conversation(reply.conversation_id).overrides == {"reasoning": False}
    assert ask(desk, "again", reply.conversation_id).message.reasoning == ""


def test_the_app_s_setting_counts_where_nothing_else_is_set(desk: Desk) -> None:
    set_sampling(desk, reasoning=False)
    load(desk, thinker())
    assert ask(desk, "one").message.reasoning == ""
    set_sampling(desk, reasoning=True)
    load(desk, thinker(kind=ReasoningKind.OFF_BY_DEFAULT))
    assert ask(desk, "two").message.reasoning == "Two and two."


def test_a_budget_brings_the_model_to_its_reply(desk: Desk) -> None:
    set_sampling(desk, reasoning_budget=20)
    load(desk, thinker("<think>one two three four five</think>Six."))
    reply = ask(desk, "Hi").message
    assert reply.reasoning == "one two three"
    assert reply.text == "Six."
    assert reply.finish_reason is FinishReason.END_OF_TURN


def test_the_reply_can_be_had_at_once_and_made_again(desk: Desk) -> None:
    script = "<think>" + "word " * 500 + "</think>Six."
    load(desk, thinker(script, pace=0.005))
    desk.chat.send(None, "Hi")
    delta = desk.log.wait_for(ReplyDelta, lambda event: event.offset > 20)
    desk.chat.answer_now(desk.store.message(delta.message_id).conversation_id)
    reply = desk.log.wait_for(ReplyFinished).message
    assert reply.text == "Six."
    assert reply.finish_reason is FinishReason.END_OF_TURN
    assert 20 < len(reply.reasoning) < 2000
    assert reply.origin is not None
    set_sampling(desk, reasoning_budget=reply.origin.sampling.reasoning_budget)
    load(desk, thinker(script))
    again = ask(desk, "Hi").message.origin
    assert again is not None
    assert again.token_ids == reply.origin.token_ids


def test_max_tokens_bounds_what_is_said(desk: Desk) -> None:
    set_sampling(desk, max_tokens=3)
    load(desk, thinker("<think>one two three four five</think>Six."))
    reply = ask(desk, "Hi").message
    assert (reply.reasoning, reply.text) == ("one two three four five", "Six")
    assert reply.finish_reason is FinishReason.MAX_TOKENS


def test_the_context_keeps_room_for_it_and_counts_what_is_not_sent_again(desk: Desk) -> None:
    load(desk, thinker())
    reply = ask(desk, "2 + 2?").message
    use = desk.log.wait_for(ContextMeasured, lambda event: event.use.reasoning_tokens > 0).use
    assert use.reasons
    assert use.reasoning_tokens == reply.figures.reasoning_tokens
    assert use.reserved_tokens == 1024 + 2048
    desk.chat.set_overrides(reply.conversation_id, {"reasoning": False})
    quiet = desk.log.wait_for(ContextMeasured, lambda event: not event.use.reasons).use
    assert quiet.reserved_tokens == 1024
    assert sum(block.tokens for block in quiet.blocks) < 80, "nothing of the reasoning is in the prompt"


def test_a_reply_that_goes_on_keeps_what_was_reasoned_before_it(desk: Desk) -> None:
    set_sampling(desk, max_tokens=4)
    load(desk, thinker("<think>\nTwo and two.\n</think>\n\nFour, of course."))
    cut = ask(desk, "2 + 2?").message
    assert (cut.text, cut.finish_reason) == ("Four", FinishReason.MAX_TOKENS)
    set_sampling(desk, max_tokens=100)
    desk.versions.continue_reply(cut.id)
    whole = desk.log.wait_for(ReplyFinished, lambda event: event.message.id != cut.id).message
    assert whole.parts == reply_parts("Two and two.", "Four, of course.")
    assert whole.figures.reasoning_tokens == cut.figures.reasoning_tokens
    assert bytes(whole.text_token_ids).decode() == "Four, of course."


@pytest.mark.parametrize(
    ("wanted", "room", "reserved", "most"),
    [(None, 3000, 1000, 2000), (None, 1000, 800, 500), (300, 3000, 1000, 300), (0, 3000, 1000, 0), (9, 10, 8, 5)],
)
def test_a_budget_never_takes_the_room_of_the_reply(wanted: int | None, room: int, reserved: int, most: int) -> None:
    assert most_reasoning_tokens(wanted, room, reserved) == most
