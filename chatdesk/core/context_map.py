"""What the next prompt of a conversation will hold, block by block, for people to see before they send."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatdesk.core.messages import Role

# Smaller models summarise badly: they invent, or repeat the beginning.
SUMMARISING_PARAMETERS = 3_000_000_000


class OverflowPolicy(StrEnum):
    """What happens to earlier messages when a conversation no longer fits the context."""

    SUMMARISE = "summarise"
    DROP_OLDEST = "drop_oldest"
    KEEP_FIRST_AND_LAST = "keep_first_and_last"
    STOP_AND_ASK = "stop_and_ask"


def default_policy(n_params: int) -> OverflowPolicy:
    """The policy of a conversation for which none was chosen, with a model of `n_params` parameters."""
    return OverflowPolicy.SUMMARISE if n_params >= SUMMARISING_PARAMETERS else OverflowPolicy.DROP_OLDEST


class BlockKind(StrEnum):
    """What a block of the context holds."""

    SYSTEM = "system"
    PINNED = "pinned"
    SUMMARY = "summary"
    MESSAGE = "message"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class ContextBlock:
    """A piece of the next prompt, with what the chat template writes around it.

    `message_id` and `role` are set for messages. `is_cached`: most of it is processed already. `falls_out_next`: the
    policy leaves it out first when room is needed.
    """

    kind: BlockKind
    message_id: str | None
    role: Role | None
    tokens: int
    is_cached: bool = False
    falls_out_next: bool = False


@dataclass(frozen=True, slots=True)
class ContextUse:
    """What the next prompt of a conversation will hold; its blocks are in the order of the prompt.

    `conversation_id` is None for one that is not begun. `reserved_tokens` of `n_ctx` are kept free for the reply.
    With `reasons` that is for what is reasoned before it as well: `reasoning_tokens` of earlier replies are not sent.
    `writing_tokens` of the reply that is being written take room besides, what is reasoned among them.
    `left_out` are the ids of messages that are not sent, `summarised` of those that a summary stands for.
    """

    conversation_id: str | None
    n_ctx: int
    reserved_tokens: int
    blocks: tuple[ContextBlock, ...]
    left_out: tuple[str, ...]
    summarised: tuple[str, ...]
    policy: OverflowPolicy
    reasons: bool = False
    reasoning_tokens: int = 0
    writing_tokens: int = 0

    @property
    def used_tokens(self) -> int:
        """How many tokens the next prompt is."""
        return sum(block.tokens for block in self.blocks)

    @property
    def taken_tokens(self) -> int:
        """How much of the context is taken while a reply is being written."""
        return self.used_tokens + self.writing_tokens
