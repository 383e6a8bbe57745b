"""What the packages are made from, as far as it can be seen without building them."""

import ast
import configparser
import importlib.util
import json
import os
import plistlib
import re
import shutil
import signal
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

import chatdesk

ROOT = Path(__file__).parent.parent
PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"
APP_ID = "io.github.chatdesk.ChatDesk"
MIME_TYPE = "application/x-gguf"
SCRIPT = (PACKAGING / "windows" / "chatdesk.nsi").read_text(encoding="utf-8")


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


# --- Linux ---


def test_the_desktop_entry_opens_model_files() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]  # keys keep their case
    entry.read(LINUX / f"{APP_ID}.desktop", encoding="utf-8")
    values = entry["Desktop Entry"]
    assert values["Exec"] == "chatdesk %f"
    assert MIME_TYPE in values["MimeType"].split(";")
    assert values["Icon"] == APP_ID
    assert {"Name", "Comment[zh_CN]", "Categories"} <= set(values)


@needs("desktop-file-validate")
def test_the_desktop_entry_is_valid() -> None:
    subprocess.run(["desktop-file-validate", str(LINUX / f"{APP_ID}.desktop")], check=True)


@needs("appstreamcli")
def test_the_metainfo_is_valid() -> None:
    command = ["appstreamcli", "validate", "--no-net", str(LINUX / f"{APP_ID}.metainfo.xml")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_metainfo_is_of_this_app_and_version() -> None:
    root = ET.parse(LINUX / f"{APP_ID}.metainfo.xml").getroot()
    assert root.findtext("id") == APP_ID
    assert root.findtext("launchable") == f"{APP_ID}.desktop"
    assert root.findtext("provides/mediatype") == MIME_TYPE
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == chatdesk.__version__
    assert f"## {release.get('version')} – {release.get('date')}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_model_files_are_known_by_name_and_by_content() -> None:
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    kind = ET.parse(LINUX / f"{APP_ID}.mime.xml").getroot().find(f"{space}mime-type")
    assert kind is not None
    assert kind.get("type") == MIME_TYPE
    assert [glob.get("pattern") for glob in kind.iter(f"{space}glob")] == ["*.gguf"]
    assert [match.get("value") for match in kind.iter(f"{space}match")] == ["GGUF"]


@needs("sh")
def test_the_install_script_is_one_that_a_plain_shell_reads() -> None:
    script = LINUX / "install.sh"
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert script.read_bytes().startswith(b"#!/bin/sh\n")


@needs("sh")
@pytest.mark.skipif(sys.platform != "linux", reason="it installs on Linux")
def test_the_install_script_installs_updates_and_removes(tmp_path: Path) -> None:
    """In a home whose name a desktop entry must quote."""
    unpacked, home = tmp_path / "unpacked", tmp_path / 'ho me $1 "q" 100% 模型'
    (unpacked / "app").mkdir(parents=True)
    (unpacked / "app" / "chatdesk").write_text("#!/bin/sh\necho ran\n", encoding="utf-8")
    (unpacked / "app" / "chatdesk").chmod(0o755)
    (unpacked / "share" / "applications").mkdir(parents=True)
    shutil.copy(LINUX / f"{APP_ID}.desktop", unpacked / "share" / "applications")
    shutil.copy(LINUX / "install.sh", unpacked)
    (unpacked / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")  # as a user, whoever runs this test
    (unpacked / "id").chmod(0o755)
    home.mkdir()
    (home / "mine").touch()

    def play(*arguments: str) -> None:
        environment = {"HOME": str(home), "PATH": f"{unpacked}:/usr/bin:/bin"}
        subprocess.run(["sh", str(unpacked / "install.sh"), *arguments], env=environment, check=True)

    play()
    (home / ".local/lib/chatdesk/old").touch()
    play()
    program = home / ".local/bin/chatdesk"
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "ran\n"
    assert not (home / ".local/lib/chatdesk/old").exists()
    entry = (home / f".local/share/applications/{APP_ID}.desktop").read_text(encoding="utf-8")
    quoted = str(home).replace('"', '\\\\"').replace("$", "\\\\$").replace("%", "%%")
    assert f'Exec="{quoted}/.local/lib/chatdesk/chatdesk" %f\n' in entry
    play("--uninstall")
    left = [path for path in home.rglob("*") if path.is_file() and "mime" not in path.parts]
    assert [path.name for path in left if path.name != "mimeinfo.cache"] == ["mine"]


@pytest.fixture(scope="session")
def packages() -> ModuleType:
    """What wraps the frozen folder on Linux."""
    return loaded(LINUX / "packages.py")


def loaded(path: Path) -> ModuleType:
    """A script of the packaging, which is no package that could be imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """Something like a frozen folder."""
    folder = tmp_path / "frozen"
    (folder / "_internal").mkdir(parents=True)
    (folder / "chatdesk").write_bytes(b"\x7fELF\0GLIBC_2.17\0")
    (folder / "_internal" / "libx.so.1").write_bytes(b"\x7fELF\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_PRIVATE\0")
    (folder / "_internal" / "notes.txt").write_bytes(b"\0GLIBC_2.99\0")
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="it chooses on Linux")
def test_where_no_debian_package_can_be_built_none_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["build.py"])
    monkeypatch.setattr(sys, "path", [*sys.path])  # to which it adds its own folder
    build = loaded(PACKAGING / "build.py")
    (tmp_path / "dpkg-deb").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build._options().format == ["deb", "tar"]
    (tmp_path / "dpkg-deb").unlink()
    assert build._options().format == ["tar"]


@pytest.mark.skipif(sys.platform != "linux", reason="it is packed on Linux")
def test_the_package_asks_for_the_c_library_that_its_files_ask_for(packages: ModuleType, frozen: Path) -> None:
    assert packages.least_libc(frozen) == "2.34"


@needs("dpkg-deb")
def test_the_debian_package_says_what_it_needs(packages: ModuleType, frozen: Path, icons: Path, tmp_path: Path) -> None:
    package = packages.build_deb(frozen, icons, tmp_path, "1.2.3", tmp_path)
    listed = subprocess.run(["dpkg-deb", "--field", package], capture_output=True, text=True, check=True).stdout
    assert "@" not in listed.replace("chatdesk@users", "")
    assert "Version: 1.2.3\n" in listed
    assert "libc6 (>= 2.34)" in listed


@needs("mksquashfs")
def test_an_appimage_is_its_runtime_followed_by_all_that_a_desktop_asks_for(
    packages: ModuleType, frozen: Path, icons: Path, tmp_path: Path
) -> None:
    (tmp_path / "runtime").write_bytes(b"runtime")
    package = packages.build_appimage(frozen, icons, tmp_path, "1.2.3", tmp_path, tmp_path / "runtime")
    content = package.read_bytes()
    assert content.startswith(b"runtimehsqs")
    assert os.access(package, os.X_OK)
    command = ["unsquashfs", "-offset", str(len(b"runtime")), "-dest", tmp_path / "unpacked", package]
    subprocess.run(command, check=True, capture_output=True)
    unpacked = tmp_path / "unpacked"
    assert (unpacked / "AppRun").resolve() == (unpacked / "app" / "chatdesk").resolve()
    assert (unpacked / f"{APP_ID}.desktop").exists()
    assert (unpacked / ".DirIcon").read_bytes().startswith(b"\x89PNG")


# --- Windows ---


@pytest.fixture
def setup_program(icons: Path, tmp_path: Path) -> Path:
    """The setup of a stand-in for the frozen folder."""
    (tmp_path / "app" / "_internal").mkdir(parents=True)
    for name in ("chatdesk.exe", "chatdesk-cli.exe", "_internal/library"):
        (tmp_path / "app" / name).write_bytes(b"MZ")
    values = {"VERSION": "1.2.3", "SOURCE": tmp_path / "app", "ICON": icons / "chatdesk.ico", "SIZE_KB": 1}
    values["OUTFILE"] = tmp_path / "ChatDesk-1.2.3-setup.exe"
    defined = [f"-D{name}={value}" for name, value in values.items()]
    script = PACKAGING / "windows" / "chatdesk.nsi"
    subprocess.run(["makensis", "-V2", "-WX", *defined, str(script)], check=True, capture_output=True)
    return tmp_path / "ChatDesk-1.2.3-setup.exe"


@needs("makensis")
def test_the_setup_script_compiles_without_a_warning(setup_program: Path) -> None:
    assert setup_program.read_bytes().startswith(b"MZ")


@needs("makensis")
def test_in_silence_nobody_is_asked_for_a_language() -> None:
    """As the script is when its macros are written out: the dialog is what the first instruction jumps over."""
    defined = [f"-D{name}=1.2.3" for name in ("VERSION", "SOURCE", "ICON", "SIZE_KB", "OUTFILE")]
    command = ["makensis", "-PPO", *defined, str(PACKAGING / "windows" / "chatdesk.nsi")]
    written_out = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    function = written_out.partition("Function .onInit")[2].partition("FunctionEnd")[0]
    first, second, *others = (line for line in function.splitlines() if line and not line.startswith("!"))
    assert first.startswith("IfSilent `")
    assert second.startswith("LangDLL::LangDialog")
    assert f"{first.split('`')[1]}:" == others[-1]


@needs("makensis")
@needs("wine")
def test_the_setup_installs_updates_and_removes(setup_program: Path, tmp_path: Path) -> None:
    """Under wine, which tells what Windows would find in its folders and registry."""
    environment = {
        **os.environ,
        "WINEPREFIX": str(tmp_path / "wine"),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree=",
    }
    environment.pop("DISPLAY", None)

    def wine(*command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["wine", *command],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
        )

    def play(program: Path) -> None:
        assert wine(program, "/S").returncode == 0
        # The uninstaller copies itself away and returns at once; the server ends with the last program.
        subprocess.run(["wineserver", "--wait"], env=environment, check=True, timeout=300)

    def registry(key: str) -> str:
        """What is there; empty where there is no such key."""
        found = wine("reg", "query", f"HKCU\\Software\\{key}", "/s")
        return found.stdout if found.returncode == 0 else ""

    play(setup_program)
    folder = next((tmp_path / "wine").glob("drive_c/users/*/AppData/Local/Programs/ChatDesk"))
    (folder / "_internal" / "of-an-older-version").touch()
    (folder / "of-somebody-else").touch()
    play(setup_program)
    installed = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert installed == ["_internal/library", "chatdesk-cli.exe", "chatdesk.exe", "of-somebody-else", "uninstall.exe"]
    assert "chatdesk.exe" in registry("Classes\\ChatDesk.gguf\\shell\\open\\command")
    assert "1.2.3" in registry("Microsoft\\Windows\\CurrentVersion\\Uninstall\\ChatDesk")
    assert list((tmp_path / "wine").rglob("ChatDesk.lnk"))
    play(folder / "uninstall.exe")
    assert [path.name for path in folder.iterdir()] == ["of-somebody-else"]
    assert [key for key in ("ChatDesk", "Classes\\ChatDesk.gguf", "Classes\\.gguf") if registry(key)] == []
    assert registry("Microsoft\\Windows\\CurrentVersion\\Uninstall\\ChatDesk") == ""
    assert not list((tmp_path / "wine").rglob("ChatDesk.lnk"))


def test_what_the_setup_writes_into_the_registry_the_uninstaller_takes_out() -> None:
    written = {key.rstrip("\\") for key in re.findall(r'WriteReg\w+ HKCU "([^"]+)"', SCRIPT)}
    removed = re.findall(r'DeleteRegKey HKCU "([^"]+)"', SCRIPT)
    emptied = re.findall(r'DeleteRegValue HKCU "([^"]+)"', SCRIPT)
    assert [key for key in written if not (key in emptied or any(key.startswith(gone) for gone in removed))] == []


def test_a_path_with_spaces_reaches_the_program_whole() -> None:
    assert """'"$INSTDIR\\chatdesk.exe" "%1"'""" in SCRIPT


def test_the_properties_of_the_program_tell_this_version() -> None:
    text = (PACKAGING / "windows" / "version_info.txt").read_text(encoding="utf-8")
    ast.parse(text)
    assert text.count(f'"{chatdesk.__version__}"') == 2
    numbers = chatdesk.__version__.replace(".", ", ")
    assert f"filevers=({numbers}, 0), prodvers=({numbers}, 0)" in text


# --- macOS ---


def test_the_bundle_opens_model_files() -> None:
    info = plistlib.loads((PACKAGING / "macos" / "Info.plist").read_bytes())
    assert info["CFBundleIdentifier"] == APP_ID
    (kind,) = info["UTImportedTypeDeclarations"]
    assert kind["UTTypeTagSpecification"]["public.filename-extension"] == ["gguf"]
    (document,) = info["CFBundleDocumentTypes"]
    assert document["LSItemContentTypes"] == [kind["UTTypeIdentifier"]]


def test_the_entitlements_are_no_more_than_ctypes_and_foreign_libraries_need() -> None:
    entitlements = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert sorted(entitlements) == [
        "com.apple.security.cs.allow-unsigned-executable-memory",
        "com.apple.security.cs.disable-library-validation",
    ]


# --- all ---


@pytest.fixture(scope="session")
def icons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The icons as the builder writes them."""
    folder = tmp_path_factory.mktemp("icons")
    subprocess.run([sys.executable, str(PACKAGING / "icons.py"), str(folder), APP_ID], check=True)
    return folder


def test_the_windows_icon_holds_every_size(icons: Path) -> None:
    data = (icons / "chatdesk.ico").read_bytes()
    reserved, kind, count = struct.unpack_from("<HHH", data)
    assert (reserved, kind) == (0, 1)
    entries = [struct.unpack_from("<BBBBHHII", data, 6 + 16 * index) for index in range(count)]
    assert [entry[0] or 256 for entry in entries] == [16, 24, 32, 48, 64, 128, 256]
    for *_, size, offset in entries:
        picture = data[offset : offset + size]
        assert picture.startswith(b"\x89PNG")
        assert picture[25] in (4, 6), "it has no transparency"
    assert entries[-1][-1] + entries[-1][-2] == len(data)


def test_the_macos_icon_is_as_long_as_it_says(icons: Path) -> None:
    data = (icons / "chatdesk.icns").read_bytes()
    assert data[:4] == b"icns"
    assert struct.unpack(">I", data[4:8]) == (len(data),)


def test_the_recipe_is_python_and_names_files_that_are_there() -> None:
    recipe = (PACKAGING / "pyinstaller" / "chatdesk.spec").read_text(encoding="utf-8")
    ast.parse(recipe)
    for name in ("windows/version_info.txt", "macos/entitlements.plist", "macos/Info.plist", "pyinstaller/launch.py"):
        assert Path(name).name in recipe
        assert (PACKAGING / name).exists()


def test_workflows_run_scripts_that_are_there() -> None:
    workflows = list((ROOT / ".github" / "workflows").glob("*.yml"))
    assert workflows
    for workflow in workflows:
        text = workflow.read_text(encoding="utf-8")
        scripts = re.findall(r"(?:packaging|\.ci)/[\w./]+", text)
        assert scripts, workflow.name
        assert [script for script in scripts if not (ROOT / script).exists()] == []


def test_nothing_names_a_place_on_the_builders_machine() -> None:
    for path in PACKAGING.rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert not re.search(r"/(?:home|root|tmp|Users)/|C:\\\\Users", path.read_text(encoding="utf-8")), path


def test_children_of_the_frozen_app_get_the_environment_that_it_was_given(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import launch; launch.restore_environment();"
        "print(os.environ.get('LD_LIBRARY_PATH'), os.environ['PYINSTALLER_RESET_ENVIRONMENT'])"
    )
    command = [sys.executable, "-c", code, str(PACKAGING / "pyinstaller")]
    given = {"LD_LIBRARY_PATH": "/opt/chatdesk/_internal", "LD_LIBRARY_PATH_ORIG": "/usr/mine"}
    result = subprocess.run(command, env=given, capture_output=True, text=True, check=True)
    assert result.stdout == ("/usr/mine 1\n" if sys.platform == "linux" else "/opt/chatdesk/_internal 1\n")


# --- the variants for processors ---


@pytest.fixture
def variants() -> ModuleType:
    return loaded(PACKAGING / "variants.py")


RUNS_THREE = {"zen4": "", "haswell": "", "x64": ""}


@needs("sh")
@pytest.mark.parametrize(
    ("at_zen4", "used", "expected"),
    [
        ("", "zen4", "answered"),
        ("", "haswell", "fell back to haswell: no answer in time, or it could not be loaded"),
        ("kill -ILL $$", "zen4", f"exit code {-signal.SIGILL}: "),
    ],
)
def test_each_variant_is_forced_and_a_crash_is_seen(tmp_path: Path, at_zen4: str, used: str, expected: str) -> None:
    libraries = tmp_path / "app" / "_internal" / "llama_cpp" / "lib"
    libraries.mkdir(parents=True)
    names = ("zen4", "haswell", "x64", "armv9")
    for name in (*(f"libggml-cpu-{name}.so" for name in names), "libggml-cpu.so.0", "libllama.so"):
        (libraries / name).touch()
    program = tmp_path / "app" / "chatdesk"
    program.write_text(
        f"""#!/bin/sh
[ "$1" = --self-test ] || exit 2
case "$CHATDESK_CPU_VARIANT" in
    *zen4.so) {at_zen4 or ":"}; used={used};;
    *haswell.so) used=haswell;;
    *) used=x64;;
esac
echo '{{"cpu_variant": "'$used'", "cpu_variants": {json.dumps(RUNS_THREE)}}}'
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    (tmp_path / "chatdesk").symlink_to(program)
    command = [sys.executable, str(PACKAGING / "variants.py"), str(tmp_path / "chatdesk")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(result.stdout) == {
        "armv9": "not for this processor: x64 answered",
        "haswell": "answered",
        "x64": "answered",
        "zen4": expected,
    }
    assert result.returncode == (1 if at_zen4 else 0)


def test_a_variant_that_fell_back_is_told_with_its_reason(variants: ModuleType) -> None:
    figures = {"cpu_variant": "haswell", "cpu_variants": RUNS_THREE | {"zen4": "crashed"}}
    assert variants.verdict_of(figures, "zen4") == "fell back to haswell: crashed"


def test_one_variant_may_be_at_odds_with_a_machine_and_all_only_with_the_build(variants: ModuleType) -> None:
    assert variants.is_well({"x64": "answered"}), "this processor can run no other"
    assert variants.is_well({"x64": "answered", "haswell": "answered", "zen4": "fell back to haswell: crashed"})
    fallen = {"haswell": "fell back to x64: crashed", "zen4": "fell back to x64: wrong"}
    assert not variants.is_well({"x64": "answered", "armv9": "not for this processor: x64 answered", **fallen})
    assert not variants.is_well({"x64": "answered", "haswell": "answered", "zen4": "no end within 600 seconds"})


def test_a_program_without_variants_is_no_package(tmp_path: Path) -> None:
    command = [sys.executable, str(PACKAGING / "variants.py"), str(tmp_path / "bin" / "chatdesk")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.stdout, result.returncode) == ("{}\n", 1)
