"""What every test of widgets needs: a platform without a screen, and the shipped icons."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from chatdesk.ui import theme
from chatdesk.ui.resources import set_resource_folder


@pytest.fixture(autouse=True)
def _own_locale() -> Iterator[None]:
    """Whatever locale a test chooses is gone with it."""
    before = QLocale()
    yield
    QLocale.setDefault(before)


@pytest.fixture(autouse=True)
def _words_of_the_source(qapp: QCoreApplication) -> None:
    """No language that an earlier test spoke."""
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


@pytest.fixture(autouse=True)
def _shipped_files(qapp: object) -> None:
    set_resource_folder(Path(__file__).parents[2] / "resources")


@pytest.fixture
def wear(qapp: QApplication) -> Iterator[Callable[[theme.Looks], None]]:
    """Puts looks on the app, which are off again after the test."""
    yield partial(theme.apply, qapp)
    theme.apply(qapp, theme.Looks())
