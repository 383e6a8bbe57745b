"""The real app in a child process: closed or killed in the middle of anything, and started twice at once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from chatdesk.core.messages import Message, ReplyStatus
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.engine.devices import read_devices
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.model_records import ModelRecordStore
from chatdesk.store.settings_file import SettingsFile, StateFile, StateKey
from chatdesk.store.unsent import UnsentStore
from tests.support.tiny_gguf import TinyModel

DRIVER = Path(__file__).parents[1] / "support" / "drive_window.py"
CLOSE_SECONDS = 2.0
# A busy machine may be slow to end the interpreter itself; the app's own share is what is bounded.
INTERPRETER_SECONDS = 1.5


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    return home


def use_model(home: Path, model: ModelFile, *, is_known: bool = True) -> None:
    """Have the next start load `model`; `is_known` spares it the trial in a child process."""
    StateFile(home / "state.json").set(StateKey.LAST_MODEL_PATH, model.path)
    # Room enough for a model that never stops and writes thousands of tokens a second.
    SettingsFile(home / "settings.json").save(Settings(sampling=SamplingParams(max_tokens=1_000_000), n_ctx=50_000))
    if is_known:
        database = Database.open(home / "chatdesk.db")
        ModelRecordStore(database).set_probed(model, read_devices().build)
        database.close()


def start(home: Path, scenario: str, seconds: float = 0.5) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(DRIVER), scenario, str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CHATDESK_HOME": str(home), "PYTHONPATH": str(DRIVER.parents[2])},
    )


def play(home: Path, scenario: str, seconds: float = 0.5) -> tuple[dict[str, dict[str, object]], float]:
    """Play to the end; asserts a clean exit, and returns what was said and how long closing took."""
    process = start(home, scenario, seconds)
    stdout, stderr = process.communicate(timeout=90)
    ended = time.time()
    assert stderr == ""
    assert process.returncode == 0
    said = {line.split(" ", 1)[0]: json.loads(line.split(" ", 1)[1]) for line in stdout.splitlines()}
    return said, ended - float(str(said["CLOSING"]["at"]))


def wait_for(stream: IO[str] | None, word: str) -> None:
    assert stream is not None
    for line in stream:
        if line.startswith(word):
            return
    raise AssertionError(f"the app ended before {word}")


def read_back(home: Path) -> list[Message]:
    database = Database.open(home / "chatdesk.db")
    try:
        store = ConversationStore(database)
        return [message for chat in store.conversations() for message in store.active_path(chat.id)]
    finally:
        database.close()


@pytest.mark.parametrize(
    ("scenario", "seconds"), [("idle", 0), ("loading", 0), ("stream", 0.5), ("long_prompt", 0.5), ("look", 0)]
)
def test_closing_in_the_middle_of_anything_is_clean_and_quick(
    scenario: str, seconds: float, home: Path, starter_model: ModelFile
) -> None:
    if scenario == "stream":
        endless = TinyModel(ends=False).write(home / "models" / "endless.gguf")
        use_model(home, endless)
    _, closing_seconds = play(home, scenario, seconds)
    assert closing_seconds < CLOSE_SECONDS + INTERPRETER_SECONDS
    messages = read_back(home)
    if scenario in {"stream", "long_prompt"}:
        assert len(messages) == 2
        assert messages[1].status is ReplyStatus.STOPPED
    if scenario == "stream":
        assert messages[1].text


def test_a_kill_in_mid_reply_loses_no_message_and_the_next_start_says_so(home: Path) -> None:
    endless = TinyModel(ends=False).write(home / "models" / "endless.gguf")
    use_model(home, endless)
    process = start(home, "stream_for_ever")
    wait_for(process.stdout, "STREAMING")
    time.sleep(1 + random.random())
    process.send_signal(signal.SIGKILL) if os.name == "posix" else process.kill()
    process.communicate()
    said, _ = play(home, "look", 1.5)
    notices = said["SEEN"]["notices"]
    assert isinstance(notices, list)
    assert any("ended unexpectedly while “endless” was in use" in notice for notice in notices)
    assert said["SEEN"]["details"] == "", "the model was loaded by itself"
    user, reply = read_back(home)
    assert user.text == "Hello"
    assert reply.status is ReplyStatus.INTERRUPTED
    assert reply.text


def test_a_kill_in_mid_word_loses_no_more_than_the_last_second_of_a_draft(home: Path) -> None:
    process = start(home, "write_for_ever")
    wait_for(process.stdout, "WRITTEN")
    time.sleep(1 + random.random())
    process.send_signal(signal.SIGKILL) if os.name == "posix" else process.kill()
    stdout, _ = process.communicate()
    whole = [line for line in stdout.splitlines(keepends=True) if line.startswith("WRITTEN") and line.endswith("\n")]
    written = [json.loads(line.removeprefix("WRITTEN ")) for line in whole]
    database = Database.open(home / "chatdesk.db")
    draft = UnsentStore(database).draft(None).text
    database.close()
    assert len(draft) >= max(each["length"] for each in written if each["at"] <= written[-1]["at"] - 1)


def test_an_abort_inside_llama_cpp_costs_nothing_and_is_not_walked_into_again(home: Path) -> None:
    # Two equal tokens make llama.cpp abort. That the file was tried before is a lie, so that the app itself loads it.
    deadly = TinyModel(repeated_token="▁Hello").write(home / "models" / "deadly.gguf")
    use_model(home, deadly)
    process = start(home, "idle")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode not in {0, 1}, stderr
    said, _ = play(home, "look", 1.5)
    notices = said["SEEN"]["notices"]
    assert isinstance(notices, list)
    assert any("ended unexpectedly while “deadly” was in use" in notice for notice in notices)
    assert said["SEEN"]["details"] == ""


def test_an_unknown_file_that_llama_cpp_would_die_of_is_refused_with_a_sentence(home: Path) -> None:
    deadly = TinyModel(repeated_token="▁Hello").write(home / "models" / "deadly.gguf")
    use_model(home, deadly, is_known=False)
    said, _ = play(home, "look", 6)
    notices = said["SEEN"]["notices"]
    assert isinstance(notices, list)
    assert any("llama.cpp crashes on “deadly”" in notice for notice in notices)


def test_a_second_start_ends_at_once_and_raises_the_first(home: Path) -> None:
    first = start(home, "look", 60)
    wait_for(first.stdout, "SHOWN")
    second = subprocess.run(
        [sys.executable, "-m", "chatdesk"],
        capture_output=True,
        text=True,
        env={**os.environ, "CHATDESK_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
        timeout=30,
        check=False,
    )
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    first.terminate()
    _, stderr = first.communicate(timeout=30)
    # The offscreen platform has no windows to raise, and says so when it is asked to.
    assert (first.returncode, stderr) == (0, "This plugin does not support raise()\n")


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_garbage_database_is_moved_aside_with_a_sentence(content: bytes, home: Path) -> None:
    (home / "chatdesk.db").write_bytes(content)
    said, _ = play(home, "look", 0.5)
    notices = said["SEEN"]["notices"]
    assert isinstance(notices, list)
    assert any("could not be read, so a new one was begun" in notice for notice in notices)
    assert [file.read_bytes() for file in home.glob("chatdesk.db.broken-*")] == [content]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(home: Path) -> None:
    database = Database.open(home / "chatdesk.db")
    with database.write() as connection:
        connection.execute("PRAGMA user_version = 999")
    database.close()
    before = (home / "chatdesk.db").read_bytes()
    process = start(home, "look")
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stdout == ""
    assert stderr.startswith("Your chats were saved by a newer version of ChatDesk.")
    assert len(stderr.splitlines()) == 1
    assert (home / "chatdesk.db").read_bytes() == before


def test_broken_settings_are_moved_aside_and_everything_works(home: Path) -> None:
    (home / "settings.json").write_text("{ no json", encoding="utf-8")
    said, _ = play(home, "look", 0.5)
    notices = said["SEEN"]["notices"]
    assert isinstance(notices, list)
    assert any("settings file could not be read" in notice for notice in notices)
    assert len(list(home.glob("settings.json.broken-*"))) == 1


def test_the_self_test_passes_and_prints_its_figures(starter_model: ModelFile, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "QT_QPA_PLATFORM"}}
    finished = subprocess.run(
        [sys.executable, "-m", "chatdesk", "--self-test"],
        capture_output=True,
        text=True,
        env={**environment, "CHATDESK_HOME": str(tmp_path / "untouched")},
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    figures = json.loads(finished.stdout)
    assert figures["reply_tokens"] > 0
    assert figures["model"] == starter_model.name
    assert not (tmp_path / "untouched").exists()
