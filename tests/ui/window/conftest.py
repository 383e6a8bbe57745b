from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.settings import Settings
from chatdesk.store.settings_file import SettingsFile
from tests.support.desk import desk
from tests.support.opened_app import opened_app
from tests.support.window import person

__all__ = ["desk", "person"]


@pytest.fixture
def app(tmp_path: Path, qtbot: QtBot) -> Iterator[WindowedApp]:
    """The whole app on a data folder of its own, shown, with no model loaded."""
    with opened_app(tmp_path / "home", qtbot) as app:
        yield app


@pytest.fixture
def dressed_app(request: pytest.FixtureRequest, tmp_path: Path, qtbot: QtBot) -> Iterator[WindowedApp]:
    """The same with the settings that the test is given."""
    assert isinstance(request.param, Settings)
    home = tmp_path / "home"
    home.mkdir()
    SettingsFile(home / "settings.json").save(request.param)
    with opened_app(home, qtbot) as app:
        yield app
