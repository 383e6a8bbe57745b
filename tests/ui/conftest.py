"""What every test of widgets needs: a platform without a screen, and the shipped icons."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

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
