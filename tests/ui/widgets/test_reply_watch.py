import time
from dataclasses import replace

import pytest

from chatdesk.core.events import Event, MessageAdded, ReplyFinished, ReplyStarted
from chatdesk.core.messages import Message, ReplyStatus
from chatdesk.core.reply_notices import LONG_SECONDS, ReplyNotice
from chatdesk.ui.reply_watch import ReplyWatch
from tests.ui.transcript.messages import reply

REPLY = replace(reply("r", "**Once** upon a time\nthere was a <b>cat</b>."), conversation_id="c")


class Scene:
    """A clock, a person who looks or does not, and what was told."""

    def __init__(self, wanted: ReplyNotice = ReplyNotice.PLAIN) -> None:
        self.now = 0.0
        self.is_in_sight = False
        self.told: list[tuple[str, str, str]] = []
        self._watch = ReplyWatch(lambda: wanted, clock=lambda: self.now, is_in_sight=lambda: self.is_in_sight)
        self._watch.ended.connect(lambda *told: self.told.append(told))

    def see(self, event: Event, after: float = 0.0) -> None:
        self.now += after
        self._watch.on_event(event)

    def wait_for(self, message: Message = REPLY, seconds: float = LONG_SECONDS + 1) -> list[tuple[str, str, str]]:
        self.see(MessageAdded(REPLY))
        self.see(ReplyStarted(REPLY), 1.0)
        self.see(ReplyFinished(message), seconds - 1.0)
        return self.told


def test_a_long_reply_that_ends_out_of_sight_is_told_without_its_text() -> None:
    assert Scene().wait_for() == [("The reply is ready", "", "c")]


def test_its_beginning_is_told_only_to_who_wants_it() -> None:
    assert Scene(ReplyNotice.WITH_TEXT).wait_for() == [
        ("The reply is ready", "Once upon a time there was a <b>cat</b>.", "c")
    ]


def test_a_reply_of_any_length_is_told_at_once() -> None:
    long = reply("r", "*a " * 300_000)  # nothing is slower to read as words: 8 seconds for all of it
    started = time.perf_counter()
    told = Scene(ReplyNotice.WITH_TEXT).wait_for(long)
    assert time.perf_counter() - started < 1
    assert told[0][1].startswith("*a *a")


def test_a_failure_is_told_as_one() -> None:
    told = Scene(ReplyNotice.WITH_TEXT).wait_for(replace(REPLY, status=ReplyStatus.FAILED))
    assert told == [("The reply could not be written", "", "c")]


@pytest.mark.parametrize("seconds", [2.0, LONG_SECONDS])
def test_a_short_reply_is_not_told(seconds: float) -> None:
    assert Scene().wait_for(seconds=seconds) == []


def test_nothing_is_told_to_who_looks_stopped_it_or_does_not_want_it() -> None:
    looking = Scene()
    looking.is_in_sight = True
    assert looking.wait_for() == []
    assert Scene().wait_for(replace(REPLY, status=ReplyStatus.STOPPED)) == []
    assert Scene(ReplyNotice.NEVER).wait_for() == []
