"""Lives a first day in bare Debian systems with what `build.py` made: install, chat, double-click, remove.

`sudo python3 packaging/rehearse.py [--suite SUITE …] [--pictures FOLDER]`; on Debian and Ubuntu it needs
`mmdebstrap xvfb xdotool imagemagick`. Each system is made from nothing and gets the package by apt, with its
dependencies and nothing else; then an ordinary user starts the app from its desktop entry, with the network cut off.
"""

from __future__ import annotations

import argparse
import configparser
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from measure import screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGES = Path(__file__).parents[1] / "build" / "packages"
ENTRY = "applications/io.github.chatdesk.ChatDesk.desktop"
SUITES = ("bookworm", "trixie")
USER = "person"
HOME = Path("/home") / USER
DATA = HOME / ".local/share/ChatDesk"
QUESTION = "Name three rivers."
# What a shell, a desktop and a downloaded name make of a path.
MODEL_NAME = 'My "model" é 模型 100%.gguf'
PATIENCE_SECONDS = 180
QUESTION_AND_REPLY = 2
# Of this system, for the bare one.
SHARED = (Path("/proc"), Path("/tmp") / ".X11-unix")  # noqa: S108 - where the X server listens
_HAS_OWN_MOUNTS = "CHATDESK_REHEARSAL"
# By their whole path: what they start gets an environment without one.
_CHROOT, _UNSHARE = (shutil.which(name) or name for name in ("chroot", "unshare"))
SCREEN = "1280x800x24"
# Where the message box is, in a window that fills the screen without a window manager.
COMPOSER = ("760", "730")


@dataclass(frozen=True)
class Root:
    """A bare Debian system in a folder."""

    folder: Path
    display: str

    def as_root(self, *command: str) -> None:
        """Run in the system as its administrator, who has the network."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([_CHROOT, self.folder, *command], env=environment, check=True, stdout=sys.stderr)

    def start(self, *command: str, output: int | TextIO = sys.stderr, **variables: str) -> subprocess.Popen[str]:
        """Start as the user, with an empty environment and no network."""
        cut_off = [_UNSHARE, "--net", _CHROOT, f"--userspec={USER}", str(self.folder), *command]
        environment = {"HOME": str(HOME), **variables}
        return subprocess.Popen(cut_off, env=environment, stdout=output, stderr=output, text=True)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run as the user to the end; an error ends the rehearsal."""
        process = self.start(*command, output=subprocess.PIPE, **variables)
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
        if process.returncode != 0:
            raise SystemExit(f"{shlex.join(command)}: {process.returncode}\n{output}{errors}")
        return subprocess.CompletedProcess(command, 0, output, errors)

    def path(self, inside: Path | str) -> Path:
        """Where a path of the system is for us."""
        return self.folder / str(inside).lstrip("/")


def main() -> int:
    """Rehearse in each system; an error ends with its reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", nargs="+", default=SUITES, help="default: %(default)s")
    parser.add_argument("--pictures", type=Path, default=PACKAGES.parent / "pictures", help="where screenshots go")
    options = parser.parse_args()
    if _HAS_OWN_MOUNTS not in os.environ:
        # What is mounted goes away with this process, however that ends.
        apart = ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv]
        os.execvpe(apart[0], apart, {**os.environ, _HAS_OWN_MOUNTS: "yes"})  # noqa: S606 - itself, once more
    options.pictures.mkdir(parents=True, exist_ok=True)
    for suite in options.suite:
        with bare_debian(suite) as root:
            _deb(root, options.pictures / f"{suite}-deb.png")
            _tarball(root, options.pictures / f"{suite}-tar.png")
    return 0


def _deb(root: Root, picture: Path) -> None:
    package = next(PACKAGES.glob("*.deb"))
    shutil.copy(package, root.path("/package.deb"))
    root.as_root("apt-get", "update", "--quiet")
    root.as_root("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "/package.deb")
    _live(root, Path("/usr/share") / ENTRY, picture)
    root.as_root("apt-get", "purge", "--yes", "--quiet", "chatdesk")
    assert not root.path("/usr/lib/chatdesk").exists(), "the package left files"
    _expect_kept(root)


def _tarball(root: Root, picture: Path) -> None:
    """Beside the libraries that the other package had apt install."""
    shutil.rmtree(root.path(DATA))
    archive = next(PACKAGES.glob("*.tar.gz"))
    shutil.copy(archive, root.path(HOME / archive.name))
    root.run("tar", "-xzf", str(HOME / archive.name), "-C", str(HOME), PATH="/usr/bin:/bin")
    script = HOME / archive.name.removesuffix(".tar.gz") / "install.sh"
    root.run(str(script), PATH="/usr/bin:/bin")
    _live(root, HOME / ".local/share" / ENTRY, picture)
    root.run(str(script), "--uninstall", PATH="/usr/bin:/bin")
    assert not root.path(HOME / ".local/lib/chatdesk").exists(), "the script left files"
    _expect_kept(root)


def _live(root: Root, entry: Path, picture: Path) -> None:
    """Self-test, a chat in the window, a double click on a model while it is open and one while it is closed."""
    (program,) = _command(root, entry)
    result = root.run(program, "--self-test")
    assert result.stderr == "", result.stderr
    figures = json.loads(result.stdout)
    assert len(result.stdout.splitlines()) == 1, result.stdout
    model = _own_model(root, program)
    with _window(root, *_command(root, entry)) as window:
        try:
            _wait("the starter model to be loaded", lambda: _loaded(root).suffix)
            _send(root, window, QUESTION)
            _wait("a reply", lambda: _said(root) >= QUESTION_AND_REPLY)
        finally:  # a picture tells most where it does not come
            subprocess.run(["import", "-display", root.display, "-window", "root", picture], check=True)
        second = root.start(*_command(root, entry, model), DISPLAY=root.display)
        assert second.wait(PATIENCE_SECONDS) == 0, "the second start did not hand its file over"
        assert _windows(root) == [window], "there is more than one window"
        _wait("the model to be loaded", lambda: _loaded(root).name == MODEL_NAME)
    root.path(DATA / "state.json").unlink()
    with _window(root, *_command(root, entry, model)):
        _wait("the model to be loaded", lambda: _loaded(root).name == MODEL_NAME)
    print(json.dumps({"system": root.folder.name, "package": picture.stem, **figures}, ensure_ascii=False))


def _command(root: Root, entry: Path, *files: Path) -> list[str]:
    """What a desktop runs for an entry (https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html)."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(root.path(entry).read_text(encoding="utf-8"))
    words = shlex.split(parser["Desktop Entry"]["Exec"].replace("\\\\", "\\"))
    command = []
    for word in words:
        command += [str(file) for file in files] if word == "%f" else [word.replace("%%", "%")]
    found = shutil.which(command[0], path=os.pathsep.join(str(root.path(place)) for place in ("/usr/bin", "/bin")))
    return ["/" + str(Path(found).relative_to(root.folder)) if found else command[0], *command[1:]]


