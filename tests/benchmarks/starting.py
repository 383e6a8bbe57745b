"""From the start of the process to a usable window, against an empty PySide6 window started the same way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from chatdesk.core.events import ModelReady
from chatdesk.core.messages import ReplyOrigin, ReplyStatus, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.headless import Core
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.paths import HOME_VARIABLE, Paths
from chatdesk.store.settings_file import StateFile, StateKey
from tests.benchmarks.figures import PAIRS, QUICK_PAIRS, Bar, Figure, figure, interleaved, spread
from tests.benchmarks.headless import Announcements, data_folder, settings_of
from tests.benchmarks.scripts import mixed_reply
from tests.benchmarks.starter import long_text

CONVERSATIONS = 200
EXCHANGES = 4  # in each
REPLY_LINES = 20
ALLOWANCE_MS = 300
CHILD = Path(__file__).with_name("starting_child.py")


def measure(*, is_quick: bool) -> list[Figure]:
    with data_folder(settings_of(SamplingParams())) as paths, tempfile.TemporaryDirectory() as bytecode:
        _fill(paths)
        environment = {**os.environ, HOME_VARIABLE: str(paths.data), "PYTHONPYCACHEPREFIX": bytecode}
        # Both may keep compiled modules, as after any first start; the first starts below write them.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        drawn: list[float] = []

        def ours() -> float:
            said = _start(environment, "chatdesk", str(CONVERSATIONS))
            drawn.append(said["drawn"])
            return said["usable"]

        def empty() -> float:
            return _start(environment, "empty")["usable"]

        ours(), empty()
        drawn.clear()
        measured = interleaved(QUICK_PAIRS if is_quick else PAIRS, ours, empty)
    return [
        figure(
            "start ÷ empty window",
            f"(start to usable window, {CONVERSATIONS} chats − {ALLOWANCE_MS} ms) ÷ an empty PySide6 window",
            Bar(1.5),
            [(window - ALLOWANCE_MS) / empty for window, empty in measured],
            notes=(
                f"usable {spread([window for window, _ in measured], 'ms', 0)}",
                f"first drawn {spread(drawn, 'ms', 0)}",
                f"empty window {spread([empty for _, empty in measured], 'ms', 0)}",
            ),
        )
    ]


def _fill(paths: Paths) -> None:
    """A data folder as it is after some use: chats, a last one to open, a model that was tried."""
    announced = Announcements()
    core = Core(paths, announced.post)
    core.start()
    core.load_first_model()
    announced.until(ModelReady)
    assert core.close()
    database = Database.open(paths.database)
    store = ConversationStore(database)
    origin = ReplyOrigin("a model", "", SamplingParams(), "")
    reply_text = mixed_reply(REPLY_LINES)
    last = None
    for number in range(CONVERSATIONS):
        last = None
        for exchange in range(EXCHANGES):
            conversation, _, reply = store.add_exchange(last, long_text(20, number + exchange), origin)
            store.save_reply(replace(reply, parts=text_parts(reply_text), status=ReplyStatus.COMPLETE))
            last = conversation.id
    database.close()
    state = StateFile(paths.state)
    state.load()
    state.set(StateKey.LAST_CONVERSATION_ID, last)


def _start(environment: dict[str, str], *arguments: str) -> dict[str, float]:
    """Start a child and wait for its end; returns what it said, in milliseconds."""
    what, *rest = arguments
    ended = subprocess.run(
        [sys.executable, str(CHILD), what, repr(time.monotonic()), *rest],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return {name: seconds * 1000 for name, seconds in json.loads(ended.stdout).items()}
