"""The Hub's verbs, through the real huggingface_hub client, against a hub on loopback."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.hub_models import Gating, HubSort
from chatdesk.models.hub import Hub
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.hub_answers import unreachable
from chatdesk.models.hub_http import HubHttp
from chatdesk.models.hub_question import MOST_BYTES, WHOLE_SECONDS, Question
from tests.support.loopback_hub import LoopbackHub

REPO = "owner/Tiny-Instruct-GGUF"
FILES = {
    "Tiny-Instruct-Q8_0.gguf": b"8" * 800,
    "Tiny-Instruct-Q4_K_M.gguf": b"4" * 400,
    "Tiny-Instruct-IQ2_XS.gguf": b"2" * 200,
    "big/Tiny-Instruct-F16-00001-of-00002.gguf": b"a" * 900,
    "big/Tiny-Instruct-F16-00002-of-00002.gguf": b"b" * 700,
    "mmproj-F16.gguf": b"v",
    "README.md": b"---\nlicense: apache-2.0\n---\n# Tiny\n<b>Small</b> and \x1b[31mquick\xe2\x80\xae.",
    "config.json": b"{}",
}
CARD_DATA = {"license": "apache-2.0"}
GGUF = {"architecture": "llama", "context_length": 8192, "total": 1}


@pytest.fixture
def server() -> Iterator[LoopbackHub]:
    with LoopbackHub() as server:
        server.add_repo(REPO, FILES, likes=3, downloads=10, card_data=CARD_DATA, gguf=GGUF)
        yield server


@pytest.fixture
def open_hub(server: LoopbackHub) -> Iterator[Callable[..., Hub]]:
    made: list[Hub] = []

    def open_one(**access: Any) -> Hub:
        how = HubAccess(**{"endpoint": server.endpoint, **access})
        made.append(Hub(lambda: how))
        return made[-1]

    yield open_one
    for hub in made:
        hub.close()


@pytest.fixture
def hub(open_hub: Callable[..., Hub]) -> Hub:
    return open_hub()


def error_of(ask: Callable[[], object]) -> ErrorDetail:
    with pytest.raises(UserFacingError) as caught:
        ask()
    return caught.value.detail


# --- search ---


def test_words_find_repos_of_gguf_files_in_the_wanted_order(server: LoopbackHub, hub: Hub) -> None:
    server.add_repo("other/tiny-old-GGUF", {}, likes=9, downloads=1, last_modified="2024-01-01T00:00:00.000Z")
    server.add_repo("other/tiny-new-GGUF", {}, likes=1, downloads=5, last_modified="2026-06-01T00:00:00.000Z")
    server.add_repo("other/tiny", {}, tags=("pytorch",))
    server.add_repo("other/large-GGUF", {})

    def names(sort: HubSort) -> list[str]:
        return [repo.repo_id.rpartition("/")[2] for repo in hub.search(" tiny gguf ", sort)]

    assert names(HubSort.DOWNLOADS) == ["Tiny-Instruct-GGUF", "tiny-new-GGUF", "tiny-old-GGUF"]
    assert names(HubSort.LIKES) == ["tiny-old-GGUF", "Tiny-Instruct-GGUF", "tiny-new-GGUF"]
    assert names(HubSort.RECENT) == ["tiny-new-GGUF", "Tiny-Instruct-GGUF", "tiny-old-GGUF"]


def test_a_result_tells_what_the_hub_counts(hub: Hub) -> None:
    (found,) = hub.search("tiny", HubSort.LIKES)
    assert (found.repo_id, found.likes, found.downloads, found.gating) == (REPO, 3, 10, Gating.NONE)
    assert found.updated_at == 1767323045.0  # 2026-01-02T03:04:05Z


def test_no_words_list_all_up_to_the_limit(server: LoopbackHub, hub: Hub) -> None:
    for number in range(7):
        server.add_repo(f"other/model-{number}", {})
    server.page_size = 3
    assert len(hub.search("", HubSort.DOWNLOADS, limit=5)) == 5
    assert len(server.requests) == 2


def test_repos_whose_models_write_no_text_are_left_out(server: LoopbackHub, hub: Hub) -> None:
    server.add_repo("other/tiny-embedding", {}, pipeline_tag="feature-extraction")
    server.add_repo("other/tiny-pictures", {}, pipeline_tag="text-to-image")
    server.add_repo("other/tiny-untagged", {}, pipeline_tag=None)
    found = {repo.repo_id for repo in hub.search("tiny", HubSort.LIKES)}
    assert found == {REPO, "other/tiny-untagged"}


def test_an_address_is_not_searched_for(server: LoopbackHub, hub: Hub) -> None:
    error = error_of(lambda: hub.search("https://huggingface.co/datasets/a/b", HubSort.LIKES))
    assert error.code is ErrorCode.HUB_BAD_ADDRESS
    assert server.requests == []


# --- a repo ---


def test_a_page_tells_licence_card_architecture_and_context_length(server: LoopbackHub, hub: Hub) -> None:
    page = hub.page(REPO)
    assert (page.repo.repo_id, page.repo.likes) == (REPO, 3)
    assert page.revision == server.repos[REPO].revision
    assert (page.licence, page.architecture, page.n_ctx_train) == ("apache-2.0", "llama", 8192)
    assert page.card == "# Tiny\nSmall and [31mquick."


def test_a_page_offers_models_only_with_shards_as_one(server: LoopbackHub, hub: Hub) -> None:
    models = hub.page(REPO).models
    assert [(model.quantization, model.size_bytes, len(model.files)) for model in models] == [
        ("IQ2_XS", 200, 1),
        ("Q4_K_M", 400, 1),
        ("Q8_0", 800, 1),
        ("F16", 1600, 2),
    ]
    assert models == tuple(server.repos[REPO].model(model.filename) for model in models)


@pytest.mark.parametrize(("gated", "gating"), [("auto", Gating.AUTOMATIC), ("manual", Gating.MANUAL)])
def test_a_gated_repo_shows_its_page_and_says_so(server: LoopbackHub, hub: Hub, gated: str, gating: Gating) -> None:
    server.repos[REPO].gated = gated
    page = hub.page(REPO)
    assert page.repo.gating is gating
    assert page.models
    assert hub.search("tiny", HubSort.LIKES)[0].gating is gating


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ({}, None),
        ({"license": "other", "license_name": "llama3.1"}, "llama3.1"),
        ({"license": "other"}, "other"),
        ({"license": ["mit", "gpl-3.0"]}, "mit, gpl-3.0"),
        ({"license": {"a": 1}}, None),
        ({"license": "m\u202eit\x1b[0m" + "x" * 1000}, "mit[0m" + "x" * 53 + "…"),
    ],
)
def test_a_licence_is_a_few_plain_words(
    server: LoopbackHub, hub: Hub, card: dict[str, Any], licence: str | None
) -> None:
    server.repos[REPO].card_data = card
    assert hub.page(REPO).licence == licence


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 403}, {"body": b"\xff\xfe" * 100}])
def test_a_card_that_cannot_be_read_does_not_hide_the_files(
    server: LoopbackHub, hub: Hub, fault: dict[str, Any]
) -> None:
    server.fail("README.md", **fault)
    assert hub.page(REPO).models


def test_an_endless_card_is_cut(server: LoopbackHub, hub: Hub) -> None:
    server.repos[REPO].put("README.md", b"word " * 1_000_000, is_large=False)
    assert 10_000 < len(hub.page(REPO).card) < 50_000


def test_a_repo_that_was_renamed_is_followed_under_its_new_name(server: LoopbackHub, hub: Hub) -> None:
    server.fail("/api/models/owner/old-name", redirect_to=f"/api/models/{REPO}?blobs=true", status=307)
    assert hub.find_model("owner/old-name", None).repo_id == REPO


@pytest.mark.parametrize(
    ("wanted", "filename"),
    [
        (None, "Tiny-Instruct-Q4_K_M.gguf"),
        ("q8_0", "Tiny-Instruct-Q8_0.gguf"),
        ("Tiny-Instruct-IQ2_XS.gguf", "Tiny-Instruct-IQ2_XS.gguf"),
        ("Tiny-Instruct-F16-00002-of-00002.gguf", "big/Tiny-Instruct-F16-00001-of-00002.gguf"),
        ("big/Tiny-Instruct-F16-00001-of-00002.gguf", "big/Tiny-Instruct-F16-00001-of-00002.gguf"),
    ],
)
def test_a_model_is_found_by_file_or_quantization(hub: Hub, wanted: str | None, filename: str) -> None:
    assert hub.find_model(REPO, wanted).filename == filename


@pytest.mark.parametrize("wanted", ["Q5_K_M", "other.gguf", "mmproj-F16.gguf", "config.json"])
def test_a_model_that_is_not_there_is_said(hub: Hub, wanted: str) -> None:
    error = error_of(lambda: hub.find_model(REPO, wanted))
    assert (error.code, error.params) == (ErrorCode.HUB_FILE_NOT_FOUND, {"repo_id": REPO, "filename": wanted})


def test_a_repo_without_models_is_said(server: LoopbackHub, hub: Hub) -> None:
    server.add_repo("owner/empty", {"config.json": b"{}"})
    assert hub.page("owner/empty").models == ()
    assert error_of(lambda: hub.find_model("owner/empty", None)).code is ErrorCode.HUB_FILE_NOT_FOUND


HOSTILE = ["../../x.gguf", "CON.gguf", "x" * 300 + ".gguf", "a\x1b[31m.gguf", "gguf\u202egnp.gguf", "/etc/x.gguf"]


def test_hostile_names_are_not_offered_and_not_taken(server: LoopbackHub, hub: Hub) -> None:
    for name in HOSTILE:
        server.repos[REPO].put(name, b"evil")
    assert len(hub.page(REPO).models) == 4
    for name in HOSTILE:
        error = error_of(lambda name=name: hub.find_model(REPO, name))  # type: ignore[misc]  # mypy cannot type a lambda's defaults
        assert error.code is ErrorCode.DOWNLOAD_UNSAFE_NAME
        assert error.english.isprintable()


# --- what the Hub says no with ---

ASKING: dict[str, Callable[[Hub], object]] = {
    "search": lambda hub: hub.search("tiny", HubSort.LIKES),
    "page": lambda hub: hub.page(REPO),
    "find_model": lambda hub: hub.find_model(REPO, None),
}


@pytest.fixture(params=ASKING)
def ask(request: pytest.FixtureRequest, hub: Hub) -> Callable[[], object]:
    verb = ASKING[request.param]
    return lambda: verb(hub)


def test_offline_mode_sends_nothing(server: LoopbackHub, open_hub: Callable[..., Hub]) -> None:
    offline = open_hub(is_offline=True)
    for verb in ASKING.values():
        assert error_of(lambda verb=verb: verb(offline)).code is ErrorCode.HUB_OFFLINE  # type: ignore[misc]  # mypy cannot type a lambda's defaults
    assert server.requests == []


@pytest.mark.parametrize(
    ("fault", "code", "params"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, ErrorCode.HUB_RATE_LIMITED, {"seconds": 7}),
        ({"status": 429, "headers": {"Retry-After": "soon"}}, ErrorCode.HUB_RATE_LIMITED, {"seconds": 30}),
        ({"status": 429, "headers": {"Retry-After": "9" * 50}}, ErrorCode.HUB_RATE_LIMITED, {"seconds": 3600}),
        (
            {"status": 429, "headers": {"Retry-After": f"Fri, 31 Dec {'9' * 20} 23:59:59 GMT"}},
            ErrorCode.HUB_RATE_LIMITED,
            {"seconds": 30},
        ),
        ({"status": 500}, ErrorCode.HUB_ERROR, {"reason": "HTTP 500"}),
        ({"status": 503, "body": b"<html>"}, ErrorCode.HUB_ERROR, {"reason": "HTTP 503"}),
        ({"body": b"<html>Sign in", "content_type": "text/html"}, ErrorCode.HUB_ERROR, None),
        ({"body": b"{"}, ErrorCode.HUB_ERROR, None),
        ({"body": b"[" * 100_000}, ErrorCode.HUB_ERROR, None),
        ({"body": b"1" * 10_000}, ErrorCode.HUB_ERROR, None),
        ({"body": b'"text"'}, ErrorCode.HUB_ERROR, None),
        ({"body": b"[1, null]"}, ErrorCode.HUB_ERROR, None),
        ({"body": b"[[]]"}, ErrorCode.HUB_ERROR, None),
        ({"body": b" " * (MOST_BYTES + 1)}, ErrorCode.HUB_ERROR, {"reason": "its answer is too long"}),
        ({"body": b"[]", "headers": {"Content-Encoding": "gzip"}}, ErrorCode.HUB_ERROR, None),
        ({"body": b"[]", "drop_after": 1}, ErrorCode.HUB_UNREACHABLE, None),
        ({"redirect_to": "http://127.0.0.1:1/"}, ErrorCode.HUB_UNREACHABLE, None),
        ({"redirect_to": "ftp://127.0.0.1/"}, ErrorCode.HUB_ERROR, None),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_said_at_once(
    server: LoopbackHub,
    ask: Callable[[], object],
    fault: dict[str, Any],
    code: ErrorCode,
    params: dict[str, Any] | None,
) -> None:
    server.fail("/api/models", **fault)
    error = error_of(ask)
    assert error.code is code
    assert params is None or error.params == params
    assert len(server.requests) == 1


def test_a_redirect_without_end_ends(server: LoopbackHub, ask: Callable[[], object]) -> None:
    server.fail("/api/models", times=100, redirect_to="/api/models")
    assert error_of(ask).code is ErrorCode.HUB_ERROR
    assert len(server.requests) <= 11


def test_results_without_end_are_given_up(server: LoopbackHub, hub: Hub) -> None:
    again = {"Link": f'<{server.endpoint}/api/models?again>; rel="next"'}
    server.fail("/api/models", times=100, body=b"[]", headers=again)
    assert error_of(lambda: hub.search("tiny", HubSort.LIKES)).code is ErrorCode.HUB_ERROR
    assert len(server.requests) < 10


def test_an_answer_that_trickles_is_given_up(server: LoopbackHub) -> None:
    times = iter([0.0, 1.0, WHOLE_SECONDS + 1])
    http = HubHttp()
    question = Question(http, HubAccess(server.endpoint), clock=lambda: next(times))
    server.fail("/api/models", body=b"x" * 1_000_000)
    error = error_of(lambda: question.ask(f"{server.endpoint}/api/models"))
    http.close()
    assert error.code is ErrorCode.HUB_UNREACHABLE


def test_a_redirect_that_trickles_holds_nobody_up() -> None:
    gone = threading.Event()

    def serve() -> None:
        with listening.accept()[0] as first:
            first.recv(4096)
            first.sendall(b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 1000\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                while not gone.wait(0.05):
                    first.sendall(b"x")
        with listening.accept()[0] as second:
            second.recv(4096)
            second.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")

    http = HubHttp()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        timer = threading.Timer(10, gone.set)
        timer.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            assert Question(http, HubAccess(address)).ask(f"{address}/here").content == b"[]"
        finally:
            timer.cancel()
            http.close()
        thread.join()


@pytest.mark.parametrize("token", [None, "a-token"])
def test_a_repo_that_is_not_there_is_said(open_hub: Callable[..., Hub], token: str | None) -> None:
    hub = open_hub(token=token)
    error = error_of(lambda: hub.page("owner/gone"))
    assert (error.code, error.params) == (ErrorCode.HUB_REPO_NOT_FOUND, {"repo_id": "owner/gone"})


@pytest.mark.parametrize("repo_id", ["no-owner", "a/b/c", "../..", "a/b--c", "a/b\n", "", "a/" + "x" * 100])
def test_an_id_that_is_none_is_refused(server: LoopbackHub, hub: Hub, repo_id: str) -> None:
    assert error_of(lambda: hub.page(repo_id)).code is ErrorCode.HUB_BAD_ADDRESS
    assert server.requests == []


def test_a_refused_token_is_said(server: LoopbackHub, open_hub: Callable[..., Hub]) -> None:
    hub = open_hub(token="old")
    server.fail("/api/", status=401, headers={"X-Error-Message": "Invalid credentials in Authorization header"})
    error = error_of(lambda: hub.page(REPO))
    assert (error.code, error.params) == (
        ErrorCode.HUB_TOKEN_REFUSED,
        {"url": "https://huggingface.co/settings/tokens"},
    )


def test_a_private_repo_that_says_403_names_the_gate(server: LoopbackHub, hub: Hub) -> None:
    server.fail("/api/", status=403, headers={"X-Error-Code": "GatedRepo"})
    error = error_of(lambda: hub.page(REPO))
    assert (error.code, error.params["url"]) == (ErrorCode.HUB_GATED, f"https://huggingface.co/{REPO}")


FIELDS: dict[str, Any] = {
    "sha": [None, 7, "main", "g" * 40],
    "id": [None, 7, "../..", "a/b\x1b", []],
    "siblings": [7, [None], [{}], [{"rfilename": "x.gguf", "lfs": {"size": 1}}], "text"],
    "lastModified": ["yesterday", 7, {}],
    "cardData": [[1], {"ignore_metadata_errors": 1}, {"model-index": 7}],
}


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, values in FIELDS.items() for value in values])
def test_a_page_with_nonsense_in_it_is_an_error_or_a_page(
    server: LoopbackHub, hub: Hub, field: str, value: object
) -> None:
    good = {"id": REPO, "sha": "c" * 40, "siblings": [], "likes": -5, "downloads": "many", "gguf": 7, "tags": None}
    server.fail("/api/models", body=json.dumps(good | {field: value}).encode())
    try:
        page = hub.page(REPO)
    except UserFacingError as error:
        assert error.code is ErrorCode.HUB_ERROR  # noqa: PT017 - both outcomes are right
    else:
        assert (page.repo.likes, page.repo.downloads, page.models, page.architecture) == (0, 0, (), None)


def test_sizes_and_hashes_that_are_none_are_not_taken(server: LoopbackHub, hub: Hub) -> None:
    siblings = [
        {"rfilename": f"model-{number}-Q4_0.gguf", "size": size, "lfs": {"sha256": sha, "size": 1, "pointerSize": 1}}
        for number, (size, sha) in enumerate([("7", "0" * 64), (-1, "0" * 64), (None, None), (7, "x"), (1 << 60, "")])
    ]
    body = {"id": REPO, "sha": "c" * 40, "siblings": siblings}
    server.fail("/api/models", body=json.dumps(body).encode())
    (model,) = hub.page(REPO).models
    assert (model.size_bytes, model.files[0].sha256) == (7, None)


# --- whom it speaks to, and what it says there ---


def test_the_token_is_sent_to_the_hub_alone(server: LoopbackHub, open_hub: Callable[..., Hub]) -> None:
    hub = open_hub(token="secret")
    server.fail("/api/models", redirect_to=f"{server.cdn}/cdn/{REPO}/config.json")
    assert hub.search("tiny", HubSort.LIKES) == ()
    hub.page(REPO)
    sent = [(request.is_cdn, request.headers.get("authorization")) for request in server.requests]
    assert set(sent) == {(False, "Bearer secret"), (True, None)}


def test_further_results_on_another_host_are_not_asked_for(server: LoopbackHub, open_hub: Callable[..., Hub]) -> None:
    hub = open_hub(token="secret")
    elsewhere = {"Link": f'<{server.cdn}/api/models?cursor=1>; rel="next"'}
    server.fail("/api/models", body=b"[]", headers=elsewhere)
    assert error_of(lambda: hub.search("tiny", HubSort.LIKES)).code is ErrorCode.HUB_ERROR
    assert not any(request.is_cdn for request in server.requests)


def test_nothing_is_asked_but_what_was_meant(server: LoopbackHub, hub: Hub) -> None:
    hub.search("tiny", HubSort.LIKES)
    hub.page(REPO)
    commit = server.repos[REPO].revision
    assert [request.path for request in server.requests] == [
        "/api/models",
        f"/api/models/{REPO}",
        f"/{REPO}/resolve/{commit}/README.md",
    ]
    assert {request.headers["user-agent"].partition("/")[0] for request in server.requests} == {"chatdesk"}


def test_a_proxy_is_used(server: LoopbackHub, open_hub: Callable[..., Hub]) -> None:
    hub = open_hub(endpoint="http://hub.invalid", proxy=server.endpoint)
    assert hub.page(REPO).models
    assert {request.headers["host"] for request in server.requests} == {"hub.invalid"}


def test_a_changed_mirror_is_asked_from_then_on(server: LoopbackHub) -> None:
    with LoopbackHub() as mirror:
        mirror.add_repo("owner/tiny-of-the-mirror", {})
        now = [HubAccess(server.endpoint)]
        hub = Hub(lambda: now[0])
        assert [repo.repo_id for repo in hub.search("tiny", HubSort.LIKES)] == [REPO]
        now[0] = HubAccess(mirror.endpoint)
        assert [repo.repo_id for repo in hub.search("tiny", HubSort.LIKES)] == ["owner/tiny-of-the-mirror"]
        hub.close()


@pytest.mark.parametrize(("number", "words"), [
    ("[Errno -2]", "Name or service not known"),
    ("[WinError 10061]", "No connection could be made because the target machine actively refused it"),
])  # fmt: skip
def test_why_a_host_cannot_be_reached_is_told_in_words_without_the_system_s_number(number: str, words: str) -> None:
    assert unreachable("hub.example", f"{number} {words}").detail.params["reason"] == words


CHILD = """
import sys
from chatdesk.core.hub_models import HubSort
from chatdesk.models.hub import Hub
from chatdesk.models.hub_access import HubAccess
heavy = {"httpx2", "huggingface_hub"} & set(sys.modules)
assert not heavy, heavy
hub = Hub(lambda: HubAccess(sys.argv[1]))
assert hub.search("tiny", HubSort.LIKES)
assert hub.page(sys.argv[2]).models
hub.close()
"""


def test_a_token_and_an_endpoint_that_lie_about_are_not_used_and_nothing_is_written(
    server: LoopbackHub, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("left-by-another-program")
    environment = os.environ | {
        "HF_HOME": str(tmp_path),
        "HF_TOKEN": "of-the-environment",
        "HF_ENDPOINT": "http://127.0.0.1:1",
        "AGENT": "a-program-that-calls",
    }
    command = [sys.executable, "-W", "error", "-c", CHILD, server.endpoint, REPO]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert not any("authorization" in request.headers for request in server.requests)
    assert [path.name for path in tmp_path.iterdir()] == ["token"]
