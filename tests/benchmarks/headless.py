"""The app without its window, on a data folder of its own, and what it announces, with the time of each."""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from chatdesk.core.events import (
    ConversationCreated,
    Event,
    JobCrashed,
    ModelFailed,
    ModelReady,
    NoticeRaised,
    ReplyFinished,
    SendFailed,
)
from chatdesk.core.messages import Message
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.engine.base import Engine
from chatdesk.headless import Core
from chatdesk.services.inference import InferenceService
from chatdesk.store.paths import HOME_VARIABLE, Paths, find_paths
from chatdesk.store.settings_file import SettingsFile
from tests.benchmarks.starter import ALL_CORES, N_CTX

PATIENCE_SECONDS = 180.0

E = TypeVar("E")
T = TypeVar("T")


def settings_of(sampling: SamplingParams) -> Settings:
    """The app's settings under which a benchmark runs."""
    return Settings(sampling=sampling, n_ctx=N_CTX, n_threads=ALL_CORES)


@contextmanager
def data_folder(settings: Settings) -> Iterator[Paths]:
    """Fresh folders with these settings saved; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="chatdesk-benchmark-", ignore_cleanup_errors=True) as folder:
        paths = find_paths({HOME_VARIABLE: str(Path(folder) / "home")})
        paths.create()
        SettingsFile(paths.settings).save(settings)
        yield paths


@dataclass(frozen=True)
class Announced:
    """An event, and when it was posted, in seconds of `time.perf_counter`."""

    event: Event
    at: float


class Announcements:
    """Takes events from any thread; the measuring thread reads them in order. Trouble ends the benchmark."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Announced] = queue.SimpleQueue()

    def post(self, event: Event) -> None:
        self._queue.put(Announced(event, time.perf_counter()))

    def next(self) -> Announced:
        announced = self._queue.get(timeout=PATIENCE_SECONDS)
        match announced.event:
            case JobCrashed(_, traceback):
                raise RuntimeError(traceback)
            case ModelFailed(error=error) | SendFailed(error=error) | NoticeRaised(error=error):
                raise RuntimeError(error.english)
        return announced

    def until(self, kind: type[E], is_it: Callable[[E], bool] = lambda _event: True) -> tuple[E, float]:
        """The next event of a kind, and when it was posted; those before it are dropped."""
        while True:
            announced = self.next()
            if isinstance(announced.event, kind) and is_it(announced.event):
                return announced.event, announced.at


@dataclass
class Headless:
    """The services, with the starter model loaded."""

    core: Core
    announced: Announcements

    def sample_with(self, sampling: SamplingParams) -> None:
        """What is sent from now on is answered under these settings."""
        self.core.preferences.adjust(lambda settings: replace(settings, sampling=sampling))

    def exchange(self, conversation_id: str | None, text: str) -> Message:
        """Send a message and wait for the reply."""
        self.core.chat.send(conversation_id, text)
        return self.announced.until(ReplyFinished)[0].message

    def new_conversation(self, text: str) -> tuple[str, Message]:
        """Begin a conversation with a message and wait for the reply."""
        self.core.chat.send(None, text)
        created, _ = self.announced.until(ConversationCreated)
        return created.conversation.id, self.announced.until(ReplyFinished)[0].message


@contextmanager
def headless(sampling: SamplingParams) -> Iterator[Headless]:
    """The app without its window, started as it starts itself, until its model is ready."""
    with data_folder(settings_of(sampling)) as paths:
        announced = Announcements()
        core = Core(paths, announced.post)
        try:
            core.start()
            core.load_first_model()
            announced.until(ModelReady)
            yield Headless(core, announced)
        finally:
            assert core.close(), "closing took too long"


def on_engine(inference: InferenceService, job: Callable[[Engine], T]) -> Callable[[], T]:
    """Queue a job for the engine thread; what is returned waits for its result.

    A raw loop beside a loaded engine must run there too: GNU OpenMP keeps a team of threads for each thread that
    computes, and with more of them than cores it hardly spins any more, which costs both a third of their speed.
    """
    results: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

    def run(engine: Engine | None) -> None:
        try:
            assert engine is not None, "no model is loaded"
            results.put(job(engine))
        except Exception as error:  # noqa: BLE001 - raised again on the thread that waits
            results.put(error)

    def result() -> T:
        found = results.get(timeout=PATIENCE_SECONDS)
        if isinstance(found, Exception):
            raise found
        return found

    inference.run("benchmark", run)
    return result
