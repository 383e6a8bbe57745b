from collections.abc import Callable, Mapping
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.overrides import OVERRIDE_NAMES, checked_overrides
from chatdesk.core.sampling import MAX_SEED, SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.ui import theme
from chatdesk.ui.languages import speak
from chatdesk.ui.model_manager.overrides_dialog import ModelOverridesDialog
from chatdesk.ui.setting_fields import ChoiceField, NumberField
from tests.support.clipping import clipped
from tests.ui.model_manager.world import find, installed

EVERY: dict[str, Any] = {
    "n_ctx": 2048,
    "n_threads": 3,
    "n_gpu_layers": 12,
    "cache_type": "q8_0",
    "flash_attention": True,
    "temperature": 0.25,
    "top_k": 7,
    "top_p": 0.5,
    "min_p": 0.1,
    "repeat_penalty": 1.05,
    "seed": MAX_SEED,
    "max_tokens": 99,
    "reasoning": True,
    "reasoning_budget": 300,
    "chat_template": "{{ messages }}",
}


def shown(qtbot: QtBot, overrides: Mapping[str, Any], settings: Settings | None = None) -> ModelOverridesDialog:
    dialog = ModelOverridesDialog(installed(overrides=overrides), settings or Settings())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def saved(dialog: ModelOverridesDialog, qtbot: QtBot) -> dict[str, Any]:
    with qtbot.waitSignal(dialog.saved) as signal:
        find(dialog, QPushButton, "save_overrides_button").click()
    assert signal.args is not None
    overrides = signal.args[0]
    assert isinstance(overrides, dict)
    return overrides


def test_every_setting_that_a_model_can_have_has_a_field(qtbot: QtBot) -> None:
    dialog = shown(qtbot, {})
    assert set(EVERY) == OVERRIDE_NAMES
    for name in OVERRIDE_NAMES:
        assert find(dialog, QWidget, f"{name}_override").accessibleName() == name


def test_what_is_not_the_models_own_is_left_out(qtbot: QtBot) -> None:
    assert saved(shown(qtbot, {}), qtbot) == {}


def test_own_settings_come_back_as_they_were_and_are_valid(qtbot: QtBot) -> None:
    overrides = saved(shown(qtbot, EVERY), qtbot)
    assert overrides == EVERY
    assert checked_overrides(overrides) == EVERY


@pytest.mark.parametrize("name", ["n_ctx", "n_threads", "flash_attention", "seed", "reasoning", "reasoning_budget"])
def test_automatic_can_be_a_models_own_setting(qtbot: QtBot, name: str) -> None:
    sampling = SamplingParams(seed=3, reasoning=True, reasoning_budget=7)
    settings = Settings(n_ctx=512, n_threads=2, flash_attention=True, sampling=sampling)
    assert saved(shown(qtbot, {name: None}, settings), qtbot) == {name: None}


def test_settings_of_another_version_survive(qtbot: QtBot) -> None:
    assert saved(shown(qtbot, {"future": 1, "top_k": 5}), qtbot) == {"future": 1, "top_k": 5}


def test_a_broken_setting_is_shown_as_the_apps(qtbot: QtBot) -> None:
    assert saved(shown(qtbot, {"top_k": "many"}), qtbot) == {}


def test_the_apps_setting_is_shown_until_the_model_gets_its_own(qtbot: QtBot) -> None:
    dialog = shown(qtbot, {}, Settings(n_ctx=4096))
    field = find(dialog, NumberField, "n_ctx_override")
    box = find(dialog, QCheckBox, "n_ctx_follows")
    assert (field.setting(), field.isEnabled()) == (4096, False)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert field.isEnabled()
    field.setValue(1024)
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert (field.setting(), field.isEnabled()) == (4096, False)


def test_all_can_follow_the_app_again(qtbot: QtBot) -> None:
    dialog = shown(qtbot, EVERY)
    find(dialog, QPushButton, "reset_overrides_button").click()
    assert saved(dialog, qtbot) == {}


def test_an_empty_template_is_the_files_own(qtbot: QtBot) -> None:
    dialog = shown(qtbot, {"chat_template": "x"})
    find(dialog, QPlainTextEdit, "chat_template_override").setPlainText(" \n")
    assert saved(dialog, qtbot) == {}


def test_enter_in_a_field_does_not_remove_own_settings(qtbot: QtBot) -> None:
    dialog = shown(qtbot, {"top_k": 5})
    field = find(dialog, NumberField, "top_k_override")
    field.setFocus()
    with qtbot.waitSignal(dialog.saved) as signal:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert signal.args == [{"top_k": 5}]


def test_scrolling_the_page_changes_no_setting(qtbot: QtBot) -> None:
    dialog = shown(qtbot, {"top_k": 5, "cache_type": "q8_0"})
    for field in (find(dialog, NumberField, "top_k_override"), find(dialog, ChoiceField, "cache_type_override")):
        field.clearFocus()
        before = field.setting()
        wheel = QWheelEvent(
            QPointF(5, 5),
            QPointF(field.mapToGlobal(QPoint(5, 5))),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        field.wheelEvent(wheel)
        assert field.setting() == before


@pytest.mark.parametrize("text_percent", [100, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_is_cut_off(
    language: str, text_percent: int, wear: Callable[[theme.Looks], None], qtbot: QtBot
) -> None:
    speak(language)
    wear(theme.Looks(text_percent=text_percent))
    dialog = shown(qtbot, EVERY)
    qtbot.waitUntil(lambda: clipped(dialog) == [])
