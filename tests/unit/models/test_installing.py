from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.models.installing import (
    ABANDONED_SECONDS,
    DOWNLOADS_FOLDER,
    SPARE_BYTES,
    UnfinishedFiles,
    check_names,
    check_space,
    free_targets,
    remove_abandoned,
)
from chatdesk.models.library import ModelLibrary

REVISION = "0123456789abcdef" * 2 + "01234567"
ONE = RemoteModel("owner/repo", REVISION, (RemoteFile("one-Q4_K_M.gguf", 10, "a" * 64),))
SPLIT = RemoteModel(
    "owner/repo",
    REVISION,
    tuple(RemoteFile(f"sub/big-0000{number}-of-00003.gguf", 10 * number, f"{number}" * 64) for number in (1, 2, 3)),
)
NOW = 1_800_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def arrived(folder: Path, model: RemoteModel, **changes: object) -> UnfinishedFiles:
    """A download with all its files verified and its targets decided."""
    files = UnfinishedFiles(folder, "id", model)
    files.create_folder()
    for file in model.files:
        files.part(file).write_bytes(b"x" * file.size_bytes)
        files.set_verified(file)
    return replace(files, targets=free_targets(folder, model))


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def with_name(filename: str) -> RemoteModel:
    return RemoteModel("owner/repo", REVISION, (RemoteFile(filename, 10, None),))


def test_a_part_counts_as_far_as_it_goes_and_is_no_file_yet(folder: Path) -> None:
    files = UnfinishedFiles(folder, "id", SPLIT)
    assert files.done_bytes() == 0
    files.create_folder()
    first, second, _ = SPLIT.files
    files.part(first).write_bytes(b"x" * 10)
    files.part(second).write_bytes(b"x" * 7)
    assert files.done_bytes() == 17
    assert not files.is_verified(first)
    files.set_verified(first)
    assert files.is_verified(first)
    assert files.done_bytes() == 17
    files.part(second).write_bytes(b"x" * 99)
    assert files.done_bytes() == 10 + 20


def test_a_part_is_right_when_it_is_whole_and_has_its_sum(folder: Path) -> None:
    content = b"0123456789"
    file = RemoteFile("one-Q4_K_M.gguf", 10, hashlib.sha256(content).hexdigest())
    files = UnfinishedFiles(folder, "id", replace(ONE, files=(file,)))
    files.create_folder()

    def is_right(found: bytes, of: RemoteFile = file, *, stops: bool = False) -> bool:
        files.part(of).write_bytes(found)
        return files.is_part_right(of, lambda: stops)

    assert is_right(content)
    assert not is_right(content[:9])
    assert not is_right(b"0123456780")
    assert not is_right(content, stops=True)
    assert not is_right(content, replace(file, sha256=None))


def test_nothing_that_is_not_installed_is_listed(folder: Path) -> None:
    files = arrived(folder, SPLIT)
    files.part(replace(SPLIT.files[0], filename="other.gguf")).write_bytes(b"x")
    assert ModelLibrary(folder, None).scan(()) == ()
    files.install()
    assert len(ModelLibrary(folder, None).scan(())) == 1


def test_an_installed_model_is_what_the_library_says_it_is(folder: Path) -> None:
    for model in (ONE, SPLIT):
        installed = arrived(folder, model).install()
        (listed,) = ModelLibrary(folder, None).scan(())
        assert replace(installed, repo_id=None, revision=None, sha256=None) == listed
        assert (installed.repo_id, installed.revision) == ("owner/repo", REVISION)
        assert installed.sha256 == model.files[0].sha256
        for file in Path(listed.path).parent.glob("*.gguf"):
            file.unlink()


def test_files_keep_their_place_in_the_repo(folder: Path) -> None:
    arrived(folder, SPLIT).install()
    assert tree(folder) == [f"owner/repo/sub/big-0000{number}-of-00003.gguf" for number in (1, 2, 3)]


@pytest.mark.parametrize("moves", [1, 2, 3])
def test_an_end_in_the_middle_of_moving_is_gone_on_with(moves: int, folder: Path) -> None:
    files = arrived(folder, SPLIT)
    pairs = list(zip(SPLIT.files, files.targets, strict=True))
    for file, target in reversed(pairs[-moves:]):
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(files.whole(file), target)  # noqa: PTH105 - as a process that died would leave it
    # Known by its first shard, which comes last.
    assert len(ModelLibrary(folder, None).scan(())) == (1 if moves == 3 else 0)
    assert files.have_begun_to_move
    assert all(map(files.is_verified, SPLIT.files))
    assert files.done_bytes() == SPLIT.size_bytes
    assert files.install().size_bytes == SPLIT.size_bytes
    assert len(tree(folder)) == 3


def test_another_file_is_never_replaced(folder: Path) -> None:
    files = arrived(folder, SPLIT)
    in_the_way = files.targets[1]
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        files.install()
    assert in_the_way.read_bytes() == b"mine"
    assert ModelLibrary(folder, None).scan(()) == ()


