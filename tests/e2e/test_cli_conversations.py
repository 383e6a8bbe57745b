"""Chats from the command line: continued from their cache, and handed to the window that holds them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.core.messages import Message, ReplyStatus
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.settings_file import SettingsFile, StateFile, StateKey
from tests.support.tiny_gguf import TinyModel

DRIVER = Path(__file__).parents[1] / "support" / "drive_window.py"
SCRIPTED = "Hello there, this is a scripted reply."


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "CHATDESK_HOME": str(home), "PYTHONPATH": str(DRIVER.parents[2])}


def chatdesk(*arguments: str, home: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chatdesk", *arguments],
        capture_output=True,
        encoding="utf-8",
        input=stdin,
        env=environment(home),
        timeout=120,
        check=False,
    )


def saved(home: Path) -> tuple[Message, ...]:
    """The messages of the conversation used last."""
    database = Database.open_read_only(home / "chatdesk.db")
    assert database is not None
    store = ConversationStore(database)
    path = store.active_path(store.conversations()[0].id)
    database.close()
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    model = TinyModel().write(home / "models" / "Tiny.gguf")
    StateFile(home / "state.json").set(StateKey.LAST_MODEL_PATH, model.path)
    return home


@pytest.fixture
def window(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """The window on that folder, open and with its model loaded."""
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), "serve"], stdout=subprocess.PIPE, text=True, env=environment(home)
    )
    assert process.stdout is not None
    while not process.stdout.readline().startswith("READY"):
        assert process.poll() is None
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    process.stdout.close()


def test_a_model_that_may_have_crashed_keeps_no_other_from_answering(home: Path) -> None:
    StateFile(home / "state.json").add_suspects(["/models/Other.gguf"])
    assert chatdesk("ask", "--new", "Hi", home=home).stdout.strip() == SCRIPTED
    StateFile(home / "state.json").add_suspects([str(home / "models" / "Tiny.gguf")])
    finished = chatdesk("ask", "--new", "Hi", home=home)
    assert (finished.returncode, finished.stdout, "Tiny" in finished.stderr) == (1, "", True)


def test_a_chat_is_begun_listed_and_continued(home: Path) -> None:
    begun = chatdesk("ask", "--new", "How far is the hut?", home=home)
    assert (begun.returncode, begun.stdout) == (0, f"{SCRIPTED}\n")
    (listed,) = json.loads(chatdesk("conversations", "--json", home=home).stdout)
    assert listed["title"] == "How far is the hut?"
    assert listed["id"] in begun.stderr
    assert listed["id"] in chatdesk("conversations", home=home).stdout
    answer = json.loads(
        chatdesk("ask", "--conversation", listed["id"][:13], "-", "--json", home=home, stdin="And back?\n").stdout
    )
    assert (answer["text"], answer["conversation"]) == (SCRIPTED, listed["id"])
    assert [message.text for message in saved(home)] == ["How far is the hut?", SCRIPTED, "And back?", SCRIPTED]


@pytest.mark.starter
def test_it_goes_on_from_the_cache_that_the_last_command_left(home: Path, starter_model: ModelFile) -> None:
    SettingsFile(home / "settings.json").save(Settings(sampling=SamplingParams(max_tokens=40), n_ctx=1024))
    StateFile(home / "state.json").set(StateKey.LAST_MODEL_PATH, starter_model.path)
    chatdesk("ask", "--new", "Tell me of a ship. " + "It is made of glass. " * 10, home=home)
    first = saved(home)[-1].figures
    second = json.loads(chatdesk("ask", "--conversation", "last", "And then?", "--json", home=home).stdout)
    assert second["cached_tokens"] == first.prompt_tokens + first.reply_tokens


@pytest.mark.parametrize(
    ("arguments", "sentence", "code"),
    [
        (("ask", "--conversation", "nope", "Hi"), "There is no chat “nope”", 1),
        (("ask", "--new", " "), "There is nothing to send.", 1),
        (("ask", "--new", "Hi", "--model", "nothing-like-it"), "There is no model “nothing-like-it”.", 1),
        (("ask", "--new", "Hi", "--seed", "3"), "a chat has its own settings", 2),
        (("ask", "--new", "--conversation", "last", "Hi"), "not allowed with", 2),
    ],
)
def test_a_problem_is_a_sentence(arguments: tuple[str, ...], sentence: str, code: int, home: Path) -> None:
    finished = chatdesk(*arguments, home=home)
    assert finished.returncode == code
    assert sentence in finished.stderr


def test_where_there_are_no_chats_it_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    finished = chatdesk("conversations", home=tmp_path / "nowhere")
    assert (finished.returncode, finished.stdout) == (0, "")
    assert "no chats yet" in finished.stderr
    assert not (tmp_path / "nowhere").exists()


def test_an_open_window_answers_and_saves(home: Path, window: "subprocess.Popen[str]") -> None:
    begun = chatdesk("ask", "--new", "How far is the hut?", home=home)
    assert (begun.returncode, begun.stdout) == (0, f"{SCRIPTED}\n"), begun.stderr
    continued = chatdesk("ask", "--conversation", "last", "And back?", "--json", home=home)
    assert json.loads(continued.stdout)["cached_tokens"] > 0
    assert [message.text for message in saved(home)] == ["How far is the hut?", SCRIPTED, "And back?", SCRIPTED]
    refused = chatdesk("ask", "--conversation", "last", "Hi", "--model", "Tiny", home=home)
    assert refused.stderr.startswith("ChatDesk is open and answers with the model that is chosen there.")
    missing = chatdesk("ask", "--conversation", "nope", "Hi", home=home)
    assert missing.stderr.startswith("There is no chat “nope”")
    assert window.poll() is None


@pytest.mark.parametrize("has_window", [False, True])
def test_ctrl_c_stops_the_reply_and_keeps_what_was_written(
    has_window: bool, home: Path, request: pytest.FixtureRequest
) -> None:
    SettingsFile(home / "settings.json").save(Settings(sampling=SamplingParams(max_tokens=1_000_000), n_ctx=50_000))
    TinyModel(ends=False, n_ctx_train=50_000).write(home / "models" / "Tiny.gguf")
    if has_window:
        request.getfixturevalue("window")
    process = subprocess.Popen(
        [sys.executable, "-m", "chatdesk", "ask", "--new", "Count"], stdout=subprocess.PIPE, env=environment(home)
    )
    assert process.stdout is not None
    assert process.stdout.read(20).startswith(b"Hello there")
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    assert process.wait(20) == 130
    process.stdout.close()
    reply = saved(home)[-1]
    assert reply.status is ReplyStatus.STOPPED
    assert reply.text.startswith("Hello there")
