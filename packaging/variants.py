"""Forces each variant for processors in turn: `python packaging/variants.py PROGRAM`, the installed `chatdesk`.

Each must end in a reply: its own, or that of another variant where this processor cannot run it or its own trial in a
child crashed or answered wrongly. Never in a crash of the window's process. Prints one line of JSON, and fails when
there is no variant, when one does not end well, or when all but one of those that this processor can run fell back: one
may be at odds with this machine, but all of them together only with the build.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ANSWERED, FELL_BACK, CANNOT_RUN = "answered", "fell back to", "not for this processor"
VARIABLE = "CHATDESK_CPU_VARIANT"
PATIENCE_SECONDS = 600
_SUFFIXES = (".so", ".dll", ".dylib")


def main() -> int:
    """Try the variants of the program that the arguments name."""
    if len(sys.argv) != len(("script", "program")):
        print(f"usage: {sys.argv[0]} PROGRAM", file=sys.stderr)
        return 2
    verdicts = try_variants(Path(sys.argv[1]))
    print(json.dumps(verdicts))
    return 0 if is_well(verdicts) else 1


def try_variants(program: Path) -> dict[str, str]:
    """How the self-test of `program` ends, by the variant that is forced."""
    return {name_of(path): _verdict(program, path) for path in variant_files(program)}


def is_well(verdicts: dict[str, str]) -> bool:
    """Whether there are variants, each ended in a reply, and more than one computes where more than one can."""
    n_own = sum(verdict == ANSWERED for verdict in verdicts.values())
    n_fallen = sum(verdict.startswith(FELL_BACK) for verdict in verdicts.values())
    n_others = sum(verdict.startswith(CANNOT_RUN) for verdict in verdicts.values())
    is_ended = n_own + n_fallen + n_others == len(verdicts)
    return is_ended and n_own > (1 if n_fallen else 0)


def variant_files(program: Path) -> list[Path]:
    """The variants that lie in the folder of `program`, or in that above it: as in a Mac's bundle and on a PATH."""
    folder = program.resolve().parent
    for place in (folder, folder.parent):
        if found := sorted(path for path in place.rglob("*ggml-cpu-*") if path.suffix in _SUFFIXES):
            return list({path.name: path for path in found}.values())
    return []


def _verdict(program: Path, variant: Path) -> str:
    try:
        result = subprocess.run(
            [program, "--self-test"],
            env={**os.environ, VARIABLE: str(variant)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end within {PATIENCE_SECONDS} seconds"
    if result.returncode != 0:
        return f"exit code {result.returncode}: {' '.join(result.stderr.strip().splitlines()[-1:])}"
    return verdict_of(json.loads(result.stdout), name_of(variant))


def name_of(variant: Path) -> str:
    """`haswell`."""
    return variant.stem.rpartition("ggml-cpu-")[2]


def verdict_of(figures: dict[str, Any], forced: str) -> str:
    """What the `figures` of a self-test say of the variant that was `forced`."""
    used, why_not = figures["cpu_variant"], figures["cpu_variants"]
    if used == forced:
        return ANSWERED
    if forced not in why_not:
        return f"{CANNOT_RUN}: {used} answered"
    return f"{FELL_BACK} {used}: {why_not[forced] or 'no answer in time, or it could not be loaded'}"


if __name__ == "__main__":
    sys.exit(main())
