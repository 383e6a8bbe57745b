"""Export and import as a person asks for them."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import ConversationsListed, ExportEnded, ImportEnded, JobCrashed
from chatdesk.core.exchange import ExportFormat, ImportReport, LeftOut, Outcome, WholeConversation
from chatdesk.services.exchange import ExchangeService
from chatdesk.services.worker import Worker
from chatdesk.store.database import Database
from chatdesk.store.whole_conversations import WholeConversationStore
from tests.support.desk import EventLog
from tests.support.random_conversations import random_conversation

N_TREES = 1_000


@dataclass
class Place:
    """One computer's conversations."""

    log: EventLog
    store: WholeConversationStore
    worker: Worker
    exchange: ExchangeService
    folder: Path
    at_each_page: Callable[[], object] = lambda: None

    def exported(self, ids: list[str] | None, export_format: ExportFormat, name: str) -> ExportEnded:
        self.log.events.clear()
        self.exchange.export(ids, export_format, str(self.folder / name))
        return self.log.wait_for(ExportEnded)

    def imported(self, path: Path) -> ImportReport:
        self.log.events.clear()
        self.exchange.import_file(str(path))
        return self.log.wait_for(ImportEnded).report


def page(places: list[Place], whole: WholeConversation) -> bytes:
    places[0].at_each_page()
    return f"# {whole.conversation.title}".encode()


@pytest.fixture
def places(tmp_path: Path) -> Iterator[list[Place]]:
    made: list[Place] = []
    databases: list[Database] = []
    for name in ("here", "there"):
        folder = tmp_path / name
        folder.mkdir()
        log = EventLog()
        database = Database.open(folder / "chatdesk.db")
        store = WholeConversationStore(database)
        worker = Worker("store", log.post)
        pages = {ExportFormat.MARKDOWN: partial(page, made)}
        listed = partial(log.post, ConversationsListed(()))
        exchange = ExchangeService(store, pages, worker, listed, log.post, clock=lambda: 1_800_000_000.0)
        made.append(Place(log, store, worker, exchange, folder))
        databases.append(database)
    yield made
    for place, database in zip(made, databases, strict=True):
        assert place.worker.close(5)
        database.close()


def test_a_thousand_random_trees_come_through_without_a_difference(places: list[Place]) -> None:
    here, there = places
    rng = random.Random(2026)
    trees = [random_conversation(rng) for _ in range(N_TREES)]
    for tree in trees:
        assert here.store.add(tree)[0] is Outcome.ADDED
    ended = here.exported(None, ExportFormat.JSON, "all.json")
    assert (ended.n_conversations, ended.problem) == (N_TREES, None)
    report = there.imported(here.folder / "all.json")
    assert (report.outcomes, report.left_out) == ({Outcome.ADDED: N_TREES}, {})
    assert [there.store.read(tree.conversation.id) for tree in trees] == trees


def test_the_same_file_twice_changes_nothing(places: list[Place]) -> None:
    here, there = places
    trees = [random_conversation(random.Random(seed)) for seed in range(5)]
    for tree in trees:
        here.store.add(tree)
    here.exported(None, ExportFormat.JSON, "all.json")
    first = there.imported(here.folder / "all.json")
    assert first.n_messages == sum(len(tree.messages) for tree in trees)
    assert first.first_id in {tree.conversation.id for tree in trees}
    again = there.imported(here.folder / "all.json")
    assert (again.outcomes, again.n_added, again.n_messages) == ({Outcome.ALREADY_HERE: 5}, 0, 0)
    assert there.log.of(ConversationsListed) == []
    assert [there.store.read(tree.conversation.id) for tree in trees] == trees


def test_one_is_exported_alone_and_the_file_is_json_that_says_what_it_is(places: list[Place]) -> None:
    here = places[0]
    tree = random_conversation(random.Random(1))
    here.store.add(tree)
    here.store.add(random_conversation(random.Random(2)))
    ended = here.exported([tree.conversation.id], ExportFormat.JSON, "one.json")
    assert ended == ExportEnded(str(here.folder / "one.json"), 1)
    [record] = json.loads((here.folder / "one.json").read_text(encoding="utf-8"))
    assert (record["format"], record["version"], record["exported_at"]) == ("chatdesk", 1, 1_800_000_000.0)
    assert record["conversation"]["id"] == tree.conversation.id


def test_nothing_to_export_is_an_empty_list(places: list[Place]) -> None:
    assert places[0].exported(None, ExportFormat.JSON, "none.json").n_conversations == 0
    assert json.loads((places[0].folder / "none.json").read_bytes()) == []


