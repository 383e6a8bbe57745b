from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatdesk.ui import theme
from chatdesk.ui.model_manager.window import ModelManager
from chatdesk.ui.resources import set_resource_folder
from tests.ui.model_manager.world import Asked, shown_window


@pytest.fixture(scope="module", autouse=True)
def _light(qapp: QApplication) -> None:
    set_resource_folder(Path(__file__).parents[3] / "resources")
    theme.apply(qapp, theme.Looks())


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_US"))
    yield
    QLocale.setDefault(before)


@pytest.fixture(autouse=True)
def _windows_go(qapp: QApplication) -> Iterator[None]:
    """Outside of an event loop Qt keeps closed windows, and each change of theme would have to restyle them all."""
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def window(qtbot: QtBot, asked: Asked) -> ModelManager:
    return shown_window(qtbot, asked)
