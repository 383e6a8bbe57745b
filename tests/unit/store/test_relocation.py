"""Folders are moved, and wherever a move is cut off, nothing is lost and the next start does the rest."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import Message, ReplyOrigin
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.model_records import ModelRecordStore
from chatdesk.store.paths import Paths
from chatdesk.store.relocation import Place, Relocation, StoppedError

MODEL = b"GGUF" + bytes(range(256)) * 20_000


class PowerCutError(Exception):
    """Nothing more is done."""


def cut(left: Iterator[int]) -> None:
    """Go on as often as something is left."""
    if next(left, None) is None:
        raise PowerCutError


class Home:
    """The folders of a user, and starts of the app in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.relocation = Relocation(self.config)

    def paths(self) -> Paths:
        """As `find_paths` finds them."""
        file = self.config / "location.json"
        location = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        data = Path(location.get("data", self.folder / "data"))
        models = Path(location.get("models", data / "models"))
        return Paths(data, self.folder / "cache", self.folder / "logs", self.config, models, is_movable=True)

    def start(self) -> None:
        """What a start does of a move."""
        if self.relocation.is_wished:
            self.relocation.carry_out(self.paths(), lambda _share: None, lambda: False)
        paths = self.paths()
        paths.create()
        database = Database.open(paths.database)
        self.relocation.finish(database)
        database.close()

    def check(self) -> None:
        """Everything that was there is there."""
        paths = self.paths()
        database = Database.open(paths.database)
        assert [each.title for each in ConversationStore(database).conversations()] == ["hello"]
        model = paths.models / "owner" / "a.gguf"
        assert model.read_bytes() == MODEL
        added = ModelRecordStore(database).added()
        assert [each.path for each in added] == [str(model)]
        assert added[0].modified_at == model.stat().st_mtime
        wrote = {message.origin.model_path for message in whole_path(database) if message.origin is not None}
        assert wrote == {str(model)}
        database.close()
        assert (paths.data / "snapshots" / "s.kv").read_bytes() == b"state"


def whole_path(database: Database) -> Iterable[Message]:
    """The messages of the only conversation."""
    store = ConversationStore(database)
    (conversation,) = store.conversations()
    return store.active_path(conversation.id)


@pytest.fixture
def home(tmp_path: Path, origin: ReplyOrigin) -> Home:
    home = Home(tmp_path)
    paths = home.paths()
    paths.create()
    (paths.data / "snapshots").mkdir()
    (paths.data / "snapshots" / "s.kv").write_bytes(b"state")
    (paths.data / "settings-of-another-app").write_text("mine", encoding="utf-8")
    model = paths.models / "owner" / "a.gguf"
    model.parent.mkdir()
    model.write_bytes(MODEL)
    os.utime(model, (1_700_000_000, 1_700_000_000))
    database = Database.open(paths.database)
    ConversationStore(database).add_exchange(None, "hello", replace(origin, model_path=str(model)))
    ModelRecordStore(database).add(ModelFile(str(model), len(MODEL), 1_700_000_000.0, ModelOrigin.ADDED))
    database.close()
    return home


@pytest.fixture(params=["one disk", "two disks"])
def disks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "two disks":

        def refuse(*_arguments: object) -> None:
            raise OSError(errno.EXDEV, "another disk")

        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize("place", Place)
@pytest.mark.usefixtures("disks")
def test_a_folder_is_moved_with_what_is_known_of_it(home: Home, place: Place) -> None:
    before = home.paths()
    target = home.folder / "elsewhere" / "new"
    home.relocation.wish(place, target, before)
    home.start()
    after = home.paths()
    assert (after.data if place is Place.DATA else after.models) == target
    home.check()
    assert not before.models.exists()
    if place is Place.DATA:
        assert [file.name for file in before.data.iterdir()] == ["settings-of-another-app"]
    assert json.loads((home.config / "location.json").read_text(encoding="utf-8")) == {place.value: str(target)}
    assert not home.relocation.is_wished


@pytest.mark.parametrize("place", Place)
@pytest.mark.usefixtures("disks")
def test_wherever_it_is_cut_off_the_next_start_finds_everything(home: Home, place: Place) -> None:
    home.relocation.wish(place, home.folder / "new", home.paths())
    n_cuts = 0
    while home.relocation.is_wished:
        left = iter(range(n_cuts))
        with contextlib.suppress(PowerCutError):
            home.relocation.carry_out(home.paths(), lambda _share, left=left: cut(left), lambda: False)  # type: ignore[misc]  # mypy cannot type a lambda's defaults
        n_cuts += 1
        if home.relocation.is_wished:
            home.check()
    # And this time it was cut off between the moment of the move and what follows it.
    assert n_cuts > 1
    home.start()
    home.check()


