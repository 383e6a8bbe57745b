"""Installs what `build.py` made on this system, tries it, and removes it: `python packaging/smoke.py`.

`--picture FILE` also keeps a picture of the screen with the window on it, on Windows and macOS; it needs Pillow. What
`rehearse.py` does for Linux is more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from variants import is_well, try_variants

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = Path(__file__).parent.parent / "build" / "packages"
PATIENCE_SECONDS = 300
# After this the window is there and the starter model has been loaded, also on a slow machine.
PICTURE_AFTER_SECONDS = 30


def main() -> int:
    """Try what there is; an error ends with its reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picture", type=Path, help="where to keep a picture of the screen")
    picture = parser.parse_args().picture
    with installed() as program:
        figures = self_test(program)
        answer = run(program, "ask", "Who are you?", "--max-tokens", "8", "--seed", "1").stdout.strip()
        assert answer, "no reply"
        verdicts = try_variants(program)
        assert is_well(verdicts), verdicts
        if picture is not None:
            photograph(program, picture)
    print(json.dumps({"self_test": figures, "reply": answer, "variants": verdicts}, ensure_ascii=False))
    return 0


def self_test(program: Path) -> dict[str, object]:
    """The figures of `--self-test`: one line of JSON, and nothing else on either stream."""
    result = run(program, "--self-test")
    assert result.stderr == "", result.stderr
    (line,) = result.stdout.splitlines()
    figures = json.loads(line)
    assert isinstance(figures, dict)
    return figures


def photograph(program: Path, picture: Path) -> None:
    """Keep a picture of the screen with the window on it."""
    from PIL import ImageGrab  # type: ignore[import-not-found]  # whoever wants a picture has it

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        windowed = program.with_name(program.name.replace("-cli", ""))
        process = subprocess.Popen([windowed], env={**os.environ, "CHATDESK_HOME": home})
        try:
            time.sleep(PICTURE_AFTER_SECONDS)
            assert process.poll() is None, f"the window ended with {process.returncode}"
            picture.parent.mkdir(parents=True, exist_ok=True)
            ImageGrab.grab().save(picture)
        finally:
            process.terminate()
            process.wait()


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program with little of this environment: what it needs, it must bring."""
    kept = ("HOME", "PATH", "SYSTEMROOT", "LOCALAPPDATA", "APPDATA", "USERPROFILE", "TEMP", "TMP", "LANG", "LC_ALL")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(
        [program, *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",  # whatever this system's own is
        timeout=PATIENCE_SECONDS,
        check=True,
    )


@contextmanager
def installed() -> Iterator[Path]:
    """The program as this system installs it, removed again at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if sys.platform == "win32":
            setup = next(PACKAGES.glob("*-setup.exe"))
            # NSIS takes the rest of the line as the folder, unquoted.
            subprocess.run(f'"{setup}" /S /D={folder / "ChatDesk"}', check=True)
            yield folder / "ChatDesk" / "chatdesk-cli.exe"
            subprocess.run([folder / "ChatDesk" / "uninstall.exe", "/S", f"_?={folder / 'ChatDesk'}"], check=True)
        elif sys.platform == "darwin":
            image = next(PACKAGES.glob("*.dmg"))
            subprocess.run(["hdiutil", "attach", "-nobrowse", "-mountpoint", folder, image], check=True)
            yield folder / "ChatDesk.app" / "Contents" / "MacOS" / "chatdesk"
            subprocess.run(["hdiutil", "detach", folder], check=True)
        else:
            with tarfile.open(next(PACKAGES.glob("*.tar.gz"))) as archive:
                archive.extractall(folder, filter="tar")
            script = next(folder.glob("*/install.sh"))
            environment = {"HOME": str(folder / "home"), "PATH": os.environ["PATH"]}
            subprocess.run([script], env=environment, check=True, stdout=sys.stderr)
            places = (folder / "home" / ".local" / "bin", Path("/usr/local/bin"))  # the second when root installs
            yield next(place / "chatdesk" for place in places if (place / "chatdesk").exists())
            subprocess.run([script, "--uninstall"], env=environment, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
