"""Headers that lie: what reading them costs at worst; and how little of a true one is read before a label is shown."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from itertools import chain
from pathlib import Path

from chatdesk.models.gguf import read_header
from tests.benchmarks.figures import Bar, Figure, figure
from tests.benchmarks.starter import starter_model
from tests.support.mutated_headers import everything_read, mutations, reader_of
from tests.support.tiny_architectures import ARCHITECTURES
from tests.support.tiny_gguf import TinyModel

MUTATIONS = 10_000
QUICK_MUTATIONS = 1000
WHOLE_HEADER_BYTES = 100_000  # of the generated files; the starter's, with its whole tokenizer, is twenty times longer
SHARE_OF_STARTER = 100  # one in so many
STARTER_HEADER_BYTES = 2_500_000
MEGABYTE = 10**6


def measure(*, is_quick: bool) -> list[Figure]:
    count = QUICK_MUTATIONS if is_quick else MUTATIONS
    headers = _headers()
    starter = Path(starter_model().path).read_bytes()[:STARTER_HEADER_BYTES]
    seconds, allocated, crashes, refused = [], [], 0, 0
    tracemalloc.start()
    n_long = count // SHARE_OF_STARTER
    for content in chain(mutations(headers, count - n_long), mutations([starter], n_long, seed=2)):
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        started = time.perf_counter()
        try:
            refused += everything_read(content) is not None
        except Exception:  # noqa: BLE001 - whatever else a header brings about is what is counted
            crashes += 1
        seconds.append(time.perf_counter() - started)
        allocated.append((tracemalloc.get_traced_memory()[1] - before) / MEGABYTE)
    tracemalloc.stop()
    what, notes = f"{len(seconds):,} mutated headers", (f"{refused:,} refused, the others harmless",)
    return [
        figure(
            "crashes by headers",
            f"{what}: exceptions other than GgufError",
            Bar(0),
            [crashes],
            counted="sum",
            samples_are="runs",
            notes=notes,
        ),
        figure(
            "slowest header",
            f"{what}: time for one, with allocations traced",
            Bar(1, unit=" s"),
            seconds,
            counted="max",
            samples_are="headers",
        ),
        figure(
            "memory of headers",
            f"{what}: memory allocated for one",
            Bar(64, unit=" MB"),
            allocated,
            counted="max",
            samples_are="headers",
        ),
        figure(
            "bytes before a label",
            "header bytes read of a remote file before its fit is shown",
            Bar(1, unit=" MB"),
            [
                read_header(reader_of(each), stops_at_tokenizer=True).bytes_read / MEGABYTE
                for each in (*headers, starter)
            ],
            counted="max",
            samples_are="models",
        ),
    ]


def _headers() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        files = [make().write(Path(folder) / f"{name}.gguf") for name, make in ARCHITECTURES.items()]
        files.append(TinyModel().write(Path(folder) / "tiny.gguf"))
        return [Path(file.path).read_bytes()[:WHOLE_HEADER_BYTES] for file in files]
