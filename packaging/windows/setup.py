"""What Windows installs: a setup program made by NSIS (https://nsis.sourceforge.io)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def build(frozen: Path, icons: Path, version: str, out: Path) -> Path:
    """Compile the setup program of a frozen folder into the folder `out`.

    With `SIGN_COMMAND` in the environment (such as `signtool sign /fd SHA256 /tr URL /td SHA256`), the programs and the
    setup are signed; without it Windows warns of an unknown publisher.
    """
    package = out / f"ChatDesk-{version}-setup.exe"
    for program in ("chatdesk.exe", "chatdesk-cli.exe"):
        sign(frozen / program)
    subprocess.run([*compiler(), *definitions(frozen, icons, version, package), str(HERE / "chatdesk.nsi")], check=True)
    sign(package)
    return package


def compiler() -> list[str]:
    """NSIS's compiler, with warnings as errors."""
    found = shutil.which("makensis") or r"C:\Program Files (x86)\NSIS\makensis.exe"
    return [found, "-V2", "-WX"]


def definitions(frozen: Path, icons: Path, version: str, package: Path) -> list[str]:
    """What the script is told."""
    values = {
        "VERSION": version,
        "SOURCE": str(frozen.resolve()),
        "ICON": str((icons / "chatdesk.ico").resolve()),
        "OUTFILE": str(package.resolve()),
        "SIZE_KB": str(sum(path.stat().st_size for path in frozen.rglob("*") if path.is_file()) // 1024),
    }
    mark = "/D" if os.name == "nt" else "-D"
    return [f"{mark}{name}={value}" for name, value in values.items()]


def sign(path: Path) -> None:
    """Sign a program, where the environment says how."""
    if command := os.environ.get("SIGN_COMMAND"):
        subprocess.run([*command.split(), str(path)], check=True)
