"""Loads the libraries of backends and makes them known to ggml.

As `ggml_backend_load` does, which takes a path in Windows' ANSI code page: the app may be installed in the folder of a
user whose name has no place there.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)


def open_library(path: Path) -> ctypes.CDLL:
    """Load the library at `path`.

    Raises:
        OSError: it cannot be loaded. Windows shows no dialog of that.
    """
    if sys.platform == "win32":
        fail_critical_errors, before = 0x0001, ctypes.c_ulong()
        set_mode = ctypes.windll.kernel32.SetThreadErrorMode
        set_mode(fail_critical_errors, ctypes.byref(before))
        try:
            return ctypes.CDLL(str(path))
        finally:
            set_mode(before.value, None)
    else:
        return ctypes.CDLL(str(path))


def score(library: ctypes.CDLL) -> int | None:
    """How well a backend suits this processor, 0 where it cannot run it; None where it says nothing of it."""
    if not hasattr(library, "ggml_backend_score"):
        return None
    function = library.ggml_backend_score
    function.argtypes, function.restype = (), ctypes.c_int
    return int(function())


class Backends:
    """ggml's list of backends, in this process."""

    def __init__(self, ggml: Sequence[ctypes.CDLL]) -> None:
        """`ggml` are the libraries in which its functions may be."""
        self._ggml = ggml
        self._api_version: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is none, built in or added, as far as a build lets its list be seen."""
        count = self._function("ggml_backend_reg_count", ctypes.c_size_t)
        return count is not None and count() == 0

    def add(self, path: Path) -> bool:
        """Load the backend in the library at `path`. Returns whether it can be used; why not is logged."""
        try:
            problem = self._add(open_library(path))
        except OSError as error:
            problem = str(error)
        if problem is not None:
            _log.info("%s is not among llama.cpp's backends: %s", path.name, problem)
        return problem is None

    def _add(self, library: ctypes.CDLL) -> str | None:
        """Returns why it cannot be used."""
        if score(library) == 0:
            return "this processor cannot run it"
        if not hasattr(library, "ggml_backend_init"):
            return "it is no backend"
        init = library.ggml_backend_init
        init.argtypes, init.restype = (), ctypes.c_void_p
        backend = init()
        if backend is None:
            return "it cannot begin"
        # What ggml reads of a backend depends on this, which each of them begins with. All come from one build.
        api_version = ctypes.c_int.from_address(backend).value
        if self._api_version not in (None, api_version):
            return f"it is of version {api_version}, others are of {self._api_version}"
        self._api_version = api_version
        register = self._function("ggml_backend_register", None)
        if register is None:
            return "this build keeps its list to itself"
        register.argtypes = (ctypes.c_void_p,)
        register(backend)
        return None

    def _function(self, name: str, result: Any) -> Any:
        library = next((library for library in self._ggml if hasattr(library, name)), None)
        if library is None:
            return None
        function = library[name]  # an object of our own
        function.restype = result
        return function
