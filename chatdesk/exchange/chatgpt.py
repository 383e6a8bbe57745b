"""ChatGPT's export: `conversations.json`, an array of conversations, each a tree of nodes in `mapping`."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from chatdesk.core.exchange import LeftOut
from chatdesk.core.markdown_marks import fenced
from chatdesk.core.messages import FinishReason, Part, PartKind, Role, clean_text
from chatdesk.exchange.foreign import ROLES, Said, Talk
from chatdesk.exchange.loose import record, records, text
from chatdesk.exchange.records import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "chatgpt"
# Marks of citations, in characters of private use, which only the app itself can draw.
_CITATIONS = re.compile("\ue200[^\ue200\ue201]*\ue201|[\ue200-\ue2ff]")
_FINISHES = {
    "stop": FinishReason.END_OF_TURN,
    "max_tokens": FinishReason.MAX_TOKENS,
    "interrupted": FinishReason.STOPPED,
}
_HIDDEN = {"user_editable_context", "model_editable_context"}
_NOTHING = {"reasoning_recap"}  # says how long it took
_TOOLS = {"tether_browsing_display", "tether_quote", "system_error", "sonic_webpage", "computer_output"}


def is_chatgpt(untrusted: Mapping[str, Any]) -> bool:
    """Whether an item looks like one of ChatGPT's conversations."""
    return isinstance(untrusted.get("mapping"), dict)


def read_chatgpt(untrusted: Mapping[str, Any]) -> tuple[Talk, Counter[LeftOut]]:
    """A conversation with all of its branches."""
    left_out: Counter[LeftOut] = Counter()
    said = [_said(node_id, node, left_out) for node_id, node in _in_their_order(untrusted["mapping"])]
    created_at = moment(untrusted.get("create_time"))
    title = text(untrusted.get("title"))
    return Talk(
        app=APP,
        key=text(untrusted.get("conversation_id")) or text(untrusted.get("id")) or f"{title} {created_at}",
        title=title,
        said=tuple(said),
        created_at=created_at,
        updated_at=moment(untrusted.get("update_time")),
        current_id=text(untrusted.get("current_node")) or None,
        is_pinned=untrusted.get("is_starred") is True,
        is_archived=untrusted.get("is_archived") is True,
    ), left_out


def _in_their_order(nodes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The nodes so that those that hang on one come as it lists them."""
    place: dict[str, int] = {}
    for node in nodes.values():
        children = record(node).get("children")
        listed = [child for child in children if isinstance(child, str)] if isinstance(children, list) else []
        place |= {child: number for number, child in enumerate(listed)}
    return sorted(nodes.items(), key=lambda item: place.get(item[0], 0))


def _said(node_id: str, untrusted_node: object, left_out: Counter[LeftOut]) -> Said:
    node = record(untrusted_node)
    link = Said(node_id, text(node.get("parent")) or None)
    message = node.get("message")
    if not isinstance(message, dict):  # the root has none
        return link
    author, metadata = record(message.get("author")), record(message.get("metadata"))
    content = record(message.get("content"))
    is_of_hidden_kind = text(content.get("content_type")) in _HIDDEN
    if metadata.get("is_visually_hidden_from_conversation") is True or is_of_hidden_kind:
        left_out[LeftOut.HIDDEN_NOTE] += is_of_hidden_kind or _strings(content.get("parts"))
        return link
    role = ROLES.get(text(author.get("role")))
    if role is None:
        left_out[LeftOut.UNKNOWN_ROLE] += 1
        return link
    recipient = text(message.get("recipient"))
    parts = _parts(content, left_out, is_to_a_tool=role is Role.ASSISTANT and recipient not in {"", "all"})
    if not parts:
        return link
    finish = text(record(metadata.get("finish_details")).get("type"))
    return Said(
        node_id,
        link.parent_id,
        # What a tool gave back is a step of the reply.
        Role.ASSISTANT if role is Role.TOOL else role,
        parts,
        moment(message.get("create_time")),
        text(metadata.get("model_slug")),
        _FINISHES.get(finish) if role is Role.ASSISTANT else None,
    )


def _parts(content: Mapping[str, Any], left_out: Counter[LeftOut], *, is_to_a_tool: bool) -> tuple[Part, ...]:
    said = ""
    match text(content.get("content_type")):
        case "text" | "multimodal_text":
            if is_to_a_tool:
                left_out[LeftOut.TOOL_USE] += 1
            else:
                said = "\n\n".join(_pieces(content.get("parts"), left_out))
        case "code" | "execution_output":
            code = clean_text(text(content.get("text")))
            language = text(content.get("language"))
            if code:
                said = fenced(code, language if language.isalnum() and language != "unknown" else "")
        case "thoughts":
            return _thoughts(content.get("thoughts"))
        case kind if kind in _TOOLS:
            left_out[LeftOut.TOOL_USE] += 1
        case kind if kind in _NOTHING:
            pass
        case _:
            left_out[LeftOut.UNKNOWN_CONTENT] += 1
    said = clean_text(_CITATIONS.sub("", said))
    return (Part(PartKind.TEXT, said),) if said else ()


def _pieces(untrusted_parts: object, left_out: Counter[LeftOut]) -> list[str]:
    """The texts among the parts of a message; what else there is, is counted."""
    texts = []
    for part in untrusted_parts if isinstance(untrusted_parts, list) else ():
        if isinstance(part, str):
            texts.append(part)
            continue
        kind = text(record(part).get("content_type"))
        if kind == "audio_transcription":
            texts.append(text(part.get("text")))
        elif kind == "image_asset_pointer":
            left_out[LeftOut.IMAGE] += 1
        elif "audio" in kind or "video" in kind:
            left_out[LeftOut.AUDIO] += 1
        else:
            left_out[LeftOut.UNKNOWN_CONTENT] += 1
    return [each for each in texts if each.strip()]


def _thoughts(untrusted: object) -> tuple[Part, ...]:
    pieces: list[str] = []
    for thought in records(untrusted):
        summary = text(thought.get("summary"))
        pieces += [f"**{summary}**" if summary else "", text(thought.get("content"))]
    thoughts = clean_text("\n\n".join(filter(None, pieces)))
    return (Part(PartKind.REASONING, thoughts),) if thoughts else ()


def _strings(untrusted: object) -> bool:
    """Whether there is any text in it."""
    return isinstance(untrusted, list) and any(isinstance(part, str) and part.strip() for part in untrusted)
