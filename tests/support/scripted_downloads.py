"""The download service on a real database and real files, with a fetcher and a trial that do as they are told."""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import DownloadChanged, DownloadsListed, Event
from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.core.model_files import ModelFile
from chatdesk.models.installing import DOWNLOADS_FOLDER
from chatdesk.models.library import ModelLibrary
from chatdesk.services.download_run import OnTrouble
from chatdesk.services.downloads import DownloadRules, DownloadService
from chatdesk.store.database import Database
from chatdesk.store.downloads import DownloadStore, ProvenanceStore
from tests.support.desk import EventLog

SIZE = 1000
CHUNK = 10


def content(filename: str, size: int = SIZE) -> bytes:
    """What the file of this name holds."""
    return hashlib.sha256(filename.encode()).digest() * (size // 32) + b"." * (size % 32)


def remote(*filenames: str, revision: str = "c" * 40, repo_id: str = "owner/repo") -> RemoteModel:
    """A model of these files."""
    return RemoteModel(
        repo_id,
        revision,
        tuple(RemoteFile(name, SIZE, hashlib.sha256(content(name)).hexdigest()) for name in filenames),
    )


class Stopped(Exception):  # noqa: N818 - as the real one
    """The transfer was told to stop."""


class ScriptedFetcher:
    """Sends the bytes of a file up to where it may, and waits there until it may send more or has to stop."""

    def __init__(self) -> None:
        self.sent: dict[str, int] = {}  # bytes, by file name
        self.started: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.errors: dict[str, Exception] = {}  # raised once, when all that may be sent is sent
        self.restarts: set[str] = set()  # thrown away once, when they are whole
        self.trouble: OnTrouble = lambda _trouble: None  # of the last one
        self.ignores_stop = False
        self.holds_whole = False  # what is whole is not verified before this is over
        self.before_chunk: Callable[[], None] = lambda: None
        self._may_send: dict[str, int] = {}
        self._changed = threading.Condition()

    def let(self, filename: str, size: int = SIZE) -> None:
        """Allow so many bytes of a file; whatever is not mentioned may be sent as a whole."""
        with self._changed:
            self._may_send[filename] = size
            self._changed.notify_all()

    def wait_until_sent(self, filename: str, size: int) -> bool:
        """Wait until so many bytes of a file have left."""
        with self._changed:
            return self._changed.wait_for(lambda: self.sent.get(filename, 0) >= size, 10)

    def wait_until_idle(self) -> bool:
        """Wait until nothing is fetched any more."""
        with self._changed:
            return self._changed.wait_for(lambda: self.at_once == 0, 10)

    def fetch(
        self,
        model: RemoteModel,
        file: RemoteFile,
        part: Path,
        on_bytes: Callable[[int], None],
        should_stop: Callable[[], bool],
        on_trouble: OnTrouble,
    ) -> None:
        name = file.filename
        with self._changed:
            self.trouble = on_trouble
            self.started.append(name)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self._send(name, part, on_bytes, lambda: should_stop() and not self.ignores_stop)
        finally:
            with self._changed:
                self.at_once -= 1
                self._changed.notify_all()

    def _send(self, name: str, part: Path, on_bytes: Callable[[int], None], should_stop: Callable[[], bool]) -> None:
        data = content(name)
        with part.open("ab", buffering=0) as opened:
            on_bytes(opened.tell())
            while (done := opened.tell()) < len(data):
                self._wait(partial(self._may_go_on, name, done), should_stop, name)
                self.before_chunk()
                opened.write(data[done : done + CHUNK])
                on_bytes(done + CHUNK)
                with self._changed:
                    self.sent[name] = self.sent.get(name, 0) + CHUNK
                    self._changed.notify_all()
                if done + CHUNK == len(data) and name in self.restarts:
                    self.restarts.discard(name)
                    opened.truncate(0)
                    on_bytes(0)
            if name in self.errors:
                raise self.errors.pop(name)
            self._wait(lambda: not self.holds_whole, should_stop, name)

    def _may_go_on(self, name: str, done: int) -> bool:
        return done < self._may_send.get(name, SIZE)

    def _wait(self, may_go_on: Callable[[], bool], should_stop: Callable[[], bool], name: str) -> None:
        with self._changed:
            while not may_go_on():
                if name in self.errors:
                    raise self.errors.pop(name)
                if should_stop():
                    raise Stopped
                self._changed.wait(0.01)
        if should_stop():
            raise Stopped


@dataclass
class ScriptedTrial:
    """Tries files out as it is told, and remembers what it was given."""

    error: UserFacingError | None = None
    tried: list[ModelFile] = field(default_factory=list)
    on_try: Callable[[ModelFile], None] = lambda _model: None
    holds: threading.Event = field(default_factory=threading.Event)
    was_stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.holds.set()

    def __call__(self, model: ModelFile, on_progress: Callable[[float], bool], should_stop: Callable[[], bool]) -> bool:
        self.tried.append(model)
        self.on_try(model)
        while not self.holds.wait(0.01):
            if should_stop():
                self.was_stopped.set()
                raise Stopped
        if self.error is not None:
            raise self.error
        return True


class Downloading:
    """The service in a folder that outlives it: leave it and enter it again, and the app was restarted."""

    def __init__(self, home: Path) -> None:
        self.models_folder = home / "models"
        self.fetcher = ScriptedFetcher()
        self.trial = ScriptedTrial()
        self.rules = DownloadRules()
        self.free = 10**12
        self.clock = time.monotonic
        self.installed: list[ModelFile] = []
        self.log = EventLog()
        self.on_event: Callable[[Event], None] = lambda _event: None
        self.make_store: Callable[[Database], DownloadStore] = DownloadStore
        self._database_path = home / "chatdesk.db"
        self._lists: queue.Queue[DownloadsListed] = queue.Queue()

    def __enter__(self) -> Self:
        self.database = Database.open(self._database_path)
        self.store = self.make_store(self.database)
        self.provenance = ProvenanceStore(self.database)
        self.service = DownloadService(
            self.store,
            self.provenance,
            self.models_folder,
            self.fetcher,
            self.trial,
            self.installed.append,
            lambda: self.rules,
            self._post,
            free_bytes=lambda _folder: self.free,
            clock=self.clock,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        is_closed = self.service.close(10)
        self.database.close()
        assert is_closed

    def _post(self, event: Event) -> None:
        self.on_event(event)
        if isinstance(event, DownloadsListed):
            self._lists.put(event)
        else:
            self.log.post(event)

    # --- what a test sees ---

    def wait_for(self, state: DownloadState, name: str = "") -> Download:
        """The first announcement since `forget` that a download is in this state, of the model of this name if any."""
        return self.log.wait_for(
            DownloadChanged, lambda event: event.download.state is state and name in ("", event.download.model.name)
        ).download

    def forget(self) -> None:
        """Wait from now on for new announcements only."""
        self.log = EventLog()

    def listed(self) -> dict[str, Download]:
        """The queue by the names of the models, after all orders so far were carried out."""
        self.service.list()
        return {download.model.name: download for download in self._lists.get(timeout=10).downloads}

    def states(self) -> dict[str, DownloadState]:
        """The states of the queue."""
        return {name: download.state for name, download in self.listed().items()}

    def history(self, name: str = "") -> list[DownloadState]:
        """The states that were announced, each once in a row."""
        states = [
            event.download.state for event in self.log.of(DownloadChanged) if name in ("", event.download.model.name)
        ]
        return [state for index, state in enumerate(states) if index == 0 or states[index - 1] is not state]

    def wait_until_removed(self, download_id: str) -> None:
        """Wait until nothing is left of one that was cancelled."""
        deadline = time.monotonic() + 10
        while any(each.id == download_id for each in self.store.all()):
            assert time.monotonic() < deadline, f"{download_id} is still there"
            self.listed()  # the queue's thread gets on

    def library(self) -> list[str]:
        """What can be chosen."""
        return [model.name for model in ModelLibrary(self.models_folder, None).scan(())]

    def files(self) -> list[str]:
        """Every file in the library folder, also what is hidden, without the ids of downloads."""
        found = (path.relative_to(self.models_folder) for path in self.models_folder.rglob("*") if path.is_file())
        return sorted(
            f".downloads/{path.name}" if path.parts[0] == DOWNLOADS_FOLDER else path.as_posix() for path in found
        )
