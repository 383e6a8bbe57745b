"""llama.cpp as a process-wide thing: imported once, with its environment, log and backends set up before first use.

Every other module of this package takes `llama_cpp` from here, which is what keeps the order right. Importing this
module costs half a second (llama_cpp brings numpy), so nothing that runs at start-up does.
"""

from __future__ import annotations

import ctypes
import logging
import os
import threading
from collections import deque
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

# GNU OpenMP spins at its barriers. On a busy machine that makes eight tokens take half a minute; not spinning at all
# costs two thirds of the speed on a quiet one. This many rounds lose nothing measurable either way. The variable is
# read when the library is loaded, so it stands before the import.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# Where llama.cpp gives up, ggml would start a debugger on this process first, which can hang.
os.environ.setdefault("GGML_NO_BACKTRACE", "1")

import llama_cpp

from chatdesk.engine.cpu.choice import load_backends

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Handle", "LlamaLog", "llama_cpp", "start"]

Handle = Any  # an opaque pointer of llama.cpp; the bindings are not typed

_logger = logging.getLogger(__name__)

KEPT_LINES = 200
# enum ggml_log_level
_DEBUG = 1
_WARNING = 3
_CONTINUED = 5


class LlamaLog:
    """The last lines that llama.cpp logged: what a failed load is worded from, and what diagnostics show.

    Nothing of it reaches stderr. Warnings and errors also go to `logging`, at DEBUG: most of them are remarks for
    developers, and what a person must know is raised as an error. llama.cpp's own debugging, hundreds of lines for
    each graph, would drive the rest out and is not kept.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._total = 0
        self._is_skipping = False
        self.last_load: tuple[str, ...] = ()  # what was logged while a model was loaded last, whatever came of it
        # ctypes does not keep a callback alive; this object lives as long as the process does.
        self._callback = llama_cpp.llama_log_callback(self._append)
        llama_cpp.llama_log_set(self._callback, ctypes.c_void_p(0))

    @property
    def total(self) -> int:
        """How many lines were logged so far: a mark for `since`."""
        return self._total

    def since(self, mark: int) -> tuple[str, ...]:
        """The lines logged after `mark`, as far as they are still kept."""
        count = min(self._total - mark, len(self._lines))
        return tuple(self._lines)[len(self._lines) - count :]

    @contextmanager
    def noting_load(self) -> Iterator[None]:
        """Keep what is logged meanwhile as `last_load`."""
        mark = self._total
        try:
            yield
        finally:
            self.last_load = self.since(mark)

    def _append(self, level: int, text: bytes, _user_data: object) -> None:
        if level != _CONTINUED:
            self._is_skipping = level == _DEBUG
        if self._is_skipping:
            return
        line = text.decode("utf-8", errors="replace").rstrip("\n")
        if level == _CONTINUED:
            if self._lines:
                self._lines[-1] += line
            return
        self._lines.append(line)
        self._total += 1
        if level >= _WARNING:
            _logger.debug("llama.cpp: %s", line)


_starting = threading.Lock()


def start() -> LlamaLog:
    """Set llama.cpp up, the first time; return its log. From any thread.

    The log callback and the backends belong to the process, not to an engine, hence this one cached object.

    Raises:
        UserFacingError: `ENGINE_INCOMPLETE`.
    """
    with _starting:
        return _started()


@cache
def _started() -> LlamaLog:
    log = _log()
    # First, for with no backend at hand llama.cpp would load whatever lies in the folder that this process runs in.
    load_backends(llama_cpp)
    llama_cpp.llama_backend_init()
    return log


@cache
def _log() -> LlamaLog:
    """Kept also where the start comes to nothing and is tried again: llama.cpp calls what it was given first."""
    return LlamaLog()
