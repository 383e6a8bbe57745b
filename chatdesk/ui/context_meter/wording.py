"""The context in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.messages import Role
from chatdesk.ui.context_meter.spans import SpanKind
from chatdesk.ui.wording import joined_sentences

if TYPE_CHECKING:
    from chatdesk.core.context_map import ContextUse
    from chatdesk.core.context_outlook import Outlook


def _tr(text: str) -> str:
    return QCoreApplication.translate("ContextMeter", text)


def number_words(count: int) -> str:
    """`8,192`."""
    return QLocale().toString(count)


def uncounted_words() -> str:
    """Stands where the figures will be."""
    return _tr("Not counted yet")


def uncounted_name() -> str:
    """The same, and when they will be there."""
    return _tr("The context is counted as soon as the model is free.")


def meter_words(use: ContextUse) -> str:
    """`1,240 / 8,192`."""
    return f"{number_words(use.taken_tokens)} / {number_words(use.n_ctx)}"


def use_words(use: ContextUse) -> str:
    """How much of the context the next message takes."""
    return _tr("{used} of {total} tokens").format(used=number_words(use.used_tokens), total=number_words(use.n_ctx))


def reserve_words(use: ContextUse) -> str:
    """What is kept free for the reply, or what is left of that."""
    left = max(use.n_ctx - use.used_tokens, 0)
    if left < use.reserved_tokens:
        words = (
            _tr("only {left} of {count} left for reasoning and the reply")
            if use.reasons
            else _tr("only {left} of {count} left for the reply")
        )
        return words.format(left=number_words(left), count=number_words(use.reserved_tokens))
    count = number_words(use.reserved_tokens)
    if use.reasons:
        return _tr("{count} kept free for reasoning and the reply").format(count=count)
    return _tr("{count} kept free for the reply").format(count=count)


def writing_words(use: ContextUse) -> str:
    """How much room the reply takes that is being written; empty when none is."""
    if not use.writing_tokens:
        return ""
    return _tr("{count} tokens of the reply so far").format(count=number_words(use.writing_tokens))


def reasoning_words(use: ContextUse) -> str:
    """What was reasoned so far and is not sent again; empty when nothing was."""
    if not use.reasoning_tokens:
        return ""
    return _tr("{count} tokens of reasoning so far, not sent again").format(count=number_words(use.reasoning_tokens))


def meter_name(use: ContextUse) -> str:
    """Names the meter to a screen reader."""
    said = (_tr("Context: {use}").format(use=use_words(use)), writing_words(use))
    return " · ".join(words for words in said if words)


def meter_tool_tip(use: ContextUse) -> str:
    """What the meter's figures mean."""
    words = _tr("The model is sent {use}; {reserve}. Click to see what it is sent.")
    return words.format(use=use_words(use), reserve=reserve_words(use))


def outlook_words(outlook: Outlook) -> str:
    """What sending the draft would change; empty when nothing changes."""
    if outlook.least_tokens is not None and outlook.budget is not None:
        words = _tr(
            "This does not fit: with what is always sent it takes {tokens} tokens, and there is room for {room}."
        )
        return words.format(tokens=number_words(outlook.least_tokens), room=number_words(outlook.budget))
    sentences = []
    if outlook.summarised:
        sentences.append((_tr("Sending this summarises {messages}."), outlook.summarised))
    if outlook.left_out and outlook.asks:
        sentences.append((_tr("Sending this would leave out {messages}; you will be asked."), outlook.left_out))
    elif outlook.left_out:
        sentences.append((_tr("Sending this leaves out {messages}."), outlook.left_out))
    are_first = outlook.are_first and len(sentences) == 1
    return joined_sentences(words.format(messages=_messages(count, are_first=are_first)) for words, count in sentences)


def _messages(count: int, *, are_first: bool) -> str:
    if are_first:
        return _tr("the first message") if count == 1 else _tr("the first {count} messages").format(count=count)
    return _tr("1 earlier message") if count == 1 else _tr("{count} earlier messages").format(count=number_words(count))


def span_words(kind: SpanKind) -> str:
    """What a span of the map is, as the legend says it."""
    return {
        SpanKind.SYSTEM: _tr("System and template"),
        SpanKind.PINNED: _tr("Pinned"),
        SpanKind.SUMMARY: _tr("Summary"),
        SpanKind.READ: _tr("Messages, read already"),
        SpanKind.UNREAD: _tr("Messages, to be read"),
        SpanKind.DRAFT: _tr("Your draft"),
        SpanKind.UNUSED: _tr("Unused"),
        SpanKind.RESERVED: _tr("Free for the reply"),
    }[kind]


def legend_words(kind: SpanKind, count: int) -> str:
    """`Unused: 5,928`."""
    return _tr("{what}: {count}").format(what=span_words(kind), count=number_words(count))


def tokens_words(count: int) -> str:
    """`1,240 tokens`."""
    return _tr("1 token") if count == 1 else _tr("{count} tokens").format(count=number_words(count))


def read_words(*, is_cached: bool) -> str:
    """Whether a block is processed already."""
    return _tr("read already") if is_cached else _tr("to be read")


def falls_out_words() -> str:
    """Says of a message that it is the first to go."""
    return _tr("falls out next")


def not_sent_words(count: int) -> str:
    """The row of the map for what is left out."""
    if count == 1:
        return _tr("1 earlier message is not sent")
    return _tr("{count} earlier messages are not sent").format(count=number_words(count))


def summary_row_words(count: int) -> str:
    """The row of the map for a summary."""
    if count == 1:
        return _tr("stands for 1 message")
    return _tr("stands for {count} messages").format(count=number_words(count))


def role_words(role: Role | None) -> str:
    """Who wrote a message of the map."""
    return {Role.USER: _tr("You"), Role.ASSISTANT: _tr("Reply"), Role.SYSTEM: _tr("System")}.get(
        role or Role.USER, _tr("Tool")
    )


def policy_name(policy: OverflowPolicy) -> str:
    """A policy, as a choice."""
    return {
        OverflowPolicy.SUMMARISE: _tr("Summarise"),
        OverflowPolicy.DROP_OLDEST: _tr("Drop the oldest"),
        OverflowPolicy.KEEP_FIRST_AND_LAST: _tr("Keep the first and the last"),
        OverflowPolicy.STOP_AND_ASK: _tr("Stop and ask"),
    }[policy]


def default_policy_name(policy: OverflowPolicy) -> str:
    """The policy that is taken when none is chosen."""
    return _tr("{policy} (default for this model)").format(policy=policy_name(policy))


def policy_sentence(policy: OverflowPolicy) -> str:
    """What a policy does."""
    return {
        OverflowPolicy.SUMMARISE: _tr("The model writes a summary that stands for earlier messages; you can edit it."),
        OverflowPolicy.DROP_OLDEST: _tr("The oldest questions are left out, together with their replies."),
        OverflowPolicy.KEEP_FIRST_AND_LAST: _tr("The beginning and the end are sent, the middle is left out."),
        OverflowPolicy.STOP_AND_ASK: _tr("Nothing is left out before you have agreed to it."),
    }[policy]
