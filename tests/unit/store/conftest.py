"""An open database in a folder of its own, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.core.messages import ReplyOrigin
from chatdesk.core.sampling import SamplingParams
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database


class Clock:
    """Unix time as the test wants it; each look is a second later."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chatdesk.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database.open(path)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database, clock: Clock) -> ConversationStore:
    return ConversationStore(database, clock)


@pytest.fixture
def origin() -> ReplyOrigin:
    return ReplyOrigin("Tiny", "/models/Tiny.gguf", SamplingParams(seed=7), "Be brief.")
