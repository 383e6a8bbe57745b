"""Prompts that a person keeps to use again, with gaps to be filled in: `{{name}}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.messages import clean_text
from chatdesk.core.untrusted_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NAME_CHARS = 80
MOST_TEXT_CHARS = 100_000
MOST_FILTER_CHARS = 40
_GAP = re.compile(r"\{\{[^{}\n]{1,60}\}\}")


@dataclass(frozen=True, slots=True)
class SavedPrompt:
    """A prompt under a name."""

    id: str
    name: str
    text: str


def prompt_name(untrusted_name: str, text: str) -> str:
    """What a prompt is called: its name in one line, or else its beginning."""
    return one_line(untrusted_name, MOST_NAME_CHARS) or one_line(text, MOST_NAME_CHARS)


def prompt_text(untrusted_text: str) -> str:
    """The text of a prompt as it is kept; empty: there is none."""
    return clean_text(untrusted_text[:MOST_TEXT_CHARS])


def filter_of(text: str) -> str | None:
    """What is looked for by a message box that holds `text`: what follows a slash alone; None: it is a message."""
    if not text.startswith("/") or "\n" in text or len(text) > MOST_FILTER_CHARS + 1:
        return None
    return text[1:]


def matching(prompts: Iterable[SavedPrompt], words: str) -> list[SavedPrompt]:
    """The prompts that have all of `words` in their name or text, those whose name begins with them first."""
    wanted = words.casefold().split()
    found = [prompt for prompt in prompts if all(word in f"{prompt.name} {prompt.text}".casefold() for word in wanted)]
    beginning = words.casefold().strip()
    return sorted(found, key=lambda prompt: (not prompt.name.casefold().startswith(beginning), prompt.name.casefold()))


def next_gap(text: str, start: int, *, is_backward: bool = False) -> tuple[int, int] | None:
    """Where the next gap of `text` is, from `start` on and then from the other end; None: there is none."""
    gaps = [found.span() for found in _GAP.finditer(text)]
    if is_backward:
        return next((gap for gap in reversed(gaps) if gap[1] <= start), gaps[-1] if gaps else None)
    return next((gap for gap in gaps if gap[0] >= start), gaps[0] if gaps else None)
