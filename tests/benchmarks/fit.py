"""Memory that is predicted from a header, against what llama.cpp then reports and what the process takes."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from chatdesk.core.fit import CacheType, MemoryNeed
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama import load_llama
from chatdesk.models.gguf import read_header
from chatdesk.models.memory import memory_need
from chatdesk.models.shape import ModelShape, shape_of
from tests.benchmarks.figures import Bar, Figure, figure, spread
from tests.benchmarks.starter import ALL_CORES, starter_model
from tests.support.tiny_architectures import ARCHITECTURES

CONTEXTS = (512, 2048, 8192, 32_768)
QUICK_CONTEXTS = (512, 32_768)
# Large embeddings cost no time, and beside them what stays untouched of a long context that is not full counts little.
WIDTH = 4
N_VOCAB = 131_072
LEAST_RESIDENT_BYTES = 80_000_000
# How far a prediction may lie from what is measured
BAR = Bar(0.1)
# A whole batch: what is computed in is not in memory before.
PROMPT = list(range(3, 3 + 511))
ONE_TOKEN = SamplingParams(max_tokens=1)


@dataclass(frozen=True)
class Load:
    """One load: predicted, reported and resident bytes."""

    what: str
    size_bytes: int
    need: MemoryNeed
    reported_bytes: int
    resident_bytes: int

    @property
    def ratio(self) -> float:
        return self.need.buffer_bytes / self.reported_bytes

    @property
    def resident_ratio(self) -> float:
        return self.need.total_bytes / self.resident_bytes


def measure(*, is_quick: bool) -> list[Figure]:
    """Of the starter model and each generated architecture, with each context length and cache type."""
    loads = []
    for name, model in _models():
        _load(f"{name} for the first time, which brings in what stays", model, 512, CacheType.F16)
        for n_ctx in QUICK_CONTEXTS if is_quick else CONTEXTS:
            loads += [_load(f"{name} {n_ctx:,} {kind}", model, n_ctx, kind) for kind in CacheType]
    large = [load for load in loads if load.size_bytes > LEAST_RESIDENT_BYTES]
    return [
        figure(
            "prediction, reported",
            f"|predicted ÷ buffers that llama.cpp reports − 1|, starter and {len(ARCHITECTURES)} architectures",
            BAR,
            [abs(load.ratio - 1) for load in loads],
            counted="max",
            samples_are="loads",
            notes=(_notes([load.ratio for load in loads]), _farthest(loads, [load.ratio for load in loads])),
        ),
        figure(
            "prediction, resident",
            "|predicted ÷ resident memory that load and use took − 1|, models over 80 MB",
            BAR,
            [abs(load.resident_ratio - 1) for load in large],
            counted="max",
            samples_are="loads",
            notes=(
                _notes([load.resident_ratio for load in large]),
                _farthest(large, [load.resident_ratio for load in large]),
            ),
        ),
    ]


def _models() -> Iterator[tuple[str, ModelFile]]:
    """Each by its name, one at a time on the disk."""
    yield "starter", starter_model()
    for name, make in ARCHITECTURES.items():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            yield name, replace(make(WIDTH), n_vocab=N_VOCAB).write(Path(folder) / f"{name}.gguf")


def _load(what: str, model: ModelFile, n_ctx: int, cache_type: CacheType) -> Load:
    """Load, process one batch, and unload."""
    need = memory_need(_shape(model), model.size_bytes, n_ctx, cache_type)
    options = LoadOptions(n_ctx=n_ctx, n_threads=ALL_CORES, cache_type=cache_type)
    gc.collect()
    before = psutil.Process().memory_info().rss
    engine = load_llama(model, options, lambda _: True)
    for _ in engine.generate(PROMPT[: n_ctx - 2], ONE_TOKEN, lambda: False):
        pass
    resident = psutil.Process().memory_info().rss - before
    engine.close()
    return Load(what, model.size_bytes, need, engine.info.buffer_bytes, resident)


def _shape(model: ModelFile) -> ModelShape:
    with Path(model.path).open("rb") as file:

        def read_at(offset: int, size: int) -> bytes:
            file.seek(offset)
            return file.read(size)

        return shape_of(read_header(read_at))


def _notes(ratios: list[float]) -> str:
    return f"predicted ÷ measured {spread(ratios, '', 3)}"


def _farthest(loads: list[Load], ratios: list[float]) -> str:
    farthest = max(range(len(loads)), key=lambda index: abs(ratios[index] - 1))
    return f"farthest off: {loads[farthest].what}, {ratios[farthest]:.3f}"
