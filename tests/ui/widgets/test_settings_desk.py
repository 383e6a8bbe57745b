"""The settings dialog in its window: one at a time, and what it changes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.events import SnapshotsCleared, SnapshotsMeasured
from chatdesk.core.settings import Settings, Theme
from chatdesk.ui.settings_dialog import SettingsDialog
from chatdesk.ui.settings_dialog.desk import SettingsDesk, SettingsVerbs
from tests.ui.widgets.finding import find


@dataclass
class World:
    """Settings in force, and a window in which they are changed."""

    window: QWidget
    settings: Settings = field(default_factory=Settings)
    asked: list[str] = field(default_factory=list)

    def desk(self) -> SettingsDesk:
        return SettingsDesk(
            SettingsVerbs(
                current=lambda: self.settings,
                adjust=self.adjust,
                has_token=lambda: False,
                change_token=lambda _token: None,
                measure_snapshots=lambda: self.asked.append("measure"),
                clear_snapshots=lambda: self.asked.append("clear"),
            ),
            self.window,
        )

    def adjust(self, change: Callable[[Settings], Settings]) -> None:
        self.settings = change(self.settings)

    def dialogs(self) -> list[SettingsDialog]:
        return [dialog for dialog in self.window.findChildren(SettingsDialog) if dialog.isVisible()]


@pytest.fixture
def world(qtbot: QtBot) -> World:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return World(window)


def test_settings_that_are_asked_for_twice_are_one_dialog(world: World) -> None:
    desk = world.desk()
    desk.show_general()
    desk.show_network()
    (dialog,) = world.dialogs()
    assert find(dialog, QWidget, "settings_network").isVisible()
    dialog.reject()
    desk.show_general()
    assert len(world.dialogs()) == 1


def test_what_was_set_elsewhere_while_the_dialog_was_open_stays(world: World) -> None:
    world.desk().show_general()
    (dialog,) = world.dialogs()
    find(dialog, QComboBox, "theme_choice").setCurrentText("Dark")
    world.adjust(lambda settings: replace(settings, text_percent=150, shows_hints=False))
    find(dialog, QPushButton, "save_settings_button").click()
    assert world.settings == Settings(theme=Theme.DARK, text_percent=150, shows_hints=False)


def test_clearing_snapshots_tells_before_what_it_frees_and_after_what_it_freed(world: World) -> None:
    desk = world.desk()
    desk.show_general()
    (dialog,) = world.dialogs()
    button = find(dialog, QPushButton, "clear_snapshots_button")
    assert world.asked == ["measure"]
    desk.on_event(SnapshotsMeasured(1_200_000_000))
    assert button.text() == "Clear 1.2 GB"
    assert button.accessibleName() == "Forget what is kept ready: Clear 1.2 GB"
    button.click()
    button.click()
    assert world.asked == ["measure", "clear"]
    desk.on_event(SnapshotsMeasured(1_200_000_000))
    assert button.text() == "Clearing…"
    desk.on_event(SnapshotsCleared(1_100_000_000))
    assert button.text() == "1.1 GB freed"
    button.click()
    assert world.asked == ["measure", "clear", "clear"]


def test_where_nothing_is_kept_there_is_nothing_to_clear(world: World) -> None:
    desk = world.desk()
    desk.show_general()
    desk.on_event(SnapshotsMeasured(0))
    assert find(world.dialogs()[0], QPushButton, "clear_snapshots_button").text() == "Nothing is kept"
