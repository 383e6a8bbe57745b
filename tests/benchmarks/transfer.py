"""A file from a hub on loopback: as fast as the Hub's own library, which verifies nothing, and what kill -9 costs.

The hub is a process of its own, as on a network. What each answer put on its way is counted there, so bytes that were
lost between two sockets count as sent again too.
"""

from __future__ import annotations

import hashlib
import itertools
import multiprocessing
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from chatdesk.core.hub_models import RemoteModel
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.part_file import record_path
from chatdesk.models.transfer import Transfer
from tests.benchmarks.figures import PAIRS, QUICK_PAIRS, Bar, Figure, figure, interleaved, spread
from tests.support.loopback_hub import LoopbackHub

SIZE_BYTES = 1_000_000_000
QUICK_SIZE_BYTES = 300_000_000
KILLED_SIZE_BYTES = 400_000_000
KILLS = 20
QUICK_KILLS = 5
LATEST_KILL_SECONDS = 0.3
# A fast line: what waits between the two sockets then is what the reader has not taken yet, not what loopback holds.
KILLED_BYTES_PER_SECOND = 100e6
FILENAME = "model-Q4_K_M.gguf"
_SPAWN = multiprocessing.get_context("spawn")


def measure(*, is_quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Before the library is imported: nothing of it may be counted that a download does not need.
        os.environ |= {"HF_HOME": name, "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        return [_speed(folder, is_quick=is_quick), _killed(folder, is_quick=is_quick)]


def _speed(folder: Path, *, is_quick: bool) -> Figure:
    import huggingface_hub

    size = QUICK_SIZE_BYTES if is_quick else SIZE_BYTES
    with _serving(_random_file(folder / "source", size)) as (endpoint, model, _):
        transfer = Transfer(lambda: HubAccess(endpoint))
        part, copies = folder / "part", folder / "copies"

        def ours() -> float:
            began = time.perf_counter()
            transfer.fetch(model, model.files[0], part, lambda _length: None, lambda: False)
            seconds = time.perf_counter() - began
            assert part.stat().st_size == size
            part.unlink()
            return seconds

        def theirs() -> float:
            began = time.perf_counter()
            huggingface_hub.hf_hub_download(
                model.repo_id, model.filename, endpoint=endpoint, token=False, local_dir=copies
            )
            seconds = time.perf_counter() - began
            shutil.rmtree(copies)
            return seconds

        ours(), theirs()
        measured = interleaved(QUICK_PAIRS if is_quick else PAIRS, ours, theirs)
        transfer.close()
    return figure(
        "transfer ÷ hf_hub_download",
        f"{size // 1_000_000:,} MB from loopback to the disk, verified, ÷ hf_hub_download of the same",
        Bar(1.1),
        [our / their for our, their in measured],
        notes=(
            f"ours {spread([our for our, _ in measured], 's', 2)}",
            f"hf_hub_download {spread([their for _, their in measured], 's', 2)}",
        ),
    )


def _killed(folder: Path, *, is_quick: bool) -> Figure:
    moments = random.Random(1)
    source = _random_file(folder / "source", KILLED_SIZE_BYTES)
    part = folder / "part"
    kills = QUICK_KILLS if is_quick else KILLS
    with _serving(source, KILLED_BYTES_PER_SECOND) as (endpoint, model, control):
        for _ in range(kills):
            _kill_once(endpoint, model, part, moments.uniform(0, LATEST_KILL_SECONDS))
        transfer = Transfer(lambda: HubAccess(endpoint))
        transfer.fetch(model, model.files[0], part, lambda _length: None, lambda: False)
        transfer.close()
        control.send("what was sent?")
        sent: list[tuple[int, int]] = control.recv()
    assert hashlib.sha256(part.read_bytes()).hexdigest() == model.files[0].sha256
    assert not record_path(part).exists()
    # Where each answer ended, against where the next one began.
    again = [(start + count - next_start) / 1e6 for (start, count), (next_start, _) in itertools.pairwise(sent)]
    return figure(
        "kill -9: MB sent again",
        f"kill -9 during a transfer, {kills} times: what has to be sent again",
        Bar(8, unit=" MB"),
        again,
        counted="max",
        samples_are="kills",
    )


def _kill_once(endpoint: str, model: RemoteModel, part: Path, after_seconds: float) -> None:
    """Fetch in a process of its own, and kill that some time after its first bytes."""
    flowing, say = _SPAWN.Pipe(duplex=False)
    child = _SPAWN.Process(target=_fetch, args=(endpoint, model, part, say))
    child.start()
    say.close()
    flowing.recv()
    time.sleep(after_seconds)
    child.kill()
    child.join()
    flowing.close()


def _fetch(endpoint: str, model: RemoteModel, part: Path, say: Connection) -> None:
    lengths: set[int] = set()

    def on_bytes(length: int) -> None:
        if len(lengths) == 1 and length not in lengths:
            say.send("bytes flow")
        lengths.add(length)

    Transfer(lambda: HubAccess(endpoint)).fetch(model, model.files[0], part, on_bytes, lambda: False)


@contextmanager
def _serving(
    source: Path, bytes_per_second: float | None = None
) -> Iterator[tuple[str, RemoteModel, Connection[Any, Any]]]:
    """A hub with `source` as its only model, in a process of its own: its address, the model, and a pipe to it."""
    control, far_end = _SPAWN.Pipe()
    server = _SPAWN.Process(target=_serve, args=(source, bytes_per_second, far_end))
    server.start()
    endpoint, model = control.recv()
    try:
        yield endpoint, model, control
    finally:
        control.send("end")
        server.join()
        control.close()


def _serve(source: Path, bytes_per_second: float | None, control: Connection[Any, Any]) -> None:
    with LoopbackHub() as hub:
        hub.bytes_per_second = bytes_per_second
        repo = hub.add_repo("owner/model-GGUF", {FILENAME: source})
        control.send((hub.endpoint, repo.model(FILENAME)))
        while control.recv() != "end":
            control.send(hub.sent)


def _random_file(path: Path, size: int) -> Path:
    block = random.Random(1).randbytes(1 << 20)
    with path.open("wb") as file:
        for start in range(0, size, len(block)):
            file.write(block[: size - start])
    return path
