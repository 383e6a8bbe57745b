"""What is copied for a report: enough to find a fault, and nothing of the person who reports it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk import __version__
from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import DiagnosticsWritten, ModelFailed
from chatdesk.core.model_files import ModelOrigin
from chatdesk.diagnostics import without_home
from chatdesk.models.library import described
from chatdesk.store.paths import find_paths
from chatdesk.store.settings_file import SettingsFile
from tests.support.headless_app import App
from tests.support.tiny_gguf import TinyModel

SECRETS = {
    "system prompt": "You are the secret gardener of Elm Street",
    "message": "My landlord is called Zebediah",
    "token": "hf_ThisIsNobodysBusiness",
    "proxy name": "proxyuser",
    "proxy password": "proxypassword",
    "hub path": "mirror-for-insiders",
    "home": "alice-liddell",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of somebody with a name."""
    home = tmp_path / SECRETS["home"]
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("CHATDESK_HOME", str(home / "ChatDesk"))
    return home


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    paths = find_paths(os.environ)
    paths.create()
    file = SettingsFile(paths.settings)
    proxy = f"http://{SECRETS['proxy name']}:{SECRETS['proxy password']}@proxy.example:3128"
    file.save(
        replace(
            file.look(),
            system_prompt=SECRETS["system prompt"],
            proxy=proxy,
            hub_endpoint=f"https://hub.example/{SECRETS['hub path']}",
            is_offline=True,
            n_ctx=1024,
        )
    )
    app = App(paths)
    yield app
    app.close()


def diagnostics(app: App) -> str:
    return app.next(DiagnosticsWritten, app.core.about.write_diagnostics).text


def test_diagnostics_hold_what_finds_a_fault_and_nothing_that_is_private(app: App, home: Path) -> None:
    with suppress(UserFacingError):  # without a keyring it is used all the same
        app.core.connection.tokens.save(SECRETS["token"])
    assert app.core.connection.tokens.current() == SECRETS["token"]
    TinyModel().write(home / "tiny.Q8_0.gguf")
    app.use(described(str(home / "tiny.Q8_0.gguf"), ModelOrigin.ADDED))
    reply = app.ask(SECRETS["message"])
    assert reply.text
    text = diagnostics(app)
    for expected in (
        __version__,
        "llama-cpp-python",
        "PySide6",
        f"Python         {sys.version.split()[0]}",
        "device: CPU",
        "GB free",
        "name: tiny.Q8_0",
        "architecture: llama",
        "quantization: Q8_0",
        "layers: 1",
        "context: 1,024 of 4,096 tokens trained",
        "chat template: that of the file",
        "llama_model_loader: loaded meta data",
        "~/tiny.Q8_0.gguf",
        "~/ChatDesk",
        "system_prompt: set, not shown",
        "proxy: http://proxy.example:3128 (and more, not shown)",
        "hub_endpoint: https://hub.example (and more, not shown)",
        "n_ctx: 1024",
    ):
        assert expected in text, expected
    for name, secret in {**SECRETS, "reply": reply.text}.items():
        assert secret not in text, name


def test_a_load_that_failed_is_told_too(app: App, home: Path) -> None:
    whole = TinyModel().write(home / "half.gguf")
    (home / "half.gguf").write_bytes(Path(whole.path).read_bytes()[:100_000])
    half = described(str(home / "half.gguf"), ModelOrigin.ADDED)
    failed = app.next(ModelFailed, lambda: app.core.loading.use(half))
    app.rest()
    text = diagnostics(app)
    assert f"## Last load that failed\n\n{failed.error.code}: {failed.error.english}" in text
    assert "none is loaded" in text


def test_the_command_prints_them_without_a_window(home: Path) -> None:
    command = [sys.executable, "-m", "chatdesk", "doctor", "--diagnostics"]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=True)
    assert "## Settings" in finished.stdout
    assert "none is loaded" in finished.stdout
    assert "~/ChatDesk" in finished.stdout
    assert SECRETS["home"] not in finished.stdout
    assert not (home / "ChatDesk").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/al/x and /home/al", "~/x and ~"),
        ("/home/al.", "~."),
        ("/home/alice/x", "/home/alice/x"),
        ("/media/al/usb/x", "/media/~/usb/x"),
        ("“/media/al” is full", "“/media/~” is full"),
        ("to call /opt/signal/x", "to call /opt/signal/x"),
    ],
)
def test_the_home_folder_and_its_name_are_not_told(text: str, expected: str) -> None:
    assert without_home(text, Path("/home/al")) == expected


def test_a_system_without_a_home_folder_keeps_its_paths() -> None:
    assert without_home("/data/models", Path("/")) == "/data/models"
