"""What is known of a model's reasoning, and how long it may be."""

from __future__ import annotations

from enum import StrEnum


class ReasoningKind(StrEnum):
    """Whether a model reasons before it replies, and whether that can be switched off and on."""

    NONE = "none"
    ALWAYS = "always"
    ON_BY_DEFAULT = "on_by_default"
    OFF_BY_DEFAULT = "off_by_default"

    @property
    def can_be_switched(self) -> bool:
        """Whether its chat template knows both."""
        return self in (ReasoningKind.ON_BY_DEFAULT, ReasoningKind.OFF_BY_DEFAULT)

    def is_on(self, wanted: bool | None) -> bool:  # noqa: FBT001 - a setting, not a switch of this function
        """Whether the model reasons when a person wants it so; None: as its template does by itself."""
        if self.can_be_switched and wanted is not None:
            return wanted
        return self in (ReasoningKind.ALWAYS, ReasoningKind.ON_BY_DEFAULT)


def most_reasoning_tokens(wanted: int | None, room: int, reserved: int) -> int:
    """How many tokens a model may reason: as many as are wanted, but never so many that no room is left for its reply.

    `room` is what the prompt leaves of the context, `reserved` what of that the reply should have; it gets half of a
    room that is too small for both.
    """
    most = max(room - reserved, room // 2)
    return most if wanted is None else min(wanted, most)
