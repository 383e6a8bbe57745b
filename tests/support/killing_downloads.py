"""Kill a process in the middle of a download, again and again, and count what is sent more than once.

The line to the hub holds no more than a fast one of the real world. Without that, what is counted would be the socket
buffers of loopback, which Linux lets grow to dozens of megabytes.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chatdesk.core.hub_models import RemoteModel
from tests.support.downloading_child import model_argument
from tests.support.loopback_hub import HubFile, LoopbackHub, Repo

PIECE_BYTES = 1 << 16
BYTES_ON_THE_LINE = 3_000_000  # 250 Mbit/s, 100 ms there and back
LOOK_SECONDS = 0.001
CHILD = Path(__file__).with_name("downloading_child.py")


@dataclass
class CountedFile(HubFile):
    """A file of the hub that tells how much of it is sent, just before that is sent."""

    on_send: Callable[[int], None] = field(default=lambda _size: None)

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        for offset in range(start, end, PIECE_BYTES):
            for piece in super().blocks(offset, min(offset + PIECE_BYTES, end)):
                self.on_send(len(piece))
                yield piece


@dataclass
class _Line:
    """Between the hub and one process. `lost` was sent by then and is not on the disk."""

    child: subprocess.Popen[str]
    kill_at: int | None
    lost: int | None = None


class Killing:
    """Downloads of one model into one folder, each by a process of its own."""

    def __init__(self, hub: LoopbackHub, repo: Repo, model: RemoteModel, home: Path) -> None:
        self._hub = hub
        self._model = model
        self._home = home
        self._line: _Line | None = None
        self._looks = threading.Event()  # never set
        self.sent = 0  # by the hub, in all
        for file in model.files:
            known = repo.files[file.filename]
            repo.files[file.filename] = CountedFile(known.content, known.sha256, self._count)

    def run(
        self,
        *,
        kill_after_bytes: int | None = None,
        kill_at_word: str | None = None,
        kill_after_seconds: float | None = None,
    ) -> list[str]:
        """Let a process download until the hub has sent so many bytes, it says a word, or has worked for so long.

        Returns what it said. One that is not killed has to end well.
        """
        kill_at = self.sent + kill_after_bytes if kill_after_bytes is not None else None
        said: list[str] = []
        arguments = [str(CHILD), str(self._home), self._hub.endpoint, model_argument(self._model)]
        with subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, encoding="utf-8"
        ) as child:
            self._line = _Line(child, kill_at)
            assert child.stdout is not None
            timer = threading.Timer(kill_after_seconds or 0.0, child.kill)
            for line in child.stdout:
                if not said and kill_after_seconds is not None:
                    timer.start()
                said.append(line.rstrip("\n"))
                if kill_at_word is not None and line.startswith(kill_at_word):
                    child.kill()
            child.wait()
            timer.cancel()
        may_die = (kill_after_bytes, kill_at_word, kill_after_seconds) != (None, None, None)
        assert may_die or child.returncode == 0, said
        return said

    def present(self) -> int:
        """How many bytes of the model are on the disk, installed or not."""
        names = {file.filename.rpartition("/")[2] for file in self._model.files}
        found = (path for path in (self._home / "models").rglob("*") if path.name.removesuffix(".part") in names)
        return sum(path.stat().st_size for path in found)

    def _count(self, size: int) -> None:
        """Called by the hub before it sends so many bytes more."""
        line = self._line
        assert line is not None
        if line.lost is None:
            line.lost = self.sent - self.present()  # before this process got anything
        self.sent += size
        if line.kill_at is not None and self.sent > line.kill_at:
            line.child.kill()
        while line.child.poll() is None and self.sent - line.lost - self.present() > BYTES_ON_THE_LINE:
            self._looks.wait(LOOK_SECONDS)
