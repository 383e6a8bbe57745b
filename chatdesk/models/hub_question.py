"""One question of a person to a server: all requests that it takes, within a budget of time, bytes and requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx2

from chatdesk.core.errors import QT_TRANSLATE_NOOP
from chatdesk.models.hub_answers import unexpected, unreachable
from chatdesk.models.hub_http import Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.models.hub_access import HubAccess
    from chatdesk.models.hub_http import HubHttp

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
                raise unexpected(QT_TRANSLATE_NOOP("Reasons", "its answer is too long"))
            if self._clock() > self._ends_at:
                reason = QT_TRANSLATE_NOOP("Reasons", "its answer took too long")
                raise unreachable(response.request.url.host, reason)
        return bytes(content)
