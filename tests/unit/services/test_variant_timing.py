"""Variants are timed when nothing happens, and anything that happens ends it."""

import threading
from collections.abc import Iterator

import pytest

from chatdesk.core.events import FoldersListed, JobCrashed, ReplyFinished
from chatdesk.engine.base import ShouldStop
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.variant_timing import VariantTimingService
from tests.support.desk import Desk
from tests.support.talking import ask, engine_busy, load, wait_until

QUIET_SECONDS = 0.05
SOMETHING = FoldersListed(())


class Timed:
    """Takes as long as it may, and counts."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.begun = threading.Semaphore(0)
        self.ended = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.has_power = True
        self.service = VariantTimingService(desk.inference, self.time, lambda: self.has_power, QUIET_SECONDS, 0.01)
        desk.log.listeners.append(self.service.on_event)

    def time(self, should_stop: ShouldStop) -> bool:
        self.begun.release()
        is_done = wait_until(lambda: should_stop() or self.may_end.is_set())
        assert is_done
        self.ended.release()
        return not should_stop()


@pytest.fixture
def timed(desk: Desk) -> Iterator[Timed]:
    made = Timed(desk)
    yield made
    made.service.close()
    made.may_end.set()
    assert desk.log.of(JobCrashed) == []


def test_it_begins_when_nothing_happens_and_is_done_once(timed: Timed) -> None:
    load(timed.desk, ScriptedEngine("Hello."))
    timed.may_end.set()
    timed.service.start()
    assert timed.begun.acquire(timeout=10)
    assert timed.ended.acquire(timeout=10)
    assert not timed.begun.acquire(timeout=10 * QUIET_SECONDS)


def test_a_message_ends_it_and_is_answered_and_then_it_begins_again(timed: Timed) -> None:
    load(timed.desk, ScriptedEngine("Hello."))
    timed.service.start()
    assert timed.begun.acquire(timeout=10)
    ask(timed.desk, "Hello")
    assert timed.ended.acquire(timeout=10)
    assert timed.desk.log.of(ReplyFinished)
    assert timed.begun.acquire(timeout=10)


def test_what_happens_elsewhere_ends_it_too(timed: Timed) -> None:
    load(timed.desk, ScriptedEngine("Hello."))
    timed.service.start()
    assert timed.begun.acquire(timeout=10)
    timed.desk.log.post(SOMETHING)
    assert timed.ended.acquire(timeout=10)
    assert timed.begun.acquire(timeout=10)


def test_a_plug_that_is_pulled_ends_it_until_there_is_power_again(timed: Timed) -> None:
    load(timed.desk, ScriptedEngine("Hello."))
    timed.service.start()
    assert timed.begun.acquire(timeout=10)
    timed.has_power = False
    assert timed.ended.acquire(timeout=10)
    assert not timed.begun.acquire(timeout=6 * QUIET_SECONDS)
    timed.has_power = True
    assert timed.begun.acquire(timeout=10)


def test_no_timer_outlives_it(desk: Desk) -> None:
    before = set(threading.enumerate())
    service = VariantTimingService(desk.inference, lambda _should_stop: True, lambda: True, quiet_seconds=600)
    service.start()
    assert len(set(threading.enumerate()) - before) == 1
    service.close()
    assert set(threading.enumerate()) <= before


def test_closing_ends_it(timed: Timed) -> None:
    load(timed.desk, ScriptedEngine("Hello."))
    timed.service.start()
    assert timed.begun.acquire(timeout=10)
    timed.service.close()
    assert timed.desk.inference.close(5)
    assert timed.ended.acquire(timeout=1)
    assert not timed.begun.acquire(timeout=4 * QUIET_SECONDS)


def test_what_came_while_it_waited_for_the_engine_makes_it_wait_anew(desk: Desk) -> None:
    timed = Timed(desk)
    load(desk, ScriptedEngine("Hello."))
    service = VariantTimingService(desk.inference, timed.time, lambda: True, quiet_seconds=0.5)
    with engine_busy(desk):
        service.start()
        assert not timed.begun.acquire(timeout=1.0)
        service.on_event(SOMETHING)
    assert not timed.begun.acquire(timeout=0.25)
    assert timed.begun.acquire(timeout=10)
    service.close()
    timed.may_end.set()


@pytest.mark.parametrize("has_model", [True, False])
def test_it_waits_for_power_and_for_a_model(timed: Timed, has_model: bool) -> None:
    timed.has_power = not has_model
    if has_model:
        load(timed.desk, ScriptedEngine("Hello."))
    timed.service.start()
    assert not timed.begun.acquire(timeout=6 * QUIET_SECONDS)
    timed.has_power = True
    if not has_model:
        load(timed.desk, ScriptedEngine("Hello."))
    assert timed.begun.acquire(timeout=10)
