"""What a reply was made from, and its replay, from the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from chatdesk.core.batches import BatchRun
from chatdesk.core.context import PromptMessage
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import ReplayFinished
from chatdesk.core.messages import Message, ReplyFigures, ReplyOrigin, Role
from chatdesk.core.replays import ChangedOption, Difference, ReplayResult, ReplayVerdict, ReplyRecipe
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.ui import theme
from chatdesk.ui.replays.origin_dialog import OriginDialog
from chatdesk.ui.replays.wording import batches_words, result_words
from tests.support.clipping import clipped
from tests.support.desk import Desk, model
from tests.support.window import N_CTX, Person

ORIGIN = ReplyOrigin("SmolLM2-135M-Instruct", "/x", SamplingParams(), "", 3141592653, 8192, 512, 512, 2, 0)
RECIPE = ReplyRecipe(
    tuple(range(3215)), (BatchRun(512, 512, 6), BatchRun(143, 143)), (1, 2), "9f" * 16, "ab" * 32, "0.3.36", "f16", True
)

# The platform without a screen has no window manager to place a dialog.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def run_verb(person: Person, name: str) -> None:
    view = person.transcript()
    next(verb for verb in view.verbs.of(len(view.column.messages) - 1) if verb.name == name).run()


def dialogs(person: Person) -> list[OriginDialog]:
    return [dialog for dialog in person.window.findChildren(OriginDialog) if dialog.isVisible()]


def opened(person: Person, verb: str) -> OriginDialog:
    run_verb(person, verb)
    person.wait(lambda: dialogs(person))
    return dialogs(person)[0]


def facts(dialog: OriginDialog) -> dict[str, str]:
    labels = dialog.findChildren(QLabel, "origin_value")
    return {label.accessibleName(): label.text() for label in labels}


def result(dialog: OriginDialog) -> str:
    label = dialog.findChild(QLabel, "replay_result")
    assert isinstance(label, QLabel)
    return label.text() if label.isVisible() else ""


def replay_button(dialog: OriginDialog) -> QPushButton:
    button = dialog.findChild(QPushButton, "replay_button")
    assert isinstance(button, QPushButton)
    return button


def speak(desk: Desk, replies: Sequence[str] | Callable[[Sequence[PromptMessage]], str], seconds: float = 0) -> None:
    desk.garage.engines["/models/Other.gguf"] = ScriptedEngine(
        replies, name="Other", n_ctx=N_CTX, seconds_per_chunk=seconds
    )
    desk.inference.load(model("Other"), LoadOptions())


def test_a_reply_tells_what_it_was_made_from(person: Person) -> None:
    person.ask("How far is the hut?")
    told = facts(opened(person, "origin"))
    assert told["Model"] == "Scripted"
    assert told["Seed"] == "1"
    assert "max_tokens 100" in told["Sampling"]
    assert told["Prompt"].startswith("22 tokens, ")
    assert sum(int(size) for size in told["Processed in batches of"].split(", ")) == 22
    assert told["Model file (content)"] == "scripted-Scripted"[:16]
    assert "n_threads 1" in told["Loaded with"]


def test_replay_says_that_the_reply_is_identical(person: Person, desk: Desk) -> None:
    person.ask("How far is the hut?")
    shown = tuple(person.transcript().column.messages)
    dialog = opened(person, "replay")
    person.wait(lambda: result(dialog))
    assert result(dialog) == "Identical: all 24 token(s) came out the same."
    assert tuple(person.transcript().column.messages) == shown
    assert desk.store.active_path(shown[0].conversation_id) == shown


def test_a_replay_is_stopped_by_its_button_and_begun_again(person: Person, desk: Desk, qtbot: QtBot) -> None:
    speak(desk, ["one and two and " * 6], seconds=0.01)
    person.ask("Count")
    dialog = opened(person, "replay")
    progress = dialog.findChild(QProgressBar, "replay_progress")
    assert isinstance(progress, QProgressBar)
    person.wait(lambda: progress.value() > 20)
    assert replay_button(dialog).text() == "Stop"
    qtbot.mouseClick(replay_button(dialog), Qt.MouseButton.LeftButton)
    person.wait(lambda: result(dialog).startswith("Stopped after "))
    assert replay_button(dialog).text() == "Check"
    qtbot.mouseClick(replay_button(dialog), Qt.MouseButton.LeftButton)
    assert not result(dialog)
    person.wait(lambda: result(dialog).startswith("Identical"))


def test_closing_the_dialog_ends_the_replay(person: Person, desk: Desk, qtbot: QtBot) -> None:
    speak(desk, ["one and two and " * 6], seconds=0.01)
    person.ask("Count")
    dialog = opened(person, "replay")
    close = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)  # type: ignore[union-attr]  # none is a failure too
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    person.wait(lambda: desk.log.of(ReplayFinished))
    assert desk.log.of(ReplayFinished)[0].result.verdict is ReplayVerdict.STOPPED


def test_another_reply_takes_the_place_of_the_one_that_is_explained(person: Person) -> None:
    person.ask("How far is the hut?")
    first = opened(person, "origin")
    person.ask("And back?")
    run_verb(person, "origin")
    person.wait(lambda: dialogs(person) and dialogs(person)[0] is not first)
    assert len(dialogs(person)) == 1


def test_asking_for_the_same_reply_again_keeps_its_dialog_and_its_replay(person: Person, desk: Desk) -> None:
    speak(desk, ["one and two and " * 6], seconds=0.01)
    person.ask("Count")
    dialog = opened(person, "replay")
    run_verb(person, "replay")
    person.wait(lambda: desk.log.of(ReplayFinished))
    assert dialogs(person) == [dialog]
    assert [finished.result.verdict for finished in desk.log.of(ReplayFinished)] == [ReplayVerdict.IDENTICAL]
    person.wait(lambda: result(dialog).startswith("Identical"))


def test_everything_shown_can_be_copied(person: Person, qtbot: QtBot) -> None:
    person.ask("How far is the hut?")
    dialog = opened(person, "origin")
    copy = dialog.findChild(QPushButton, "copy_origin_button")
    assert isinstance(copy, QPushButton)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert "Seed: 1\n" in copied
    assert "Model: Scripted\n" in copied


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (ReplayResult(ReplayVerdict.IDENTICAL, 1), "Identical: all 1 token(s) came out the same."),
        (
            ReplayResult(ReplayVerdict.DIFFERENT, 4, Difference(5, "cat", "dog")),
            "Different from token 5 on: it was “cat”, and now is “dog”.",
        ),
        (
            ReplayResult(ReplayVerdict.DIFFERENT, 4, Difference(5, "", "and")),
            "Different from token 5 on: the reply ended there, and now goes on with “and”.",
        ),
        (
            ReplayResult(ReplayVerdict.DIFFERENT, 4, Difference(5, "cat", "")),
            "Different from token 5 on: it now ends there, before “cat”.",
        ),
        (ReplayResult(ReplayVerdict.STOPPED, 7), "Stopped after 7 equal token(s)."),
        (
            ReplayResult(ReplayVerdict.GIVEN_UP, 7),
            "Given up after 7 equal token(s): the model was wanted for something else.",
        ),
        (
            ReplayResult(ReplayVerdict.IMPOSSIBLE, obstacle=ErrorDetail(ErrorCode.REPLAY_NOT_LOADED, {"model": "A"})),
            "“A”, which wrote this reply, is not loaded. Choose it in the model picker, then check again.",
        ),
        (
            ReplayResult(ReplayVerdict.STOPPED, 2, changed=(ChangedOption("n_threads", "1", "7"),)),
            "Stopped after 2 equal token(s).\nThe model is loaded otherwise than it was: n_threads 7 instead of 1.",
        ),
    ],
)
def test_every_outcome_is_a_sentence(outcome: ReplayResult, words: str) -> None:
    assert result_words(outcome) == words


def test_batches_are_told_shortly() -> None:
    runs = [BatchRun(512, 512, 5), BatchRun(39, 39), BatchRun(128, 60), BatchRun(1, 1, 120)]
    assert batches_words(runs) == "512 × 5, 39, 128 (60 kept), 1 × 120"
    assert batches_words(runs * 20).startswith("…, 512 × 5")


@pytest.mark.parametrize("text_percent", [100, 200])
def test_no_words_of_the_dialog_are_cut_off(
    text_percent: int, wear: Callable[[theme.Looks], None], qtbot: QtBot
) -> None:
    wear(theme.Looks(text_percent=text_percent))
    message = Message("m", "c", "p", Role.ASSISTANT, (), 0.0, origin=ORIGIN, figures=ReplyFigures(3215, 3100, 240))
    dialog = OriginDialog(message, RECIPE)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    changed = (ChangedOption("n_threads", "2", "4"),)
    dialog.show_result(ReplayResult(ReplayVerdict.DIFFERENT, 17, Difference(18, "lighthouse", "harbour"), changed))
    assert clipped(dialog) == []
