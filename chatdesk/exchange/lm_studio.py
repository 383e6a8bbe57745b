"""LM Studio's conversation files: a line of messages, each with its versions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from chatdesk.core.exchange import LeftOut
from chatdesk.core.messages import FinishReason, Part, PartKind, ReplyFigures, Role, clean_text
from chatdesk.exchange.foreign import ROLES, Said, Talk, text_and_reasoning
from chatdesk.exchange.loose import count, record, records, seconds, text
from chatdesk.exchange.records import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "lm-studio"
_SYSTEM_PROMPT = "llm.prediction.systemPrompt"
_FINISHES = {
    "eosFound": FinishReason.END_OF_TURN,
    "stopStringFound": FinishReason.END_OF_TURN,
    "maxPredictedTokensReached": FinishReason.MAX_TOKENS,
    "contextLengthReached": FinishReason.CONTEXT_FULL,
    "userStopped": FinishReason.STOPPED,
}
_SILENT_STEPS = {"debugInfoBlock", "status", "statusBlock"}  # of the app itself


def is_lm_studio(untrusted: Mapping[str, Any]) -> bool:
    """Whether an item looks like one of LM Studio's conversations."""
    messages = untrusted.get("messages")
    return isinstance(messages, list) and all(isinstance(record(each).get("versions"), list) for each in messages)


def read_lm_studio(untrusted: Mapping[str, Any]) -> tuple[Talk, Counter[LeftOut]]:
    """A conversation with the versions of each message. What follows one follows the version that is selected."""
    left_out: Counter[LeftOut] = Counter()
    said: list[Said] = []
    parent_id: str | None = None
    for place, message in enumerate(records(untrusted.get("messages"))):
        versions = records(message.get("versions"))
        said += [_said(f"{place}.{number}", parent_id, each, left_out) for number, each in enumerate(versions)]
        selected = count(message.get("currentlySelected"))
        if versions:
            parent_id = f"{place}.{min(selected, len(versions) - 1)}"
    created_at = moment(untrusted.get("createdAt"))
    title = text(untrusted.get("name"))
    used_at = [moment(untrusted.get(f"{who}LastMessagedAt")) for who in ("user", "assistant")]
    return Talk(
        app=APP,
        key=f"{created_at} {'' if created_at else title}",
        title=title,
        said=tuple(said),
        created_at=created_at,
        updated_at=max((each for each in used_at if each), default=None),
        current_id=parent_id,
        system_prompt=text(untrusted.get("systemPrompt")) or _configured(untrusted),
        is_pinned=untrusted.get("pinned") is True,
    ), left_out


def _configured(untrusted: Mapping[str, Any]) -> str:
    """The system prompt among the settings of the conversation."""
    fields = records(record(untrusted.get("perChatPredictionConfig")).get("fields"))
    return next((text(field.get("value")) for field in fields if field.get("key") == _SYSTEM_PROMPT), "")


def _said(node_id: str, parent_id: str | None, version: Mapping[str, Any], left_out: Counter[LeftOut]) -> Said:
    role = ROLES.get(text(version.get("role")))
    if role is None:
        left_out[LeftOut.UNKNOWN_ROLE] += 1
        return Said(node_id, parent_id)
    parts = _content(version.get("content"), left_out)
    about: Mapping[str, Any] = {}
    for step in records(version.get("steps")):
        kind = text(step.get("type"))
        if kind == "contentBlock":
            is_thinking = record(step.get("style")).get("type") == "thinking"
            parts += _content(step.get("content"), left_out, is_thinking=is_thinking)
            about = record(step.get("genInfo")) or about
        elif kind not in _SILENT_STEPS:
            left_out[LeftOut.TOOL_USE if "tool" in kind.lower() else LeftOut.UNKNOWN_CONTENT] += 1
    statistics = record(about.get("stats"))
    return Said(
        node_id,
        parent_id,
        role,
        _joined(parts),
        model=text(record(version.get("senderInfo")).get("senderName")) or text(about.get("identifier")),
        finish_reason=_FINISHES.get(text(statistics.get("stopReason"))) if role is Role.ASSISTANT else None,
        figures=_figures(statistics),
    )


def _content(untrusted: object, left_out: Counter[LeftOut], *, is_thinking: bool = False) -> list[Part]:
    parts: list[Part] = []
    for piece in records(untrusted):
        kind = text(piece.get("type"))
        if kind == "text" and is_thinking:
            thought = clean_text(text(piece.get("text")))
            parts += [Part(PartKind.REASONING, thought)] if thought else []
        elif kind == "text":
            parts += text_and_reasoning(text(piece.get("text")))
        elif kind == "file":
            left_out[LeftOut.IMAGE if piece.get("fileType") == "image" else LeftOut.FILE] += 1
        elif "tool" in kind.lower():
            left_out[LeftOut.TOOL_USE] += 1
        else:
            left_out[LeftOut.UNKNOWN_CONTENT] += 1
    return parts


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Reasoning first, then the text, each in one part."""
    texts = {
        kind: "\n\n".join(part.text for part in parts if part.kind is kind)
        for kind in (PartKind.REASONING, PartKind.TEXT)
    }
    return tuple(Part(kind, joined) for kind, joined in texts.items() if joined)


def _figures(statistics: Mapping[str, Any]) -> ReplyFigures:
    n_tokens, speed = count(statistics.get("predictedTokensCount")), seconds(statistics.get("tokensPerSecond"))
    return ReplyFigures(
        prompt_tokens=count(statistics.get("promptTokensCount")),
        reply_tokens=n_tokens,
        seconds_to_first_token=seconds(statistics.get("timeToFirstTokenSec")),
        generation_seconds=(n_tokens - 1) / speed if n_tokens > 1 and speed > 0 else 0.0,
    )
