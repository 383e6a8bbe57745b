from dataclasses import replace

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import (
    ConversationCreated,
    ConversationOpened,
    ConversationsDeleted,
    JobCrashed,
    MessageAdded,
    MessageChanged,
    ModelUnloaded,
    NoticeRaised,
    ReplyDelta,
    ReplyFinished,
    ReplyStarted,
    SendFailed,
)
from chatdesk.core.messages import FinishReason, ReplyStatus, Role
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.store.branches import BranchStore
from tests.support.desk import Desk, model
from tests.support.talking import ask, engine_busy, load, rest, wait_until


def test_a_message_is_saved_before_it_is_announced_and_the_reply_streams_into_its_row(desk: Desk) -> None:
    load(desk, ScriptedEngine(["Hello there, friend."]))
    reply = ask(desk, "Hi").message
    user = desk.log.of(MessageAdded)[0].message
    assert [message.text for message in desk.store.active_path(reply.conversation_id)] == ["Hi", "Hello there, friend."]
    assert user.role is Role.USER
    assert "".join(delta.text for delta in desk.log.of(ReplyDelta)) == reply.text
    assert desk.store.message(reply.id) == reply
    assert reply.status is ReplyStatus.COMPLETE
    assert reply.finish_reason is FinishReason.END_OF_TURN
    assert reply.origin is not None
    assert bytes(reply.origin.token_ids).decode() == reply.text
    assert reply.figures.reply_tokens == len(reply.text)


def test_deltas_say_where_they_belong(desk: Desk) -> None:
    load(desk, ScriptedEngine(["one two three"]))
    ask(desk, "Hi")
    text = ""
    for delta in desk.log.of(ReplyDelta):
        assert delta.offset == len(text)
        text += delta.text


def test_the_second_turn_processes_only_what_is_new(desk: Desk) -> None:
    load(desk, ScriptedEngine(["first reply", "second reply"]))
    first = ask(desk, "one").message
    second = ask(desk, "two", first.conversation_id).message
    assert second.figures.cached_tokens == first.figures.prompt_tokens + first.figures.reply_tokens


def test_stop_keeps_what_was_written(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 1000], seconds_per_chunk=0.01))
    desk.chat.send(None, "Hi")
    delta = desk.log.wait_for(ReplyDelta)
    conversation_id = desk.store.message(delta.message_id).conversation_id
    desk.chat.stop(conversation_id)
    reply = desk.log.wait_for(ReplyFinished).message
    assert reply.status is ReplyStatus.STOPPED
    assert reply.text.startswith("word")
    assert desk.store.message(reply.id).text == reply.text


def test_a_reply_that_waits_for_the_engine_can_be_stopped_at_once(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 1000, "never said"], seconds_per_chunk=0.01))
    desk.chat.send(None, "long")
    first = desk.log.wait_for(ReplyStarted).message
    desk.chat.send(None, "waits")
    waiting = desk.log.wait_for(
        MessageAdded, lambda event: event.message.is_reply and event.message.id != first.id
    ).message
    desk.chat.stop(waiting.conversation_id)
    stopped = desk.log.wait_for(ReplyFinished, lambda event: event.message.id == waiting.id).message
    assert stopped.status is ReplyStatus.STOPPED
    assert stopped.text == ""
    assert desk.store.message(first.id).status is ReplyStatus.STREAMING


def test_regenerate_keeps_the_earlier_reply(desk: Desk) -> None:
    load(desk, ScriptedEngine(["first", "second"]))
    first = ask(desk, "Hi").message
    desk.chat.regenerate(first.id)
    second = desk.log.wait_for(ReplyFinished, lambda event: event.message.id != first.id).message
    opened = desk.log.of(ConversationOpened)[-1]
    assert opened.versions[second.id] == (2, 2)
    assert [message.text for message in desk.store.active_path(first.conversation_id)] == ["Hi", "second"]
    assert desk.store.message(first.id).text == "first"
    desk.history.show_version(second.id, -1)
    back = desk.log.wait_for(ConversationOpened, lambda event: event.path[-1].id == first.id)
    assert back.versions[first.id] == (1, 2)


@pytest.mark.parametrize("text", ["", "  \n ", "\0\0", "\ud800"])
def test_nothing_is_sent_when_nothing_was_written(desk: Desk, text: str) -> None:
    load(desk, ScriptedEngine(["x"]))
    desk.chat.send(None, text)
    failed = desk.log.wait_for(SendFailed)
    assert failed.error.code is ErrorCode.EMPTY_MESSAGE
    assert failed.text == text
    assert desk.log.of(ConversationCreated) == []


