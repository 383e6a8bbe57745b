"""The HTTP client that the Hub's library and the transfer share: one proxy, one set of certificates, one trust."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chatdesk import __version__
from chatdesk.core.errors import QT_TRANSLATE_NOOP, ErrorCode, UserFacingError
from chatdesk.models.access_tokens import is_possible
from chatdesk.models.hub_answers import TOKENS_URL, problem_of_host, problem_of_hub, unexpected, unreachable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

    import httpx2

    from chatdesk.models.hub_access import HubAccess

CONNECT_SECONDS = 15.0
MOST_REDIRECTS = 10
MOST_BYTES_OF_A_REDIRECT = 1 << 14
MOST_SECONDS_OF_A_REDIRECT = 1.0
RANGE_NOT_SATISFIABLE = 416
_LEAST_ERROR_STATUS = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask for. `read_seconds` is how long a single byte may take; the names are for errors."""

    url: str
    headers: Mapping[str, str]
    read_seconds: float
    repo_id: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is not read yet; its status is 2xx, or 416 to a range.

    `hub_headers` are those of the last answer that the Hub itself gave: this one, or the one that sent us here.
    """

    response: httpx2.Response
    hub_headers: Mapping[str, str]


class HubHttp:
    """Asks the Hub and follows where it sends us. May be used by several threads at once."""

    def __init__(self) -> None:
        self._clients: dict[str | None, httpx2.Client] = {}  # by proxy, which a person may change while the app runs
        self._lock = threading.Lock()
        self._is_closed = False

    @contextmanager
    def get(self, access: HubAccess, asked: Asked, is_wanted: Callable[[], bool] = lambda: True) -> Iterator[Answer]:
        """The answer at the end of all redirects. Nothing is asked any more once it is not wanted.

        The access token is sent to the Hub alone, never to a host that it redirects to.

        Raises:
            UserFacingError: `HUB_OFFLINE`, `HUB_UNREACHABLE` (also while the body is read), or what the status means.
        """
        access.ensure_online()
        with _problems_named():
            answer = self._open(access, asked, is_wanted)
            try:
                yield answer
            finally:
                answer.response.close()

    def _open(self, access: HubAccess, asked: Asked, is_wanted: Callable[[], bool]) -> Answer:
        import httpx2

        client = self._client(access.proxy)
        home = httpx2.URL(access.endpoint).origin
        hub_headers: Mapping[str, str] = {}
        url = httpx2.URL(asked.url)
        for _ in range(MOST_REDIRECTS + 1):
            is_home = url.origin == home
            is_hub = access.is_hub and is_home
            if not (access.is_hub or is_home):
                raise unexpected(QT_TRANSLATE_NOOP("Reasons", "it leads to another server"))
            request = client.build_request(
                "GET",
                url,
                headers={**asked.headers, **(_authorization(access) if is_hub else {})},
                timeout=httpx2.Timeout(asked.read_seconds, connect=CONNECT_SECONDS),
            )
            if client.is_closed or not is_wanted():
                raise _closing()
            response = client.send(request, stream=True, follow_redirects=False)
            if is_hub:
                hub_headers = response.headers
            try:
                if not response.has_redirect_location:
                    _ensure_is_answer(response, access if is_hub else None, asked)
                    return Answer(response, hub_headers)
                url = _next_url(url, response.headers["Location"])
                _read_to_its_end(response)
            except BaseException:
                response.close()
                raise
            response.close()
        raise unexpected(f"it sent us on more than {MOST_REDIRECTS} times")

    def close(self) -> None:
        """Close all connections: what still reads from one fails, and nothing can be asked any more."""
        with self._lock:
            self._is_closed = True
            clients = tuple(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()

    def _client(self, proxy: str | None) -> httpx2.Client:
        with self._lock:
            if self._is_closed:
                raise _closing()
            if proxy not in self._clients:
                self._clients[proxy] = _new_client(proxy)
            return self._clients[proxy]


def _new_client(proxy: str | None) -> httpx2.Client:
    """A client that trusts whom the system trusts; without `proxy` it takes the environment's or the system's.

    It keeps no cookies.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx2

    # Bodies are counted and hashed as they arrive, so they must arrive as they are.
    headers = {"User-Agent": f"chatdesk/{__version__}", "Accept-Encoding": "identity"}
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    try:
        return httpx2.Client(proxy=proxy, headers=headers, cookies=no_cookies, verify=_trusted())
    except ImportError as error:
        raise unreachable("the proxy", "it speaks SOCKS, and ChatDesk only HTTP with proxies") from error
    except (OSError, ValueError, httpx2.InvalidURL) as error:  # of what the environment names
        raise unreachable("the Hub", f"the proxy or the certificates cannot be used: {error}") from error


@cache
def _trusted() -> ssl.SSLContext:
    """The system's certificates; reading them takes a twentieth of a second, so it is done once."""
    import httpx2

    return httpx2.create_ssl_context()


def _closing() -> UserFacingError:
    return unreachable("the Hub", "ChatDesk is closing")


def _authorization(access: HubAccess) -> dict[str, str]:
    if access.token is None:
        return {}
    if not is_possible(access.token):
        # It cannot be sent, and the client's own error would repeat it.
        raise UserFacingError(ErrorCode.HUB_TOKEN_REFUSED, url=TOKENS_URL)
    return {"Authorization": f"Bearer {access.token}"}


def _ensure_is_answer(response: httpx2.Response, hub: HubAccess | None, asked: Asked) -> None:
    """Raise what a status that is no success means; `hub` None: another host gave it."""
    status, headers = response.status_code, response.headers
    if status < _LEAST_ERROR_STATUS or status == RANGE_NOT_SATISFIABLE:
        return
    if hub is None:
        raise problem_of_host(status, headers)
    raise problem_of_hub(
        status, headers, repo_id=asked.repo_id, filename=asked.filename, has_token=hub.token is not None
    )


def _next_url(url: httpx2.URL, untrusted_location: str) -> httpx2.URL:
    target = url.join(untrusted_location)
    if target.scheme not in ("http", "https") or not target.host:
        raise unexpected(f"it leads to an address of another kind, {target.scheme}")
    if url.scheme == "https" and target.scheme == "http":
        raise unexpected("it leads from a safe connection to an unsafe one")
    # A name and password in the address would be sent as if they were ours.
    return target.copy_with(username=None, password=None)


def _read_to_its_end(response: httpx2.Response) -> None:
    """Read the few bytes of a redirect, so that its connection can be used again; a long or slow one is hung up on."""
    left, ends_at = MOST_BYTES_OF_A_REDIRECT, time.monotonic() + MOST_SECONDS_OF_A_REDIRECT
    for chunk in response.iter_raw():
        left -= len(chunk)
        if left < 0 or time.monotonic() > ends_at:
            return


@contextmanager
def _problems_named() -> Iterator[None]:
    """Raise what the client raises as `UserFacingError`."""
    import httpx2

    try:
        yield
    except httpx2.TransportError as error:
        raise unreachable(error.request.url.host, _reason(error)) from error
    except (httpx2.InvalidURL, UnicodeError) as error:  # the latter from the system's look-up of an odd host
        raise unexpected(f"it leads to an address that cannot be read: {error}") from error


def _reason(error: httpx2.TransportError) -> str:
    import httpx2

    if isinstance(error, httpx2.TimeoutException):
        return QT_TRANSLATE_NOOP("Reasons", "it did not answer in time")
    if isinstance(error, httpx2.ProxyError):
        return f"the proxy refused: {error}"
    return str(error) or type(error).__name__
