"""A Hugging Face Hub on 127.0.0.1, with what can go wrong with one.

It speaks what the real `huggingface_hub` client and `chatdesk.models` need, and keeps every request it was sent.

    with LoopbackHub() as hub:
        repo = hub.add_repo("owner/tiny-GGUF", {"tiny-Q4_K_M.gguf": content, "README.md": b"# Tiny"})
        access = HubAccess(hub.endpoint, None)                # as the app reaches it
        model = repo.model("tiny-Q4_K_M.gguf")                # a RemoteModel, as `Hub.find_model` finds it
        Transfer(lambda: access).fetch(model, model.files[0], ...)
        assert hub.requests[-1].headers["range"] == "bytes=1000-"

Large files are sent by a second host, as on the Hub, unless `LoopbackHub(has_cdn=False)`. Files that end in .gguf are
large ones (with a SHA-256), but for those in `small_files`. A gated repo wants a token: `hub.tokens` are those that
exist, `repo.granted` those of people who were let in.

Faults are scripted, and each hits the next request that fits it (`times=n`: the next n):

    hub.fail(drop_after=1000)                                 # 1,000 bytes of a file, then the connection is gone
    hub.fail(times=3, status=500)
    hub.fail("/api/models", status=429, headers={"Retry-After": "7"})
    hub.fail("/resolve/", redirect_to="http://127.0.0.1:1/")

The first argument is a part of the path; without it a fault hits GET requests that are answered with a file's bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.core.model_files import shard_names

Content = bytes | Path  # what a file holds, or where on this disk that lies
BLOCK_BYTES = 1 << 18
FILE_BYTES = "the bytes of a file"


@dataclass
class HubFile:
    """A file of a repo; a large one has a SHA-256."""

    content: Content
    sha256: str | None

    @property
    def size_bytes(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    @property
    def etag(self) -> str:
        return self.sha256 or hashlib.sha1(self._bytes(), usedforsecurity=False).hexdigest()

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        if isinstance(self.content, bytes):
            for offset in range(start, end, BLOCK_BYTES):
                yield self.content[offset : min(offset + BLOCK_BYTES, end)]
            return
        with self.content.open("rb") as file:
            file.seek(start)
            while start < end:
                block = file.read(min(BLOCK_BYTES, end - start))
                start += len(block)
                yield block

    def _bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


@dataclass
class Repo:
    """A repo; everything may be changed while the hub runs."""

    repo_id: str
    files: dict[str, HubFile]
    revision: str
    gated: str | bool = False  # "auto" or "manual"
    granted: set[str] = field(default_factory=set)
    downloads: int = 0
    likes: int = 0
    last_modified: str = "2026-01-02T03:04:05.000Z"
    card_data: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ("gguf",)
    pipeline_tag: str | None = "text-generation"
    gguf: Mapping[str, Any] | None = None

    def model(self, filename: str) -> RemoteModel:
        """The model that `filename` is, or is the first shard of."""
        return RemoteModel(
            self.repo_id,
            self.revision,
            tuple(
                RemoteFile(name, self.files[name].size_bytes, self.files[name].sha256) for name in shard_names(filename)
            ),
        )

    def put(self, filename: str, content: Content, *, is_large: bool = True) -> None:
        """Add or replace a file."""
        self.files[filename] = HubFile(content, _sha256(content) if is_large else None)


@dataclass(frozen=True)
class Request:
    """What a client asked. Names of headers are in lower case; `is_cdn`: of the second host."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    is_cdn: bool


@dataclass
class Fault:
    """What goes wrong with one answer. `happened` is set once it has."""

    # Instead of the answer:
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    redirect_to: str | None = None
    # In the bytes of a file:
    drop_after: int | None = None  # so many bytes of the body, then the connection is closed
    stall_after: int | None = None  # so many bytes of the body, then none until the client or the hub goes
    flip_at: int | None = None  # the bits of this byte of the file are turned over
    content: bytes | None = None  # the file holds this
    cut_to: int | None = None  # the answer says and holds so many bytes
    extra: bytes = b""  # the answer says and holds these after the file's own
    # In what is said of them:
    ignores_range: bool = False
    is_chunked: bool = False  # no Content-Length
    content_range: str | None = None
    etag: str | None = None
    encoding: str | None = None
    content_type: str = "application/octet-stream"
    happened: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)


@dataclass
class _Scripted:
    where: str
    fault: Fault
    times: int


