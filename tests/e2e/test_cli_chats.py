"""Chats as files, as a script moves them."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.store.database import Database
from chatdesk.store.whole_conversations import WholeConversationStore
from tests.e2e.test_cli import chatdesk
from tests.support.random_conversations import random_conversation

TREES = [random_conversation(random.Random(seed)) for seed in range(3)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    home.mkdir()
    database = Database.open(home / "chatdesk.db")
    for tree in TREES:
        WholeConversationStore(database).add(tree)
    yield home  # with the database open, as a window would have it
    database.close()


def test_all_chats_go_from_one_computer_to_another(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    finished = chatdesk("export", str(file), home=home)
    assert (finished.returncode, finished.stdout) == (0, f"3 written to {file}\n"), finished.stderr
    other = tmp_path / "other"
    finished = chatdesk("import", str(file), home=other)
    assert (finished.returncode, finished.stdout) == (0, "3 imported, 0 were here already\n"), finished.stderr
    database = Database.open(other / "chatdesk.db")
    assert [WholeConversationStore(database).read(tree.conversation.id) for tree in TREES] == TREES
    database.close()
    finished = chatdesk("import", str(file), home=other)
    assert finished.stdout == "0 imported, 3 were here already\n"


def test_one_chat_is_written_as_a_page(home: Path, tmp_path: Path) -> None:
    chosen = TREES[1].conversation
    finished = chatdesk("export", str(tmp_path / "a.html"), "--chat", chosen.id, "--format", "html", home=home)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no Ctrl+C to one process")
def test_an_import_that_is_interrupted_ends_in_silence(tmp_path: Path) -> None:
    file, home = tmp_path / "long.json", tmp_path / "home"
    file.write_text(json.dumps([_of_chatgpt(number) for number in range(5000)]), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "chatdesk", "import", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CHATDESK_HOME": str(home)},
    )
    while process.poll() is None and not _has_chats(home):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert (process.communicate(timeout=60), process.returncode) == ((b"", b""), 130)


def _of_chatgpt(number: int) -> dict[str, object]:
    """One chat as an export of ChatGPT holds it."""
    message = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Hello"]}}
    mapping: dict[str, object] = {"a": {"id": "a", "message": message, "parent": None, "children": []}}
    return {"id": f"{number}", "title": f"{number}", "create_time": 1.0, "mapping": mapping, "current_node": "a"}


def _has_chats(home: Path) -> bool:
    try:
        with sqlite3.connect(f"file:{home}/chatdesk.db?mode=ro", uri=True) as database:
            return bool(database.execute("SELECT 1 FROM conversation").fetchone())
    except sqlite3.OperationalError:  # not there yet
        return False


def test_what_is_wrong_is_a_sentence(home: Path, tmp_path: Path) -> None:
    finished = chatdesk("export", str(tmp_path / "x.json"), "--chat", "nobody", home=home)
    assert (finished.returncode, finished.stderr.startswith("There is no chat “nobody”.")) == (1, True)
    finished = chatdesk("import", str(tmp_path / "nothing.json"), home=tmp_path / "other")
    assert (finished.returncode, finished.stderr.startswith("“nothing.json” cannot be read")) == (1, True)
    (tmp_path / "odd.json").write_text(json.dumps([{"a": 1}]), encoding="utf-8")
    finished = chatdesk("import", str(tmp_path / "odd.json"), home=tmp_path / "other")
    assert finished.stdout == "0 imported, 0 were here already\nleft out: 1 × not a conversation\n"


def test_chats_that_cannot_be_read_are_not_taken_for_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "chatdesk.db").write_bytes(b"no database" * 1000)
    for arguments in (["conversations"], ["export", str(tmp_path / "x.json")]):
        finished = chatdesk(*arguments, home=home)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith(f"The file with your chats cannot be read: {home / 'chatdesk.db'}.")


def test_where_nobody_chatted_yet_there_is_nothing_to_export(tmp_path: Path) -> None:
    home = tmp_path / "home"
    finished = chatdesk("export", str(tmp_path / "x.json"), home=home)
    assert (finished.returncode, finished.stdout, finished.stderr) == (1, "", "There are no chats yet.\n")
    assert not (tmp_path / "x.json").exists()
