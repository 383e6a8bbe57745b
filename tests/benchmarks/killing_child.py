"""The child process of `killing`: the app without its window, which says on stdout what it announces."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "1000")
sys.path.insert(0, str(Path(__file__).parents[2]))

from chatdesk.core.events import Event, LibraryScanned, MessageAdded, ModelReady, ReplyDelta, ReplyFinished
from chatdesk.core.messages import Role
from chatdesk.headless import Core
from chatdesk.store.paths import HOME_VARIABLE, find_paths
from tests.benchmarks.starter import LONG_STORY, starter_model


def say(line: dict[str, object]) -> None:
    """One line, in one write, without a buffer that could be lost."""
    os.write(1, json.dumps(line).encode() + b"\n")


class Talker:
    """Sends a message when the model is ready, and another one after each reply."""

    def __init__(self, home: str) -> None:
        self.is_scanned = threading.Event()
        self.core = Core(find_paths({HOME_VARIABLE: home}), self.post)

    def post(self, event: Event) -> None:
        match event:
            case LibraryScanned():
                self.is_scanned.set()
            case ModelReady():
                self.core.chat.send(None, LONG_STORY)
            case MessageAdded(message) if message.role is Role.USER:
                say({"message": message.id, "text": message.text})
            case ReplyDelta(message_id, _, text):
                say({"reply": message_id, "text": text, "at": time.monotonic()})
            case ReplyFinished(message):
                say({"finished": message.id})
                self.core.chat.send(message.conversation_id, "Go on.")


if __name__ == "__main__":
    talker = Talker(sys.argv[1])
    talker.core.start()
    talker.core.load_first_model()
    # After a crash the app loads no model by itself, so this is the person who chooses it.
    talker.is_scanned.wait()
    talker.core.loading.use(starter_model())
    threading.Event().wait()
