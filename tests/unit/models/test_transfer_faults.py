"""What can go wrong between the Hub and this disk, each with the real client against a real server."""

import random
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.models.part_file import STEP_BYTES
from chatdesk.models.patience import Patience
from chatdesk.models.transfer import TransferStopped
from tests.support.fetching import CONTENT, HALF, NAME, PATIENCE, Fetching, fetching_from
from tests.support.loopback_hub import LoopbackHub

UNREACHABLE, REFUSED, LIMITED = ErrorCode.HUB_UNREACHABLE, ErrorCode.HUB_ERROR, ErrorCode.HUB_RATE_LIMITED
PORTAL = {"body": b"<html>Sign in</html>", "content_type": "text/html; charset=utf-8"}
OTHER = random.Random(2).randbytes(len(CONTENT))


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        yield hub


@pytest.fixture
def fetching(hub: LoopbackHub, tmp_path: Path) -> Iterator[Fetching]:
    with fetching_from(hub, tmp_path) as made:
        yield made


# --- trouble that passes ---


@pytest.mark.parametrize(
    ("where", "fault", "code"),
    [
        ("files", {"drop_after": 0}, UNREACHABLE),
        ("files", {"drop_after": HALF}, UNREACHABLE),
        ("files", {"drop_after": HALF, "is_chunked": True}, UNREACHABLE),
        ("files", {"status": 500}, REFUSED),
        ("files", {"status": 403, "body": b"the signature is too old"}, REFUSED),
        ("files", {"status": 404}, REFUSED),
        ("files", {"status": 204}, REFUSED),
        ("files", {"status": 416}, REFUSED),
        ("files", {"status": 429, "headers": {"Retry-After": "7"}}, LIMITED),
        ("files", PORTAL, REFUSED),
        ("files", {"encoding": "gzip"}, REFUSED),
        ("/resolve/", {"status": 502}, REFUSED),
        ("/resolve/", {"status": 429}, LIMITED),
        ("/resolve/", PORTAL, REFUSED),
        ("/resolve/", {"redirect_to": "ftp://127.0.0.1/file"}, REFUSED),
        ("/resolve/", {"redirect_to": "file:///etc/passwd"}, REFUSED),
        ("/resolve/", {"redirect_to": "http://127.0.0.1:1/"}, UNREACHABLE),
        ("/resolve/", {"redirect_to": "http://" + "x" * 300 + "/"}, REFUSED),
        ("/resolve/", {"redirect_to": "http://127.0.0.1:port/"}, REFUSED),
    ],
)  # fmt: skip
def test_what_passes_is_waited_out(fetching: Fetching, where: str, fault: dict[str, Any], code: ErrorCode) -> None:
    fetching.hub.fail(*(() if where == "files" else (where,)), **fault)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.codes == [code, None]
    assert fetching.waited


@pytest.mark.parametrize("after", [0, HALF])
def test_a_connection_without_a_byte_counts_as_lost(fetching: Fetching, after: int) -> None:
    fetching.patience = Patience(stall_seconds=0.5)
    fetching.hub.fail(stall_after=after)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges[-1] in (None, f"bytes={HALF}-")
    assert (fetching.codes[0], fetching.codes[-1]) == (UNREACHABLE, None)


def test_a_server_that_asks_for_a_pause_gets_it(fetching: Fetching) -> None:
    fetching.hub.fail(status=429, headers={"Retry-After": "7"})
    fetching.fetch()
    assert sum(fetching.waited) == pytest.approx(7.7)  # with a tenth of jitter


def test_what_had_arrived_before_the_connection_broke_is_kept(fetching: Fetching) -> None:
    fetching.hub.fail(times=2, drop_after=STEP_BYTES)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [None, f"bytes={STEP_BYTES}-", f"bytes={2 * STEP_BYTES}-"]


def test_waits_grow_and_begin_anew_after_a_good_way(fetching: Fetching) -> None:
    fetching.hub.fail(times=3, status=500)
    fetching.hub.fail(drop_after=STEP_BYTES)
    fetching.fetch()
    total = PATIENCE.first_wait_seconds * (1 + 2 + 4 + 1)
    assert sum(fetching.waited) == pytest.approx(total)


