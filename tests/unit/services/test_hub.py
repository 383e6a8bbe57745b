import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import (
    FitsAssessed,
    HubSearched,
    HubSearchFailed,
    JobCrashed,
    NoticeRaised,
    RepoFailed,
    RepoShown,
)
from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.core.hub_models import HubRepo, HubSort, RemoteFile, RemoteModel, RepoPage
from chatdesk.services.hub import HubService
from tests.support.desk import EventLog

MODEL = RemoteModel("owner/repo", "c" * 40, (RemoteFile("model-Q4_K_M.gguf", 1000, "0" * 64),))
UNREACHABLE = UserFacingError(ErrorCode.HUB_UNREACHABLE, host="hub", reason="gone")
ROUGH = Fit(FitLabel.FITS, MemoryNeed(1, 1, 1), 4096, is_estimate=True)
EXACT = Fit(FitLabel.TOO_LARGE, MemoryNeed(9, 9, 9), 4096)


@dataclass
class ScriptedHub:
    """Answers at once, or when it is let go on."""

    error: UserFacingError | None = None
    asked: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def search(self, query: str, sort: HubSort) -> tuple[HubRepo, ...]:
        self._ask(f"search {query} {sort}")
        return (HubRepo(f"owner/{query}", 1, 2),)

    def page(self, repo_id: str) -> RepoPage:
        self._ask(f"page {repo_id}")
        return RepoPage(HubRepo(repo_id, 1, 2), "c" * 40, "mit", "card", (MODEL,))

    def find_model(self, repo_id: str, untrusted_wanted: str | None) -> RemoteModel:
        self._ask(f"find {repo_id} {untrusted_wanted}")
        return MODEL

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        self.arrived.set()
        assert self.may_answer.wait(10)
        if self.error is not None:
            raise self.error


def read_address(text: str) -> tuple[str, str | None] | None:
    repo_id, _, filename = text.partition(":")
    return (repo_id, filename or None) if "/" in repo_id else None


class Searching:
    """The service on a scripted hub, with what it started and announced."""

    def __init__(self) -> None:
        self.hub = ScriptedHub()
        self.hub.may_answer.set()
        self.log = EventLog()
        self.started: list[RemoteModel] = []
        self.on_assess: Callable[[], None] = lambda: None
        self.service = HubService(lambda: self.hub, read_address, self.assess, self.started.append, self.log.post)

    def assess(self, page: RepoPage, is_over: Callable[[], bool]) -> Iterator[Mapping[str, Fit]]:
        yield {MODEL.filename: ROUGH}
        self.on_assess()
        if not is_over():
            yield {MODEL.filename: EXACT}


@pytest.fixture
def searching() -> Iterator[Searching]:
    made = Searching()
    yield made
    made.hub.may_answer.set()
    assert made.service.close(5)
    assert made.log.of(JobCrashed) == []


def test_words_are_searched_for(searching: Searching) -> None:
    searching.service.search("  qwen ", HubSort.LIKES)
    found = searching.log.wait_for(HubSearched)
    assert (found.query, found.sort) == ("  qwen ", HubSort.LIKES)
    assert [repo.repo_id for repo in found.repos] == ["owner/qwen"]


def test_an_address_shows_its_repo_and_names_its_file(searching: Searching) -> None:
    searching.service.search("owner/repo:a.gguf", HubSort.LIKES)
    shown = searching.log.wait_for(RepoShown)
    assert (shown.page.repo.repo_id, shown.wanted_filename) == ("owner/repo", "a.gguf")
    assert searching.log.of(HubSearched) == []


def test_rough_verdicts_come_first_and_exact_ones_follow(searching: Searching) -> None:
    searching.service.show("owner/repo")
    searching.log.wait_for(FitsAssessed, lambda event: event.fits[MODEL.filename] == EXACT)
    assert [event.fits[MODEL.filename] for event in searching.log.of(FitsAssessed)] == [ROUGH, EXACT]


def test_a_hub_that_fails_is_said_where_it_was_asked(searching: Searching) -> None:
    searching.hub.error = UNREACHABLE
    searching.service.search("qwen", HubSort.LIKES)
    assert searching.log.wait_for(HubSearchFailed).error == UNREACHABLE.detail
    searching.service.show("owner/repo")
    assert searching.log.wait_for(RepoFailed).error == UNREACHABLE.detail
    searching.service.download("owner/repo", None)
    assert searching.log.wait_for(NoticeRaised).error == UNREACHABLE.detail
    assert searching.started == []


def test_only_the_newest_of_many_searches_is_asked_of_the_hub(searching: Searching) -> None:
    searching.hub.may_answer.clear()
    for words in ("q", "qw", "qwe", "qwen"):
        searching.service.search(words, HubSort.LIKES)
        assert searching.hub.arrived.wait(10)
    searching.hub.may_answer.set()
    searching.log.wait_for(HubSearched, lambda event: event.query == "qwen")
    assert searching.hub.asked == ["search q likes", "search qwen likes"]


def test_headers_of_a_page_are_read_no_further_once_another_page_is_wanted(searching: Searching) -> None:
    def move_on() -> None:
        searching.on_assess = lambda: None
        searching.service.show("owner/other")

    searching.on_assess = move_on
    searching.service.show("owner/repo")
    searching.log.wait_for(
        FitsAssessed, lambda event: event.repo_id == "owner/other" and event.fits == {MODEL.filename: EXACT}
    )
    first = [event.fits[MODEL.filename] for event in searching.log.of(FitsAssessed) if event.repo_id == "owner/repo"]
    assert first == [ROUGH]


def test_a_download_starts_with_the_file_as_the_hub_has_it_now(searching: Searching) -> None:
    searching.service.download("owner/repo", "model-Q4_K_M.gguf")
    assert searching.service.close(5)
    assert searching.hub.asked == ["find owner/repo model-Q4_K_M.gguf"]
    assert searching.started == [MODEL]
