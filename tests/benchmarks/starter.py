"""The model, options and texts that every benchmark shares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from chatdesk.core.context import PromptMessage
from chatdesk.core.messages import Role
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.models.library import find_starter
from chatdesk.store.paths import resource

N_CTX = 8192
ALL_CORES = os.cpu_count() or 1
OPTIONS = LoadOptions(n_ctx=N_CTX, n_threads=ALL_CORES)
# At temperature 0 the starter model goes on with this for more than 256 tokens; the benchmarks check that it did.
LONG_STORY = "Write a very long story about a lighthouse keeper, with many chapters. Never end it."
REPLY_TOKENS = 256
# The app's own sampling, but always the most likely token, so that both sides write the same reply.
STEADY = SamplingParams(temperature=0, seed=1, max_tokens=REPLY_TOKENS)
# The app's own sampling, with a seed: the whole chain of samplers.
SAMPLED = SamplingParams(seed=1, max_tokens=REPLY_TOKENS)

_SUBJECTS = (
    "the river that runs past the mill",
    "a letter that came too late",
    "how bread was baked in the village",
    "the winter in which the harbour froze",
    "an old map with three islands on it",
    "why the clock in the tower was wrong",
    "the song that the fishermen sang",
)
# Prompts that begin with another word share nothing but what the chat template writes.
_FIRST_WORDS = ("Please", "Now", "Tell", "Consider", "Read", "About", "Here", "Take", "Once", "Look", "Remember")


def starter_model() -> ModelFile:
    """The starter model as the app finds it."""
    path = find_starter(resource("models"))
    assert path is not None, "the starter model is not installed"
    status = Path(path).stat()
    return ModelFile(path, status.st_size, status.st_mtime, ModelOrigin.STARTER)


def long_text(words: int, number: int = 0) -> str:
    """Plain prose of so many words, the same each time; other numbers begin with other words."""
    first = _FIRST_WORDS[number % len(_FIRST_WORDS)]
    sentences = (f"note {number} {index}: {_SUBJECTS[(index + number) % len(_SUBJECTS)]}." for index in range(words))
    return " ".join([first, *" ".join(sentences).split()][:words])


def user(text: str) -> Sequence[PromptMessage]:
    """A conversation of one message."""
    return (PromptMessage(Role.USER, text),)
