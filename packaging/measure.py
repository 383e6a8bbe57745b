"""Measures an installed or frozen program beside the same app from source: `measure.py PROGRAM SOURCE_PROGRAM`.

Both in pairs, on a virtual screen: from the start to the window, as a ratio; and eight tokens of the starter model,
with two busy processes beside them ÷ alone. One line of JSON; the exit code tells whether both bars are met. On Debian
and Ubuntu it needs `xvfb xdotool`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIRS = 7
MOST_START, MOST_BUSY = 1.2, 6.0
PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.01
# What the desktop's own programs take up is told apart by name.
WINDOW_CLASS = "chatdesk"
BUSY = "while True: pass"


def main() -> int:
    """Measure and report."""
    packaged, source = sys.argv[1:]
    with screen() as display, tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "DISPLAY": display, "CHATDESK_HOME": home}
        environment.pop("QT_QPA_PLATFORM", None)
        for program in (packaged, source):  # both once before anything counts: files in the system's cache
            seconds_to_window(program, environment)
            seconds_to_answer(program, environment)
        starts, seconds = [], []
        for _ in range(PAIRS):
            seconds.append(seconds_to_window(packaged, environment))
            starts.append(seconds[-1] / seconds_to_window(source, environment))
        busy = []
        for _ in range(PAIRS):
            alone = seconds_to_answer(packaged, environment)
            with busy_processes():
                busy.append(seconds_to_answer(packaged, environment) / alone)
    figures = {
        "start ÷ source": _spread(starts),
        "seconds to the window": _spread(seconds),
        "eight tokens, busy ÷ alone": _spread(busy),
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if statistics.median(starts) <= MOST_START and statistics.median(busy) <= MOST_BUSY else 1


def seconds_to_window(program: str, environment: dict[str, str]) -> float:
    """From the start of the program to its window on the screen."""
    started = time.perf_counter()
    process = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        # Asked again and again: what xdotool offers for waiting looks twice a second.
        while not (window := windows(environment)):
            if process.poll() is not None or time.perf_counter() - started > PATIENCE_SECONDS:
                raise SystemExit(f"{program} shows no window: {process.poll()}")
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
        quit_it = ["xdotool", "windowfocus", window[0], "key", "ctrl+q"]
        subprocess.run(quit_it, env=environment, check=True)
        process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
    return seconds


def windows(environment: dict[str, str]) -> list[str]:
    """The windows of the app that are on the screen."""
    command = ["xdotool", "search", "--onlyvisible", "--class", WINDOW_CLASS]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.split()


def seconds_to_answer(program: str, environment: dict[str, str]) -> float:
    """From the start of the program to the eighth token of its answer."""
    started = time.perf_counter()
    command = [program, "ask", "Who are you?", "--max-tokens", "8", "--seed", "1"]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    return time.perf_counter() - started


@contextmanager
def busy_processes() -> Iterator[None]:
    """Two processes that compute all the time."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@contextmanager
def screen(size: str = "1280x800x24") -> Iterator[str]:
    """A virtual screen; the value is its `DISPLAY`."""
    reader, writer = os.pipe()
    # By itself it begins anew when its last client leaves, and whoever comes meanwhile is turned away.
    command = ["Xvfb", "-noreset", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def _spread(ratios: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(ratios), 3),
        "least": round(min(ratios), 3),
        "most": round(max(ratios), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
