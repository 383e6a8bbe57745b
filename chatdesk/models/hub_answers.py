"""What an answer of the Hub, or of a host it sends us to, means for a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.untrusted_text import one_line
from chatdesk.models.hub_access import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKENS_URL = f"{DEFAULT_ENDPOINT}/settings/tokens"
DEFAULT_PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 3600
MOST_CHARS_OF_A_REASON = 200
_SYSTEMS_NUMBER = re.compile(r"\A\[(?:Errno|WinError) -?\d+\] ")  # which says less than the words behind it

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY_REQUESTS = 401, 403, 404, 429


def problem_of_hub(
    status: int, headers: Mapping[str, str], *, repo_id: str = "", filename: str = "", has_token: bool = False
) -> UserFacingError:
    """What the Hub means by a status of 400 or more. `headers` ignore case; `filename` is empty for a whole repo.

    The Hub says the kind of trouble in headers of its own: a repo that is not there, one that is private and one whose
    licence was not accepted may all be a 401.
    """
    named = _named_problem(headers.get("X-Error-Code", ""), repo_id, filename)
    if named is not None:
        return named
    if status in (_UNAUTHORIZED, _FORBIDDEN) and has_token and "disabled" not in headers.get("X-Error-Message", ""):
        return UserFacingError(ErrorCode.HUB_TOKEN_REFUSED, url=TOKENS_URL)
    if status == _NOT_FOUND and filename:
        return UserFacingError(ErrorCode.HUB_FILE_NOT_FOUND, repo_id=repo_id, filename=filename)
    if status in (_UNAUTHORIZED, _NOT_FOUND) and repo_id:
        return UserFacingError(ErrorCode.HUB_REPO_NOT_FOUND, repo_id=repo_id)
    return problem_of_host(status, headers)


def _named_problem(untrusted_code: str, repo_id: str, filename: str) -> UserFacingError | None:
    match untrusted_code:
        case "GatedRepo":
            # Licences are accepted and tokens made on the Hub itself, also by those who reach it through a mirror.
            return UserFacingError(ErrorCode.HUB_GATED, repo_id=repo_id, url=f"{DEFAULT_ENDPOINT}/{repo_id}")
        case "EntryNotFound" | "RevisionNotFound":
            return UserFacingError(ErrorCode.HUB_FILE_NOT_FOUND, repo_id=repo_id, filename=filename)
        case "RepoNotFound":
            return UserFacingError(ErrorCode.HUB_REPO_NOT_FOUND, repo_id=repo_id)
        case _:
            return None


def problem_of_host(status: int, headers: Mapping[str, str]) -> UserFacingError:
    """What a status of 400 or more means from a host that knows nothing of repos and tokens."""
    if status == _TOO_MANY_REQUESTS or (status == _FORBIDDEN and _is_for_a_while(headers)):
        return UserFacingError(ErrorCode.HUB_RATE_LIMITED, seconds=pause_seconds(headers))
    message = one_line(headers.get("X-Error-Message", ""), MOST_CHARS_OF_A_REASON)
    return UserFacingError(ErrorCode.HUB_ERROR, reason=f"HTTP {status}" + (f": {message}" if message else ""))


def _is_for_a_while(headers: Mapping[str, str]) -> bool:
    """Whether something is forbidden only because of too many requests.

    See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
    """
    return "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"


def pause_seconds(headers: Mapping[str, str]) -> int:
    """How long to wait before asking again; bounded.

    By `Retry-After`, as seconds or a date, or else by GitHub's `X-RateLimit-Reset`, in seconds since 1970.
    """
    value, reset = headers.get("Retry-After", "").strip(), headers.get("X-RateLimit-Reset", "")
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), LONGEST_PAUSE_SECONDS)
    if not value and reset.isascii() and reset.isdigit():
        left = int(reset[:12]) - datetime.now(UTC).timestamp()
        return round(min(max(left, 0), LONGEST_PAUSE_SECONDS))
    try:
        until = parsedate_to_datetime(value)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        seconds = (until - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):  # the latter of numbers that no calendar knows
        return DEFAULT_PAUSE_SECONDS
    return round(min(max(seconds, 0), LONGEST_PAUSE_SECONDS))


def unexpected(reason: str) -> UserFacingError:
    """An answer that is none to what was asked."""
    return UserFacingError(ErrorCode.HUB_ERROR, reason=one_line(reason, MOST_CHARS_OF_A_REASON))


def unreachable(host: str, reason: str) -> UserFacingError:
    """No answer at all, or one that broke off."""
    words = _SYSTEMS_NUMBER.sub("", one_line(reason, MOST_CHARS_OF_A_REASON))
    return UserFacingError(ErrorCode.HUB_UNREACHABLE, host=one_line(host, 100), reason=words)
