"""Conversations as nobody would have them: every field set, trees of any shape, text of any kind."""

from __future__ import annotations

import hashlib
import random
import uuid
from dataclasses import replace

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.conversations import Conversation
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.exchange import AttachedContent, KeptSummary, WholeConversation, parents_first
from chatdesk.core.messages import (
    FinishReason,
    Message,
    Part,
    PartKind,
    ReplyFigures,
    ReplyOrigin,
    ReplyStatus,
    Role,
)
from chatdesk.core.sampling import SamplingParams

WORDS = [
    *("hut", "水", "Straße", "مرحبا", "👩‍👩‍👧", "e\u0301", "𝒳", "\u202e", "\ufffe", "\x7f"),
    *('"', "\\", "\n", "\t", "\r\n", "\u2028", "\x1b[31m", "{", "],", "</script>", "`code`", "$x^2$", "'; DROP TABLE"),
]


def random_conversation(rng: random.Random, most_messages: int = 12) -> WholeConversation:
    """A conversation with every field set at random."""
    conversation_id = new_id(rng)
    attachments = [attachment(rng) for _ in range(rng.choice([0, 0, 0, 1, 2]))]
    messages: list[Message] = []
    for _ in range(rng.randint(1, most_messages)):
        parent = rng.choice([None, *messages]) if rng.random() < 0.4 else (messages[-1] if messages else None)
        messages.append(random_message(rng, conversation_id, parent, attachments))
    used = {part.attachment_sha256 for message in messages for part in message.parts}
    ordered, _ = parents_first(sorted(messages, key=lambda message: (message.created_at, message.id)))
    summaries = [
        KeptSummary(
            new_id(rng), rng.choice(messages).id, text(rng), moment(rng), text(rng), rng.choice([None, moment(rng)])
        )
        for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    return WholeConversation(
        conversation=Conversation(
            id=conversation_id,
            title=" ".join(rng.choices(["hut", "水", "Straße", "👩‍👩‍👧"], k=3)),
            created_at=moment(rng),
            updated_at=moment(rng),
            active_leaf_id=rng.choice(messages).id,
            system_prompt=rng.choice([None, text(rng)]),
            pinned_at=rng.choice([None, moment(rng)]),
            archived_at=rng.choice([None, moment(rng)]),
            is_unread=rng.random() < 0.5,
            overflow_policy=rng.choice([None, *OverflowPolicy]),
            overrides=rng.choice([None, {"temperature": 0.5, "reasoning": None, text(rng): [text(rng)]}]),
        ),
        messages=ordered,
        is_titled=rng.random() < 0.5,
        summaries=tuple(sorted(summaries, key=lambda summary: (summary.created_at, summary.id))),
        folder=rng.choice([None, "Travels", "水"]),
        attachments={each.sha256: each for each in sorted(attachments, key=lambda a: a.sha256) if each.sha256 in used},
    )


def random_message(
    rng: random.Random, conversation_id: str, parent: Message | None, attachments: list[AttachedContent]
) -> Message:
    """A message with every field set at random."""
    message = Message(
        id=new_id(rng),
        conversation_id=conversation_id,
        parent_id=parent.id if parent is not None else None,
        role=rng.choice([Role.USER, Role.ASSISTANT, Role.ASSISTANT, Role.SYSTEM, Role.TOOL]),
        parts=tuple(part(rng, attachments) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))),
        created_at=moment(rng),
        given_chars=rng.randint(0, 9),
        is_pinned=rng.random() < 0.2,
        is_edited=rng.random() < 0.2,
    )
    if message.role is not Role.ASSISTANT:
        return message
    return replace(
        message,
        status=rng.choice([status for status in ReplyStatus if status.is_final]),
        finish_reason=rng.choice([None, *FinishReason]),
        error=rng.choice([None, ErrorDetail(rng.choice(list(ErrorCode)), {"reason": text(rng), "count": 3})]),
        origin=origin(rng),
        figures=ReplyFigures(
            prompt_tokens=rng.randint(0, 9999),
            cached_tokens=rng.randint(0, 99),
            reply_tokens=rng.randint(0, 99),
            seconds_to_first_token=rng.random(),
            generation_seconds=rng.random(),
            reasoning_tokens=rng.randint(0, 99),
            reasoning_seconds=rng.random(),
        ),
    )


def origin(rng: random.Random) -> ReplyOrigin:
    return ReplyOrigin(
        model_name=text(rng),
        model_path=text(rng),
        sampling=SamplingParams(
            temperature=rng.random(),
            top_k=rng.randint(0, 99),
            top_p=rng.random(),
            min_p=rng.random(),
            typical_p=rng.random(),
            repeat_penalty=rng.random() + 0.5,
            repeat_last_n=rng.randint(0, 99),
            seed=rng.choice([None, 7]),
            max_tokens=rng.randint(1, 999),
            reasoning=rng.choice([None, True, False]),
            reasoning_budget=rng.choice([None, 128]),
        ),
        system_prompt=text(rng),
        seed=rng.choice([None, rng.randint(0, 2**32 - 2)]),
        n_ctx=rng.choice([None, 8192]),
        n_batch=rng.choice([None, 512]),
        n_ubatch=rng.choice([None, 256]),
        n_threads=rng.choice([None, 4]),
        n_gpu_layers=rng.choice([None, 33]),
        tokenizer_hash=text(rng),
        text_start=rng.randint(0, 9),
        token_ids=tuple(rng.randint(0, 2**31 - 1) for _ in range(rng.randint(0, 9))),
    )


def part(rng: random.Random, attachments: list[AttachedContent]) -> Part:
    kind = rng.choice([kind for kind in PartKind if attachments or kind is not PartKind.ATTACHMENT])
    if kind is PartKind.ATTACHMENT:
        return Part(kind, text(rng), rng.choice(attachments).sha256, {"name": text(rng)})
    data = {"arguments": {text(rng): [1, 2.5, None, True, text(rng)]}}
    return Part(kind, text(rng), None, data if kind in {PartKind.TOOL_CALL, PartKind.TOOL_RESULT} else None)


def attachment(rng: random.Random) -> AttachedContent:
    content = b"\x89PNG\r\n\x1a\n" + rng.randbytes(rng.randint(0, 50))
    return AttachedContent(hashlib.sha256(content).hexdigest(), "image/png", content)


def text(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(0, 12)))


def moment(rng: random.Random) -> float:
    return rng.choice([1_800_000_000.0, 1_700_000_000 + rng.random() * 1e8])  # often the same


def new_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
