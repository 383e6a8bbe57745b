"""Chat templates: the Jinja programs that model files bring along, run as the untrusted code they are.

A template is rendered in Jinja's immutable sandbox, with a deadline, with a bound on what it writes and on the memory
it takes. Whatever goes wrong becomes a `TemplateError` with a short reason. Jinja is imported at the first use.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from chatdesk.engine.template_limits import LimitExceededError, Limits
from chatdesk.engine.template_weights import MAX_WEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from chatdesk.engine.template_sandbox import BoundedEnvironment

T = TypeVar("T")
MAX_SOURCE_CHARS = 500_000
# A template may write this many characters besides a few copies of the messages.
MAX_OUTPUT_CHARS = 1_000_000
_COPIES = 4
_MOST_TIME_FORMAT_CHARS = 200
_MOST_SEPARATOR_CHARS = 8

# What templates ask to learn whether a model is to reason. A template never sees those that it does not ask for.
_REASONING_VARIABLES: Mapping[bool | None, Mapping[str, object]] = {
    None: {},
    True: {"enable_thinking": True, "thinking": True, "reasoning": True, "thinking_mode": "enabled"},
    False: {
        "enable_thinking": False,
        "thinking": False,
        "reasoning": False,
        "thinking_mode": "disabled",
        "thinking_budget": 0,
    },
}

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{{ '<|im_start|>assistant\n' }}"  # in an expression: Jinja drops a line break at a template's end
)
GENERAL = (
    "{% for message in messages %}{{ message.role | capitalize }}: {{ message.content }}\n\n{% endfor %}Assistant:"
)


class TemplateError(Exception):
    """A chat template does not work; the message is a short reason that fits into a sentence."""


class RanIntoLimitError(TemplateError):
    """A template took too long or too much; trying it in another way would take as much again."""


class ChatTemplate:
    """A compiled chat template. `hash` tells it from others.

    `bos_token` and `eos_token` are the vocabulary's spellings, which many templates write themselves.

    Raises:
        TemplateError: the source does not compile.
    """

    def __init__(self, untrusted_source: str, *, bos_token: str = "", eos_token: str = "") -> None:
        if len(untrusted_source) > MAX_SOURCE_CHARS:
            raise TemplateError("it is too long")
        self.source = untrusted_source
        self._special_tokens = {"bos_token": bos_token, "eos_token": eos_token}
        self.hash = hashlib.sha256(untrusted_source.encode(errors="replace")).hexdigest()
        self._limits = Limits()
        self._typed_content = False
        self._tools: list[Any] | None = None
        self._environment = _environment()
        self._template = self._guarded(lambda: self._environment.from_string(untrusted_source))

    def render(self, messages: Sequence[tuple[str, str]], now: datetime, *, reasoning: bool | None = None) -> str:
        """The prompt for `messages`, given as (role, content), up to where the reply begins.

        `now` is what the template is told when it asks for the time, `reasoning` when it asks whether the model is to
        reason; None: it has to decide itself.

        Raises:
            TemplateError: it refuses these messages, fails, or does not come to an end.
        """
        shown = [{"role": role, "content": self._content(content)} for role, content in messages]
        most = MAX_OUTPUT_CHARS + _COPIES * sum(len(content) for _, content in messages)
        return self._guarded(lambda: self._written(shown, now, most, _REASONING_VARIABLES[reasoning]))

    def reasoning_switch(self, now: datetime) -> bool | None:
        """Whether the model reasons when nobody says whether it is to; None: the template cannot be told.

        A template that fails when it is told cannot be.
        """
        trial = [("user", "Aleph")]
        try:
            unasked, on, off = (self.render(trial, now, reasoning=reasoning) for reasoning in (None, True, False))
        except TemplateError:
            return None
        return None if on == off else unasked != off

    def check(self, now: datetime) -> None:
        """Try the template on a short conversation; find out in which form it wants contents and absent tools.

        Raises:
            TemplateError: it does not work, or what is said does not appear in what it writes.
        """
        trial = [("user", "Aleph"), ("assistant", "Beth"), ("user", "Gimel")]
        problem = TemplateError("it leaves messages out")
        for self._tools, self._typed_content in ((None, False), (None, True), ([], False), ([], True)):
            try:
                rendered = self.render(trial, now)
            except RanIntoLimitError:
                raise
            except TemplateError as error:
                problem = error
                continue
            if all(content in rendered for _, content in trial):
                return
        raise problem

    def _content(self, content: str) -> str | list[dict[str, str]]:
        return [{"type": "text", "text": content}] if self._typed_content else content

    def _written(
        self, messages: list[dict[str, Any]], now: datetime, most: int, variables: Mapping[str, object]
    ) -> str:
        pieces: list[str] = []
        length = 0
        weights = self._environment.weights
        weights.start(MAX_WEIGHT + most)
        for piece in self._template.generate(
            messages=messages,
            add_generation_prompt=True,
            tools=self._tools,
            documents=None,
            strftime_now=partial(_time, now),
            **variables,
            **self._special_tokens,
        ):
            length += len(piece)
            if length > most:
                raise RanIntoLimitError("it writes too much")
            pieces.append(piece)
        return "".join(pieces)

    def _guarded(self, work: Callable[[], T]) -> T:
        """What `work` returns; every failure of untrusted code as a `TemplateError`."""
        try:
            with self._limits:
                return work()
        except TemplateError:
            raise
        except LimitExceededError as error:
            raise RanIntoLimitError(str(error)) from None
        except RecursionError:
            raise RanIntoLimitError("it calls itself without end") from None
        except MemoryError:
            raise RanIntoLimitError("it takes too much memory") from None
        except Exception as error:  # a template is a program of a stranger and can raise anything
            raise TemplateError(_short(error)) from error


def usable_template(
    untrusted_source: str | None, *, bos_token: str, eos_token: str, now: datetime
) -> tuple[ChatTemplate | None, str | None]:
    """The model's own template if it works, or None and the reason."""
    if not untrusted_source or not untrusted_source.strip():
        return None, "the file has none"
    try:
        template = ChatTemplate(untrusted_source, bos_token=bos_token, eos_token=eos_token)
        template.check(now)
    except TemplateError as error:
        return None, str(error)
    return template, None


