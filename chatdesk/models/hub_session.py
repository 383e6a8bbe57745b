"""The session that huggingface_hub is made to use: each of its requests goes through the one who is asking.

The library has one session for the whole process, waits without limit, asks again after pauses of any length, reads
answers of any size, and follows links to further pages wherever they lead, with the access token. Here a request goes
to the Hub or nowhere, within a budget of time, bytes and requests, and trouble ends it at once, named for a person.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import httpx2
import huggingface_hub

from chatdesk.models.hub_answers import unexpected, unreachable
from chatdesk.models.hub_http import Asked, HubHttp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chatdesk.models.hub_access import HubAccess

READ_SECONDS = 15.0
WHOLE_SECONDS = 45.0  # for all requests of one question together
MOST_REQUESTS = 8
MOST_BYTES = 16 << 20
# Not of the body that is handed on: it was counted, and is whole.
_NOT_HANDED_ON = frozenset({"content-length", "content-encoding", "transfer-encoding"})


class Question:
    """What one verb of a person may cost: the requests that it takes, bounded together."""

    def __init__(
        self, http: HubHttp, access: HubAccess, repo_id: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._access = access
        self._repo_id = repo_id
        self._clock = clock
        self._ends_at = clock() + WHOLE_SECONDS
        self._requests_left = MOST_REQUESTS

    def ask(
        self, url: str, *, filename: str = "", most_bytes: int = MOST_BYTES, may_be_cut: bool = False
    ) -> httpx2.Response:
        """The whole answer; of one longer than `most_bytes` only the beginning, if it `may_be_cut`.

        Raises:
            UserFacingError: whatever stood in the way.
        """
        self._requests_left -= 1
        if self._requests_left < 0:
            raise unexpected("its answer has no end")
        asked = Asked(url, {"Accept": "*/*"}, READ_SECONDS, self._repo_id, filename)
        with self._http.get(self._access, asked) as answer:
            response = answer.response
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise unexpected("its answer is compressed, which was not asked for")
            content = self._read(response, most_bytes, may_be_cut=may_be_cut)
            headers = [item for item in response.headers.multi_items() if item[0].lower() not in _NOT_HANDED_ON]
            return httpx2.Response(response.status_code, headers=headers, content=content, request=response.request)

    def _read(self, response: httpx2.Response, most_bytes: int, *, may_be_cut: bool) -> bytes:
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > most_bytes:
                if may_be_cut:
                    return bytes(content[:most_bytes])
                raise unexpected("its answer is too long")
            if self._clock() > self._ends_at:
                raise unreachable(response.request.url.host, "its answer took too long")
        return bytes(content)


class _Session(httpx2.Client):
    """Takes the library's requests and sends none itself."""

    def __init__(self) -> None:
        super().__init__(transport=httpx2.BaseTransport())

    def send(self, request: httpx2.Request, **_options: Any) -> httpx2.Response:
        question, models_url = _now_asking.get()
        url = str(request.url)
        # The library would also look up which programs call it, and follow a link to another host.
        if request.method != "GET" or not url.startswith(models_url):
            raise unexpected("it leads to another place")
        return question.ask(url)


# The question of this thread, and what all addresses begin with that belong to it
_now_asking: ContextVar[tuple[Question, str]] = ContextVar("_now_asking")


@contextmanager
def library_asking(question: Question, endpoint: str) -> Iterator[huggingface_hub.HfApi]:
    """The library's client; what it asks inside this context is part of `question`.

    The token goes in with the requests on their way out, so that the library neither has one nor looks for one.
    """
    before = _now_asking.set((question, str(httpx2.URL(f"{endpoint}/api/models"))))
    try:
        yield huggingface_hub.HfApi(endpoint=endpoint, token=False)
    finally:
        _now_asking.reset(before)


huggingface_hub.set_client_factory(_Session)
# What it warns of is meant for programmers, and it would write to standard error.
logging.getLogger(huggingface_hub.__name__).setLevel(logging.ERROR)
