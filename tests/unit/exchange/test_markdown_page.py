"""A conversation as Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from chatdesk.core.conversations import Conversation
from chatdesk.core.exchange import PageWords, WholeConversation
from chatdesk.core.messages import Message, Part, PartKind, ReplyOrigin, Role, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.exchange.markdown_page import markdown_page

ORIGIN = ReplyOrigin("Tiny", "", SamplingParams(), "")
NOON = 1_800_014_400.0


def talk(*parts: Part) -> WholeConversation:
    """A question with two replies, of which the second is shown."""
    question = Message("q", "c", None, Role.USER, text_parts("How far?"), NOON)
    hidden = Message("h", "c", "q", Role.ASSISTANT, text_parts("Not shown."), NOON + 1, origin=ORIGIN)
    shown = Message("s", "c", "q", Role.ASSISTANT, parts, NOON + 2, origin=ORIGIN)
    conversation = Conversation("c", "Huts *and* more", NOON, NOON, "s")
    return WholeConversation(conversation, (question, hidden, shown))


def test_the_path_that_is_shown_is_written_under_who_said_it() -> None:
    page = markdown_page(talk(Part(PartKind.TEXT, "**Two** hours.\n\n- up\n- down")), PageWords())
    assert page == (
        "# Huts \\*and\\* more\n\n2027-01-15\n\n## You\n\nHow far?\n\n## Tiny\n\n**Two** hours.\n\n- up\n- down\n"
    )


def test_reasoning_is_quoted_tools_are_fenced_and_attachments_named() -> None:
    page = markdown_page(
        talk(
            Part(PartKind.REASONING, "First\n\nthen"),
            Part(PartKind.TOOL_RESULT, "a ```` fence"),
            Part(PartKind.ATTACHMENT, "", "0" * 64, {"name": "map_1.png"}),
            Part(PartKind.TEXT, "Two hours."),
        ),
        PageWords(reasoning="Thoughts"),
    )
    assert "> **Thoughts**\n>\n> First\n>\n> then\n" in page
    assert "`````\na ```` fence\n`````" in page
    assert "*Attachment: map\\_1.png*" in page


@pytest.mark.parametrize("text", [
    "See:\n\n```python\nprint(1)",
    "See:\n\n~~~~\n```\n~~~",
    "```",
    "- a list\n  ```\n  within it",
    "> ```\n> in a quotation",
    "```\nwhole\n```",
    "```\nwhole\n````  \n \n",
    "   ~~~\nwhole\n  ~~~",
    "no code at all",
    "1. ```\n\n   x",
])  # fmt: skip
def test_code_that_has_no_end_does_not_swallow_what_follows(text: str) -> None:
    whole = talk(Part(PartKind.TEXT, "Two hours."))
    question = replace(whole.messages[0], parts=text_parts(text))
    page = markdown_page(replace(whole, messages=(question, *whole.messages[1:])), PageWords())
    tokens = MarkdownIt("commonmark").parse(page)
    headings = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == ["Huts \\*and\\* more", "You", "Tiny"]
    assert text.rstrip() in page


def test_the_conversations_own_system_prompt_comes_first() -> None:
    whole = talk(Part(PartKind.TEXT, "Two hours."))
    whole = replace(whole, conversation=replace(whole.conversation, system_prompt="Be brief."))
    assert "2027-01-15\n\n## System\n\nBe brief.\n\n## You" in markdown_page(whole, PageWords())
