"""What commands share: the claim on the data folder with everything but the window, and how an answer is printed."""

from __future__ import annotations

import queue
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import Event, JobCrashed, LibraryScanned, NoticeRaised
from chatdesk.core.messages import PartKind
from chatdesk.headless import Core, this_apps_paths
from chatdesk.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chatdesk.core.model_files import ModelFile

# Exit codes; wrong usage is 2, by argparse.
DONE, PROBLEM, INTERRUPTED = 0, 1, 130
NO_CHATS = "There are no chats yet."
LOOK_SECONDS = 0.2  # between two looks at whether Ctrl+C was pressed

E = TypeVar("E")

# What a model writes, and the name of a file, may hold codes that steer a terminal: its title, colours, the clipboard.
WITHOUT_CODES = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
# What terminals understand; Windows' own one only if it is told to.
_DIM, _PLAIN = ("\x1b[2m", "\x1b[0m") if sys.platform != "win32" else ("", "")


class Announced:
    """The events of a core, one after the other, for a command that waits for some of them."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.post = self._events.put
        self.is_interrupted = False

    def interrupt(self) -> None:
        """Somebody pressed Ctrl+C."""
        self.is_interrupted = True

    def next(self) -> Event | None:
        """The next event; None when none came for a moment, or when somebody wants to end."""
        return None if self.is_interrupted else self.look()

    def look(self) -> Event | None:
        """The next event, whoever wants to end; None when none came for a moment."""
        try:
            return self._events.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            return None

    def until(self, kind: type[E]) -> E:
        """The next event of a kind.

        Raises:
            UserFacingError: it will not come.
        """
        while True:
            event = self.next()
            if isinstance(event, kind):
                return event
            if self.is_interrupted:
                raise KeyboardInterrupt
            self.raise_if_trouble(event)

    def scanned(self, core: Core) -> tuple[ModelFile, ...]:
        """What is in the library."""
        core.library.scan()
        return self.until(LibraryScanned).models

    def raise_if_trouble(self, event: Event | None) -> None:
        """Raise what an event says went wrong.

        Raises:
            UserFacingError: something did.
        """
        match event:
            case NoticeRaised(error):
                raise UserFacingError.of(error)
            case JobCrashed(job, traceback):
                print(traceback, file=sys.stderr)
                raise UserFacingError(ErrorCode.INTERNAL, reason=job)


@contextmanager
def claimed_core() -> Iterator[tuple[Core, Announced]]:
    """Everything but the window, with the claim on the data folder.

    Raises:
        UserFacingError: a window holds the folder, or the folder cannot be used.
    """
    from chatdesk.ui.single_instance import folder_lock  # Qt's lock files work alike on every system

    paths = this_apps_paths()
    paths.create()
    lock = folder_lock(paths.data)
    if not lock.tryLock(0):
        raise UserFacingError(ErrorCode.FOLDER_IN_USE)
    announced = Announced()
    signal.signal(signal.SIGINT, lambda _signal, _frame: announced.interrupt())
    try:
        core = Core(paths, announced.post)
        try:
            yield core, announced
        finally:
            core.close()
    finally:
        lock.unlock()


def database_to_read() -> Database | None:
    """The file with the chats, to be looked at only, beside an open window; None where there is none yet.

    Raises:
        UserFacingError: `DATABASE_UNREADABLE`, or what `Database.open_read_only` raises.
    """
    path = this_apps_paths().database
    database = Database.open_read_only(path)
    if database is None and path.exists():
        raise UserFacingError(ErrorCode.DATABASE_UNREADABLE, path=str(path))
    return database


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person reads there; a windowed program on Windows may have no such stream."""
    return stream is not None and stream.isatty()


def for_output(untrusted_text: str) -> str:
    """What to print of a text: a script gets all of it, a terminal no codes that steer it."""
    return untrusted_text.translate(WITHOUT_CODES) if is_terminal(sys.stdout) else untrusted_text


def show_last(said: Mapping[PartKind, Sequence[str]], kind: PartKind) -> None:
    """Print what was said last. What is reasoned is for a person at a terminal only: scripts read the reply."""
    text, is_first, reasons = said[kind][-1], len(said[kind]) == 1, kind is PartKind.REASONING
    text = text.translate(WITHOUT_CODES) if reasons else for_output(text)
    if is_terminal(sys.stderr) and (reasons or (is_first and said[PartKind.REASONING])):
        print(f"{_DIM}{text}{_PLAIN}" if reasons else "\n", end="" if reasons else "\n", file=sys.stderr, flush=True)
    if not reasons:
        print(text, end="", flush=True)
