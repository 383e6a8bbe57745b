"""The log file, and the hooks that bring every uncaught exception there. No chat text is logged."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import JobCrashed
from chatdesk.store.disk import disk_problems_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from chatdesk.core.events import Post

LOG_BYTES = 1_000_000
FAULT_BYTES = 200_000
FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"

log = logging.getLogger("chatdesk")


@contextmanager
def logging_to(file: Path) -> Iterator[None]:
    """Log to `file`, keeping one older file, and have the interpreter write there when the process dies.

    Raises:
        UserFacingError: the file cannot be written.
    """
    with disk_problems_named(file.parent):
        handler = logging.handlers.RotatingFileHandler(file, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        # A file of its own: faulthandler writes through the descriptor, which rotation would pull away.
        # What the last crash left there is kept: the start after it is when somebody looks.
        faults = file.with_suffix(".faults.log")
        mode = "a" if faults.exists() and faults.stat().st_size < FAULT_BYTES else "w"
        fault_file = faults.open(mode, encoding="utf-8")
    handler.setFormatter(logging.Formatter(FORMAT))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    faulthandler.enable(fault_file)
    try:
        yield
    finally:
        faulthandler.disable()
        fault_file.close()
        log.propagate = True
        log.removeHandler(handler)
        handler.close()


@contextmanager
def bugs_announced(post: Post) -> Iterator[None]:
    """Log uncaught exceptions of every thread and announce them as `JobCrashed`."""

    def announce(where: str, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("uncaught in %s", where, exc_info=(kind, error, trace))
        post(JobCrashed(where, "".join(traceback.format_exception(kind, error, trace))))

    def on_thread_error(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            name = arguments.thread.name if arguments.thread is not None else "a thread"
            announce(name, arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def on_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            announce("the window", kind, error, trace)

    before = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = on_error, on_thread_error
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before


@contextmanager
def problems_logged(consequence: str) -> Iterator[None]:
    """Log what the disk does not let us do, where going on without it is right."""
    try:
        yield
    except UserFacingError as error:
        log.warning("%s: %s", consequence, error)
