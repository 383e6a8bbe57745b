"""One download at work: its files are fetched and verified one after the other, and the model is tried out.

What comes of it is reported, not decided: the queue belongs to `DownloadService`.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.disk_errors import disk_problem
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.services.transfer_speed import SpeedMeter

if TYPE_CHECKING:
    from pathlib import Path

    from chatdesk.core.hub_models import RemoteFile, RemoteModel
    from chatdesk.models.installing import UnfinishedFiles
    from chatdesk.services.inference import TryFile

log = logging.getLogger(__name__)

OnTrouble = Callable[["ErrorDetail | None"], None]


class Fetcher(Protocol):
    """The part of `chatdesk.models.transfer.Transfer` that is asked here."""

    def fetch(
        self,
        model: RemoteModel,
        file: RemoteFile,
        part: Path,
        on_bytes: Callable[[int], None],
        should_stop: Callable[[], bool],
        on_trouble: OnTrouble,
    ) -> None:
        """Return when `part` holds all of `file`, verified and durable; what it holds already is used.

        `on_bytes` gets the bytes of this file on disk; `on_trouble` what makes it wait before it tries again, and None
        once bytes arrive. A part that can never become the file is removed before the error is raised.

        Raises:
            UserFacingError: trying again would not help.
            Exception: anything, once `should_stop` has said yes.
        """


@dataclass(frozen=True, slots=True)
class Progressed:
    """So many bytes of all files are on disk. The speed is None while it is not known."""

    done_bytes: int
    bytes_per_second: float | None


@dataclass(frozen=True, slots=True)
class Troubled:
    """It waits because of this, or goes on (None)."""

    error: ErrorDetail | None


@dataclass(frozen=True, slots=True)
class Verified:
    """All files are what they should be; next the model is tried out."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The last report: all is well, or `error` is not None; of a run that was stopped neither says anything.

    `stack` is where it crashed, if it did.
    """

    error: ErrorDetail | None = None
    stack: str | None = None


Report = Progressed | Troubled | Verified | Ended


class DownloadRun:
    """A thread that brings the files of one download to the point where they can be installed."""

    def __init__(
        self,
        files: UnfinishedFiles,
        fetcher: Fetcher,
        try_file: TryFile,
        report: Callable[[DownloadRun, Report], None],
        clock: Callable[[], float],
    ) -> None:
        self._files = files
        self._fetcher = fetcher
        self._try_file = try_file
        self._report = report
        self._clock = clock
        self._speed = SpeedMeter()
        self._done_bytes = 0
        self._told = Progressed(0, None)
        self._is_flowing = False  # bytes come, or could come at any moment
        self._is_stopped = threading.Event()
        # A daemon, so that a socket that does not come back cannot keep a closed app alive.
        self._thread = threading.Thread(target=self._run, name=f"download {files.download_id}", daemon=True)

    @property
    def download_id(self) -> str:
        """Whose run it is."""
        return self._files.download_id

    @property
    def is_stopped(self) -> bool:
        """Whether its end was asked for."""
        return self._is_stopped.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask for its end, which follows soon; what has arrived stays."""
        self._is_stopped.set()

    def join(self, timeout_seconds: float) -> bool:
        """Wait for the thread. Returns whether it is gone."""
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    # --- on the download's own thread from here on ---

    def _run(self) -> None:
        ended = Ended()
        try:
            self._work()
        except UserFacingError as problem:
            ended = Ended(problem.detail)
        except OSError as problem:
            ended = Ended(disk_problem(problem, self._files.models_folder).detail)
        except Exception as problem:
            # The border of the thread: whatever a run that was told to stop dies of is no matter. Anything else is a
            # bug, which must be seen, and must leave the download in a state from which it can be tried again.
            is_bug = not self.is_stopped
            ended = Ended(
                ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(problem)}), traceback.format_exc() if is_bug else None
            )
            if is_bug:
                log.exception("download %s crashed", self.download_id)
        if ended.error is not None and not self.is_stopped:
            log.info("download %s ended: %s", self.download_id, ended.error.english)
        self._report(self, ended)

    def _work(self) -> None:
        files = self._files
        files.create_folder()
        for file in files.model.files:
            if not files.is_verified(file):
                if not files.is_part_right(file, lambda: self.is_stopped):
                    self._fetch(file)
                files.set_verified(file)
            if self.is_stopped:
                return
        self._report(self, Verified())
        # One that the app was installing when it ended was tried out before.
        if not files.have_begun_to_move:
            self._try_file(files.described(), lambda _fraction: not self.is_stopped, lambda: self.is_stopped)

    def _fetch(self, file: RemoteFile) -> None:
        files = self._files
        in_other_files = files.done_bytes() - files.present_bytes(file)
        self._is_flowing = False

        def on_bytes(present_bytes: int) -> None:
            if not self._is_flowing:
                self._speed.forget()
                self._is_flowing = True
            self._watch(in_other_files + present_bytes, tells=present_bytes >= file.size_bytes)

        def should_stop() -> bool:
            # Asked several times a second, also when no bytes come: then the speed goes down.
            if self._is_flowing:
                self._watch(self._done_bytes)
            return self.is_stopped

        self._fetcher.fetch(files.model, file, files.part(file), on_bytes, should_stop, self._on_trouble)

    def _watch(self, done_bytes: int, *, tells: bool = False) -> None:
        """Report progress when it is time, when bytes were lost, and when it `tells` something else."""
        self._done_bytes = done_bytes
        is_time = self._speed.see(self._clock(), done_bytes)
        if is_time or tells or done_bytes < self._told.done_bytes:
            progressed = Progressed(done_bytes, self._speed.bytes_per_second)
            if progressed != self._told:
                self._told = progressed
                self._report(self, progressed)

    def _on_trouble(self, error: ErrorDetail | None) -> None:
        self._is_flowing = error is None and self._is_flowing
        self._report(self, Troubled(error))
