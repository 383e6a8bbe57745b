"""Open WebUI's export: an array of chats, each with a `history` of messages that name their parents."""

from __future__ import annotations

import base64
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from chatdesk.core.exchange import LeftOut
from chatdesk.core.messages import Part, PartKind, ReplyFigures, clean_text
from chatdesk.exchange.foreign import ROLES, Said, Talk, attached, text_and_reasoning
from chatdesk.exchange.loose import count, record, records, text
from chatdesk.exchange.records import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.exchange import AttachedContent

APP = "open-webui"
_OPENING, _CLOSING = '<details type="', "</details>"
_QUOTE = re.compile(r"^> ?", re.MULTILINE)


def is_open_webui(untrusted: Mapping[str, Any]) -> bool:
    """Whether an item looks like one of Open WebUI's chats, or like what it keeps of one."""
    chat = untrusted.get("chat", untrusted)
    return isinstance(chat, dict) and isinstance(chat.get("history"), dict)


def read_open_webui(untrusted: Mapping[str, Any]) -> tuple[Talk, Counter[LeftOut]]:
    """A conversation with all of its branches."""
    left_out: Counter[LeftOut] = Counter()
    chat = record(untrusted.get("chat", untrusted))
    history = record(chat.get("history"))
    messages = record(history.get("messages"))
    files: list[AttachedContent] = []
    said = [_said(node_id, record(message), files, left_out) for node_id, message in messages.items()]
    created_at = moment(untrusted.get("created_at")) or moment(chat.get("timestamp"))
    title = text(untrusted.get("title")) or text(chat.get("title"))
    return Talk(
        app=APP,
        key=text(untrusted.get("id")) or text(chat.get("id")) or f"{title} {created_at}",
        title=title,
        said=tuple(said),
        created_at=created_at,
        updated_at=moment(untrusted.get("updated_at")),
        current_id=text(history.get("currentId")) or None,
        system_prompt=text(record(chat.get("params")).get("system")) or text(chat.get("system")),
        is_pinned=untrusted.get("pinned") is True,
        is_archived=untrusted.get("archived") is True,
        attachments=tuple(files),
    ), left_out


def _said(node_id: str, message: Mapping[str, Any], files: list[AttachedContent], left_out: Counter[LeftOut]) -> Said:
    link = Said(node_id, text(message.get("parentId")) or None)
    role = ROLES.get(text(message.get("role")))
    if role is None:
        left_out[LeftOut.UNKNOWN_ROLE] += 1
        return link
    pictures: list[Part] = []
    for file in records(message.get("files")):
        taken = _picture(file)
        if taken is None:
            left_out[LeftOut.IMAGE if file.get("type") == "image" else LeftOut.FILE] += 1
        else:
            pictures.append(taken[0])
            files.append(taken[1])
    usage = record(message.get("usage")) or record(message.get("info"))
    return Said(
        node_id,
        link.parent_id,
        role,
        (*_parts(_content(message.get("content"), left_out), left_out), *pictures),
        moment(message.get("timestamp")),
        text(message.get("modelName")) or text(message.get("model")),
        figures=ReplyFigures(
            prompt_tokens=count(usage.get("prompt_tokens") or usage.get("prompt_eval_count")),
            reply_tokens=count(usage.get("completion_tokens") or usage.get("eval_count")),
        ),
    )


def _picture(file: Mapping[str, Any]) -> tuple[Part, AttachedContent] | None:
    """A picture that lies in the file itself; others are only named there."""
    head, _, data = text(file.get("url")).partition(",")
    if not (head.startswith("data:image/") and head.endswith(";base64")):
        return None
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:
        return None
    return attached(text(file.get("name")) or "image", content)


def _content(untrusted: object, left_out: Counter[LeftOut]) -> str:
    """The text of a message, which may be told in pieces, pictures among them."""
    if isinstance(untrusted, str):
        return untrusted
    texts = []
    for piece in records(untrusted):
        if piece.get("type") == "text":
            texts.append(text(piece.get("text")))
        else:
            left_out[LeftOut.IMAGE if piece.get("type") == "image_url" else LeftOut.UNKNOWN_CONTENT] += 1
    return "\n\n".join(texts)


def _parts(untrusted_text: str, left_out: Counter[LeftOut]) -> tuple[Part, ...]:
    """A text as parts. Reasoning and tools stand in it as elements that the app folds."""
    parts: list[Part] = []
    start = 0
    while (element := _element(untrusted_text, start)) is not None:
        parts += text_and_reasoning(untrusted_text[start : element.start])
        if element.kind == "reasoning":
            reasoning = clean_text(_QUOTE.sub("", element.text))
            parts += [Part(PartKind.REASONING, reasoning)] if reasoning else []
        else:
            left_out[LeftOut.TOOL_USE] += 1
        start = element.end
    return (*parts, *text_and_reasoning(untrusted_text[start:]))


class _Element(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def _element(untrusted_text: str, position: int) -> _Element | None:
    """The next element that is whole. Looked for so that no text takes more than one walk through it."""
    start = untrusted_text.find(_OPENING, position)
    head_end = untrusted_text.find(">", start) if start >= 0 else -1
    end = untrusted_text.find(_CLOSING, head_end) if head_end >= 0 else -1
    if end < 0:
        return None
    kind, _, _ = untrusted_text[start + len(_OPENING) : head_end].partition('"')
    text = untrusted_text[head_end + 1 : end]
    _, _, behind_summary = text.partition("</summary>")
    return _Element(kind, behind_summary or text, start, end + len(_CLOSING))