@pytest.mark.usefixtures("disks")
def test_a_person_may_change_their_mind(home: Home) -> None:
    home.relocation.wish(Place.DATA, home.folder / "new", home.paths())
    with pytest.raises(StoppedError):
        home.relocation.carry_out(home.paths(), lambda _share: None, lambda: True)
    assert not home.relocation.is_wished
    assert not (home.folder / "new").exists()
    home.check()


def test_a_disk_that_fills_up_leaves_everything_where_it_was(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.relocation.wish(Place.MODELS, home.folder / "new", home.paths())

    def other_disk(*_arguments: object) -> None:
        raise OSError(errno.EXDEV, "another disk")

    def full(_file: int) -> None:
        monkeypatch.undo()
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "link", other_disk)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserFacingError) as caught:
        home.relocation.carry_out(home.paths(), lambda _share: None, lambda: False)
    assert caught.value.code is ErrorCode.DISK_FULL
    assert not home.relocation.is_wished
    home.check()


@pytest.mark.usefixtures("disks")
def test_giving_up_leaves_what_others_put_into_the_new_folder(home: Home) -> None:
    home.relocation.wish(Place.MODELS, home.folder / "new", home.paths())
    (home.folder / "new" / "photos").mkdir()
    (home.folder / "new" / "photos" / "dear.jpg").write_text("mine", encoding="utf-8")
    with pytest.raises(StoppedError):
        home.relocation.carry_out(home.paths(), lambda _share: None, lambda: True)
    assert [file.name for file in (home.folder / "new").rglob("*")] == ["photos", "dear.jpg"]
    home.check()


@pytest.mark.parametrize("place", Place)
@pytest.mark.usefixtures("disks")
def test_links_lead_to_the_same_files_from_the_new_place(home: Home, place: Place) -> None:
    models = home.paths().models
    outside = home.folder / "shared.gguf"
    outside.write_bytes(b"GGUF shared")
    (home.folder / "shelf").mkdir()
    (home.folder / "shelf" / "c.gguf").write_bytes(b"GGUF shelved")
    (models / "owner" / "b.gguf").symlink_to("../owner/a.gguf")
    (models / "owner" / "d.gguf").symlink_to(models / "owner" / "a.gguf")
    (models / "shared.gguf").symlink_to(os.path.relpath(outside, models))
    (models / "shelf").symlink_to(os.path.relpath(home.folder / "shelf", models))
    home.relocation.wish(place, home.folder / "a" / "new", home.paths())
    home.start()
    moved = home.paths().models
    assert moved != models
    assert (moved / "owner" / "b.gguf").read_bytes() == (moved / "owner" / "d.gguf").read_bytes() == MODEL
    assert (moved / "shared.gguf").read_bytes() == b"GGUF shared"
    assert (moved / "shelf" / "c.gguf").read_bytes() == b"GGUF shelved"
    assert not models.exists()
    assert (home.folder / "shelf" / "c.gguf").exists()
    home.check()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="tells by /proc what is made durable")
