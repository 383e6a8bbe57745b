"""`chatdesk models …` as a script runs it, against a hub on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.loopback_hub import LoopbackHub
from tests.support.tiny_gguf import TinyModel

REPO = "owner/tiny-GGUF"


class Shell:
    """Runs commands on one data folder."""

    def __init__(self, home: Path, hub: LoopbackHub) -> None:
        self.home = home
        self.environment = {**os.environ, "CHATDESK_HOME": str(home), "HF_ENDPOINT": hub.endpoint, "HF_TOKEN": ""}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "chatdesk", "models", *arguments],
            capture_output=True,
            encoding="utf-8",
            env=self.environment,
            timeout=120,
            check=False,
        )

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "chatdesk", "models", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.environment,
        )

    def installed(self) -> list[Path]:
        return sorted(path for path in (self.home / "models").rglob("*.gguf") if ".downloads" not in path.parts)


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        yield made


@pytest.fixture
def shell(tmp_path: Path, hub: LoopbackHub) -> Shell:
    return Shell(tmp_path / "home", hub)


@pytest.fixture
def tiny(tmp_path: Path, hub: LoopbackHub) -> bytes:
    """A model that works, on the hub in two quantizations by name."""
    content = Path(TinyModel().write(tmp_path / "tiny.gguf").path).read_bytes()
    hub.add_repo(REPO, {"tiny-Q4_K_M.gguf": content, "tiny-Q8_0.gguf": content, "README.md": b"# Tiny\n"})
    return content


def test_a_model_is_found_fetched_listed_checked_and_removed(shell: Shell, tiny: bytes) -> None:
    found = shell.run("search", "tiny", "--json")
    assert [repo["repo_id"] for repo in json.loads(found.stdout)] == [REPO], found.stderr
    shown = json.loads(shell.run("show", REPO, "--json").stdout)
    assert [model["quantization"] for model in shown["models"]] == ["Q4_K_M", "Q8_0"]
    assert {model["fit"]["label"] for model in shown["models"]} == {"fits"}
    pulled = shell.run("pull", REPO)
    assert pulled.returncode == 0, pulled.stderr
    (path,) = shell.installed()
    assert pulled.stdout.strip() == str(path)
    assert path.name == "tiny-Q4_K_M.gguf"
    assert path.read_bytes() == tiny
    verified = shell.run("verify", "tiny-Q4_K_M")
    assert (verified.returncode, verified.stdout.split("\t")[1].strip()) == (0, "intact")
    removed = shell.run("remove", "tiny-Q4_K_M", "--for-good")
    assert removed.returncode == 0, removed.stderr
    assert shell.installed() == []


def test_a_changed_file_is_found_out(shell: Shell, tiny: bytes) -> None:
    assert shell.run("pull", REPO, "Q8_0").returncode == 0
    (path,) = shell.installed()
    content = bytearray(tiny)
    content[-1] ^= 1
    path.write_bytes(content)
    verified = shell.run("verify", "tiny-Q8_0")
    assert verified.returncode == 1
    assert "DAMAGED" in verified.stdout


def test_fit_tells_the_need_of_a_file_here_and_of_one_on_the_hub(shell: Shell, tiny: bytes, tmp_path: Path) -> None:
    here = json.loads(shell.run("fit", str(tmp_path / "tiny.gguf"), "--n-ctx", "512", "--json").stdout)
    there = json.loads(shell.run("fit", f"{REPO}:Q8_0", "--n-ctx", "512", "--json").stdout)
    assert here["label"] == there["label"] == "fits"
    assert here["n_ctx"] == there["n_ctx"] == 512
    assert here["need"]["kv_bytes"] == there["need"]["kv_bytes"] > 0


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here is there and cannot be read")
def test_a_file_that_cannot_be_read_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "closed.gguf").symlink_to("/proc/self/mem")
    finished = shell.run("fit", str(tmp_path / "closed.gguf"))
    assert (finished.returncode, finished.stderr.startswith("“closed” cannot be read")) == (1, True), finished.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "owner/nothing"), "The Hub has no repo “owner/nothing”"),
        (("show", "not an address"), "is no address of a model on the Hub"),
        (("pull", REPO, "Q3_K_S"), "has no file “Q3_K_S”"),
        (("remove", "nothing-like-it"), "There is no model “nothing-like-it”."),
        (("fit", "nothing.gguf"), "There is no model “nothing.gguf”."),
    ],
)
def test_a_problem_is_one_sentence_and_exit_code_1(
    shell: Shell, tiny: bytes, arguments: tuple[str, ...], sentence: str
) -> None:
    finished = shell.run(*arguments)
    assert finished.returncode == 1
    assert sentence in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1


def test_offline_no_command_asks_the_hub(shell: Shell, hub: LoopbackHub, tiny: bytes) -> None:
    shell.home.mkdir()
    (shell.home / "settings.json").write_text('{"is_offline": true}')
    for arguments in (("search", "tiny"), ("show", REPO), ("pull", REPO)):
        finished = shell.run(*arguments)
        assert finished.returncode == 1
        assert "offline mode" in finished.stderr
    assert hub.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cannot be sent to one process alone")
def test_ctrl_c_pauses_a_pull_and_the_same_command_goes_on(shell: Shell, hub: LoopbackHub, tmp_path: Path) -> None:
    content = Path(TinyModel().write(tmp_path / "large.gguf").path).read_bytes() + bytes(8 << 20)
    hub.add_repo("owner/large-GGUF", {"large-Q4_0.gguf": content})
    hub.fail(stall_after=4 << 20)
    pulling = shell.begin("pull", "owner/large-GGUF")
    parts = shell.home / "models" / ".downloads"
    deadline = time.monotonic() + 30
    while not any(part.stat().st_size >= 1 << 20 for part in parts.rglob("*.part")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    pulling.send_signal(signal.SIGINT)
    _, errors = pulling.communicate(timeout=30)
    assert pulling.returncode == 130
    assert "Paused" in errors
    hub.heal()
    again = shell.run("pull", "owner/large-GGUF")
    assert again.returncode == 0, again.stderr
    assert [path.read_bytes() == content for path in shell.installed()] == [True]
    assert any(request.headers.get("range", "").startswith("bytes=") for request in hub.requests)


def test_models_of_other_apps_are_listed_and_used_where_they_lie(shell: Shell, tmp_path: Path) -> None:
    user_home = tmp_path / "user"
    theirs = user_home / ".lmstudio" / "models" / "owner" / "repo" / "theirs-Q4_0.gguf"
    theirs.parent.mkdir(parents=True)
    TinyModel().write(theirs)
    shell.environment |= {"HOME": str(user_home), "USERPROFILE": str(user_home)}
    listed = shell.run("import", "--json")
    assert [model["path"] for model in json.loads(listed.stdout)] == [str(theirs)], listed.stderr
    assert str(theirs) not in shell.run().stdout
    assert shell.run("import", "theirs-Q4_0").returncode == 0
    assert str(theirs) in shell.run().stdout
    assert theirs.exists()
