from dataclasses import replace

import pytest

from chatdesk.core.commands import (
    Answer,
    AskRequest,
    Line,
    command_id,
    error_from,
    failed_line,
    is_command,
    is_stop,
    request_from,
    stop_line,
)
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import Event, MessageAdded, PromptProcessed, ReplyDelta, ReplyFinished, SendFailed
from chatdesk.core.messages import FinishReason, Message, PartKind, ReplyFigures, ReplyStatus, Role, text_parts
from chatdesk.core.unsent import draft_id, is_draft

QUESTION = Message("q", "c", None, Role.USER, text_parts("Hi"), 0.0)
REPLY = Message("r", "c", "q", Role.ASSISTANT, (), 0.0, ReplyStatus.WAITING)
MINE = command_id("1")


def told(answer: Answer, *events: Event) -> list[Line]:
    return [line for event in events for line in answer.on_event(event)]


def test_a_message_of_the_command_line_is_no_draft() -> None:
    assert is_command(MINE)
    assert not is_draft(MINE)
    assert not is_command(draft_id("c"))
    assert not is_command(None)


@pytest.mark.parametrize("request_", [AskRequest(None, "Hi"), AskRequest("01a2", "你好\n")])
def test_a_request_is_read_as_it_was_written(request_: AskRequest) -> None:
    assert request_from(request_.line()) == request_


@pytest.mark.parametrize(
    "untrusted",
    [
        None,
        [],
        "ask",
        {},
        {**AskRequest(None, "Hi").line(), "chatdesk": 2},
        {**AskRequest(None, "Hi").line(), "command": "delete"},
        {**AskRequest(None, "Hi").line(), "text": 5},
        {**AskRequest(None, "Hi").line(), "conversation": 5},
        {**AskRequest(None, "Hi").line(), "conversation": ""},
        {**AskRequest(None, "Hi").line(), "conversation": "x" * 1000},
    ],
)
def test_what_is_no_request_is_none(untrusted: object) -> None:
    assert request_from(untrusted) is None
    assert not is_stop(untrusted)


def test_a_stop_is_a_stop() -> None:
    assert is_stop(stop_line())


def test_an_answer_is_told_from_the_message_to_the_end_of_its_reply() -> None:
    answer = Answer(MINE)
    lines = told(
        answer,
        MessageAdded(QUESTION, MINE),
        MessageAdded(REPLY),
        PromptProcessed("r", 5, 9, 2),
        ReplyDelta("r", 0, "So", kind=PartKind.REASONING),
        ReplyDelta("r", 0, "Hello"),
    )
    assert lines == [
        {"type": "begun", "conversation": "c"},
        {"type": "progress", "processed": 5, "total": 9},
        {"type": "reasoning", "text": "So"},
        {"type": "text", "text": "Hello"},
    ]
    assert (answer.conversation_id, answer.is_over) == ("c", False)
    done = replace(
        REPLY,
        status=ReplyStatus.COMPLETE,
        finish_reason=FinishReason.END_OF_TURN,
        figures=ReplyFigures(9, 2, 1, 0.25),
    )
    (line,) = told(answer, ReplyFinished(done))
    assert answer.is_over
    assert (line["type"], line["finish_reason"], line["cached_tokens"]) == ("done", "end_of_turn", 2)


def test_what_concerns_others_is_not_told() -> None:
    answer = Answer(MINE)
    assert told(answer, MessageAdded(REPLY), ReplyDelta("r", 0, "x"), MessageAdded(QUESTION, draft_id("c"))) == []
    told(answer, MessageAdded(QUESTION, MINE), MessageAdded(REPLY))
    other = replace(REPLY, id="s", parent_id="t")
    error = ErrorDetail(ErrorCode.BUSY)
    assert told(answer, MessageAdded(other), ReplyDelta("s", 0, "x"), SendFailed("c", "x", error)) == []
    assert not answer.is_over


@pytest.mark.parametrize(
    "event",
    [
        SendFailed("c", "Hi", ErrorDetail(ErrorCode.BUSY), MINE),
        ReplyFinished(replace(REPLY, status=ReplyStatus.FAILED, error=ErrorDetail(ErrorCode.BUSY))),
    ],
)
def test_a_failure_is_told_and_is_the_end(event: Event) -> None:
    answer = Answer(MINE)
    told(answer, *((MessageAdded(QUESTION, MINE), MessageAdded(REPLY)) if isinstance(event, ReplyFinished) else ()))
    assert told(answer, event) == [{"type": "failed", "code": "busy", "params": {}}]
    assert answer.is_over


def test_an_error_is_read_as_it_was_told_and_an_unknown_one_is_ours() -> None:
    error = ErrorDetail(ErrorCode.CONVERSATION_NOT_FOUND, {"conversation": "x"})
    assert error_from(failed_line(error)) == error
    assert error_from({"code": "of the future", "params": {}}).code is ErrorCode.INTERNAL
    assert error_from({"code": "busy", "params": {"x": [1]}}) == ErrorDetail(ErrorCode.BUSY)
    assert error_from({}).code is ErrorCode.INTERNAL
