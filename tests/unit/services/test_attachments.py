"""Files on their way into a prompt."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.context_map import BlockKind
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import (
    AttachmentCounted,
    AttachmentsChanged,
    ContextMeasured,
    MessageAdded,
    NoticeRaised,
    ReplyFinished,
    SendFailed,
)
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.unsent import draft_id
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.attachments import AttachmentSource, file_source
from tests.support.desk import Desk, model


@pytest.fixture
def engine(desk: Desk) -> ScriptedEngine:
    desk.settings = replace(desk.settings, sampling=SamplingParams(max_tokens=100, seed=1))
    engine = ScriptedEngine(["Seen."], n_ctx=2000)
    desk.garage.engines["/models/A.gguf"] = engine
    desk.inference.load(model("A"), LoadOptions())
    return engine


def attach(desk: Desk, path: Path, content: bytes) -> AttachmentsChanged:
    path.write_bytes(content)
    desk.attachments.attach(None, [file_source(str(path))])
    return desk.log.wait_for(AttachmentsChanged, lambda event: path.name in [each.name for each in event.attachments])


def test_what_is_attached_is_in_this_prompt_and_in_the_next(desk: Desk, engine: ScriptedEngine, tmp_path: Path) -> None:
    attach(desk, tmp_path / "secret.txt", b"The word is xylophone.")
    desk.chat.send(None, "What is the word?", unsent_id=draft_id(None))
    reply = desk.log.wait_for(ReplyFinished).message
    assert "xylophone" in engine.prompts[0][-1].text
    assert engine.prompts[0][-1].text.endswith("What is the word?")
    desk.chat.send(reply.conversation_id, "And again?")
    desk.log.wait_for(ReplyFinished, lambda event: event.message.id != reply.id)
    assert "xylophone" in "".join(message.text for message in engine.prompts[1])


def test_a_file_is_counted_by_the_engine(desk: Desk, engine: ScriptedEngine, tmp_path: Path) -> None:
    changed = attach(desk, tmp_path / "a.txt", b"1234567890")
    desk.attachments.count(changed.attachments)
    counted = desk.log.wait_for(AttachmentCounted)
    assert counted.tokens == len("Attached file: a.txt\n```\n1234567890\n```")


def test_the_meter_counts_what_is_attached_to_the_draft(desk: Desk, engine: ScriptedEngine, tmp_path: Path) -> None:
    attach(desk, tmp_path / "a.txt", b"x" * 500)
    desk.chat.measure(None, "")

    def draft_tokens(event: ContextMeasured) -> int:
        return sum(block.tokens for block in event.use.blocks if block.kind is BlockKind.DRAFT)

    desk.log.wait_for(ContextMeasured, lambda event: draft_tokens(event) > 500)
    desk.log.events.clear()
    desk.chat.measure(None)
    desk.log.wait_for(ContextMeasured, lambda event: not draft_tokens(event))


def test_a_file_too_large_for_the_context_is_refused_with_its_tokens(
    desk: Desk, engine: ScriptedEngine, tmp_path: Path
) -> None:
    attach(desk, tmp_path / "long.txt", b"y" * 3000)
    desk.chat.send(None, "Read this.", unsent_id=draft_id(None))
    error = desk.log.wait_for(ReplyFinished).message.error
    assert error is not None
    assert error.code is ErrorCode.PROMPT_TOO_LONG
    assert error.params["tokens"] > 3000


def test_a_file_alone_is_a_message_and_nothing_is_none(desk: Desk, engine: ScriptedEngine, tmp_path: Path) -> None:
    desk.chat.send(None, "  ", unsent_id=draft_id(None))
    assert desk.log.wait_for(SendFailed).error.code is ErrorCode.EMPTY_MESSAGE
    attach(desk, tmp_path / "a.txt", b"words")
    desk.chat.send(None, "  ", unsent_id=draft_id(None))
    assert desk.log.wait_for(MessageAdded).message.text == ""
    desk.log.wait_for(ReplyFinished)
    assert "words" in engine.prompts[0][-1].text


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("program", b"\x7fELF" + bytes(100), ErrorCode.ATTACHMENT_NOT_TEXT),
        ("nothing.txt", b"", ErrorCode.ATTACHMENT_EMPTY),
        ("huge.log", b"x" * 2_000_001, ErrorCode.ATTACHMENT_TOO_LARGE),
    ],
)
def test_what_cannot_be_attached_is_refused_by_name(
    name: str, content: bytes, code: ErrorCode, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    desk.attachments.attach(None, [file_source(str(tmp_path / name))])
    error = desk.log.wait_for(NoticeRaised).error
    assert (error.code, error.params["name"]) == (code, name)
    assert desk.unsent.draft(None).attachments == ()


def test_a_folder_and_a_file_that_is_gone_are_refused_and_the_others_are_not(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good")
    paths = [tmp_path, tmp_path / "gone.txt", tmp_path / "good.txt"]
    desk.attachments.attach(None, [file_source(str(path)) for path in paths])
    desk.log.wait_for(AttachmentsChanged, lambda event: bool(event.attachments))
    assert [event.is_reading for event in desk.log.of(AttachmentsChanged)] == [True, True, False]
    codes = [ErrorCode.NOT_A_FILE, ErrorCode.ATTACHMENT_UNREADABLE]
    assert [notice.error.code for notice in desk.log.of(NoticeRaised)] == codes


def test_a_name_is_shown_in_one_line_and_never_used_as_a_path(desk: Desk) -> None:
    desk.attachments.attach(None, [AttachmentSource("../../etc\npasswd\u202e.txt", lambda _most: b"text")])
    [attached] = desk.log.wait_for(AttachmentsChanged).attachments
    assert attached.name == "../../etc passwd.txt"
