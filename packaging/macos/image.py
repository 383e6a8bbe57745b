"""What macOS installs: the signed app in a disk image, notarised where the environment says how."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MACH_O = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


def build(app: Path, version: str, out: Path) -> Path:
    """Sign `app` and put it into an image in the folder `out`.

    `SIGN_ID` names the certificate; without it the signature is one for this machine only, and others must open the app
    by its context menu the first time. `NOTARY_PROFILE` names what `notarytool store-credentials` stored.
    """
    identity = os.environ.get("SIGN_ID", "-")
    # From the inside out: the signature of the bundle covers those of its parts.
    for path in sorted(binaries(app), key=lambda path: -len(path.parts)):
        sign(path, identity)
    sign(app, identity)
    subprocess.run(["codesign", "--verify", "--deep", "--strict", str(app)], check=True)
    image = out / f"ChatDesk-{version}-macos-{platform.machine()}.dmg"
    settings = ["-s", str(HERE / "dmg_settings.py"), "-D", f"app={app}"]
    subprocess.run([sys.executable, "-m", "dmgbuild", *settings, "ChatDesk", str(image)], check=True)
    sign(image, identity)
    if profile := os.environ.get("NOTARY_PROFILE"):
        command = ["xcrun", "notarytool", "submit", str(image), "--keychain-profile", profile, "--wait"]
        subprocess.run(command, check=True)
        subprocess.run(["xcrun", "stapler", "staple", str(image)], check=True)
    return image


def binaries(app: Path) -> list[Path]:
    """Every Mach-O file in the bundle."""
    found = []
    for path in app.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) in MACH_O:
                    found.append(path)
    return found


def sign(path: Path, identity: str) -> None:
    """Sign one file or bundle; the hardened runtime is what notarising asks for."""
    moment = ["--timestamp"] if identity != "-" else []
    entitlements = ["--entitlements", str(HERE / "entitlements.plist")] if path.suffix != ".dmg" else []
    command = ["codesign", "--force", "--options", "runtime", *moment, *entitlements, "--sign", identity, str(path)]
    subprocess.run(command, check=True)
