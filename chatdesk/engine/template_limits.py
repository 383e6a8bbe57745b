"""A deadline and a memory bound for Python code that runs on this thread and was written by a stranger."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

import psutil

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from _typeshed import TraceFunction

SECONDS = 2.0
MEMORY_BYTES = 256 * 2**20
_CHECK_SECONDS = 0.002


class LimitExceededError(BaseException):
    """Code ran into a limit; the message is a short reason.

    No `Exception`: the code that is to be ended, and Jinja around it, catch those.
    """


class Limits:
    """While entered, this thread's code is looked at line by line and ended when it takes too long or too much.

    A trace function is the one thing that reaches into a running loop without a second process. It sees lines of
    Python, so single operations that could run long are bounded separately (`template_sandbox`). It is per thread,
    and whatever tracer (a debugger's) was there before is put back.
    """

    def __init__(self, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self._process = psutil.Process()
        self._next_check = 0.0
        self._most_seconds = 0.0
        self._most_memory = 0

    def __enter__(self) -> Self:
        self._previous = sys.gettrace()
        self._next_check = time.perf_counter() + _CHECK_SECONDS
        # The thread's own time: on a busy machine, waiting for a core is not the template's fault.
        self._most_seconds = time.thread_time() + self.seconds
        self._most_memory = self._process.memory_info().rss + self.memory_bytes
        sys.settrace(self._trace)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        sys.settrace(self._previous)

    def _trace(self, _frame: FrameType, _event: str, _argument: object) -> TraceFunction:
        now = time.perf_counter()
        if now > self._next_check:
            self._next_check = now + _CHECK_SECONDS
            if time.thread_time() > self._most_seconds:
                raise LimitExceededError(f"it did not finish within {self.seconds:g} seconds")
            if self._process.memory_info().rss > self._most_memory:
                raise LimitExceededError("it takes too much memory")
        return self._trace