class LoopbackHub:
    """Two HTTP servers with threads of their own, from `with` to its end."""

    def __init__(self, *, has_cdn: bool = True) -> None:
        self.has_cdn = has_cdn
        self.repos: dict[str, Repo] = {}
        self.tokens: set[str] = set()
        self.page_size: int | None = None  # of search results; None: as many as were asked for
        self.bytes_per_second: float | None = None  # of each answer with a file's bytes; None: as fast as it goes
        self.sent: list[tuple[int, int]] = []  # of each of these: the offset in the file, and how many bytes went out
        self.requests: list[Request] = []
        self.bugs: list[BaseException] = []
        self.is_closing = threading.Event()
        self._faults: list[_Scripted] = []
        self._lock = threading.Lock()
        self._hub = _Server(self, is_cdn=False)
        self._cdn = _Server(self, is_cdn=True)
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.02,), name=name)
            for server, name in ((self._hub, "loopback-hub"), (self._cdn, "loopback-cdn"))
        ]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._hub.server_port}"

    @property
    def cdn(self) -> str:
        """The address of the second host."""
        return f"http://127.0.0.1:{self._cdn.server_port}"

    def add_repo(
        self,
        repo_id: str,
        files: Mapping[str, Content],
        *,
        small_files: Iterable[str] = (),
        revision: str | None = None,
        **about: Any,
    ) -> Repo:
        """A repo with these files; `about` are fields of `Repo`."""
        commit = revision or hashlib.sha1(repo_id.encode(), usedforsecurity=False).hexdigest()
        repo = Repo(repo_id, {}, commit, **about)
        for name, content in files.items():
            repo.put(name, content, is_large=name.endswith(".gguf") and name not in small_files)
        self.repos[repo_id] = repo
        return repo

    def fail(self, where: str = FILE_BYTES, *, times: int = 1, **fault: Any) -> Fault:
        """Let the next `times` requests that fit `where` go wrong; `fault` are fields of `Fault`."""
        scripted = Fault(**fault)
        with self._lock:
            self._faults.append(_Scripted(where, scripted, times))
        return scripted

    def heal(self) -> None:
        """Forget faults that have not happened."""
        with self._lock:
            self._faults.clear()

    def asked(self, part_of_path: str) -> list[Request]:
        """The requests so far whose path contains `part_of_path`."""
        return [request for request in self.requests if part_of_path in request.path]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.is_closing.set()
        for server in (self._hub, self._cdn):
            server.shutdown()
            server.hang_up()
            server.server_close()
        for thread in self._threads:
            thread.join()
        if self.bugs:
            raise self.bugs[0]

    def note(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def fault_for(self, request: Request, *, sends_file: bool) -> Fault | None:
        """The next scripted fault that fits, taken off the script."""
        with self._lock:
            for scripted in self._faults:
                is_it = sends_file if scripted.where == FILE_BYTES else scripted.where in request.path
                if not is_it:
                    continue
                scripted.times -= 1
                if scripted.times <= 0:
                    self._faults.remove(scripted)
                return scripted.fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them

    def __init__(self, hub: LoopbackHub, *, is_cdn: bool) -> None:
        self.hub = hub
        self.is_cdn = is_cdn
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End all connections that are open."""
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # gone already

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        import sys

        error = sys.exception()
        # A client may go at any time; anything else is a fault of this hub, not of what is tested.
        if error is not None and not isinstance(error, ConnectionError):
            self.hub.bugs.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The head of an answer and its body in one packet where they fit.
    wbufsize = -1
    server: _Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the base class
        del format, args

    def _answer(self) -> None:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.request_seen = Request(self.command, url.path, parse_qs(url.query), headers, self.server.is_cdn)
        self._hub.note(self.request_seen)
        if self.server.is_cdn:
            self._send_from_cdn(url.path)
        elif url.path == "/api/models":
            self._send_search()
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?", url.path):
            self._send_repo_info(found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/(?:resolve|raw)/([^/]+)/(.+)", url.path):
            self._send_file(found[1], unquote(found[2]), unquote(found[3]))
        elif not self._has_failed():
            self._send_error(404, "EntryNotFound", "no such page")

    @property
    def _hub(self) -> LoopbackHub:
        return self.server.hub

    def _has_failed(self, *, sends_file: bool = False) -> bool:
        """Whether a fault came in place of the answer."""
        return self._instead(self._hub.fault_for(self.request_seen, sends_file=sends_file))

    def _instead(self, fault: Fault | None) -> bool:
        if fault is None:
            return False
        if fault.redirect_to is not None:
            self._send(fault.status or 302, b"", {"Location": fault.redirect_to, **fault.headers})
        elif fault.status is not None or fault.body:
            self._send(fault.status or 200, fault.body, fault.headers, content_type=fault.content_type, fault=fault)
        else:
            return False
        fault.happened.set()
        return True

    # --- what the Hub tells ---

    def _send_search(self) -> None:
        if self._has_failed():
            return
        query = self.request_seen.query
        words = query.get("search", [""])[0].casefold().split()
        tags = set(query.get("filter", []))
        found = [
            repo
            for repo in self._hub.repos.values()
            if all(word in repo.repo_id.casefold() for word in words) and tags <= set(repo.tags)
        ]
        match query.get("sort", [""])[0]:
            case "downloads":
                found.sort(key=lambda repo: -repo.downloads)
            case "likes":
                found.sort(key=lambda repo: -repo.likes)
            case "lastModified":
                found.sort(key=lambda repo: repo.last_modified, reverse=True)
        start = int(query.get("cursor", ["0"])[0])
        limit = self._hub.page_size or int(query.get("limit", ["1000"])[0])
        headers = {}
        if start + limit < len(found):
            headers["Link"] = f'<{self._hub.endpoint}{self._with_cursor(start + limit)}>; rel="next"'
        self._send_json([self._about(repo) for repo in found[start : start + limit]], headers)

    def _with_cursor(self, cursor: int) -> str:
        path = re.sub(r"&cursor=\d+", "", self.path)
        return f"{path}&cursor={cursor}"

    def _send_repo_info(self, repo_id: str) -> None:
        if self._has_failed():
            return
        repo = self._hub.repos.get(repo_id)
        if repo is None:
            self._send_no_repo()
            return
        self._send_json(self._about(repo) | {"siblings": [_sibling(*item) for item in repo.files.items()]})

    def _about(self, repo: Repo) -> dict[str, Any]:
        about: dict[str, Any] = {
            "_id": "0" * 24,
            "id": repo.repo_id,
            "modelId": repo.repo_id,
            "author": repo.repo_id.partition("/")[0],
            "sha": repo.revision,
            "lastModified": repo.last_modified,
            "private": False,
            "gated": repo.gated,
            "disabled": False,
            "downloads": repo.downloads,
            "likes": repo.likes,
            "tags": list(repo.tags),
            "cardData": dict(repo.card_data),
        }
        if repo.pipeline_tag is not None:
            about["pipeline_tag"] = repo.pipeline_tag
        if repo.gguf is not None:
            about["gguf"] = dict(repo.gguf)
        return about

    # --- files ---

    def _send_file(self, repo_id: str, revision: str, filename: str) -> None:
        repo = self._hub.repos.get(repo_id)
        file = repo.files.get(filename) if repo is not None else None
        is_elsewhere = self._hub.has_cdn and file is not None and file.sha256 is not None
        fault = self._hub.fault_for(self.request_seen, sends_file=not is_elsewhere and self.command == "GET")
        if self._instead(fault):
            return
        if repo is None:
            self._send_no_repo()
        elif revision not in (repo.revision, "main"):
            self._send_error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif file is None:
            self._send_error(404, "EntryNotFound", "Entry not found")
        elif repo.gated and filename != "README.md" and not self._is_granted(repo):
            pass  # said
        else:
            fault = fault or Fault()
            etag = fault.etag or file.etag
            headers = {"X-Repo-Commit": repo.revision, "Accept-Ranges": "bytes"}
            if file.sha256 is not None:
                headers |= {"X-Linked-ETag": f'"{etag}"', "X-Linked-Size": str(file.size_bytes)}
            if is_elsewhere:
                target = f"{self._hub.cdn}/cdn/{quote(repo_id)}/{quote(filename)}?signature=secret"
                self._send(302, b"", headers | {"Location": target})
            else:
                self._send_content(file, headers | {"ETag": f'"{etag}"'}, fault)

    def _send_from_cdn(self, path: str) -> None:
        fault = self._hub.fault_for(self.request_seen, sends_file=self.command == "GET")
        if self._instead(fault):
            return
        _, _, owner, name, filename = unquote(path).split("/", 4)
        file = self._hub.repos[f"{owner}/{name}"].files[filename]
        fault = fault or Fault()
        self._send_content(file, {"ETag": f'"{fault.etag or "cdn-" + file.etag[:16]}"'}, fault)

    def _is_granted(self, repo: Repo) -> bool:
        token = self.request_seen.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            self._send_error(401, "GatedRepo", f"Access to model {repo.repo_id} is restricted.")
        elif token not in self._hub.tokens:
            self._send_error(401, None, "Invalid credentials in Authorization header")
        elif token not in repo.granted:
            self._send_error(403, "GatedRepo", f"Access to model {repo.repo_id} is restricted.")
        else:
            return True
        return False

    def _send_content(self, file: HubFile, headers: dict[str, str], fault: Fault) -> None:
        if fault.content is not None:
            file = HubFile(fault.content, None)
        size = file.size_bytes
        asked = self.request_seen.headers
        start, end, status = 0, size, 200
        is_stale = asked.get("if-range") not in (None, headers["ETag"])
        if "range" in asked and not fault.ignores_range and not is_stale:
            found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked["range"])
            assert found is not None, asked["range"]
            start, end, status = int(found[1]), min(int(found[2] or size - 1) + 1, size), 206
            if start >= size:
                self._send(416, b"", {"Content-Range": f"bytes */{size}"})
                return
            headers["Content-Range"] = fault.content_range or f"bytes {start}-{end - 1}/{size}"
        if fault.cut_to is not None:
            end = min(end, start + fault.cut_to)
        length = end - start + len(fault.extra)
        headers["Content-Type"] = fault.content_type
        if fault.encoding is not None:
            headers["Content-Encoding"] = fault.encoding
        headers |= {"Transfer-Encoding": "chunked"} if fault.is_chunked else {"Content-Length": str(length)}
        self._send_head(status, headers)
        if self.command != "HEAD":
            self._send_body(file, start, end, fault)
        fault.happened.set()

    def _send_body(self, file: HubFile, start: int, end: int, fault: Fault) -> None:
        if isinstance(file.content, Path) and fault == Fault() and self._hub.bytes_per_second is None:
            # As web servers send files: the bytes do not pass through Python.
            self.wfile.flush()
            with file.content.open("rb") as content:
                self.connection.sendfile(content, start, end - start)
            self._hub.sent.append((start, end - start))
            return
        ends_at = next((at for at in (fault.drop_after, fault.stall_after) if at is not None), None)
        stop = end if ends_at is None else min(end, start + ends_at)
        offset = start
        try:
            for block in file.blocks(start, stop):
                sent = block
                if fault.flip_at is not None and offset <= fault.flip_at < offset + len(block):
                    at = fault.flip_at - offset
                    sent = block[:at] + bytes([block[at] ^ 0xFF]) + block[at + 1 :]
                self._write(sent, is_chunked=fault.is_chunked)
                offset += len(block)
                if self._hub.bytes_per_second is not None:
                    self._hub.is_closing.wait(len(block) / self._hub.bytes_per_second)
        finally:
            self._hub.sent.append((start, offset - start))
        if ends_at is not None:
            self.wfile.flush()
            self.close_connection = True
            fault.happened.set()
            if fault.stall_after is not None:
                self._wait_until_the_client_goes()
            return
        if fault.extra:
            self._write(fault.extra, is_chunked=fault.is_chunked)
        if fault.is_chunked:
            self._write(b"", is_chunked=True)

    def _wait_until_the_client_goes(self) -> None:
        self.connection.settimeout(0.05)
        while not self._hub.is_closing.is_set():
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    # --- HTTP ---

    def _send_json(self, content: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send(200, json.dumps(content).encode(), headers or {}, content_type="application/json")

    def _send_no_repo(self) -> None:
        # The Hub does not tell strangers whether a repo is private or not there.
        if "authorization" in self.request_seen.headers:
            self._send_error(404, "RepoNotFound", "Repository not found")
        else:
            self._send_error(401, "RepoNotFound", "Invalid username or password.")

    def _send_error(self, status: int, code: str | None, message: str) -> None:
        headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code is not None else {})
        self._send(status, json.dumps({"error": message}).encode(), headers, content_type="application/json")

    def _send(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str],
        *,
        content_type: str = "text/plain",
        fault: Fault | None = None,
    ) -> None:
        self._send_head(status, {"Content-Type": content_type, "Content-Length": str(len(body)), **headers})
        if self.command == "HEAD":
            return
        cut = fault.drop_after if fault is not None else None
        self._write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def _send_head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status, HTTPStatus(status).phrase)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, data: bytes, *, is_chunked: bool = False) -> None:
        if is_chunked:
            data = f"{len(data):x}\r\n".encode() + data + b"\r\n"
        self.wfile.write(data)


def _sha256(content: Content) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sibling(filename: str, file: HubFile) -> dict[str, Any]:
    sibling: dict[str, Any] = {"rfilename": filename, "size": file.size_bytes, "blobId": "0" * 40}
    if file.sha256 is not None:
        sibling["lfs"] = {"sha256": file.sha256, "size": file.size_bytes, "pointerSize": 134}
    return sibling
