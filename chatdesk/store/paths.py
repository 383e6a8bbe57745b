"""Where ChatDesk's files lie: its data, cache, logs, settings and models, and what is shipped with it."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.durable import replace_when_let_go
from chatdesk.store.disk import disk_problems_named

if TYPE_CHECKING:
    from collections.abc import Mapping

APP_NAME = "ChatDesk"
HOME_VARIABLE = "CHATDESK_HOME"
PORTABLE_FOLDER = "ChatDesk-data"
LOCATION_FILE = "location.json"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders ChatDesk writes to. Models are no cache: nothing may delete them to make room.

    `is_movable`: `location.json` says where data and models lie, and may say something else.
    """

    data: Path
    cache: Path
    logs: Path
    config: Path
    models: Path
    is_movable: bool = False

    @property
    def database(self) -> Path:
        """Conversations, and what is known of model files."""
        return self.data / "chatdesk.db"

    @property
    def settings(self) -> Path:
        """What a person set."""
        return self.config / "settings.json"

    @property
    def state(self) -> Path:
        """What belongs to this machine: window geometry, last conversation, crash marker."""
        return self.data / "state.json"

    @property
    def snapshots(self) -> Path:
        """What models have processed of conversations. It holds what was said, so it lies with the data."""
        return self.data / "snapshots"

    @property
    def log_file(self) -> Path:
        """The log, and where `faulthandler` writes."""
        return self.logs / "chatdesk.log"

    def create(self) -> None:
        """Make the folders that are missing; only the user may look into them (POSIX).

        Raises:
            UserFacingError: `FOLDER_NOT_WRITABLE`, `DISK_FULL` or `DISK_ERROR`.
        """
        for folder in (self.data, self.config, self.cache, self.logs, self.models):
            with disk_problems_named(folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def find_paths(environ: Mapping[str, str], executable: str | None = None) -> Paths:
    """Where this start's files lie; `executable` is the frozen app's, None when Python runs the sources.

    In this order: `CHATDESK_HOME`; a folder `ChatDesk-data` beside the app (portable use); the system's own
    folders, where `location.json` in the config folder may name another `data` and `models` folder.
    """
    if home := environ.get(HOME_VARIABLE, "").strip():
        return _below(Path(home).expanduser().absolute())
    if executable is not None and (portable := _app_folder(environ, executable) / PORTABLE_FOLDER).is_dir():
        return _below(portable)
    return _system_paths()


def steady_resource(name: str, cache: Path, environ: Mapping[str, str]) -> Path:
    """The shipped folder `name`, by a path that is the same at each start.

    An AppImage lies elsewhere whenever it runs, and much is remembered by path: it gets a link in `cache`. Only for the
    process that owns the data, for the link goes to where that one lies.
    """
    folder = resource(name)
    if not (mounted := environ.get("APPDIR")) or not folder.is_relative_to(mounted):
        return folder
    link = cache / f"shipped-{name}"
    unfinished = link.with_suffix(".new")
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.symlink_to(folder)
        replace_when_let_go(unfinished, link)
    except OSError as error:
        _log.warning("there is no link to what is shipped: %s", error)
        return folder
    return link


def _below(home: Path) -> Paths:
    """Everything in one folder."""
    return Paths(data=home, cache=home / "cache", logs=home / "logs", config=home, models=home / "models")


def _app_folder(environ: Mapping[str, str], executable: str) -> Path:
    """The folder in which a person sees the app lie: beside the AppImage, beside the macOS bundle."""
    if image := environ.get("APPIMAGE"):
        return Path(image).parent
    program = Path(executable).absolute()
    bundle = next((folder for folder in program.parents if folder.suffix == ".app"), program)
    return bundle.parent


def _system_paths() -> Paths:
    import platformdirs  # late: most starts of a portable app or a test never need it

    # Never roaming: gigabytes of models must not travel with a Windows profile.
    folders = platformdirs.PlatformDirs(APP_NAME, appauthor=False, roaming=False)
    config = folders.user_config_path
    location = _location(config / LOCATION_FILE)
    data = location.get("data", folders.user_data_path)
    return Paths(
        data=data,
        cache=folders.user_cache_path,
        logs=folders.user_log_path,
        config=config,
        models=location.get("models", data / "models"),
        is_movable=True,
    )


def _location(file: Path) -> dict[str, Path]:
    """The folders `data` and `models` as `location.json` names them. What cannot be used is logged and left out."""
    try:
        untrusted = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s cannot be read (%s): the standard folders are used", file, error)
        return {}
    folders = {}
    for name in ("data", "models"):
        value = untrusted.get(name) if isinstance(untrusted, dict) else untrusted
        if isinstance(value, str) and Path(value).expanduser().is_absolute():
            folders[name] = Path(value).expanduser()
        elif value is not None:
            _log.warning("%s: %s is not the whole path of a folder: %.100r", file, name, value)
    return folders


def resource(name: str) -> Path:
    """The path of a shipped file or folder, such as `models` or `icons/app.svg`, whether or not it exists.

    Shipped files lie in the frozen app's unpacked folder, inside the installed package, or beside it in the sources.
    """
    package = Path(__file__).resolve().parent.parent
    bundled = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    candidates = [Path(bundled) / "resources"] if bundled else []
    candidates += [package / "resources", package.parent / "resources"]
    folder = next((candidate for candidate in candidates if candidate.is_dir()), candidates[-1])
    return folder / name
