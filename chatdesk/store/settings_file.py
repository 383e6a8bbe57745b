"""Settings and machine state as JSON files: moved aside when they cannot be read, replaced whole when they change."""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import asdict, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.fit import CacheType
from chatdesk.core.messages import clean_text
from chatdesk.core.reply_notices import ReplyNotice
from chatdesk.core.sampling import SamplingParams, checked
from chatdesk.core.settings import Accent, Density, Settings, Theme
from chatdesk.store.disk import disk_problems_named, move_aside, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")

_NONE_ALLOWED = {
    *("n_ctx", "n_threads", "flash_attention", "high_contrast", "hub_endpoint", "language", "proxy", "snapshot_bytes"),
    "writes_titles",
}
# settings with a few possible values
_CHOICES: dict[str, type[StrEnum]] = {
    "accent": Accent,
    "cache_type": CacheType,
    "density": Density,
    "reply_notice": ReplyNotice,
    "theme": Theme,
}

_log = logging.getLogger(__name__)


class JsonFile:
    """One JSON object on disk. May be used from any thread. Keys that this version does not know survive."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[str, Any] | None = None  # as on disk; None: not read yet

    def load(self) -> tuple[dict[str, Any], ErrorDetail | None]:
        """Read the file: its object (empty when there is no file) and a notice when it had to be moved aside.

        Raises:
            UserFacingError: the file exists and the disk does not let it be read or moved.
        """
        with self._lock:
            return self._load()

    def look(self) -> dict[str, Any]:
        """The object on disk, empty when there is none that can be read. Changes nothing, in memory neither."""
        try:
            return self._read() or {}
        except UserFacingError as error:
            _log.info("%s is not looked at: %s", self.path, error)
            return {}

    def get(self, key: str) -> Any:
        """The value of one key as last loaded or updated, None when there is none."""
        with self._lock:
            return (self._values if self._values is not None else self._load()[0]).get(key)

    def update(self, changes: Mapping[str, Any]) -> None:
        """Set these keys and keep the others; durable on return. An object is merged into the one that is there.

        Raises:
            UserFacingError: the disk did not take it; the file is as it was.
        """
        with self._lock:
            values = self._values if self._values is not None else self._load()[0]
            merged = _merged(values, changes)
            if merged != values or not self.path.exists():
                # Readable for people, Chinese too; the reader accepts a lone surrogate that came in as an escape.
                text = json.dumps(merged, indent=2, ensure_ascii=False) + "\n"
                replace_file(self.path, text.encode(errors="surrogatepass"))
            self._values = merged

    def _load(self) -> tuple[dict[str, Any], ErrorDetail | None]:
        notice = None
        values = self._read()
        if values is None:
            moved_to = move_aside(self.path, self._clock())
            notice = ErrorDetail(ErrorCode.SETTINGS_BROKEN, {"moved_to": str(moved_to)})
            values = {}
        self._values = values
        return dict(values), notice

    def _read(self) -> dict[str, Any] | None:
        """The object on disk, empty when there is no file; None when it is no JSON object."""
        with disk_problems_named(self.path.parent):
            content = self.path.read_bytes() if self.path.exists() else b"{}"
        try:
            values = json.loads(content)
        except (ValueError, RecursionError) as error:
            _log.info("%s is not JSON: %s", self.path, error)
            return None
        return values if isinstance(values, dict) else None


def _merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


class SettingsFile:
    """What a person set, in `settings.json`."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = JsonFile(path, clock)

    def load(self) -> tuple[Settings, ErrorDetail | None]:
        """The settings, and a notice when the file could not be read and was moved aside.

        A value that is not possible costs only itself: its default takes its place, and the log says so.
        """
        values, notice = self._file.load()
        return _settings(values), notice

    def look(self) -> Settings:
        """The settings, the defaults when they cannot be read, without moving or changing anything on disk."""
        return _settings(self._file.look())

    def save(self, settings: Settings) -> None:
        """Save all settings; durable on return.

        Raises:
            UserFacingError: the disk did not take them; the file is as it was.
        """
        self._file.update(asdict(settings))


def _settings(untrusted: Mapping[str, Any]) -> Settings:
    settings = Settings()
    for field in fields(Settings):
        if field.name in untrusted:
            try:
                settings = replace(settings, **{field.name: _setting(field.name, untrusted[field.name])})
            except (UserFacingError, ValueError, TypeError) as error:
                _log.warning("settings: %s is left at its default: %s", field.name, error)
    return settings


