from __future__ import annotations

import logging
import subprocess
import sys

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.errors import KeyringLocked

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.models.access_tokens import SERVICE, USER, AccessTokens, Keyring

TOKEN = "hf_abcDEF0123456789"


class MemoryKeyring:
    """Keeps secrets as a system's keyring does, and counts how often it is asked."""

    priority: float = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self._fail()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._fail()
        del self.kept[service, username]

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class PlaintextKeyring(MemoryKeyring):
    """As keyrings.alt has one."""

    priority = 0.5


class ForgetfulKeyring(MemoryKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Chain(MemoryKeyring):
    """As keyring's chainer: asks several in turn."""

    priority = 10

    def __init__(self, *backends: Keyring) -> None:
        super().__init__()
        self.backends = backends


FAILING: Keyring = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]  # keyring says no types
NULL: Keyring = keyring.backends.null.Keyring()  # type: ignore[no-untyped-call]  # keyring says no types


@pytest.fixture
def backend() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def tokens(backend: MemoryKeyring) -> AccessTokens:
    return AccessTokens({}, lambda: backend)


def not_saved(tokens: AccessTokens, token: str = TOKEN) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        tokens.save(token)
    assert TOKEN not in str(caught.value)
    assert "{" not in caught.value.detail.english
    return caught.value


def test_a_token_lies_in_the_system_s_keyring_and_is_there_at_the_next_start(
    backend: MemoryKeyring, tokens: AccessTokens
) -> None:
    assert tokens.current() is None
    tokens.save(f"  {TOKEN}\n")
    assert tokens.current() == TOKEN
    assert backend.kept == {(SERVICE, USER): TOKEN}
    assert AccessTokens({}, lambda: backend).current() == TOKEN


def test_the_keyring_is_asked_once_and_only_when_needed(backend: MemoryKeyring) -> None:
    backend.kept[SERVICE, USER] = TOKEN
    tokens = AccessTokens({}, lambda: backend)
    assert backend.asked == 0
    assert [tokens.current() for _ in range(3)] == [TOKEN] * 3
    assert backend.asked == 1


def test_the_environment_wins_and_the_keyring_is_not_even_asked(backend: MemoryKeyring) -> None:
    backend.kept[SERVICE, USER] = "hf_other"
    tokens = AccessTokens({"HF_TOKEN": f"{TOKEN}\n"}, lambda: backend)
    assert tokens.current() == TOKEN
    assert tokens.is_from_environment
    assert backend.asked == 0
    assert AccessTokens({"HUGGING_FACE_HUB_TOKEN": TOKEN}, lambda: backend).current() == TOKEN
    assert AccessTokens({"HF_TOKEN": "", "HUGGING_FACE_HUB_TOKEN": " "}, lambda: backend).current() == "hf_other"


def test_a_deleted_token_is_gone_here_and_there(backend: MemoryKeyring, tokens: AccessTokens) -> None:
    tokens.save(TOKEN)
    tokens.delete()
    assert tokens.current() is None
    assert backend.kept == {}
    tokens.delete()  # also when there is none


def test_a_keyring_that_keeps_it_after_all_is_told(backend: MemoryKeyring, tokens: AccessTokens) -> None:
    tokens.save(TOKEN)
    backend.error = KeyringLocked(TOKEN)
    with pytest.raises(UserFacingError) as caught:
        tokens.delete()
    assert caught.value.code is ErrorCode.TOKEN_NOT_DELETED
    assert TOKEN not in str(caught.value)
    assert "{" not in caught.value.detail.english
    assert tokens.current() is None


@pytest.mark.parametrize(
    "unsafe",
    [
        FAILING,
        NULL,
        PlaintextKeyring(),
        ForgetfulKeyring(),
        Chain(),
        Chain(PlaintextKeyring(), NULL),
    ],
)
def test_without_a_safe_place_it_is_kept_in_memory_and_that_is_said(unsafe: Keyring) -> None:
    tokens = AccessTokens({}, lambda: unsafe)
    assert not_saved(tokens).code is ErrorCode.TOKEN_NOT_SAVED
    assert tokens.current() == TOKEN
    assert AccessTokens({}, lambda: unsafe).current() is None
    members = getattr(unsafe, "backends", (unsafe,))
    assert not any(getattr(member, "kept", {}) for member in members)


def test_of_a_chain_only_the_safe_ones_are_used() -> None:
    plain, safe = PlaintextKeyring(), MemoryKeyring()
    plain.kept[SERVICE, USER] = "hf_left_in_plain_text"
    chain = Chain(plain, safe)
    tokens = AccessTokens({}, lambda: chain)
    assert tokens.current() is None
    tokens.save(TOKEN)
    assert safe.kept == {(SERVICE, USER): TOKEN}
    assert plain.kept == {(SERVICE, USER): "hf_left_in_plain_text"}


@pytest.mark.parametrize("error", [KeyringLocked(TOKEN), RuntimeError(TOKEN), OSError(TOKEN)])
def test_a_keyring_that_fails_is_a_sentence_without_the_token(
    error: Exception, backend: MemoryKeyring, tokens: AccessTokens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    backend.error = error
    assert tokens.current() is None
    assert not_saved(tokens).code is ErrorCode.TOKEN_NOT_SAVED
    assert tokens.current() == TOKEN
    assert TOKEN not in caplog.text


def test_a_system_whose_keyring_cannot_be_found_has_none() -> None:
    def find() -> Keyring:
        raise ImportError("PYTHON_KEYRING_BACKEND names nothing")

    tokens = AccessTokens({}, find)
    assert tokens.current() is None
    assert not_saved(tokens).code is ErrorCode.TOKEN_NOT_SAVED


@pytest.mark.parametrize("text", ["", "  ", "two words", "hf_\nX-Other: header", "hf_é", "hf_\x00", "hf_\x7f"])
def test_what_cannot_be_a_token_is_refused_and_never_sent(
    text: str, backend: MemoryKeyring, tokens: AccessTokens
) -> None:
    assert not_saved(tokens, text).code is ErrorCode.HUB_TOKEN_REFUSED
    assert backend.kept == {}
    backend.kept[SERVICE, USER] = text
    assert AccessTokens({"HF_TOKEN": text}, lambda: backend).current() is None


def test_a_token_is_in_no_repr(tokens: AccessTokens) -> None:
    tokens.save(TOKEN)
    assert TOKEN not in repr(tokens)
    assert TOKEN not in repr(AccessTokens({"HF_TOKEN": TOKEN}))


def test_keyring_is_imported_only_when_it_is_asked() -> None:
    code = "import sys, chatdesk.models.access_tokens as a; a.AccessTokens({}); print('keyring' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
