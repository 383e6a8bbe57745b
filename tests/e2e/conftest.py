import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.store.paths import Paths, find_paths
from tests.support.headless_app import App, Start


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A data folder of the test's own."""
    paths = find_paths({"CHATDESK_HOME": str(tmp_path / "home")})
    paths.create()
    return paths


@pytest.fixture
def start(paths: Paths) -> Iterator[Start]:
    """Starts ChatDesk without a window on that folder, as often as it was closed before; ends the last one."""
    started: list[App] = []

    def start() -> App:
        started.append(App(paths))
        return started[-1]

    yield start
    started[-1].close()