def _setting(name: str, untrusted: Any) -> Any:
    """The value of one setting, of the right type.

    Raises:
        ValueError, TypeError: it has another type.
    """
    if untrusted is None and name in _NONE_ALLOWED:
        return None
    if name in _CHOICES:
        return _CHOICES[name](untrusted)
    match name:
        case "system_prompt":
            value: Any = clean_text(_typed(str, untrusted))
        case "sampling":
            value = _sampling(_typed(dict, untrusted))
        case "hub_endpoint" | "proxy" | "language":
            value = _typed(str, untrusted)
        case "flash_attention" | "high_contrast" | "is_offline" | "keeps_awake" | "shows_hints" | "writes_titles":
            value = _typed(bool, untrusted)
        case _:
            value = _typed(int, untrusted)
    return value


def _typed(kind: type[T], untrusted: Any) -> T:
    """`untrusted` itself, if it is exactly of this type: True is no number."""
    if type(untrusted) is not kind:
        raise TypeError(f"{untrusted!r:.100}")
    return untrusted


def _sampling(untrusted: Mapping[str, Any]) -> SamplingParams:
    possible: dict[str, Any] = {}
    for name, value in untrusted.items():
        try:
            possible |= checked({name: value})
        except UserFacingError as error:
            _log.warning("settings: %s is left at its default: %s", name, error)
    return replace(SamplingParams(), **possible)


class StateKey(StrEnum):
    """What this machine remembers between starts as text; beside it, the models that are suspected."""

    WINDOW_GEOMETRY = "window_geometry"  # base64 of what Qt saves
    WINDOW_STATE = "window_state"  # likewise
    RECENT_COMMANDS = "recent_commands"  # keys of the command palette, one a line, the last first
    LAST_CONVERSATION_ID = "last_conversation_id"
    LAST_MODEL_PATH = "last_model_path"
    TOKEN_KEPT = "token_kept"  # noqa: S105 - any text: an access token lies in the keyring
    LOADING_MODEL_PATH = "loading_model_path"  # the crash marker: found at a start, that load ended the app


_SUSPECTS = "suspects"


class StateFile:
    """Machine state, in `state.json`. Losing it is a nuisance, not a loss.

    `suspects` are paths of models that may have ended the app: kept until somebody clears them.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = JsonFile(path, clock)
        self._adding = threading.Lock()

    def load(self) -> None:
        """Read the file; call once, first. One that is broken is moved aside, which only the log says.

        Raises:
            UserFacingError: the file exists and the disk does not let it be read or moved.
        """
        _, notice = self._file.load()
        if notice is not None:
            _log.info("machine state could not be read and is begun anew; moved to %s", notice.params["moved_to"])

    def get(self, key: StateKey) -> str | None:
        """What is remembered, if anything."""
        value = self._file.get(key)
        return value if isinstance(value, str) else None

    def set(self, key: StateKey, value: str | None) -> None:
        """Remember `value`, or nothing (None); durable on return.

        Raises:
            UserFacingError: the disk did not take it; what was remembered before still is.
        """
        self._file.update({key: value})

    def set_loading(self, path: str | None) -> None:
        """Set the crash marker to the model that is being loaded, or take it away (None); durable on return."""
        self.set(StateKey.LOADING_MODEL_PATH, path)

    def suspects(self) -> frozenset[str]:
        """The paths of the models that may have ended the app."""
        value = self._file.get(_SUSPECTS)
        return frozenset(path for path in value if isinstance(path, str)) if isinstance(value, list) else frozenset()

    def add_suspects(self, paths: Iterable[str]) -> None:
        """Suspect these models too; durable on return.

        Raises:
            UserFacingError: the disk did not take it; what was remembered before still is.
        """
        with self._adding:
            self._file.update({_SUSPECTS: sorted(self.suspects() | set(paths))})

    def move_models(self, moved: Callable[[str], str]) -> None:
        """Let every path of a model that is remembered be what `moved` makes of it; durable on return.

        Raises:
            UserFacingError: the disk did not take it; what was remembered before still is.
        """
        keys = (StateKey.LAST_MODEL_PATH, StateKey.LOADING_MODEL_PATH)
        paths: dict[str, Any] = {key: moved(path) for key in keys if (path := self.get(key)) is not None}
        with self._adding:
            self._file.update({**paths, _SUSPECTS: sorted(moved(path) for path in self.suspects())})

    def clear_suspects(self) -> None:
        """Suspect no model any more; durable on return.

        Raises:
            UserFacingError: the disk did not take it; what was remembered before still is.
        """
        self._file.update({_SUSPECTS: []})
