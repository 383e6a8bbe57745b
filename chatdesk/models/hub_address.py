"""Reads the address of a repo, or of a file in it, as people paste it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from chatdesk.models.hub_access import DEFAULT_ENDPOINT

MOST_CHARS = 2_000
HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
# Owner and name as the Hub allows them: https://huggingface.co/docs/huggingface_hub/package_reference/utilities
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?"
_REPO_ID = re.compile(rf"{_PART}/{_PART}")
# `owner/name:Q4_K_M`, as llama.cpp and Ollama take it
_WITH_QUANTIZATION = re.compile(rf"({_PART}/{_PART}):([A-Za-z0-9_-]+)")
# Beginnings of paths that are not repos of models
_OTHER_PAGES = frozenset(
    {"api", "blog", "chat", "collections", "datasets", "docs", "join", "learn", "login", "models", "organizations"}
    | {"papers", "posts", "search", "settings", "spaces", "tasks"}
)


class HubAddress(NamedTuple):
    """A repo, and the file (its path in the repo) or the quantization that the address names, if any."""

    repo_id: str
    filename: str | None = None


def is_repo_id(untrusted_text: str) -> bool:
    """Whether this is `owner/name` as the Hub allows it."""
    return (
        _REPO_ID.fullmatch(untrusted_text) is not None
        and "--" not in untrusted_text
        and ".." not in untrusted_text
        and not untrusted_text.endswith(".git")
    )


def parse_address(text: str, endpoint: str = DEFAULT_ENDPOINT) -> HubAddress | None:
    """What `text` is the address of, or None when it reads as words to search for.

    `owner/name`, `owner/name:Q4_K_M`, and addresses on the Hub, on hf.co or at `endpoint`, with or without their
    scheme, of a repo, a folder of it or a file.
    """
    address = text.strip()
    if not address or len(address) > MOST_CHARS or any(char.isspace() for char in address):
        return None
    if _is_of_a_model(address):
        return HubAddress(address)
    if (found := _WITH_QUANTIZATION.fullmatch(address)) and _is_of_a_model(found[1]):
        return HubAddress(found[1], found[2])
    return _parse_url(address, endpoint)


def _parse_url(address: str, endpoint: str) -> HubAddress | None:
    mirror = urlsplit(endpoint)
    try:
        url = urlsplit(address if "://" in address else f"https://{address}")
        host = url.hostname
    except ValueError:  # an unclosed bracket of an IPv6 address
        return None
    if url.scheme not in ("http", "https") or (host not in HUB_HOSTS and url.netloc != mirror.netloc):
        return None
    above = f"{mirror.path.rstrip('/')}/" if url.netloc == mirror.netloc else "/"
    if not url.path.startswith(above):
        return None
    match [unquote(part) for part in url.path.removeprefix(above).split("/") if part]:
        case [owner, name, "blob" | "resolve" | "raw", _, *folders] if folders:
            wanted = "/".join(folders)
        case [owner, untrusted_name, *_]:
            name, _, wanted = untrusted_name.partition(":")
        case _:
            return None
    repo_id = f"{owner}/{name}"
    return HubAddress(repo_id, wanted or None) if _is_of_a_model(repo_id) else None


def _is_of_a_model(untrusted_text: str) -> bool:
    """Whether this is the id of a repo and not the beginning of another address on the Hub."""
    return is_repo_id(untrusted_text) and untrusted_text.partition("/")[0].lower() not in HUB_HOSTS | _OTHER_PAGES
