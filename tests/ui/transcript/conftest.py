from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorDetail
from chatdesk.ui.transcript.style import light_style
from chatdesk.ui.transcript.view import TranscriptView


def words_of(detail: ErrorDetail) -> str:
    return f"Sorry: {detail.english}"


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_view(qtbot: QtBot, clock: Clock) -> Callable[[int, int], TranscriptView]:
    def make(width: int, height: int) -> TranscriptView:
        view = TranscriptView(light_style(), words_of, clock=clock)
        qtbot.addWidget(view)
        view.resize(width, height)
        with qtbot.waitExposed(view):
            view.show()
        return view

    return make


@pytest.fixture
def view(make_view: Callable[[int, int], TranscriptView]) -> TranscriptView:
    return make_view(900, 600)
