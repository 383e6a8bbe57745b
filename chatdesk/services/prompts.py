"""From a conversation to the tokens that a model is given: what fits, and what can be read ahead of a message."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from chatdesk.core.context import PromptMessage, first_kept, next_start, prompt_messages, reserved_for_reply
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.messages import Message
    from chatdesk.engine.base import Engine

# Two messages that begin with different tokens: what prompts for them share is what any next message follows.
_PROBES = ("A", "1")


def fitting_prompt(
    engine: Engine, system_prompt: str, messages: Sequence[PromptMessage], max_tokens: int
) -> tuple[list[int], int]:
    """The prompt for a reply to `messages`, and how many of them were left out from the oldest on to make it fit.

    Raises:
        UserFacingError: `PROMPT_TOO_LONG`: the last message does not fit even alone.
    """
    system = [PromptMessage(Role.SYSTEM, system_prompt)] if system_prompt.strip() else []
    messages = list(messages)
    n_ctx = engine.info.n_ctx
    budget = n_ctx - reserved_for_reply(n_ctx, max_tokens)
    prompt = engine.prompt_tokens(system + messages)
    if len(prompt) <= budget:
        return prompt, 0
    costs = [len(message.token_ids or ()) or engine.count_tokens(message.text) for message in messages]
    shortest = engine.prompt_tokens(system + messages[-1:])
    if len(shortest) > budget:
        raise UserFacingError(ErrorCode.PROMPT_TOO_LONG, tokens=costs[-1], n_ctx=n_ctx)
    # What the template puts around each message, and around them all: the same at every turn.
    around_all = len(shortest) - costs[-1]
    around_each = math.ceil((len(prompt) - sum(costs) - around_all) / max(len(costs) - 1, 1))
    start = first_kept(messages, [cost + around_each for cost in costs], budget - around_all)
    prompt = engine.prompt_tokens(system + messages[start:])
    while len(prompt) > budget:
        start = next_start(messages, start)
        prompt = engine.prompt_tokens(system + messages[start:])
    return prompt, start


def expected_beginning(engine: Engine, system_prompt: str, path: Sequence[Message], max_tokens: int) -> list[int]:
    """The tokens that the prompt for the next message of a conversation will begin with, whatever it says.

    Empty where that cannot be known.
    """
    messages = prompt_messages(path, engine.info.tokenizer_hash)
    if messages and messages[-1].role is Role.USER:
        return []  # it will be joined with the next one
    prompts = [
        fitting_prompt(engine, system_prompt, [*messages, PromptMessage(Role.USER, text)], max_tokens)[0]
        for text in _PROBES
    ]
    shared = next((place for place, pair in enumerate(zip(*prompts, strict=False)) if pair[0] != pair[1]), 0)
    return prompts[0][:shared]
