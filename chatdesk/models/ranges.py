"""Whether an answer to a request for a file, or for its rest, is the right one: the rules of HTTP ranges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.models.hub_answers import unexpected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.hub_models import RemoteFile, RemoteModel

OK, PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 200, 206, 416
# https://www.rfc-editor.org/rfc/rfc9110#section-14.4, with bounds on the digits
_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,15})-(\d{1,15})|\*)/(\d{1,15}|\*)", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def range_from(offset: int, size: int | None = None) -> dict[str, str]:
    """The header that asks for `size` bytes from `offset` on, or for all the rest; none for the whole file."""
    if offset == 0 and size is None:
        return {}
    return {"Range": f"bytes={offset}-{'' if size is None else offset + size - 1}"}


def ensure_same_file(hub_headers: Mapping[str, str], model: RemoteModel, file: RemoteFile) -> None:
    """Check what the Hub says of a file it was asked for by commit against what it said when it was chosen.

    Raises:
        UserFacingError: `DOWNLOAD_CHANGED`.
    """
    etag = entity_tag(hub_headers.get("X-Linked-ETag", ""))
    commit = hub_headers.get("X-Repo-Commit", model.revision)
    if file.sha256 is None:
        is_same = commit == model.revision
    else:  # a mirror may name things otherwise, but two different hashes are two different files
        is_same = _SHA256.fullmatch(etag) is None or etag == file.sha256
    if not is_same:
        raise changed(file)


def body_start(status: int, headers: Mapping[str, str], offset: int, file: RemoteFile) -> int | None:
    """Where in the file the body of this answer begins; None: the range was refused. `offset` is what was asked for.

    Raises:
        UserFacingError: `DOWNLOAD_CHANGED` where another size is stated, `HUB_ERROR` for what is no answer to this.
    """
    if headers.get("Content-Encoding", "identity") != "identity":
        raise unexpected("the file is sent compressed, which was not asked for")
    if "html" in headers.get("Content-Type", "").lower():
        raise unexpected("a web page came in place of the file; perhaps this network wants you to sign in")
    match status:
        case 206:
            return _partial_start(headers, offset, file)
        case 416:
            _ensure_size(_total(headers), file)
            return None
        case 200:
            _ensure_size(headers.get("Content-Length", "*"), file)
            return 0
        case _:
            raise unexpected(f"HTTP {status}")


def entity_tag(untrusted_header: str) -> str:
    """What an `ETag` header holds, without its quotes and the mark of a weak one."""
    return untrusted_header.strip().removeprefix("W/").strip('"')


def changed(file: RemoteFile) -> UserFacingError:
    """The Hub has another file now than the one that was chosen."""
    return UserFacingError(ErrorCode.DOWNLOAD_CHANGED, model=file.filename)


def _partial_start(headers: Mapping[str, str], offset: int, file: RemoteFile) -> int:
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if found is None or found[1] is None:
        raise unexpected("it does not say which part of the file it sends")
    _ensure_size(found[3], file)
    if int(found[1]) != offset or not offset <= int(found[2]) < file.size_bytes:
        raise unexpected("it sends another part of the file than was asked for")
    return offset


def _total(headers: Mapping[str, str]) -> str:
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    return found[3] if found is not None else "*"


def _ensure_size(untrusted_stated: str, file: RemoteFile) -> None:
    """Check a stated size of the whole file; `*`: none is stated."""
    if untrusted_stated not in ("*", str(file.size_bytes)):
        raise changed(file)
