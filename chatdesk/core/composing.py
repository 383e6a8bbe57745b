"""What the composer allows, as pure rules."""

from __future__ import annotations

from enum import StrEnum


class ComposerState(StrEnum):
    """Where the shown conversation stands, seen from the composer."""

    READY = "ready"
    SENDING = "sending"  # the message is being saved
    REPLYING = "replying"  # a reply is waiting or being written
    NO_MODEL = "no_model"  # nothing could answer


def composer_state(*, is_sending: bool, is_replying: bool, has_model: bool) -> ComposerState:
    """Where a conversation stands: what is under way comes first, and a reply that waits needs no model yet."""
    if is_sending:
        return ComposerState.SENDING
    if is_replying:
        return ComposerState.REPLYING
    return ComposerState.READY if has_model else ComposerState.NO_MODEL


# White space and the control characters that `clean_text` removes.
_BLANK = "".join(map(chr, range(33))) + "\x7f\xa0\u2028\u2029\u3000"


def is_blank(text: str) -> bool:
    """Whether there is nothing to send: white space and control characters alone are no message."""
    return not text.strip(_BLANK)


def can_send(state: ComposerState, *, is_empty: bool) -> bool:
    """Whether Enter sends."""
    return state is ComposerState.READY and not is_empty


def can_queue(state: ComposerState, *, is_empty: bool) -> bool:
    """Whether Enter puts the message behind the reply that is being written."""
    return state is ComposerState.REPLYING and not is_empty


def can_stop(state: ComposerState) -> bool:
    """Whether there is a reply to stop."""
    return state is ComposerState.REPLYING
