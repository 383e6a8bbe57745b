"""A model that may have ended the app is not trusted again because its folder was moved."""

from pathlib import Path

from chatdesk.headless import Core
from chatdesk.store.database import Database
from chatdesk.store.paths import Paths
from chatdesk.store.relocation import Place, Relocation
from chatdesk.store.settings_file import StateFile
from tests.support.desk import EventLog


def test_a_suspect_is_one_still_after_a_move(tmp_path: Path) -> None:
    data, new = tmp_path / "data", tmp_path / "new"
    before = Paths(data, tmp_path / "cache", tmp_path / "logs", tmp_path / "config", data / "models", is_movable=True)
    before.create()
    (before.models / "a.gguf").write_bytes(b"GGUF")
    StateFile(before.state).set_loading(str(before.models / "a.gguf"))
    Database.open(before.database).close()
    relocation = Relocation(before.config)
    relocation.wish(Place.MODELS, new, before)
    relocation.carry_out(before, lambda _share: None, lambda: False)
    after = Paths(before.data, before.cache, before.logs, before.config, new, is_movable=True)
    core = Core(after, EventLog().post)
    assert core.close()
    assert StateFile(after.state).suspects() == {str(new / "a.gguf")}
