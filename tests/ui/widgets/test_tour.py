import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.ui.tour import Tour
from tests.ui.widgets.finding import find

MOST_HINTS = 3


@pytest.fixture
def tour(qtbot: QtBot) -> Tour:
    tour = Tour()
    qtbot.addWidget(tour)
    return tour


def test_there_are_three_hints_at_most_and_then_it_is_over(tour: Tour, qtbot: QtBot) -> None:
    tour.begin()
    hints = []
    with qtbot.waitSignal(tour.finished):
        for _ in range(MOST_HINTS):
            hints.append(find(tour, QLabel, "tour_text").text())
            qtbot.keyClick(find(tour, QPushButton, "tour_next"), Qt.Key.Key_Space)
    assert len(set(hints)) == len(hints)
    assert tour.isHidden()


def test_it_can_be_sent_away_at_the_first_hint(tour: Tour, qtbot: QtBot) -> None:
    tour.begin()
    with qtbot.waitSignal(tour.finished):
        find(tour, QPushButton, "tour_skip").click()
    assert tour.isHidden()


def test_what_is_not_shown_does_not_end(tour: Tour, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(tour.finished):
        tour.end()


def test_it_takes_no_focus(tour: Tour, qtbot: QtBot) -> None:
    writing = QPushButton()
    qtbot.addWidget(writing)
    writing.setFocus()
    focused: QWidget | None = writing.focusWidget()
    tour.begin()
    assert writing.focusWidget() is focused
