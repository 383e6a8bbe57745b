"""How the Hub, or another server, is reached: a value that search, metadata and transfer share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from chatdesk.core.errors import ErrorCode, UserFacingError

DEFAULT_ENDPOINT = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class HubAccess:
    """Where the Hub is and how to get there.

    `endpoint` is the Hub's address or a mirror's, without a slash at its end. `token` is sent there and nowhere else.
    `proxy` None: the one that the system or the environment names, if any. Where it leads to no Hub (`is_hub`), the
    server knows nothing of repos, is given no token and may lead nowhere else.
    """

    endpoint: str = DEFAULT_ENDPOINT
    token: str | None = field(default=None, repr=False)
    proxy: str | None = None
    is_offline: bool = False
    is_hub: bool = True

    def ensure_online(self) -> None:
        """Raise `HUB_OFFLINE` in offline mode; called before anything could open a socket.

        Raises:
            UserFacingError: `HUB_OFFLINE`.
        """
        if self.is_offline:
            raise UserFacingError(ErrorCode.HUB_OFFLINE)


# Asked before every use: settings change while the app runs.
AccessNow = Callable[[], HubAccess]
