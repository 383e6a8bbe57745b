import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from chatdesk.ui.resources import set_resource_folder


@pytest.fixture(autouse=True)
def _resources(qapp: object) -> None:
    set_resource_folder(Path(__file__).parents[3] / "resources")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sizes and numbers as English writes them, on whatever machine."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    yield
    QLocale.setDefault(before)
