"""File names made of titles."""

from __future__ import annotations

import re

from chatdesk.core.untrusted_text import one_line

_MOST_NAME_BYTES = 120  # below what every file system takes, with room for a number and an ending
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # by Windows


def file_name(title: str, ending: str) -> str:
    """A name for a file about something called `title`, safe on every system."""
    name = _UNSAFE.sub(" ", one_line(title))
    name = " ".join(name.split()).encode()[:_MOST_NAME_BYTES].decode(errors="ignore").strip(" .")
    if not name or _RESERVED.fullmatch(name):
        name = f"chat {name}".strip()
    return f"{name}.{ending}"


def free_name(name: str, taken: set[str]) -> str:
    """`name`, or the first of `name (2)`, … that is not among the `taken`, which it is then. Case does not count."""
    stem, _, ending = name.rpartition(".")
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem} ({number}).{ending}"
    taken.add(candidate.casefold())
    return candidate