@pytest.mark.parametrize(
    ("fault", "code"), [({"status": 500}, REFUSED), ({"redirect_to": "/owner/repo/resolve/main/x"}, REFUSED)]
)
def test_a_server_that_only_refuses_is_given_up(fetching: Fetching, fault: dict[str, Any], code: ErrorCode) -> None:
    fetching.patience = replace(PATIENCE, most_refusals=2)
    fetching.hub.fail("/resolve/", times=1000, **fault)
    assert fetching.error().code is code
    assert fetching.codes == [code, code]
    assert len(fetching.hub.requests) <= 3 * 11


def test_a_network_that_does_not_come_back_is_given_up(fetching: Fetching) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fetching.patience = Patience(total_wait_seconds=600)
    transfer = fetching.transfer(endpoint=f"http://127.0.0.1:{port}")
    with pytest.raises(UserFacingError) as caught:
        transfer.fetch(fetching.model, fetching.model.files[0], fetching.part, fetching.lengths.append, lambda: False)
    assert caught.value.code is UNREACHABLE
    assert caught.value.detail.params["host"] == "127.0.0.1"
    assert 500 < sum(fetching.waited) <= 600


def test_a_pause_beyond_all_patience_is_said_and_not_waited(fetching: Fetching) -> None:
    fetching.hub.fail(status=429, headers={"Retry-After": "99999999999999"})
    error = fetching.error()
    assert (error.code, error.params) == (LIMITED, {"seconds": 3600})
    assert fetching.waited == []


# --- what will not pass ---


def test_a_gated_repo_says_where_to_accept_its_licence(fetching: Fetching) -> None:
    fetching.repo.gated = "auto"
    fetching.hub.tokens = {"of-a-stranger"}
    for token in (None, "of-a-stranger"):
        fetching.token = token
        error = fetching.error()
        assert error.code is ErrorCode.HUB_GATED
        assert error.params == {"repo_id": "owner/repo", "url": "https://huggingface.co/owner/repo"}
    fetching.repo.granted = {"of-a-stranger"}
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.waited == []


@pytest.mark.parametrize("token", ["wrong", "two words", "line\r\nX-Evil: 1", "ключ"])
def test_a_token_that_is_none_is_said(fetching: Fetching, token: str) -> None:
    fetching.repo.gated = "auto"
    fetching.token = token
    error = fetching.error()
    assert error.code is ErrorCode.HUB_TOKEN_REFUSED
    assert token not in error.english


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"repo_id": "owner/gone"}, ErrorCode.HUB_REPO_NOT_FOUND),
        ({"revision": "0" * 40}, ErrorCode.HUB_FILE_NOT_FOUND),
    ],
)
def test_what_is_not_there_is_said_at_once(fetching: Fetching, change: dict[str, Any], code: ErrorCode) -> None:
    assert fetching.error(replace(fetching.model, **change)).code is code
    assert fetching.waited == []


def test_a_file_that_is_gone_is_said_at_once(fetching: Fetching) -> None:
    model = fetching.model
    del fetching.repo.files[NAME]
    error = fetching.error(model)
    assert (error.code, error.params["filename"]) == (ErrorCode.HUB_FILE_NOT_FOUND, NAME)


# --- ranges ---


def test_a_range_that_is_ignored_starts_the_file_over(fetching: Fetching) -> None:
    fetching.fetch_half()
    fetching.hub.fail(ignores_range=True)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={HALF}-"]


def test_a_refused_range_starts_the_file_over(fetching: Fetching) -> None:
    fetching.fetch_half()
    fetching.hub.fail(status=416)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={HALF}-", None]
    assert fetching.waited == []


def test_a_page_to_sign_in_to_the_network_does_not_cost_what_is_there(fetching: Fetching) -> None:
    fetching.fetch_half()
    fetching.hub.fail("/resolve/", times=2, **PORTAL)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={HALF}-"]


