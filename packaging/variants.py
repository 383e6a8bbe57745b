"""Forces each variant for processors in turn: `python packaging/variants.py PROGRAM`, the installed `chatdesk`.

Each must end in a reply, its own or that of another variant where this processor cannot run it; never in a crash of the
window's process. Prints one line of JSON, and fails when there is no variant or one does not end well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

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
    return {path.stem.rpartition("ggml-cpu-")[2]: _verdict(program, path) for path in variant_files(program)}


def is_well(verdicts: dict[str, str]) -> bool:
    """Whether there are variants, and each ended in a reply."""
    return bool(verdicts) and all(verdict.startswith("answered with ") for verdict in verdicts.values())


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
    return f"answered with {json.loads(result.stdout)['cpu_variant']}"


if __name__ == "__main__":
    sys.exit(main())
