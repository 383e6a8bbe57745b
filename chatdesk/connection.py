"""Everything that reaches the network, by one way: the same proxy and offline mode, and the Hub's mirror and token."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from chatdesk.core.settings import ADDRESS_SCHEMES, is_address
from chatdesk.models.access_tokens import AccessTokens
from chatdesk.models.hub_access import DEFAULT_ENDPOINT, HubAccess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.fit import Machine
    from chatdesk.core.hub_models import RemoteFile, RemoteModel
    from chatdesk.core.releases import Release
    from chatdesk.core.settings import Settings
    from chatdesk.models.hub import Hub
    from chatdesk.models.hub_address import HubAddress
    from chatdesk.models.release_page import ReleasePage
    from chatdesk.models.remote_appraiser import RemoteAppraiser
    from chatdesk.models.transfer import Transfer

log = logging.getLogger(__name__)

ENDPOINT_VARIABLE = "HF_ENDPOINT"


class HubConnection:
    """The Hub's client, the transfer of files and the release page, each made when it is first needed.

    May be used from any thread: each is first asked for on a thread of its own.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        environ: Mapping[str, str],
        is_token_kept: Callable[[], bool] = lambda: True,
    ) -> None:
        """`settings` are asked before every use: they change while the app runs.

        `is_token_kept` says whether the keyring is worth asking: it may have a person type a password.
        """
        self._settings = settings
        self._is_token_kept = is_token_kept
        self._environ = environ
        self.tokens = AccessTokens(environ)

    def access(self) -> HubAccess:
        """How the Hub is reached now."""
        settings = self._settings()
        return HubAccess(
            endpoint=self._endpoint(settings),
            token=self.tokens.current() if self.has_token() and not settings.is_offline else None,
            proxy=settings.proxy,
            is_offline=settings.is_offline,
        )

    def address(self) -> str:
        """That of the Hub or the mirror, for a browser."""
        return self._endpoint(self._settings())

    def has_token(self) -> bool:
        """Whether there is an access token, as far as can be said without asking the keyring."""
        return self.tokens.is_from_environment or self._is_token_kept()

    @cached_property
    def hub(self) -> Hub:
        """Search and metadata."""
        from chatdesk.models.hub import Hub

        return Hub(self.access)

    @cached_property
    def transfer(self) -> Transfer:
        """The bytes of files."""
        from chatdesk.models.transfer import Transfer

        return Transfer(self.access)

    @cached_property
    def release_page(self) -> ReleasePage:
        """Which versions of ChatDesk there are. It gets no token, so the keyring is not asked for one."""
        from chatdesk.models.release_page import RELEASES_SERVER, ReleasePage

        def access() -> HubAccess:
            settings = self._settings()
            return HubAccess(RELEASES_SERVER, None, settings.proxy, settings.is_offline, is_hub=False)

        return ReleasePage(access)

    def releases(self) -> tuple[Release, ...]:
        """See `chatdesk.models.release_page.ReleasePage.releases`."""
        return self.release_page.releases()

    def fetch(
        self,
        model: RemoteModel,
        file: RemoteFile,
        part: Path,
        on_bytes: Callable[[int], None],
        should_stop: Callable[[], bool],
        on_trouble: Callable[[ErrorDetail | None], None],
    ) -> None:
        """See `chatdesk.models.transfer.Transfer.fetch`; a `Fetcher`."""
        self.transfer.fetch(model, file, part, on_bytes, should_stop, on_trouble)

    def read_address(self, text: str) -> HubAddress | None:
        """What `text` is the address of, or None when it reads as words to search for."""
        from chatdesk.models.hub_address import parse_address

        return parse_address(text, self.address())

    def _endpoint(self, settings: Settings) -> str:
        if settings.hub_endpoint:
            return settings.hub_endpoint.rstrip("/")
        named = self._environ.get(ENDPOINT_VARIABLE, "").strip()
        if named and not is_address(named, ADDRESS_SCHEMES["hub_endpoint"]):
            log.warning("%s is no address of a server and is not used: %.100r", ENDPOINT_VARIABLE, named)
            named = ""
        return (named or DEFAULT_ENDPOINT).rstrip("/")

    def appraiser(
        self, machine: Callable[[], Machine], correction: Callable[[], float] = lambda: 1.0
    ) -> RemoteAppraiser:
        """What gives verdicts on files of the Hub under the present settings."""
        from chatdesk.models.remote_appraiser import RemoteAppraiser

        return RemoteAppraiser(self._settings, machine, correction, self.transfer.read_range)

    def close(self) -> None:
        """Close what was opened."""
        for name in ("hub", "transfer", "release_page"):
            if name in self.__dict__:
                getattr(self, name).close()
