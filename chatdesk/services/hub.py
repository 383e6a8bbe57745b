"""Find models on the Hub and tell which fit. Owns the thread that waits for the Hub, so that nothing else does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import (
    FitsAssessed,
    HubSearched,
    HubSearchFailed,
    NoticeRaised,
    Post,
    RepoFailed,
    RepoShown,
)
from chatdesk.services.worker import Priority, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import HubRepo, HubSort, RemoteModel, RepoPage


class HubClient(Protocol):
    """The part of `chatdesk.models.hub.Hub` that is asked here; any of it may raise `UserFacingError`."""

    def search(self, query: str, sort: HubSort) -> tuple[HubRepo, ...]:
        """Repos with GGUF files that match some words."""

    def page(self, repo_id: str) -> RepoPage:
        """One repo."""

    def find_model(self, repo_id: str, untrusted_wanted: str | None) -> RemoteModel:
        """One model of a repo, at its present commit."""


# An address that a person pasted -> (repo_id, file name or None); None: these are words to search for.
ReadAddress = Callable[[str], "tuple[str, str | None] | None"]
# Verdicts on the models of a page, by file name: a rough one of all at once, then better ones as headers are read.
AssessPage = Callable[["RepoPage", Callable[[], bool]], "Iterator[Mapping[str, Fit]]"]


class HubService:
    """The user's verbs on the Hub. Methods may be called from any thread and return at once.

    Only the newest request counts: what a person has already moved on from is given up or not announced.
    """

    def __init__(
        self,
        hub: Callable[[], HubClient],
        read_address: ReadAddress,
        assess: AssessPage,
        start_download: Callable[[RemoteModel], None],
        post: Post,
    ) -> None:
        """`hub` gives the client, on this service's thread: making one takes a while."""
        self._hub = hub
        self._read_address = read_address
        self._assess = assess
        self._start_download = start_download
        self._post = post
        self._lock = threading.Lock()
        self._newest_search = self._newest_page = 0
        self._worker = Worker("hub", post)

    def search(self, query: str, sort: HubSort) -> None:
        """Announce `HubSearched` or `HubSearchFailed`; an address in place of words shows its repo instead."""
        words = query.strip()
        address = self._read_address(words)
        if address is not None:
            self._show(*address)
            return
        with self._lock:
            self._newest_search = number = self._newest_search + 1

        def search() -> None:
            if number != self._newest_search:
                return
            try:
                found = HubSearched(query, sort, self._hub().search(words, sort))
            except UserFacingError as error:
                self._post(HubSearchFailed(query, error.detail))
            else:
                self._post(found)

        self._worker.submit("search", search)

    def show(self, repo_id: str) -> None:
        """Announce `RepoShown` and then `FitsAssessed`, more exact each time; or `RepoFailed`."""
        self._show(repo_id, None)

    def download(self, repo_id: str, filename: str | None) -> None:
        """Start the download of a file as it is on the Hub now; None: the one that suits most people."""

        def find() -> None:
            try:
                model = self._hub().find_model(repo_id, filename)
            except UserFacingError as error:
                self._post(NoticeRaised(error.detail))
            else:
                self._start_download(model)

        self._worker.submit("find", find)

    def close(self, timeout_seconds: float) -> bool:
        """Give up what is under way and end the thread. Returns whether it ended in time."""
        with self._lock:
            self._newest_search += 1
            self._newest_page += 1
        return self._worker.close(timeout_seconds)

    def _show(self, repo_id: str, filename: str | None) -> None:
        with self._lock:
            self._newest_page = number = self._newest_page + 1

        def is_over() -> bool:
            return number != self._newest_page

        def show() -> None:
            if is_over():
                return
            try:
                page = self._hub().page(repo_id)
            except UserFacingError as error:
                self._post(RepoFailed(repo_id, error.detail))
                return
            self._post(RepoShown(page, filename))
            assess_next(self._assess(page, is_over))

        def assess_next(verdicts: Iterator[Mapping[str, Fit]]) -> None:
            """One verdict; the next one is a job of its own, so that nobody's search waits for all."""
            fits = next(verdicts, None)
            if fits is not None and not is_over():
                self._post(FitsAssessed(repo_id, fits))
                self._worker.submit("assess", lambda: assess_next(verdicts), Priority.IDLE)

        self._worker.submit("show", show)
