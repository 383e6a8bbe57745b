"""One named thread with a queue of jobs, and the promise that no job ends unheard.

A job announces its own outcome. What it does not handle itself ends here: trouble a person can do something about
becomes a notice, a bug becomes `JobCrashed`, and the thread goes on with the next job. Only of a job for what was
closed meanwhile nothing is said.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import traceback
from collections.abc import Callable
from enum import IntEnum

from chatdesk.core.errors import GoneError, UserFacingError
from chatdesk.core.events import JobCrashed, NoticeRaised, Post

log = logging.getLogger(__name__)

Job = Callable[[], object]


class Priority(IntEnum):
    """What comes first; jobs of one priority run in the order they were submitted.

    Nobody waits for idle work: it ends when something more urgent comes. `GLANCE` takes milliseconds, `IDLE` seconds,
    and `SPARE` is long and can as well be begun again later.
    """

    NORMAL = 0
    GLANCE = 1
    IDLE = 2
    SPARE = 3
    CLOSE = 4


class Worker:
    """A thread that owns something slow. `submit` may be called from any thread."""

    def __init__(self, name: str, post: Post, when_idle: Job | None = None, idle_seconds: float = 0.0) -> None:
        """`when_idle` runs once each time that nothing came for `idle_seconds` after a job."""
        self._name = name
        self._post = post
        self._when_idle = when_idle
        self._idle_seconds = idle_seconds
        self._jobs: queue.PriorityQueue[tuple[Priority, int, str, Job | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._is_closed = False
        # A daemon, so that a llama.cpp call that does not come back cannot keep a closed app alive.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, name: str, job: Job, priority: Priority = Priority.NORMAL) -> None:
        """Queue `job`. After `close` nothing is taken any more: the app is going away."""
        if self._is_closed:
            log.debug("%s: %s came after closing", self._name, name)
            return
        self._jobs.put((priority, next(self._order), name, job))

    def is_wanted(self, priority: Priority) -> bool:
        """Whether a more urgent job than one of `priority` waits, for which that should end."""
        with self._jobs.mutex:
            waiting: list[tuple[Priority, int, str, Job | None]] = self._jobs.queue  # a heap: the first comes first
            return bool(waiting) and waiting[0][0] < priority

    def close(self, timeout_seconds: float) -> bool:
        """Finish what is queued, then end the thread. Returns whether it ended in time. May be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put((Priority.CLOSE, next(self._order), "close", None))
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        has_rested = True
        while True:
            try:
                _, _, name, job = self._jobs.get(timeout=None if has_rested else self._idle_seconds)
            except queue.Empty:
                assert self._when_idle is not None
                name, job = "idle", self._when_idle
                has_rested = True
            else:
                has_rested = self._when_idle is None
            if job is None:
                return
            try:
                job()
            except GoneError:
                log.debug("%s: %s came too late", self._name, name)
            except UserFacingError as error:
                log.warning("%s: %s: %s", self._name, name, error)
                self._post(NoticeRaised(error.detail))
            except Exception:
                # The border of the thread: a bug in one job must be seen, and must not take the other jobs along.
                log.exception("%s: %s crashed", self._name, name)
                self._post(JobCrashed(name, traceback.format_exc()))
