"""What other apps export, read with its branches; what is not understood is counted.

The shapes are those of real exports, with words of our own.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import io
import json
import struct
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.attachments import attachments_of
from chatdesk.core.conversations import path_to
from chatdesk.core.errors import UserFacingError
from chatdesk.core.exchange import LeftOut, WholeConversation
from chatdesk.core.messages import FinishReason, Message, PartKind, ReplyStatus, Role
from chatdesk.exchange.own_format import read_conversation, write_conversation
from chatdesk.exchange.reader import ExportReader


def read(path: Path, untrusted: Any) -> tuple[list[WholeConversation], dict[LeftOut, int]]:
    path.write_text(json.dumps(untrusted), encoding="utf-8")
    return read_file(path)


def read_file(path: Path) -> tuple[list[WholeConversation], dict[LeftOut, int]]:
    reader = ExportReader(path)
    found = [whole for whole in reader.conversations() if whole is not None]
    return found, {reason: count for reason, count in reader.left_out.items() if count}


def shown(whole: WholeConversation) -> list[tuple[str, str]]:
    return [
        (message.role.value, message.text) for message in path_to(whole.conversation.active_leaf_id, whole.messages)
    ]


def saying(whole: WholeConversation, text: str) -> Message:
    return next(message for message in whole.messages if message.text == text)


def versions(whole: WholeConversation, text: str) -> list[str]:
    """The texts of all messages beside the one that says `text`, oldest first."""
    parent = saying(whole, text).parent_id
    beside = [message for message in whole.messages if message.parent_id == parent]
    return [message.text for message in sorted(beside, key=lambda message: (message.created_at, message.id))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export.json"


# --- ChatGPT ---


def node(name: str, parent: str | None, role: str, content: dict[str, Any] | str, **more: Any) -> dict[str, Any]:
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    metadata = more.pop("metadata", {})
    message = {"id": name, "author": {"role": role}, "content": content, "recipient": "all", "metadata": metadata}
    return {"id": name, "parent": parent, "children": more.pop("children", []), "message": {**message, **more}}


CHATGPT: dict[str, Any] = {
    "title": "Huts",
    "conversation_id": "abc",
    "create_time": 1_700_000_000.5,
    "update_time": 1_700_000_900.0,
    "current_node": "r2",
    "is_archived": True,
    "mapping": {
        "root": {"id": "root", "parent": None, "children": ["sys"], "message": None},
        "sys": node("sys", "root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
        "me": node("me", "sys", "user", {"content_type": "user_editable_context", "user_profile": "I hike."}),
        "q": node("q", "me", "user", "How far?", create_time=1_700_000_001.0, children=["r1", "t"]),
        "r1": node("r1", "q", "assistant", "Old.", create_time=1_700_000_002.0, metadata={"model_slug": "gpt-4"}),
        "t": node(
            "t",
            "q",
            "assistant",
            {"content_type": "thoughts", "thoughts": [{"summary": "Maps", "content": "I look at maps."}]},
            create_time=1_700_000_003.0,
        ),
        "recap": node("recap", "t", "assistant", {"content_type": "reasoning_recap", "content": "Thought for 2s"}),
        "call": node(
            "call", "recap", "assistant", {"content_type": "code", "language": "python", "text": "1+1"},
            recipient="python",
        ),
        "out": node("out", "call", "tool", {"content_type": "execution_output", "text": "2"}),
        "r2": node(
            "r2", "out", "assistant", "Two hours.\ue200cite\ue202turn0search1\ue201", create_time=1_700_000_004.0,
            metadata={"model_slug": "o3", "finish_details": {"type": "max_tokens"}},
        ),
        "q2": node(
            "q2",
            "r1",
            "user",
            {
                "content_type": "multimodal_text",
                "parts": [{"content_type": "image_asset_pointer", "asset_pointer": "sediment://x"}, "And this?"],
            },
        ),
        "odd": node("odd", "q2", "assistant", {"content_type": "hologram"}),
    },
}  # fmt: skip


def test_chatgpt_comes_with_branches_models_and_reasoning(file: Path) -> None:
    [whole], left_out = read(file, [CHATGPT])
    code_and_text = "```python\n1+1\n```\n\n```\n2\n```\n\nTwo hours."
    assert shown(whole) == [("user", "How far?"), ("assistant", code_and_text)]
    assert versions(whole, "Old.") == ["Old.", code_and_text]
    reply = saying(whole, code_and_text)
    assert [part.kind for part in reply.parts] == [PartKind.REASONING, PartKind.TEXT]
    assert reply.parts[0].text == "**Maps**\n\nI look at maps."
    assert reply.origin is not None
    assert (reply.origin.model_name, reply.finish_reason) == ("o3", FinishReason.MAX_TOKENS)
    assert saying(whole, "And this?").parent_id == saying(whole, "Old.").id
    assert left_out == {LeftOut.HIDDEN_NOTE: 1, LeftOut.IMAGE: 1, LeftOut.UNKNOWN_CONTENT: 1}
    assert (whole.conversation.title, whole.conversation.created_at) == ("Huts", 1_700_000_000.5)
    assert whole.conversation.updated_at == 1_700_000_900.0
    assert (whole.conversation.pinned_at, whole.conversation.archived_at is not None) == (None, True)


def test_chatgpts_zip_is_read_as_it_comes_in_one_piece_or_several(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/conversations-000.json", json.dumps([CHATGPT]))
        archive.writestr("export/conversations-001.json", json.dumps([{**CHATGPT, "conversation_id": "two"}]))
        archive.writestr("user.json", json.dumps({"id": "user-1", "email": "x@example.org"}))
        archive.writestr("../../evil.html", "<script>")
    found, left_out = read_file(tmp_path / "export.zip")
    assert len(found) == 2
    assert LeftOut.NOT_A_CONVERSATION not in left_out
    assert [path.name for path in tmp_path.iterdir()] == ["export.zip"]


def test_the_same_chat_has_the_same_ids_each_time_and_another_has_others(file: Path) -> None:
    [first], _ = read(file, [CHATGPT])
    [again, other], _ = read(file, [CHATGPT, {**CHATGPT, "conversation_id": "two"}])
    assert first == again
    assert not {message.id for message in first.messages} & {message.id for message in other.messages}


# --- Open WebUI ---


def said(name: str, parent: str | None, role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "parentId": parent, "childrenIds": [], "role": role, "content": content, **more}


PNG = b"\x89PNG\r\n\x1a\n and so on"
REASONED = (
    '<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds</summary>\n'
    "> I look\n> at maps.\n</details>\n"
    '<details type="tool_calls" done="true"><summary>x</summary></details>Two hours.'
)
PICTURE = {"type": "image", "name": "hut.png", "url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}
OPEN_WEBUI: dict[str, Any] = {
    "id": "w1",
    "user_id": "u",
    "title": "Huts",
    "chat": {
        "title": "Huts",
        "models": ["qwen", "llama"],
        "params": {"system": "Be brief."},
        "history": {
            "currentId": "a2",
            "messages": {
                "q": said("q", None, "user", "How far?", timestamp=1_700_000_001, files=[{"type": "image"}, PICTURE]),
                "a1": said("a1", "q", "assistant", "Old.", model="llama", timestamp=1_700_000_002),
                "a2": said(
                    "a2", "q", "assistant", REASONED, model="qwen:4b", modelName="Qwen", timestamp=1_700_000_003,
                    usage={"prompt_tokens": 9, "completion_tokens": 4},
                ),
            },
        },
        "messages": [],
    },
    "created_at": 1_700_000_000,
    "updated_at": 1_700_000_009,
    "pinned": True,
    "archived": False,
}  # fmt: skip


def test_open_webui_comes_with_branches_reasoning_and_system_prompt(file: Path) -> None:
    [whole], left_out = read(file, [OPEN_WEBUI])
    assert shown(whole) == [("user", "How far?"), ("assistant", "Two hours.")]
    assert versions(whole, "Old.") == ["Old.", "Two hours."]
    reply = saying(whole, "Two hours.")
    assert [(part.kind, part.text) for part in reply.parts] == [
        (PartKind.REASONING, "I look\nat maps."),
        (PartKind.TEXT, "Two hours."),
    ]
    assert reply.origin is not None
    assert (reply.origin.model_name, reply.figures.prompt_tokens, reply.figures.reply_tokens) == ("Qwen", 9, 4)
    assert whole.conversation.system_prompt == "Be brief."
    assert (whole.conversation.pinned_at is not None, whole.conversation.archived_at) == (True, None)
    assert left_out == {LeftOut.IMAGE: 1, LeftOut.TOOL_USE: 1}
    [picture] = attachments_of(saying(whole, "How far?"))
    assert (picture.name, picture.media_type) == ("hut.png", "image/png")
    assert whole.attachments[picture.sha256].content == PNG


def test_one_chat_of_open_webui_alone_and_text_in_pieces_are_read(file: Path) -> None:
    pieces = [{"type": "text", "text": "How far?"}, {"type": "image_url", "image_url": {"url": "https://x.example"}}]
    history = {"currentId": "q", "messages": {"q": said("q", None, "user", pieces)}}
    [whole], left_out = read(file, {"title": "One", "history": history})
    assert (shown(whole), left_out) == ([("user", "How far?")], {LeftOut.IMAGE: 1})


# --- LM Studio ---


def lm(*versions: dict[str, Any], selected: int = 0) -> dict[str, Any]:
    return {"versions": list(versions), "currentlySelected": selected}


def by_user(text: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}, {"type": "file", "fileIdentifier": "1.png", "fileType": "image"}]
    return {"type": "singleStep", "role": "user", "content": content}


def by_model(text: str, thought: str = "") -> dict[str, Any]:
    block = {"type": "contentBlock", "content": [{"type": "text", "text": text}], "genInfo": {
        "identifier": "qwen3-4b", "stats": {"tokensPerSecond": 50.0, "predictedTokensCount": 101, "stopReason": "userStopped", "timeToFirstTokenSec": 0.5, "promptTokensCount": 12}}}  # fmt: skip  # noqa: E501
    thinking = {"type": "contentBlock", "style": {"type": "thinking"}, "content": [{"type": "text", "text": thought}]}
    steps = [*([thinking] if thought else []), block, {"type": "debugInfoBlock", "debugInfo": "x"}]
    return {"type": "multiStep", "role": "assistant", "steps": steps, "senderInfo": {"senderName": "qwen3"}}


LM_STUDIO: dict[str, Any] = {
    "name": "Huts",
    "createdAt": 1_700_000_000_000,
    "userLastMessagedAt": 1_700_000_005_000,
    "systemPrompt": "",
    "perChatPredictionConfig": {"fields": [{"key": "llm.prediction.systemPrompt", "value": "Be brief."}]},
    "messages": [
        lm(by_user("How far?")),
        lm(by_model("Old."), by_model("Two hours.", "I look at maps."), selected=1),
        lm(by_user("Thanks.")),
    ],
}


def test_lm_studio_comes_with_versions_reasoning_and_figures(file: Path) -> None:
    [whole], left_out = read(file, LM_STUDIO)
    assert shown(whole) == [("user", "How far?"), ("assistant", "Two hours."), ("user", "Thanks.")]
    assert versions(whole, "Old.") == ["Old.", "Two hours."]
    reply = saying(whole, "Two hours.")
    assert reply.parts[0].text == "I look at maps."
    assert (reply.status, reply.finish_reason) == (ReplyStatus.STOPPED, FinishReason.STOPPED)
    assert (reply.figures.tokens_per_second, reply.figures.prompt_tokens) == (50.0, 12)
    assert whole.conversation.system_prompt == "Be brief."
    assert (whole.conversation.created_at, whole.conversation.updated_at) == (1_700_000_000, 1_700_000_005)
    assert left_out == {LeftOut.IMAGE: 2}


# --- GPT4All ---


class Written:
    """Values as Qt writes them."""

    def __init__(self, version: int) -> None:
        self.data = b"\xf5\xd5\x53\xcc" + struct.pack(">i", version)

    def text(self, *texts: str) -> Written:
        for text in texts:
            encoded = text.encode("utf-16-be")
            self.data += struct.pack(">I", len(encoded)) + encoded
        return self

    def raw(self, layout: str, *values: Any) -> Written:
        self.data += struct.pack(f">{layout}", *values)
        return self


def gpt4all(version: int = 12) -> bytes:
    out = Written(version).raw("q", 1_700_000_000).text("id-1", "Huts", "me", "Llama 3 8B").raw("I", 1).text("docs")
    out.raw("i", 3)
    out.text("Prompt: ", "How far?", "").raw("????", False, False, False, False)
    out.raw("q", 1).text("c", "p", "f", "t", "a", "d", "passage").raw("iii", 1, 2, 3)
    out.raw("q", 2).raw("I", 3).raw("3s", b"url").raw("I", 0xFFFFFFFF)
    out.raw("I", 20).raw("20s", b"file:///a/my%20n.txt").raw("I", 4).raw("4s", b"note")
    if version >= 12:
        out.raw("q", 0)
    out.text("Response: ", "<think>I look at maps.</think>Two hours.", "").raw(
        "?????", False, True, False, False, False
    )
    out.raw("qq", 0, 0)
    if version >= 12:
        out.raw("q", 1).text("Response: ", "").raw("q", 2)
        out.text("Text: ", "Let me see.").raw("q", 0)
        out.text("ToolCall: ", "code").text("javascript").raw("q", 1).text("code").raw("iI?", 0, 10, False).text("1+1")
        out.text("2").raw("i", 0).text("").raw("q", 0)
    out.text("Wizard: ", "?", "").raw("????", False, False, False, False).raw("qq", 0, 0)
    if version >= 12:
        out.raw("q", 0)
    return out.data


@pytest.mark.parametrize("version", [11, 12])
def test_gpt4all_is_read_by_the_layout_of_its_own_files(version: int, tmp_path: Path) -> None:
    (tmp_path / "gpt4all-1.chat").write_bytes(gpt4all(version))
    [whole], left_out = read_file(tmp_path / "gpt4all-1.chat")
    reply = whole.messages[-1]
    assert whole.conversation.title == "Huts"
    assert [message.role for message in whole.messages] == [Role.USER, Role.ASSISTANT]
    assert reply.origin is not None
    assert (reply.origin.model_name, reply.status) == ("Llama 3 8B", ReplyStatus.STOPPED)
    [note] = attachments_of(whole.messages[0])
    assert (note.name, whole.attachments[note.sha256].content) == ("my n.txt", b"note")
    expected = {LeftOut.FILE: 1, LeftOut.UNKNOWN_ROLE: 1} | ({LeftOut.TOOL_USE: 1} if version >= 12 else {})
    assert left_out == expected
    if version == 11:
        assert [part.text for part in reply.parts] == ["I look at maps.", "Two hours."]
    else:
        assert reply.text.startswith("Let me see.")


def test_gpt4alls_earlier_files_and_damaged_ones_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "gpt4all-1.chat"
    path.write_bytes(gpt4all(9))
    assert read_file(path) == ([], {LeftOut.UNKNOWN_VERSION: 1})
    whole = gpt4all()
    for length in range(8, len(whole)):
        path.write_bytes(whole[:length])
        assert read_file(path) == ([], {LeftOut.DAMAGED_CONVERSATION: 1})


# --- all ---


def test_trees_that_make_no_sense_end_in_trees_that_do(file: Path) -> None:
    history = {
        "currentId": "b",
        "messages": {
            "a": said("a", "b", "user", "in a circle"),
            "b": said("b", "a", "assistant", "in a circle"),
            "c": said("c", "nobody", "user", "an orphan"),
            "d": said("d", "e", "assistant", "below two that hold nothing"),
            "e": said("e", "f", "user", ""),
            "f": said("f", "c", "user", ""),
            "g": said("g", "g", "user", ""),
            "h": said("h", "g", "user", "below one in a circle of its own"),
            "i": "no record",
        },
    }
    [whole], left_out = read(file, {"history": history})
    assert saying(whole, "below two that hold nothing").parent_id == saying(whole, "an orphan").id
    assert saying(whole, "below one in a circle of its own").parent_id is None
    assert left_out == {LeftOut.LOST_PARENT: 1, LeftOut.DAMAGED_MESSAGE: 2, LeftOut.UNKNOWN_ROLE: 1}
    assert whole.conversation.active_leaf_id in {message.id for message in whole.messages}
    assert whole.conversation.title == "an orphan"
    assert not whole.is_titled


def test_messages_without_a_time_keep_their_order(file: Path) -> None:
    history = {"messages": {str(n): said(str(n), None, "user", f"version {n}") for n in range(20)}}
    [whole], _ = read(file, {"title": "Many", "created_at": 1_700_000_000, "chat": {"history": history}})
    assert versions(whole, "version 3") == [f"version {n}" for n in range(20)]
    assert all(message.created_at > 1_700_000_000 for message in whole.messages)


def test_an_element_that_never_ends_is_text_however_often_it_begins(file: Path) -> None:
    text = '<details type="reasoning">' * 40_000
    [whole], _ = read(file, {"history": {"messages": {"a": said("a", None, "user", text)}}})
    assert whole.messages[0].text == text


@pytest.mark.parametrize("kind", [None, 1, ["text"], {"type": "text"}])
def test_kinds_that_are_no_text_are_unknown_ones(file: Path, kind: Any) -> None:
    mapping = {"a": node("a", None, "user", "How far?"), "b": node("b", "a", "assistant", {"content_type": kind})}
    [whole], left_out = read(file, {"mapping": mapping})
    assert (shown(whole), left_out) == ([("user", "How far?")], {LeftOut.UNKNOWN_CONTENT: 1})
    reply = {**by_model("Two hours."), "content": [{"type": kind}]}
    reply["steps"] = [{"type": kind}, *reply["steps"]]
    [whole], left_out = read(file, {**LM_STUDIO, "messages": [lm(reply)]})
    assert (shown(whole), left_out) == ([("assistant", "Two hours.")], {LeftOut.UNKNOWN_CONTENT: 2})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "q", "a1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(original=st.sampled_from([CHATGPT, OPEN_WEBUI, LM_STUDIO]), n_changes=st.integers(1, 4), data=st.data())
def test_anything_anywhere_ends_in_conversations_that_can_be_kept(
    original: dict[str, Any], n_changes: int, data: st.DataObject
) -> None:
    untrusted: Any = copy.deepcopy(original)
    for _ in range(n_changes):
        place = untrusted
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
                place[key] = data.draw(JSON)
                break
            place = place[key]
    with tempfile.TemporaryDirectory() as folder:
        found, _ = read(Path(folder) / "export.json", [untrusted])
    for whole in found:
        again, left_out = read_conversation(json.loads(write_conversation(whole, 0.0)))
        assert again == whole
        assert left_out.total() == 0


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\xf5\xd5\x53\xcc\0\0\0\x0c", b"[", b'{"mapping":'])
)
def test_any_bytes_are_no_crash(data: bytes, beginning: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        path.write_bytes(beginning + data)
        with contextlib.suppress(UserFacingError):
            read_file(path)


@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), is_cut=st.booleans())
def test_a_damaged_zip_is_no_crash(place: float, byte: int, is_cut: bool) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps([CHATGPT]))
    data = bytearray(packed.getvalue())
    data[int(place * len(data))] = byte
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        path.write_bytes(data[: int(place * len(data))] if is_cut else data)
        with contextlib.suppress(UserFacingError):
            read_file(path)


def test_a_zip_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", b" " * 2_000_000)
    reader = ExportReader(tmp_path / "bomb.zip", most_unpacked_bytes=1_000_000)
    assert list(reader.conversations()) == []
    assert reader.left_out == {LeftOut.TOO_LARGE: 1}


def test_a_reply_in_very_many_steps_is_joined_in_no_time(file: Path) -> None:
    count = 20_000
    mapping = {str(n): node(str(n), str(n - 1) if n else None, "assistant", "step " * 100) for n in range(count)}
    started = time.monotonic()
    [whole], _ = read(file, {"mapping": mapping})
    assert time.monotonic() - started < 10
    [reply] = whole.messages
    assert reply.text.count("step") == 100 * count