def test_a_second_message_in_a_busy_conversation_is_refused_and_not_lost(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 1000], seconds_per_chunk=0.01))
    desk.chat.send(None, "Hi")
    reply = desk.log.wait_for(ReplyStarted).message
    desk.chat.send(reply.conversation_id, "and another thing")
    failed = desk.log.wait_for(SendFailed)
    assert failed.error.code is ErrorCode.BUSY
    assert failed.text == "and another thing"


def test_without_a_model_the_reply_says_so_and_the_message_is_kept(desk: Desk) -> None:
    reply = ask(desk, "Hi").message
    assert reply.status is ReplyStatus.FAILED
    assert reply.error is not None
    assert reply.error.code is ErrorCode.NO_MODEL
    assert desk.store.active_path(reply.conversation_id)[0].text == "Hi"


def test_an_engine_failure_ends_the_reply_and_the_next_one_works(desk: Desk) -> None:
    load(desk, ScriptedEngine([UserFacingError(ErrorCode.GENERATION_FAILED, reason="x"), "fine"]))
    failed = ask(desk, "Hi").message
    assert failed.error is not None
    assert failed.error.code is ErrorCode.GENERATION_FAILED
    assert ask(desk, "again", failed.conversation_id).message.text == "fine"


def test_a_bug_in_an_engine_is_seen_and_ends_the_reply(desk: Desk) -> None:
    def broken(_messages: object) -> str:
        raise ZeroDivisionError

    load(desk, ScriptedEngine(broken))
    reply = ask(desk, "Hi").message
    assert reply.error is not None
    assert reply.error.code is ErrorCode.INTERNAL
    assert "ZeroDivisionError" in desk.log.wait_for(JobCrashed).traceback


def test_a_message_longer_than_the_context_is_refused_with_its_tokens_and_then_forgotten(desk: Desk) -> None:
    engine = ScriptedEngine(["fine"], n_ctx=300)
    load(desk, engine)
    refused = ask(desk, "x" * 1000).message
    assert refused.error is not None
    assert refused.error.code is ErrorCode.PROMPT_TOO_LONG
    assert refused.error.params == {"tokens": 1000, "n_ctx": 300}
    assert ask(desk, "short", refused.conversation_id).message.text == "fine"
    assert [message.text for message in engine.prompts[-1]] == ["short"]


def test_when_the_context_is_full_the_oldest_exchanges_are_left_out_and_said_to_be(desk: Desk) -> None:
    engine = ScriptedEngine(["r" * 50], n_ctx=400)
    load(desk, engine)
    conversation_id = None
    for turn in range(6):
        conversation_id = ask(desk, f"{turn} " + "m" * 50, conversation_id).message.conversation_id
    assert conversation_id is not None
    notice = desk.log.of(NoticeRaised)[0]
    assert notice.error.code is ErrorCode.MESSAGES_LEFT_OUT
    assert notice.conversation_id == conversation_id
    sent = engine.prompts[-1]
    assert sent[0].role is Role.USER
    assert sent[-1].text.startswith("5 ")
    assert len(desk.store.active_path(conversation_id)) == 12


def test_settings_and_system_prompt_are_recorded_with_the_reply(desk: Desk) -> None:
    engine = ScriptedEngine(["x"])
    load(desk, engine)
    desk.settings = Settings(system_prompt="Be brief.", sampling=SamplingParams(seed=7, temperature=0.0))
    reply = ask(desk, "Hi").message
    origin = desk.store.message(reply.id).origin
    assert origin is not None
    assert (origin.system_prompt, origin.seed, origin.sampling) == ("Be brief.", 7, desk.settings.sampling)
    assert engine.prompts[0][0].text == "Be brief."


def test_a_full_disk_while_sending_gives_the_text_back(desk: Desk) -> None:
    load(desk, ScriptedEngine(["x"]))
    with desk.database.write() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    desk.chat.send(None, "long enough to need a page " * 1000)
    failed = desk.log.wait_for(SendFailed)
    assert failed.error.code is ErrorCode.DISK_FULL
    assert desk.store.conversations() == ()


def test_a_disk_that_fills_up_during_a_reply_costs_no_word_on_screen(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 20_000]))
    desk.settings = Settings(sampling=replace(SamplingParams(), max_tokens=1_000_000))
    with desk.database.write() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    engine = ScriptedEngine(["word " * 20_000], n_ctx=1_000_000, name="Big")
    load(desk, engine)
    reply = ask(desk, "Hi").message
    assert reply.status is ReplyStatus.FAILED
    assert reply.error is not None
    assert reply.error.code is ErrorCode.DISK_FULL
    assert reply.text == "word " * 20_000


