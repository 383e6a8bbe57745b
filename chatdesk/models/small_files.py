"""Small files that other apps wrote: read as far as they are small, plain files, whatever else lies there."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1_000_000


def read_start(path: Path, size: int) -> bytes:
    """At most `size` bytes from the beginning of a plain file; none when there is no such file.

    A pipe or a device, which could make us wait for ever, is not opened.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - follows links, as `open` does
            return b""
        with path.open("rb") as file:
            return file.read(size)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return b""


def read_text(path: Path) -> str | None:
    """The text of a small file, or None when it is not there, too large, or no text."""
    content = read_start(path, MAX_BYTES + 1)
    if not content or len(content) > MAX_BYTES:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def read_json(path: Path) -> Any:
    """The document in a small file, or None when there is none that can be read."""
    text = read_text(path)
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
