"""Which messages of a conversation fit the context, and which are left out. Pure arithmetic on token counts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode
from chatdesk.core.messages import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatdesk.core.messages import Message

# Of the context, at most this share and at most this many tokens are kept free for the reply.
REPLY_SHARE = 0.25
REPLY_TOKENS = 1024
# When something must go, this share of the budget is cleared at once: dropping a little every turn would change
# the prompt's beginning every turn, and a changed beginning means processing everything again.
CLEARED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """A message as a prompt needs it. `token_ids`, when given, are used instead of tokenizing `text`."""

    role: Role
    text: str
    token_ids: tuple[int, ...] | None = None


def reserved_for_reply(n_ctx: int, max_tokens: int) -> int:
    """How many tokens of the context a prompt must leave free."""
    return min(max_tokens, REPLY_TOKENS, int(n_ctx * REPLY_SHARE))


def first_kept(messages: Sequence[PromptMessage], costs: Sequence[int], budget: int) -> int:
    """The index of the first message that is sent: whole exchanges are left out from the oldest on.

    `costs` are tokens per message. The result is the index of a user message (or 0), and the last user message is
    always kept: whether it fits alone is for the caller to refuse. It goes through the conversation turn by turn, so
    it is the same at each turn until the budget is exceeded anew, and the prompt's beginning with it.
    """
    ends = list(accumulate(costs, initial=0))
    target = budget * (1 - CLEARED_SHARE)
    start = 0
    for turn, message in enumerate(messages):
        if message.role is not Role.USER:
            continue
        if ends[turn + 1] - ends[start] > budget:
            while start < turn and ends[turn + 1] - ends[start] > target:
                start = next_start(messages, start)
    return start


def next_start(messages: Sequence[PromptMessage], start: int) -> int:
    """Where the prompt begins when one more exchange is left out than at `start`: at the next user message."""
    return next(
        (index for index in range(start + 1, len(messages)) if messages[index].role is Role.USER), len(messages) - 1
    )


def prompt_messages(path: Iterable[Message], tokenizer_hash: str) -> list[PromptMessage]:
    """What a model is shown of the messages on `path`, alternating between user and assistant.

    A message that was refused as too long is left out with its reply, or every later prompt would be too long as
    well. A reply without text says nothing and is left out; the user messages around it become one, because many
    chat templates accept only alternating roles. A reply brings its own token ids when they are of this tokenizer.
    """
    path = tuple(path)
    refused = {
        message.parent_id
        for message in path
        if message.error is not None and message.error.code is ErrorCode.PROMPT_TOO_LONG
    }
    result: list[PromptMessage] = []
    for message in path:
        if not message.text or message.id in refused:
            continue
        if message.role is Role.USER:
            if result and result[-1].role is Role.USER:
                result[-1] = PromptMessage(Role.USER, f"{result[-1].text}\n\n{message.text}")
            else:
                result.append(PromptMessage(Role.USER, message.text))
        elif message.role is Role.ASSISTANT:
            origin = message.origin
            is_same_tokenizer = origin is not None and origin.tokenizer_hash == tokenizer_hash
            token_ids = origin.token_ids if origin is not None and is_same_tokenizer and origin.token_ids else None
            result.append(PromptMessage(Role.ASSISTANT, message.text, token_ids))
    return result
