"""kill -9 in the middle of a download: what is sent again, and what the library holds then.

The hub is in this process and counts what it sends; each download is a process of its own, with the real transfer.
Some are killed while bytes come, at a random one; others at a random moment of the whole way, which is mostly after
the last byte: while it is verified, tried out and installed.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path

from chatdesk.core.hub_models import RemoteModel
from chatdesk.core.model_files import ModelFile
from chatdesk.models.library import ModelLibrary
from tests.benchmarks.figures import Bar, Figure, figure
from tests.support.killing_downloads import BYTES_ON_THE_LINE, Killing
from tests.support.loopback_hub import LoopbackHub

KILLS = 20
QUICK_KILLS = 5
MB = 1_000_000
LARGE_BYTES = 240 * MB
LATEST_KILL_SECONDS = 0.3
SHARDS = tuple(f"small-0000{number}-of-00003.gguf" for number in (1, 2, 3))
SHARD_BYTES = 3 * MB


def measure(*, is_quick: bool) -> list[Figure]:
    kills = QUICK_KILLS if is_quick else KILLS
    moments = random.Random(1)
    with LoopbackHub() as hub, tempfile.TemporaryDirectory() as folder:
        again, wrong_large = _kill_while_bytes_come(hub, Path(folder) / "large", kills, moments)
        wrong_small = _kill_at_any_moment(hub, Path(folder) / "small", kills, moments)
    wrong = wrong_large + wrong_small
    return [
        figure(
            "kill -9: bytes sent again",
            f"kill -9 in a download of {LARGE_BYTES / MB:.0f} MB, {kills} times: bytes that the hub sent in vain",
            Bar(8, unit=" MB"),
            [size / MB for size in again],
            counted="max",
            samples_are="kills",
            notes=(f"of these up to {BYTES_ON_THE_LINE / MB:g} MB were on the line when the process died",),
        ),
        figure(
            "kill -9: wrong models installed",
            f"kill -9 in a download, {len(wrong)} times: looks at the library that found something else than the model",
            Bar(0),
            wrong,
            counted="sum",
            samples_are="looks",
        ),
    ]


def _kill_while_bytes_come(
    hub: LoopbackHub, home: Path, kills: int, moments: random.Random
) -> tuple[list[int], list[int]]:
    """For each kill what was sent without staying on the disk, and how many wrong models were listed."""
    home.mkdir()
    repo = hub.add_repo("owner/large-GGUF", {"large.gguf": moments.randbytes(LARGE_BYTES)})
    model = repo.model("large.gguf")
    killing = Killing(hub, repo, model, home)
    again, wrong = [], []
    for _ in range(kills):
        sent, present = killing.sent, killing.present()
        # Never so late that it is whole before the last kill.
        killing.run(kill_after_bytes=moments.randrange(LARGE_BYTES // (2 * kills), LARGE_BYTES // kills))
        again.append(killing.sent - sent - (killing.present() - present))
        wrong.append(_wrong_models(home, model))
    assert killing.present() < model.size_bytes, "it was whole before the last kill"
    killing.run()
    wrong.append(_wrong_models(home, model))
    assert _listed(home), "it was not installed in the end"
    return again, wrong


def _kill_at_any_moment(hub: LoopbackHub, folder: Path, kills: int, moments: random.Random) -> list[int]:
    """How many wrong models were listed after each kill, and after going on from there."""
    repo = hub.add_repo("owner/small-GGUF", {name: moments.randbytes(SHARD_BYTES) for name in SHARDS})
    model = repo.model(SHARDS[0])
    wrong = []
    for number in range(kills):
        home = folder / str(number)
        home.mkdir(parents=True)
        killing = Killing(hub, repo, model, home)
        killing.run(kill_after_seconds=moments.uniform(0, LATEST_KILL_SECONDS))
        wrong.append(_wrong_models(home, model))
        killing.run()
        wrong.append(_wrong_models(home, model))
        assert _listed(home), "it was not installed in the end"
    return wrong


def _wrong_models(home: Path, model: RemoteModel) -> int:
    """How many models are listed that are not all of `model`, byte by byte."""
    wanted = {file.filename: file.sha256 for file in model.files}
    return sum(
        {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in Path(listed.path).parent.iterdir()}
        != wanted
        for listed in _listed(home)
    )


def _listed(home: Path) -> tuple[ModelFile, ...]:
    return ModelLibrary(home / "models", None).scan(())
