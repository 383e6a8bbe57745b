"""The whole first conversation through the real accessibility bus, on a virtual screen."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatdesk.core.model_files import ModelFile

SUPPORT = Path(__file__).parents[1] / "support"
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's, for which pyatspi is packaged


def can_run() -> bool:
    if not all(shutil.which(program) for program in ("Xvfb", "dbus-run-session", SYSTEM_PYTHON)):
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", "import pyatspi"], capture_output=True, check=False).returncode == 0


NEEDS_A_BUS = pytest.mark.skipif(not can_run(), reason="needs Xvfb, dbus-run-session and python3-pyatspi")


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


def on_the_bus(display: str, folder: Path, *command: str) -> Any:
    """What a reader prints, run by the system's Python on a bus of its own, beside the app on `display`."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    environment = {
        name: value for name, value in os.environ.items() if name not in {"WAYLAND_DISPLAY", "AT_SPI_BUS_ADDRESS"}
    }
    finished = subprocess.run(
        ["dbus-run-session", "--", SYSTEM_PYTHON, *command],
        capture_output=True,
        text=True,
        env={
            **environment,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "XDG_RUNTIME_DIR": str(runtime),
            "CHATDESK_HOME": str(folder / "home"),
            "PYTHONPATH": str(SUPPORT.parents[1]),
        },
        timeout=200,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return json.loads(finished.stdout.splitlines()[-1])


@NEEDS_A_BUS
def test_a_screen_reader_can_hold_the_first_conversation(
    starter_model: ModelFile, display: str, tmp_path: Path
) -> None:
    reader = str(SUPPORT / "screen_reader.py")
    found = on_the_bus(display, tmp_path, reader, sys.executable, "-m", "chatdesk")
    assert all(name for _, name in found["controls"].values()), found["controls"]
    assert found["controls"]["send_button"] == ["push button", "Send"]
    assert starter_model.name in found["controls"]["model_picker"][1]
    question, reply = found["messages"][:2]
    assert "Who are you?" in question
    assert len(reply) > len(starter_model.name)
    # Read aloud as sentences: all of it, and not each of its tokens.
    said = " ".join(found["announced"])
    assert "".join(reply.split()) in "".join(said.split())
    assert len(found["announced"]) < len(reply.split()) / 2
    assert "Who are you?" in found["chats"][-1]
    (model,) = found["models"]
    assert model.startswith(f"{starter_model.name}, Q4_1, 98 MB, starter model")
    assert ", loaded, Holds " in model


@NEEDS_A_BUS
def test_no_control_of_any_screen_is_without_a_name(display: str, tmp_path: Path) -> None:
    screens = on_the_bus(display, tmp_path, str(SUPPORT / "bus_walk.py"), sys.executable)
    assert {screen: seen["unnamed"] for screen, seen in screens.items() if seen["unnamed"]} == {}
    assert all(seen["controls"] > 10 for seen in screens.values()), screens
