"""The models in an Ollama store, which keeps files under their hashes and their names in manifests.

    manifests/<host>/<namespace>/<model>/<tag>       a manifest, JSON
    manifests-v2/<host>/<namespace>/<model>/<tag>    since Ollama 0.40; may list a manifest for each kind of runner
    blobs/sha256-<64 hexadecimal digits>             everything that manifests name

as Ollama's `manifest/paths.go`, `manifest/manifest.go` and `types/model/name.go` have it. What is read here is
untrusted: a manifest may be anything.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from chatdesk.models.small_files import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_MANIFESTS = 2000
MAX_LAYERS = 500
_MODEL_LAYER = "application/vnd.ollama.image.model"
_MANIFEST_FOLDERS = ("manifests-v2", "manifests")  # where both name a model, the first is right
_DIGEST = re.compile(r"sha256[:-]([0-9a-fA-F]{64})")
_PART = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.-]{0,79}")
_HOST = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.:%-]{0,349}")
_PUBLIC_HOSTS = ("registry.ollama.ai", "ollama.com")
_DEFAULT_NAMESPACE, _DEFAULT_TAG = "library", "latest"
# Ollama 0.40 keeps files that it converted under such a name, for an older Ollama to find them.
_SHADOW_MODEL = "llamacpp"
# Of a list of manifests, whose file suits llama.cpp best.
_RUNNERS = ("llamacpp", "ggml", "ollama")


@dataclass(frozen=True, slots=True)
class OllamaModel:
    """A file in the store. `name` is as Ollama shows it: `llama3.2:3b`, `owner/model:tag`, `hf.co/owner/repo:Q8_0`."""

    name: str
    path: Path
    sha256: str


def ollama_models(store: Path) -> Iterator[OllamaModel]:
    """The models that manifests in `store` name, each name once; whether their files exist is not looked at.

    Where several names mean one file, `latest` comes last.
    """
    manifests: dict[str, Path] = {}
    for folder in _MANIFEST_FOLDERS:
        for name, manifest in islice(_manifests(store / folder), MAX_MANIFESTS):
            manifests.setdefault(name, manifest)
    for name in sorted(manifests, key=lambda name: (name.endswith(f":{_DEFAULT_TAG}"), name)):
        sha256 = _model_digest(store, read_json(manifests[name]))
        if sha256 is not None:
            yield OllamaModel(name, _blob(store, sha256), sha256)


def _manifests(root: Path) -> Iterator[tuple[str, Path]]:
    """The shown name and the path of each manifest below `root`."""
    for host in _names(root, _HOST):
        for namespace in _names(root / host, _PART):
            for model in _names(root / host / namespace, _PART):
                for tag in _names(root / host / namespace / model, _PART):
                    name = _shown_name(host, namespace, model, tag)
                    if name is not None:
                        yield name, root / host / namespace / model / tag


def _names(folder: Path, pattern: re.Pattern[str]) -> list[str]:
    """What lies in `folder`, as far as Ollama could have called it so."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, MAX_MANIFESTS) if pattern.fullmatch(entry.name))
    except OSError:  # none there, no folder, or not for our eyes
        return []


def _shown_name(host: str, namespace: str, model: str, tag: str) -> str | None:
    """As Ollama's `DisplayShortest`; None for a name that stands for no model of its own."""
    host = host.replace("%3A", ":").replace("%3a", ":")
    if host.lower() not in _PUBLIC_HOSTS:
        return f"{host}/{namespace}/{model}:{tag}"
    if namespace.lower() != _DEFAULT_NAMESPACE:
        return f"{namespace}/{model}:{tag}"
    return None if model == _SHADOW_MODEL else f"{model}:{tag}"


def _model_digest(store: Path, untrusted_manifest: Any) -> str | None:
    """The hash of the file with the model's weights; a list of manifests is followed once."""
    if not isinstance(untrusted_manifest, dict):
        return None
    listed = untrusted_manifest.get("manifests")
    if not isinstance(listed, list):
        return _model_layer(untrusted_manifest)
    children = [child for child in listed[:MAX_LAYERS] if isinstance(child, dict)]
    for runner in _RUNNERS:
        for child in children:
            if child.get("runner") == runner and (sha256 := _child_digest(store, child)) is not None:
                return sha256
    return None


def _child_digest(store: Path, child: dict[str, Any]) -> str | None:
    """Of a manifest in a list, which is there whole or as the name of a blob."""
    if (sha256 := _model_layer(child)) is not None:
        return sha256
    digest = _digest(child.get("digest"))
    manifest = read_json(_blob(store, digest)) if digest is not None else None
    return _model_layer(manifest) if isinstance(manifest, dict) else None


def _model_layer(manifest: dict[str, Any]) -> str | None:
    layers = manifest.get("layers")
    for layer in layers[:MAX_LAYERS] if isinstance(layers, list) else ():
        if isinstance(layer, dict) and layer.get("mediaType") == _MODEL_LAYER:
            return _digest(layer.get("digest"))
    return None


def _digest(untrusted_digest: object) -> str | None:
    """The hexadecimal digits of a digest, or None for anything else: it becomes a part of a path."""
    found = _DIGEST.fullmatch(untrusted_digest) if isinstance(untrusted_digest, str) else None
    return found[1].lower() if found is not None else None


def _blob(store: Path, sha256: str) -> Path:
    return store / "blobs" / f"sha256-{sha256}"
