from collections.abc import Callable
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatdesk.core.fit import CacheType
from chatdesk.core.reply_notices import ReplyNotice
from chatdesk.core.sampling import MAX_SEED, SamplingParams
from chatdesk.core.settings import Accent, Density, Settings, Theme
from chatdesk.ui import theme
from chatdesk.ui.setting_fields import NumberField
from chatdesk.ui.settings_dialog import SettingsDialog
from chatdesk.ui.settings_dialog.index import SettingsIndex
from tests.ui.widgets.finding import find

W = TypeVar("W", bound=QWidget)
ALL_SET = Settings(
    system_prompt="Be brief.",
    sampling=SamplingParams(
        temperature=0.3,
        top_k=7,
        top_p=0.5,
        min_p=0.2,
        repeat_penalty=1.2,
        seed=MAX_SEED,
        max_tokens=99,
        reasoning=False,
        reasoning_budget=0,
    ),
    n_ctx=1024,
    n_threads=3,
    n_gpu_layers=5,
    theme=Theme.DARK,
    accent=Accent.ROSE,
    text_percent=150,
    density=Density.COMPACT,
    high_contrast=True,
    reply_notice=ReplyNotice.WITH_TEXT,
    cache_type=CacheType.Q8_0,
    flash_attention=True,
    is_offline=True,
    hub_endpoint="https://mirror.example",
    proxy="http://proxy.example:3128",
    keeps_awake=False,
    parallel_downloads=2,
)
TOKEN = "hf_" + "x" * 30


def shown(qtbot: QtBot, settings: Settings | None = None, *, has_token: bool = False) -> SettingsDialog:
    dialog = SettingsDialog(settings or Settings(), has_token=has_token)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def saved_by(dialog: SettingsDialog, qtbot: QtBot) -> Settings:
    with qtbot.waitSignal(dialog.saved) as saved:
        find(dialog, QPushButton, "save_settings_button").click()
    assert saved.args is not None
    settings = saved.args[0]
    assert isinstance(settings, Settings)
    return settings


def write(dialog: SettingsDialog, name: str, text: str, qtbot: QtBot) -> QLineEdit:
    field = find(dialog, QLineEdit, name)
    field.clear()
    qtbot.keyClicks(field, text)
    return field


def test_the_fields_of_a_page_are_of_one_width_also_in_large_letters(
    qtbot: QtBot, wear: Callable[[theme.Looks], None]
) -> None:
    wear(theme.Looks(text_percent=200))
    dialog = shown(qtbot)
    dialog.resize(1400, 800)
    dialog.show_page("settings_replies")
    fields = [field for field in dialog.findChildren(NumberField) if field.isVisible()]
    assert len(fields) > 5
    qtbot.waitUntil(lambda: len({field.width() for field in fields}) == 1)


@pytest.mark.parametrize("settings", [Settings(), ALL_SET])
def test_settings_come_back_as_they_were_shown(settings: Settings, qtbot: QtBot) -> None:
    assert saved_by(shown(qtbot, settings), qtbot) == settings


def test_standard_values_undo_every_change_on_all_pages(qtbot: QtBot) -> None:
    dialog = shown(qtbot, ALL_SET)
    find(dialog, QPushButton, "default_settings_button").click()
    assert saved_by(dialog, qtbot) == Settings()


def test_cancel_saves_nothing(qtbot: QtBot) -> None:
    dialog = shown(qtbot, has_token=True)
    find(dialog, QCheckBox, "offline_switch").click()
    find(dialog, QPushButton, "remove_token_button").click()
    with qtbot.assertNotEmitted(dialog.saved), qtbot.assertNotEmitted(dialog.token_changed):
        find(dialog, QPushButton, "cancel_settings_button").click()


