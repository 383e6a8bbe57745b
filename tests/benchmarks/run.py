"""Measures what ChatDesk costs beside llama.cpp and Qt alone, and holds each figure against its bar.

`uv run --group dev tests/benchmarks/run.py [--quick] [--json] [--only NAME…] [--platform xcb]`

Every comparison is a ratio of two measurements taken side by side in this run, so figures of different machines can
be compared. The machine must have nothing else to do. Each family of figures is measured in a process of its own.
The exit code is 0 when every bar is met, else 1.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

# Read by GNU OpenMP when llama.cpp is loaded; set for the child processes too. See chatdesk.engine.llama_runtime.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# Modules are compiled once, as on any machine where ChatDesk was started before.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from chatdesk import __version__
from tests.benchmarks.figures import Figure

# In the order of the table that names their bars.
FAMILIES = {
    "engine": "engine_speed",
    "window": "window_speed",
    "turns": "turns",
    "blocks": "window_blocks",
    "transcript": "transcript",
    "stop": "stopping",
    "start": "starting",
    "memory": "memory",
    "kill": "killing",
    "library": "library",
    "fit": "fit",
    "headers": "headers",
    "transfer": "transfer",
    "resume": "resuming",
    "remember": "remembering",
    "outgrow": "outgrowing",
    "search": "searching",
    "list": "listing",
    "branches": "branching",
    "server": "beside_server",
}
# Trials of what is not in the product: measured when they are named.
TRIALS = {"speculate": "speculating", "tune": "tuning"}
EVERYTHING = FAMILIES | TRIALS


def main() -> int:
    options = _options()
    os.environ["QT_QPA_PLATFORM"] = options.platform
    started = time.monotonic()
    machine = _machine()
    if not options.json:
        print(f"ChatDesk {__version__}, {', '.join(f'{name} {value}' for name, value in machine.items())}")
    # Once before anything counts: modules compiled, files in the system's cache.
    subprocess.run([sys.executable, "-m", "chatdesk", "--self-test"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    figures: list[Figure] = []
    failures: dict[str, str] = {}
    for family in options.only or FAMILIES:
        try:
            found = _measured(family, is_quick=options.quick)
        except Exception as error:  # noqa: BLE001 - one family that fails must not hide the figures of the others
            failures[family] = f"{error!r}\n{''.join(traceback.format_exception(error))}"
            print(f"{family} could not be measured: {failures[family]}", file=sys.stderr, flush=True)
            continue
        figures += found
        if not options.json:
            print("\n".join(_lines(found)), flush=True)
    seconds = round(time.monotonic() - started)
    if options.json:
        print(json.dumps(_document(figures, failures, machine, seconds, is_quick=options.quick), indent=2))
    else:
        print(f"{sum(each.is_met for each in figures)} of {len(figures)} bars met; {seconds} s")
    return 0 if not failures and all(each.is_met for each in figures) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: two minutes, and less to rely on")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=EVERYTHING, help=f"of {', '.join(EVERYTHING)}")
    parser.add_argument(
        "--platform", default="offscreen", help="Qt's platform plugin; xcb draws on the screen that DISPLAY names"
    )
    return parser.parse_args()


def _measured(family: str, *, is_quick: bool) -> list[Figure]:
    """The figures of one family, from a fresh process."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, family, is_quick=is_quick).result()


def _measure(family: str, *, is_quick: bool) -> list[Figure]:
    module: Any = importlib.import_module(f"tests.benchmarks.{EVERYTHING[family]}")
    figures: list[Figure] = module.measure(is_quick=is_quick)
    return figures


def _machine() -> dict[str, str]:
    import importlib.metadata

    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "Python": platform.python_version(),
        "llama-cpp-python": importlib.metadata.version("llama-cpp-python"),
        "PySide6": importlib.metadata.version("PySide6-Essentials"),
        "load before": load,
    }


def _lines(figures: list[Figure]) -> list[str]:
    lines = []
    for each in figures:
        verdict = "" if each.is_met else "  MISSED"
        quartiles = " ".join(f"{value:.3g}" for value in each.quartiles)
        spread = f"{each.low:.3g}–{each.high:.3g}, quartiles {quartiles}, {each.count:,} {each.samples_are}"
        lines += [
            "",
            each.what,
            f"    {each.counted} {each.value:.4g}{each.bar.unit}, bar {each.bar}{verdict}   ({spread})",
            *(f"    {note}" for note in each.notes),
        ]
    return lines


def _document(
    figures: list[Figure], failures: dict[str, str], machine: dict[str, str], seconds: int, *, is_quick: bool
) -> dict[str, object]:
    return {
        "version": __version__,
        "machine": machine,
        "is_quick": is_quick,
        "seconds": seconds,
        "figures": [asdict(each) | {"bar": str(each.bar), "is_met": each.is_met} for each in figures],
        "failures": failures,
    }


if __name__ == "__main__":
    sys.exit(main())
