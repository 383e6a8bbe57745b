from datetime import date
from typing import Any

import pytest

from chatdesk.core.releases import (
    MOST_NOTES_CHARS,
    MOST_RELEASES,
    MOST_TOLD,
    MOST_TOLD_CHARS,
    Release,
    Version,
    newer_releases,
    parse_releases,
    parse_version,
    told_releases,
)

OURS = Version(0, 3, 0)


def published(tag: object = "v0.4.0", **about: Any) -> dict[str, Any]:
    """A release as GitHub lists it."""
    return {
        "tag_name": tag,
        "draft": False,
        "prerelease": False,
        "published_at": "2026-12-24T18:00:00Z",
        "body": "- New.",
        "html_url": "https://example.org/elsewhere",
        **about,
    }


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None, text
    return found


def test_versions_stand_in_the_order_of_semver() -> None:
    ascending = ["0.0.9", "0.3.0-rc.1", "0.3.0", "0.3.1", "0.9.0", "0.10.0", "v1.0.0", "1.0.10", "2.0.0+build.5"]
    found = [version(text) for text in ascending]
    assert found == sorted(found)
    assert len(set(found)) == len(found)
    assert version("v0.4.0") == version("0.4.0") == version("0.4.0+linux")
    assert str(version("v0.10.2")) == "0.10.2"


@pytest.mark.parametrize("text", [
    "", "latest", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3 ", "1.2.3\n", "V 1.2.3", "١.٢.٣",
    "1.2.3-<b>", "9999999999.0.0", "9" * 100_000, "1.2.3-" + "a" * 100_000 + "!", "1.2.3-" + "a." * 50_000,
])  # fmt: skip
def test_what_is_no_version_is_none(text: str) -> None:
    assert parse_version(text) is None


def test_a_release_tells_its_version_day_and_notes() -> None:
    assert parse_releases([published()]) == (Release(Version(0, 4, 0), date(2026, 12, 24), "- New."),)


def test_drafts_pre_releases_and_other_tags_are_not_offered() -> None:
    others = [
        published("v0.5.0", draft=True),
        published("v0.5.1", prerelease=True),
        published("v0.5.2-rc.1"),
        published("nightly"),
        published(None),
        published(7),
        published("v0.5.3", draft=None),
        {},
    ]
    assert [release.version for release in parse_releases([*others, published()])] == [Version(0, 4, 0)]


@pytest.mark.parametrize("untrusted", [None, {}, "[]", 5, True, {"message": "Not Found"}, [None], [[]], ["v0.4.0"]])
def test_an_answer_that_is_no_list_of_releases_is_refused(untrusted: object) -> None:
    with pytest.raises(ValueError, match="no list of releases"):
        parse_releases(untrusted)


@pytest.mark.parametrize("time", [None, 5, "", "yesterday", "2026-13-40T00:00:00Z", "9" * 5000, "\x00"])
def test_a_day_that_cannot_be_read_is_unknown(time: object) -> None:
    (release,) = parse_releases([published(published_at=time)])
    assert release.published is None


def test_notes_hold_nothing_that_turns_or_tears_text_and_have_an_end() -> None:
    (release,) = parse_releases([published(body="gpj\u202e.exe\x1b[31m\ud800\r\nnext\u2029last")])
    assert release.untrusted_notes == "gpj.exe[31m\nnext\nlast"
    (release,) = parse_releases([published(body="a" * (MOST_NOTES_CHARS + 1))])
    assert release.untrusted_notes == "a" * MOST_NOTES_CHARS + "\n…"
    (release,) = parse_releases([published(body=["no", "text"])])
    assert release.untrusted_notes == ""


def test_a_list_without_end_is_read_only_so_far() -> None:
    endless = [published(f"1.0.{number}") for number in range(10 * MOST_RELEASES)]
    read = parse_releases(endless)
    assert len(read) == MOST_RELEASES
    assert newer_releases(read, OURS) == tuple(reversed(read))
    assert told_releases(newer_releases(read, OURS)) == tuple(reversed(read))[:MOST_TOLD]


def test_only_newer_ones_are_told_the_newest_first_and_each_once() -> None:
    tags = ["0.2.9", "0.3.0", "0.4.0", "1.0.0", "0.10.0", "v0.4.0", "0.3.1"]
    newer = newer_releases(parse_releases([published(tag) for tag in tags]), OURS)
    assert [str(release.version) for release in newer] == ["1.0.0", "0.10.0", "0.4.0", "0.3.1"]


@pytest.mark.parametrize(
    ("lengths", "told"),
    [([], 0), ([MOST_NOTES_CHARS + 2] * 3, 1), ([MOST_TOLD_CHARS - 5, 5, 1], 2), ([MOST_TOLD_CHARS - 5, 6, 0], 1)],
)
def test_as_much_is_told_as_can_be_read_at_once(lengths: list[int], told: int) -> None:
    newer = [Release(Version(1, 0, 100 - place), None, "a" * length) for place, length in enumerate(lengths)]
    assert told_releases(newer) == tuple(newer[:told])


def test_who_tries_a_pre_release_is_told_of_its_release() -> None:
    (release,) = newer_releases(parse_releases([published("0.4.0")]), version("0.4.0-rc.2"))
    assert release.version == Version(0, 4, 0)
    assert newer_releases(parse_releases([published("0.4.0")]), version("0.4.0")) == ()