@pytest.mark.parametrize(
    "said",
    [
        f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}",
        f"bytes {HALF + 1}-{len(CONTENT) - 1}/{len(CONTENT)}",
        f"bytes {HALF}-{len(CONTENT)}/{len(CONTENT)}",
        f"bytes */{len(CONTENT)}",
        "bytes " + "9" * 5000 + "-1/2",
        "something",
    ],
)
def test_another_part_than_was_asked_for_is_not_appended(fetching: Fetching, said: str) -> None:
    fetching.fetch_half()
    fetching.hub.fail(content_range=said)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={HALF}-"] * 2
    assert fetching.codes == [REFUSED, None]


def test_a_server_that_drops_and_knows_no_ranges_is_given_up_in_the_end(fetching: Fetching) -> None:
    fetching.hub.fail(times=1000, drop_after=HALF, ignores_range=True)
    assert fetching.error().code is REFUSED
    assert len(fetching.hub.asked("/resolve/")) < 30


def test_fewer_bytes_than_promised_are_followed_by_the_rest(fetching: Fetching) -> None:
    fetching.fetch_half()
    fetching.hub.fail(cut_to=1000)
    fetching.fetch()
    assert fetching.is_right()
    assert fetching.ranges == [f"bytes={HALF}-", f"bytes={HALF + 1000}-"]


def test_bytes_after_the_end_of_the_file_are_not_taken(fetching: Fetching) -> None:
    fetching.hub.fail(extra=b"more", is_chunked=True)
    fetching.fetch()
    assert fetching.is_right()


# --- a file that changed on the Hub ---


@pytest.mark.parametrize(
    "fault", [{"cut_to": 1000}, {"extra": b"more"}, {"content": CONTENT[:-1]}, {"content": CONTENT + b"more"}]
)
def test_another_size_is_another_file_and_costs_no_byte(fetching: Fetching, fault: dict[str, Any]) -> None:
    fetching.hub.fail(**fault)
    error = fetching.error()
    assert (error.code, error.params) == (ErrorCode.DOWNLOAD_CHANGED, {"model": NAME})
    assert fetching.part.stat().st_size == 0


@pytest.mark.parametrize("fault", [{"content": CONTENT[:-1]}, {"content": CONTENT[:HALF]}])
def test_another_size_is_noticed_when_going_on_and_keeps_the_part(fetching: Fetching, fault: dict[str, Any]) -> None:
    fetching.fetch_half()
    fetching.hub.fail(**fault)
    assert fetching.error().code is ErrorCode.DOWNLOAD_CHANGED
    assert fetching.part.read_bytes() == CONTENT[:HALF]


def test_another_hash_is_another_file_and_costs_no_byte(fetching: Fetching) -> None:
    fetching.fetch_half()
    model = fetching.model
    fetching.repo.put(NAME, OTHER)
    assert fetching.error(model).code is ErrorCode.DOWNLOAD_CHANGED
    assert fetching.part.read_bytes() == CONTENT[:HALF]


def test_a_change_that_nothing_tells_of_is_found_by_the_sum(fetching: Fetching) -> None:
    fetching.fetch_half()
    fetching.hub.fail(content=OTHER)
    assert fetching.error().code is ErrorCode.DOWNLOAD_DAMAGED
    assert not fetching.part.exists()


def test_a_tag_that_is_no_hash_says_nothing(fetching: Fetching) -> None:
    fetching.hub.fail("/resolve/", etag="d41d8-of-a-mirror")
    fetching.fetch()
    assert fetching.is_right()


# --- files that the Hub keeps no hash of ---


@pytest.fixture
def small(hub: LoopbackHub, fetching: Fetching) -> Fetching:
    fetching.repo.put(NAME, CONTENT, is_large=False)
    hub.has_cdn = False
    return fetching


def _asked_ranges(small: Fetching) -> list[str | None]:
    return [request.headers.get("range") for request in small.hub.requests]


def test_a_file_without_a_hash_goes_on_where_it_ended(small: Fetching) -> None:
    small.fetch_half()
    small.fetch()
    assert small.is_right()
    assert _asked_ranges(small) == [f"bytes={HALF}-"]


