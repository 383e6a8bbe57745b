"""When the system tells of a reply that ended while nobody was looking: a pure rule."""

from __future__ import annotations

from enum import StrEnum

LONG_SECONDS = 20.0  # whoever waits less has hardly turned to something else


class ReplyNotice(StrEnum):
    """What the system is asked to show."""

    NEVER = "never"
    PLAIN = "plain"  # nothing of what was said: others may see the screen
    WITH_TEXT = "with_text"  # and the beginning of the reply


def is_told(wanted: ReplyNotice, seconds: float, *, is_in_sight: bool) -> bool:
    """Whether the end of a reply that took `seconds` is told."""
    return wanted is not ReplyNotice.NEVER and seconds > LONG_SECONDS and not is_in_sight
