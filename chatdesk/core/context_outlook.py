"""What sending a draft would change of what the model sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatdesk.core.context_map import BlockKind, OverflowPolicy
from chatdesk.core.messages import Role

if TYPE_CHECKING:
    from chatdesk.core.context_map import ContextBlock, ContextUse


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many messages that are sent now would be left out, or come into the summary, with the draft.

    `are_first`: they are the first of the conversation. `asks`: they are left out only if the writer says so.
    `least_tokens` and `budget` are set when the draft does not fit even without them, in tokens.
    """

    left_out: int = 0
    summarised: int = 0
    are_first: bool = False
    asks: bool = False
    least_tokens: int | None = None
    budget: int | None = None

    @property
    def is_calm(self) -> bool:
        """Whether the draft can be sent and nothing changes."""
        return not (self.left_out or self.summarised or self.least_tokens)


def has_draft(use: ContextUse) -> bool:
    """Whether a message that is still being written was measured too."""
    return any(block.kind is BlockKind.DRAFT for block in use.blocks)


def outlook(now: ContextUse | None, drafted: ContextUse) -> Outlook:
    """What changes between `now`, without the draft, and `drafted`. Without `now`, nothing was left out before."""
    known = () if now is None else now.left_out
    in_summary = () if now is None else now.summarised
    left_out = set(drafted.left_out).difference(known)
    summarised = set(drafted.summarised).difference(known, in_summary)
    least = sum(block.tokens for block in drafted.blocks if block.kind is not BlockKind.MESSAGE)
    budget = drafted.n_ctx - drafted.reserved_tokens
    is_too_long = least > budget
    return Outlook(
        left_out=len(left_out),
        summarised=len(summarised),
        are_first=not (known or in_summary) and not _keeps_some(drafted),
        asks=drafted.policy is OverflowPolicy.STOP_AND_ASK,
        least_tokens=least if is_too_long else None,
        budget=budget if is_too_long else None,
    )


def _keeps_some(use: ContextUse) -> bool:
    """Whether messages before those that are left out may still be sent."""
    has_pinned = any(block.kind is BlockKind.PINNED for block in use.blocks)
    return has_pinned or use.policy is OverflowPolicy.KEEP_FIRST_AND_LAST


def as_sent(drafted: ContextUse) -> ContextUse:
    """The same when the draft has become a message, until it is measured anew."""
    return replace(drafted, blocks=tuple(_sent(block) for block in drafted.blocks))


def _sent(block: ContextBlock) -> ContextBlock:
    return replace(block, kind=BlockKind.MESSAGE, role=Role.USER) if block.kind is BlockKind.DRAFT else block


def is_tight(use: ContextUse) -> bool:
    """Whether less is left than should be kept free for the reply."""
    return use.n_ctx - use.used_tokens < use.reserved_tokens
