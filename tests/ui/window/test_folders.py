"""Where the folders are, and having them moved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.ui.folders_dialog import FoldersDialog, FolderVerbs
from chatdesk.ui.moving_dialog import move_with_progress


def said(dialog: FoldersDialog) -> str:
    label = dialog.findChild(QLabel, "folders_said")
    assert label is not None
    return label.text()


def button(dialog: FoldersDialog, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def test_a_folder_is_chosen_and_it_is_said_when_it_is_moved_or_why_not(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes: list[str] = []

    def refuse(path: str) -> None:
        raise UserFacingError(ErrorCode.FOLDER_NOT_EMPTY, path=path)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_arguments: str(tmp_path))
    quits: list[bool] = []
    dialog = FoldersDialog(FolderVerbs("/data", "/models", refuse, wishes.append), lambda: quits.append(True))
    qtbot.addWidget(dialog)
    dialog.show()
    button(dialog, "move_data_button").click()
    assert said(dialog).startswith(f"There is something in {tmp_path} already.")
    assert not button(dialog, "quit_to_move_button").isVisible()
    button(dialog, "move_models_button").click()
    assert wishes == [str(tmp_path)]
    assert said(dialog).startswith(f"Everything is moved to {tmp_path} when ChatDesk starts the next time")
    button(dialog, "quit_to_move_button").click()
    assert quits == [True]


def test_folders_that_something_else_decides_about_are_not_moved(qtbot: QtBot) -> None:
    dialog = FoldersDialog(FolderVerbs("/data", "/models", None, None), lambda: None)
    qtbot.addWidget(dialog)
    assert not button(dialog, "move_data_button").isEnabled()
    assert "CHATDESK_HOME" in said(dialog)


@pytest.mark.usefixtures("qtbot")
def test_a_move_goes_on_behind_its_progress_until_it_is_done() -> None:
    told: list[bool] = []

    def move(on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> None:
        for step in range(5):
            on_progress(step / 5)
        told.append(should_stop())

    move_with_progress(move)
    assert told == [False]
