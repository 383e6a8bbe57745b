"""Reasoning in the window: shown folded while and after it is written, switched for one chat, and never in its way."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.core.messages import Message
from chatdesk.core.reasoning import ReasoningKind
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.ui.transcript.reasoning_block import ReasoningLine
from tests.support.desk import Desk, model
from tests.support.window import Person

REASONED = "<think>Two and two.</think>Four."


def use_model(person: Person, desk: Desk, kind: ReasoningKind) -> QToolButton:
    """Load a model of this kind; returns the switch."""
    desk.garage.engines["/models/Thinker.gguf"] = ScriptedEngine([REASONED], reasoning=kind)
    desk.inference.load(model("Thinker"), LoadOptions())
    switch = person.find(QToolButton, "reasoning_switch")
    person.wait(lambda: person.window._models.has_model and switch.isVisible() == kind.can_be_switched)
    return switch


def last(person: Person) -> Message:
    return person.transcript().column.messages[-1]


def fold_line(person: Person) -> str:
    boxes = person.transcript().column.item(len(person.transcript().column.messages) - 1).boxes
    return next((box.words for box in boxes if isinstance(box, ReasoningLine)), "")


def test_a_model_that_cannot_be_switched_has_no_switch(person: Person, desk: Desk) -> None:
    assert not person.find(QToolButton, "reasoning_switch").isVisible()
    use_model(person, desk, ReasoningKind.ALWAYS)
    action = person.window.findChild(QAction, "reasoning_action")
    assert isinstance(action, QAction)
    action.trigger()
    assert person.notices() == ["The model in use cannot switch its reasoning on or off."]
    person.ask("2 + 2?")
    assert fold_line(person).startswith("Reasoned for")


def test_it_is_switched_for_the_chat_that_is_shown(person: Person, desk: Desk, qtbot: QtBot) -> None:
    switch = use_model(person, desk, ReasoningKind.ON_BY_DEFAULT)
    assert (switch.isChecked(), switch.text(), switch.accessibleName()) == (True, "Reasoning on", "Reasoning on")
    person.ask("2 + 2?")
    assert last(person).reasoning == "Two and two."
    qtbot.keyClick(person.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    person.wait(lambda: switch.text() == "Reasoning off")
    person.ask("Again?")
    assert (last(person).reasoning, last(person).text) == ("", "Four.")
    assert fold_line(person) == ""
    person.window.new_chat()
    assert switch.isChecked(), "another chat follows the model"
    person.ask("And you?")
    assert last(person).reasoning == "Two and two."


def test_a_new_chat_begins_as_it_was_switched(person: Person, desk: Desk) -> None:
    switch = use_model(person, desk, ReasoningKind.OFF_BY_DEFAULT)
    assert not switch.isChecked()
    switch.click()
    person.ask("2 + 2?")
    assert last(person).reasoning == "Two and two."
    assert switch.isChecked()
    first = person.window.conversation_id
    person.window.new_chat()
    assert not switch.isChecked()
    assert first is not None
    desk.history.open(first)
    person.window._open(first)
    person.wait(lambda: person.window.conversation_id == first)
    assert switch.isChecked()


def test_the_meter_counts_what_is_reasoned_while_it_takes_room(person: Person, desk: Desk) -> None:
    script = "<think>" + "word " * 400 + "</think>Four."
    engine = ScriptedEngine([script], reasoning=ReasoningKind.ALWAYS, seconds_per_chunk=0.01)
    desk.garage.engines["/models/Thinker.gguf"] = engine
    desk.inference.load(model("Thinker"), LoadOptions())
    meter = person.find(QToolButton, "context_meter")
    person.wait(lambda: meter.text() == "1 / 4,096")
    person.write("2 + 2?")
    person.press_enter()
    person.wait(lambda: int(meter.text().split(" /")[0].replace(",", "")) > 100)
    assert "tokens of the reply so far" in meter.accessibleName()
    assert person.window.conversation_id is not None
    desk.chat.answer_now(person.window.conversation_id)
    person.wait(lambda: last(person).text == "Four." and person.last_use().use.reasoning_tokens > 100)
    person.wait(lambda: meter.text() == f"{person.last_use().use.used_tokens} / 4,096")
    assert person.last_use().use.used_tokens < 40
