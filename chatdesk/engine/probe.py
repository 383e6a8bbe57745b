"""Would llama.cpp survive this file on this machine? Asked of a child process, because a bad file can end one.

The parent side imports no llama.cpp. The child loads the file as the app would, computes two tokens and leaves its
verdict in a file: a windowed program on Windows has no standard output. What it logs and how it dies give the reason
where there is no verdict.
"""

from __future__ import annotations

import errno
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile
from chatdesk.durable import replace_when_let_go
from chatdesk.engine.cpu.in_use import environment_of_child
from chatdesk.engine.model_file_check import path_to_load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.engine.base import OnLoadProgress, ShouldStop

# The child's exit codes when it left a verdict other than "fine", and when there was no space to leave one
REFUSED, NO_SPACE = 3, 4
# For `Popen`: Ctrl+C in a terminal is for the app, which ends its children itself and would take their end for a crash.
OWN_GROUP = 0
POLL_SECONDS = 0.05
_BASE_SECONDS = 120.0
_SLOW_DISK_BYTES_PER_SECOND = 50_000_000
_TAIL_BYTES = 16_384
_REASON_CHARS = 160

# How Windows reports the death of a process (NTSTATUS)
_WINDOWS_STATUS = {
    0xC0000005: "access violation",
    0xC000001D: "illegal instruction",
    0xC00000FD: "stack overflow",
    0xC0000135: "a DLL is missing",
    0xC0000374: "heap corruption",
    0xC0000409: "abort",
}
_WINDOWS_EXCEPTIONS = 0xC0000000  # and above
# POSIX gives the number of the signal, negative
_ILLEGAL_INSTRUCTION = (-4, 0xC000001D)
_KILLED = -9

_FULL = (errno.ENOSPC, errno.EDQUOT)


def probe_command() -> list[str]:
    """How this app starts itself as a probe; the model's path and the result's follow."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--probe"]
    return [sys.executable, "-m", "chatdesk", "--probe"]


def probe(
    model: ModelFile,
    command: Sequence[str],
    should_stop: ShouldStop,
    on_progress: OnLoadProgress | None = None,
    timeout_seconds: float | None = None,
) -> None:
    """Return if llama.cpp loads `model` and computes with it, in a child started by `command`.

    The default timeout is two minutes and what a slow disk takes to read the file.

    Raises:
        UserFacingError: what the child found (any `MODEL_…` code), how it died (`MODEL_CRASHES`,
            `MODEL_WRONG_PROCESSOR`, `MODEL_OUT_OF_MEMORY`), `MODEL_PROBE_TIMEOUT`, `LOAD_CANCELLED`, or why no child
            could be started (`DISK_FULL`, `MODEL_LOAD_FAILED`).
    """
    path_to_load(model)  # what needs no child to be seen
    seconds = timeout_seconds or _BASE_SECONDS + model.size_bytes / _SLOW_DISK_BYTES_PER_SECOND
    with _start_problems_named(model):
        folder = tempfile.TemporaryDirectory(prefix="chatdesk-probe-", ignore_cleanup_errors=True)
    with folder:
        files = _ProbeFiles(Path(folder.name) / "result.json")
        with _start_problems_named(model), files.log.open("wb") as log:
            child = subprocess.Popen(  # noqa: S603 - our own executable
                [*command, str(Path(model.path).absolute()), str(files.result)],
                env=environment_of_child(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                creationflags=creation_flags(),
                process_group=OWN_GROUP,
            )
        try:
            _wait(child, model, files, _Patience(should_stop, on_progress, seconds))
        finally:
            child.kill()  # does nothing to one that has ended
            child.wait()
        _raise_verdict(model, child.returncode, files)


def run_probe(path: str, result_path: str) -> int:
    """The child's side: try the file at `path`, leave the verdict at `result_path`, return the exit code."""
    die_quietly()
    files = _ProbeFiles(Path(result_path))
    try:
        _try_out(ModelFile(path, Path(path).stat().st_size, 0.0), files)
        files.write_verdict(None)
    except UserFacingError as error:
        return _leave_refusal(files, error)
    except OSError as error:  # the probe's own files
        return _leave_refusal(files, _start_problem(error, Path(path).name))
    return 0


def _leave_refusal(files: _ProbeFiles, error: UserFacingError) -> int:
    """Leave `error` as the verdict; the exit code, which says it alone when the disk takes no verdict."""
    try:
        files.write_verdict(error)
    except OSError as problem:
        if problem.errno not in _FULL:
            raise
        return NO_SPACE
    return REFUSED


