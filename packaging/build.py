"""Builds what this system can: `python packaging/build.py [--format FORMAT …]`; packages land in `build/packages`.

From nothing: it makes its own environment, compiles llama.cpp with all variants for processors (minutes, once),
freezes, trims, and wraps.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from environment import CMAKE_ARGS, fetch_starter, make_environment
from listing import write_bill_of_materials, write_contents, write_sums

FORMATS = {"linux": ("deb", "tar"), "win32": ("setup",), "darwin": ("dmg",)}
# What is made only when it is named: the frozen folder alone, and a file that needs a runtime from elsewhere.
OTHER_FORMATS = {"linux": ("appimage", "folder")}


def main() -> int:
    """Build, step by step."""
    options = _options()
    version = project_version()
    work, out = ROOT / "build" / "package", ROOT / "build" / "packages"
    work.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    # What has a date gets that of the last change, so that the same source gives the same package.
    os.environ.setdefault("SOURCE_DATE_EPOCH", _last_change())
    environment = make_environment(work / "environment", options.wheels, options.cmake_args)
    starter = fetch_starter(environment, work / "starter") if options.starter else None
    icons = work / "icons"
    environment.run(HERE / "icons.py", icons, "io.github.chatdesk.ChatDesk")
    command = ("--noconfirm", "--distpath", work / "frozen", "--workpath", work / "freezing")
    spec = HERE / "pyinstaller" / "chatdesk.spec"
    # The order of sets goes into what is frozen; with a seed of its own it is the same each time.
    variables = {"CHATDESK_STARTER": str(starter or ""), "CHATDESK_ICONS": str(icons), "PYTHONHASHSEED": "1"}
    environment.run("-m", "PyInstaller", *command, spec, **variables)
    frozen = work / "frozen" / "chatdesk"
    if sys.platform == "linux":
        from trim import trim

        trim(frozen)
    for name in options.format:
        _wrap(name, frozen, icons, work, version, out, options.runtime)
    write_contents(frozen, out / f"chatdesk-{version}-contents.txt")
    write_bill_of_materials(site_packages(environment.folder), version, out / f"chatdesk-{version}-sbom.cdx.json")
    write_sums(out)
    for path in sorted(out.iterdir()):
        print(f"{path.stat().st_size / 1e6:>8.1f} MB  {path}")
    return 0


def _options() -> argparse.Namespace:
    formats, others = FORMATS[sys.platform], OTHER_FORMATS.get(sys.platform, ("folder",))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    possible = [name for name in formats if name != "deb" or shutil.which("dpkg-deb")]
    parser.add_argument("--format", nargs="+", choices=[*formats, *others], default=possible)
    parser.add_argument("--wheels", type=Path, default=ROOT / "build" / "wheels", help="where built wheels are kept")
    parser.add_argument(
        "--cmake-args", default=CMAKE_ARGS, help="add the flag of a graphics card; default: %(default)s"
    )
    parser.add_argument("--no-starter", dest="starter", action="store_false", help="leave the starter model out")
    parser.add_argument("--runtime", type=Path, help="the AppImage runtime, for --format appimage")
    options = parser.parse_args()
    if "appimage" in options.format and options.runtime is None:
        parser.error("--format appimage needs --runtime FILE: https://github.com/AppImage/type2-runtime/releases")
    return options


def _wrap(name: str, frozen: Path, icons: Path, work: Path, version: str, out: Path, runtime: Path | None) -> None:
    match name:
        case "deb" | "tar":
            from linux import packages

            packages.check_frozen(frozen)
            build = packages.build_deb if name == "deb" else packages.build_tarball
            build(frozen, icons, work, version, out)
        case "appimage":
            from linux import packages

            packages.check_frozen(frozen)
            assert runtime is not None
            packages.build_appimage(frozen, icons, work, version, out, runtime)
        case "setup":
            from windows import setup

            setup.build(frozen, icons, version, out)
        case "dmg":
            from macos import image

            image.build(work / "frozen" / "ChatDesk.app", version, out)


def project_version() -> str:
    """The one version, from the package."""
    text = (ROOT / "chatdesk" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    assert found is not None
    return found[1]


def site_packages(folder: Path) -> Path:
    """Where an environment keeps its packages."""
    return next(path for path in folder.rglob("site-packages") if path.is_dir())


def _last_change() -> str:
    command = ["git", "log", "-1", "--format=%ct"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return found or "0"


if __name__ == "__main__":
    sys.exit(main())
