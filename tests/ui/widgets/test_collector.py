import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from chatdesk.ui.collector import Collector


class Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    usual = gc.get_threshold()
    collector = Collector(qapp)
    yield collector
    collector.deleteLater()
    gc.set_threshold(*usual)


def test_what_only_a_full_search_finds_waits_until_another_program_is_used(
    collector: Collector, qapp: QGuiApplication
) -> None:
    cycle = Cycle()
    gc.collect()  # it is among what is old now
    gone = weakref.ref(cycle)
    del cycle
    for _ in range(20):
        kept = [Cycle() for _ in range(10_000)]  # a full search would have come several times
    assert kept
    assert gone() is not None
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert gone() is not None
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert gone() is None
