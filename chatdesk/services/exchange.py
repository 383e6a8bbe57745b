"""Export and import of conversations.

Both go on in short turns on the store thread, so that a message that is sent meanwhile is saved at once.
"""

from __future__ import annotations

import threading
import time
import zipfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.events import ExchangeProgressed, ExportEnded, ImportEnded, Post
from chatdesk.core.exchange import ExportFormat, ImportReport, Outcome, WholeConversation
from chatdesk.core.export_names import file_name, free_name
from chatdesk.exchange.own_format import write_conversation
from chatdesk.exchange.reader import ExportReader
from chatdesk.services.plain_files import refuse_what_is_no_file
from chatdesk.services.worker import Priority, Worker
from chatdesk.store.disk import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chatdesk.exchange.pages import Pages
    from chatdesk.store.whole_conversations import WholeConversationStore

TURN_SECONDS = 0.1


class ExchangeService:
    """The user's verbs on files of conversations. Methods may be called from any thread and return at once."""

    def __init__(
        self,
        store: WholeConversationStore,
        pages: Pages,
        worker: Worker,
        when_imported: Callable[[], None],
        post: Post,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`pages` writes a conversation in each format but JSON; `when_imported` is told that the list has changed."""
        self._store = store
        self._pages = pages
        self._worker = worker
        self._when_imported = when_imported
        self._post = post
        self._clock = clock
        self._stop = threading.Event()  # of what was begun since the last cancel

    def export(self, conversation_ids: Sequence[str] | None, export_format: ExportFormat, path: str) -> None:
        """Write conversations (None: all that are listed) to a file and announce `ExportEnded`.

        Several become one JSON file, and in every other format a zip with one page for each.
        """
        self._begin("export", self._export(conversation_ids, export_format, Path(path), self._stop))

    def import_file(self, path: str) -> None:
        """Add the conversations that a file holds, and announce `ImportEnded`."""
        self._begin("import", self._import(Path(path), self._stop))

    def cancel(self) -> None:
        """End what is under way: an export leaves no file, an import whole conversations."""
        stop, self._stop = self._stop, threading.Event()
        stop.set()

    # --- on the store thread ---

    def _begin(self, name: str, steps: Iterator[object]) -> None:
        self._worker.submit(name, lambda: self._take_turn(name, steps), Priority.IDLE)

    def _take_turn(self, name: str, steps: Iterator[object]) -> None:
        """Go on for a while, or until something more urgent waits, and let others come first then."""
        until = time.monotonic() + TURN_SECONDS
        for _ in steps:
            if time.monotonic() >= until or self._worker.is_wanted(Priority.IDLE):
                self._begin(name, steps)
                return

    def _export(
        self, conversation_ids: Sequence[str] | None, export_format: ExportFormat, path: Path, stop: threading.Event
    ) -> Iterator[None]:
        n_written = 0
        problem: ErrorDetail | None = None
        try:
            ids = tuple(conversation_ids) if conversation_ids is not None else self._store.ids()
            is_single = conversation_ids is not None and len(ids) == 1
            with replacing(path) as file, self._writing(file, export_format, is_single=is_single) as write:
                for n_seen, conversation_id in enumerate(ids, start=1):
                    n_written += self._write_one(conversation_id, write)
                    self._post(ExchangeProgressed(n_seen / len(ids), n_written))
                    yield
                    if stop.is_set():
                        raise _CancelledError
        except _CancelledError:
            n_written = 0
        except UserFacingError as error:
            n_written, problem = 0, error.detail
        except Exception as error:
            self._post(ExportEnded(str(path), 0, _bug(error)))
            raise
        self._post(ExportEnded(str(path), n_written, problem, is_cancelled=stop.is_set() and problem is None))

    def _write_one(self, conversation_id: str, write: Callable[[WholeConversation], None]) -> bool:
        """Returns whether it was still there."""
        try:
            whole = self._store.read(conversation_id)
        except KeyError:  # purged while others were written
            return False
        write(whole)
        return True

    @contextmanager
    def _writing(
        self, file: IO[bytes], export_format: ExportFormat, *, is_single: bool
    ) -> Iterator[Callable[[WholeConversation], None]]:
        """What adds one conversation to a file of this format."""
        if export_format is ExportFormat.JSON:
            now, before = self._clock(), "[\n"

            def write_line(whole: WholeConversation) -> None:
                nonlocal before
                file.write(f"{before}{write_conversation(whole, now)}".encode())
                before = ",\n"

            yield write_line
            file.write(("\n]\n" if before != "[\n" else "[]\n").encode())
            return
        make_page = self._pages[export_format]
        if is_single:

            def write_alone(whole: WholeConversation) -> None:
                file.write(make_page(whole))

            yield write_alone
            return
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            taken: set[str] = set()

            def write_page(whole: WholeConversation) -> None:
                name = free_name(file_name(whole.conversation.title, export_format.value), taken)
                archive.writestr(name, make_page(whole))

            yield write_page

    def _import(self, path: Path, stop: threading.Event) -> Iterator[None]:
        reader = ExportReader(path)
        outcomes: Counter[Outcome] = Counter()
        first_id: str | None = None
        n_messages = 0

        def end(problem: ErrorDetail | None = None) -> None:
            left_out = {reason: count for reason, count in reader.left_out.items() if count}
            report = ImportReport(path.name, outcomes, n_messages, left_out, first_id, stop.is_set(), problem)
            if report.n_added:
                self._when_imported()
            self._post(ImportEnded(report))

        try:
            refuse_what_is_no_file(path)
            for whole in reader.conversations():
                if stop.is_set():
                    break
                if whole is not None:
                    outcome, conversation_id = self._store.add(whole)
                    outcomes[outcome] += 1
                    if outcome is not Outcome.ALREADY_HERE:
                        first_id = first_id or conversation_id
                        n_messages += len(whole.messages)
                self._post(ExchangeProgressed(reader.share, outcomes.total()))
                yield
        except UserFacingError as error:
            end(error.detail)
        except Exception as error:
            end(_bug(error))
            raise
        else:
            end()


def _bug(error: Exception) -> ErrorDetail:
    return ErrorDetail(ErrorCode.INTERNAL, {"reason": repr(error)})


class _CancelledError(Exception):
    """A person wants no file any more."""
