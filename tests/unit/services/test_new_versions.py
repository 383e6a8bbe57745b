"""New versions are looked for when somebody asks, over HTTP on loopback."""

import json
import threading
from collections.abc import Iterator

import pytest

from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import NewVersionsFailed, NewVersionsRead
from chatdesk.core.releases import Release, Version
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.release_page import ReleasePage
from chatdesk.services.new_versions import NewVersionService
from tests.support.desk import EventLog
from tests.support.loopback_hub import LoopbackHub

TAGS = ("v0.3.0", "v0.3.1", "v0.10.0", "v0.4.0", "v0.4.1-rc.1")


class Looking:
    """The service of version 0.3.0, the server it asks, and what it announced."""

    def __init__(self, server: LoopbackHub) -> None:
        self.server = server
        self.log = EventLog()
        page = ReleasePage(lambda: HubAccess(server.endpoint, is_hub=False))
        self.service = NewVersionService(Version(0, 3, 0), page.releases, self.log.post)
        self.page = page

    def publish(self, *tags: str) -> None:
        releases = [{"tag_name": tag, "draft": False, "prerelease": False, "body": f"New in {tag}."} for tag in tags]
        self.server.fail("/releases", body=json.dumps(releases).encode(), content_type="application/json")


@pytest.fixture
def looking() -> Iterator[Looking]:
    with LoopbackHub() as server:
        looking = Looking(server)
        yield looking
        assert looking.service.close(5)
        looking.page.close()


def test_newer_versions_are_told_the_newest_first(looking: Looking) -> None:
    looking.publish(*TAGS)
    looking.service.look()
    releases = looking.log.wait_for(NewVersionsRead).releases
    assert [(str(each.version), each.untrusted_notes) for each in releases] == [
        ("0.10.0", "New in v0.10.0."),
        ("0.4.0", "New in v0.4.0."),
        ("0.3.1", "New in v0.3.1."),
    ]


def test_the_newest_version_has_none_above_it(looking: Looking) -> None:
    looking.publish("v0.3.0", "v0.2.0")
    looking.service.look()
    assert looking.log.wait_for(NewVersionsRead).releases == ()


def test_each_wish_is_one_request_and_one_event_and_without_one_nothing_is_asked(looking: Looking) -> None:
    assert looking.server.requests == []
    looking.service.look()  # nothing is published: 404
    assert looking.log.wait_for(NewVersionsFailed).error.code is ErrorCode.RELEASES_ERROR
    looking.publish(*TAGS)
    looking.service.look()
    looking.log.wait_for(NewVersionsRead)
    assert looking.service.close(5)
    looking.service.look()  # the app is going away
    assert len(looking.server.requests) == len(looking.log.events) == 2


def test_wishes_during_a_look_are_answered_by_it() -> None:
    log, asked, may_answer = EventLog(), [], threading.Event()

    def read() -> list[Release]:
        asked.append("asked")
        assert may_answer.wait(20)
        return []

    service = NewVersionService(Version(0, 3, 0), read, log.post)
    for _ in range(3):
        service.look()
    may_answer.set()
    log.wait_for(NewVersionsRead)
    service.look()
    assert service.close(5)
    assert len(asked) == len(log.events) == 2
