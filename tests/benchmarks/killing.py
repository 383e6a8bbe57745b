"""kill -9 in mid-reply: what was announced and is not on disk.

The child process is the app without its window; what it announces it also writes to a pipe, at once. All children
work on the same data folder, so each but the first also starts after a crash.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatdesk.core.sampling import SamplingParams
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.paths import Paths
from tests.benchmarks.figures import Bar, Figure, figure, spread
from tests.benchmarks.headless import data_folder, settings_of

KILLS = 50
QUICK_KILLS = 8
LATEST_KILL_SECONDS = 1.2
CHILD = Path(__file__).with_name("killing_child.py")


@dataclass
class _Said:
    """What a child announced before it died."""

    messages: dict[str, str] = field(default_factory=dict)  # the user's, by id
    deltas: dict[str, list[tuple[float, str]]] = field(default_factory=dict)  # by reply: when, and the text
    finished: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Loss:
    messages: int
    seconds: float
    text_is_wrong: bool


def measure(*, is_quick: bool) -> list[Figure]:
    moments = random.Random(1)
    with data_folder(settings_of(SamplingParams(seed=1))) as paths:
        losses = [
            _kill_once(paths, moments.uniform(0, LATEST_KILL_SECONDS))
            for _ in range(QUICK_KILLS if is_quick else KILLS)
        ]
    assert not any(loss.text_is_wrong for loss in losses), "a saved reply is not what was announced"
    seconds = [loss.seconds for loss in losses]
    return [
        figure(
            "kill -9: user messages lost",
            f"kill -9 in mid-reply, {len(losses)} times: announced user messages that are not on disk",
            Bar(0, unit=" messages"),
            [loss.messages for loss in losses],
            counted="sum",
            samples_are="kills",
        ),
        figure(
            "kill -9: seconds of reply lost",
            f"kill -9 in mid-reply, {len(losses)} times: age of the oldest text that is not on disk",
            Bar(1, unit=" s"),
            seconds,
            counted="max",
            samples_are="kills",
            notes=(f"median {spread(seconds, 's', 2)}",),
        ),
    ]


def _kill_once(paths: Paths, after_seconds: float) -> _Loss:
    """Start a child, kill it some time after its reply began, and look at what is on disk."""
    said = _Said()
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(paths.data)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        assert child.stdout is not None
        while not said.deltas:
            line = child.stdout.readline()
            assert line, "the child ended before it replied"
            _note(said, json.loads(line))
        killer = threading.Timer(after_seconds, child.kill)
        killer.start()
        for line in child.stdout:  # until the pipe breaks, perhaps in the middle of a line
            if line.endswith("\n"):
                _note(said, json.loads(line))
        killed_at = time.monotonic()
        killer.join()
    return _loss(paths, said, killed_at)


def _note(said: _Said, line: dict[str, Any]) -> None:
    match line:
        case {"message": message_id, "text": text}:
            said.messages[message_id] = text
        case {"reply": reply_id, "text": text, "at": at}:
            said.deltas.setdefault(reply_id, []).append((at, text))
        case {"finished": reply_id}:
            said.finished.add(reply_id)


def _loss(paths: Paths, said: _Said, killed_at: float) -> _Loss:
    database = Database.open(paths.database)
    try:
        store = ConversationStore(database)
        lost = sum(_text_of(store, message_id) != text for message_id, text in said.messages.items())
        seconds = 0.0
        is_wrong = False
        for reply_id, deltas in said.deltas.items():
            saved = _text_of(store, reply_id) or ""
            announced = "".join(text for _, text in deltas)
            is_wrong |= not announced.startswith(saved) and not saved.startswith(announced)
            is_wrong |= reply_id in said.finished and len(saved) < len(announced)
            length = 0
            for at, text in deltas:
                length += len(text)
                if length > len(saved):
                    seconds = max(seconds, killed_at - at)
                    break
    finally:
        database.close()
    return _Loss(lost, seconds, is_wrong)


def _text_of(store: ConversationStore, message_id: str) -> str | None:
    try:
        return store.message(message_id).text
    except KeyError:
        return None
