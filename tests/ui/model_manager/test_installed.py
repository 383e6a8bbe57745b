from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QListView, QPushButton, QTabBar, QTableView
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import (
    JobCrashed,
    LibraryDescribed,
    LibraryScanned,
    ModelFailed,
    ModelReady,
    ModelRemoved,
    ModelsFoundElsewhere,
    ModelUnloaded,
    ModelVerified,
    VerificationProgressed,
    VerificationStopped,
)
from chatdesk.core.model_files import ModelOrigin
from chatdesk.core.model_info import DeviceInUse, ModelInfo
from chatdesk.ui.model_manager.window import ModelManager, ModelsTab
from tests.ui.model_manager.world import GB, Asked, find, find_all, installed, model_file, texts

INFO = ModelInfo("Model", "llama", 1, 2048, 2048, 512, 512, 4, 0, GB, GB, DeviceInUse("CPU"), "hash")


@pytest.fixture
def window(window: ModelManager) -> ModelManager:
    window.open_tab(ModelsTab.INSTALLED)
    return window


def button(window: ModelManager, name: str) -> QPushButton:
    return find(window, QPushButton, name)


def rows(window: ModelManager) -> list[str]:
    item_model = find(window, QListView, "installed_list").model()
    return [item_model.index(row, 0).data() for row in range(item_model.rowCount())]


def dialog(window: ModelManager, name: str) -> QDialog:
    return find(window, QDialog, name)


def test_without_models_the_page_says_where_to_get_some(window: ModelManager) -> None:
    assert texts(window, "state_title") == ["No models are installed"]
    button(window, "installed_discover_button").click()
    assert find(window, QTabBar, "models_tabs").currentIndex() == ModelsTab.DISCOVER


def test_a_model_is_shown_with_all_that_is_known_of_it(window: ModelManager) -> None:
    window.on_event(LibraryDescribed((installed(overrides={"n_ctx": 2048}),)))
    assert texts(window, "installed_title") == ["Model-8B-Q4_K_M"]
    facts = {
        name: texts(window, f"installed_{name}")[0] for name in ("size", "quantization", "architecture", "context")
    }
    assert facts == {"size": "5.0 GB", "quantization": "Q4_K_M", "architecture": "llama", "context": "131,072 tokens"}
    assert texts(window, "installed_licence") == ["apache-2.0"]
    assert texts(window, "installed_last_used") == ["not yet"]
    assert texts(window, "installed_overrides") == ["n_ctx 2,048"]
    assert texts(window, "fit_pill") == ["Fits"]
    assert texts(window, "installed_measured") == ["At its last load: predicted 5.1 GB, measured 5.3 GB."]
    assert texts(window, "installed_total") == ["1 model, 5.0 GB on disk"]


def test_a_file_whose_header_cannot_be_read_says_why(window: ModelManager) -> None:
    window.on_event(LibraryDescribed((replace(installed(), details=None, fit=None, problem="it ends early"),)))
    assert "it ends early" in texts(window, "installed_problem")[0]


def test_new_files_are_described_and_known_ones_are_not_asked_for_again(window: ModelManager, asked: Asked) -> None:
    before = len(asked.of("describe"))
    window.on_event(LibraryScanned((model_file("a"),)))
    assert len(asked.of("describe")) == before + 1
    window.on_event(LibraryDescribed((installed("a"),)))
    window.on_event(LibraryScanned((model_file("a"),)))
    assert len(asked.of("describe")) == before + 1


def test_the_chosen_model_stays_chosen_while_others_come_and_go(window: ModelManager) -> None:
    window.on_event(LibraryDescribed((installed("a"), installed("b"), installed("c"))))
    listed = find(window, QListView, "installed_list")
    listed.setCurrentIndex(listed.model().index(1, 0))
    window.on_event(LibraryDescribed((installed("0"), installed("b"), installed("c", used_at=9.0))))
    assert texts(window, "installed_title") == ["b"]
    window.on_event(LibraryDescribed((installed("0"),)))
    assert texts(window, "installed_title") == ["0"]


def test_before_a_choice_the_loaded_model_is_shown(window: ModelManager) -> None:
    window.on_event(LibraryDescribed((installed("a"), installed("b"))))
    window.on_event(ModelReady(model_file("b"), INFO))
    assert texts(window, "installed_title") == ["b"]


