import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path

import pytest

from chatdesk.ui.resources import set_resource_folder


@pytest.fixture(autouse=True)
def _resources(qapp: object) -> None:
    set_resource_folder(Path(__file__).parents[3] / "resources")
