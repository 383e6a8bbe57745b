"""Edited, gone on with, written by another model: each is a version of its own, and what was there stays."""

import threading
from dataclasses import replace

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import (
    ConversationOpened,
    EditFailed,
    ModelFailed,
    ModelReady,
    ReplyDelta,
    ReplyFinished,
    ReplyStarted,
)
from chatdesk.core.messages import FinishReason, Message, ReplyStatus, Role
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from tests.support.desk import Desk, model
from tests.support.talking import ask, engine_busy, load, wait_until


def shown(desk: Desk, conversation_id: str) -> list[str]:
    return [message.text for message in desk.store.active_path(conversation_id)]


def opened_with(desk: Desk, text: str) -> ConversationOpened:
    """The conversation as it was announced with a message that says `text` at its end."""
    return desk.log.wait_for(ConversationOpened, lambda event: bool(event.path) and event.path[-1].text == text)


def finished_beside(desk: Desk, old: Message) -> Message:
    """The reply that was written next, beside or below another version."""
    return desk.log.wait_for(ReplyFinished, lambda event: event.message.id != old.id).message


def short(max_tokens: int) -> Settings:
    return Settings(sampling=SamplingParams(max_tokens=max_tokens))


# --- edit ---


def test_a_message_that_is_edited_and_sent_is_answered_beside_the_old_one(desk: Desk) -> None:
    load(desk, ScriptedEngine(["first", "second"]))
    first = ask(desk, "Helo").message
    old_id = desk.store.active_path(first.conversation_id)[0].id
    desk.versions.edit(old_id, "Hello", sends=True)
    second = finished_beside(desk, first)
    assert shown(desk, first.conversation_id) == ["Hello", "second"]
    assert [message.text for message in desk.store.path_to(first.id)] == ["Helo", "first"]
    assert desk.store.versions(first.conversation_id)[second.parent_id or ""] == (2, 2)


def test_a_message_that_is_only_saved_waits_for_a_reply(desk: Desk) -> None:
    load(desk, ScriptedEngine(["first", "second"]))
    first = ask(desk, "Helo").message
    desk.versions.edit(desk.store.active_path(first.conversation_id)[0].id, "Hello", sends=False)
    question = opened_with(desk, "Hello").path[-1]
    assert len(desk.log.of(ReplyStarted)) == 1
    desk.chat.regenerate(question.id)
    assert finished_beside(desk, first).parent_id == question.id
    assert shown(desk, first.conversation_id) == ["Hello", "second"]


def test_an_edited_reply_is_a_version_that_no_model_wrote(desk: Desk) -> None:
    engine = ScriptedEngine(["It is 41.", "Yes."])
    load(desk, engine)
    old = ask(desk, "What is it?").message
    desk.versions.edit(old.id, "  It is 42.\r\n", sends=False)
    edited = opened_with(desk, "It is 42.").path[-1]
    assert (edited.is_edited, edited.given_chars, edited.parent_id) == (True, 9, old.parent_id)
    assert edited.origin is not None
    assert old.origin is not None
    assert (edited.origin.model_name, edited.origin.token_ids) == (old.origin.model_name, ())
    assert desk.store.message(old.id) == old
    ask(desk, "Sure?", old.conversation_id)
    assert [message.text for message in engine.prompts[-1]] == ["What is it?", "It is 42.", "Sure?"]


def test_an_edit_that_changes_nothing_adds_no_version(desk: Desk) -> None:
    load(desk, ScriptedEngine(["same"]))
    old = ask(desk, "Hi").message
    desk.versions.edit(old.id, "same", sends=False)
    opened_with(desk, "same")
    assert desk.store.versions(old.conversation_id) == {}


def test_sending_an_unchanged_message_again_is_another_reply_to_it(desk: Desk) -> None:
    load(desk, ScriptedEngine(["first", "second"]))
    first = ask(desk, "Hi").message
    desk.versions.edit(first.parent_id or "", "Hi", sends=True)
    assert finished_beside(desk, first).parent_id == first.parent_id


@pytest.mark.parametrize("text", ["", " \n", "\0"])
def test_a_message_cannot_become_empty_and_the_writer_keeps_what_was_written(desk: Desk, text: str) -> None:
    load(desk, ScriptedEngine(["reply"]))
    reply = ask(desk, "Hi").message
    desk.versions.edit(reply.id, text, sends=False)
    failed = desk.log.wait_for(EditFailed)
    assert (failed.message_id, failed.text, failed.error.code) == (reply.id, text, ErrorCode.EMPTY_MESSAGE)