@pytest.mark.usefixtures("disks")
def test_the_new_place_is_durable_before_it_is_written_down(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    fsync = os.fsync

    def note(file: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{file}").readlink())
        fsync(file)

    target = home.folder / "new"
    home.relocation.wish(Place.DATA, target, home.paths())
    monkeypatch.setattr(os, "fsync", note)
    home.relocation.carry_out(home.paths(), lambda _share: None, lambda: False)
    before = flushed[: flushed.index(home.config / "location.json.new")]
    folders = {target, *(folder for folder in target.rglob("*") if folder.is_dir())}
    assert len(folders) > 2
    assert folders <= set(before)


def test_a_log_that_a_start_left_in_the_new_place_before_it_was_cut_off_is_not_taken_for_newer(home: Home) -> None:
    data, target = home.paths().data, home.folder / "new"
    home.relocation.wish(Place.DATA, target, home.paths())
    database = Database.open(home.paths().database)
    store = ConversationStore(database)
    (conversation,) = store.conversations()
    store.rename(conversation.id, "older")
    (target / "chatdesk.db-wal").write_bytes((data / "chatdesk.db-wal").read_bytes())
    store.rename(conversation.id, "hello")
    database.close()
    home.start()
    home.check()


def test_a_model_that_stays_in_the_old_data_folder_is_known_there(home: Home) -> None:
    own = home.paths().data / "mine" / "own.gguf"
    own.parent.mkdir()
    own.write_bytes(MODEL)
    database = Database.open(home.paths().database)
    ModelRecordStore(database).add(ModelFile(str(own), len(MODEL), 1.0, ModelOrigin.ADDED))
    database.close()
    home.relocation.wish(Place.DATA, home.folder / "new", home.paths())
    home.start()
    database = Database.open(home.paths().database)
    known = {each.path for each in ModelRecordStore(database).added()}
    database.close()
    assert known == {str(own), str(home.paths().models / "owner" / "a.gguf")}
    assert own.exists()


def test_old_files_that_cannot_be_removed_keep_nobody_from_their_chats(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = home.paths().data
    unlink = os.unlink

    def refuse(path: Path) -> None:
        if Path(path).is_relative_to(old):
            raise OSError(errno.EROFS, "read-only")
        unlink(path)

    home.relocation.wish(Place.DATA, home.folder / "new", home.paths())
    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", refuse)
        home.start()
        home.check()
        assert (old / "chatdesk.db").exists()
    home.start()
    assert not (old / "chatdesk.db").exists()
    home.check()


@pytest.mark.parametrize("order", [(Place.DATA, Place.MODELS), (Place.MODELS, Place.DATA)])
@pytest.mark.usefixtures("disks")
def test_both_folders_are_moved_at_one_start_wherever_it_is_cut_off(home: Home, order: tuple[Place, Place]) -> None:
    before = home.paths()
    targets = {Place.DATA: home.folder / "chats", Place.MODELS: home.folder / "shelf"}
    for place in order:
        home.relocation.wish(place, targets[place], before)
    n_cuts = 0
    while home.relocation.is_wished:
        left = iter(range(n_cuts))
        with contextlib.suppress(PowerCutError):
            home.relocation.carry_out(home.paths(), lambda _share, left=left: cut(left), lambda: False)  # type: ignore[misc]  # mypy cannot type a lambda's defaults
        n_cuts += 1
    home.start()
    home.check()
    assert (home.paths().data, home.paths().models) == (targets[Place.DATA], targets[Place.MODELS])
    assert not before.models.exists()
    assert not (targets[Place.DATA] / "models").exists()


def test_both_folders_cannot_go_to_the_same_place(home: Home) -> None:
    home.relocation.wish(Place.DATA, home.folder / "new", home.paths())
    with pytest.raises(UserFacingError) as caught:
        home.relocation.wish(Place.MODELS, home.folder / "new", home.paths())
    assert caught.value.code is ErrorCode.FOLDER_NOT_EMPTY


def test_where_it_cannot_go_is_said_at_once(home: Home) -> None:
    paths = home.paths()
    (home.folder / "full").mkdir()
    (home.folder / "full" / "x").touch()
    (home.folder / "link").symlink_to(paths.data)
    for target, code in (
        (paths.data / "inside", ErrorCode.FOLDER_NESTED),
        (home.folder / "link" / "inside", ErrorCode.FOLDER_NESTED),
        (home.folder, ErrorCode.FOLDER_NESTED),
        (paths.data, ErrorCode.FOLDER_NESTED),
        (home.folder / "full", ErrorCode.FOLDER_NOT_EMPTY),
        (home.folder / "full" / "x", ErrorCode.FOLDER_NOT_WRITABLE),
    ):
        with pytest.raises(UserFacingError) as caught:
            home.relocation.wish(Place.DATA, target, paths)
        assert caught.value.code is code
    assert not home.relocation.is_wished


def test_a_location_file_that_says_nothing_sensible_wishes_nothing(home: Home) -> None:
    home.config.mkdir(exist_ok=True)
    for text in (
        "{",
        "[]",
        '{"moving": 3}',
        '{"moving": {"data": 3}}',
        '{"moving": {"moon": "/x"}}',
        '{"leaving": []}',
    ):
        (home.config / "location.json").write_text(text, encoding="utf-8")
        assert not home.relocation.is_wished
