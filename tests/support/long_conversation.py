"""A conversation that outgrows its context many times over, through everything but a window, with the real llama.cpp.

What each reply was made from is read from its recipe, and held against what the meter and the divider show while the
message that asks for it stands in the message box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.context_map import BlockKind
from chatdesk.core.events import ContextMeasured, MessageChanged
from tests.support.tiny_gguf import FIRST_BYTE, TinyModel

if TYPE_CHECKING:
    from pathlib import Path

    from chatdesk.core.context_map import ContextUse
    from chatdesk.core.messages import Message
    from tests.support.headless_app import App

FACT = "My sister's name is Ottilie."
_N_BYTES = 256


@dataclass(frozen=True)
class Course:
    """What became of a conversation: counts over all of its turns, and what its last prompt held."""

    left_out_unsaid: int  # messages that were in no prompt although nobody was shown that
    prompts_over_n_ctx: int
    left_out_at_last: int
    last_prompt: str


def hold_conversation(app: App, folder: Path, turns: int, n_ctx: int) -> Course:
    """Talk for `turns` turns, the first of which states `FACT` and is pinned. The app's n_ctx is `n_ctx`."""
    tiny = TinyModel()
    app.use(tiny.write(folder / "tiny.gguf"))
    first = app.ask(FACT)
    conversation_id, asked_id = first.conversation_id, first.parent_id
    assert asked_id is not None
    app.next(MessageChanged, lambda: app.core.chat.pin(asked_id, True))
    said = {asked_id: FACT}
    replies = [first]
    unsaid = over = n_left_out = 0
    prompt = ""
    for turn in range(2, turns + 1):
        text = f"This is message number {turn:03} of many."
        shown = _shown_before_sending(app, conversation_id, text, {*said, *(reply.id for reply in replies)})
        app.log.events.clear()
        reply = app.ask(text, conversation_id)
        prompt = _prompt_of(app, tiny, reply)
        assert text in prompt
        sent = [words for message_id, words in said.items() if message_id not in shown.left_out]
        unsaid += sum(words not in prompt for words in sent)
        n_replies = sum(earlier.id not in shown.left_out for earlier in replies)
        unsaid += max(n_replies - prompt.count(first.text), 0)
        over += reply.figures.prompt_tokens > n_ctx
        n_left_out = len(shown.left_out)
        assert reply.parent_id is not None
        said[reply.parent_id] = text
        replies.append(reply)
    return Course(unsaid, over, n_left_out, prompt)


def _shown_before_sending(app: App, conversation_id: str, text: str, path: set[str]) -> ContextUse:
    """What is shown while `text` stands in the message box; it accounts for every message on `path`."""

    def accounts_for_all(event: ContextMeasured) -> bool:
        blocks = {block.message_id for block in event.use.blocks if block.message_id is not None}
        return event.use.blocks[-1].kind is BlockKind.DRAFT and {*blocks, *event.use.left_out} == path

    app.core.chats.context.measure(conversation_id, text)
    return app.log.wait_for(ContextMeasured, accounts_for_all).use


def _prompt_of(app: App, tiny: TinyModel, reply: Message) -> str:
    """The text that the model was given for a reply."""
    recipe = app.core.chats.conversations.recipe(reply.id)
    assert recipe is not None
    assert len(recipe.prompt) == reply.figures.prompt_tokens
    vocabulary = tiny.vocabulary
    pieces = (
        bytes([token - FIRST_BYTE]) if 0 <= token - FIRST_BYTE < _N_BYTES else vocabulary[token][0].encode()
        for token in recipe.prompt
    )
    return b"".join(pieces).decode().replace("▁", " ")
