"""Messages to the exact tokens of a prompt, with no way for a message to write a control token.

The chat template works on text in which every marker is broken apart; only what the template itself writes is
recognised afterwards. A reply whose tokens are known stands in the template as a placeholder and gets exactly those
tokens: text tokenized anew often differs, and a prompt that differs from the KV cache is processed again.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.messages import Role
from chatdesk.engine.markers import CLOSING, OPENING, Marker, without_reserved
from chatdesk.engine.templates import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chatdesk.core.context import PromptMessage
    from chatdesk.engine.markers import Markers
    from chatdesk.engine.templates import ChatTemplate

_PLACEHOLDER = re.compile(f"{OPENING}([0-9]{{1,9}}){CLOSING}")


class Tokenizer(Protocol):
    """What a prompt needs of a vocabulary."""

    markers: Markers
    bos: int
    adds_bos: bool

    def tokenize(self, text: str, *, continues: bool = False) -> list[int]:
        """`text`, taken literally, as tokens."""


class PromptBuilder:
    """Builds prompts with the model's own template, or with the general one when that fails.

    `now` is the time that templates which ask for it are told; it is fixed so that prompts keep their beginning.
    `template` is the one that is used as long as it works.
    """

    def __init__(self, tokenizer: Tokenizer, template: ChatTemplate, fallback: ChatTemplate, now: datetime) -> None:
        self._tokenizer = tokenizer
        self.template = template
        self._fallback = fallback
        self.now = now
        self.problem: str | None = None  # why the model's own template was not used for some prompt

    @property
    def template_hash(self) -> str:
        """Which template is used while it works."""
        return self.template.hash

    def tokens(self, messages: Sequence[PromptMessage], *, reasoning: bool | None = None) -> list[int]:
        """The prompt for a reply to `messages`, or that ends within the last of them if it is open.

        `reasoning` tells whether the model is to reason; None: as by itself.
        """
        opened = messages[-1] if messages and messages[-1].is_open else None
        if opened is not None and opened.token_ids:
            # These tokens were written behind what a template writes before a reply, which may be more than it writes
            # before one that it is shown: some open a block of reasoning.
            return [*self.tokens(messages[:-1], reasoning=reasoning), *opened.token_ids]
        try:
            tokens = self._with_system_prompt(self.template, messages, reasoning=reasoning)
        except TemplateError as error:
            if opened is not None:  # there are templates that refuse to end with a reply
                return [
                    *self.tokens(messages[:-1], reasoning=reasoning),
                    *self._tokenizer.tokenize(without_reserved(opened.text)),
                ]
            self.problem = str(error)
            tokens = self._tokenized(self._rendered(self._fallback, messages), messages)
        if self._tokenizer.adds_bos and tokens[:1] != [self._tokenizer.bos]:
            tokens.insert(0, self._tokenizer.bos)
        return tokens

    def continuation(self, text: str) -> list[int]:
        """The tokens of a text that goes on where a prompt or a reply is; markers in it are meant as such."""
        return self._tokenized(text, (), continues=True)

    def _with_system_prompt(
        self, template: ChatTemplate, messages: Sequence[PromptMessage], *, reasoning: bool | None
    ) -> list[int]:
        """`messages` in `template`; a system prompt that it refuses or drops goes into the first user message."""
        system = next((message.text for message in messages if message.role is Role.SYSTEM), "")
        try:
            rendered = self._rendered(template, messages, reasoning=reasoning)
        except TemplateError:
            if not system:
                raise
        else:
            if self._tokenizer.markers.hidden(system).strip() in rendered:
                return self._tokenized(rendered, messages)
        merged = _system_merged(messages)
        return self._tokenized(self._rendered(template, merged, reasoning=reasoning), merged)

    def _rendered(
        self, template: ChatTemplate, messages: Sequence[PromptMessage], *, reasoning: bool | None = None
    ) -> str:
        """`messages` in `template`, with a placeholder for each known reply that the template lets through.

        An open message has one as well, and ends what is rendered.
        """
        hidden = self._tokenizer.markers.hidden
        contents = [
            f"{OPENING}{index}{CLOSING}" if message.token_ids or message.is_open else hidden(message.text)
            for index, message in enumerate(messages)
        ]
        roles = [message.role.value for message in messages]
        rendered = template.render(list(zip(roles, contents, strict=True)), self.now, reasoning=reasoning)
        found = Counter(int(match[1]) for match in _PLACEHOLDER.finditer(rendered))
        lost = [index for index, message in enumerate(messages) if message.token_ids and found[index] != 1]
        if lost:
            for index in lost:
                contents[index] = hidden(messages[index].text)
            rendered = template.render(list(zip(roles, contents, strict=True)), self.now, reasoning=reasoning)
        return _before_the_end_of(contents[-1], rendered) if messages and messages[-1].is_open else rendered

    def _tokenized(self, rendered: str, messages: Sequence[PromptMessage], *, continues: bool = False) -> list[int]:
        known = dict(enumerate(messages))
        tokens: list[int] = []
        for index, part in enumerate(_PLACEHOLDER.split(rendered)):
            if index % 2:  # the number that the placeholder held
                if (message := known.get(int(part))) is not None:
                    text = without_reserved(message.text)
                    tokens += message.token_ids or self._tokenizer.tokenize(text, continues=continues)
                continues = True
                continue
            for run in self._tokenizer.markers.partition(part):
                if isinstance(run, Marker):
                    tokens.append(run.token)
                    continues = False
                elif text := without_reserved(run):
                    tokens += self._tokenizer.tokenize(text, continues=continues)
                    continues = True
        return tokens


def _before_the_end_of(placeholder: str, rendered: str) -> str:
    """What of `rendered` comes before an open message ends: no end of turn, and no beginning of a reply.

    Raises:
        TemplateError: the template does not show the message, or not as it is.
    """
    before, found, _ = rendered.partition(placeholder)
    if not found:
        raise TemplateError("it leaves a reply out that is to go on")
    return before + found


def _system_merged(messages: Sequence[PromptMessage]) -> list[PromptMessage]:
    """`messages` with the system prompt at the beginning of the first user message."""
    system = "\n\n".join(message.text for message in messages if message.role is Role.SYSTEM)
    rest = [message for message in messages if message.role is not Role.SYSTEM]
    first = next((index for index, message in enumerate(rest) if message.role is Role.USER), None)
    if first is None:
        return [replace(messages[0], role=Role.USER, text=system, token_ids=None), *rest]
    rest[first] = replace(rest[first], text=f"{system}\n\n{rest[first].text}", token_ids=None)
    return rest
