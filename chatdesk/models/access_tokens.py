"""The access token for the Hub: in the system's keyring, or for this run only in memory; never in a file or a log."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.errors import QT_TRANSLATE_NOOP, ErrorCode, UserFacingError
from chatdesk.models.hub_answers import TOKENS_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SERVICE, USER = "ChatDesk", "huggingface.co"
# As huggingface_hub reads them, in this order.
VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
# keyring's own measure: below it a backend is not recommended, as those that write plain text or nothing at all.
LEAST_PRIORITY = 1
_NO_ANSWER = QT_TRANSLATE_NOOP("Reasons", "the keyring is locked or does not answer")

_log = logging.getLogger(__name__)


class Keyring(Protocol):
    """What is asked of a backend of the keyring library; any of it may raise anything its system does."""

    @property
    def priority(self) -> float:
        """How much keyring recommends it."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None when there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""

    def delete_password(self, service: str, username: str) -> None:
        """Keep it no more."""


def system_keyring() -> Keyring:
    """The backend that keyring chose for this system."""
    import keyring  # late: it looks for backends among all installed packages

    found: Keyring = keyring.get_keyring()
    return found


class AccessTokens:
    """Knows the one access token. May be used from any thread; the keyring is asked once, when first needed."""

    def __init__(self, environ: Mapping[str, str], find_keyring: Callable[[], Keyring] = system_keyring) -> None:
        self._environ = environ
        self._find_keyring = find_keyring
        self._lock = threading.Lock()
        self._is_read = False
        self._token: str | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"  # as it would be without being asked for: no token in any traceback

    @property
    def is_from_environment(self) -> bool:
        """Whether the environment decides: what is saved here does not count then."""
        return self._from_environment() is not None

    def current(self) -> str | None:
        """The token to use now. The first call may wait until a person has unlocked the keyring."""
        if (given := self._from_environment()) is not None:
            return given
        with self._lock:
            if not self._is_read:
                self._token = self._read()
                self._is_read = True
            return self._token

    def save(self, token: str) -> None:
        """Use `token` from now on and keep it in the keyring.

        Raises:
            UserFacingError: `HUB_TOKEN_REFUSED`: it cannot be one; `TOKEN_NOT_SAVED`: it is used until the app closes.
        """
        token = token.strip()
        if not is_possible(token):
            raise UserFacingError(ErrorCode.HUB_TOKEN_REFUSED, url=TOKENS_URL)
        with self._lock:
            self._token, self._is_read = token, True
            reason = self._write(token)
        if reason is not None:
            raise UserFacingError(ErrorCode.TOKEN_NOT_SAVED, reason=reason)

    def delete(self) -> None:
        """Use no token any more, and remove it from the keyring.

        Raises:
            UserFacingError: `TOKEN_NOT_DELETED`: it is not used, but may still lie there.
        """
        is_gone = True
        with self._lock:
            self._token, self._is_read = None, True
            for backend in self._safe_backends():
                try:
                    if backend.get_password(SERVICE, USER) is not None:
                        backend.delete_password(SERVICE, USER)
                except Exception as error:  # noqa: BLE001 - a backend may raise anything its system does
                    is_gone = False
                    _log.warning("the access token may still be in the keyring: %s", type(error).__name__)
        if not is_gone:
            raise UserFacingError(ErrorCode.TOKEN_NOT_DELETED, reason=_NO_ANSWER, url=TOKENS_URL)

    def _from_environment(self) -> str | None:
        for name in VARIABLES:
            token = self._environ.get(name, "").strip()
            if token and is_possible(token):
                return token
        return None

    def _read(self) -> str | None:
        for backend in self._safe_backends():
            try:
                token = backend.get_password(SERVICE, USER)
            except Exception as error:  # noqa: BLE001 - a backend may raise anything its system does
                # Its kind only: a message may repeat what was asked for.
                _log.warning("the keyring does not answer: %s", type(error).__name__)
                continue
            if token and is_possible(token):
                return token
        return None

    def _write(self, token: str) -> str | None:
        """Why the token could not be kept, or None."""
        reason = QT_TRANSLATE_NOOP("Reasons", "no keyring is installed")
        for backend in self._safe_backends():
            try:
                backend.set_password(SERVICE, USER, token)
                if backend.get_password(SERVICE, USER) == token:
                    return None
                reason = QT_TRANSLATE_NOOP("Reasons", "the keyring forgot it")
            except Exception as error:  # noqa: BLE001 - a backend may raise anything its system does
                _log.warning("the keyring does not take the access token: %s", type(error).__name__)
                reason = _NO_ANSWER
        return reason

    def _safe_backends(self) -> Iterable[Keyring]:
        """The backends in which a secret is safe, the best first."""
        try:
            chosen = self._find_keyring()
            # One that asks several others in turn would also ask those that are not safe.
            members: Iterable[Keyring] = getattr(chosen, "backends", (chosen,))
            return [backend for backend in members if _is_safe(backend)]
        except Exception as error:  # noqa: BLE001 - finding a backend runs what is installed and configured there
            _log.warning("no keyring can be used: %s", type(error).__name__)
            return []


def _is_safe(backend: Keyring) -> bool:
    """Whether a backend keeps secrets from others: neither plain text in a file, nor nothing at all."""
    kind = type(backend)
    name = f"{kind.__module__}.{kind.__qualname__}".lower()
    return backend.priority >= LEAST_PRIORITY and not any(word in name for word in ("plain", "null", "fail"))


def is_possible(token: str) -> bool:
    """Whether a text can be sent as a token: visible ASCII only, so that it cannot end a header."""
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
