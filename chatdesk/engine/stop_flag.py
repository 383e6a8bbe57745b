"""A flag that llama.cpp reads while it computes, without Python.

llama.cpp asks its abort callback before every node of a graph, some 500 times per token of a small model. A callback
into Python needs the interpreter's lock each time, and a window that is busy holds it: measured with another thread
at work 30 % of the time, generation lost 20 %; with one always at work, 97 %. So the callback is C's `strlen` on a
one-character string: empty, it returns 0, which is "go on"; filled, it returns 1, which is "stop". A thread writes
the character once the stop is asked for.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chatdesk.engine.llama_runtime import llama_cpp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatdesk.engine.base import ShouldStop
    from chatdesk.engine.llama_runtime import Handle

POLL_SECONDS = 0.02


class StopFlag:
    """Ends llama.cpp's computing for one context. Must live as long as the context does."""

    def __init__(self, context: Handle) -> None:
        self._text = ctypes.create_string_buffer(2)
        library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        # Both are functions from one pointer to an integer; a bool is the lowest byte of what is returned.
        self._strlen = ctypes.cast(library.strlen, llama_cpp.ggml_abort_callback)
        llama_cpp.llama_set_abort_callback(context, self._strlen, ctypes.cast(self._text, ctypes.c_void_p))

    @contextmanager
    def following(self, should_stop: ShouldStop) -> Iterator[None]:
        """Within, the flag is raised soon after `should_stop` says yes; it is asked from a thread of its own."""
        ended = threading.Event()
        self._text.value = b""
        thread = threading.Thread(target=self._follow, args=(should_stop, ended), name="engine-stop", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._text.value = b""

    def _follow(self, should_stop: ShouldStop, ended: threading.Event) -> None:
        while not ended.wait(POLL_SECONDS):
            if should_stop():
                self._text.value = b"1"
                return
