"""Short verbs for tests of services: load a scripted engine, ask it, keep it busy, wait."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from chatdesk.core.events import ModelReady, ReplyFinished
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.worker import Priority
from tests.support.desk import Desk, model


@contextlib.contextmanager
def engine_busy(desk: Desk) -> Iterator[None]:
    """Keep the engine's thread from everything else."""
    begun, done = threading.Event(), threading.Event()

    def hold(_engine: object) -> None:
        begun.set()
        done.wait(10)

    desk.inference.run("busy", hold)
    assert begun.wait(10)
    yield
    done.set()


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Whether it becomes so in time."""
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    return is_so()


def rest(desk: Desk) -> None:
    """Wait until the engine has nothing to do any more; idle work may ask for more idle work."""
    for _ in range(4):
        done = threading.Event()
        desk.inference.run("rest", lambda _engine, done=done: done.set(), Priority.CLOSE)  # type: ignore[misc]  # mypy cannot type a lambda's defaults
        assert done.wait(10)


def load(desk: Desk, engine: ScriptedEngine) -> None:
    """Load a scripted engine."""
    file = model(engine.info.name)
    desk.garage.engines[file.path] = engine
    desk.inference.load(file, LoadOptions())
    desk.log.wait_for(ModelReady, lambda event: event.model == file)


def ask(
    desk: Desk, text: str, conversation_id: str | None = None, *, allows_leaving_out: bool = False
) -> ReplyFinished:
    """Send a message and wait for the reply to it."""
    before = len(desk.log.of(ReplyFinished))
    desk.chat.send(conversation_id, text, allows_leaving_out=allows_leaving_out)
    return desk.log.wait_for(ReplyFinished, lambda event: desk.log.of(ReplyFinished).index(event) >= before)
