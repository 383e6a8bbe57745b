"""What Linux installs: a `.deb`, a `.tar.gz` with a script that installs it for one user, and an AppImage."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
APP_ID = "io.github.chatdesk.ChatDesk"
# Without these the window does not open where the builder lacked them: they are taken from its system.
MUST_BE_INSIDE = ("libxcb-cursor.so.0", "libxkbcommon-x11.so.0", "libxcb-icccm.so.4")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def check_frozen(frozen: Path) -> None:
    """Refuse a frozen folder that the builder's system left incomplete."""
    missing = [name for name in MUST_BE_INSIDE if not (frozen / "_internal" / name).exists()]
    if missing:
        raise SystemExit(f"The builder lacks {', '.join(missing)}; install libxcb-cursor0 and libxkbcommon-x11-0.")


def least_libc(frozen: Path) -> str:
    """The oldest version of the C library that has all that the frozen folder asks for."""
    asked_for = set[int]()
    for path in frozen.rglob("*"):
        if path.is_file() and not path.is_symlink() and (path.name == "chatdesk" or ".so" in path.name):
            asked_for.update(int(version) for version in re.findall(rb"\0GLIBC_2\.(\d+)", path.read_bytes()))
    return f"2.{max(asked_for)}"


def _share(folder: Path, icons: Path) -> None:
    """The files by which a desktop knows the app, as below `/usr/share`."""
    places = {
        f"applications/{APP_ID}.desktop": HERE / f"{APP_ID}.desktop",
        f"metainfo/{APP_ID}.metainfo.xml": HERE / f"{APP_ID}.metainfo.xml",
        f"mime/packages/{APP_ID}.xml": HERE / f"{APP_ID}.mime.xml",
    }
    for place, source in places.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / place)
    shutil.copytree(icons / "hicolor", folder / "icons" / "hicolor")


def build_deb(frozen: Path, icons: Path, work: Path, version: str, out: Path) -> Path:
    """Build the Debian package into the folder `out`."""
    architecture = ARCHITECTURES[os.uname().machine]
    root = work / "deb"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(frozen, root / "usr/lib/chatdesk", symlinks=True)
    _share(root / "usr/share", icons)
    documents = root / "usr/share/doc/chatdesk"
    documents.mkdir(parents=True)
    shutil.copyfile(HERE / "copyright", documents / "copyright")
    changelog = (HERE.parents[1] / "CHANGELOG.md").read_bytes()
    (documents / "changelog.gz").write_bytes(gzip.compress(changelog, 9, mtime=0))
    (root / "usr/bin").mkdir()
    (root / "usr/bin/chatdesk").symlink_to("../lib/chatdesk/chatdesk")
    _set_modes(root)
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_symlink() and path.is_file())
    control = (HERE / "control.in").read_text(encoding="utf-8")
    values = {
        "VERSION": version,
        "ARCHITECTURE": architecture,
        "SIZE": str(-(-size // 1024)),
        "LIBC": least_libc(frozen),
    }
    for name, value in values.items():
        control = control.replace(f"@{name}@", value)
    (root / "DEBIAN").mkdir(mode=0o755)
    (root / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    package = out / f"chatdesk_{version}_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(package)], check=True)
    return package


def build_tarball(frozen: Path, icons: Path, work: Path, version: str, out: Path) -> Path:
    """Build the archive with its install script into the folder `out`."""
    name = f"chatdesk-{version}-linux-{os.uname().machine}"
    root = work / "tar" / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(frozen, root / "app", symlinks=True)
    _share(root / "share", icons)
    shutil.copyfile(HERE / "install.sh", root / "install.sh")
    shutil.copyfile(HERE / "copyright", root / "copyright")
    _set_modes(root)
    (root / "install.sh").chmod(0o755)
    package = out / f"{name}.tar.gz"
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = moment
        return entry

    with (
        package.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path in [root, *sorted(root.rglob("*"))]:
            archive.add(path, f"{name}/{path.relative_to(root)}", recursive=False, filter=plain)
    return package


def build_appimage(frozen: Path, icons: Path, work: Path, version: str, out: Path, runtime: Path) -> Path:
    """Build one file that runs where it lies into the folder `out` (https://docs.appimage.org/reference/appdir.html).

    `runtime` is the program that mounts it, of https://github.com/AppImage/type2-runtime/releases. The packing is one
    that the oldest runtimes read, in small blocks: xz makes each start ten seconds longer.
    """
    root = work / "appimage"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(frozen, root / "app", symlinks=True)
    _share(root / "usr/share", icons)
    shutil.copyfile(HERE / "copyright", root / "copyright")
    shutil.copyfile(HERE / f"{APP_ID}.desktop", root / f"{APP_ID}.desktop")
    shutil.copyfile(icons / "hicolor" / "256x256" / "apps" / f"{APP_ID}.png", root / f"{APP_ID}.png")
    (root / ".DirIcon").symlink_to(f"{APP_ID}.png")
    (root / "AppRun").symlink_to("app/chatdesk")
    _set_modes(root)
    packed = work / "appimage.squashfs"
    packed.unlink(missing_ok=True)
    options = ["-root-owned", "-noappend", "-no-progress", "-quiet", "-comp", "gzip", "-b", "128K"]
    subprocess.run(["mksquashfs", str(root), str(packed), *options], check=True)
    package = out / f"ChatDesk-{version}-{os.uname().machine}.AppImage"
    with package.open("wb") as file:
        for part in (runtime, packed):
            with part.open("rb") as source:
                shutil.copyfileobj(source, file)
    package.chmod(0o755)
    return package


def _set_modes(root: Path) -> None:
    """Folders and programs 755, other files 644, whatever the builder's umask was."""
    for path in root.rglob("*"):
        if not path.is_symlink():
            is_program = path.is_dir() or (path.name == "chatdesk" and path.parent.name in ("chatdesk", "app"))
            path.chmod(0o755 if is_program else 0o644)
