from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.core.load_fixes import LoadAttempt, LoadFix
from chatdesk.core.model_files import ModelFile
from chatdesk.ui.load_failures import LoadFailures
from chatdesk.ui.notices import NoticeAction, NoticeStrip
from tests.ui.widgets.finding import find

MODEL = ModelFile("/m/Big-Q8_0.gguf", 9_000_000_000, 1.0, repo_id="owner/Big-GGUF")
TOO_LARGE = ErrorDetail(
    ErrorCode.MODEL_TOO_LARGE, {"model": MODEL.name, "needed": 11_000_000_000, "free": 6_200_000_000}
)


@pytest.fixture
def strip(qtbot: QtBot) -> NoticeStrip:
    strip = NoticeStrip()
    qtbot.addWidget(strip)
    strip.resize(700, 200)
    return strip


def action(text: str, do: Callable[[], None] = lambda: None) -> NoticeAction:
    return NoticeAction(text, do)


def buttons(strip: NoticeStrip) -> list[QPushButton]:
    return strip.findChildren(QPushButton, "notice_action")


def button(strip: NoticeStrip, text: str) -> QPushButton:
    return next(button for button in buttons(strip) if button.text() == text)


# --- the strip ---


def test_two_offers_of_undo_with_the_same_words_both_stay(strip: NoticeStrip) -> None:
    for _ in range(2):
        strip.show_notice("deleted", [action("Undo")])
    strip.show_notice("told")
    strip.show_notice("told again")
    assert strip.texts() == ["deleted", "deleted", "told again"]


def test_notices_are_shown_once_at_most_three_and_can_be_acted_on(strip: NoticeStrip) -> None:
    done: list[str] = []
    strip.show_notice("first")
    strip.show_notice("first")
    strip.show_notice("second", [action("Undo", lambda: done.append("undone"))])
    strip.show_notice("third")
    strip.show_notice("fourth")
    assert strip.texts() == ["second", "third", "fourth"]
    find(strip, QPushButton, "notice_action").click()
    assert done == ["undone"]
    assert strip.texts() == ["third", "fourth"]
    for close in strip.findChildren(QToolButton, "notice_close"):
        close.click()
    assert strip.isHidden()


def test_several_actions_stand_below_the_words_and_break_into_rows_where_it_is_narrow(
    strip: NoticeStrip, qtbot: QtBot
) -> None:
    strip.show_notice("What now?", [action(f"Do number {number}") for number in range(4)])
    strip.show()
    qtbot.waitExposed(strip)
    words = find(strip, QLabel, "notice_text")
    below = words.mapTo(strip, words.rect().bottomLeft()).y()
    assert all(button.mapTo(strip, button.rect().topLeft()).y() > below for button in buttons(strip))
    assert len({button.y() for button in buttons(strip)}) == 1
    strip.resize(300, 400)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons(strip)}) > 1)
    assert all(button.geometry().right() < 300 for button in buttons(strip))


def test_actions_are_reached_by_keyboard_in_their_order_and_have_names(strip: NoticeStrip, qtbot: QtBot) -> None:
    done: list[str] = []
    strip.show_notice("What now?", [action("One", lambda: done.append("one")), action("Two")])
    strip.show()
    qtbot.waitExposed(strip)
    first, second = buttons(strip)
    assert [first.accessibleName(), second.accessibleName()] == ["One", "Two"]
    assert first.accessibleDescription() == "What now?"
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert strip.focusWidget() is second
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert done == ["one"]
    assert strip.texts() == []


def test_a_notice_can_be_taken_back(strip: NoticeStrip) -> None:
    strip.show_notice("broken", [action("Mend")])
    strip.show_notice("other")
    strip.take_back("broken")
    strip.take_back("never said")
    assert strip.texts() == ["other"]


def test_a_notice_is_never_taken_for_html(strip: NoticeStrip) -> None:
    strip.show_notice("<b>bold</b>", [action("a & b")])
    assert find(strip, QLabel, "notice_text").textFormat() is Qt.TextFormat.PlainText
    assert buttons(strip)[0].text() == "a && b"


# --- loads that failed ---


def test_what_would_not_fit_tells_both_figures_and_can_be_loaded_anyway(strip: NoticeStrip, qtbot: QtBot) -> None:
    failures = LoadFailures(strip)
    failures.show(MODEL, TOO_LARGE, LoadAttempt(8192))
    assert "needs about 11.0 GB of memory, and 6.2 GB are free" in strip.texts()[0]
    with qtbot.waitSignal(failures.retry_requested) as asked:
        button(strip, "Load anyway").click()
    assert asked.args == [MODEL, LoadFix.LOAD_ANYWAY, {}]
    assert strip.texts() == []


def test_each_fix_says_what_it_does_and_hands_over_the_settings_it_changes(strip: NoticeStrip, qtbot: QtBot) -> None:
    fit = Fit(FitLabel.SHORTER_CONTEXT, MemoryNeed(9, 1, 1), 8192, fitting_n_ctx=5120, n_gpu_layers=12)
    failures = LoadFailures(strip)
    failures.show(MODEL, ErrorDetail(ErrorCode.MODEL_OUT_OF_MEMORY, {"model": "Big"}), LoadAttempt(8192, 30, fit))
    texts = [button.text() for button in buttons(strip)]
    assert texts == ["Context of 5,120 tokens", "12 layers on the GPU", "Find a smaller file", "Choose another model"]
    with qtbot.waitSignal(failures.retry_requested) as asked:
        button(strip, "Context of 5,120 tokens").click()
    assert asked.args == [MODEL, LoadFix.SHORTER_CONTEXT, {"n_ctx": 5120}]


def test_no_layers_at_all_are_called_by_their_name(strip: NoticeStrip) -> None:
    LoadFailures(strip).show(MODEL, TOO_LARGE, LoadAttempt(8192, 1))
    assert "Without the GPU" in [button.text() for button in buttons(strip)]


def test_a_second_failure_of_a_model_replaces_the_first_and_success_removes_it(strip: NoticeStrip) -> None:
    failures = LoadFailures(strip)
    failures.show(MODEL, TOO_LARGE, LoadAttempt(8192))
    failures.show(MODEL, ErrorDetail(ErrorCode.MODEL_EMPTY, {"model": "Big"}), LoadAttempt(8192))
    assert len(strip.texts()) == 1
    assert "is empty" in strip.texts()[0]
    failures.take_back(MODEL)
    assert strip.texts() == []


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_can_be_shown_as_a_failed_load(code: ErrorCode, strip: NoticeStrip) -> None:
    LoadFailures(strip).show(MODEL, ErrorDetail(code), LoadAttempt(8192, 30))
    assert len(strip.texts()) == 1
    assert all(button.accessibleName() for button in buttons(strip))