def test_nothing_is_sent_while_another_reply_is_written(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 1000], seconds_per_chunk=0.01))
    desk.chat.send(None, "Hi")
    reply = desk.log.wait_for(ReplyStarted).message
    desk.versions.edit(reply.parent_id or "", "Hello", sends=True)
    assert desk.log.wait_for(EditFailed).error.code is ErrorCode.BUSY
    assert desk.store.versions(reply.conversation_id) == {}


def test_a_reply_that_is_being_written_cannot_be_edited(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word " * 1000], seconds_per_chunk=0.01))
    desk.chat.send(None, "Hi")
    desk.versions.edit(desk.log.wait_for(ReplyStarted).message.id, "Hello", sends=False)
    assert desk.log.wait_for(EditFailed).error.code is ErrorCode.BUSY


# --- continue ---

WHOLE = "Eins zwei drei, vier fünf 六 sieben acht neun zehn."


@pytest.mark.parametrize("given", [1, 9, 23, 28, 29, 40])
def test_a_reply_that_goes_on_is_the_one_there_would_have_been(desk: Desk, given: int) -> None:
    engine = ScriptedEngine(lambda _messages: WHOLE)
    load(desk, engine)
    desk.settings = short(given)
    begun = ask(desk, "Count").message
    assert begun.finish_reason is FinishReason.MAX_TOKENS
    desk.settings = short(1000)
    desk.versions.continue_reply(begun.id)
    whole = finished_beside(desk, begun)
    assert whole.text == WHOLE
    assert whole.origin is not None
    assert bytes(whole.origin.token_ids).decode() == WHOLE
    assert whole.text[: whole.given_chars] == begun.text.removesuffix("\ufffd")
    assert whole.figures.reply_tokens == len(WHOLE.encode()) - given
    assert whole.figures.cached_tokens >= begun.figures.prompt_tokens + given - 1
    assert desk.store.message(begun.id) == begun
    assert desk.store.message(whole.id) == whole
    assert desk.store.versions(whole.conversation_id)[whole.id] == (2, 2)


def test_deltas_of_a_reply_that_goes_on_follow_what_was_given(desk: Desk) -> None:
    load(desk, ScriptedEngine([WHOLE]))
    desk.settings = short(9)
    begun = ask(desk, "Count").message
    desk.settings = short(1000)
    desk.versions.continue_reply(begun.id)
    whole = finished_beside(desk, begun)
    opened = desk.log.of(ConversationOpened)[-1].path[-1]
    assert opened.id == whole.id
    assert opened.text.startswith(begun.text)
    deltas = [delta for delta in desk.log.of(ReplyDelta) if delta.message_id == whole.id]
    assert deltas[0].offset == whole.given_chars == 9
    assert begun.text + "".join(delta.text for delta in deltas) == whole.text


def test_an_edited_reply_goes_on_from_its_text(desk: Desk) -> None:
    engine = ScriptedEngine(lambda _messages: "It is 42, as everybody knows.")
    load(desk, engine)
    old = ask(desk, "What is it?").message
    desk.versions.edit(old.id, "It is 42,", sends=False)
    edited = opened_with(desk, "It is 42,").path[-1]
    desk.versions.continue_reply(edited.id)
    whole = finished_beside(desk, old)
    assert whole.text == "It is 42, as everybody knows."
    assert (whole.is_edited, whole.given_chars) == (True, 9)
    assert whole.origin is not None
    assert whole.origin.token_ids == ()
    ask(desk, "And?", old.conversation_id)
    assert engine.prompts[-1][1].text == whole.text


def test_a_reply_of_another_vocabulary_goes_on_from_its_text(desk: Desk) -> None:
    load(desk, ScriptedEngine([WHOLE]))
    desk.settings = short(9)
    begun = ask(desk, "Count").message
    assert begun.origin is not None
    foreign = replace(begun.origin, tokenizer_hash="another", token_ids=(1, 2, 3))
    desk.store.save_reply(replace(begun, origin=foreign))
    desk.settings = short(1000)
    desk.versions.continue_reply(begun.id)
    whole = finished_beside(desk, begun)
    assert whole.text == WHOLE
    assert whole.origin is not None
    assert whole.origin.token_ids == ()


def test_a_reply_that_cannot_go_on_keeps_its_beginning(desk: Desk) -> None:
    failure = UserFacingError(ErrorCode.GENERATION_FAILED, reason="x")
    load(desk, ScriptedEngine([WHOLE, failure, WHOLE]))
    desk.settings = short(9)
    begun = ask(desk, "Count").message
    desk.settings = short(1000)
    desk.versions.continue_reply(begun.id)
    failed = finished_beside(desk, begun)
    assert (failed.status, failed.text) == (ReplyStatus.FAILED, begun.text)
    desk.versions.continue_reply(failed.id)
    whole = desk.log.wait_for(ReplyFinished, lambda event: event.message.id not in (begun.id, failed.id)).message
    assert whole.text == WHOLE


def test_a_reply_too_long_to_go_on_says_so(desk: Desk) -> None:
    load(desk, ScriptedEngine(["word"], n_ctx=256))
    begun = ask(desk, "Count").message
    desk.versions.edit(begun.id, "word " * 100, sends=False)
    edited = desk.log.wait_for(ConversationOpened, lambda event: event.path[-1].is_edited).path[-1]
    desk.versions.continue_reply(edited.id)
    failed = finished_beside(desk, begun)
    assert failed.error is not None
    assert failed.error.code is ErrorCode.PROMPT_TOO_LONG
    assert failed.text == edited.text


def test_a_reply_that_ended_by_itself_does_not_go_on(desk: Desk) -> None:
    load(desk, ScriptedEngine(["done"]))
    reply = ask(desk, "Hi").message
    desk.versions.continue_reply(reply.id)
    desk.history.open(reply.conversation_id)
    assert desk.log.wait_for(ConversationOpened).versions == {}


# --- with another model or setting ---


def test_another_model_writes_a_version_when_it_is_loaded(desk: Desk) -> None:
    load(desk, ScriptedEngine(["from the first"], name="First"))
    first = ask(desk, "Hi").message
    other = model("Other")
    desk.garage.engines[other.path] = ScriptedEngine(["from the other"], name="Other")
    desk.versions.regenerate_with(first.id, other)
    second = finished_beside(desk, first)
    assert second.text == "from the other"
    assert second.origin is not None
    assert second.origin.model_name == "Other"
    assert desk.store.message(first.id) == first


def test_a_model_that_cannot_be_loaded_writes_nothing_also_not_later(desk: Desk) -> None:
    load(desk, ScriptedEngine(["from the first"], name="First"))
    first = ask(desk, "Hi").message
    other = model("Other")
    desk.garage.engines[other.path] = UserFacingError(ErrorCode.MODEL_DAMAGED, model="Other", reason="x")
    desk.versions.regenerate_with(first.id, other)
    desk.log.wait_for(ModelFailed)
    desk.garage.engines[other.path] = ScriptedEngine(["too late"], name="Other")
    desk.inference.load(other, LoadOptions())
    assert wait_until(lambda: desk.inference.info is not None and desk.inference.info.name == "Other")
    ask(desk, "And?", first.conversation_id)
    assert desk.store.versions(first.conversation_id) == {}


def test_a_model_that_was_given_up_for_another_writes_nothing_when_it_comes_later(desk: Desk) -> None:
    load(desk, ScriptedEngine(["from the first"], name="First"))
    first = ask(desk, "Hi").message
    other, third = model("Other"), model("Third")
    desk.garage.engines[other.path] = ScriptedEngine(["too late"], name="Other")
    desk.garage.engines[third.path] = ScriptedEngine(["third"], name="Third")
    with engine_busy(desk):
        desk.versions.regenerate_with(first.id, other)
        desk.inference.load(third, LoadOptions())
    desk.log.wait_for(ModelReady, lambda event: event.model == third)
    desk.inference.load(other, LoadOptions())
    desk.log.wait_for(ModelReady, lambda event: event.model == other)
    ask(desk, "And?", first.conversation_id)
    assert desk.store.versions(first.conversation_id) == {}


def test_a_model_writes_its_version_when_one_that_was_loading_has_given_way(desk: Desk) -> None:
    load(desk, ScriptedEngine(["from the first"], name="First"))
    first = ask(desk, "Hi").message
    slow, other = model("Slow"), model("Other")
    desk.garage.engines[slow.path] = ScriptedEngine(["never asked"], name="Slow")
    desk.garage.engines[other.path] = ScriptedEngine(["from the other"], name="Other")
    is_loading, goes_on = threading.Event(), threading.Event()

    def wait() -> None:
        is_loading.set()
        assert goes_on.wait(10)

    desk.garage.before_load = wait
    desk.inference.load(slow, LoadOptions())
    assert is_loading.wait(10)
    desk.versions.regenerate_with(first.id, other)
    goes_on.set()
    assert desk.log.wait_for(ModelFailed).model == slow
    assert finished_beside(desk, first).text == "from the other"


def test_one_reply_can_have_settings_of_its_own(desk: Desk) -> None:
    load(desk, ScriptedEngine(["first", "second"]))
    first = ask(desk, "Hi").message
    desk.chat.regenerate(first.id, {"temperature": 0.2, "seed": None})
    second = finished_beside(desk, first)
    assert first.origin is not None
    assert second.origin is not None
    assert second.origin.sampling == replace(first.origin.sampling, temperature=0.2)
    assert second.role is Role.ASSISTANT