def test_pages_are_a_file_for_one_and_a_zip_for_several_with_names_of_their_own(places: list[Place]) -> None:
    here = places[0]
    for seed in range(3):
        tree = random_conversation(random.Random(seed))
        here.store.add(replace(tree, conversation=replace(tree.conversation, title="../Hut: a/b?")))
    here.exported([here.store.ids()[0]], ExportFormat.MARKDOWN, "one.md")
    assert (here.folder / "one.md").read_text(encoding="utf-8") == "# ../Hut: a/b?"
    here.exported(None, ExportFormat.MARKDOWN, "all.zip")
    with zipfile.ZipFile(here.folder / "all.zip") as archive:
        assert archive.namelist() == ["Hut a b.md", "Hut a b (2).md", "Hut a b (3).md"]


def test_a_cancelled_export_leaves_what_was_there(places: list[Place]) -> None:
    here = places[0]
    for seed in range(3):
        here.store.add(random_conversation(random.Random(seed)))
    (here.folder / "all.zip").write_text("older", encoding="utf-8")
    here.at_each_page = here.exchange.cancel
    assert here.exported(None, ExportFormat.MARKDOWN, "all.zip") == ExportEnded(
        str(here.folder / "all.zip"), 0, is_cancelled=True
    )
    assert (here.folder / "all.zip").read_text(encoding="utf-8") == "older"
    assert sorted(file.name for file in here.folder.glob("all.zip*")) == ["all.zip"]
    here.at_each_page = lambda: None
    assert here.exported(None, ExportFormat.MARKDOWN, "all.zip").n_conversations == 3


def test_a_cancelled_import_keeps_whole_conversations(places: list[Place]) -> None:
    here, there = places
    trees = [random_conversation(random.Random(seed)) for seed in range(200)]
    for tree in trees:
        here.store.add(tree)
    here.exported(None, ExportFormat.JSON, "all.json")
    original = there.store.add

    def add_and_cancel_at_the_third(whole: WholeConversation) -> tuple[Outcome, str]:
        added = original(whole)
        if len(there.store.ids()) == 3:
            there.exchange.cancel()
        return added

    there.store.add = add_and_cancel_at_the_third  # type: ignore[method-assign]  # to be in the middle of it
    report = there.imported(here.folder / "all.json")
    assert report.is_cancelled
    assert report.outcomes == {Outcome.ADDED: 3}
    by_id = {tree.conversation.id: tree for tree in trees}
    assert len(there.store.ids()) == 3
    assert all(there.store.read(found) == by_id[found] for found in there.store.ids())


def test_what_is_urgent_comes_between(places: list[Place]) -> None:
    here = places[0]
    for seed in range(20):
        here.store.add(random_conversation(random.Random(seed)))
    order: list[str] = []

    def at_page() -> None:
        order.append("page")
        if len(order) == 2:
            here.worker.submit("send", lambda: order.append("sent"))

    here.at_each_page = at_page
    here.exported(None, ExportFormat.MARKDOWN, "all.zip")
    assert order[:3] == ["page", "page", "sent"]


def test_a_file_that_cannot_be_read_or_written_is_a_sentence(places: list[Place], tmp_path: Path) -> None:
    here = places[0]
    report = here.imported(tmp_path / "nowhere.json")
    assert report.problem is not None
    assert report.problem.code is ErrorCode.IMPORT_UNREADABLE
    ended = here.exported(None, ExportFormat.JSON, "no/such/folder/all.json")
    assert ended.problem is not None
    assert ended.problem.code is ErrorCode.DISK_ERROR


def test_what_is_no_export_is_said_to_be_none(places: list[Place], tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('[{"a": 1}, 2, {"format": "chatdesk", "version": 99}]', encoding="utf-8")
    report = places[0].imported(tmp_path / "other.json")
    assert report.left_out == {LeftOut.NOT_A_CONVERSATION: 2, LeftOut.NEWER_CONVERSATION: 1}
    assert (report.n_added, report.problem) == (0, None)


def test_what_a_bug_ends_has_ended_and_is_told_as_a_bug(places: list[Place]) -> None:
    here, there = places
    trees = [random_conversation(random.Random(seed)) for seed in range(2)]
    for tree in trees:
        here.store.add(tree)
    here.at_each_page = lambda: 1 // 0
    ended = here.exported(None, ExportFormat.MARKDOWN, "all.zip")
    assert ended.problem is not None
    assert (ended.problem.code, ended.n_conversations) == (ErrorCode.INTERNAL, 0)
    assert list(here.folder.glob("all.zip*")) == []
    here.log.wait_for(JobCrashed)
    here.exported(None, ExportFormat.JSON, "all.json")
    original, n_added = there.store.add, 0

    def add_only_one(whole: WholeConversation) -> tuple[Outcome, str]:
        nonlocal n_added
        n_added += 1
        return original(whole) if n_added == 1 else (Outcome.ADDED, str(1 // 0))

    there.store.add = add_only_one  # type: ignore[method-assign]  # to fail in the middle of it
    report = there.imported(here.folder / "all.json")
    assert report.problem is not None
    assert (report.problem.code, report.n_added) == (ErrorCode.INTERNAL, 1)
    there.log.wait_for(JobCrashed)
