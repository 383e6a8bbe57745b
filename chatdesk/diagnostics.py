"""One text for a report about a fault: what `doctor` finds, the loaded model, llama.cpp's log of its load, settings.

It is made to be shown to strangers. It holds nothing that was said or written, no access token, no name or password of
a proxy, and nothing that tells who uses the computer: the home folder is `~`.
"""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chatdesk.core.settings import ADDRESS_SCHEMES
from chatdesk.doctor import examine, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.core.settings import Settings
    from chatdesk.store.paths import Paths


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model that answers now."""

    model: ModelFile
    info: ModelInfo


def diagnostics(
    paths: Paths, settings: Settings, loaded: Loaded | None = None, failure: ErrorDetail | None = None
) -> str:
    """The whole text; `failure` is why a model was not loaded last.

    It imports llama.cpp and looks through folders: not for the thread of the window.
    """
    sections = {
        "ChatDesk": lines_of(tuple(examine(paths))),
        "Model": ["none is loaded"] if loaded is None else _pairs(_facts(loaded)),
        "Last load that failed": ["none"] if failure is None else [f"{failure.code}: {failure.english}"],
        "Last load": load_log() or ["nothing was loaded since ChatDesk started"],
        "Settings": _pairs(_shown(asdict(settings))),
    }
    text = "\n\n".join("\n".join([f"## {heading}", "", *lines]) for heading, lines in sections.items())
    return without_home(f"{text}\n", Path.home())


def load_log() -> list[str]:
    """What llama.cpp logged last while it loaded a model; empty also where it cannot be used: `examine` says why."""
    try:
        from chatdesk.engine.llama_runtime import start

        return [*start().last_load]
    except (ImportError, OSError, RuntimeError):
        return []


def without_home(text: str, home: Path) -> str:
    """`text` with `~` for the home folder, and for its name where that is a part of another path."""
    if not home.name:
        return text  # a container may have none
    flags = re.IGNORECASE if os.name == "nt" else re.NOFLAG
    for form in sorted({str(home), home.as_posix(), str(home.resolve())}, key=len, reverse=True):
        text = re.sub(rf"{re.escape(form)}(?!\w)", "~", text, flags=flags)
    return re.sub(rf"(?<=[\\/]){re.escape(home.name)}(?!\w)", "~", text, flags=flags)


def _facts(loaded: Loaded) -> Iterator[tuple[str, object]]:
    model, info = loaded.model, loaded.info
    yield "name", model.name
    yield "origin", model.repo_id or model.origin
    yield "architecture", info.architecture
    yield "parameters", f"{info.n_params:,}"
    yield "quantization", model.quantization or "not told by its name"
    yield "layers", info.n_layers
    yield "size", f"{model.size_bytes / 1e6:,.0f} MB"
    yield "device", info.device.english
    yield "GPU layers", info.n_gpu_layers
    yield "context", f"{info.n_ctx:,} of {info.n_ctx_train:,} tokens trained"
    yield "batch", f"{info.n_batch}, {info.n_ubatch} at once"
    yield "threads", info.n_threads
    yield "KV cache", info.cache_type
    yield "flash attention", info.has_flash_attention
    yield "memory", f"{info.memory_bytes / 1e6:,.0f} MB resident, {info.buffer_bytes / 1e6:,.0f} MB in buffers"
    yield "reasoning", info.reasoning
    yield "chat template", info.template_problem or "that of the file"


def _shown(settings: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Settings as they may be shown to anybody: what is a person's own words is not."""
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _shown(value)
        elif name in ADDRESS_SCHEMES and value is not None:
            yield name, _server(value)
        elif name == "language" or isinstance(value, Enum) or not isinstance(value, str):
            yield name, value
        else:
            yield name, "set, not shown" if value else "empty"


def _server(address: str) -> str:
    """An address without what may be secret in it: name, password and path."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    server = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
    return server if address.rstrip("/") == server else f"{server} (and more, not shown)"


def _pairs(rows: Iterator[tuple[str, object]]) -> Sequence[str]:
    return [f"{name}: {_words(value)}" for name, value in rows]


def _words(value: object) -> str:
    match value:
        case None:
            return "not set"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
