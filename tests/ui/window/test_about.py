"""About: where everything lies, how large it is, what is shipped by whose leave; and diagnostics."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from chatdesk import __version__
from chatdesk.app import WindowedApp
from chatdesk.core.settings import Settings
from chatdesk.licences import PARTS, canonical, read_licences, shipped_packages
from chatdesk.ui.notices import NoticeStrip
from tests.ui.widgets.finding import find

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "resources" / "licences"
SMALL_SCREEN_HEIGHT = 640 - 30  # less the frame of the window


def trigger(app: WindowedApp, name: str) -> None:
    action = app.window.findChild(QAction, name)
    assert isinstance(action, QAction)
    action.trigger()


def opened(app: WindowedApp, qtbot: QtBot) -> QDialog:
    trigger(app, "about_action")
    dialog = find(app.window, QDialog, "about_dialog")
    qtbot.waitUntil(lambda: find(dialog, QListWidget, "licence_parts").count() > 0)
    return dialog


def test_about_tells_version_places_and_their_sizes(app: WindowedApp, qtbot: QtBot) -> None:
    models = app.core.paths.models
    (models / "a").mkdir()
    (models / "a" / "large.gguf").write_bytes(bytes(3_000_000))
    dialog = opened(app, qtbot)
    assert __version__ in find(dialog, QLabel, "about_version").text()
    assert find(dialog, QLabel, "models_place").text() == str(models)
    assert find(dialog, QLabel, "data_place").text() == str(app.core.paths.data)
    assert find(dialog, QLabel, "settings_place").text() == str(app.core.paths.settings)
    assert find(dialog, QLabel, "log_place").text() == str(app.core.paths.log_file)
    assert find(dialog, QLabel, "models_size").text() == "3 MB"
    # The models lie in the data folder, and are no chats.
    assert find(dialog, QLabel, "data_size").text() not in ("", "3 MB", "0 bytes")
    dialog.reject()


@pytest.mark.parametrize("dressed_app", [Settings(text_percent=200)], indirect=True)
def test_with_large_letters_its_buttons_are_on_a_small_screen(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    dialog = opened(dressed_app, qtbot)
    assert dialog.minimumSizeHint().height() <= SMALL_SCREEN_HEIGHT
    dialog.reject()


def test_a_folder_is_shown_by_the_keyboard(app: WindowedApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    dialog = opened(app, qtbot)
    button = find(dialog, QPushButton, "show_models_button")
    assert button.accessibleName() == "Show folder: Models"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert [Path(path) for path in shown] == [app.core.paths.models]
    dialog.reject()


def test_each_licence_can_be_read(app: WindowedApp, qtbot: QtBot) -> None:
    dialog = opened(app, qtbot)
    parts, text = find(dialog, QListWidget, "licence_parts"), find(dialog, QPlainTextEdit, "licence_text")
    assert parts.item(0).text() == "ChatDesk – MIT"
    assert "The ChatDesk authors" in text.toPlainText()
    qtbot.keyClick(parts, Qt.Key.Key_Down)
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text.toPlainText()
    qtbot.keyClick(parts, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: app.window.findChild(QDialog, "about_dialog") is None)


def test_diagnostics_go_to_the_clipboard_from_about_and_from_the_palette(app: WindowedApp, qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    dialog = opened(app, qtbot)
    find(dialog, QPushButton, "copy_diagnostics_button").click()
    qtbot.waitUntil(lambda: "## Settings" in clipboard.text(), timeout=20_000)
    assert "clipboard" in find(dialog, QLabel, "about_said").text()
    dialog.reject()
    clipboard.clear()
    qtbot.waitUntil(lambda: app.window.findChild(QDialog, "about_dialog") is None)
    trigger(app, "copy_diagnostics_action")
    qtbot.waitUntil(lambda: "## Settings" in clipboard.text(), timeout=20_000)
    assert any("clipboard" in text for text in find(app.window, NoticeStrip, "notice_strip").texts())


def test_every_part_that_is_shipped_comes_with_its_licence() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PARTS)
    assert (FOLDER / "chatdesk.txt").read_bytes() == (ROOT / "LICENSE").read_bytes()
    without_text = {"latex2mathml"}  # its package holds none: what it says of its licence stands there
    for licence in read_licences(FOLDER):
        assert licence.name, licence.part
        assert len(licence.text) > 500 or licence.part.split()[0] in without_text, licence.part


def test_every_package_that_the_project_names_is_among_the_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["tool"]["uv"]["constraint-dependencies"]]
    here = [each for each in named if ";" not in each or "linux" in each]
    names = {canonical(re.split(r"[=; ]", each)[0]) for each in here}
    assert names <= {canonical(package.name) for package in shipped_packages()}
