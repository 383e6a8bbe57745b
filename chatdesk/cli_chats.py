"""`chatdesk export` and `chatdesk import`: chats as files, without a window.

An export only looks, and takes no lock. An import takes the window's claim on the data folder.
"""

from __future__ import annotations

import queue
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.cli_core import DONE, NO_CHATS, PROBLEM, claimed_core, database_to_read
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import Event, ExportEnded, ImportEnded, JobCrashed
from chatdesk.core.exchange import ExportFormat, Outcome, PageWords
from chatdesk.exchange.pages import make_pages
from chatdesk.services.exchange import ExchangeService
from chatdesk.services.worker import Worker
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.whole_conversations import WholeConversationStore

if TYPE_CHECKING:
    import argparse

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.exchange import ImportReport
    from chatdesk.store.database import Database

_CLOSE_SECONDS = 5.0


def export(options: argparse.Namespace) -> int:
    """Write chats to a file: one by its title or id, or all."""
    database = database_to_read()
    if database is None:
        print(NO_CHATS, file=sys.stderr)
        return PROBLEM
    try:
        ids = None if options.chat is None else [_find(ConversationStore(database), options.chat)]
        n_written = _write(database, ids, ExportFormat(options.format), options.file)
    finally:
        database.close()
    print(f"{n_written} written to {options.file}")
    return DONE


def import_file(options: argparse.Namespace) -> int:
    """Add the chats of a file to the list."""
    with claimed_core() as (core, announced):
        core.chats.exchange.import_file(str(Path(options.file).absolute()))
        report = announced.until(ImportEnded).report
    _raise(report.problem)
    print(_words(report))
    return DONE


def _find(store: ConversationStore, title_or_id: str) -> str:
    for conversation in store.conversations():  # the last used first
        if title_or_id in (conversation.id, conversation.title):
            return conversation.id
    raise UserFacingError(ErrorCode.CHAT_NOT_FOUND, title=title_or_id)


def _write(database: Database, ids: list[str] | None, export_format: ExportFormat, file: str) -> int:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    worker = Worker("store", events.put)
    exchange = ExchangeService(
        WholeConversationStore(database), make_pages(PageWords), worker, lambda: None, events.put
    )
    exchange.export(ids, export_format, str(Path(file).absolute()))
    try:
        while True:
            match events.get():
                case ExportEnded(_, n_written, problem):
                    _raise(problem)
                    return n_written
                case JobCrashed(job):
                    raise UserFacingError(ErrorCode.INTERNAL, reason=job)
    finally:
        worker.close(_CLOSE_SECONDS)


def _raise(problem: ErrorDetail | None) -> None:
    if problem is not None:
        raise UserFacingError.of(problem)


def _words(report: ImportReport) -> str:
    words = [f"{report.n_added} imported, {report.outcomes.get(Outcome.ALREADY_HERE, 0)} were here already"]
    words += [f"left out: {count} × {reason.value.replace('_', ' ')}" for reason, count in report.left_out.items()]
    return "\n".join(words)
