"""The index of all settings: read a page at a time, once for all windows."""

from unittest.mock import create_autospec

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.ui.settings_dialog import page_titles
from chatdesk.ui.settings_dialog.desk import SettingsDesk, SettingsVerbs
from chatdesk.ui.settings_dialog.index import SettingsIndex


class CountingIndex(SettingsIndex):
    """Counts the pages that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def read_page(self) -> bool:
        self.asked += 1
        return super().read_page()


def verbs(index: SettingsIndex) -> SettingsVerbs:
    made = create_autospec(SettingsVerbs, instance=True)
    made.index = index
    assert isinstance(made, SettingsVerbs)
    return made


def test_it_is_the_same_whether_its_pages_are_read_one_by_one_or_at_once(qapp: QApplication) -> None:
    del qapp
    at_once, one_by_one = SettingsIndex(), SettingsIndex()
    for _ in page_titles():
        assert one_by_one.read_page()
    assert not one_by_one.read_page()
    settings = at_once.all()
    assert one_by_one.all() == settings == at_once.all()
    assert list(dict.fromkeys(setting.page for setting in settings)) == list(page_titles())
    assert len({setting.field for setting in settings}) == len(settings) > 20


def test_the_context_that_sentences_about_full_ones_speak_of_is_found_by_that_word(qapp: QApplication) -> None:
    del qapp
    assert "n_ctx_field" in {setting.field for setting in SettingsIndex().all() if "context" in setting.text}


def test_a_window_at_rest_reads_one_page_at_a_time(qtbot: QtBot) -> None:
    window, index = QWidget(), CountingIndex()
    qtbot.addWidget(window)
    desk = SettingsDesk(verbs(index), window)
    desk.warm_up()
    assert index.asked == 1
    qtbot.waitUntil(lambda: index.asked == len(page_titles()) + 1)


def test_what_is_not_read_yet_is_offered_all_the_same_and_another_window_reads_nothing(qtbot: QtBot) -> None:
    window, index = QWidget(), CountingIndex()
    qtbot.addWidget(window)
    first, second = SettingsDesk(verbs(index), window), SettingsDesk(verbs(index), window)
    first.warm_up()
    offered = {entry.key for entry in first.entries()}
    assert {"setting:language_choice", "setting:token_field"} <= offered
    asked = index.asked
    assert {entry.key for entry in second.entries()} == offered
    assert index.asked == asked + 1  # whether there is one more