def _environment() -> BoundedEnvironment:
    """An environment as `transformers` sets it up for chat templates, and tighter."""
    from chatdesk.engine.template_sandbox import BoundedEnvironment

    environment = BoundedEnvironment()
    environment.globals["raise_exception"] = _raise_exception
    environment.filters["tojson"] = _to_json
    return environment


def _raise_exception(message: object) -> None:
    """What a template calls to refuse messages."""
    raise TemplateError(_short(message))


def _time(now: datetime, time_format: str) -> str:
    """What `strftime_now` says. Some C libraries take a width in the format, so a long one is refused."""
    if len(time_format) > _MOST_TIME_FORMAT_CHARS or re.search(r"\d{3}", time_format):
        raise TemplateError("it writes too much")
    return now.strftime(time_format)


def _to_json(value: Any, indent: int | None = None, separators: Any = None, *_: Any, **__: Any) -> str:
    """JSON as models were trained on it: without the escapes that HTML would need."""
    if indent is not None and indent > 8:  # noqa: PLR2004 - wider than anyone's taste
        raise TemplateError("it writes too much")
    if separators is not None and sum(len(separator) for separator in separators) > _MOST_SEPARATOR_CHARS:
        raise TemplateError("it writes too much")
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)


def _short(problem: object) -> str:
    """One line of what a stranger's program says of itself, at most 120 characters."""
    line = re.sub(r"\s+", " ", str(problem)).strip().rstrip(".")
    return line[:120] or type(problem).__name__
