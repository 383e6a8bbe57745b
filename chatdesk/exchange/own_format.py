"""ChatDesk's own format: complete, and the same after it was read back.

A file is one JSON array. Each of its items is one conversation, on a line of its own, and says so itself:

    {"format": "chatdesk", "version": 1, "exported_at": 1764200000.0,
     "conversation": {"id": …, "title": …, "is_titled": true, "created_at": …, "updated_at": …, "active_leaf_id": …,
                      "system_prompt": null, "overrides": null, "folder": "Travels", "pinned_at": null, …},
     "messages": [{"id": …, "parent_id": null, "role": "user", "parts": [{"kind": "text", "text": …}], …},
                  {"id": …, "parent_id": …, "role": "assistant", "status": "complete", "finish_reason": "end_of_turn",
                   "parts": […], "origin": {"model_name": …, "sampling": {…}, "system_prompt": …, "seed": 7,
                                            "token_ids": "base64 of little-endian int32", …},
                   "figures": {"prompt_tokens": …, …}, "is_pinned": false, …}],
     "summaries": [{"id": …, "last_message_id": …, "text": …, "created_at": …, "model_name": …, "undone_at": null}],
     "attachments": [{"sha256": …, "media_type": "image/png", "content": "base64"}]}

The fields of a conversation, a message and what belongs to it have the names that they have in `chatdesk.core`; times
are Unix seconds. Messages form a tree by `parent_id`, with null for a root; siblings of one role are versions of each
other, the oldest first. Deleted messages are left out; one that living ones hang on keeps its `deleted_at`.

Readers ignore fields they do not know and take the default for those that are missing. `version` goes up when a file
would be misunderstood by an older reader, which then leaves the conversation alone and says so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chatdesk.core.attachments import picture_type
from chatdesk.core.conversations import Conversation, tidy_title
from chatdesk.core.exchange import (
    AttachedContent,
    KeptSummary,
    LeftOut,
    WholeConversation,
    as_ended,
    parents_first,
)
from chatdesk.core.messages import Message, PartKind, clean_text
from chatdesk.core.organisation import folder_name
from chatdesk.exchange.records import UnreadableError, as_json, from_json, mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMAT = "chatdesk"
VERSION = 1

_NAMESPACE = uuid.UUID("5d0a1f5e-8c53-4b0c-9a2f-6d2b8a0c7e11")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HERE = {"conversation_id"}  # said once, by the place in the file
_ELSEWHERE = {"deleted_at", "folder_id"}  # what is deleted stays behind, and a folder goes by its name


def write_conversation(whole: WholeConversation, exported_at: float) -> str:
    """One conversation as one line of JSON."""
    record = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": exported_at,
        "conversation": {
            **as_json(whole.conversation, _ELSEWHERE),
            "is_titled": whole.is_titled,
            "folder": whole.folder,
        },
        "messages": [as_json(message, _HERE) for message in whole.messages],
        "summaries": [as_json(summary) for summary in whole.summaries],
        "attachments": [
            {
                "sha256": attachment.sha256,
                "media_type": attachment.media_type,
                "content": base64.b64encode(attachment.content).decode(),
            }
            for attachment in whole.attachments.values()
        ],
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def is_own(untrusted: Mapping[str, Any]) -> bool:
    """Whether a JSON object says that it is one of ours."""
    return untrusted.get("format") == FORMAT


def read_conversation(untrusted: Mapping[str, Any]) -> tuple[WholeConversation, Counter[LeftOut]]:
    """A conversation from its JSON object, and what of it could not be read.

    Raises:
        UnreadableError: nothing can be made of it.
    """
    about = mapping(untrusted.get("conversation"))
    conversation = from_json(Conversation, about, deleted_at=None, folder_id=None)
    conversation = replace(conversation, id=_known_id(conversation.id), title=tidy_title(conversation.title))
    attachments, left_out = _attachments(untrusted.get("attachments", []))
    messages = []
    for record in _records(untrusted.get("messages", [])):
        try:
            message = from_json(Message, record, conversation_id=conversation.id)
        except UnreadableError:
            left_out[LeftOut.DAMAGED_MESSAGE] += 1
            continue
        parts = tuple(
            part
            for part in message.parts
            if part.attachment_sha256 in attachments
            or (part.attachment_sha256 is None and part.kind is not PartKind.ATTACHMENT)
        )
        left_out[LeftOut.FILE] += len(message.parts) - len(parts)
        parent_id = _known_id(message.parent_id) if message.parent_id is not None else None
        messages.append(as_ended(replace(message, id=_known_id(message.id), parent_id=parent_id, parts=parts)))
    ordered, mended = parents_first(messages)
    ids = {message.id for message in ordered}
    leaf_id = _known_id(conversation.active_leaf_id) if conversation.active_leaf_id is not None else None
    if leaf_id not in ids:
        leaf_id = max(ordered, key=lambda message: message.created_at).id if ordered else None
    summaries, lost = _summaries(untrusted.get("summaries", []), ids)
    used = {part.attachment_sha256 for message in ordered for part in message.parts}
    whole = WholeConversation(
        conversation=replace(conversation, active_leaf_id=leaf_id),
        messages=ordered,
        is_titled=about.get("is_titled") is not False,
        folder=folder_name(clean_text(text(about.get("folder") or ""))) or None,
        summaries=summaries,
        attachments={sha256: content for sha256, content in attachments.items() if sha256 in used},
    )
    return whole, left_out + mended + lost


def _records(untrusted: object) -> Iterable[object]:
    if not isinstance(untrusted, list):
        raise UnreadableError("a list was expected")
    return untrusted


def _known_id(untrusted_id: str) -> str:
    """The id itself when it is one of the kind we give, and otherwise one that always comes of it."""
    return untrusted_id if _ID.fullmatch(untrusted_id) else str(uuid.uuid5(_NAMESPACE, untrusted_id))


def _attachments(untrusted: object) -> tuple[dict[str, AttachedContent], Counter[LeftOut]]:
    """Those whose content is what their SHA-256 says, and a picture of a kind that is drawn if it is called one."""
    attachments = {}
    left_out: Counter[LeftOut] = Counter()
    for record in _records(untrusted):
        try:
            known = mapping(record)
            content = base64.b64decode(text(known.get("content")).encode(), validate=True)
            attachment = AttachedContent(text(known.get("sha256")), text(known.get("media_type")), content)
        except (UnreadableError, binascii.Error):
            left_out[LeftOut.FILE] += 1
            continue
        picture = attachment.media_type if attachment.media_type.startswith("image/") else None
        if hashlib.sha256(content).hexdigest() == attachment.sha256 and picture_type(content) == picture:
            attachments[attachment.sha256] = attachment
    return attachments, left_out


def _summaries(untrusted: object, ids: set[str]) -> tuple[tuple[KeptSummary, ...], Counter[LeftOut]]:
    summaries = {}
    left_out: Counter[LeftOut] = Counter()
    for record in _records(untrusted):
        try:
            summary = from_json(KeptSummary, record)
        except UnreadableError:
            left_out[LeftOut.DAMAGED_SUMMARY] += 1
            continue
        summary = replace(summary, id=_known_id(summary.id), last_message_id=_known_id(summary.last_message_id))
        if summary.last_message_id in ids:
            summaries[summary.id] = summary
        else:
            left_out[LeftOut.DAMAGED_SUMMARY] += 1
    return tuple(summaries.values()), left_out
