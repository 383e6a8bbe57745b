"""What other apps' conversations have in common: messages that follow each other become a tree of ours.

Ids are made of theirs, always the same ones, so that a file that is read twice is known the second time.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from chatdesk.core.attachments import Attachment, attachment_part, read_attachment, safe_name
from chatdesk.core.conversations import Conversation, tidy_title, title_from
from chatdesk.core.errors import UserFacingError
from chatdesk.core.exchange import AttachedContent, LeftOut, WholeConversation, parents_first
from chatdesk.core.messages import (
    FinishReason,
    Message,
    Part,
    PartKind,
    ReplyFigures,
    ReplyOrigin,
    ReplyStatus,
    Role,
    clean_text,
)
from chatdesk.core.sampling import SamplingParams
from chatdesk.exchange.records import LEAST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAMESPACE = uuid.UUID("b3a6d9b2-6f0b-4c39-9d0f-3f3c2d7f5a64")
_MOMENT = 0.001  # seconds between messages of which the other app does not tell when they were said
_THINK = re.compile(r"\s*<think>(.*?)(?:</think>|\Z)", re.DOTALL)

ROLES: Mapping[str, Role] = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Said:
    """One message of another app, by its id there. One without parts holds nothing, but others may follow it."""

    id: str
    parent_id: str | None
    role: Role = Role.USER
    parts: tuple[Part, ...] = ()
    said_at: float | None = None
    model: str = ""
    finish_reason: FinishReason | None = None
    figures: ReplyFigures = field(default_factory=ReplyFigures)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of another app. `key` tells it from all others of that app; `current_id`: what is shown last."""

    app: str
    key: str
    title: str
    said: tuple[Said, ...]
    created_at: float | None = None
    updated_at: float | None = None
    current_id: str | None = None
    system_prompt: str | None = None
    is_pinned: bool = False
    is_archived: bool = False
    attachments: tuple[AttachedContent, ...] = ()


def attached(untrusted_name: str, untrusted_content: bytes) -> tuple[Part, AttachedContent] | None:
    """A file of a message: its part and its content. None for one that our own messages do not take either."""
    name = safe_name(untrusted_name)
    try:
        media_type, content = read_attachment(name, untrusted_content)
    except UserFacingError:
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    part = attachment_part(Attachment(sha256, name, media_type, len(content)))
    return part, AttachedContent(sha256, media_type, content)


def text_and_reasoning(untrusted_text: str) -> tuple[Part, ...]:
    """A text as parts: what is marked as reasoning at its beginning is told apart."""
    thought = _THINK.match(untrusted_text)
    texts = [(PartKind.TEXT, untrusted_text)]
    if thought is not None:
        texts = [(PartKind.REASONING, thought.group(1)), (PartKind.TEXT, untrusted_text[thought.end() :])]
    return tuple(Part(kind, text) for kind, untrusted in texts if (text := clean_text(untrusted)))


def whole_from(talk: Talk) -> tuple[WholeConversation, Counter[LeftOut]]:
    """A conversation of ours from one of another app, and what had to be mended for it."""
    conversation_id = _our_id(talk.app, talk.key)
    began_at = talk.created_at or min((each.said_at for each in talk.said if each.said_at), default=LEAST_SECONDS)
    standing = _Standing(talk.said)
    messages, left_out = parents_first(
        _message(each, conversation_id, standing.parent_of(each)) for each in standing.nodes.values() if each.parts
    )
    left_out[LeftOut.LOST_PARENT] += standing.n_lost
    messages, taken_in = _joined_turns(messages)
    messages = _in_time(messages, began_at)
    shown_id = standing.standing(talk.current_id) if talk.current_id is not None else None
    shown_id = taken_in.get(shown_id, shown_id)
    if shown_id not in {message.id for message in messages}:
        shown_id = messages[-1].id if messages else None
    title = tidy_title(talk.title)
    first = next((message.text for message in messages if message.role is Role.USER), "")
    last_at = max((message.created_at for message in messages), default=began_at)
    conversation = Conversation(
        id=conversation_id,
        title=title or title_from(first),
        created_at=began_at,
        updated_at=talk.updated_at or last_at,
        active_leaf_id=_our_id(conversation_id, shown_id) if shown_id is not None else None,
        system_prompt=clean_text(talk.system_prompt or "") or None,
        pinned_at=last_at if talk.is_pinned else None,
        archived_at=last_at if talk.is_archived else None,
    )
    renamed = tuple(
        replace(
            message,
            id=_our_id(conversation_id, message.id),
            parent_id=_our_id(conversation_id, message.parent_id) if message.parent_id is not None else None,
        )
        for message in messages
    )
    used = {part.attachment_sha256 for message in renamed for part in message.parts}
    attachments = {each.sha256: each for each in talk.attachments if each.sha256 in used}
    return WholeConversation(conversation, renamed, is_titled=bool(title), attachments=attachments), left_out


