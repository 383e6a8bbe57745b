"""A process that saves is killed: every message it said was saved is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chatdesk.core.messages import ReplyStatus
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database

SAVE_FOR_EVER = """
import sys
from dataclasses import replace
from pathlib import Path
from chatdesk.core.messages import ReplyOrigin, ReplyStatus, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
store = ConversationStore(Database.open(Path(sys.argv[1])))
origin = ReplyOrigin("m", "/m.gguf", SamplingParams(), "")
while True:
    _, message, reply = store.add_exchange(None, "x" * 3000, origin)
    print("message", message.id, flush=True)
    store.save_reply(replace(reply, status=ReplyStatus.STREAMING))
    for length in range(1, 4):
        store.checkpoint(reply.id, text_parts("word " * 100 * length), range(length))
        print("reply", reply.id, length * 500, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 7, 30, 111])
def test_what_a_killed_process_said_was_saved_is_there(lines: int, path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SAVE_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in range(lines)]
        process.kill()
        said += [line.split() for line in process.stdout if line.endswith("\n")]
    database = Database.open(path)
    store = ConversationStore(database)
    written = {kind_and_id[1]: int(kind_and_id[2]) for kind_and_id in said if kind_and_id[0] == "reply"}
    assert database.notice is None
    assert all(len(store.message(line[1]).text) == 3000 for line in said if line[0] == "message")
    assert all(len(store.message(reply_id).text) >= length for reply_id, length in written.items())
    assert {reply.message_id for reply in database.mark_interrupted()} >= set(written)
    assert all(store.message(reply_id).status is ReplyStatus.INTERRUPTED for reply_id in written)
    database.close()
