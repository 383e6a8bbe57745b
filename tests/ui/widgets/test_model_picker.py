from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible, QAction, QKeySequence
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListView,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.core.installed_models import InstalledModel, ModelDetails
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.core.model_info import DeviceInUse, ModelInfo
from chatdesk.ui import theme
from chatdesk.ui.choice_list import HEADING_ROLE
from chatdesk.ui.model_manager.list_rows import ROW_ROLE
from chatdesk.ui.model_picker import ModelPicker
from chatdesk.ui.model_picker.items import ModelChoiceItemModel, ModelUse
from tests.ui.widgets.finding import find

STARTER = ModelFile("/m/Starter & Co-Q4_1.gguf", 98_000_000, 1.0, ModelOrigin.STARTER)
OTHER = ModelFile("/m/Other-Q8_0.gguf", 4_100_000_000, 1.0)
LARGE = ModelFile("/m/Large-Q4_K_M.gguf", 40_000_000_000, 1.0)
INFO = ModelInfo(
    "Starter", "llama", 135, 2048, 2048, 512, 512, 4, 0, 98_000_000, 150_000_000, DeviceInUse("CPU, AVX2"), "hash"
)
FITS = Fit(FitLabel.FITS, MemoryNeed(4_000_000_000, 500_000_000, 500_000_000), 8192)
TOO_LARGE = Fit(FitLabel.TOO_LARGE, MemoryNeed(40_000_000_000, 1, 1), 8192)


@pytest.fixture
def picker(qtbot: QtBot) -> Iterator[ModelPicker]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(700, 600)
    picker = ModelPicker()
    layout = QVBoxLayout(window)
    layout.addWidget(picker)
    layout.addStretch()
    elsewhere = QLineEdit()
    elsewhere.setObjectName("elsewhere")
    layout.addWidget(elsewhere)
    picker.set_colors(theme.LIGHT)
    picker.set_models([STARTER, OTHER, LARGE])
    window.show()
    qtbot.waitExposed(window)
    yield picker
    window.close()


def opened(picker: ModelPicker, qtbot: QtBot) -> tuple[QLineEdit, QListView]:
    """The filter and the list of the opened popup."""
    picker.open_menu()
    popup = find(picker.window(), QWidget, "model_menu")
    return find(popup, QLineEdit, "model_filter"), find(popup, QListView, "model_list")


def is_open(picker: ModelPicker) -> bool:
    return find(picker.window(), QWidget, "model_menu").isVisible()


def names(view: QListView) -> list[str]:
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def marked(view: QListView) -> str:
    return str(view.currentIndex().data())


def spoken(view: QListView, row: int) -> str:
    return str(view.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))


# --- what the list shows ---


