"""What can be done with a message, and where one ends up when a branch goes."""

from dataclasses import replace

import pytest

from chatdesk.core.branches import can_continue, can_edit, focused, varied
from chatdesk.core.messages import FinishReason, Message, ReplyStatus, Role, text_parts

REPLY = Message("r", "c", "u", Role.ASSISTANT, text_parts("so far"), 0.0, finish_reason=FinishReason.END_OF_TURN)


@pytest.mark.parametrize(("message", "expected"), [
    (REPLY, False),
    (replace(REPLY, finish_reason=None), False),  # imported
    (replace(REPLY, is_edited=True), True),
    (replace(REPLY, finish_reason=FinishReason.MAX_TOKENS), True),
    (replace(REPLY, finish_reason=FinishReason.CONTEXT_FULL), True),
    (replace(REPLY, status=ReplyStatus.STOPPED, finish_reason=FinishReason.STOPPED), True),
    (replace(REPLY, status=ReplyStatus.INTERRUPTED, finish_reason=None), True),
    (replace(REPLY, status=ReplyStatus.FAILED, finish_reason=FinishReason.ERROR), True),
    (replace(REPLY, status=ReplyStatus.FAILED, parts=()), False),
    (replace(REPLY, status=ReplyStatus.STREAMING, finish_reason=None), False),
    (replace(REPLY, parent_id=None, is_edited=True), False),
    (replace(REPLY, role=Role.USER), False),
])  # fmt: skip
def test_a_reply_goes_on_where_it_did_not_end_by_itself(message: Message, expected: bool) -> None:
    assert can_continue(message) is expected


def test_what_was_said_can_be_edited_once_it_is_said() -> None:
    assert can_edit(REPLY)
    assert can_edit(replace(REPLY, role=Role.USER))
    assert not can_edit(replace(REPLY, status=ReplyStatus.WAITING))
    assert not can_edit(replace(REPLY, role=Role.SYSTEM))


def test_temperatures_move_from_where_they_were_and_stay_useful() -> None:
    assert [focused(value) for value in (None, 0.0, 0.7)] == [None, None, 0.35]
    assert [varied(value) for value in (None, 0.0, 0.7, 1.2, 1.5)] == [None, 0.5, 1.05, 1.5, None]