def _joined_turns(messages: tuple[Message, ...]) -> tuple[tuple[Message, ...], dict[str | None, str]]:
    """Replies that were kept in several steps (reasoning, tools, text) as one, where they follow each other in a line.

    Returns:
        The messages, parents first, and for each that another one took in the id of that.
    """
    n_children = Counter(message.parent_id for message in messages)
    taken_in: dict[str | None, str] = {}
    turns: dict[str | None, list[Message]] = {}  # by the id of the first step
    for message in messages:
        parent_id = taken_in.get(message.parent_id, message.parent_id)
        turn = turns.get(parent_id)
        if turn is None or n_children[message.parent_id] > 1 or not turn[-1].role is message.role is Role.ASSISTANT:
            turns[message.id] = [replace(message, parent_id=parent_id)]
        else:
            turn.append(message)
            taken_in[message.id] = turn[0].id
    return tuple(_joined(turn) for turn in turns.values()), taken_in


def _joined(turn: list[Message]) -> Message:
    """One reply of its steps: neighbouring parts of one kind become one, a blank line between them."""
    if len(turn) == 1:
        return turn[0]
    parts: list[Part] = []
    for kind, group in groupby((part for step in turn for part in step.parts), key=lambda part: part.kind):
        if kind in {PartKind.TEXT, PartKind.REASONING}:
            parts.append(Part(kind, "\n\n".join(part.text for part in group)))
        else:
            parts += group
    return replace(
        turn[0],
        parts=tuple(parts),
        status=turn[-1].status,
        finish_reason=turn[-1].finish_reason,
        origin=next((step.origin for step in reversed(turn) if step.origin is not None), None),
    )


class _Standing:
    """Where messages hang when those that hold nothing are taken out. Of several with one id the first counts."""

    def __init__(self, said: Iterable[Said]) -> None:
        self.nodes: dict[str, Said] = {}
        for each in said:
            self.nodes.setdefault(each.id, each)
        self._known: dict[str, str | None] = {}
        self.n_lost = 0

    def parent_of(self, said: Said) -> str | None:
        """The message that `said` follows."""
        if said.parent_id is None:
            return None
        if said.parent_id not in self.nodes:
            self.n_lost += 1
            return None
        return self.standing(said.parent_id)

    def standing(self, node_id: str) -> str | None:
        """`node_id`, or the nearest above it that holds something."""
        passed: list[str] = []
        walked: set[str] = set()
        current: str | None = node_id
        while current is not None and current in self.nodes and current not in walked and current not in self._known:
            if self.nodes[current].parts:
                break
            walked.add(current)
            passed.append(current)
            current = self.nodes[current].parent_id
        found = self._known.get(current) if current in self._known else current
        if found is None or found not in self.nodes or not self.nodes[found].parts:
            found = None
        self._known.update(dict.fromkeys(passed, found))
        return found


def _message(said: Said, conversation_id: str, parent_id: str | None) -> Message:
    """Under its id of the other app, and not said at any time if that is not known."""
    message = Message(said.id, conversation_id, parent_id, said.role, said.parts, said.said_at or 0.0)
    if said.role is not Role.ASSISTANT:
        return message
    return replace(
        message,
        status=ReplyStatus.STOPPED if said.finish_reason is FinishReason.STOPPED else ReplyStatus.COMPLETE,
        finish_reason=said.finish_reason,
        origin=ReplyOrigin(said.model, "", SamplingParams(), "") if said.model else None,
        figures=said.figures,
    )


def _in_time(messages: tuple[Message, ...], began_at: float) -> tuple[Message, ...]:
    """Messages, parents first, each said after its parent and after the version before it."""
    last: dict[str | None, float] = {}
    ordered = []
    for message in messages:
        least = last.get(message.parent_id, 0.0)
        moment = message.created_at
        if moment <= least:
            moment = (least or began_at) + _MOMENT
        last[message.id] = last[message.parent_id] = moment
        ordered.append(replace(message, created_at=moment))
    return tuple(ordered)


def _our_id(*names: str) -> str:
    whole = "/".join(names).encode(errors="replace").decode()  # a name of theirs may be any text
    return str(uuid.uuid5(_NAMESPACE, whole))
