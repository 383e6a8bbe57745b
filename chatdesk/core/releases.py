"""The published versions of ChatDesk: what the release page answers, and which of them are newer than this one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from chatdesk.core.untrusted_text import several_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The browser goes here and nowhere else, whatever an answer says.
RELEASE_PAGE = "https://github.com/chatdesk/chatdesk/releases"
MOST_RELEASES = 30
MOST_NOTES_CHARS = 10_000
# Who is further behind reads on there.
MOST_TOLD = 10
MOST_TOLD_CHARS = 20_000

_NUMBER = r"(0|[1-9][0-9]{0,8})"
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?")


class Version(NamedTuple):
    """A version in the order of https://semver.org.

    Pre-releases of one version are all alike, and come before it: none is ever offered.
    """

    major: int
    minor: int
    patch: int
    is_final: bool = True

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, slots=True)
class Release:
    """A version with the Markdown that tells what is new in it, and the day it was published, if that is known."""

    version: Version
    published: date | None
    untrusted_notes: str


def parse_version(untrusted_text: str) -> Version | None:
    """The version that `untrusted_text` is the name of, as in `0.4.0`, `v0.4.0` or `0.4.0-rc.1`."""
    found = _VERSION.fullmatch(untrusted_text)
    if found is None:
        return None
    major, minor, patch, pre_release = found.groups()
    return Version(int(major), int(minor), int(patch), is_final=pre_release is None)


def parse_releases(untrusted: Any) -> tuple[Release, ...]:
    """What GitHub lists as the releases of a repo, without drafts, pre-releases and what is no version.

    See https://docs.github.com/en/rest/releases/releases#list-releases. The answer is read from JSON.

    Raises:
        ValueError: it is no list of releases.
    """
    if not isinstance(untrusted, list) or not all(isinstance(each, dict) for each in untrusted):
        raise ValueError("no list of releases")
    found = (_release(each) for each in untrusted[:MOST_RELEASES])
    return tuple(release for release in found if release is not None)


def newer_releases(releases: Iterable[Release], version: Version) -> tuple[Release, ...]:
    """Those newer than `version`, the newest first and each once."""
    by_version = {release.version: release for release in releases if release.version > version}
    return tuple(by_version[newer] for newer in sorted(by_version, reverse=True))


def told_releases(newer: Sequence[Release]) -> tuple[Release, ...]:
    """The first of them, as many as can be read at once: `MOST_TOLD` with notes of `MOST_TOLD_CHARS` together."""
    lengths = accumulate(len(release.untrusted_notes) for release in newer[:MOST_TOLD])
    return tuple(release for release, length in zip(newer, lengths, strict=False) if length <= MOST_TOLD_CHARS)


def _release(untrusted: dict[str, Any]) -> Release | None:
    name = untrusted.get("tag_name")
    version = parse_version(name) if isinstance(name, str) else None
    is_offered = untrusted.get("draft") is False and untrusted.get("prerelease") is False
    if version is None or not version.is_final or not is_offered:
        return None
    notes = untrusted.get("body")
    return Release(
        version,
        _day(untrusted.get("published_at")),
        several_lines(notes, MOST_NOTES_CHARS) if isinstance(notes, str) else "",
    )


def _day(untrusted_time: object) -> date | None:
    """The day of a time such as `2026-11-27T08:00:00Z`."""
    try:
        return date.fromisoformat(untrusted_time[:10]) if isinstance(untrusted_time, str) else None
    except ValueError:
        return None