def test_the_list_can_be_filtered_and_ordered(window: ModelManager, qtbot: QtBot) -> None:
    window.on_event(LibraryDescribed((installed("alpha", size=GB), installed("beta", size=2 * GB))))
    order = find(window, QComboBox, "installed_order")
    order.setFocus()
    qtbot.keyClicks(order, "Size")
    order.activated.emit(order.currentIndex())
    assert rows(window) == ["beta", "alpha"]
    qtbot.keyClicks(find(window, QLineEdit, "installed_filter"), "alp")
    assert rows(window) == ["alpha"]
    qtbot.keyClicks(find(window, QLineEdit, "installed_filter"), "x")
    assert "No model matches" in texts(window, "state_title")
    button(window, "clear_filter_button").click()
    assert rows(window) == ["beta", "alpha"]


def test_use_asks_for_the_model_and_the_loaded_one_is_marked(window: ModelManager, asked: Asked, qtbot: QtBot) -> None:
    window.on_event(LibraryDescribed((installed(),)))
    listed = find(window, QListView, "installed_list")
    listed.setFocus()
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    button(window, "use_model_button").click()
    assert asked.of("use_model") == [(model_file(),), (model_file(),)]
    window.on_event(ModelReady(model_file(), INFO))
    assert button(window, "use_model_button").text() == "In use"
    assert not button(window, "remove_button").isEnabled()
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert len(asked.of("use_model")) == 2
    window.on_event(ModelUnloaded(model_file(), GB))
    assert button(window, "use_model_button").isEnabled()


def test_reveal_favourite_and_forget_ask_for_the_chosen_model(window: ModelManager, asked: Asked) -> None:
    added = installed(origin=ModelOrigin.ADDED)
    window.on_event(LibraryDescribed((added,)))
    for name in ("reveal_button", "favourite_button", "forget_button"):
        button(window, name).click()
    assert asked.of("reveal") == [(added.file,)]
    assert asked.of("set_favourite") == [(added.file, True)]
    assert asked.of("forget") == [(added.file,)]


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        (ModelOrigin.STARTER, []),
        (ModelOrigin.LIBRARY, ["remove_button"]),
        (ModelOrigin.ADDED, ["forget_button"]),
    ],
)
def test_only_what_can_be_done_with_a_file_is_offered(
    window: ModelManager, origin: ModelOrigin, shown: list[str]
) -> None:
    window.on_event(LibraryDescribed((installed(origin=origin),)))
    names = ("remove_button", "forget_button")
    assert [name for name in names if find_all(window, QPushButton, name)] == shown


def test_a_model_that_is_refused_leaves_the_loaded_one_in_use(window: ModelManager) -> None:
    window.on_event(LibraryDescribed((installed("a"), installed("b"))))
    window.on_event(ModelReady(model_file("b"), INFO))
    window.on_event(ModelFailed(model_file("a"), ErrorDetail(ErrorCode.MODEL_TOO_LARGE)))
    assert texts(window, "use_model_button") == ["In use"]
    window.on_event(ModelFailed(model_file("a"), ErrorDetail(ErrorCode.MODEL_DAMAGED)))
    assert texts(window, "use_model_button") == ["Use"]


# --- removing ---


@pytest.mark.parametrize(("name", "is_for_good"), [("trash_button", False), ("remove_for_good_button", True)])
def test_removing_asks_how_and_says_that_the_trash_frees_nothing(
    window: ModelManager, asked: Asked, name: str, is_for_good: bool
) -> None:
    window.on_event(LibraryDescribed((installed(),)))
    button(window, "remove_button").click()
    asking = dialog(window, "remove_dialog")
    assert asked.of("remove") == []
    assert "5.0 GB of the disk until the trash is emptied" in texts(asking, "dialog_text")[0]
    find(asking, QPushButton, name).click()
    assert asked.of("remove") == [(model_file(), is_for_good)]
    window.on_event(ModelRemoved(model_file(), is_for_good))
    assert ("free again" if is_for_good else "in the trash") in texts(window, "notice_text")[0]


