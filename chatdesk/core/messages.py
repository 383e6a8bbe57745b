"""A message: one node of a conversation's tree, made of ordered parts.

Values only. Who made a reply and from what (`ReplyOrigin`) and what it cost (`ReplyFigures`) travel with it,
so that every screen, export and script shows the same figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.sampling import SamplingParams


class Role(StrEnum):
    """Who speaks. `SYSTEM` nodes come only from imports: the system prompt belongs to the conversation."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class ReplyStatus(StrEnum):
    """Where a reply stands. Messages that are not replies are always `COMPLETE`."""

    WAITING = "waiting"
    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_final(self) -> bool:
        """Whether nothing will be added to the reply any more."""
        return self not in (ReplyStatus.WAITING, ReplyStatus.STREAMING)


class FinishReason(StrEnum):
    """Why the engine stopped writing."""

    END_OF_TURN = "end_of_turn"
    MAX_TOKENS = "max_tokens"
    CONTEXT_FULL = "context_full"
    STOPPED = "stopped"
    ERROR = "error"


class PartKind(StrEnum):
    """What a part of a message holds."""

    TEXT = "text"
    REASONING = "reasoning"
    ATTACHMENT = "attachment"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a message's content, in order.

    `attachment_sha256` names the content of an `ATTACHMENT`; `data` holds what a tool was asked and answered.
    """

    kind: PartKind
    text: str = ""
    attachment_sha256: str | None = None
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ReplyFigures:
    """What a reply cost. Token counts are the engine's; times are seconds on a monotonic clock.

    Of `reply_tokens` and `generation_seconds`, `reasoning_tokens` and `reasoning_seconds` went into what the model
    reasoned.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    reply_tokens: int = 0
    seconds_to_first_token: float = 0.0
    generation_seconds: float = 0.0
    reasoning_tokens: int = 0
    reasoning_seconds: float = 0.0

    @property
    def tokens_per_second(self) -> float | None:
        """Speed of generation after the first token, or None when there is too little to measure."""
        if self.reply_tokens <= 1 or self.generation_seconds <= 0:
            return None
        return (self.reply_tokens - 1) / self.generation_seconds

    @property
    def of_reasoning(self) -> ReplyFigures:
        """Only what was spent on reasoning: for a reply that keeps that and has another text."""
        return ReplyFigures(reasoning_tokens=self.reasoning_tokens, reasoning_seconds=self.reasoning_seconds)


@dataclass(frozen=True, slots=True)
class ReplyOrigin:
    """What a reply was made from, recorded with it.

    `token_ids` are the tokens as generated, without the end-of-generation token; `tokenizer_hash` says which
    vocabulary they belong to. The next prompt is built from them while the text is unedited: from those that spell the
    text, which begin at `text_start` behind what the model reasoned (None: that is not known). The options from `n_ctx`
    on are those the model was loaded with: all of them, for some change the order in which numbers are added up.
    """

    model_name: str
    model_path: str
    sampling: SamplingParams
    system_prompt: str
    seed: int | None = None
    n_ctx: int | None = None
    n_batch: int | None = None
    n_ubatch: int | None = None
    n_threads: int | None = None
    n_gpu_layers: int | None = None
    tokenizer_hash: str = ""
    token_ids: tuple[int, ...] = ()
    text_start: int | None = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A node of a conversation's tree. `created_at` is Unix time in seconds.

    `given_chars` counts the characters at the start of the text that were given rather than generated: all of a reply
    that `is_edited`, for a person wrote it, and the beginning of one that was to go on.
    `is_pinned`: never left out of a prompt, whatever else has to go.
    `origin`, `figures`, `finish_reason` and `error` are set on replies only.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    parts: tuple[Part, ...]
    created_at: float
    status: ReplyStatus = ReplyStatus.COMPLETE
    finish_reason: FinishReason | None = None
    error: ErrorDetail | None = None
    origin: ReplyOrigin | None = None
    figures: ReplyFigures = field(default_factory=ReplyFigures)
    given_chars: int = 0
    deleted_at: float | None = None
    is_pinned: bool = False
    is_edited: bool = False

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.parts if part.kind is PartKind.TEXT)

    @property
    def ended_well(self) -> bool:
        """Whether this is a reply that a model brought to its end, so that what waits for it may go."""
        return self.status is ReplyStatus.COMPLETE and self.finish_reason is FinishReason.END_OF_TURN

    @property
    def reasoning(self) -> str:
        """What the model reasoned before it replied."""
        return "".join(part.text for part in self.parts if part.kind is PartKind.REASONING)

    @property
    def text_token_ids(self) -> tuple[int, ...]:
        """The tokens that spell the text of a reply; empty where that is not known."""
        start = self.origin.text_start if self.origin is not None else None
        if self.origin is None or start is None or (self.reasoning and not start):
            return ()
        return self.origin.token_ids[start:]

    @property
    def is_reply(self) -> bool:
        """Whether a model wrote this."""
        return self.role is Role.ASSISTANT


def text_parts(text: str) -> tuple[Part, ...]:
    """The parts of a plain text message; none for an empty text."""
    return (Part(PartKind.TEXT, text),) if text else ()


def with_text(parts: Sequence[Part], text: str) -> tuple[Part, ...]:
    """`parts` that say `text` instead, where the first of them said something; what is no text stays."""
    first = next((place for place, part in enumerate(parts) if part.kind is PartKind.TEXT), len(parts))
    rest = [part for part in parts[first:] if part.kind is not PartKind.TEXT]
    return (*parts[:first], *text_parts(text), *rest)


def reply_parts(reasoning: str, text: str) -> tuple[Part, ...]:
    """The parts of a reply: what the model reasoned, and what it said."""
    return ((Part(PartKind.REASONING, reasoning),) if reasoning else ()) + text_parts(text)


def waiting_reply(reply_id: str, parent: Message, origin: ReplyOrigin, created_at: float) -> Message:
    """A reply to `parent` of which nothing is written yet."""
    return Message(
        id=reply_id,
        conversation_id=parent.conversation_id,
        parent_id=parent.id,
        role=Role.ASSISTANT,
        parts=(),
        created_at=created_at,
        status=ReplyStatus.WAITING,
        origin=origin,
    )


# C0 controls except tab and newline, DEL, and lone surrogates: they cannot be stored, drawn or tokenized faithfully.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def storable_text(untrusted_text: str) -> str:
    """Text that can be stored, drawn and tokenized: newlines unified, no control characters, no lone surrogates."""
    unified = untrusted_text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").replace("\u2028", "\n")
    return _UNUSABLE.sub("", unified)


def clean_text(untrusted_text: str) -> str:
    """`storable_text` without white space at its ends; an empty result means that there is nothing to send."""
    return storable_text(untrusted_text).strip()
