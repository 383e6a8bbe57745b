from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.store.paths import find_paths
from tests.support.desk import desk
from tests.support.window import person

__all__ = ["desk", "person"]


@pytest.fixture
def app(tmp_path: Path, qtbot: QtBot) -> Iterator[WindowedApp]:
    """The whole app on a data folder of its own, shown, with no model loaded."""
    made = WindowedApp(find_paths({"CHATDESK_HOME": str(tmp_path / "home")}))
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.window.show()
    yield made
    made.window.close()
    assert made.close()
