"""Start, pause, resume, cancel: the queue of downloads, which survives pause, quit and kill.

One thread, "downloads", owns the queue: it takes every order and every report in turn, so no order meets a download
half-way between two states, and each state is on disk before it is announced. The bytes are fetched by threads of
their own, one for each download under way. How much has arrived, the files tell: see `chatdesk.models.installing`.

A model that llama.cpp would not survive is not thrown away. It is exactly what the Hub holds, so fetching it again
would change nothing, while more memory or a newer llama.cpp may: it stays out of the library's sight with its
download, which can be tried again (and only the trial is) or cancelled (which removes it).
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatdesk.core.disk_errors import disk_problem
from chatdesk.core.download_queue import Step, due, moved, promised_bytes, state_after
from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import DownloadChanged, DownloadsListed, JobCrashed, ModelInstalled, NoticeRaised, Post
from chatdesk.models.installing import check_names, check_space, free_bytes, remove_abandoned
from chatdesk.services.download_entries import DownloadEntries, Entry
from chatdesk.services.download_run import DownloadRun, Ended, Fetcher, Progressed, Report, Troubled, Verified
from chatdesk.services.model_installer import ModelInstaller
from chatdesk.services.worker import Worker
from chatdesk.store.conversations import new_uuid7

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatdesk.core.hub_models import RemoteModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.services.inference import TryFile
    from chatdesk.store.downloads import DownloadStore, ProvenanceStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DownloadRules:
    """What a person set about downloads."""

    most_at_once: int = 1
    is_offline: bool = False


class DownloadService:
    """The user's verbs on downloads. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: DownloadStore,
        provenance: ProvenanceStore,
        models_folder: Path,
        fetcher: Fetcher,
        try_file: TryFile,
        on_installed: Callable[[ModelFile], None],
        rules: Callable[[], DownloadRules],
        post: Post,
        *,
        free_bytes: Callable[[Path], int] = free_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`try_file` gets a model where it lies before it is installed; `on_installed` then hears of its new path.

        `rules` is asked whenever something changes; see `rules_changed`.
        """
        self._store = store
        self._installer = ModelInstaller(store, provenance, models_folder)
        self._models_folder = models_folder
        self._fetcher = fetcher
        self._try_file = try_file
        self._on_installed = on_installed
        self._rules = rules
        self._post = post
        self._free_bytes = free_bytes
        self._clock = clock
        self._entries = DownloadEntries()  # like the next line, touched by the queue's thread only
        self._was_refused_offline = False  # by the fetcher, which may know of more reasons than the rules
        self._is_closing = threading.Event()
        self._worker = Worker("downloads", post)
        self._worker.submit("load", self._load)

    def list(self) -> None:
        """Announce `DownloadsListed`."""
        self._worker.submit(
            "list", lambda: self._post(DownloadsListed(tuple(each.download for each in self._entries.queue())))
        )

    def take_up(self) -> None:
        """Go on with what was under way when the app ended. Without it, only those go on that a person asks for."""

        def take_up() -> None:
            for entry in self._entries.all():
                entry.is_held = False
            self._schedule()

        self._worker.submit("take up", take_up)

    def start(self, model: RemoteModel) -> None:
        """Queue the download of `model`. One that is on its way already is shown, and goes on if it was paused.

        Announces `DownloadChanged`, many times, and in the end `ModelInstalled`; `NoticeRaised` if it does not begin.
        """

        def start() -> None:
            check_names(model)
            if (known := self._entries.of_content(model)) is not None:
                if not self._go_on(known):
                    self._post(DownloadChanged(known.download))
            elif self._installer.is_installed(model):
                self._post(NoticeRaised(ErrorDetail(ErrorCode.DOWNLOAD_EXISTS, {"model": model.name})))
            else:
                self._add(model)
            self._schedule()

        self._worker.submit("start", start)

    def pause(self, download_id: str) -> None:
        """Stop fetching until a person wants it to go on; what has arrived stays."""
        self._order("pause", download_id, lambda entry: self._take(entry, Step.PAUSE))

    def resume(self, download_id: str) -> None:
        """Go on with one that was paused, or try one again that failed."""
        self._order("resume", download_id, self._go_on)

    def cancel(self, download_id: str) -> None:
        """Give one up and remove what has arrived of it."""

        def cancel(entry: Entry) -> None:
            if self._take(entry, Step.CANCEL) and entry.run is None:
                self._discard(entry)

        self._order("cancel", download_id, cancel)

    def move(self, download_id: str, step: int) -> None:
        """Let one stand so many places later in the queue, or earlier if negative. The first are those under way."""

        def move(entry: Entry) -> None:
            queue = self._entries.queue()
            changed = {each.id: each for each in moved([each.download for each in queue], entry.download.id, step)}
            self._store.save_positions(changed.values())
            for each in queue:
                if each.download.id in changed:
                    self._show(each, changed[each.download.id])

        self._order("move", download_id, move)

    def rules_changed(self) -> None:
        """Look again at what a person set: who may be under way now, and whether anything may."""

        def look_again() -> None:
            self._was_refused_offline = False
            self._schedule()

        self._worker.submit("rules", look_again)

    def close(self, timeout_seconds: float) -> bool:
        """Stop everything where it is and end the threads. Returns whether they ended in time.

        The next start goes on from there.
        """
        deadline = time.monotonic() + timeout_seconds
        self._is_closing.set()
        self._worker.submit("stop", self._stop_all)
        is_done = self._worker.close(timeout_seconds)
        runs = [entry.run for entry in self._entries.all() if entry.run is not None]
        return all(run.join(max(deadline - time.monotonic(), 0.0)) for run in runs) and is_done

    # --- on the queue's thread from here on ---

    def _load(self) -> None:
        """Take over what an earlier run of the app left."""
        for download in self._store.all():
            # Nothing is under way yet, whatever the row says; what was will be again once its turn comes.
            state = DownloadState.QUEUED if download.state.is_active else download.state
            entry = Entry(
                replace(download, state=state), self._installer.files_of(download.id, download.model), is_held=True
            )
            self._entries.add(entry)
            entry.count_bytes()
        for entry in self._entries.all():
            if entry.download.state.is_over:
                self._discard(entry)
        known_ids = {entry.download.id for entry in self._entries.all()}
        try:
            remove_abandoned(self._models_folder, known_ids, time.time())
        except OSError as problem:
            log.info("what nobody downloads any more could not be removed: %s", problem)

    def _order(self, name: str, download_id: str, carry_out: Callable[[Entry], object]) -> None:
        def job() -> None:
            entry = self._entries.get(download_id)
            if entry is None or entry.download.state.is_over:
                log.info("%s: download %s is over", name, download_id)  # a second click, or one that came too late
                return
            carry_out(entry)
            self._schedule()

        self._worker.submit(name, job)

    def _add(self, model: RemoteModel) -> None:
        download = Download(new_uuid7(), model, DownloadState.QUEUED, self._entries.last_position() + 1)
        self._store.add(download)
        entry = Entry(download, self._installer.files_of(download.id, model))
        self._entries.add(entry)
        self._post(DownloadChanged(download))
        # A person wants to know now that it will not fit, and not when its turn comes.
        if (problem := self._space_problem(entry)) is not None:
            self._fail(entry, problem)

    def _go_on(self, entry: Entry) -> bool:
        entry.is_held = False
        return self._take(entry, Step.RESUME)

    # --- whose turn it is ---

    def _schedule(self) -> None:
        """Let those work whose turn it is, and no others."""
        if self._is_closing.is_set():
            return
        their_turn = self._their_turn()
        for entry in self._entries.queue():
            if entry.download.state is DownloadState.DOWNLOADING and entry.download.id not in their_turn:
                self._take(entry, Step.PUT_BACK)
            if entry.download.state is DownloadState.QUEUED:
                self._show_whether_barred(entry)
        while (first := self._next()) is not None:
            self._take_up(first)

    def _show_whether_barred(self, entry: Entry) -> None:
        error = ErrorDetail(ErrorCode.HUB_OFFLINE) if self._is_barred(entry.download) else None
        if error != entry.download.error:
            self._show(entry, replace(entry.download, error=error))

    def _their_turn(self) -> frozenset[str]:
        ready = [
            each.download for each in self._entries.queue() if not each.is_held and not self._is_barred(each.download)
        ]
        return due(ready, self._rules().most_at_once)

    def _is_barred(self, download: Download) -> bool:
        """Whether offline mode keeps it waiting. What is here already can be verified and tried out."""
        if download.state in (DownloadState.VERIFYING, DownloadState.PROBING):
            return False
        return self._was_refused_offline or (self._rules().is_offline and download.done_bytes < download.total_bytes)

    def _next(self) -> Entry | None:
        """The next to be taken up, unless enough threads are at work, or have yet to notice that they should end."""
        if sum(entry.run is not None for entry in self._entries.all()) >= self._rules().most_at_once:
            return None
        their_turn = self._their_turn()
        return next(
            (
                entry
                for entry in self._entries.queue()
                if entry.download.id in their_turn
                and entry.download.state is DownloadState.QUEUED
                and entry.run is None
            ),
            None,
        )

    def _take_up(self, entry: Entry) -> None:
        if (problem := self._space_problem(entry)) is not None:
            self._fail(entry, problem)
            return
        self._take(entry, Step.TAKE_UP)
        if entry.download.done_bytes >= entry.download.total_bytes:
            self._take(entry, Step.COMPLETE)
        entry.run = DownloadRun(entry.files, self._fetcher, self._try_file, self._on_report, self._clock)
        entry.run.start()

    def _space_problem(self, entry: Entry) -> ErrorDetail | None:
        """Why the rest of a download does not fit beside those that come before it, or None."""
        entry.count_bytes()
        download = entry.download
        missing = download.total_bytes - download.done_bytes
        if missing <= 0:
            return None
        others = [each.download for each in self._entries.queue() if not each.is_held]
        try:
            entry.files.create_folder()
            free = self._free_bytes(self._models_folder) - promised_bytes(others, download)
            check_space(download.model, missing, free)
        except OSError as problem:
            return disk_problem(problem, self._models_folder).detail
        except UserFacingError as problem:
            return problem.detail
        return None

    # --- what the runs report ---

    def _on_report(self, run: DownloadRun, report: Report) -> None:
        """Called on the run's thread."""
        self._worker.submit("report", lambda: self._take_note(run, report))

    def _take_note(self, run: DownloadRun, report: Report) -> None:
        entry = self._entries.get(run.download_id)
        assert entry is not None  # it is not forgotten before its run has ended
        match report:
            case Progressed(done_bytes, bytes_per_second) if entry.download.state.is_active:
                self._take_note_of_bytes(entry, done_bytes, bytes_per_second)
            case Troubled(error) if entry.download.state is DownloadState.DOWNLOADING:
                self._show(entry, replace(entry.download, bytes_per_second=None, error=error))
            case Verified():
                self._take(entry, Step.COMPLETE)
                self._take(entry, Step.VERIFY)
            case Ended():
                entry.run = None
                entry.count_bytes()
                self._take_note_of_end(entry, report, was_stopped=run.is_stopped)
                self._schedule()

    def _take_note_of_bytes(self, entry: Entry, done_bytes: int, bytes_per_second: float | None) -> None:
        download = entry.download
        is_complete = done_bytes >= download.total_bytes
        entry.download = replace(download, done_bytes=done_bytes)
        if self._take(entry, Step.COMPLETE if is_complete else Step.FALL_BACK):
            return
        speed = None if is_complete else bytes_per_second
        self._show(entry, replace(entry.download, bytes_per_second=speed, error=None))

    def _take_note_of_end(self, entry: Entry, ended: Ended, *, was_stopped: bool) -> None:
        if ended.stack is not None:
            self._post(JobCrashed("download", ended.stack))
        if entry.download.state is DownloadState.CANCELLED:
            self._discard(entry)
        elif was_stopped:
            self._post(DownloadChanged(entry.download))  # with every byte that it left
        elif ended.error is None:
            self._install(entry)
        elif ended.error.code is ErrorCode.HUB_OFFLINE:
            self._was_refused_offline = True
            self._take(entry, Step.PUT_BACK)
        elif ended.error.code is ErrorCode.DISK_FULL:
            self._fail(entry, self._space_problem(entry) or ended.error)  # how much is missing says more
        else:
            self._fail(entry, ended.error)

    # --- steps ---

    def _take(self, entry: Entry, step: Step) -> bool:
        """Save and announce the state that `step` leads to. False, and nothing happens, where it means nothing.

        Raises:
            UserFacingError: it could not be saved; nothing has changed.
        """
        state = state_after(entry.download.state, step)
        if state is None:
            return False
        changed = replace(entry.download, state=state, bytes_per_second=None, error=None)
        self._store.save(changed)
        if not state.is_active and entry.run is not None:
            entry.run.stop()
        self._show(entry, changed)
        return True

    def _fail(self, entry: Entry, error: ErrorDetail) -> None:
        state = state_after(entry.download.state, Step.FAIL)
        if state is None:
            return
        failed = replace(entry.download, state=state, bytes_per_second=None, error=error)
        try:
            self._store.save(failed)
        except UserFacingError as problem:
            # A full disk, perhaps by this very download. The row says that it is under way: the next start will try
            # it, and find the same. To say nothing now would be worse.
            log.warning("that download %s failed could not be saved: %s", failed.id, problem)
        self._show(entry, failed)

    def _install(self, entry: Entry) -> None:
        try:
            self._take(entry, Step.COMPLETE)  # these two only if the disk did not take them before
            self._take(entry, Step.VERIFY)
            model = self._installer.install(entry.files)
        except UserFacingError as problem:
            self._fail(entry, problem.detail)
        except OSError as problem:
            self._fail(entry, disk_problem(problem, self._models_folder).detail)
        else:
            self._finish(entry, model)

    def _finish(self, entry: Entry, model: ModelFile) -> None:
        state = state_after(entry.download.state, Step.INSTALL)
        assert state is not None
        self._entries.drop(entry)
        try:
            entry.files.remove_folder()
        except OSError as problem:
            log.warning("what is left of download %s stays for a week: %s", entry.download.id, problem)
        try:
            self._on_installed(model)
        except UserFacingError as problem:
            log.warning("%s will be tried out again: %s", model.path, problem)
        self._post(ModelInstalled(model))
        self._post(DownloadChanged(replace(entry.download, state=state)))

    def _discard(self, entry: Entry) -> None:
        """Remove the files of one that was given up, then forget it. What cannot be removed now, the next start can."""
        try:
            entry.files.remove()
        except OSError as problem:
            log.warning("what is left of download %s stays for now: %s", entry.download.id, problem)
            return
        self._store.remove(entry.download.id)
        self._entries.drop(entry)

    def _show(self, entry: Entry, download: Download) -> None:
        entry.download = download
        self._post(DownloadChanged(download))

    def _stop_all(self) -> None:
        for entry in self._entries.all():
            if entry.run is not None:
                entry.run.stop()