def test_a_conversation_deleted_while_it_is_answered_stays_deleted(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 1000], seconds_per_chunk=0.01))
    desk.chat.send(None, "Hi")
    reply = desk.log.wait_for(ReplyStarted).message
    desk.chat.stop(reply.conversation_id)
    desk.history.delete(reply.conversation_id)
    desk.log.wait_for(ReplyFinished)
    desk.log.wait_for(ConversationsDeleted)
    assert desk.store.conversations() == ()


def test_a_conversation_opened_in_mid_stream_holds_every_word_announced_before(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 300], seconds_per_chunk=0.005))
    desk.chat.send(None, "Hi")
    delta = desk.log.wait_for(ReplyDelta, lambda event: event.offset > 100)
    conversation_id = desk.store.message(delta.message_id).conversation_id
    desk.history.open(conversation_id)
    opened = desk.log.wait_for(ConversationOpened)
    shown = opened.path[-1].text
    desk.chat.stop(conversation_id)
    reply = desk.log.wait_for(ReplyFinished).message
    later = [event for event in desk.log.events[desk.log.events.index(opened) :] if isinstance(event, ReplyDelta)]
    for event in later:
        assert event.offset == len(shown)
        shown += event.text
    assert shown == reply.text


def test_a_reply_that_the_full_disk_did_not_take_is_shown_again_and_saved_when_there_is_room(desk: Desk) -> None:
    desk.settings = Settings(sampling=replace(SamplingParams(), max_tokens=1_000_000))
    load(desk, ScriptedEngine(["word " * 20_000, "fine"], n_ctx=1_000_000))
    with desk.database.write() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    lost = ask(desk, "Hi").message
    desk.history.open(lost.conversation_id)
    assert desk.log.wait_for(ConversationOpened).path[-1] == lost
    with desk.database.write() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert desk.store.recipe(lost.id) is None
    ask(desk, "again", lost.conversation_id)
    saved = desk.log.wait_for(MessageChanged).message
    assert saved == desk.store.message(lost.id)
    assert (saved.text, saved.status, saved.error) == (lost.text, ReplyStatus.COMPLETE, None)
    recipe = desk.store.recipe(lost.id)
    assert recipe is not None
    assert bytes(recipe.reply).decode() == lost.text


def test_a_message_is_saved_while_a_model_is_being_chosen_and_answered_by_the_one_that_is(desk: Desk) -> None:
    desk.inference.await_model(model("Likely"))
    desk.chat.send(None, "Hi")
    waiting = desk.log.wait_for(MessageAdded, lambda event: event.message.is_reply).message
    assert [message.text for message in desk.store.active_path(waiting.conversation_id)] == ["Hi", ""]
    assert waiting.origin is not None
    assert waiting.origin.model_path == model("Likely").path
    load(desk, ScriptedEngine(["Hello."], name="Chosen"))
    reply = desk.log.wait_for(ReplyFinished).message
    assert (reply.text, reply.status) == ("Hello.", ReplyStatus.COMPLETE)
    assert reply.origin is not None
    assert (reply.origin.model_name, reply.origin.model_path) == ("Chosen", model("Chosen").path)


def test_whoever_is_to_be_asked_before_messages_are_left_out_is_asked_once_a_model_is_there(desk: Desk) -> None:
    engine = ScriptedEngine(["r" * 50], n_ctx=400)
    load(desk, engine)
    first = ask(desk, "m" * 150).message
    desk.chat.set_policy(first.conversation_id, OverflowPolicy.STOP_AND_ASK)
    desk.inference.unload()
    desk.log.wait_for(ModelUnloaded)
    desk.inference.await_model(None)
    desk.chat.send(first.conversation_id, "m" * 150)
    load(desk, engine)
    assert desk.log.wait_for(SendFailed).error.code is ErrorCode.CONTEXT_WOULD_OVERFLOW


