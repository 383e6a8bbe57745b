"""What a library of 500 files costs: at start-up, and when somebody wants to know more than their names."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Bar, Figure, figure, spread

FILES = 500
OWNERS = 25
REPOS = 10  # of each owner, with two files each
STARTS = 15
QUICK_STARTS = 5
CHILD = Path(__file__).with_name("library_child.py")


def measure(*, is_quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="chatdesk-benchmark-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        _fill(home)
        _run(home)  # the first start reads every header and keeps it
        runs = [_run(home) for _ in range(QUICK_STARTS if is_quick else STARTS)]
    reread = sum(run["headers_read"] for run in runs)
    return [
        figure(
            "library at start",
            f"milliseconds that a library of {FILES} files takes of a start",
            Bar(20, unit=" ms"),
            [run["scan"] * 1000 for run in runs],
            samples_are="starts",
            notes=(f"described in the background {spread([run['describe'] * 1000 for run in runs], 'ms', 0)}",),
        ),
        figure(
            "headers read again",
            "headers that later starts read again",
            Bar(0),
            [reread],
            counted="sum",
            samples_are="runs",
        ),
    ]


def _fill(home: Path) -> None:
    """A models folder as downloads leave it, and the database that says where each file came from."""
    from chatdesk.store.database import Database
    from tests.support.tiny_gguf import TinyModel

    (home / "models").mkdir()
    original = Path(TinyModel().write(home / "tiny.gguf").path).read_bytes()
    rows = []
    for owner in range(OWNERS):
        for repo in range(REPOS):
            folder = home / "models" / f"owner-{owner}" / f"Model-{repo}-Instruct-GGUF"
            folder.mkdir(parents=True)
            for quantization in ("Q4_K_M", "Q8_0"):
                path = folder / f"Model-{repo}-Instruct-{quantization}.gguf"
                path.write_bytes(original)
                row = (f"owner-{owner}/{folder.name}", "c" * 40, path.name, len(original), "0" * 64)
                rows.append((str(path), *row))
    assert len(rows) == FILES
    database = Database.open(home / "chatdesk.db")
    with database.write() as connection:
        connection.executemany("INSERT INTO installed_from VALUES (?, ?, ?, ?, ?, ?, 1)", rows)
    database.close()


def _run(home: Path) -> dict[str, float]:
    """A start in a process of its own; returns what it said, in seconds and headers."""
    ended = subprocess.run(
        [sys.executable, str(CHILD), str(home)], capture_output=True, text=True, check=True, timeout=120
    )
    found: dict[str, float] = json.loads(ended.stdout)
    return found
