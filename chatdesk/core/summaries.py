"""A summary that stands for earlier messages of a conversation."""

from __future__ import annotations

from dataclasses import dataclass


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