def test_favourites_and_recent_models_stand_first_each_group_under_its_name(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_installed(
        [InstalledModel(OTHER, is_favourite=True), InstalledModel(STARTER, last_used_at=5.0), InstalledModel(LARGE)]
    )
    _, view = opened(picker, qtbot)
    assert names(view) == ["Other-Q8_0", "Starter & Co-Q4_1", "Large-Q4_K_M"]
    headings = [view.model().index(row, 0).data(HEADING_ROLE) for row in range(3)]
    assert headings == ["Favourites", "Used last", "All others"]


def test_one_group_alone_and_a_filtered_list_have_no_headings(picker: ModelPicker, qtbot: QtBot) -> None:
    filter_field, view = opened(picker, qtbot)
    assert not any(view.model().index(row, 0).data(HEADING_ROLE) for row in range(3))
    picker.set_installed([InstalledModel(OTHER, is_favourite=True)])
    assert view.model().index(0, 0).data(HEADING_ROLE)
    qtbot.keyClicks(filter_field, "q")
    assert not any(view.model().index(row, 0).data(HEADING_ROLE) for row in range(view.model().rowCount()))


def test_a_row_tells_quantization_size_fit_and_favourite(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_installed([InstalledModel(OTHER, fit=FITS, is_favourite=True), InstalledModel(LARGE, fit=TOO_LARGE)])
    _, view = opened(picker, qtbot)
    row = view.model().index(0, 0).data(ROW_ROLE)
    assert (row.words, row.verdict, row.tone, row.trailing_mark) == ("Q8_0 · 4.1 GB", "Fits", "good", "star")
    assert view.model().index(1, 0).data(ROW_ROLE).verdict == "Too large"
    assert spoken(view, 0) == "Other-Q8_0, Q8_0, 4.1 GB, Fits, favourite"


def test_the_loaded_model_is_marked_and_tells_how_much_memory_it_holds(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.show_ready(STARTER, INFO)
    _, view = opened(picker, qtbot)
    assert marked(view) == "Starter & Co-Q4_1"
    row = view.currentIndex().data(ROW_ROLE)
    assert (row.leading_mark, row.aside) == ("check", "Holds 150 MB of memory")
    assert "loaded" in spoken(view, view.currentIndex().row())
    assert find(picker.window(), QLabel, "model_device").text() == "Computes on: CPU, AVX2"


def test_memory_on_a_graphics_card_counts_as_held(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.show_ready(STARTER, replace(INFO, weights_bytes=600_000_000, kv_bytes=200_000_000))
    _, view = opened(picker, qtbot)
    assert view.currentIndex().data(ROW_ROLE).aside == "Holds 800 MB of memory"


def test_a_cancelled_load_is_no_failure(picker: ModelPicker, qtbot: QtBot) -> None:
    _, view = opened(picker, qtbot)
    picker.show_failed(OTHER, ErrorDetail(ErrorCode.LOAD_CANCELLED, {"model": OTHER.name}))
    assert view.model().index(1, 0).data(ROW_ROLE).aside == ""


def test_what_was_predicted_stands_beside_what_was_measured(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_installed([InstalledModel(STARTER, predicted_bytes=5_100_000_000, measured_bytes=5_300_000_000)])
    picker.show_ready(STARTER, INFO)
    assert "Predicted 5.1 GB, measured 5.3 GB" in find(picker, QLabel, "model_details").toolTip()
    _, view = opened(picker, qtbot)
    assert "predicted 5.1 GB, measured 5.3 GB" in view.currentIndex().data(Qt.ItemDataRole.ToolTipRole)


def test_two_files_of_one_name_are_told_apart_by_their_folders() -> None:
    rows = ModelChoiceItemModel()
    rows.set_models([ModelFile("/one/same.gguf", 1000, 1.0), ModelFile("/two/same.gguf", 1000, 1.0), OTHER])
    words = [rows.index(row).data(ROW_ROLE).words for row in range(3)]
    assert [text.split(" · ")[-1] for text in words] == ["4.1 GB", "one", "two"]


def test_a_files_name_is_never_taken_for_html_and_turns_no_direction() -> None:
    rows = ModelChoiceItemModel()
    rows.set_models([ModelFile("/m/<b>x</b>\u202efugg.gguf", 1, 1.0)])
    index = rows.index(0)
    assert "&lt;b&gt;" in index.data(Qt.ItemDataRole.ToolTipRole)
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
        assert "\u202e" not in index.data(role)


def test_the_rows_are_a_sound_item_model(qtmodeltester: ModelTester) -> None:
    rows = ModelChoiceItemModel()
    qtmodeltester.check(rows)
    rows.set_models([STARTER, OTHER, LARGE])
    rows.set_installed([InstalledModel(OTHER, ModelDetails("llama"), is_favourite=True)])
    rows.set_use(ModelUse(OTHER.path, percent=3))
    rows.set_use(ModelUse(STARTER.path, 7))
    rows.set_failed(OTHER.path, "because")
    rows.set_filter("other")
    assert rows.rowCount() == 1
    rows.set_models([])
    assert rows.rowCount() == 0


def test_nothing_is_laid_out_again_when_a_look_at_the_folder_found_the_same(picker: ModelPicker, qtbot: QtBot) -> None:
    _, view = opened(picker, qtbot)
    with qtbot.assertNotEmitted(view.model().modelReset):
        picker.set_models([STARTER, OTHER, LARGE])


# --- choosing ---


def test_typing_filters_at_once_and_enter_loads_the_first_match(picker: ModelPicker, qtbot: QtBot) -> None:
    filter_field, view = opened(picker, qtbot)
    assert filter_field.hasFocus()
    qtbot.keyClicks(filter_field, "q8")
    assert names(view) == ["Other-Q8_0"]
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(filter_field, Qt.Key.Key_Return)
    assert chosen.args == [OTHER]
    assert not is_open(picker)


def test_arrows_move_through_the_list_and_typing_goes_on_in_the_filter(picker: ModelPicker, qtbot: QtBot) -> None:
    filter_field, view = opened(picker, qtbot)
    qtbot.keyClick(filter_field, Qt.Key.Key_Down)
    assert view.hasFocus()
    assert marked(view) == "Other-Q8_0"
    qtbot.keyClick(view, Qt.Key.Key_S)
    assert filter_field.text() == "s"
    assert filter_field.hasFocus()
    qtbot.keyClick(filter_field, Qt.Key.Key_Backspace)
    qtbot.keyClick(filter_field, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert chosen.args == [STARTER]


def test_up_from_the_first_row_leads_back_to_the_filter(picker: ModelPicker, qtbot: QtBot) -> None:
    filter_field, view = opened(picker, qtbot)
    view.setFocus()
    for widget in (view, filter_field):
        qtbot.keyClick(widget, Qt.Key.Key_Up)
        assert filter_field.hasFocus()


def test_one_click_loads(picker: ModelPicker, qtbot: QtBot) -> None:
    _, view = opened(picker, qtbot)
    with qtbot.waitSignal(picker.chosen) as chosen:
        click(view, view.model().index(1, 0), qtbot)
    assert chosen.args == [OTHER]
    assert not is_open(picker)


def test_a_click_on_the_name_of_a_group_loads_nothing(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_installed([InstalledModel(OTHER, is_favourite=True)])
    _, view = opened(picker, qtbot)
    top = view.visualRect(view.model().index(1, 0)).topLeft()
    with qtbot.assertNotEmitted(picker.chosen):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=top + QPoint(20, 4))


def click(view: QListView, index: QModelIndex, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())


def test_escape_closes_the_popup_and_stops_no_reply(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    picker = ModelPicker()
    picker.set_models([STARTER])
    window.resize(600, 500)
    window.setCentralWidget(picker)
    stop = QAction(window)
    stop.setShortcut(QKeySequence(Qt.Key.Key_Escape))
    window.addAction(stop)
    window.show()
    qtbot.waitExposed(window)
    filter_field, _ = opened(picker, qtbot)
    with qtbot.assertNotEmitted(stop.triggered), qtbot.assertNotEmitted(picker.chosen):
        qtbot.keyClick(filter_field, Qt.Key.Key_Escape)
    assert not is_open(picker)


def test_a_click_beside_closes_it_and_goes_no_further(picker: ModelPicker, qtbot: QtBot) -> None:
    opened(picker, qtbot)
    cover = find(picker.window(), QWidget, "model_menu").parentWidget()
    assert cover is not None
    assert cover.size() == picker.window().size()
    with qtbot.assertNotEmitted(picker.chosen):
        qtbot.mouseClick(cover, Qt.MouseButton.LeftButton, pos=cover.rect().bottomRight() - QPoint(3, 3))
    assert not is_open(picker)


def test_the_keyboard_goes_back_to_where_it_was(picker: ModelPicker, qtbot: QtBot) -> None:
    elsewhere = find(picker.window(), QLineEdit, "elsewhere")
    elsewhere.setFocus()
    filter_field, _ = opened(picker, qtbot)
    assert picker.window().focusWidget() is filter_field
    qtbot.keyClick(filter_field, Qt.Key.Key_Return)
    assert picker.window().focusWidget() is elsewhere


def test_it_closes_when_the_keyboard_goes_elsewhere(picker: ModelPicker, qtbot: QtBot) -> None:
    filter_field, _ = opened(picker, qtbot)
    qtbot.waitUntil(filter_field.hasFocus)
    find(picker.window(), QLineEdit, "elsewhere").setFocus()
    assert not is_open(picker)


@pytest.mark.parametrize(("width", "height"), [(360, 300), (900, 500), (1600, 1000)])
def test_it_stays_inside_its_window_whatever_size_that_takes(
    width: int, height: int, picker: ModelPicker, qtbot: QtBot
) -> None:
    _, view = opened(picker, qtbot)
    picker.window().resize(width, height)
    panel = find(picker.window(), QWidget, "model_menu")
    qtbot.waitUntil(lambda: picker.window().rect().contains(panel.geometry()))
    assert view.height() > 40


def test_the_shortcut_closes_what_it_opened_and_every_opening_looks_for_new_files(
    picker: ModelPicker, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(picker.models_wanted):
        opened(picker, qtbot)
    picker.open_menu()
    assert not is_open(picker)


def test_an_opened_list_keeps_its_place_when_files_are_found(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.show_ready(STARTER, INFO)
    _, view = opened(picker, qtbot)
    picker.set_models([STARTER, OTHER, LARGE, ModelFile("/m/A new one.gguf", 1, 1.0)])
    assert marked(view) == "Starter & Co-Q4_1"
    assert "A new one" in names(view)


def test_the_filter_is_empty_at_the_next_opening(picker: ModelPicker, qtbot: QtBot) -> None:
    filter_field, view = opened(picker, qtbot)
    qtbot.keyClicks(filter_field, "nothing like that")
    assert find(picker.window(), QLabel, "model_list_empty").isVisible()
    qtbot.keyClick(filter_field, Qt.Key.Key_Return)
    assert is_open(picker)
    qtbot.keyClick(filter_field, Qt.Key.Key_Escape)
    opened(picker, qtbot)
    assert len(names(view)) == 3
    assert view.isVisible()


def test_a_model_becomes_a_favourite_and_is_none_again_by_keyboard(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_installed([InstalledModel(LARGE, is_favourite=True)])
    filter_field, view = opened(picker, qtbot)
    with qtbot.waitSignal(picker.favourite_requested) as asked:
        qtbot.keyClick(filter_field, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == [LARGE, False]
    qtbot.keyClick(filter_field, Qt.Key.Key_Down)
    with qtbot.waitSignal(picker.favourite_requested) as asked:
        qtbot.keyClick(view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == [OTHER, True]
    assert is_open(picker)


@pytest.mark.parametrize(
    ("button", "signal"),
    [
        ("open_gguf_button", "open_file_requested"),
        ("more_models_button", "manager_requested"),
        ("unload_button", "unload_requested"),
    ],
)
def test_the_buttons_below_do_what_they_say_and_close_the_popup(
    button: str, signal: str, picker: ModelPicker, qtbot: QtBot
) -> None:
    picker.show_ready(STARTER, INFO)
    opened(picker, qtbot)
    with qtbot.waitSignal(getattr(picker, signal)):
        find(picker.window(), QPushButton, button).click()
    assert not is_open(picker)


def test_unload_tells_what_it_frees_and_is_there_only_while_a_model_is(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.show_ready(STARTER, INFO)
    opened(picker, qtbot)
    unload = find(picker.window(), QPushButton, "unload_button")
    assert unload.text() == "Unload (frees 150 MB)"
    picker.show_none()
    assert not unload.isVisible()
    assert not find(picker.window(), QLabel, "model_device").isVisible()


# --- the header ---


def test_loading_shows_a_percentage_and_can_be_cancelled(picker: ModelPicker, qtbot: QtBot) -> None:
    _, view = opened(picker, qtbot)
    picker.show_loading(OTHER, 0.42)
    bar = find(picker, QProgressBar, "load_progress")
    cancel = find(picker, QPushButton, "cancel_load_button")
    assert bar.value() == 42
    assert view.model().index(1, 0).data(ROW_ROLE).aside == "Loading… 42 %"
    with qtbot.waitSignal(picker.cancel_requested):
        cancel.click()
    picker.show_ready(OTHER, INFO)
    assert not cancel.isVisibleTo(picker)


def test_a_model_that_did_not_load_says_so_until_it_is_tried_again(picker: ModelPicker, qtbot: QtBot) -> None:
    _, view = opened(picker, qtbot)
    picker.show_failed(OTHER, ErrorDetail(ErrorCode.MODEL_EMPTY, {"model": OTHER.name}))
    index = view.model().index(1, 0)
    assert index.data(ROW_ROLE).aside == "Did not load"
    assert "is empty" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert find(picker, QToolButton, "model_picker").accessibleName() == "Model: No model"
    picker.show_loading(OTHER, 0.0)
    picker.show_none()
    assert index.data(ROW_ROLE).aside == ""


def test_an_ampersand_in_a_models_name_is_shown(picker: ModelPicker) -> None:
    picker.show_ready(STARTER, INFO)
    assert find(picker, QToolButton, "model_picker").text() == "Starter && Co-Q4_1"
    assert find(picker, QToolButton, "model_picker").accessibleName() == "Model: Starter & Co-Q4_1"


def test_a_screen_reader_finds_a_name_for_every_control_and_row(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.show_ready(STARTER, INFO)
    filter_field, view = opened(picker, qtbot)
    assert filter_field.accessibleName()
    for name in ("open_gguf_button", "more_models_button", "unload_button"):
        assert find(picker.window(), QPushButton, name).accessibleName()
    interface = QAccessible.queryAccessibleInterface(view)
    said = [interface.child(number).text(QAccessible.Text.Name) for number in range(interface.childCount())]
    assert said[0].startswith("Large-Q4_K_M, Q4_K_M, 40.0 GB")
    assert len(said) == 3


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK])
def test_it_is_painted_in_light_and_dark(colors: theme.Colors, picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_installed([InstalledModel(replace(OTHER), fit=FITS, is_favourite=True)])
    _, view = opened(picker, qtbot)
    picker.set_colors(colors)
    picture = view.viewport().grab().toImage()
    shown = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 2) for y in range(picture.height())}
    assert colors.good_ground in shown
