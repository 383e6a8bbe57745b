"""The commands as a script runs them: output, exit codes, one sentence when something is wrong."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from chatdesk import __version__
from chatdesk.core.model_files import ModelFile
from tests.support.tiny_gguf import TinyModel


def chatdesk(*arguments: str, home: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chatdesk", *arguments],
        capture_output=True,
        encoding="utf-8",
        input=stdin,
        env={**os.environ, "CHATDESK_HOME": str(home)},
        timeout=120,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_version(home: Path) -> None:
    finished = chatdesk("--version", home=home)
    assert (finished.returncode, finished.stdout) == (0, f"ChatDesk {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [("ask",), ("conversations", "--limit", "0"), ("models", "search", "tiny", "--limit", "-1")],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], home: Path) -> None:
    finished = chatdesk(*arguments, home=home)
    assert finished.returncode == 2
    assert "usage:" in finished.stderr


def test_ask_streams_the_reply_and_saves_nothing(starter_model: ModelFile, home: Path) -> None:
    finished = chatdesk("ask", "Who are you?", "--max-tokens", "12", "--temperature", "0", home=home)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    assert finished.stdout.strip()
    assert not home.exists()


def test_ask_json_tells_text_figures_and_seed(starter_model: ModelFile, home: Path) -> None:
    finished = chatdesk("ask", "-", "--max-tokens", "8", "--seed", "5", "--json", home=home, stdin="你是谁？\n")
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert set(answer) == {
        "text", "reasoning", "finish_reason", "prompt_tokens", "reply_tokens", "seconds_to_first_token",
        "tokens_per_second", "model", "seed",
    }  # fmt: skip
    assert answer["model"] == starter_model.name
    assert answer["seed"] == 5
    assert 0 < answer["reply_tokens"] <= 8


def test_the_same_seed_gives_the_same_reply(starter_model: ModelFile, home: Path) -> None:
    texts = {chatdesk("ask", "Hi", "--max-tokens", "16", "--seed", "11", home=home).stdout for _ in range(2)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ask", "  "), "There is nothing to send."),
        (("ask", "Hi", "--model", "nothing-like-it"), "There is no model “nothing-like-it”."),
        (("ask", "Hi", "--model", "no\x1b[31mthing"), "There is no model “no[31mthing”."),
        (("ask", "Hi", "--temperature", "99"), "“99.0” is not possible for temperature."),
        (("ask", "Hi", "--max-tokens", "0"), "“0” is not possible for max_tokens."),
    ],
)
def test_a_problem_is_one_sentence_and_exit_code_1(arguments: tuple[str, ...], sentence: str, home: Path) -> None:
    finished = chatdesk(*arguments, home=home)
    assert finished.returncode == 1
    assert finished.stderr.startswith(sentence)
    assert len(finished.stderr.splitlines()) == 1


def test_a_message_longer_than_the_context_is_refused_with_its_tokens(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "tiny.gguf"
    TinyModel(n_ctx_train=512).write(file)
    finished = chatdesk("ask", "-", "--model", str(file), home=home, stdin="word " * 5000)
    assert finished.returncode == 1
    assert "tokens long: more than a context of" in finished.stderr


def test_any_gguf_can_be_asked_by_its_path(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "模型 with space.gguf"
    TinyModel().write(file)
    finished = chatdesk("ask", "Hi", "--model", str(file), "--max-tokens", "3", "--json", home=home)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["model"] == "模型 with space"


def test_models_lists_the_starter_and_the_library(starter_model: ModelFile, home: Path) -> None:
    (home / "models").mkdir(parents=True)
    TinyModel().write(home / "models" / "Tiny-Q8_0.gguf")
    finished = chatdesk("models", "--json", home=home)
    rows = json.loads(finished.stdout)
    assert [row["origin"] for row in rows] == ["starter", "library"]
    assert rows[1]["quantization"] == "Q8_0"
    assert starter_model.name in chatdesk("models", home=home).stdout


def test_doctor_finds_this_installation_well_and_writes_nothing(starter_model: ModelFile, home: Path) -> None:
    finished = chatdesk("doctor", "--json", home=home)
    findings = {finding["name"]: finding for finding in json.loads(finished.stdout)}
    assert findings["starter model"]["value"] == starter_model.path
    assert {finding["status"] for finding in findings.values()} <= {"ok", "problem"}
    assert findings["llama.cpp"]["status"] == "ok"
    assert not home.exists()


def test_doctor_says_when_the_chats_cannot_be_read(starter_model: ModelFile, home: Path) -> None:
    home.mkdir()
    (home / "chatdesk.db").write_bytes(b"no database" * 1000)
    finished = chatdesk("doctor", home=home)
    assert finished.returncode == 1
    assert "problem  chats" in finished.stdout


def test_a_reader_that_has_seen_enough_is_no_error(starter_model: ModelFile, home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "chatdesk", "ask", "Count to one hundred", "--max-tokens", "200"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CHATDESK_HOME": str(home)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_reader_that_left_before_anything_was_said_is_no_error(starter_model: ModelFile, home: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    finished = models_to(writer, home)
    os.close(writer)
    assert (finished.returncode, finished.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no file that is always full")
def test_output_that_finds_no_room_is_a_sentence(starter_model: ModelFile, home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        finished = models_to(full.fileno(), home)
    assert finished.returncode == 1
    assert finished.stderr.startswith(b"The disk is full")
    assert len(finished.stderr.splitlines()) == 1


def models_to(output: int, home: Path) -> subprocess.CompletedProcess[bytes]:
    """The list of models, written as a program writes where nobody asked it to write each line at once."""
    environment = {**os.environ, "CHATDESK_HOME": str(home), "PYTHONUNBUFFERED": ""}
    command = [sys.executable, "-m", "chatdesk", "models"]
    return subprocess.run(command, stdout=output, stderr=subprocess.PIPE, env=environment, check=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no Ctrl+C to a group of processes")
def test_ctrl_c_while_a_model_is_tried_is_no_fault_of_the_model(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "tiny.gguf"
    TinyModel().write(file)
    process = subprocess.Popen(
        [sys.executable, "-m", "chatdesk", "ask", "Hi", "--model", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CHATDESK_HOME": str(home)},
        start_new_session=True,
    )
    while not any("--probe" in child.cmdline() for child in psutil.Process(process.pid).children()):
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that run in it
    assert (process.communicate(timeout=60), process.returncode) == ((b"", b""), 130)


@pytest.mark.skipif(os.name == "nt", reason="Windows takes such a name for another one")
def test_doctor_looks_at_folders_that_cannot_be(tmp_path: Path) -> None:
    finished = chatdesk("doctor", home=tmp_path / ("x" * 300))
    assert (finished.returncode, finished.stderr) == (1, "")
    assert "problem  data folder" in finished.stdout
    assert "ok       starter model" in finished.stdout
    finished = chatdesk("models", home=tmp_path / ("x" * 300))
    assert finished.returncode == 1
    assert len(finished.stderr.splitlines()) == 1