def test_scrolling_the_page_changes_no_setting(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    field = find(dialog, NumberField, "top_k_field")
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
    assert field.value() == SamplingParams().top_k


# --- pages ---


def test_the_arrow_keys_turn_the_pages(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    pages = find(dialog, QListWidget, "settings_pages")
    stack = dialog.findChild(QStackedWidget)
    assert isinstance(stack, QStackedWidget)
    names = []
    for _ in range(pages.count()):
        page = stack.currentWidget()
        assert page is not None
        names.append(page.accessibleName())
        qtbot.keyClick(pages, Qt.Key.Key_Down)
    assert names == ["General", "Appearance", "Replies", "Loading", "Models and network"]


def test_the_dialog_opens_at_the_page_that_is_asked_for(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    dialog.show_page("settings_network")
    assert find(dialog, QWidget, "settings_network").isVisible()
    assert not find(dialog, QWidget, "settings_general").isVisible()


@pytest.mark.parametrize(("width", "height"), [(600, 320), (860, 540), (1240, 640)])
def test_every_page_fits_from_side_to_side_and_scrolls(width: int, height: int, qtbot: QtBot) -> None:
    dialog = shown(qtbot, ALL_SET)
    dialog.resize(width, height)
    for name in ("settings_general", "settings_looks", "settings_replies", "settings_loading", "settings_network"):
        dialog.show_page(name)
        page = find(dialog, QScrollArea, name)
        qtbot.waitUntil(lambda page=page: inner_width(page) <= page.viewport().width())  # type: ignore[misc]  # mypy cannot type a lambda's defaults
    assert (dialog.width(), dialog.height()) == (width, height)
    assert find(dialog, QPushButton, "save_settings_button").isVisible()


def inner_width(page: QScrollArea) -> int:
    inner = page.widget()
    assert inner is not None
    return inner.width()


def test_every_field_has_a_name_and_an_explanation_for_screen_readers(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    fields = [
        child
        for child in dialog.findChildren(QWidget)
        if child.objectName().endswith(("_field", "_choice", "_switch", "_edit"))
    ]
    assert len(fields) == 30
    for field in fields:
        assert field.accessibleName(), field.objectName()
        assert field.accessibleDescription(), field.objectName()


# --- how models are loaded ---


def test_a_quantized_cache_is_never_saved_without_flash_attention(qtbot: QtBot) -> None:
    dialog = shown(qtbot, Settings(flash_attention=False))
    cache_type, flash = find(dialog, QComboBox, "cache_type_choice"), find(dialog, QComboBox, "flash_attention_choice")
    cache_type.setCurrentText("q8_0")
    assert flash.currentText() == "automatic"
    flash.setFocus()
    qtbot.keyClick(flash, Qt.Key.Key_End)
    assert flash.currentText() == "on"
    cache_type.setCurrentText("f16")
    qtbot.keyClick(flash, Qt.Key.Key_End)
    assert saved_by(dialog, qtbot).flash_attention is False


# --- addresses ---


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("hub_endpoint_field", "https://mirror.example/hub/", "https://mirror.example/hub"),
        ("hub_endpoint_field", " mirror.example ", "https://mirror.example"),
        ("proxy_field", "proxy.example:3128", "http://proxy.example:3128"),
        ("proxy_field", "", None),
    ],
)
def test_an_address_is_kept_in_full(field: str, written: str, kept: str | None, qtbot: QtBot) -> None:
    dialog = shown(qtbot, ALL_SET)
    write(dialog, field, written, qtbot)
    assert getattr(saved_by(dialog, qtbot), field.removesuffix("_field")) == kept


@pytest.mark.parametrize(
    "written", ["ftp://mirror.example", "https:///", "two words", "https://a:b:c", "https://x?y=1"]
)
@pytest.mark.parametrize("name", ["hub_endpoint_field", "proxy_field"])
def test_what_is_no_address_is_not_saved_but_told(name: str, written: str, qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    field = write(dialog, name, written, qtbot)
    dialog.show_page("settings_general")
    with qtbot.assertNotEmitted(dialog.saved):
        find(dialog, QPushButton, "save_settings_button").click()
    assert dialog.isVisible()
    assert find(dialog, QWidget, "settings_network").isVisible()
    assert ["Write the whole address" in words for words in problems(dialog)] == [True]
    field.clear()
    qtbot.keyClicks(field, "mirror.example")
    find(dialog, QPushButton, "save_settings_button").click()
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_a_complaint_goes_when_its_cause_does(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    dialog.show_page("settings_network")
    field = write(dialog, "hub_endpoint_field", "ftp://x", qtbot)
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    field.editingFinished.emit()
    assert problems(dialog)
    write(dialog, "hub_endpoint_field", "https://x", qtbot)
    assert problems(dialog) == []


def problems(dialog: SettingsDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel, "setting_problem") if label.isVisible()]


# --- access token ---


def tokens_of(dialog: SettingsDialog) -> list[str]:
    told: list[str] = []
    dialog.token_changed.connect(told.append)
    return told


def test_a_new_token_is_handed_over_apart_from_the_settings_and_not_shown(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    told = tokens_of(dialog)
    field = write(dialog, "token_field", f" {TOKEN} ", qtbot)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert TOKEN not in repr(saved_by(dialog, qtbot))
    assert told == [TOKEN]


@pytest.mark.parametrize("has_token", [True, False])
def test_an_untouched_token_stays_as_it_is(has_token: bool, qtbot: QtBot) -> None:
    dialog = shown(qtbot, has_token=has_token)
    told = tokens_of(dialog)
    saved_by(dialog, qtbot)
    assert told == []


def test_the_saved_token_can_be_removed_but_is_never_in_the_field(qtbot: QtBot) -> None:
    dialog = shown(qtbot, has_token=True)
    told = tokens_of(dialog)
    assert find(dialog, QLineEdit, "token_field").text() == ""
    find(dialog, QPushButton, "remove_token_button").click()
    saved_by(dialog, qtbot)
    assert told == [""]


def test_there_is_nothing_to_remove_where_no_token_is_saved(qtbot: QtBot) -> None:
    assert not find(shown(qtbot), QPushButton, "remove_token_button").isEnabled()


@pytest.mark.parametrize("token", ["hf_ with space", "hf_ключ", "hf_a\tb"])
def test_what_can_be_no_token_is_not_handed_over(token: str, qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    told = tokens_of(dialog)
    find(dialog, QLineEdit, "token_field").setText(token)
    with qtbot.assertNotEmitted(dialog.saved):
        find(dialog, QPushButton, "save_settings_button").click()
    assert told == []
    assert problems(dialog) == ["This is no access token: it has spaces or unusual characters."]


def test_standard_values_leave_the_token_alone(qtbot: QtBot) -> None:
    dialog = shown(qtbot, ALL_SET, has_token=True)
    told = tokens_of(dialog)
    find(dialog, QPushButton, "default_settings_button").click()
    saved_by(dialog, qtbot)
    assert told == []


def test_what_is_kept_ready_of_chats_has_a_budget_and_can_be_cleared(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(snapshot_bytes=2 * 10**9))
    qtbot.addWidget(dialog)
    choice = find(dialog, QComboBox, "snapshot_choice")
    assert choice.currentText() == "2.0 GB"
    choice.setCurrentText("Off")
    with qtbot.waitSignal(dialog.clear_requested):
        find(dialog, QPushButton, "clear_snapshots_button").click()
    with qtbot.waitSignal(dialog.saved) as saved:
        find(dialog, QPushButton, "save_settings_button").click()
    assert saved.args == [Settings(snapshot_bytes=0)]


def test_enter_clears_nothing_that_the_palette_led_to(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    name = "clear_snapshots_button"
    dialog.show_setting(next(setting for setting in SettingsIndex().all() if setting.field == name))
    button = find(dialog, QPushButton, name)
    qtbot.waitUntil(button.hasFocus)
    with qtbot.assertNotEmitted(dialog.clear_requested):
        qtbot.keyClick(button, Qt.Key.Key_Return)
    with qtbot.waitSignal(dialog.clear_requested):
        qtbot.keyClick(button, Qt.Key.Key_Space)


# --- search ---


def shown_settings(dialog: SettingsDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel, "setting_name") if label.isVisible()]


def shown_pages(dialog: SettingsDialog) -> list[str]:
    pages = find(dialog, QListWidget, "settings_pages")
    items = [pages.item(row) for row in range(pages.count())]
    return [item.text() for item in items if not item.isHidden()]


@pytest.mark.parametrize(
    ("words", "page", "settings"),
    [
        ("mirror", "Models and network", ["Mirror"]),
        ("TEXT siz", "Appearance", ["Text size"]),
        ("graphite", "Appearance", ["Accent colour"]),
        ("kv cache", "Loading", ["KV cache type"]),
    ],
)
def test_words_find_a_setting_on_whatever_page(words: str, page: str, settings: list[str], qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    qtbot.keyClicks(find(dialog, QLineEdit, "settings_search"), words)
    assert shown_pages(dialog) == [page]
    assert shown_settings(dialog) == settings
    assert all(label.property("found") for label in dialog.findChildren(QLabel, "setting_name") if label.isVisible())


def test_enter_goes_to_what_was_found_and_no_words_show_everything(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    search = find(dialog, QLineEdit, "settings_search")
    search.setFocus()
    qtbot.keyClicks(search, "top_k")
    with qtbot.assertNotEmitted(dialog.saved):
        qtbot.keyClick(search, Qt.Key.Key_Return)
    assert dialog.focusWidget() is find(dialog, NumberField, "top_k_field")
    search.clear()
    assert len(shown_pages(dialog)) == 5
    assert not any(label.property("found") for label in dialog.findChildren(QLabel, "setting_name"))


def test_the_title_of_a_page_finds_all_of_it_and_nothing_found_is_said(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    search = find(dialog, QLineEdit, "settings_search")
    qtbot.keyClicks(search, "appearance")
    assert len(shown_settings(dialog)) == 5
    search.setText("zzzz")
    assert shown_pages(dialog) == []
    assert find(dialog, QLabel, "settings_nothing").isVisible()
    search.setText("mirror")
    assert shown_settings(dialog) == ["Mirror"]


def test_what_is_wrong_is_shown_whatever_is_searched(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    write(dialog, "hub_endpoint_field", "ftp://mirror.example", qtbot)
    find(dialog, QLineEdit, "settings_search").setText("appearance")
    find(dialog, QPushButton, "save_settings_button").click()
    assert find(dialog, QLineEdit, "hub_endpoint_field").isVisible()
    assert len(problems(dialog)) == 1


def test_the_one_setting_that_a_search_leaves_stands_at_the_top(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    find(dialog, QLineEdit, "settings_search").setText("n_ctx")
    field = find(dialog, QWidget, "n_ctx_field")
    page = find(dialog, QScrollArea, "settings_loading")
    qtbot.waitUntil(lambda: 0 < field.mapTo(page, QPoint(0, 0)).y() < 60)
