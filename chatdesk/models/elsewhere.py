"""Models that other apps downloaded, found where they lie: LM Studio, Ollama, Jan, GPT4All and the Hub's own cache.

Where each app keeps them is in the function named after it. What lies there is untrusted: it is read in small
amounts, and listed only when it begins as a GGUF file does.
"""
# ruff: noqa: PTH112, PTH113, PTH114 - unlike pathlib's, these say no where a folder is closed to us

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from chatdesk.core.errors import UserFacingError
from chatdesk.core.model_files import ModelFile, ModelOrigin, display_name
from chatdesk.core.untrusted_text import one_line
from chatdesk.models.file_search import gguf_files, real_path
from chatdesk.models.gguf import MAGIC
from chatdesk.models.library import described
from chatdesk.models.ollama_store import ollama_models
from chatdesk.models.small_files import read_json, read_start, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_FOUND = 5000
MAX_NAME_CHARS = 160
# Models that write no text for a person, by what their makers call them.
_NOT_FOR_CHAT = ("mmproj", "embed", "rerank")
_REPO_FOLDER = re.compile(r"models--([\w.-]+?)--([\w.-]+)", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_YAML_LINE = re.compile(r"(model_path|name|embedding)\s*:(.*)")


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that may be a model, and what its app knows of it."""

    path: str
    shown_name: str | None = None
    repo_id: str | None = None
    revision: str | None = None
    sha256: str | None = None


class ModelsElsewhere:
    """Looks where other apps keep their models, each time it is asked."""

    def __init__(self, home: Path, environ: Mapping[str, str], system: str = sys.platform) -> None:
        self._home = home
        self._environ = environ
        self._system = system

    def find(self, listed: Iterable[ModelFile] = ()) -> tuple[ModelFile, ...]:
        """The models of other apps, by name; none that is among `listed`, and each file once."""
        known = {real_path(model.path) for model in listed}
        found: list[ModelFile] = []
        for candidate in self._candidates():
            real = real_path(candidate.path)
            if real in known or len(found) >= MAX_FOUND:
                continue
            known.add(real)
            model = _model(candidate)
            if model is not None:
                found.append(model)
        return tuple(sorted(found, key=lambda model: (model.name.casefold(), model.path)))

    def _candidates(self) -> Iterator[_Found]:
        """Files that several apps share come first from the app that names them best."""
        yield from self._lm_studio()
        yield from self._ollama()
        yield from self._hub_cache()
        yield from self._jan()
        yield from self._gpt4all()

    def _lm_studio(self) -> Iterator[_Found]:
        """`models/<owner>/<repo>/<file>` in its home, or the folder that was chosen in its settings.

        The home is `~/.lmstudio` (before version 0.3.6 `~/.cache/lm-studio`), or what a pointer file names.
        """
        homes = [self._home / ".lmstudio", self._home / ".cache" / "lm-studio"]
        pointed = _local_folder(read_text(self._home / ".lmstudio-home-pointer"))
        if pointed is not None:
            homes.insert(0, pointed)
        for home in homes:
            yield from _in_folder(home / "models")
            settings = read_json(home / "settings.json")
            chosen = _local_folder(settings.get("downloadsFolder")) if isinstance(settings, dict) else None
            if chosen is not None:
                yield from _in_folder(chosen)

    def _ollama(self) -> Iterator[_Found]:
        """The store in `OLLAMA_MODELS`, in `~/.ollama/models`, or of the system's own service on Linux."""
        stores = [self._home / ".ollama" / "models"]
        if self._system == "linux":
            stores.append(Path("/usr/share/ollama/.ollama/models"))
        chosen = _local_folder(self._environ.get("OLLAMA_MODELS"))
        if chosen is not None:
            stores.insert(0, chosen)
        for store in stores:
            for model in ollama_models(store):
                yield _Found(str(model.path), shown_name=model.name, sha256=model.sha256)

    def _jan(self) -> Iterator[_Found]:
        """`llamacpp/models/…/model.yml` in its data folder, whose `model_path` is in that folder or absolute.

        The data folder is `Jan/data` where the system keeps apps' data, unless `JAN_DATA_FOLDER` or `data_folder` in
        its settings names another. Before version 0.6 the files lay in `models`.
        """
        roots = [self._app_data() / "Jan"]
        if self._system == "linux":
            roots.append(self._home / ".config" / "Jan")
        folders = [_local_folder(self._environ.get("JAN_DATA_FOLDER"))]
        for root in roots:
            settings = read_json(root / "settings.json")
            folders.append(_local_folder(settings.get("data_folder")) if isinstance(settings, dict) else None)
            folders.append(root / "data")
        for folder in dict.fromkeys(folder for folder in folders if folder is not None):
            yield from _of_jan(folder)
            yield from _in_folder(folder / "models")

    def _gpt4all(self) -> Iterator[_Found]:
        """Its folder where the system keeps apps' local data. What is on its way is called `incomplete-…`."""
        match self._system:
            case "win32":
                data = Path(self._environ.get("LOCALAPPDATA") or self._home / "AppData" / "Local")
            case _:
                data = self._app_data()
        for file in _in_folder(data / "nomic.ai" / "GPT4All", max_depth=1):
            if not Path(file.path).name.startswith("incomplete-"):
                yield file

    def _hub_cache(self) -> Iterator[_Found]:
        """`models--<owner>--<name>/snapshots/<commit>/<file>`: https://huggingface.co/docs/hub/local-cache."""
        environ = self._environ
        cache_home = _local_folder(environ.get("XDG_CACHE_HOME")) or self._home / ".cache"
        hub_home = _local_folder(environ.get("HF_HOME")) or cache_home / "huggingface"
        chosen = environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE")
        cache = _local_folder(chosen) or hub_home / "hub"
        for repo in _folders(cache):
            named = _REPO_FOLDER.fullmatch(repo.name)
            if named is not None:
                yield from _of_repo(repo, f"{named[1]}/{named[2]}")

    def _app_data(self) -> Path:
        """Where the system keeps apps' data."""
        match self._system:
            case "win32":
                return Path(self._environ.get("APPDATA") or self._home / "AppData" / "Roaming")
            case "darwin":
                return self._home / "Library" / "Application Support"
            case _:
                return _local_folder(self._environ.get("XDG_DATA_HOME")) or self._home / ".local" / "share"


def _in_folder(folder: Path, max_depth: int = 5) -> Iterator[_Found]:
    """The GGUF files below `folder`, under their own names."""
    if os.path.isdir(folder):
        for file in sorted(gguf_files(str(folder), max_depth), key=lambda file: file.path):
            yield _Found(file.path)


def _of_repo(repo: Path, repo_id: str) -> Iterator[_Found]:
    """The files of one repo in the Hub's cache; of several commits those that `main` means come first."""
    main = (read_text(repo / "refs" / "main") or "").strip()
    seen: set[str] = set()
    for snapshot in sorted(_folders(repo / "snapshots"), key=lambda folder: (folder.name != main, folder.name)):
        for file in _in_folder(snapshot):
            filename = file.path[len(str(snapshot)) :]
            if filename in seen:
                continue
            seen.add(filename)
            blob = Path(real_path(file.path)).name
            yield _Found(
                file.path,
                repo_id=repo_id,
                revision=snapshot.name if _COMMIT.fullmatch(snapshot.name) else None,
                sha256=blob if _SHA256.fullmatch(blob) else None,
            )


def _of_jan(data: Path) -> Iterator[_Found]:
    """The models that Jan's descriptions below its data folder name, and files there that none describes."""
    root = data / "llamacpp" / "models"
    undescribed = {str(Path(file.path).parent): file for file in _in_folder(root)}
    for folder in _folders_with(root, "model.yml"):
        entry = _yaml_values(read_text(folder / "model.yml") or "")
        file = undescribed.pop(str(folder), None)
        path = _inside_or_local(data, entry.get("model_path")) or (Path(file.path) if file is not None else None)
        if path is not None and entry.get("embedding") != "true":
            yield _Found(str(path), shown_name=one_line(entry.get("name") or folder.name, MAX_NAME_CHARS))
    yield from undescribed.values()


def _folders(folder: Path) -> list[Path]:
    """The folders in `folder`, by name; none when it cannot be looked into."""
    try:
        with os.scandir(folder) as entries:
            paths = sorted(entry.path for entry in islice(entries, MAX_FOUND))
    except OSError:
        return []
    return [Path(path) for path in paths if os.path.isdir(path)]


def _folders_with(root: Path, filename: str, max_depth: int = 4) -> Iterator[Path]:
    """Folders below `root` in which a file of that name lies; links to folders are not followed."""
    waiting = [(root, 0)]
    looked_at = 0
    while waiting and looked_at < MAX_FOUND:
        folder, depth = waiting.pop()
        looked_at += 1
        if os.path.isfile(folder / filename):
            yield folder
        elif depth < max_depth:
            waiting += [(inner, depth + 1) for inner in _folders(folder) if not os.path.islink(inner)]


def _yaml_values(text: str) -> dict[str, str]:
    """The few plain values that are needed of a description in YAML, one to a line as programs write it."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        found = _YAML_LINE.fullmatch(line)
        if found is not None:
            values[found[1]] = _unquoted(found[2].strip())
    return values


def _unquoted(value: str) -> str:
    if value.startswith("'") and value.endswith("'"):
        return value[1:-1].replace("''", "'")
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return ""
    return value


def _inside_or_local(folder: Path, untrusted_path: str | None) -> Path | None:
    """The path that a description in `folder` names: whole, or in that folder and no way out of it."""
    if not untrusted_path or "\0" in untrusted_path:
        return None
    path = Path(untrusted_path)
    if path.is_absolute():
        return path if _is_local(untrusted_path) else None
    is_inside = ".." not in path.parts and not path.drive and not path.root
    return folder / path if is_inside else None


def _local_folder(untrusted_path: object) -> Path | None:
    """The folder that a setting names, if it is a whole path on this computer."""
    if not isinstance(untrusted_path, str):
        return None
    text = untrusted_path.strip()
    if not text or "\0" in text or not _is_local(text):
        return None
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # the home of somebody who is not known here
        return None
    return path if path.is_absolute() else None


def _is_local(untrusted_path: str) -> bool:
    """Whether a path does not name another computer: looking there would tell it who we are."""
    return not PureWindowsPath(untrusted_path).drive.startswith(("\\\\", "//"))


def _model(found: _Found) -> ModelFile | None:
    """The model that was found, or None when the file is none."""
    filename = Path(found.path).name
    if any(word in (found.shown_name or filename).lower() for word in _NOT_FOR_CHAT):
        return None
    if read_start(Path(found.path), len(MAGIC)) != MAGIC:
        return None
    try:
        model = described(found.path, ModelOrigin.ADDED)
    except UserFacingError:
        return None
    return replace(
        model,
        repo_id=found.repo_id,
        revision=found.revision,
        sha256=found.sha256,
        shown_name=found.shown_name or _shown_when_odd(filename),
    )


def _shown_when_odd(filename: str) -> str | None:
    """A name to show in place of one with characters that would garble a list; None for an ordinary one."""
    name = display_name(filename)
    shown = one_line(name, MAX_NAME_CHARS)
    return shown if shown != name else None
