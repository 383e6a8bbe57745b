"""The libraries with code for processors that a build of llama.cpp brings, and which this processor can run.

A build with one set of processor code has none, and nothing of this package applies to it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.engine.cpu.backends import open_library, score

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PREFIXES = ("libggml-cpu-", "ggml-cpu-")
_SUFFIXES = (".so", ".dll", ".dylib")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Variant:
    """One library with processor code; `score` is llama.cpp's own, 0 where this processor cannot run it."""

    path: Path
    score: int

    @property
    def name(self) -> str:
        """`haswell`."""
        name = self.path.stem
        return next(name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix))


def backend_files(package: Path) -> list[Path]:
    """The libraries of backends that are loaded by name: beside the bindings, or where a build left them."""
    found: dict[str, Path] = {}
    for folder in (package / "lib", package.parent / "bin"):
        for path in sorted(folder.glob("*ggml-*")):
            is_part = path.name.removeprefix("lib").startswith(("ggml-base", "ggml-cpu."))
            if path.suffix in _SUFFIXES and not is_part:
                found.setdefault(path.name, path)
    return list(found.values())


def variants(files: Sequence[Path]) -> list[Variant]:
    """The variants among `files` that this processor can run, the best first."""
    found = [Variant(path, _score(path)) for path in files if path.name.startswith(PREFIXES)]
    return sorted((variant for variant in found if variant.score > 0), key=lambda variant: -variant.score)


def _score(path: Path) -> int:
    try:
        return score(open_library(path)) or 0
    except OSError as error:
        _log.info("%s is not among the variants: %s", path.name, error)
        return 0