def test_a_file_without_a_hash_starts_over_when_its_tag_changes(small: Fetching) -> None:
    small.fetch_half()
    small.repo.put(NAME, OTHER, is_large=False)
    small.fetch()
    assert small.part.read_bytes() == OTHER
    assert _asked_ranges(small) == [f"bytes={HALF}-", None]


@pytest.mark.parametrize("fault", [{"extra": b"more"}, {"extra": b"more", "is_chunked": True}, {"cut_to": 10}])
def test_a_file_without_a_hash_must_have_the_right_size(small: Fetching, fault: dict[str, Any]) -> None:
    small.hub.fail(**fault)
    assert small.error().code is ErrorCode.DOWNLOAD_CHANGED
    small.fetch()
    assert small.is_right()


# --- where bytes may come from, and what is told there ---


def test_the_token_is_sent_to_the_hub_and_to_no_host_it_sends_us_to(fetching: Fetching) -> None:
    fetching.token = "secret"
    fetching.fetch()
    fetching.transfer().read_range(fetching.model, fetching.model.files[0], 0, 10)
    sent = {(request.is_cdn, request.headers.get("authorization")) for request in fetching.hub.requests}
    assert sent == {(False, "Bearer secret"), (True, None)}


def test_a_name_and_password_in_a_redirect_are_not_used(fetching: Fetching) -> None:
    address = fetching.hub.cdn.replace("//", "//user:password@")
    fetching.hub.fail("/resolve/", redirect_to=f"{address}/cdn/owner/repo/{NAME}")
    fetching.fetch()
    assert fetching.is_right()
    assert "authorization" not in fetching.hub.requests[-1].headers


def test_a_relative_redirect_stays_on_the_hub_with_the_token(fetching: Fetching) -> None:
    fetching.token = "secret"
    fetching.hub.fail("/resolve/", redirect_to=f"/owner/repo/resolve/main/{NAME}", status=307)
    fetching.fetch()
    assert fetching.is_right()
    assert [request.headers.get("authorization") for request in fetching.hub.requests] == ["Bearer secret"] * 2 + [None]


def test_who_stopped_is_not_sent_on_by_an_answer_that_comes_late(fetching: Fetching) -> None:
    """As after the switch to offline mode: no other connection is opened."""
    asked, is_to_answer = threading.Event(), threading.Event()

    def serve() -> None:
        with listening.accept()[0] as client:
            client.recv(4096)
            asked.set()
            is_to_answer.wait(10)
            client.sendall(
                f"HTTP/1.1 302 Found\r\nLocation: {fetching.hub.cdn}/x\r\nContent-Length: 0\r\n\r\n".encode()
            )

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        transfer = fetching.transfer(endpoint=f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(TransferStopped):
            transfer.fetch(fetching.model, fetching.model.files[0], fetching.part, lambda _bytes: None, asked.is_set)
        readers = [each for each in threading.enumerate() if each.name == "transfer reader"]
        is_to_answer.set()
        for each in (thread, *readers):
            each.join(10)
    assert fetching.hub.requests == []


def test_a_proxy_carries_all_requests(fetching: Fetching) -> None:
    fetching.hub.has_cdn = False
    transfer = fetching.transfer(endpoint="http://hub.invalid", proxy=fetching.hub.endpoint)
    transfer.fetch(fetching.model, fetching.model.files[0], fetching.part, fetching.lengths.append, lambda: False)
    assert fetching.is_right()
    assert {request.headers["host"] for request in fetching.hub.requests} == {"hub.invalid"}


def test_a_proxy_of_the_environment_is_used(fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", fetching.hub.endpoint)
    fetching.hub.has_cdn = False
    transfer = fetching.transfer(endpoint="http://hub.invalid")
    transfer.fetch(fetching.model, fetching.model.files[0], fetching.part, fetching.lengths.append, lambda: False)
    assert fetching.is_right()


def test_a_proxy_of_an_unknown_kind_is_said(fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1")
    fetching.patience = Patience(total_wait_seconds=0)
    error = fetching.error()
    assert error.code is UNREACHABLE
    assert "proxy" in error.english