def test_a_reply_tells_the_model_that_wrote_it_and_not_the_one_it_was_meant_for(desk: Desk) -> None:
    load(desk, ScriptedEngine(["Hello."], name="Before"))
    failing = model("Failing")
    desk.garage.engines[failing.path] = UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model="Failing")
    with engine_busy(desk):
        desk.inference.load(failing, LoadOptions())
        desk.chat.send(None, "Hi")
        waiting = desk.log.wait_for(MessageAdded, lambda event: event.message.is_reply).message
    assert waiting.origin is not None
    assert waiting.origin.model_path == failing.path
    origin = desk.log.wait_for(ReplyStarted).message.origin
    assert origin is not None
    assert (origin.model_name, origin.model_path) == ("Before", model("Before").path)


def test_a_message_on_its_way_when_the_app_closes_is_kept_and_its_reply_ends(desk: Desk) -> None:
    load(desk, ScriptedEngine(["Hello."]))
    desk.live.close()
    reply = ask(desk, "Hi").message
    assert reply.status is ReplyStatus.STOPPED
    assert [message.text for message in desk.store.active_path(reply.conversation_id)] == ["Hi", ""]


def test_a_conversation_deleted_behind_a_message_on_its_way_is_not_answered_for_long(desk: Desk) -> None:
    load(desk, ScriptedEngine(["first", "word " * 5000], seconds_per_chunk=0.01))
    first = ask(desk, "Hi").message
    desk.chat.send(first.conversation_id, "more")
    desk.history.delete(first.conversation_id)
    stopped = desk.log.wait_for(ReplyFinished, lambda event: event.message.id != first.id).message
    assert stopped.status is ReplyStatus.STOPPED
    desk.chat.send(first.conversation_id, "and more")
    assert desk.log.wait_for(SendFailed).error.code is ErrorCode.CONVERSATION_DELETED


def test_the_conversation_that_is_shown_is_read_before_it_is_needed(desk: Desk) -> None:
    engine = ScriptedEngine(["Hello there."])
    load(desk, engine)
    reply = ask(desk, "Hi").message
    desk.chat.prepare(reply.conversation_id)
    rest(desk)
    second = ask(desk, "And you?", reply.conversation_id).message
    assert engine.prepared == [reply.conversation_id]
    first_prompt = engine.prompt_tokens([PromptMessage(Role.USER, "Hi")])
    assert second.figures.cached_tokens > len(first_prompt) + len(reply.text)


def test_only_the_conversation_shown_last_is_read_ahead(desk: Desk) -> None:
    engine = ScriptedEngine(["Hello."])
    load(desk, engine)
    ids = [ask(desk, text).message.conversation_id for text in ("one", "two")]
    with engine_busy(desk):
        for conversation_id in ids:
            desk.chat.prepare(conversation_id)
    ask(desk, "three")
    assert ids[0] not in engine.prepared


def test_a_conversation_whose_reply_was_cut_off_is_not_read_unasked(desk: Desk) -> None:
    engine = ScriptedEngine(["Hello."])
    load(desk, engine)
    reply = ask(desk, "Hi").message
    desk.store.save_reply(replace(reply, status=ReplyStatus.INTERRUPTED))
    desk.chat.prepare(reply.conversation_id)
    rest(desk)
    assert engine.prepared == []


def test_what_was_said_in_a_deleted_conversation_is_forgotten_everywhere(desk: Desk) -> None:
    engine = ScriptedEngine(["Hello."])
    load(desk, engine)
    conversation_id = ask(desk, "Hi").message.conversation_id
    desk.history.delete(conversation_id)
    desk.log.wait_for(ConversationsDeleted)
    assert wait_until(lambda: desk.forgotten == [conversation_id])
    assert engine.forgotten == [conversation_id]


def test_a_branch_that_is_purged_is_forgotten_everywhere(desk: Desk) -> None:
    engine = ScriptedEngine(["A secret.", "Hello."])
    load(desk, engine)
    reply = ask(desk, "Hi").message
    other_id = ask(desk, "Hi").message.conversation_id
    BranchStore(desk.database, clock=lambda: 1.0).delete(reply.id)
    desk.history.purge()
    assert wait_until(lambda: desk.forgotten == [reply.conversation_id])
    assert engine.forgotten == [reply.conversation_id]
    assert {left.id for left in desk.store.conversations()} == {reply.conversation_id, other_id}
    with pytest.raises(KeyError):
        desk.store.message(reply.id)


def test_an_idle_engine_saves_what_it_processed_once(desk: Desk) -> None:
    engine = ScriptedEngine(["Hello."])
    load(desk, engine)
    conversation_id = ask(desk, "Hi").message.conversation_id
    assert wait_until(lambda: engine.saved == [conversation_id])
    ask(desk, "And?", conversation_id)
    assert engine.saved == [conversation_id]
