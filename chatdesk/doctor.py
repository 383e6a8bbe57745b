"""`chatdesk doctor`: looks at the installation, changes nothing, and says of each thing whether it is well."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import psutil

from chatdesk import __version__
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.engine.cache_counts import read_counts
from chatdesk.engine.cpu.records import Failure
from chatdesk.engine.snapshot_files import snapshot_paths, taken_bytes
from chatdesk.models.library import find_starter
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.disk import folder_bytes
from chatdesk.store.paths import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from chatdesk.engine.cache_counts import CacheOutcome
    from chatdesk.engine.cpu.records import Record
    from chatdesk.store.paths import Paths

SCARCE_DISK_BYTES = 2 * 10**9
SCARCE_MEMORY_BYTES = 10**9


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `advice` says what to do about a problem."""

    name: str
    is_ok: bool
    value: str
    advice: str = ""


def doctor(paths: Paths, *, as_json: bool) -> int:
    """Print what was found; returns 0 when all is well, else 1."""
    findings = tuple(examine(paths))
    if as_json:
        rows = [{"status": "ok" if finding.is_ok else "problem", **asdict(finding)} for finding in findings]
        for row in rows:
            del row["is_ok"]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for line in lines_of(findings):
            print(line)
    return 0 if all(finding.is_ok for finding in findings) else 1


