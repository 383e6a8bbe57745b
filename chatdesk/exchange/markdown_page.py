"""A conversation as Markdown: what was said on the path that is shown, as it was said."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from chatdesk.core.conversations import path_to
from chatdesk.core.markdown_marks import fenced
from chatdesk.core.messages import PartKind, Role

if TYPE_CHECKING:
    from chatdesk.core.exchange import PageWords, WholeConversation
    from chatdesk.core.messages import Message, Part

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def markdown_page(whole: WholeConversation, words: PageWords) -> str:
    """The active path under a heading for each message."""
    conversation = whole.conversation
    blocks = [f"# {_literal(conversation.title)}", day_of(conversation.created_at)]
    if conversation.system_prompt:
        blocks += [f"## {_literal(words.system)}", _closed(conversation.system_prompt)]
    for message in path_to(conversation.active_leaf_id, whole.messages):
        blocks.append(f"## {_literal(speaker_of(message, words))}")
        blocks += [block for part in message.parts if (block := _part(part, whole, words))]
    return "\n\n".join(blocks) + "\n"


def speaker_of(message: Message, words: PageWords) -> str:
    """Who says a message: a reply's model by its name."""
    match message.role:
        case Role.USER:
            return words.you
        case Role.ASSISTANT:
            return (message.origin.model_name if message.origin is not None else "") or words.model
        case Role.SYSTEM:
            return words.system
        case Role.TOOL:
            return words.tool


def attachment_name(part: Part, whole: WholeConversation) -> str:
    """What an attachment is called: by its file name where that is kept, else by its kind."""
    name = (part.data or {}).get("name")
    if isinstance(name, str) and name:
        return name
    content = whole.attachments.get(part.attachment_sha256 or "")
    return content.media_type if content is not None else "?"


def tool_words(part: Part) -> str:
    """What a tool was asked or answered, as text."""
    return part.text or json.dumps(dict(part.data or {}), ensure_ascii=False, indent=2)


def day_of(moment: float) -> str:
    """`2026-11-27`, local time."""
    return time.strftime("%Y-%m-%d", time.localtime(moment))


def _part(part: Part, whole: WholeConversation, words: PageWords) -> str:
    match part.kind:
        case PartKind.TEXT:
            return _closed(part.text.strip("\n"))
        case PartKind.REASONING:
            return _quoted(f"**{_literal(words.reasoning)}**\n\n{part.text.strip()}")
        case PartKind.ATTACHMENT:
            return f"*{_literal(words.attachment.format(name=attachment_name(part, whole)))}*"
        case PartKind.TOOL_CALL | PartKind.TOOL_RESULT:
            return fenced(tool_words(part))


def _closed(text: str) -> str:
    """`text` with an end to a block of code that has none: a reply that was stopped must not swallow what follows."""
    from markdown_it import MarkdownIt  # late: only a page needs it

    last = next(reversed(MarkdownIt("commonmark").parse(text)), None)
    if last is None or last.type != "fence" or last.map is None:
        return text
    first_line, end_line = last.map
    last_line = text.split("\n")[end_line - 1].strip()
    is_closed = end_line - first_line > 1 and last_line == last.markup[0] * max(len(last_line), len(last.markup))
    return text if is_closed else f"{text}\n{last.markup}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _literal(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)