@dataclass(frozen=True, slots=True)
class _ProbeFiles:
    """What parent and child tell each other: files side by side in a folder of the parent's."""

    result: Path

    @property
    def progress(self) -> Path:
        return self.result.with_name("progress")

    @property
    def log(self) -> Path:
        return self.result.with_name("log")

    def write_verdict(self, error: UserFacingError | None) -> None:
        """Leave the verdict, None for a good one, whole or not at all."""
        verdict = {"code": error.code.value, "params": dict(error.detail.params)} if error else {"code": None}
        unfinished = self.result.with_name("unfinished")
        unfinished.write_text(json.dumps(verdict), encoding="utf-8")
        replace_when_let_go(unfinished, self.result)

    def read_verdict(self) -> dict[str, Any] | None:
        """The child's verdict; None when it did not get so far."""
        try:
            verdict = json.loads(self.result.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return verdict if isinstance(verdict, dict) else None

    def read_progress(self) -> float | None:
        """The fraction that is loaded; None while there is nothing, or half a number, to read."""
        try:
            return float(self.progress.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None


@contextmanager
def _start_problems_named(model: ModelFile) -> Iterator[None]:
    """Raise what the system reports while a probe is started as `UserFacingError`."""
    try:
        yield
    except OSError as error:
        raise _start_problem(error, model.name) from error


def _start_problem(error: OSError, model_name: str) -> UserFacingError:
    if error.errno in _FULL:
        return UserFacingError(ErrorCode.DISK_FULL)
    reason = f"trying it out failed ({error.strerror or error})"
    return UserFacingError(ErrorCode.MODEL_LOAD_FAILED, model=model_name, reason=reason)


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long to wait for a child, and whom to ask and tell meanwhile."""

    should_stop: ShouldStop
    on_progress: OnLoadProgress | None
    seconds: float


def _wait(child: subprocess.Popen[bytes], model: ModelFile, files: _ProbeFiles, patience: _Patience) -> None:
    """Return when the child has ended by itself."""
    deadline = time.monotonic() + patience.seconds
    told: float | None = None
    while True:
        try:
            child.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            pass  # still at work: see what there is to do meanwhile
        else:
            return
        fraction = files.read_progress()
        wanted = True
        if patience.on_progress is not None and fraction is not None and fraction != told:
            told = fraction
            wanted = patience.on_progress(fraction)
        if not wanted or patience.should_stop():
            raise UserFacingError(ErrorCode.LOAD_CANCELLED, model=model.name)
        if time.monotonic() > deadline:
            raise UserFacingError(
                ErrorCode.MODEL_PROBE_TIMEOUT, model=model.name, seconds=max(round(patience.seconds), 1)
            )


def _raise_verdict(model: ModelFile, exit_code: int, files: _ProbeFiles) -> None:
    verdict = files.read_verdict()
    if exit_code == 0 and verdict is not None:
        return
    if exit_code == REFUSED and verdict is not None and verdict.get("code") in set(ErrorCode):
        params = {**verdict.get("params", {}), "model": model.name}
        raise UserFacingError(ErrorCode(verdict["code"]), **params)
    if exit_code == NO_SPACE:
        raise UserFacingError(ErrorCode.DISK_FULL)
    if exit_code in _ILLEGAL_INSTRUCTION:
        raise UserFacingError(ErrorCode.MODEL_WRONG_PROCESSOR, model=model.name)
    if exit_code == _KILLED:
        # Nobody but the system, out of memory, kills a probe that was not given up.
        raise UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model=model.name)
    reason = ": ".join(filter(None, (death_in_words(exit_code), _last_words(files.log))))
    raise UserFacingError(ErrorCode.MODEL_CRASHES, model=model.name, reason=reason)


def death_in_words(exit_code: int) -> str:
    """`SIGSEGV`, `access violation (0xC0000005)`, or the bare exit code."""
    if exit_code < 0:
        try:
            return signal.Signals(-exit_code).name
        except ValueError:
            return f"signal {-exit_code}"
    if exit_code >= _WINDOWS_EXCEPTIONS:
        return f"{_WINDOWS_STATUS.get(exit_code, 'exception')} (0x{exit_code:08X})"
    return f"exit code {exit_code}"


def _last_words(log: Path) -> str:
    """What the dying child wrote that says why: llama.cpp's assertion or C++'s exception, else its last line."""
    try:
        text = log.read_bytes()[-_TAIL_BYTES:].decode("utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "GGML_ASSERT" in line or "what():" in line or "fatal error" in line]
    line = (telling or lines or [""])[-1]
    # Where llama.cpp was compiled is of no use to anyone.
    return re.sub(r"^\S*[/\\]([\w.-]+:\d+: )", r"\1", line)[:_REASON_CHARS]


def creation_flags() -> int:
    """No console window flashes up on Windows."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def die_quietly() -> None:
    """A probe may die: without a core dump, and without a dialog."""
    if sys.platform == "win32":
        import ctypes

        fail_critical_errors, no_fault_box, no_open_file_box = 0x0001, 0x0002, 0x8000
        ctypes.windll.kernel32.SetErrorMode(fail_critical_errors | no_fault_box | no_open_file_box)
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _try_out(model: ModelFile, files: _ProbeFiles) -> None:
    """Load `model` with a small context, compute two tokens and try its chat template.

    A template that does not work is no reason to refuse the model; one that never comes back is, and here the parent's
    patience ends it.

    Raises:
        UserFacingError: it cannot be loaded, or computes something that is no number.
    """
    from chatdesk.engine.base import LoadOptions
    from chatdesk.engine.llama import prompt_builder
    from chatdesk.engine.llama_loading import compute, open_model
    from chatdesk.engine.vocabulary import Vocabulary

    with files.progress.open("w", encoding="ascii") as progress:

        def report(fraction: float) -> bool:
            progress.seek(0)
            progress.write(f"{fraction:.3f}")
            progress.flush()
            return True

        loaded = open_model(model, LoadOptions(n_ctx=256, n_batch=32, n_ubatch=32), report)
    compute(model, loaded)
    prompt_builder(loaded, Vocabulary(loaded.model))
