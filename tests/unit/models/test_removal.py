from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.models.library import ModelLibrary
from chatdesk.models.removal import Removal

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")


class Trash:
    """A trash of the test's own; `fails_at` names a file that it does not take."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fails_at = ""
        folder.mkdir()

    def take(self, path: Path) -> None:
        if path.name == self.fails_at:
            raise OSError(errno.EBUSY, "another program uses it")
        path.rename(self.folder / path.name)

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@pytest.fixture
def trash(tmp_path: Path) -> Trash:
    return Trash(tmp_path / "trash")


@pytest.fixture
def removal(folder: Path, trash: Trash) -> Removal:
    return Removal(folder, trash.take)


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF")
    return path


def model(path: Path) -> ModelFile:
    return ModelFile(str(path), 4, 1.0)


def problem(removal: Removal, file: ModelFile, *, for_good: bool = False) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        removal.remove(file, for_good=for_good)
    assert "{" not in caught.value.detail.english
    return caught.value


def test_a_removed_model_is_in_the_trash_and_its_empty_folders_are_gone(
    folder: Path, trash: Trash, removal: Removal
) -> None:
    path = put(folder / "owner" / "repo" / "sub" / "Model.gguf")
    other = put(folder / "owner" / "other" / "Other.gguf")
    removal.remove(model(path), for_good=False)
    assert trash.names == ["Model.gguf"]
    assert not (folder / "owner" / "repo").exists()
    assert other.exists()


def test_a_model_removed_for_good_is_nowhere(folder: Path, trash: Trash, removal: Removal) -> None:
    removal.remove(model(put(folder / "Model.gguf")), for_good=True)
    assert trash.names == []
    assert list(folder.iterdir()) == []  # and the library itself stays


@pytest.mark.parametrize("for_good", [False, True])
def test_all_shards_go_together(for_good: bool, folder: Path, trash: Trash, removal: Removal) -> None:
    shards = [put(folder / "o" / "r" / f"Big-0000{number}-of-00003.gguf") for number in (1, 2, 3)]
    shards[1].unlink()  # also when one is missing
    removal.remove(model(shards[0]), for_good=for_good)
    assert not (folder / "o").exists()
    assert len(trash.names) == (0 if for_good else 2)


def test_a_split_model_that_is_removed_half_way_is_still_listed_and_can_be_removed_again(
    folder: Path, trash: Trash, removal: Removal
) -> None:
    shards = [put(folder / f"Big-0000{number}-of-00003.gguf") for number in (1, 2, 3)]
    trash.fails_at = shards[1].name
    assert problem(removal, model(shards[0])).code is ErrorCode.MODEL_NOT_REMOVED
    (listed,) = ModelLibrary(folder, None).scan(())
    trash.fails_at = ""
    removal.remove(listed, for_good=False)
    assert trash.names == [shard.name for shard in shards]


@pytest.mark.parametrize("origin", [ModelOrigin.STARTER, ModelOrigin.ADDED])
def test_what_is_not_of_the_library_stays(origin: ModelOrigin, folder: Path, removal: Removal) -> None:
    path = put(folder / "Model.gguf")
    assert problem(removal, replace(model(path), origin=origin), for_good=True).code is ErrorCode.MODEL_NOT_OURS
    assert path.exists()


def test_what_lies_outside_the_library_stays_whatever_its_origin_says(
    tmp_path: Path, folder: Path, removal: Removal
) -> None:
    path = put(tmp_path / "library of mine" / "Model.gguf")
    for spelled in (path, folder / ".." / "library of mine" / "Model.gguf"):
        assert problem(removal, model(spelled), for_good=True).code is ErrorCode.MODEL_NOT_OURS
    assert path.exists()


@needs_links
def test_a_link_out_of_the_library_is_no_way_to_remove_what_it_leads_to(
    tmp_path: Path, folder: Path, removal: Removal
) -> None:
    outside = put(tmp_path / "elsewhere" / "Model.gguf")
    shard = put(folder / "Big-00001-of-00002.gguf")
    (folder / "Big-00002-of-00002.gguf").symlink_to(outside)
    (folder / "file.gguf").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    for path in (folder / "file.gguf", folder / "folder" / "Model.gguf", shard):
        assert problem(removal, model(path), for_good=True).code is ErrorCode.MODEL_NOT_OURS
    assert outside.exists()
    assert shard.exists()


@needs_links
def test_a_library_that_is_itself_a_link_is_a_library(tmp_path: Path, folder: Path, trash: Trash) -> None:
    path = put(folder / "o" / "r" / "Model.gguf")
    (tmp_path / "link").symlink_to(folder)
    Removal(tmp_path / "link", trash.take).remove(model(tmp_path / "link" / "o" / "r" / "Model.gguf"), for_good=True)
    assert not path.exists()
    assert folder.exists()


def test_a_model_that_is_gone_is_said_so(folder: Path, removal: Removal) -> None:
    assert problem(removal, model(folder / "gone.gguf")).code is ErrorCode.MODEL_NOT_FOUND


def test_a_file_that_the_system_keeps_is_a_sentence(folder: Path, trash: Trash, removal: Removal) -> None:
    path = put(folder / "o" / "Model.gguf")
    trash.fails_at = path.name
    error = problem(removal, model(path))
    assert error.code is ErrorCode.MODEL_NOT_REMOVED
    assert "another program uses it" in error.detail.english
    assert path.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the trash of other systems is the person's own")
def test_the_system_s_trash_takes_a_file(tmp_path: Path) -> None:
    # In a process of its own: where the trash lies is read from the environment once.
    path = put(tmp_path / "Model é.gguf")
    code = "import pathlib, sys; from chatdesk.models.removal import to_trash; to_trash(pathlib.Path(sys.argv[1]))"
    environ = {**os.environ, "HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "home" / "data")}
    (tmp_path / "home").mkdir()
    subprocess.run([sys.executable, "-c", code, str(path)], env=environ, check=True)
    assert not path.exists()
    assert [file.name for file in tmp_path.rglob("*.gguf")] == ["Model é.gguf"]
