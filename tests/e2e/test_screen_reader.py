"""The whole first conversation through the real accessibility bus, on a virtual screen."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.core.model_files import ModelFile

READER = Path(__file__).parents[1] / "support" / "screen_reader.py"
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's, for which pyatspi is packaged


def can_run() -> bool:
    if not all(shutil.which(program) for program in ("Xvfb", "dbus-run-session", SYSTEM_PYTHON)):
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", "import pyatspi"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def display() -> Iterator[str]:
    read_end, write_end = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    screen.terminate()
    screen.wait(20)


@pytest.mark.skipif(not can_run(), reason="needs Xvfb, dbus-run-session and python3-pyatspi")
def test_a_screen_reader_can_hold_the_first_conversation(
    starter_model: ModelFile, display: str, tmp_path: Path
) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {
        name: value for name, value in os.environ.items() if name not in {"WAYLAND_DISPLAY", "AT_SPI_BUS_ADDRESS"}
    }
    finished = subprocess.run(
        ["dbus-run-session", "--", SYSTEM_PYTHON, str(READER), sys.executable, "-m", "chatdesk"],
        capture_output=True,
        text=True,
        env={
            **environment,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "XDG_RUNTIME_DIR": str(runtime),
            "CHATDESK_HOME": str(tmp_path / "home"),
        },
        timeout=200,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    found = json.loads(finished.stdout.splitlines()[-1])
    assert all(name for _, name in found["controls"].values()), found["controls"]
    assert found["controls"]["send_button"] == ["push button", "Send"]
    assert starter_model.name in found["controls"]["model_picker"][1]
    question, reply = found["messages"][:2]
    assert "Who are you?" in question
    assert len(reply) > len(starter_model.name)
    assert "Who are you?" in found["chats"][-1]
    (model,) = found["models"]
    assert model.startswith(f"{starter_model.name}, Q4_1, 98 MB, starter model")
    assert ", loaded, Holds " in model