def test_enter_in_the_question_removes_nothing(window: ModelManager, asked: Asked, qtbot: QtBot) -> None:
    window.on_event(LibraryDescribed((installed(),)))
    listed = find(window, QListView, "installed_list")
    listed.setFocus()
    qtbot.keyClick(listed, Qt.Key.Key_Delete)
    asking = dialog(window, "remove_dialog")
    qtbot.keyClick(asking, Qt.Key.Key_Return)
    assert not asking.isVisible()
    assert asked.of("remove") == []


# --- verifying ---


@pytest.mark.parametrize(
    ("is_intact", "words", "tone"), [(True, "Intact", "good"), (False, "Damaged", "bad"), (None, "no checksum", "")]
)
def test_verifying_tells_progress_and_outcome(
    window: ModelManager, asked: Asked, is_intact: bool | None, words: str, tone: str
) -> None:
    window.on_event(LibraryDescribed((installed(),)))
    button(window, "verify_button").click()
    assert asked.of("verify") == [(model_file(),)]
    button(window, "verify_button").click()
    assert asked.of("stop_verifying") == [()]
    window.on_event(VerificationProgressed(model_file(), GB))
    assert texts(window, "verification") == ["Reading all of it: 1.0 GB of 5.0 GB"]
    window.on_event(ModelVerified(model_file(), "ab" * 32, is_intact))
    (told,) = texts(window, "verification")
    assert words in told
    assert "ab" * 32 in told
    assert button(window, "verify_button").text() == "Verify"


@pytest.mark.parametrize("end", [VerificationStopped(model_file()), JobCrashed("verify", "Traceback")])
def test_verifying_that_ends_early_can_be_begun_again(window: ModelManager, end: VerificationStopped) -> None:
    window.on_event(LibraryDescribed((installed(),)))
    button(window, "verify_button").click()
    window.on_event(end)
    assert button(window, "verify_button").text() == "Verify"
    assert texts(window, "verification") == []


def test_what_was_found_out_of_a_file_is_not_said_of_the_one_that_replaces_it(window: ModelManager) -> None:
    window.on_event(LibraryDescribed((installed(),)))
    window.on_event(ModelVerified(model_file(), "ab" * 32, False))
    assert "Damaged" in texts(window, "verification")[0]
    window.on_event(LibraryScanned(()))
    window.on_event(LibraryScanned((model_file(),)))
    assert texts(window, "verification") == []


# --- models of other apps ---


def test_models_of_other_apps_are_looked_for_and_the_checked_ones_used(
    window: ModelManager, asked: Asked, qtbot: QtBot
) -> None:
    button(window, "find_elsewhere_button").click()
    assert asked.of("find_elsewhere") == [()]
    asking = dialog(window, "elsewhere_dialog")
    assert "Looking for models of other apps…" in texts(asking, "state_title")
    assert not find(asking, QPushButton, "use_elsewhere_button").isEnabled()
    window.on_event(ModelsFoundElsewhere((model_file("a"), model_file("b"))))
    table = find(asking, QTableView, "elsewhere_list")
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert texts(asking, "elsewhere_total") == ["5.0 GB chosen"]
    find(asking, QPushButton, "use_elsewhere_button").click()
    assert asked.of("use_elsewhere") == [((model_file("b"),),)]


def test_finding_none_says_so_and_can_be_repeated(window: ModelManager, asked: Asked) -> None:
    button(window, "find_elsewhere_button").click()
    window.on_event(ModelsFoundElsewhere(()))
    asking = dialog(window, "elsewhere_dialog")
    assert "No models of other apps were found" in texts(asking, "state_title")
    find(asking, QPushButton, "search_elsewhere_button").click()
    assert len(asked.of("find_elsewhere")) == 2


# --- settings of a model ---


def test_the_settings_of_a_model_are_saved(window: ModelManager, asked: Asked) -> None:
    window.on_event(LibraryDescribed((installed(overrides={"n_ctx": 2048}),)))
    button(window, "model_settings_button").click()
    find(dialog(window, "overrides_dialog"), QPushButton, "save_overrides_button").click()
    assert asked.of("change_overrides") == [(model_file(), {"n_ctx": 2048})]
