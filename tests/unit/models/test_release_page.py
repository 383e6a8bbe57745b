"""The release page, on loopback: what is asked, what is not, and what each kind of trouble means."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chatdesk.connection import HubConnection
from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.releases import Release, Version
from chatdesk.core.settings import Settings
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.release_page import ReleasePage
from tests.support.loopback_hub import LoopbackHub
from tests.support.refusing_proxy import RefusingProxy

PATH = "/repos/chatdesk/chatdesk/releases"
PUBLISHED = [
    {"tag_name": "v0.4.0", "draft": False, "prerelease": False, "published_at": "2026-12-24T18:00:00Z", "body": "New."}
]
READ = (Release(Version(0, 4, 0), date(2026, 12, 24), "New."),)


@pytest.fixture
def server() -> Iterator[LoopbackHub]:
    with LoopbackHub() as server:
        yield server


@pytest.fixture
def open_page(server: LoopbackHub) -> Iterator[Callable[..., ReleasePage]]:
    made: list[ReleasePage] = []

    def open_one(**access: Any) -> ReleasePage:
        how = HubAccess(**{"endpoint": server.endpoint, "is_hub": False, **access})
        made.append(ReleasePage(lambda: how))
        return made[-1]

    yield open_one
    for page in made:
        page.close()


@pytest.fixture
def page(open_page: Callable[..., ReleasePage]) -> ReleasePage:
    return open_page()


def answer(server: LoopbackHub, where: str = PATH) -> None:
    server.fail(where, body=json.dumps(PUBLISHED).encode(), content_type="application/json")


def error_of(page: ReleasePage) -> ErrorDetail:
    with pytest.raises(UserFacingError) as caught:
        page.releases()
    return caught.value.detail


def test_one_request_tells_which_versions_there_are(server: LoopbackHub, page: ReleasePage) -> None:
    answer(server)
    assert page.releases() == READ
    (request,) = server.requests
    assert (request.method, request.path, request.query) == ("GET", PATH, {"per_page": ["30"]})
    assert set(request.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}


def test_a_token_for_the_hub_is_not_sent(server: LoopbackHub, open_page: Callable[..., ReleasePage]) -> None:
    answer(server)
    open_page(token="hf_secret").releases()
    assert "hf_secret" not in str(server.requests)


def test_a_repo_that_moved_is_followed_and_no_cookie_kept(server: LoopbackHub, page: ReleasePage) -> None:
    server.fail(PATH, redirect_to="/repositories/1/releases", headers={"Set-Cookie": "who=you; Path=/"})
    answer(server, "/repositories/")
    assert page.releases() == READ
    answer(server)
    page.releases()
    assert [request.path for request in server.requests] == [PATH, "/repositories/1/releases", PATH]
    assert not any("cookie" in request.headers for request in server.requests)


def test_nobody_else_is_asked_whom_the_page_leads_to(server: LoopbackHub, page: ReleasePage) -> None:
    for other in (server.cdn, "http://localhost:1", "file:///etc/passwd"):
        server.fail(PATH, redirect_to=f"{other}/releases")
        assert error_of(page).code is ErrorCode.RELEASES_ERROR
    assert not any(request.is_cdn for request in server.requests)


def test_in_offline_mode_nothing_is_asked(server: LoopbackHub, open_page: Callable[..., ReleasePage]) -> None:
    assert error_of(open_page(is_offline=True)).code is ErrorCode.RELEASES_OFFLINE
    assert server.requests == []


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"[1]", b"\xff\xfe\x00", b"[" * 100_000, b" " * (5 << 20)])
def test_an_odd_answer_is_said_to_be_one(server: LoopbackHub, page: ReleasePage, content: bytes) -> None:
    server.fail(PATH, status=200, body=content, content_type="application/json")
    assert error_of(page).code is ErrorCode.RELEASES_ERROR


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500, 503])
def test_a_status_is_named_whatever_the_answer_calls_it(server: LoopbackHub, page: ReleasePage, status: int) -> None:
    server.fail(PATH, status=status, headers={"X-Error-Code": "GatedRepo"})
    assert error_of(page) == ErrorDetail(ErrorCode.RELEASES_ERROR, {"reason": f"HTTP {status}"})


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "70"}, 70),
        (403, {"Retry-After": "70"}, 70),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(round(time.time()) - 5)}, 0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 5000}, 3600),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, 30),
    ],
)
def test_too_many_requests_are_told_with_how_long_to_wait(
    server: LoopbackHub, page: ReleasePage, status: int, headers: dict[str, str], seconds: int
) -> None:
    server.fail(PATH, status=status, headers=headers)
    assert error_of(page) == ErrorDetail(ErrorCode.RELEASES_RATE_LIMITED, {"seconds": seconds})


def test_a_page_that_is_not_there_cannot_be_reached(open_page: Callable[..., ReleasePage]) -> None:
    with socket.socket() as taken:  # and nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert error_of(open_page(endpoint=f"http://127.0.0.1:{port}")).code is ErrorCode.RELEASES_UNREACHABLE
        assert error_of(open_page(proxy=f"http://127.0.0.1:{port}")).code is ErrorCode.RELEASES_UNREACHABLE


def test_the_app_asks_github_over_the_proxy_of_the_settings_and_no_keyring() -> None:
    def is_token_kept() -> bool:
        raise AssertionError("the keyring may have a person type a password")

    with RefusingProxy() as proxy:
        settings = Settings(is_offline=True, proxy=proxy.address, hub_endpoint="https://mirror.example.org")
        connection = HubConnection(lambda: settings, {}, is_token_kept)
        assert error_of(connection.release_page).code is ErrorCode.RELEASES_OFFLINE
        assert proxy.asked == []
        settings = replace(settings, is_offline=False)
        refused = error_of(connection.release_page)
        connection.close()
    assert proxy.asked == ["CONNECT api.github.com:443 HTTP/1.1"]
    assert refused.code is ErrorCode.RELEASES_UNREACHABLE
    assert "the proxy refused" in refused.params["reason"]
