"""A summary that stands for earlier messages of a conversation, and how a model is asked for one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatdesk.core.messages import clean_text

# A summary is written when a conversation takes more than this share of what a prompt may be.
SUMMARISE_SHARE = 0.7
# How long it is asked to be: this share of the context, and at most so many tokens.
_SUMMARY_SHARE = 1 / 8
_SUMMARY_TOKENS = 512
_TOKENS_PER_WORD = 2  # generous, for languages that take more tokens than English

_REASONING = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model wrote (or a person made of it) to stand for the messages `covers`, in order, while they are shown.

    `created_at` is Unix time in seconds; `model_name` is the model that wrote it.
    """

    id: str
    conversation_id: str
    covers: tuple[str, ...]
    text: str
    created_at: float
    model_name: str


def summary_tokens(n_ctx: int) -> int:
    """How many tokens a summary should take in a context of `n_ctx`."""
    return min(_SUMMARY_TOKENS, int(n_ctx * _SUMMARY_SHARE))


def summary_request(n_ctx: int) -> str:
    """What is said to a model so that it summarises the conversation before it."""
    words = max(summary_tokens(n_ctx) // _TOKENS_PER_WORD, 1)
    return (
        "Summarise our conversation up to here, so that it can go on from the summary alone. Keep names, facts, "
        "numbers, decisions, wishes and open questions, and leave small talk out. If a summary of an earlier part "
        "stands at its beginning, take that in. Write plain text in the language of the conversation, "
        f"{words} words at most, and nothing but the summary."
    )


def summary_text(untrusted_text: str) -> str:
    """A summary as it can be kept: without what the model reasoned first. Empty when nothing is left."""
    return clean_text(_REASONING.sub("", untrusted_text))
