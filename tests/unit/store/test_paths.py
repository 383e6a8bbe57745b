from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import chatdesk
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.store.paths import find_paths, resource, steady_resource


@pytest.fixture
def system_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folders on Linux; other systems have fixed ones, which tests must not touch."""
    if sys.platform != "linux":
        pytest.skip("the system's folders can be moved on Linux only")
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    return tmp_path


def test_chatdesk_home_moves_every_file(tmp_path: Path) -> None:
    paths = find_paths({"CHATDESK_HOME": str(tmp_path / "home")})
    files = (paths.database, paths.settings, paths.state, paths.log_file, paths.models, paths.cache)
    assert all(file.is_relative_to(tmp_path / "home") for file in files)
    assert paths.database == tmp_path / "home" / "chatdesk.db"


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_paths({"CHATDESK_HOME": "here"}).data == tmp_path / "here"


def test_home_comes_before_a_portable_folder_and_that_before_the_system_s(tmp_path: Path, system_folders: Path) -> None:
    (tmp_path / "app" / "ChatDesk-data").mkdir(parents=True)
    program = str(tmp_path / "app" / "chatdesk")
    home = {"CHATDESK_HOME": str(tmp_path / "home")}
    assert find_paths(home, program).data == tmp_path / "home"
    assert find_paths({}, program).data == tmp_path / "app" / "ChatDesk-data"
    assert find_paths({}, None).data == system_folders / "XDG_DATA_HOME" / "ChatDesk"
    assert (
        find_paths({}, str(tmp_path / "elsewhere" / "chatdesk")).data == system_folders / "XDG_DATA_HOME" / "ChatDesk"
    )


def test_a_portable_folder_lies_beside_the_bundle_and_beside_the_appimage(tmp_path: Path) -> None:
    portable = tmp_path / "ChatDesk-data"
    portable.mkdir()
    bundled = tmp_path / "ChatDesk.app" / "Contents" / "MacOS" / "chatdesk"
    assert find_paths({}, str(bundled)).data == portable
    assert find_paths({"APPIMAGE": str(tmp_path / "ChatDesk.AppImage")}, "/mnt/x/chatdesk").data == portable


def test_models_are_no_cache(system_folders: Path) -> None:
    paths = find_paths({})
    assert paths.models.is_relative_to(paths.data)
    assert not paths.models.is_relative_to(paths.cache)


def test_location_json_moves_data_and_models(system_folders: Path) -> None:
    config = system_folders / "XDG_CONFIG_HOME" / "ChatDesk"
    config.mkdir(parents=True)
    (config / "location.json").write_text(json.dumps({"data": str(system_folders / "moved")}), encoding="utf-8")
    paths = find_paths({})
    assert paths.database == system_folders / "moved" / "chatdesk.db"
    assert paths.models == system_folders / "moved" / "models"
    assert paths.config == config


@pytest.mark.parametrize("content", ["{", "[1]", '{"data": 3}', '{"data": "relative"}', "\ufffe", "[" * 100_000])
def test_a_useless_location_json_moves_nothing(
    content: str, system_folders: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        config = system_folders / "XDG_CONFIG_HOME" / "ChatDesk"
        config.mkdir(parents=True)
        (config / "location.json").write_text(content, encoding="utf-8")
        assert find_paths({}).data == system_folders / "XDG_DATA_HOME" / "ChatDesk"


def test_create_makes_folders_only_the_user_may_enter(tmp_path: Path) -> None:
    paths = find_paths({"CHATDESK_HOME": str(tmp_path / "new" / "home")})
    paths.create()
    paths.create()
    assert all(folder.is_dir() for folder in (paths.data, paths.cache, paths.logs, paths.config, paths.models))
    if sys.platform != "win32":
        assert paths.data.stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(UserFacingError) as caught:
        find_paths({"CHATDESK_HOME": str(tmp_path / "home")}).create()
    assert caught.value.code is ErrorCode.FOLDER_NOT_WRITABLE


def test_shipped_files_are_found_from_the_sources() -> None:
    assert resource("icons").parent.name == "resources"
    assert resource("icons").is_dir()


def where_icons_are(python_path: Path, setup: str = "pass") -> str:
    """What a Python started elsewhere finds with the package in `python_path`."""
    find = f"import sys; {setup}; from chatdesk.store.paths import resource; print(resource('icons'))"
    environ = os.environ | {"PYTHONPATH": str(python_path)}
    return subprocess.run(
        [sys.executable, "-c", find], env=environ, cwd=python_path, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_shipped_files_are_found_in_an_installed_package_and_in_a_frozen_app(tmp_path: Path) -> None:
    package = Path(chatdesk.__file__).parent
    shutil.copytree(package, tmp_path / "chatdesk", ignore=shutil.ignore_patterns("ui", "__pycache__"))
    (tmp_path / "resources").mkdir()  # another package's: the installed one's own come first
    (tmp_path / "chatdesk" / "resources").mkdir()
    assert where_icons_are(tmp_path) == str(tmp_path / "chatdesk" / "resources" / "icons")
    frozen = tmp_path / "frozen"
    (frozen / "resources").mkdir(parents=True)
    assert where_icons_are(tmp_path, f"sys._MEIPASS = {str(frozen)!r}") == str(frozen / "resources" / "icons")


@pytest.mark.skipif(os.name == "nt", reason="an AppImage is of Linux")
def test_what_an_appimage_ships_has_the_same_path_wherever_it_is_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []
    for mounted in (tmp_path / "mount1", tmp_path / "mount2"):
        (mounted / "resources" / "models").mkdir(parents=True)
        (mounted / "resources" / "models" / "starter.gguf").write_text(mounted.name, encoding="utf-8")
        monkeypatch.setattr(sys, "_MEIPASS", str(mounted), raising=False)
        places.append(steady_resource("models", tmp_path, {"APPDIR": str(mounted)}))
        assert (places[-1] / "starter.gguf").read_text(encoding="utf-8") == mounted.name
    assert places[0] == places[1]
    assert steady_resource("models", tmp_path, {"APPDIR": "/another/app"}) == resource("models")
    assert steady_resource("models", tmp_path / "not there", {"APPDIR": str(mounted)}) == resource("models")
