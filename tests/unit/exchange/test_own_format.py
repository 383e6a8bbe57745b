"""What goes out in our own format comes back as it was, and what is not as it should be is left out and counted."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.conversations import Conversation
from chatdesk.core.exchange import KeptSummary, LeftOut
from chatdesk.core.messages import Message, Part, ReplyFigures, ReplyOrigin, ReplyStatus
from chatdesk.core.sampling import SamplingParams
from chatdesk.exchange.own_format import read_conversation, write_conversation
from chatdesk.exchange.records import _READERS, UnreadableError
from tests.support.random_conversations import random_conversation


def written(seed: int = 1) -> dict[str, Any]:
    record = json.loads(write_conversation(random_conversation(random.Random(seed)), 1_800_000_000.0))
    assert isinstance(record, dict)
    return record


@pytest.mark.parametrize("seed", range(300))
def test_a_conversation_comes_back_as_it_went(seed: int) -> None:
    whole = random_conversation(random.Random(seed))
    line = write_conversation(whole, 1_800_000_000.0)
    assert "\n" not in line
    assert read_conversation(json.loads(line)) == (whole, Counter())


@pytest.mark.parametrize("kind", [Conversation, Message, Part, ReplyOrigin, ReplyFigures, SamplingParams, KeptSummary])
def test_every_field_of_what_travels_has_a_reader(kind: type[Any]) -> None:
    assert [field.name for field in fields(kind) if field.type not in _READERS] == []


def test_the_conversations_that_are_tried_leave_no_field_at_its_default() -> None:
    wholes = [random_conversation(random.Random(seed)) for seed in range(200)]
    messages = [message for whole in wholes for message in whole.messages]
    origins = [message.origin for message in messages if message.origin is not None]
    deletion = {"deleted_at"}  # what is deleted stays behind
    for values, same in (
        ([whole.conversation for whole in wholes], deletion | {"folder_id"}),
        (messages, deletion),
        ([part for message in messages for part in message.parts], set()),
        (origins, set()),
        ([origin.sampling for origin in origins], set()),
        ([message.figures for message in messages], set()),
        ([summary for whole in wholes for summary in whole.summaries], set()),
    ):
        names = [field.name for field in fields(values[0])]
        assert {name for name in names if len({repr(getattr(value, name)) for value in values}) == 1} == same


def test_a_reply_on_its_way_ends_interrupted_elsewhere() -> None:
    whole = random_conversation(random.Random(3))
    whole = replace(whole, messages=tuple(replace(each, status=ReplyStatus.STREAMING) for each in whole.messages))
    back, _ = read_conversation(json.loads(write_conversation(whole, 0.0)))
    assert {message.status for message in back.messages} == {ReplyStatus.INTERRUPTED}


def test_ids_of_another_kind_are_replaced_by_ones_that_are_always_the_same() -> None:
    text = json.dumps(written())
    record = json.loads(text)
    names = [record["conversation"]["id"], *(message["id"] for message in record["messages"])]
    for number, name in enumerate(names):
        text = text.replace(name, f"../../{number}")
    once, again = read_conversation(json.loads(text))[0], read_conversation(json.loads(text))[0]
    assert once == again
    assert "/" not in once.conversation.id + "".join(message.id for message in once.messages)
    assert len(once.messages) == len(names) - 1


def break_role(record: dict[str, Any]) -> None:
    record["messages"][0]["role"] = "wizard"


def break_number(record: dict[str, Any]) -> None:
    record["messages"][0]["given_chars"] = 2**70


def break_time(record: dict[str, Any]) -> None:
    record["messages"][0]["created_at"] = -1e15


def break_parent(record: dict[str, Any]) -> None:
    record["messages"][0]["parent_id"] = "who?"


def make_circle(record: dict[str, Any]) -> None:
    record["messages"][0]["parent_id"] = record["messages"][0]["id"]


def double(record: dict[str, Any]) -> None:
    record["messages"].append(record["messages"][0])


def forge(record: dict[str, Any]) -> None:
    for attachment in record["attachments"]:
        attachment["content"] = "AAAA"


def say(record: dict[str, Any], **part: Any) -> None:
    record["messages"][-1]["parts"] = [{"kind": "tool_call"} | part]


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else 1


def disguise(record: dict[str, Any]) -> None:
    content = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    sha256 = hashlib.sha256(content).hexdigest()
    attachment = {"sha256": sha256, "media_type": "image/png", "content": base64.b64encode(content).decode()}
    record["attachments"].append(attachment)
    say(record, kind="attachment", attachment_sha256=sha256)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (break_role, LeftOut.DAMAGED_MESSAGE),
        (break_number, LeftOut.DAMAGED_MESSAGE),
        (break_time, LeftOut.DAMAGED_MESSAGE),
        (break_parent, LeftOut.LOST_PARENT),
        (make_circle, LeftOut.DAMAGED_MESSAGE),
        (double, LeftOut.DAMAGED_MESSAGE),
        (forge, LeftOut.FILE),
        (disguise, LeftOut.FILE),
        (lambda record: say(record, attachment_sha256="ab" * 32), LeftOut.FILE),
        (lambda record: say(record, data={"a": float("nan")}), LeftOut.DAMAGED_MESSAGE),
        (lambda record: say(record, data={"a": nested(200)}), LeftOut.DAMAGED_MESSAGE),
        (lambda record: say(record, data={"a": 2**63}), LeftOut.DAMAGED_MESSAGE),
    ],
)
def test_what_is_wrong_is_counted_and_the_rest_is_read(harm: Callable[[dict[str, Any]], None], reason: LeftOut) -> None:
    seed = next(seed for seed in range(99) if random_conversation(random.Random(seed)).attachments)
    record = written(seed)
    harm(record)
    whole, left_out = read_conversation(record)
    assert left_out[reason] >= 1
    ids = {message.id for message in whole.messages}
    assert all(message.parent_id is None or message.parent_id in ids for message in whole.messages)
    assert whole.conversation.active_leaf_id in ids or not ids
    used = {part.attachment_sha256 for message in whole.messages for part in message.parts} - {None}
    assert used == whole.attachments.keys()
    assert all(attachment.content.startswith(b"\x89PNG") for attachment in whole.attachments.values())


def test_halves_of_characters_are_marks_wherever_they_stand() -> None:
    record = written()
    say(record, data={"a\ud800": ["\udfff", {"b": "\ud800"}]})
    record["conversation"]["overrides"] = {"note": "\ud800"}
    record["messages"][-1]["error"] = {"code": "disk_error", "params": {"reason": "\udfff"}}
    whole, left_out = read_conversation(record)
    assert left_out.total() == 0
    line = write_conversation(whole, 1.0).encode()
    assert read_conversation(json.loads(line))[0] == whole


def test_unknown_fields_are_passed_over_and_missing_ones_take_their_default() -> None:
    record = written()
    record["conversation"]["colour"] = "blue"
    del record["conversation"]["system_prompt"]
    record["messages"][0]["mood"] = [1]
    del record["messages"][0]["is_pinned"]
    whole, left_out = read_conversation(record)
    assert left_out.total() == 0
    assert whole.conversation.system_prompt is None
    assert not whole.messages[0].is_pinned


@pytest.mark.parametrize("moment", [1e300, -1e15, 253_402_300_800.0])
def test_a_conversation_of_no_day_is_refused(moment: float) -> None:
    record = written()
    record["conversation"]["updated_at"] = moment
    with pytest.raises(UnreadableError, match="updated_at"):
        read_conversation(record)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(value=JSON, data=st.data())
def test_anything_anywhere_in_a_record_is_read_or_refused(value: Any, data: st.DataObject) -> None:
    record = written()
    place: Any = record
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = value
            break
        place = place[key]
    try:
        whole, _ = read_conversation(record)
    except UnreadableError:
        return
    assert {message.conversation_id for message in whole.messages} <= {whole.conversation.id}
    write_conversation(whole, 0.0)


def test_summaries_that_would_get_one_id_are_one() -> None:
    seed = next(seed for seed in range(99) if random_conversation(random.Random(seed)).summaries)
    record = written(seed)
    summary = record["summaries"][0]
    first, _ = read_conversation({**record, "summaries": [{**summary, "id": "x"}]})
    twice = [{**summary, "id": "x"}, {**summary, "id": first.summaries[0].id}]
    whole, _ = read_conversation({**record, "summaries": twice})
    assert [kept.id for kept in whole.summaries] == [first.summaries[0].id]