def lines_of(findings: Sequence[Finding]) -> list[str]:
    """Findings for people to read."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark = "ok     " if finding.is_ok else "problem"
        lines.append(f"{mark}  {finding.name:<{width}}  {finding.value}")
        if finding.advice:
            lines.append(f"         {'':<{width}}  → {finding.advice}")
    return lines


def examine(paths: Paths) -> Iterator[Finding]:
    """Look at everything, one finding after the other."""
    yield Finding("ChatDesk", is_ok=True, value=__version__)
    yield Finding("Python", is_ok=True, value=f"{platform.python_version()} on {platform.platform()}")
    yield _guarded("Qt", _qt)
    yield _guarded("llama.cpp", _llama)
    yield _guarded("CPU variants", _cpu_variants)
    yield _guarded("device", _device)
    yield _memory()
    for name, folder in (("data folder", paths.data), ("model folder", paths.models), ("log folder", paths.logs)):
        yield _looked_into(name, folder, partial(_folder, name, folder))
    yield _looked_into("disk", paths.data, partial(_disk, paths.data))
    yield _looked_into("chats", paths.data, partial(_chats, paths))
    yield _looked_into("snapshots", paths.snapshots, partial(_snapshots, paths.snapshots))
    yield _starter()


def _guarded(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, is_ok=True, value=look())
    except UserFacingError as error:
        return Finding(name, is_ok=False, value=error.code.value, advice=str(error))
    except (ImportError, OSError, RuntimeError) as error:  # the last is what the bindings raise
        return Finding(name, is_ok=False, value=str(error), advice="Install ChatDesk again; a part of it is missing.")


def _looked_into(name: str, folder: Path, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except OSError as error:  # it is closed to us, or has no possible name
        problem = ErrorDetail(ErrorCode.FOLDER_NOT_WRITABLE, {"path": str(folder)})
        return Finding(name, is_ok=False, value=error.strerror or str(error), advice=problem.english)


def _qt() -> str:
    from PySide6.QtCore import qVersion

    return f"{qVersion()} (PySide6-Essentials {importlib.metadata.version('PySide6-Essentials')})"


def _llama() -> str:
    from chatdesk.engine.cpu.choice import in_use
    from chatdesk.engine.devices import read_devices

    found = read_devices()
    variant = f"variant {name}: " if (name := in_use()) else ""
    features = variant + ", ".join(found.cpu_features)
    return f"{found.llama_cpp_version} (llama-cpp-python {found.bindings_version}); {features}"


def _cpu_variants() -> str:
    from chatdesk.engine.cpu.choice import in_use, known_here
    from chatdesk.engine.llama_runtime import llama_cpp, start

    start()
    known = known_here(llama_cpp)
    return "one, which was chosen when llama.cpp was built" if known is None else variants_in_words(known, in_use())


def variants_in_words(known: Record, in_use: str | None) -> str:
    """`zen4 in use; time taken: haswell 0.85, zen4 1.00; crashed: sapphirerapids; at the next start: haswell`."""
    parts = [f"{in_use} in use"]
    if seconds := known.seconds:
        base = seconds.get(in_use or "", min(seconds.values()))
        times = ", ".join(f"{name} {each / base:.2f}" for name, each in seconds.items())
        parts.append(f"time taken{'' if known.next_to_time is None else ' so far'}: {times}")
    else:
        parts.append("not timed yet")
    by_failure = {failure: [name for name, why in known.failures.items() if why is failure] for failure in Failure}
    parts += [f"{failure}: {', '.join(names)}" for failure, names in by_failure.items() if names]
    if known.chosen is not None and known.chosen != in_use:
        parts.append(f"at the next start: {known.chosen}")
    return "; ".join(parts)


def _device() -> str:
    from chatdesk.engine.base import LoadOptions
    from chatdesk.engine.devices import read_devices

    found = read_devices()
    names = ", ".join(f"{device.name} ({device.description})" for device in found.devices)
    return f"{found.in_use(LoadOptions().n_gpu_layers, 0).english}. Seen: {names}"


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    is_ok = memory.available >= SCARCE_MEMORY_BYTES
    value = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free"
    return Finding("memory", is_ok=is_ok, value=value, advice="" if is_ok else "Close other programs.")


def _folder(name: str, folder: Path) -> Finding:
    if not folder.exists():
        return Finding(name, is_ok=True, value=f"{folder} (not made yet)")
    if not os.access(folder, os.W_OK):
        problem = ErrorDetail(ErrorCode.FOLDER_NOT_WRITABLE, {"path": str(folder)})
        return Finding(name, is_ok=False, value=str(folder), advice=problem.english)
    return Finding(name, is_ok=True, value=f"{folder} ({folder_bytes(folder) / 1e6:,.1f} MB)")


def _disk(folder: Path) -> Finding:
    there = next((place for place in (folder, *folder.parents) if place.exists()), None)
    if there is None:
        return Finding("disk", is_ok=False, value=f"{folder.anchor} is not there", advice="Connect this disk.")
    free = shutil.disk_usage(there).free
    is_ok = free >= SCARCE_DISK_BYTES
    advice = "" if is_ok else "Free some space: models and chats need it."
    return Finding("disk", is_ok=is_ok, value=f"{free / 1e9:.1f} GB free", advice=advice)


def _chats(paths: Paths) -> Finding:
    if not paths.database.exists():
        return Finding("chats", is_ok=True, value="none yet")
    database = Database.open_read_only(paths.database)
    if database is None:
        problem = ErrorDetail(ErrorCode.DATABASE_UNREADABLE, {"path": str(paths.database)})
        return Finding("chats", is_ok=False, value=str(paths.database), advice=problem.english)
    try:
        count = len(ConversationStore(database).conversations())
        return Finding("chats", is_ok=True, value=f"{count} in {paths.database}")
    except UserFacingError as error:
        return Finding("chats", is_ok=False, value=str(paths.database), advice=str(error))
    finally:
        database.close()


def _snapshots(folder: Path) -> Finding:
    """What is kept of chats so that they answer at once, and how often that was of use."""
    files, counts = snapshot_paths(folder), read_counts(folder)
    hits = {outcome: count for outcome, count in counts.items() if outcome.is_hit}
    misses = {outcome: count for outcome, count in counts.items() if not outcome.is_hit}
    value = f"{len(files)} ({taken_bytes(folder) / 1e6:,.1f} MB); hits {_counted(hits)}; misses {_counted(misses)}"
    return Finding("snapshots", is_ok=True, value=value)


def _counted(counts: Mapping[CacheOutcome, int]) -> str:
    """`14 (in_place 9, on_disk 5)`."""
    parts = ", ".join(f"{outcome} {count}" for outcome, count in counts.items())
    return f"{sum(counts.values())} ({parts})" if parts else "0"


def _starter() -> Finding:
    path = find_starter(resource("models"))
    if path is None:
        advice = ErrorDetail(ErrorCode.STARTER_MISSING).english
        return Finding("starter model", is_ok=False, value="not found", advice=advice)
    return Finding("starter model", is_ok=True, value=path)