def test_a_newer_version_goes_beside_the_older_one(folder: Path) -> None:
    places = []
    for _ in range(4):
        files = arrived(folder, SPLIT)
        places.append(Path(files.install().path).parent.relative_to(folder).as_posix())
    assert places == [
        "owner/repo/sub",
        "owner/repo@01234567/sub",
        "owner/repo@01234567-2/sub",
        "owner/repo@01234567-3/sub",
    ]
    assert len(ModelLibrary(folder, None).scan(())) == 4


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")
def test_a_link_that_leads_nowhere_is_in_the_way_too(folder: Path) -> None:
    (folder / "owner" / "repo").mkdir(parents=True)
    (folder / "owner" / "repo" / "one-Q4_K_M.gguf").symlink_to(folder / "nowhere")
    assert free_targets(folder, ONE)[0].parent.name == "repo@01234567"


@pytest.mark.parametrize(
    "filename",
    [
        "../../x.gguf",
        "/etc/x.gguf",
        "sub/../x.gguf",
        "..\\x.gguf",
        "C:x.gguf",
        "CON.gguf",
        "sub/nul.gguf",
        "com¹.gguf",
        ".hidden.gguf",
        "x.gguf.",
        "x.gguf ",
        "x\x1b[31m.gguf",
        "x\u202egnp.gguf",
        "x\0.gguf",
        "\ud800.gguf",
        "x" * 300 + ".gguf",
        "模" * 70 + ".gguf",
        "",
        "sub//x.gguf",
        "a/b/c/d/x.gguf",
        "x.exe",
    ],
)
def test_hostile_names_are_refused_and_nothing_is_written(filename: str, folder: Path) -> None:
    with pytest.raises(UserFacingError) as caught:
        free_targets(folder, with_name(filename))
    assert caught.value.code is ErrorCode.DOWNLOAD_UNSAFE_NAME
    assert tree(folder.parent) == []


@pytest.mark.parametrize("repo_id", ["../x", "owner/..", "a/b/c", "owner/NUL", "", "owner/re:po", "/repo"])
def test_hostile_repos_are_refused(repo_id: str) -> None:
    with pytest.raises(UserFacingError) as caught:
        check_names(replace(ONE, repo_id=repo_id))
    assert caught.value.code is ErrorCode.DOWNLOAD_UNSAFE_NAME


@pytest.mark.parametrize("filename", ["模型-Q8_0.gguf", "a b (1).GGUF", "x" * 195 + ".gguf", "a/b/c/x.gguf"])
def test_unusual_names_are_kept_and_listed(filename: str, folder: Path) -> None:
    arrived(folder, with_name(filename)).install()
    assert tree(folder) == [f"owner/repo/{filename}"]
    (listed,) = ModelLibrary(folder, None).scan(())
    assert listed.filename == filename.rpartition("/")[2]


@pytest.mark.parametrize(
    "files",
    [SPLIT.files[:2], SPLIT.files[::-1], (*SPLIT.files, ONE.files[0]), (ONE.files[0], ONE.files[0])],
)
def test_shards_that_do_not_belong_together_are_refused(files: tuple[RemoteFile, ...]) -> None:
    with pytest.raises(UserFacingError) as caught:
        check_names(replace(SPLIT, files=files))
    assert caught.value.code is ErrorCode.MODEL_SHARD_MISSING


def test_what_does_not_fit_is_refused_with_the_exact_shortfall() -> None:
    check_space(ONE, 1000, 1000 + SPARE_BYTES)
    with pytest.raises(UserFacingError) as caught:
        check_space(ONE, 1000, 1000 + SPARE_BYTES - 1)
    assert caught.value.detail.params == {
        "model": "one-Q4_K_M",
        "needed": 1000 + SPARE_BYTES,
        "free": 1000 + SPARE_BYTES - 1,
        "missing": 1,
    }


def test_a_disk_that_others_have_a_claim_to_is_full_and_not_less() -> None:
    with pytest.raises(UserFacingError) as caught:
        check_space(ONE, 1000, -5)
    assert (caught.value.detail.params["free"], caught.value.detail.params["missing"]) == (0, 1000 + SPARE_BYTES)


def test_what_was_given_up_leaves_nothing_behind(folder: Path) -> None:
    files = arrived(folder, SPLIT)
    files.part(SPLIT.files[0]).with_suffix(".sums").write_bytes(b"x")
    # The app ended when one had moved.
    files.targets[2].parent.mkdir(parents=True)
    files.whole(SPLIT.files[2]).replace(files.targets[2])
    files.remove()
    assert tree(folder) == []
    files.remove()  # and can be given up twice


def test_only_what_nobody_knows_and_nobody_touched_for_a_week_is_removed(folder: Path) -> None:
    old, recent = NOW - ABANDONED_SECONDS - 10, NOW - ABANDONED_SECONDS + 10
    for name, modified_at in (("known", old), ("abandoned", old), ("of another app", recent)):
        part = folder / DOWNLOADS_FOLDER / name / "x.gguf.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"x")
        os.utime(part, (modified_at, modified_at))
        os.utime(part.parent, (old, old))
    (folder / DOWNLOADS_FOLDER / "a file").write_bytes(b"x")
    remove_abandoned(folder, {"known"}, NOW)
    assert tree(folder / DOWNLOADS_FOLDER) == ["a file", "known/x.gguf.part", "of another app/x.gguf.part"]


def test_there_may_be_nothing_to_clean_up(tmp_path: Path) -> None:
    remove_abandoned(tmp_path / "missing", (), NOW)
