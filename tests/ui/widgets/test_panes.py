import threading

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import ModelLoadProgressed
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.ui.bridge import EventBridge
from chatdesk.ui.wording import error_words

STARTER = ModelFile("/m/Starter & Co-Q4_1.gguf", 98_000_000, 1.0, ModelOrigin.STARTER)
OTHER = ModelFile("/m/Other-Q8_0.gguf", 4_100_000_000, 1.0)


# --- bridge ---


def test_events_of_many_threads_all_arrive_in_the_order_of_each(qtbot: QtBot) -> None:
    bridge = EventBridge()
    received: list[ModelLoadProgressed] = []
    bridge.received.connect(received.append)

    def post(model: ModelFile) -> None:
        for step in range(500):
            bridge.post(ModelLoadProgressed(model, step))

    threads = [threading.Thread(target=post, args=(model,)) for model in (STARTER, OTHER)]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: len(received) == 1000, timeout=10_000)
    for thread in threads:
        thread.join()
    for model in (STARTER, OTHER):
        assert [event.fraction for event in received if event.model == model] == list(range(500))


def test_after_closing_nothing_arrives(qtbot: QtBot) -> None:
    bridge = EventBridge()
    received: list[object] = []
    bridge.received.connect(received.append)
    bridge.post(ModelLoadProgressed(OTHER, 0.0))
    bridge.close()
    bridge.post(ModelLoadProgressed(OTHER, 1.0))
    QCoreApplication.processEvents()
    assert received == []


# --- words ---


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_can_be_worded_even_without_its_parameters(code: ErrorCode) -> None:
    assert error_words(ErrorDetail(code))


def test_numbers_in_errors_are_grouped() -> None:
    words = error_words(ErrorDetail(ErrorCode.PROMPT_TOO_LONG, {"tokens": 250_000, "n_ctx": 8192}))
    assert "250,000" in words
    assert "8,192" in words
