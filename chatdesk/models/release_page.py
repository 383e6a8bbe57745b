"""Asks ChatDesk's release page which versions there are, over the same proxy and under the same limits as the Hub.

It is asked when a person wants to know, and never otherwise. Nothing is sent but the request; nothing is installed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chatdesk.core.errors import QT_TRANSLATE_NOOP, ErrorCode, UserFacingError
from chatdesk.core.releases import MOST_RELEASES, parse_releases
from chatdesk.models.hub_answers import unexpected
from chatdesk.models.hub_http import HubHttp

if TYPE_CHECKING:
    from chatdesk.core.releases import Release
    from chatdesk.models.hub_access import AccessNow

RELEASES_SERVER = "https://api.github.com"
RELEASES_PATH = "/repos/chatdesk/chatdesk/releases"
MOST_BYTES = 4 << 20

_MEANINGS = {
    ErrorCode.HUB_OFFLINE: ErrorCode.RELEASES_OFFLINE,
    ErrorCode.HUB_UNREACHABLE: ErrorCode.RELEASES_UNREACHABLE,
    ErrorCode.HUB_RATE_LIMITED: ErrorCode.RELEASES_RATE_LIMITED,
    ErrorCode.HUB_ERROR: ErrorCode.RELEASES_ERROR,
}


class ReleasePage:
    """Waits for the answer. May be called from any thread."""

    def __init__(self, access: AccessNow) -> None:
        """`access` leads to GitHub's API, which is no Hub."""
        self._access = access
        self._http = HubHttp()

    def releases(self) -> tuple[Release, ...]:
        """The last versions that were published.

        Raises:
            UserFacingError: `RELEASES_OFFLINE` before anything is sent, `RELEASES_UNREACHABLE`,
                `RELEASES_RATE_LIMITED` or `RELEASES_ERROR`.
        """
        try:
            return self._ask()
        except UserFacingError as error:
            raise UserFacingError(_MEANINGS[error.code], **error.detail.params) from error

    def _ask(self) -> tuple[Release, ...]:
        access = self._access()
        access.ensure_online()
        from chatdesk.models.hub_question import Question

        url = f"{access.endpoint}{RELEASES_PATH}?per_page={MOST_RELEASES}"
        answer = Question(self._http, access).ask(url, most_bytes=MOST_BYTES)
        try:
            return parse_releases(json.loads(answer.content))
        except (ValueError, RecursionError) as error:
            raise unexpected(QT_TRANSLATE_NOOP("Reasons", "its answer is not what was asked for")) from error

    def close(self) -> None:
        """Close all connections; nothing can be asked any more."""
        self._http.close()
