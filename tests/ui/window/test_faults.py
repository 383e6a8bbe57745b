"""Faults of ChatDesk itself, and models that do not load: what the window says of them."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QWidget

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import JobCrashed, ModelFailed
from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.ui.crash_dialog import CrashDialog
from chatdesk.ui.model_manager.window import ModelManager
from tests.support.desk import model
from tests.support.window import Person
from tests.ui.widgets.finding import find


def told(person: Person) -> list[str]:
    dialogs = [dialog for dialog in person.window.findChildren(CrashDialog) if dialog.isVisible()]
    return [text.toPlainText() for dialog in dialogs for text in dialog.findChildren(QPlainTextEdit, "crash_details")]


def test_faults_are_told_in_one_dialog_and_each_of_them_once(person: Person) -> None:
    for traceback in ("in a row", "in drawing", "in drawing", "in a row"):
        person.window.on_event(JobCrashed("the window", traceback))
    assert told(person) == ["in a row\nin drawing"]
    person.find(CrashDialog, "crash_dialog").close()
    person.window.on_event(JobCrashed("the window", "in drawing"))
    assert told(person) == ["in drawing"]


def test_who_waits_for_the_hub_is_told_of_the_fault_that_ended_it(person: Person) -> None:
    action = person.window.findChild(QAction, "models_action")
    assert action is not None
    action.trigger()
    windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, ModelManager) and each.isVisible()]
    manager = windows[-1]
    manager.search_for("qwen")
    state = find(manager, QWidget, "search_state")
    assert state.accessibleName() == "Searching the Hub…"
    person.window.on_event(JobCrashed("search", "Traceback"))
    assert state.accessibleName() == "The Hub could not be searched"


def test_a_fix_is_measured_by_the_models_own_settings_and_leaves_the_others_as_they_are(person: Person) -> None:
    file = model("Big")
    person.library.overrides.return_value = {"n_ctx": 32768, "temperature": 0.2}
    fit = Fit(FitLabel.SHORTER_CONTEXT, MemoryNeed(9, 1, 1), 32768, fitting_n_ctx=16384)
    person.window.on_event(ModelFailed(file, ErrorDetail(ErrorCode.MODEL_TOO_LARGE, {"model": "Big"}), fit))
    buttons = {button.text(): button for button in person.window.findChildren(QPushButton, "notice_action")}
    buttons["Context of 16,384 tokens"].click()
    assert person.adjusted == [(file, {"n_ctx": 16384})]
