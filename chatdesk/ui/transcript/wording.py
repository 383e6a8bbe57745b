"""What stands around messages, in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from chatdesk.core.attachments import attachments_of
from chatdesk.core.messages import FinishReason, ReplyStatus, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.messages import Message


def _tr(text: str) -> str:
    return QCoreApplication.translate("Transcript", text)


def finish_words(message: Message) -> str:
    """Why a reply ended; empty while it has not."""
    if not message.status.is_final:
        return ""
    by_status = {
        ReplyStatus.STOPPED: _tr("stopped"),
        ReplyStatus.FAILED: _tr("failed"),
        ReplyStatus.INTERRUPTED: _tr("interrupted"),
    }
    by_reason = {
        FinishReason.MAX_TOKENS: _tr("reached max tokens"),
        FinishReason.CONTEXT_FULL: _tr("context full"),
        FinishReason.STOPPED: _tr("stopped"),
        FinishReason.ERROR: _tr("failed"),
    }
    if message.status in by_status:
        return by_status[message.status]
    return by_reason.get(message.finish_reason, _tr("done")) if message.finish_reason is not None else _tr("done")


def figures_words(message: Message) -> str:
    """`128 tokens · 41.3 tokens/s · first token after 0.4 s · done`; what is not known is left out."""
    figures, locale = message.figures, QLocale()
    parts = []
    if figures.reply_tokens:
        count = figures.reply_tokens
        parts.append(_tr("1 token") if count == 1 else _tr("{count} tokens").format(count=locale.toString(count)))
        if (speed := figures.tokens_per_second) is not None:
            parts.append(_tr("{speed} tokens/s").format(speed=locale.toString(speed, "f", 1)))
        seconds = locale.toString(figures.seconds_to_first_token, "f", 1)
        parts.append(_tr("first token after {seconds} s").format(seconds=seconds))
    if message.is_edited:
        parts.append(_tr("edited"))
    elif message.given_chars:
        parts.append(_tr("continued"))
    if not message.is_edited or message.finish_reason is not None:
        parts.append(finish_words(message))
    return " · ".join(part for part in parts if part)


def details_words(message: Message) -> str:
    """What a reply was made with, a line each, so that it can be made again; empty when it was not generated."""
    origin, figures, locale = message.origin, message.figures, QLocale()
    if origin is None:
        return ""
    counts = {"prompt": locale.toString(figures.prompt_tokens), "cached": locale.toString(figures.cached_tokens)}
    reasoning = locale.toString(figures.reasoning_tokens) if figures.reasoning_tokens else ""
    options = ("n_ctx", "n_batch", "n_ubatch", "n_threads", "n_gpu_layers")
    rows = (
        _tr("Model: {name}").format(name=origin.model_name),
        _tr("Prompt: {prompt} tokens, {cached} of them kept from before").format(**counts),
        _tr("Reasoning: {count} tokens").format(count=reasoning) if reasoning else "",
        _named_values(asdict(origin.sampling) | {"seed": origin.seed}),
        _named_values({name: getattr(origin, name) for name in options}),
    )
    return "\n".join(row for row in rows if row)


def _named_values(values: Mapping[str, float | None]) -> str:
    """Options as they are spelled elsewhere, for copying them there; what is not known is left out."""
    return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)


def copy_details_words() -> str:
    """Names the menu entry that copies what a reply was made with."""
    return _tr("Copy details (seed and settings)")


def progress_words(processed: int, total: int, seconds_left: float | None) -> str:
    """How far the prompt has been read."""
    locale = QLocale()
    counts = {"processed": locale.toString(processed), "total": locale.toString(total)}
    if seconds_left is None:
        return _tr("Reading {processed} of {total} tokens").format(**counts)
    seconds = locale.toString(max(round(seconds_left), 1))
    return _tr("Reading {processed} of {total} tokens, {seconds} s left").format(**counts, seconds=seconds)


def speaker(message: Message) -> str:
    """Who wrote a message."""
    if message.role is Role.USER:
        return _tr("You")
    if message.role is Role.ASSISTANT:
        return message.origin.model_name if message.origin is not None and message.origin.model_name else _tr("Reply")
    return _tr("System") if message.role is Role.SYSTEM else _tr("Tool")


def look_at_words() -> str:
    """The verb on an attachment."""
    return _tr("Look at {name}")


def attached_words(message: Message) -> str:
    """What is attached to a message, for those who hear it; empty without anything."""
    names = QLocale().createSeparatedList([attachment.name for attachment in attachments_of(message)])
    return _tr("Attached: {names}").format(names=names) if names else ""


def waiting_words(message: Message) -> str:
    """What is shown before the first word of a reply."""
    return _tr("Thinking…") if message.status is ReplyStatus.STREAMING else _tr("Waiting…")


def reasoning_words(seconds: float, *, is_going_on: bool) -> str:
    """How long a model reasoned, or does so far."""
    locale = QLocale()
    whole = max(int(seconds) if is_going_on else round(seconds), 0)
    minutes, rest = divmod(whole, 60)
    counts = {"minutes": locale.toString(minutes), "seconds": locale.toString(rest)}
    if is_going_on:
        words = _tr("Reasoning… {minutes} min {seconds} s") if minutes else _tr("Reasoning… {seconds} s")
    elif seconds <= 0:
        return _tr("Reasoning")
    elif minutes:
        words = _tr("Reasoned for {minutes} min {seconds} s")
    else:
        words = _tr("Reasoned for {seconds} s") if whole else _tr("Reasoned for less than a second")
    return words.format(**counts)


def reasoning_words_of(message: Message) -> str:
    """How long a model reasoned before this message; empty where it did not."""
    return reasoning_words(message.figures.reasoning_seconds, is_going_on=False) if message.reasoning else ""


def show_reasoning_words() -> str:
    """Names the button that shows what a model reasoned."""
    return _tr("Show reasoning")


def hide_reasoning_words() -> str:
    """Names the button that hides what a model reasoned."""
    return _tr("Hide reasoning")


def answer_now_words() -> str:
    """Names the button that ends the reasoning and has the reply begin."""
    return _tr("Answer now")


def copy_reasoning_words() -> str:
    """Names the verb that copies what a model reasoned."""
    return _tr("Copy reasoning")


def version_words(number: int, count: int) -> str:
    """`2/3`."""
    locale = QLocale()
    return f"{locale.toString(number)}/{locale.toString(count)}"


def copy_words() -> str:
    """Names the button that copies a message."""
    return _tr("Copy")


def edit_words() -> str:
    """Names the button that lets a message be written anew beside the old one."""
    return _tr("Edit")


def continue_words() -> str:
    """Names the button that has a reply go on from its end."""
    return _tr("Continue")


def more_words() -> str:
    """Names the button that shows everything that can be done with a message."""
    return _tr("More")


def copy_code_words() -> str:
    """Names the button that copies a block of code."""
    return _tr("Copy code")


def save_code_words() -> str:
    """Names the button that saves a block of code as a file."""
    return _tr("Save code as a file")


def wrap_code_words(*, is_wrapped: bool) -> str:
    """Names the button that breaks long lines of code, or leaves them whole."""
    return _tr("Do not break long lines") if is_wrapped else _tr("Break long lines")


def regenerate_words() -> str:
    """Names the button that writes a reply again."""
    return _tr("Regenerate")


def pin_words() -> str:
    """Names the verb that keeps a message in every prompt."""
    return _tr("Pin (always sent)")


def unpin_words() -> str:
    """Names the verb that lets go of a pinned message."""
    return _tr("Unpin")


def origin_words() -> str:
    """Names the verb that shows what a reply was made from."""
    return _tr("What it was made from…")


def replay_words() -> str:
    """Names the verb that writes a reply again from what was recorded, to compare."""
    return _tr("Check that it comes out the same")


def pinned_words() -> str:
    """Says that a message is pinned."""
    return _tr("Pinned")


def pin_mark_words() -> str:
    """Says what the mark of a pinned message means and does."""
    return _tr("Pinned: the model always sees this message. Click to unpin it.")


def divider_words(summarised: int, left_out: int) -> str:
    """What became of the messages above the divider."""
    locale = QLocale()
    parts = []
    if summarised == 1:
        parts.append(_tr("1 earlier message summarised"))
    elif summarised:
        parts.append(_tr("{count} earlier messages summarised").format(count=locale.toString(summarised)))
    if left_out == 1:
        parts.append(_tr("1 earlier message is no longer sent"))
    elif left_out:
        parts.append(_tr("{count} earlier messages are no longer sent").format(count=locale.toString(left_out)))
    return " · ".join(parts)


def view_summary_words() -> str:
    """Names the button that shows a summary, for reading and changing it."""
    return _tr("View or edit")


def undo_summary_words() -> str:
    """Names the button that gives the model the messages back in place of their summary."""
    return _tr("Undo")


def show_context_words() -> str:
    """Names the button that shows what the model sees."""
    return _tr("What is sent?")


def previous_version_words() -> str:
    """Names the button that shows the version before."""
    return _tr("Previous version")


def next_version_words() -> str:
    """Names the button that shows the version after."""
    return _tr("Next version")


def show_all_words() -> str:
    """Names the button that unfolds a long message."""
    return _tr("Show all")


def show_less_words() -> str:
    """Names the button that folds a long message."""
    return _tr("Show less")
