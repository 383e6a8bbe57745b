"""Which files of a repo are models that ChatDesk can offer: shards together, whole ones only, safe names only."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.core.model_files import display_name, quantization_of, shard_names, shard_of
from chatdesk.core.quantizations import best_default, in_listing_order
from chatdesk.models.safe_names import is_safe_filename

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES = 1 << 43  # 8 TB; a size beyond it is a mistake or a lie
_WORDS = re.compile(r"[^a-z0-9]+")
_ADAPTERS = frozenset({"lora", "loras", "adapter", "adapters", "qlora"})
_BY_PRODUCTS = frozenset({"imatrix", "vocab"})


def remote_file(untrusted_filename: object, untrusted_size: object, untrusted_sha256: object) -> RemoteFile | None:
    """A file as the Hub describes it, or None when it is no GGUF file that could be kept on this disk."""
    if (
        not isinstance(untrusted_filename, str)
        or not untrusted_filename.lower().endswith(".gguf")
        or not is_safe_filename(untrusted_filename)
        or not isinstance(untrusted_size, int)
        or not 0 < untrusted_size <= _MOST_BYTES
    ):
        return None
    sha256 = untrusted_sha256.lower() if isinstance(untrusted_sha256, str) else ""
    return RemoteFile(untrusted_filename, untrusted_size, sha256 if _SHA256.fullmatch(sha256) else None)


def models_of(repo_id: str, revision: str, files: Iterable[RemoteFile]) -> tuple[RemoteModel, ...]:
    """The models among `files`, in the order of a list; a split one only when all its shards are there."""
    by_name = {file.filename: file for file in files if is_language_model(file.filename)}
    numbered = {name: shard_of(name) or (1, 1) for name in by_name}
    # Counted first: each of many names may promise a thousand shards that are not there.
    n_there = Counter((display_name(name), count) for name, (_, count) in numbered.items())
    models = []
    for name, (number, count) in numbered.items():
        if number != 1 or n_there[display_name(name), count] < count:
            continue
        shards = shard_names(name)
        if count == len(shards) and all(shard in by_name for shard in shards):
            models.append(RemoteModel(repo_id, revision, tuple(by_name[shard] for shard in shards)))
    return in_listing_order(models)


def is_language_model(filename: str) -> bool:
    """Whether a GGUF file's name is that of a model that writes text, and not of something that goes with one.

    Vision projectors, LoRA adapters, importance matrices and bare vocabularies are GGUF files too.
    """
    words = set(_WORDS.split(filename.lower()))
    if "mmproj" in filename.lower():
        return False
    if words & _ADAPTERS and "merged" not in words:
        return False
    # A quantization made with an importance matrix may say so in its name.
    return not words & _BY_PRODUCTS or quantization_of(filename.rpartition("/")[2]) is not None


def find_among(models: Sequence[RemoteModel], untrusted_wanted: str | None) -> RemoteModel | None:
    """The model that a person means: by a file's path or name, or its name without ending, or its quantization.

    Without a wish: the one that suits most people.
    """
    wanted = (untrusted_wanted or "").strip().casefold()
    if not wanted:
        return best_default(models)
    for is_meant in (_has_path, _has_name, _has_quantization):
        found = [model for model in models if is_meant(model, wanted)]
        if found:
            return best_default(found)
    return None


def _has_path(model: RemoteModel, wanted: str) -> bool:
    return any(file.filename.casefold() == wanted for file in model.files)


def _has_name(model: RemoteModel, wanted: str) -> bool:
    names = {file.filename.rpartition("/")[2].casefold() for file in model.files}
    return wanted in names or f"{wanted}.gguf" in names or model.name.casefold() == wanted


def _has_quantization(model: RemoteModel, wanted: str) -> bool:
    quantization = (model.quantization or "").casefold()
    return wanted in (quantization, quantization.removeprefix("ud-"))