def _own_model(root: Root, program: str) -> Path:
    """A model of the user's own, under a name that must survive every quoting: the starter, as another file."""
    (source,) = root.path(program).resolve().parent.glob("_internal/resources/models/*.gguf")
    target = HOME / MODEL_NAME
    shutil.copy(source, root.path(target))
    root.as_root("chown", "-R", f"{USER}:{USER}", str(HOME))
    return target


@contextmanager
def _window(root: Root, *command: str) -> Iterator[str]:
    """The app's one window, closed at the end by its own shortcut."""
    process = root.start(*command, DISPLAY=root.display)
    try:
        _wait("a window", lambda: _windows(root) or process.poll() is not None)
        (window,) = _windows(root)
        yield window
        _tell(root, "windowfocus", window, "key", "ctrl+q")
        assert process.wait(PATIENCE_SECONDS) == 0, f"the window ended with {process.returncode}"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _windows(root: Root) -> list[str]:
    found = _tell(root, "search", "--onlyvisible", "--class", "chatdesk", check=False)
    return found.split()


def _send(root: Root, window: str, text: str) -> None:
    _tell(root, "windowsize", window, *SCREEN.split("x")[:2])
    _tell(root, "windowmove", window, "0", "0")
    _tell(root, "windowfocus", window)
    _tell(root, "mousemove", *COMPOSER, "click", "1")
    _tell(root, "type", "--delay", "20", text)
    _tell(root, "key", "Return")


def _tell(root: Root, *command: str, check: bool = True) -> str:
    environment = {**os.environ, "DISPLAY": root.display}
    return subprocess.run(["xdotool", *command], env=environment, capture_output=True, text=True, check=check).stdout


def _said(root: Root) -> int:
    """How many messages are complete."""
    ((count,),) = _query(root, "SELECT count(*) FROM message WHERE status = 'complete'")
    return count if isinstance(count, int) else 0


def _loaded(root: Root) -> Path:
    """The model that was loaded last."""
    try:
        return Path(json.loads(root.path(DATA / "state.json").read_text(encoding="utf-8")).get("last_model_path") or "")
    except FileNotFoundError:
        return Path()


def _expect_kept(root: Root) -> None:
    kept = [text for (text,) in _query(root, "SELECT text FROM message_part")]
    assert QUESTION in kept, "the chat is gone"


def _query(root: Root, statement: str) -> list[tuple[object, ...]]:
    try:
        with sqlite3.connect(f"file:{root.path(DATA)}/chatdesk.db?mode=ro", uri=True) as database:
            return database.execute(statement).fetchall()
    except sqlite3.OperationalError:  # not there yet
        return [(0,)]


def _wait(what: str, is_there: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.2)


@contextmanager
def bare_debian(suite: str) -> Iterator[Root]:
    """A new system with a user, the screen of a display of its own, and nothing else."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"chatdesk-{suite}-")))
        subprocess.run(["mmdebstrap", "--variant=minbase", "--quiet", suite, folder], check=True)
        for place in SHARED:
            (folder / place.relative_to("/")).mkdir(parents=True, exist_ok=True)
        display = stack.enter_context(screen(SCREEN))
        for place in SHARED:
            subprocess.run(["mount", "--bind", place, folder / place.relative_to("/")], check=True)
            stack.callback(_unmount, folder / place.relative_to("/"))
        root = Root(folder, display)
        root.as_root("useradd", "--create-home", USER)
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
        yield root


def _unmount(place: Path) -> None:
    # At once, whoever still uses it: what lies behind it is this system's, and the folder around it is removed next.
    subprocess.run(["umount", "--lazy", place], check=True)


if __name__ == "__main__":
    sys.exit(main())
