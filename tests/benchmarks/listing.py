"""The sidebar with 10,000 conversations: opened, searched as somebody types, and walked by the first letters."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import create_autospec

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from chatdesk.core.conversations import Conversation
from chatdesk.core.events import ConversationsListed, Event, FoldersListed, SearchFinished
from chatdesk.core.organisation import Folder
from chatdesk.services.history import HistoryService
from chatdesk.services.organisation import OrganisationService
from chatdesk.services.search import SearchService
from chatdesk.services.worker import Worker
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.search import SearchStore
from chatdesk.ui.notices import NoticeStrip
from chatdesk.ui.resources import set_resource_folder
from chatdesk.ui.sidebar import Sidebar, SidebarVerbs
from chatdesk.ui.sidebar.chat_list import ChatList
from tests.benchmarks.figures import Bar, Figure, figure

CONVERSATIONS = 10_000
RUNS = 9
ROOT = Path(__file__).parents[2]
WORDS = ("report", "tea", "travel", "python", "天气", "计划", "recipe", "summary", "bread", "novel", "music", "budget")
DAY = 86_400


def measure(*, is_quick: bool) -> list[Figure]:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    set_resource_folder(ROOT / "resources")
    runs = 3 if is_quick else RUNS
    chance = random.Random(1)
    folders = tuple(Folder(f"f{number}", f"Folder {number}") for number in range(20))
    now = time.time()
    conversations = [
        Conversation(
            f"c{number:05}",
            f"{' '.join(chance.choices(WORDS, k=3))} {number}".capitalize(),
            0.0,
            now - number * DAY / 10,
            folder_id=chance.choice(folders).id if number % 5 == 0 else None,
            pinned_at=1.0 if number % 500 == 0 else None,
        )
        for number in range(CONVERSATIONS)
    ]
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "chatdesk.db")
        _fill(database, conversations)
        desk = _Desk(database)
        opened, changed, walked, typed = [], [], [], []
        for run in range(runs):
            sidebar = desk.sidebar()
            sidebar.resize(260, 800)
            sidebar.show()
            QApplication.processEvents()
            sidebar.on_event(FoldersListed(folders))
            opened.append(_timed(partial(sidebar.on_event, ConversationsListed(tuple(conversations)))))
            used = replace(chance.choice(conversations), updated_at=now + run)
            changed.append(_timed(partial(sidebar.conversations.put, used)))
            view = sidebar.findChild(ChatList)
            assert isinstance(view, ChatList)
            walked.append(_timed(partial(view.keyboardSearch, "zzz")))
            typed += [desk.type_ahead(sidebar, text) for text in ("t", "te", "tea", "天", "天气", "novel mus")]
            sidebar.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        desk.close()
        database.close()
    what = f"sidebar of {CONVERSATIONS} conversations"
    return [
        figure("list_open", f"{what}: open", Bar(100, unit=" ms"), opened, samples_are="runs"),
        figure("list_change", f"{what}: one was used", Bar(50, unit=" ms"), changed, samples_are="runs"),
        figure("list_letters", f"{what}: first letters in the list", Bar(50, unit=" ms"), walked, samples_are="runs"),
        figure("list_type", f"{what}: from a letter to its results", Bar(50, unit=" ms"), typed, samples_are="letters"),
    ]


class _Desk:
    """A sidebar's services, of which only search is real."""

    def __init__(self, database: Database) -> None:
        self._found = threading.Event()
        self._results: SearchFinished | None = None
        self._worker = Worker("store", self._post)
        self._search = SearchService(SearchStore(database), ConversationStore(database), self._worker, self._post)

    def _post(self, event: Event) -> None:
        if isinstance(event, SearchFinished):
            self._results = event
            self._found.set()

    def sidebar(self) -> Sidebar:
        verbs = SidebarVerbs(
            history=create_autospec(HistoryService, instance=True),
            organisation=create_autospec(OrganisationService, instance=True),
            search=self._search,
        )
        return Sidebar(verbs, NoticeStrip())

    def type_ahead(self, sidebar: Sidebar, text: str) -> float:
        """From the search to its results on screen, without the moment in which somebody may type on."""

        def search() -> None:
            self._found.clear()
            self._search.search(text)
            assert self._found.wait(10)
            assert self._results is not None
            sidebar.on_event(self._results)

        field = sidebar.findChild(QLineEdit, "chat_search")
        assert isinstance(field, QLineEdit)
        field.setText(text)
        return _timed(search)

    def close(self) -> None:
        self._worker.close(5)


def _timed(do: Callable[[], object]) -> float:
    """How long something takes until it is painted, in milliseconds."""
    started = time.perf_counter()
    do()
    QApplication.processEvents()
    return (time.perf_counter() - started) * 1000


def _fill(database: Database, conversations: list[Conversation]) -> None:
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO conversation (id, title, title_source, created_at, updated_at) VALUES (?, ?, 'user', ?, ?)",
            [(each.id, each.title, each.created_at, each.updated_at) for each in conversations],
        )
